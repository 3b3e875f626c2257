package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"rexian/stdlib/db"
)

// peers are the other servers on the database, as the administration passes on to them what only they can do.
type peers struct{ s *Server }

// Address is where the administration of a node answers.
func (p peers) Address(ctx context.Context, node string) (string, error) {
	return p.s.library.Node().Web(ctx, node)
}

// Trust takes the certificates that the machine does, and this server's own, which the nodes may share.
func (p peers) Trust() *tls.Config {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if c := p.s.config.HTTP.Cert; c != "" {
		if b, err := os.ReadFile(p.s.config.Path(c)); err == nil {
			pool.AppendCertsFromPEM(b)
		}
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// announceEvery is how often it is tried to tell the others where this server is administered.
const announceEvery = 2 * time.Second

// announces tells the other servers where this one is administered, as soon as the database is there.
func (s *Server) announces(ctx context.Context) {
	at := s.webAddress()
	for at != "" && ctx.Err() == nil {
		err := s.library.Node().Announce(ctx, at)
		if err == nil {
			return
		}
		if !db.IsUnavailable(err) && !errors.Is(err, db.ErrConflict) && ctx.Err() == nil {
			s.log.Warn("the other nodes do not know where this one is administered", "error", err)
			return
		}
		pause(ctx, announceEvery)
	}
}

// webAddress is where others reach the administration: http.advertise, else where it listens; at all of the machine's
// addresses that is its name. "" where there is none.
func (s *Server) webAddress() string {
	if s.webAt == nil {
		return ""
	}
	if s.config.HTTP.Advertise != "" {
		return s.config.HTTP.Advertise
	}
	scheme := "http://"
	if s.config.HTTP.Cert != "" {
		scheme = "https://"
	}
	at, err := netip.ParseAddrPort(s.webAt.String())
	if err != nil || !at.Addr().IsUnspecified() {
		return scheme + s.webAt.String()
	}
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	_, port, err := net.SplitHostPort(s.webAt.String())
	if err != nil {
		return ""
	}
	return scheme + net.JoinHostPort(host, port)
}
