package rtp

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// portable drives each leg by goroutines of its own: one that ticks and two that read.
type portable struct {
	engine *Engine
	began  time.Time // of the engine's clock, which the legs share
	legs   sync.WaitGroup
}

func newPortable(e *Engine) *portable { return &portable{engine: e, began: time.Now()} }

// conn is a socket of the portable driver.
type conn struct{ *net.UDPConn }

func (p *portable) bind(a netip.AddrPort) (socket, error) {
	network := "udp6" // of every address: both families
	if a.Addr().Is4() {
		network = "udp4"
	} else if a.Addr().IsUnspecified() {
		network = "udp"
	}
	c, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(a))
	if err != nil {
		return nil, err
	}
	if class := p.engine.config.DSCP; class >= 0 { // only a wish
		_ = ipv4.NewConn(c).SetTOS(class << 2)
		_ = ipv6.NewConn(c).SetTrafficClass(class << 2)
	}
	return conn{c}, nil
}

func (c conn) send(b []byte, to netip.AddrPort) error {
	_, err := c.WriteToUDPAddrPort(b, to)
	return err
}

func (c conn) local() netip.AddrPort {
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func (c conn) close() { c.Close() }

// datagram is one that was read.
type datagram struct {
	rtcp bool
	n    int
	from netip.AddrPort
	at   time.Time
	b    [mtu]byte
}

var datagrams = sync.Pool{New: func() any { return new(datagram) }}

func (p *portable) start(l *leg) { p.legs.Go(func() { p.run(l) }) }

func (p *portable) stop() { p.legs.Wait() }

func (p *portable) name() string { return "portable" }

func (p *portable) run(l *leg) {
	var readers sync.WaitGroup
	in, quit := make(chan *datagram, 16), make(chan struct{})
	readers.Go(func() { read(l.rtp.(conn), false, in, quit) })
	readers.Go(func() { read(l.rtcp.(conn), true, in, quit) })

	l.out = newOutlet(p.engine, 64, 16)
	l.out.start()
	p.drive(l, in)
	l.out.close()
	close(quit)
	p.engine.gone(l)
	readers.Wait()
}

// drive ticks the leg and gives it what was read, until it is closing.
func (p *portable) drive(l *leg, in <-chan *datagram) {
	w := newWork()
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	next := time.Since(p.began)
	var skipped int64
	for !l.closing {
		select {
		case d := <-in:
			l.readMail(int64(time.Since(p.began)))
			if at := int64(d.at.Sub(p.began)); d.rtcp {
				l.receiveRTCP(w, d.b[:d.n], d.from, at, p.engine.config.Now())
			} else {
				l.receive(w, d.b[:d.n], d.from, at)
			}
			datagrams.Put(d)
			l.out.flush()
		case <-ticker.C:
			now := time.Since(p.began)
			if late := now - next; late > mostLate {
				n := int64(late / period)
				next += time.Duration(n) * period
				skipped += n
				p.engine.counts.skipped.Add(uint64(n))
			}
			for ; next <= now && !l.closing; next += period {
				if now-next > lateTick && l.ticks > 0 {
					p.engine.counts.late.Add(1)
				}
				l.tick(w, int64(now), skipped)
			}
			l.out.flush()
		}
	}
	l.end()
}

const (
	lateTick = 5 * time.Millisecond
	mostLate = 200 * time.Millisecond // a longer standstill is not made up
)

// read passes on datagrams until the socket is closed.
func read(c conn, rtcp bool, in chan<- *datagram, quit <-chan struct{}) {
	for {
		d := datagrams.Get().(*datagram)
		n, from, err := c.ReadFromUDPAddrPort(d.b[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // some systems tell here that an earlier packet did not arrive
			datagrams.Put(d)
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
			}
			continue
		}
		d.rtcp, d.n, d.at = rtcp, n, time.Now()
		d.from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
		select {
		case in <- d:
		case <-quit:
			return
		}
	}
}
