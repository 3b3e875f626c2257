package sip

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/emiago/sipgo/sip"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"rexian/media/sip/validate"
)

// writeTimeout is how long a stream connection may take to accept a message. A far side that does not read must not
// hold up its calls for ever.
const writeTimeout = 5 * time.Second

// endpoint is one socket that we listen on.
type endpoint struct {
	network string // udp, tcp, tls, ws, wss
	bound   netip.AddrPort
	close   func() error
	serve   func() error // reads messages until close
	trouble atomic.Pointer[error]
}

func (e *endpoint) String() string { return e.network + "://" + e.bound.String() }

// ails notes that the socket takes nothing at the moment, and why; nil says that it does again.
func (e *endpoint) ails(s *Server, err error) {
	if err == nil {
		if e.trouble.Load() != nil && e.trouble.Swap(nil) != nil {
			s.log.Info("sip: a socket is served again", "socket", e.String())
		}
		return
	}
	if e.trouble.Swap(&err) == nil {
		s.log.Error("sip: a socket takes nothing at the moment", "socket", e.String(), "error", err)
	}
}

// Trouble says which socket takes nothing at the moment, and why; nil if all are well.
func (s *Server) Trouble() error {
	for _, e := range s.endpoints {
		if err := e.trouble.Load(); err != nil {
			return fmt.Errorf("%s: %w", e, *err)
		}
	}
	return nil
}

// setUp adjusts what sipgo keeps for the whole process, once.
var setUp = sync.OnceFunc(func() {
	// A datagram may have any size that UDP carries: refusing to send an answer over 1,300 bytes helps nobody (sipgo
	// takes 200 off this figure). Long requests go over TCP where that can be had, see transact.
	wire.UDPMTUSize = 65507 + 200
	// Repeating a 2xx until its ACK, and swallowing a repeated INVITE, is done by our dialogs. The transaction need not
	// live 32 s for it; at a thousand calls a second that would keep hundreds of megabytes.
	wire.Timer_L = time.Second
	// Each connection holds such a buffer. What fills it is too long, and refused.
	wire.TransportBufferReadSize = validate.MaxMessage + 1<<10
	wire.SetDefaultLogger(quiet(nil))
})

// newTransport makes the layer that reads and writes messages. Datagrams and streams are judged before it sees them; of
// WebSockets it takes the messages out of the frames first.
func (s *Server) newTransport() *wire.TransportLayer {
	streams := func() *wire.TransportTCP { return &wire.TransportTCP{WriteTimeout: writeTimeout} }
	client := s.cfg.TLS
	if client != nil {
		client = client.Clone()
	}
	return wire.NewTransportLayer(net.DefaultResolver, s.parser, client,
		wire.WithTransportLayerLogger(quiet(s.log)),
		wire.WithTransportLayerTransports(wire.TransportsConfig{
			TCP: streams(), TLS: &wire.TransportTLS{TransportTCP: streams()},
			WS:  &wire.TransportWS{WriteTimeout: writeTimeout},
			WSS: &wire.TransportWSS{TransportWS: &wire.TransportWS{WriteTimeout: writeTimeout}},
		}),
		wire.WithTransportLayerReadFilter(func(info wire.TransportReadProps, data []byte) ([]byte, error) {
			if info.Transport != "WS" && info.Transport != "WSS" {
				return data, nil
			}
			return s.judgeFrame(info, data)
		}))
}

var errUnheard = errors.New("sip: a source is not heard")

// judgeFrame judges a message that came in a WebSocket's frame.
func (s *Server) judgeFrame(info wire.TransportReadProps, data []byte) ([]byte, error) {
	network, remote := wire.NetworkToLower(info.Transport), boundAddr(info.RemoteAddr)
	r := s.judge(letter{network, remote, data})
	if r.hear || r.answer != nil {
		s.traced(false, network, boundAddr(info.LocalAddr), remote, data)
	}
	if r.answer != nil {
		if c, err := s.tpl.GetConnection(info.Transport, info.RemoteAddr.String()); err == nil {
			if ws, ok := c.(*wire.WSConnection); ok {
				ws.Write(r.answer)
			}
			c.TryClose()
		}
	}
	switch {
	case r.hear:
		return data, nil
	case r.hangup:
		return nil, errUnheard
	}
	return nil, nil
}

