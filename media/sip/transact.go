package sip

import (
	"context"
	"sync"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// longest is the longest request that goes over UDP where TCP can be had: above it, a datagram may be cut into
// fragments that routers and firewalls like to lose (RFC 3261, 18.1.1, where the path's MTU is not known).
const longest = 1300

// transact begins the transaction of a request and sends it. A long one for UDP goes over TCP; if the far side takes no
// connection there, it goes over UDP all the same.
func (s *Server) transact(ctx context.Context, req *wire.Request) (*wire.ClientTx, error) {
	if req.Transport() == "UDP" && len(req.String()) > longest && !s.noTCP.has(req.Destination(), time.Now()) {
		via, laddr := *req.Via(), req.Laddr
		s.useTCP(req)
		short, cancel := context.WithTimeout(ctx, s.cfg.t2()/2) // a firewall may swallow the attempt
		tx, err := s.start(short, req)
		cancel()
		if err == nil {
			return tx, nil
		}
		if ctx.Err() != nil {
			return nil, unreachable(err)
		}
		s.noTCP.put(req.Destination(), time.Now())
		s.log.Debug("sip: a long request goes over UDP, for TCP is not to be had", "to", req.Destination(), "error",
			err)
		*req.Via() = via
		req.SetTransport("UDP")
		req.Laddr = laddr
	}
	tx, err := s.start(ctx, req)
	if err != nil {
		return nil, unreachable(err)
	}
	return tx, nil
}

func (s *Server) start(ctx context.Context, req *wire.Request) (*wire.ClientTx, error) {
	if err := s.connect(ctx, req); err != nil {
		return nil, err
	}
	tx, err := s.txl.NewClientTransaction(ctx, req)
	if err != nil {
		return nil, err
	}
	if req.IsInvite() {
		tx.OnRetransmission(s.strayResponse)
	}
	if err := tx.Init(); err != nil {
		tx.Terminate()
		return nil, err
	}
	return tx, nil
}

// useTCP turns a request made for UDP to TCP. Our Contact stays: the far side's own requests may come over UDP.
func (s *Server) useTCP(req *wire.Request) {
	req.SetTransport("TCP")
	req.Laddr = wire.Addr{}
	via := req.Via()
	via.Transport = "TCP"
	remote := hostAddr(via.Host)
	if e := s.endpointFor("TCP", remote); e != nil { // where an answer comes if the connection breaks
		via.Port = int(e.bound.Port())
	}
}

// refusals remembers for a while which far sides take no connection.
type refusals struct {
	mu sync.Mutex
	m  map[string]time.Time
}

// refusal is how long one is remembered, maxRefusals how many: then all are forgotten and found out anew.
const (
	refusal     = 10 * time.Minute
	maxRefusals = 1024
)

func (r *refusals) put(dest string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil || len(r.m) >= maxRefusals {
		r.m = map[string]time.Time{}
	}
	r.m[dest] = now
}

func (r *refusals) has(dest string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	since, ok := r.m[dest]
	return ok && now.Sub(since) < refusal
}
