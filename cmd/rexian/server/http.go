package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"rexian/console/api"
)

// openWeb opens the administration, where one is configured.
func (s *Server) openWeb(ctx context.Context) error {
	if s.config.HTTP.Listen == "" {
		return nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.config.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("http.listen: %w", err)
	}
	s.webAt = l.Addr()
	s.serveHTTP(l)
	return nil
}

// administration is the interface of console/api over this server's parts.
func (s *Server) administration() http.Handler {
	return api.New(api.Options{Deployment: s.deployment, Deploy: s.Deploy, Adopt: s.adopt, Message: s.exchange.Message,
		SetSwitch: s.library.SetSwitch, Draining: s.draining.Load, Trouble: s.trouble, Bans: s.bans, Metrics: s.registry, Token: s.config.HTTP.Token,
		Profile: s.config.HTTP.Profile, Logger: s.log})
}

// trouble says why no calls can come in at the moment, nil if they can.
func (s *Server) trouble() error {
	if server := s.lines.sender.Load(); server != nil {
		return server.Trouble()
	}
	return nil
}

// serveHTTP runs the administration until the listener is closed.
func (s *Server) serveHTTP(l net.Listener) {
	s.web = &http.Server{Handler: s.administration(),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 5 * time.Minute}
	s.running.Go(func() {
		if err := s.web.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("administration", "error", err)
		}
	})
}
