package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/media/sip/registrar"
	"rexian/media/sip/trunk"
)

// lines are the ways in and out: the SIP server, the trunks and the telephones that register.
type lines struct {
	s         *Server
	server    *sip.Server
	sender    atomic.Pointer[sip.Server] // for the trunks, which are made before the server that they send through
	trunks    *trunk.Set
	trusted   *guard.Prefixes // networks that are never limited, beside those of the trunks
	trusting  sync.Mutex
	registrar *registrar.Registrar
	stop      context.CancelFunc
	running   sync.WaitGroup
}

// Send sends a request of a trunk.
func (l *lines) Send(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	server := l.sender.Load()
	if server == nil {
		return nil, errors.New("the server has not begun")
	}
	return server.Send(ctx, req)
}

// newLines prepares trunks and telephones. The guard lets the trunks and what is trusted besides do as they like.
func newLines(s *Server, trusted *guard.Prefixes) (*lines, error) {
	l := &lines{s: s, trusted: trusted}
	c := s.config
	if len(c.Trunks) > 0 {
		var list []trunk.Config
		for i := range c.Trunks {
			list = append(list, c.Trunks[i].Line())
		}
		var err error
		l.trunks, err = trunk.New(list, trunk.Options{Send: l, Contact: contact(s), Logger: s.log, OnNetworks: l.trust, OnState: func(st trunk.Status) {
			s.log.Info("trunk", "name", st.Name, "state", st.State.String(), "why", st.Why)
		}})
		if err != nil {
			return nil, fmt.Errorf("trunk: %w", err)
		}
		l.trust()
	}
	if len(c.Phones) > 0 {
		secrets := digest.Passwords{}
		for _, p := range c.Phones {
			secrets[p.User] = digest.NewSecret(p.Password.Reveal())
		}
		auth, err := digest.New(digest.Config{Realm: "rexian", Secrets: secrets, Algorithms: algorithms[c.SIP.Digest]})
		if err != nil {
			return nil, fmt.Errorf("phones: %w", err)
		}
		file, err := registrar.OpenFile(s.data("phones.json"))
		if err != nil {
			return nil, fmt.Errorf("phones: %w", err)
		}
		l.registrar, err = registrar.New(registrar.Config{Auth: auth, Store: file,
			WrongSecret: func(src netip.AddrPort) { s.guard.Report(src, guard.BadAuth) },
			OnChange: func(name string, b []registrar.Binding) {
				s.log.Info("telephone", "user", name, "places", len(b))
			}})
		if err != nil {
			return nil, fmt.Errorf("phones: %w", err)
		}
	}
	return l, nil
}

// algorithms are the ways of logging in that are offered, by the name in the configuration.
var algorithms = map[string][]digest.Algorithm{"both": {digest.SHA256, digest.MD5}, "sha256": {digest.SHA256}, "md5": {digest.MD5}}

// trust tells the guard where the trunks are now: the calls of a whole town come from one address there, and must be neither
// slowed down nor banned.
func (l *lines) trust() {
	l.trusting.Lock()
	defer l.trusting.Unlock()
	l.s.guard.SetAllow(l.trusted.With(l.trunks.Networks()...))
}

// origin is what is known of a source. What trunks say of callers is believed, and what the networks say that the
// configuration trusts: proxies of ours.
func (l *lines) origin(src netip.AddrPort) sip.Origin {
	if l.trunks != nil {
		if o, ok := l.trunks.Origin(src); ok {
			return o
		}
	}
	return sip.Origin{Asserts: l.trusted.Contains(src.Addr())}
}

// contact is the address at which carriers reach us.
func contact(s *Server) string {
	at := ""
	for _, listen := range s.config.SIP.Listen {
		if _, addr, ok := strings.Cut(listen, "://"); ok {
			at = addr
			break
		}
	}
	if s.config.SIP.Advertise == "" {
		return at
	}
	_, port, ok := strings.Cut(at[strings.LastIndex(at, "]")+1:], ":")
	if !ok {
		return s.config.SIP.Advertise
	}
	host := s.config.SIP.Advertise
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}

// open opens the sockets; from now on calls come in.
func (l *lines) open(ctx context.Context, c sip.Config) error {
	c.Origin = l.origin
	if l.trunks != nil {
		c.Trunks = l.trunks
	}
	if l.registrar != nil {
		c.Registrar = l.registrar
	}
	server, err := sip.Listen(ctx, c)
	if err != nil {
		return err
	}
	l.server = server
	l.sender.Store(server)
	background, stop := context.WithCancel(context.Background())
	l.stop = stop
	if l.trunks != nil {
		l.running.Go(func() { l.trunks.Run(background) })
	}
	if l.registrar != nil {
		l.running.Go(func() {
			if err := l.registrar.Run(background, 10*time.Second); err != nil {
				l.s.log.Error("telephones are not kept over a restart", "error", err)
			}
		})
	}
	return nil
}

// Dial places a call: to a SIP address, to a telephone that is registered here, or to a number over a trunk.
func (l *lines) Dial(ctx context.Context, target, from string) (*sip.Call, error) {
	to := target
	if !strings.Contains(target, ":") && l.registrar != nil {
		if len(l.registrar.Contacts(target)) > 0 {
			to = "sip:" + target + "@rexian.invalid" // the registrar finds the telephone by its user
		}
	}
	return l.server.Dial(ctx, sip.Outbound{To: to, From: from})
}

// close logs out of trunks, hangs up what is left and closes the sockets.
func (l *lines) close() error {
	if l.stop != nil {
		l.stop()
	}
	l.running.Wait()
	if l.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // a far side that does not confirm our BYE does not keep us
	}
	return err
}
