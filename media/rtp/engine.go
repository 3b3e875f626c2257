package rtp

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Config is how an Engine is set up. The zero value serves any port of every address with one thread a core.
type Config struct {
	Listen           netip.Addr // the address that ports are bound to; the zero value is 0.0.0.0
	PortMin, PortMax int        // the UDP ports streams may use, both included; 0, 0: any that the system gives
	// class of what is sent, 0 to 63 (RFC 2474); 0: 46, EF (RFC 3246); negative: the system's
	DSCP     int
	Threads  int          // tick threads; 0: one per core. The portable engine has none
	Portable bool         // use net.UDPConn and goroutines on Linux too
	NoUring  bool         // hand each packet to the system by itself, even where io_uring is to be had
	Logger   *slog.Logger // nil: slog.Default()
	// where SSRC, first sequence number and first timestamp come from; nil: crypto/rand
	Rand io.Reader
	Now  func() time.Time // the wall clock of events and reports; nil: time.Now
}

// EngineStats counts what the engine did since it was made. Packets are RTP packets.
type EngineStats struct {
	Streams   int    // open now
	Rooms     int    // in which two streams or more hear each other
	Ports     int    // pairs of ports that there are; 0: the system chooses
	PortsUsed int    // of them, by streams and by those that are ending
	Sent      uint64 // packets given to the network
	Received  uint64 // packets accepted from far sides
	Refused   uint64 // datagrams thrown away: from strangers, malformed, or for a stream not connected yet
	SendFails uint64 // packets the system would not take
	Late      uint64 // ticks that began more than 5 ms after their time
	Skipped   uint64 // ticks left out because the machine stood still for longer than can be made up
	TapLost   uint64 // samples that a Tap got as silence because it was too slow
}

var (
	// ErrClosed means that the engine or the stream is closed.
	ErrClosed = errors.New("rtp: closed")
	// ErrNoPort means that every port of the range is in use, or rests after a call that has just ended.
	ErrNoPort = errors.New("rtp: no free port")
	// ErrBridged means that a stream is in another room, of another engine, or named twice.
	ErrBridged = errors.New("rtp: a stream is in another room already")
	// ErrMedia means that what was agreed cannot be carried: no address, an unknown codec or key.
	ErrMedia = errors.New("rtp: cannot carry this media")
)

// Engine runs streams. Its methods may be called from any goroutine.
type Engine struct {
	config Config
	ports  *ports
	driver driver

	mu      sync.Mutex
	streams map[*Stream]struct{}
	closed  bool
	empty   *sync.Cond // streams is empty

	arranging sync.Mutex // guards every Room and Stream.room

	counts counts
}

// counts are the engine's counters; each is written by many threads, but only now and then.
type counts struct {
	sent, received, refused, sendFails, late, skipped, tapLost atomic.Uint64
	rooms                                                      atomic.Int64
}

// driver owns the threads: it opens sockets and ticks legs.
type driver interface {
	bind(addr netip.AddrPort) (socket, error) // a UDP socket of this driver
	start(l *leg)                             // begin to tick the leg, until it is closing
	stop()                                    // end all threads; no leg is left
	name() string
}

// socket is one bound UDP port. Its methods are called by the leg's thread only.
type socket interface {
	send(b []byte, to netip.AddrPort) error // never blocks; what fails later is counted by the driver
	local() netip.AddrPort
	close()
}

// New starts an engine. Close ends it.
func New(c Config) (*Engine, error) { return newEngine(c, newDriver) }

func newEngine(c Config, drive func(*Engine) (driver, error)) (*Engine, error) {
	if c.DSCP == 0 {
		c.DSCP = 46
	}
	if !c.Listen.IsValid() {
		c.Listen = netip.IPv4Unspecified()
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	p, err := newPorts(c.PortMin, c.PortMax, c.Now)
	if err != nil {
		return nil, err
	}
	e := &Engine{config: c, ports: p, streams: make(map[*Stream]struct{})}
	e.empty = sync.NewCond(&e.mu)
	if e.driver, err = drive(e); err != nil {
		return nil, fmt.Errorf("rtp: start engine: %w", err)
	}
	return e, nil
}

// Close closes every stream and ends the engine's threads. When it returns, all ports and descriptors are given back.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	open := make([]*Stream, 0, len(e.streams))
	for s := range e.streams {
		open = append(open, s)
	}
	e.mu.Unlock()
	for _, s := range open {
		s.Close()
	}
	e.mu.Lock()
	for len(e.streams) > 0 {
		e.empty.Wait()
	}
	e.mu.Unlock()
	e.driver.stop()
	return nil
}

// Driver names how packets are given to the system: "io_uring", many at once; "sendto", one by one; or "portable".
func (e *Engine) Driver() string { return e.driver.name() }

// Stats tells what the engine does now and did so far.
func (e *Engine) Stats() EngineStats {
	e.mu.Lock()
	n := len(e.streams)
	e.mu.Unlock()
	used := n
	if !e.ports.any {
		used = e.ports.all - e.ports.count()
	}
	return EngineStats{
		Streams: n, Rooms: int(e.counts.rooms.Load()), Ports: e.ports.all, PortsUsed: used, Sent: e.counts.sent.Load(),
		Received: e.counts.received.Load(), Refused: e.counts.refused.Load(),
		SendFails: e.counts.sendFails.Load(), Late: e.counts.late.Load(), Skipped: e.counts.skipped.Load(),
		TapLost: e.counts.tapLost.Load(),
	}
}

// Open binds a pair of ports, an even one for RTP and the next for RTCP, and starts a stream on them. Nothing is sent
// before Connect. It fails with ErrNoPort, ErrClosed, or the system's error.
func (e *Engine) Open(o Options) (*Stream, error) {
	var seed [20]byte
	if _, err := io.ReadFull(e.config.Rand, seed[:]); err != nil {
		return nil, fmt.Errorf("rtp: open stream: %w", err)
	}
	rtp, rtcp, err := e.ports.take(e.config.Listen, e.driver.bind)
	if err != nil {
		return nil, err
	}
	s := &Stream{engine: e, local: rtp.local(), options: o}
	s.leg.init(s, rtp, rtcp, seed)
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		rtp.close()
		rtcp.close()
		e.ports.give(s.local.Port())
		return nil, ErrClosed
	}
	e.streams[s] = struct{}{}
	e.mu.Unlock()
	e.driver.start(&s.leg)
	return s, nil
}

// gone is called by the driver after the last tick of a leg: its sockets are closed and its ports are given back.
func (e *Engine) gone(l *leg) {
	l.rtp.close()
	l.rtcp.close()
	e.ports.give(l.stream.local.Port())
	e.mu.Lock()
	delete(e.streams, l.stream)
	if len(e.streams) == 0 {
		e.empty.Broadcast()
	}
	e.mu.Unlock()
}
