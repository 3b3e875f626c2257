package sip

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// connectTime is how long a far side may take to accept a connection, TLS included.
const connectTime = 10 * time.Second

// outlets open connections of one network and give them to the layer below, so that what comes back on them is read
// like what comes in.
type outlets struct {
	in *intake
	mu sync.Mutex
	at map[string]chan struct{} // destinations that are being connected to; closed when that is over
}

// connect sees to it that there is a connection for a request over TCP or TLS. Over UDP there is our socket; where
// that is closed, the layer below would open another in its place, which nobody would ever close.
func (s *Server) connect(ctx context.Context, req *wire.Request) error {
	network := wire.NetworkToLower(req.Transport())
	if network == "udp" && req.Laddr.IP != nil {
		c, err := s.tpl.GetConnection(network, req.Laddr.String())
		if err != nil {
			return ErrClosed
		}
		c.TryClose()
	}
	o := s.outlets[network]
	if o == nil {
		return nil
	}
	host, port, err := wire.ParseAddr(req.Destination())
	if err != nil {
		return fmt.Errorf("sip: the destination %q: %w", req.Destination(), err)
	}
	at, err := resolve(ctx, network, host, port)
	if err != nil {
		return err
	}
	dest := at.String()
	req.SetDestination(dest)
	for {
		if c, err := s.tpl.GetConnection(network, dest); err == nil {
			c.TryClose()
			return nil
		}
		o.mu.Lock()
		other, busy := o.at[dest]
		if !busy {
			o.at[dest] = make(chan struct{})
		}
		o.mu.Unlock()
		if !busy {
			err := s.dialOut(ctx, o, network, dest, host)
			o.mu.Lock()
			close(o.at[dest])
			delete(o.at, dest)
			o.mu.Unlock()
			return err
		}
		select {
		case <-other:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// dialOut opens one connection.
func (s *Server) dialOut(ctx context.Context, o *outlets, network, dest, host string) error {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", dest)
	if err != nil {
		return err
	}
	s.class(conn)
	if network == "tls" {
		config := &tls.Config{}
		if s.cfg.TLS != nil {
			config = s.cfg.TLS.Clone()
		}
		if s.cfg.TLSTo != nil {
			if own := s.cfg.TLSTo(boundAddr(conn.RemoteAddr()), host); own != nil {
				config = own.Clone()
			}
		}
		if config.ServerName == "" {
			config.ServerName = host
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return fmt.Errorf("TLS: %w", err)
		}
		conn = secure
	}
	c := s.newStream(conn, network, boundAddr(conn.RemoteAddr()))
	c.dialled = true
	s.streams.put(c, math.MaxInt)
	if !o.in.hand(c) {
		return net.ErrClosed
	}
	return nil
}

// resolve finds where a host is reached, over IPv4 if it has such an address. A name without addresses may be that of a
// service (RFC 3263, 4.2).
func resolve(ctx context.Context, network, host string, port int) (netip.AddrPort, error) {
	if a := hostAddr(host); a.IsValid() {
		return netip.AddrPortFrom(a.Unmap(), uint16(cmp.Or(port, wire.DefaultPort(network)))), nil
	}
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(list) == 0 {
		service := "sip"
		if network == "tls" {
			service = "sips"
		}
		_, records, srv := net.DefaultResolver.LookupSRV(ctx, service, "tcp", host)
		if srv != nil || len(records) == 0 {
			return netip.AddrPort{}, err
		}
		port = int(records[0].Port)
		if list, err = net.DefaultResolver.LookupNetIP(ctx, "ip", records[0].Target); err != nil {
			return netip.AddrPort{}, err
		}
	}
	best := slices.IndexFunc(list, func(a netip.Addr) bool { return a.Unmap().Is4() })
	return netip.AddrPortFrom(list[max(best, 0)].Unmap(), uint16(cmp.Or(port, wire.DefaultPort(network)))), nil
}

// write sends a request that has no transaction: an ACK.
func (s *Server) write(req *wire.Request) error {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.t2())
	defer cancel()
	if err := s.connect(ctx, req); err != nil {
		return err
	}
	return s.tpl.WriteMsg(req)
}