// listen opens one socket.
func (s *Server) listen(ctx context.Context, where string) error {
	u, err := url.Parse(where)
	if err != nil || u.Host == "" {
		return errors.New("want network://address:port")
	}
	port := u.Port()
	e := &endpoint{network: strings.ToLower(u.Scheme)}
	if port == "" {
		port = map[string]string{"udp": "5060", "tcp": "5060", "tls": "5061", "ws": "80", "wss": "443"}[e.network]
	}
	addr := net.JoinHostPort(u.Hostname(), port)
	var lc net.ListenConfig
	var serve func() error
	switch e.network {
	case "udp":
		network := "udp"
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.Is4() {
			network = "udp4"
		}
		conn, err := lc.ListenPacket(ctx, network, addr)
		if err != nil {
			return err
		}
		if u, ok := conn.(*net.UDPConn); ok {
			s.class(u)
			u.SetReadBuffer(4 << 20) // a burst of calls waits here; the system may give less
			u.SetWriteBuffer(1 << 20)
		}
		e.bound, e.close = boundAddr(conn.LocalAddr()), conn.Close
		serve = func() error { return s.tpl.ServeUDP(&datagrams{PacketConn: conn, s: s, e: e}) }
	case "tcp", "tls", "ws", "wss":
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		e.bound = boundAddr(l.Addr())
		var secure *tls.Config
		if e.network == "tls" || e.network == "wss" {
			if secure = s.cfg.TLS; secure == nil || len(secure.Certificates) == 0 && secure.GetCertificate == nil &&
				secure.GetConfigForClient == nil {
				l.Close()
				return errors.New("no certificate in Config.TLS")
			}
		}
		in := newIntake(s, e, l, secure)
		e.close, serve = in.Close, func() error { return s.handOver(e.network, in) }
	default:
		return fmt.Errorf("unknown network %q", u.Scheme)
	}
	s.endpoints = append(s.endpoints, e)
	e.serve = serve
	return nil
}

// handOver lets the layer below read the connections of a listener until that is closed.
func (s *Server) handOver(network string, l net.Listener) error {
	switch network {
	case "tcp":
		return s.tpl.ServeTCP(l)
	case "tls":
		return s.tpl.ServeTLS(l)
	case "ws":
		return s.tpl.ServeWS(l)
	}
	return s.tpl.ServeWSS(l)
}

// serveOutlets lets the layer below read the connections that we open.
func (s *Server) serveOutlets() {
	s.outlets = map[string]*outlets{}
	for _, network := range []string{"tcp", "tls"} {
		in := newIntake(s, &endpoint{network: network}, nil, nil)
		s.outlets[network] = &outlets{in: in, at: map[string]chan struct{}{}}
		s.spawn(func() { s.handOver(network, in) })
	}
}

// serve lets messages come in on a socket, and returns when calls can be placed over it too.
func (s *Server) serve(ctx context.Context, e *endpoint) error {
	s.spawn(func() {
		if err := e.serve(); err != nil && s.ctx.Err() == nil {
			e.ails(s, fmt.Errorf("no longer served: %w", err))
		}
	})
	if e.network != "udp" {
		return nil
	}
	// Calls that we place leave through the same socket; the layer below knows it only once it reads from it.
	for {
		if conn, err := s.tpl.GetConnection("udp", udpKey(e.bound)); err == nil {
			conn.TryClose()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Microsecond):
		}
	}
}

// udpKey is the name under which the layer below keeps a socket of ours.
func udpKey(a netip.AddrPort) string {
	l := localAddr(a)
	return l.String()
}

// localAddr is a socket of ours as the layer below wants it.
func localAddr(a netip.AddrPort) wire.Addr {
	return wire.Addr{IP: a.Addr().AsSlice(), Port: int(a.Port())}
}

// datagrams is a UDP socket from which only datagrams are read that the parser will take; see judge for the others. It
// fails only when it is closed.
type datagrams struct {
	net.PacketConn
	s   *Server
	e   *endpoint
	buf [1 << 16]byte // a datagram may be longer than any message that is taken; then it is answered with 513
}

// ReadFrom reads the next good datagram.
func (d *datagrams) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, addr, err := d.PacketConn.ReadFrom(d.buf[:])
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return n, addr, err
			}
			d.e.ails(d.s, err)
			time.Sleep(firstPause)
			continue
		}
		d.e.ails(d.s, nil)
		data := d.buf[:n]
		r := d.s.judge(letter{"udp", boundAddr(addr), data})
		if r.hear || r.answer != nil {
			d.s.traced(false, "udp", d.e.bound, boundAddr(addr), data)
		}
		if r.answer != nil {
			d.WriteTo(r.answer, net.UDPAddrFromAddrPort(r.to))
		}
		if r.hear && !(bytes.HasPrefix(data, []byte("ACK ")) && d.s.quickAck(data)) {
			return copy(b, data), addr, nil
		}
	}
}

