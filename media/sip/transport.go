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
	"strings"
	"sync"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/guard"
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
}

// setUp adjusts what sipgo keeps for the whole process, once.
var setUp = sync.OnceFunc(func() {
	// A datagram may have any size that UDP carries: refusing to send an answer over 1,300 bytes helps nobody (sipgo
	// takes 200 off this figure). Long requests go over TCP where that can be had, see transact.
	wire.UDPMTUSize = 65507 + 200
	// Repeating a 2xx until its ACK, and swallowing a repeated INVITE, is done by our dialogs. The transaction need not
	// live 32 s for it; at a thousand calls a second that would keep hundreds of megabytes.
	wire.Timer_L = time.Second
	wire.SetDefaultLogger(quiet(nil))
})

func newTransport(c *Config, parser *wire.Parser) *wire.TransportLayer {
	streams := func() *wire.TransportTCP { return &wire.TransportTCP{WriteTimeout: writeTimeout} }
	client := c.TLS
	if client != nil {
		client = client.Clone()
	}
	options := []wire.TransportLayerOption{
		wire.WithTransportLayerLogger(quiet(c.Logger)),
		wire.WithTransportLayerTransports(wire.TransportsConfig{
			TCP: streams(), TLS: &wire.TransportTLS{TransportTCP: streams()},
		}),
	}
	options = append(options, wire.WithTransportLayerReadFilter(func(info wire.TransportReadProps, data []byte) ([]byte, error) {
		if info.Transport == "UDP" {
			return data, nil // datagrams has looked at it
		}
		data, err := c.Guard.Filter(info, data)
		if err == nil && (info.Transport == "WS" || info.Transport == "WSS") && validate.Datagram(data) != nil {
			c.Guard.Report(boundAddr(info.RemoteAddr), guard.Garbage)
			return nil, nil // one bad message is no reason to cut a browser off
		}
		return data, err
	}))
	return wire.NewTransportLayer(net.DefaultResolver, parser, client, options...)
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
			u.SetReadBuffer(4 << 20) // a burst of calls waits here; the system may give less
			u.SetWriteBuffer(1 << 20)
		}
		e.bound, e.close = boundAddr(conn.LocalAddr()), conn.Close
		serve = func() error { return s.tpl.ServeUDP(&datagrams{conn, s.cfg.Guard, s.quickAck}) }
	case "tcp", "tls", "ws", "wss":
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		e.bound = boundAddr(l.Addr())
		if e.network == "tls" || e.network == "wss" {
			if s.cfg.TLS == nil || len(s.cfg.TLS.Certificates) == 0 && s.cfg.TLS.GetCertificate == nil && s.cfg.TLS.GetConfigForClient == nil {
				l.Close()
				return errors.New("no certificate in Config.TLS")
			}
			l = tls.NewListener(l, s.cfg.TLS)
		}
		if e.network == "ws" || e.network == "wss" {
			l = newHandshakes(l)
		}
		e.close = l.Close
		serve = map[string]func() error{
			"tcp": func() error { return s.tpl.ServeTCP(l) }, "tls": func() error { return s.tpl.ServeTLS(l) },
			"ws": func() error { return s.tpl.ServeWS(l) }, "wss": func() error { return s.tpl.ServeWSS(l) },
		}[e.network]
	default:
		return fmt.Errorf("unknown network %q", u.Scheme)
	}
	s.endpoints = append(s.endpoints, e)
	e.serve = serve
	return nil
}

// serve lets messages come in on a socket, and returns when calls can be placed over it too.
func (s *Server) serve(ctx context.Context, e *endpoint) error {
	s.spawn(func() {
		if err := e.serve(); err != nil && s.ctx.Err() == nil {
			s.log.Error("sip: a socket is no longer served", "socket", e.network+"://"+e.bound.String(), "error", err)
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

// datagrams is a UDP socket from which only datagrams are read that the parser will take. Those of sources that are not
// heard vanish; those out of shape are answered here, as far as they can be.
type datagrams struct {
	net.PacketConn
	guard *guard.Guard
	ack   func([]byte) bool // takes an ACK that a call waits for
}

// ReadFrom reads the next good datagram.
func (d *datagrams) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, addr, err := d.PacketConn.ReadFrom(b)
		if err != nil {
			return n, addr, err
		}
		if data, err := d.guard.Filter(wire.TransportReadProps{Transport: "UDP", LocalAddr: d.LocalAddr(), RemoteAddr: addr}, b[:n]); err != nil || len(data) == 0 {
			continue
		}
		r := validate.Datagram(b[:n])
		if r == nil {
			if bytes.HasPrefix(b[:n], []byte("ACK ")) && d.ack(b[:n]) {
				continue
			}
			return n, addr, nil
		}
		src := boundAddr(addr)
		if d.guard.Report(src, guard.Garbage) || r.Answer == nil {
			continue
		}
		d.WriteTo(r.Answer, net.UDPAddrFromAddrPort(r.To(src)))
	}
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
			if e.network == network && e.bound.Port() == at.Port() && (e.bound.Addr() == at.Addr() || e.bound.Addr().IsUnspecified()) {
				return e
			}
		}
	}
	return s.endpointFor(network, remote)
}

// hostFor is the address that the far side reaches us at.
func (s *Server) hostFor(e *endpoint, remote netip.Addr) netip.Addr {
	if s.cfg.Advertise.IsValid() {
		return s.cfg.Advertise
	}
	if e != nil && !e.bound.Addr().IsUnspecified() {
		return e.bound.Addr()
	}
	return s.routes.local(remote)
}

// mediaHost is the address in session descriptions.
func (s *Server) mediaHost(e *endpoint, stream, remote netip.Addr) netip.Addr {
	switch {
	case s.cfg.MediaAddr.IsValid():
		return s.cfg.MediaAddr
	case s.cfg.Advertise.IsValid():
		return s.cfg.Advertise
	case stream.IsValid() && !stream.IsUnspecified():
		return stream.Unmap()
	}
	return s.hostFor(e, remote)
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
