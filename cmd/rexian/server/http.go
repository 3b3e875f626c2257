package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"rexian/cmd/rexian/lsp"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/stdlib"
	"rexian/stdlib/call"
	"rexian/stdlib/table"
)

// openWeb opens the administration, where one is configured.
func (s *Server) openWeb(ctx context.Context) error {
	if s.config.HTTP.Listen == "" {
		return nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.config.HTTP.Listen)
	if err != nil {
		return trouble(says("管理接口的地址 http.listen %s 不能用：",
			"the address of the administration, http.listen %s, cannot be used: ",
			s.config.HTTP.Listen), err)
	}
	s.webAt = l.Addr()
	if err := s.secureWeb(&l); err != nil {
		return errors.Join(err, l.Close())
	}
	s.serveHTTP(l)
	s.running.Go(func() { s.announces(s.background) })
	return nil
}

// secureWeb puts TLS over the administration's listener where a certificate is configured, and refuses one that
// anybody on the network could use.
func (s *Server) secureWeb(l *net.Listener) error {
	c := s.config.HTTP
	at, ok := (*l).Addr().(*net.TCPAddr)
	near := ok && at.IP.IsLoopback()
	if !c.Token.IsSet() && !near {
		return errors.New("http.token: is needed unless it listens on this machine only")
	}
	if c.Cert == "" {
		if !near {
			s.log.Warn("the administration's token goes over the network unencrypted: set http.cert and http.key")
		}
		return nil
	}
	var err error
	s.webPair, err = s.trusted("http.cert", s.config.Path(c.Cert), s.config.Path(c.Key))
	if err != nil {
		return err
	}
	config := s.webPair.config()
	config.NextProtos = []string{"h2", "http/1.1"}
	*l = tls.NewListener(*l, config)
	return nil
}

// administration is the interface of console/api over this server's parts.
func (s *Server) administration() http.Handler {
	return api.New(api.Options{Deployment: s.deployment, Deploy: s.Deploy, Changes: s.changes, Reload: s.reload,
		Adopt:    s.adopt,
		Message:  s.exchange.Message,
		Switches: s.library, Draining: s.draining.Load, Trouble: s.trouble, Bans: s.bans,
		Calls: records{s.library}, Messages: s.sipMessages, Node: s.library.Node().Name,
		Control: control{s.exchange}, Floor: floor{s},
		Announcements: announcer{s.campaigns, s.known, s.library.Slices().Campaigns},
		Campaigns:     s.campaigns, Surveys: s.library.Slices().Surveys, Agents: s.staff, Recordings: s.archive,
		Voicemails: boxes{s.library, s.deployment, s.o.Now}, Closures: closures{s.library, s},
		Callbacks: s.library.Slices().Callbacks, Tickets: s.library.Slices().Tickets, Lists: s.library.Slices().Filter,
		FollowUps: followUps{s.library.Slices().FollowUps, s.library.Slices().Tickets},
		Users:     s.library.Slices().Users, Live: ongoing{s}, Peers: peers{s}, Editor: s.editor(),
		Metrics: s.registry, Token: s.config.HTTP.Token,
		Profile: s.config.HTTP.Profile, Now: time.Now, Logger: s.log})
}

// mostEditors is how many people may write flows over the network at a time.
const mostEditors = 8

// editor answers editors of the folder of the flows; nil where the flows are no folder.
func (s *Server) editor() http.Handler {
	path := s.config.Path(s.config.Flows)
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil
	}
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil { // without it nothing would serve either
		return nil
	}
	log := slog.NewLogLogger(s.log.Handler(), slog.LevelWarn).Writer()
	return &lsp.Remote{Most: mostEditors, New: func() *lsp.Server {
		return &lsp.Server{Tongue: diag.Zh, AnyTongue: true, Library: base, Log: log, Program: path, Now: s.o.Now}
	}}
}

// records reads the calls that the library has written down.
type records struct{ library *stdlib.Library }

func (r records) Latest(ctx context.Context, of call.Within, after call.After, most int) ([]call.Brief, error) {
	return call.Latest(ctx, r.library.DB(), of, after, most)
}

func (r records) Parts(ctx context.Context, id string) (p api.Parts, err error) {
	p.Queues, p.Agents, err = call.Parts(ctx, r.library.DB(), id)
	return p, err
}

func (r records) Node(ctx context.Context, id string) (string, error) {
	return call.RunsAt(ctx, r.library.DB(), id)
}

func (r records) Read(ctx context.Context, id string) (*call.Call, error) {
	return call.Read(ctx, r.library.DB(), id)
}

// sipMessages are what is still kept of the SIP messages of dialogs.
func (s *Server) sipMessages(ids []string) []api.Message {
	server := s.lines.sender.Load()
	if server == nil {
		return nil
	}
	list := server.Messages(ids...)
	shown := make([]api.Message, len(list))
	for i := range list {
		m := &list[i]
		shown[i] = api.Message{At: m.At.UnixMicro(), CallID: m.CallID(), Sent: m.Sent, Network: m.Network,
			Local: m.Local.String(), Remote: m.Remote.String(), Text: m.Text(hidden)}
	}
	return shown
}

// trouble says why no calls can come in at the moment, nil if they can.
func (s *Server) trouble() error {
	if s.library.Ready() && !s.library.Node().Held() {
		return fmt.Errorf("another server has taken the name of node %s", s.library.Node().Name())
	}
	if server := s.lines.sender.Load(); server != nil {
		return server.Trouble()
	}
	return nil
}

// serveHTTP runs the administration until the listener is closed.
func (s *Server) serveHTTP(l net.Listener) {
	s.web = &http.Server{Handler: s.textDoor(s.administration()),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	s.running.Go(func() {
		if err := s.web.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("administration", "error", err)
		}
	})
}

// longestService is how long a number may be that is no person's: a service's, an extension or a code.
const longestService = 6

// hidden masks what may be a person's number.
func hidden(number string) string {
	if len(number) <= longestService {
		return number
	}
	return table.MaskPhone(number)
}