// WriteTo sends a datagram.
func (d *datagrams) WriteTo(b []byte, to net.Addr) (int, error) {
	d.s.traced(true, "udp", d.e.bound, boundAddr(to), b)
	return d.PacketConn.WriteTo(b, to)
}

func boundAddr(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.UDPAddr:
		ap = a.AddrPort()
	case *net.TCPAddr:
		ap = a.AddrPort()
	default:
		ap, _ = netip.ParseAddrPort(a.String())
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// endpointFor is the socket to use towards an address over a network; nil if we have none of that kind.
func (s *Server) endpointFor(network string, remote netip.Addr) *endpoint {
	network = wire.NetworkToLower(network)
	var found *endpoint
	for _, e := range s.endpoints {
		if e.network != network {
			continue
		}
		a := e.bound.Addr()
		fits := !remote.IsValid() || a.Is4() == remote.Is4() || a.IsUnspecified() && a.Is6()
		if found == nil && fits {
			found = e
		}
		if fits && a.IsLoopback() == remote.IsLoopback() {
			return e
		}
	}
	return found
}

// endpointOf is the socket that a connection belongs to.
func (s *Server) endpointOf(network string, conn wire.Connection, remote netip.Addr) *endpoint {
	network = wire.NetworkToLower(network)
	if conn != nil {
		at := boundAddr(conn.LocalAddr())
		for _, e := range s.endpoints {
			if e.network == network && e.bound.Port() == at.Port() &&
				(e.bound.Addr() == at.Addr() || e.bound.Addr().IsUnspecified()) {
				return e
			}
		}
	}
	return s.endpointFor(network, remote)
}

// hostFor is the address that the far side reaches us at.
func (s *Server) hostFor(e *endpoint, remote netip.Addr) netip.Addr {
	if s.cfg.Advertise.IsValid() && !s.near(remote) {
		return s.cfg.Advertise
	}
	if e != nil && !e.bound.Addr().IsUnspecified() {
		return e.bound.Addr()
	}
	return s.routes.local(remote)
}

// Reach is where an address reaches us over a network: host:port; false if we listen on nothing that it could reach.
func (s *Server) Reach(network string, from netip.Addr) (string, bool) {
	e := s.endpointFor(network, from)
	if e == nil || !from.IsValid() {
		return "", false
	}
	return netip.AddrPortFrom(s.hostFor(e, from), e.bound.Port()).String(), true
}

// mediaHost is the address in session descriptions.
func (s *Server) mediaHost(e *endpoint, stream, remote netip.Addr) netip.Addr {
	switch {
	case s.near(remote):
	case s.cfg.MediaAddr.IsValid():
		return s.cfg.MediaAddr
	case s.cfg.Advertise.IsValid():
		return s.cfg.Advertise
	}
	if stream.IsValid() && !stream.IsUnspecified() {
		return stream.Unmap()
	}
	return s.hostFor(e, remote)
}

// near says whether a far side is in a network of ours, where the address that others are told means nothing.
func (s *Server) near(remote netip.Addr) bool {
	return remote.IsValid() && slices.ContainsFunc(s.cfg.LocalNet, func(p netip.Prefix) bool {
		return p.Contains(remote.Unmap())
	})
}

// class marks what a socket sends (RFC 2474), where the system lets us: it is only a wish.
func (s *Server) class(conn net.Conn) {
	if s.cfg.DSCP < 0 {
		return
	}
	_ = ipv4.NewConn(conn).SetTOS(s.cfg.DSCP << 2)
	_ = ipv6.NewConn(conn).SetTrafficClass(s.cfg.DSCP << 2)
}

// routeCache remembers which of our addresses the system uses towards another. Asking costs three system calls.
type routeCache struct {
	mu sync.Mutex
	m  map[netip.Addr]netip.Addr
}

const maxRoutes = 1024

func (r *routeCache) local(remote netip.Addr) netip.Addr {
	if !remote.IsValid() {
		return netip.IPv6Loopback()
	}
	r.mu.Lock()
	a, ok := r.m[remote]
	r.mu.Unlock()
	if ok {
		return a
	}
	a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if conn, err := net.Dial("udp", netip.AddrPortFrom(remote, 9).String()); err == nil { // sends nothing
		a = boundAddr(conn.LocalAddr()).Addr()
		conn.Close()
	}
	r.mu.Lock()
	if r.m == nil || len(r.m) >= maxRoutes {
		r.m = map[netip.Addr]netip.Addr{}
	}
	r.m[remote] = a
	r.mu.Unlock()
	return a
}
