// Package server puts a running exchange together: flows, voices, library, media engine, SIP and the administration.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/queries"
	"rexian/compiler"
	"rexian/compiler/library"
	"rexian/media/prompt"
	"rexian/media/record"
	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip"
	"rexian/media/sip/guard"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/stdlib"
	"rexian/stdlib/demo"
	"rexian/stdlib/mailin"
	"rexian/stdlib/sqlfunc"
)

// Options are what a server needs beside its configuration.
type Options struct {
	Config   *config.Config
	Logger   *slog.Logger
	Today    int64                                 // days since 1970-01-01, for the checks of calendars
	Packs    []string                              // folders with rendered words, before those of the data folder
	Voice    prompt.Voice                          // instead of the configured engine; may be nil
	Progress func(lang string, p prompt.Progress)  // of words being rendered; may be nil
	Loading  func(done, total int)                 // of demonstration data being loaded; may be nil
	Own      []stdlib.Own                          // functions of the deployment, written in Go
	Arrange  func(*sip.Call) *exchange.Arrangement // of calls that a test drives; nil
}

// Server is a running exchange.
type Server struct {
	o          Options
	config     *config.Config
	log        *slog.Logger
	library    *stdlib.Library
	voices     *exchange.Voices
	deployment *deploy.Deployment
	engine     *rtp.Engine
	guard      *guard.Guard
	lines      *lines
	pool       *record.Pool
	recordings *exchange.Recordings
	metrics    *exchange.Metrics
	exchange   *exchange.Exchange
	registry   *prometheus.Registry
	mails      *mailin.Watcher // nil where no mailbox is watched
	web        *http.Server
	webAt      net.Addr
	running    sync.WaitGroup
	draining   atomic.Bool
	stop       context.CancelFunc // ends what runs beside the calls
	deploying  sync.Mutex
	queries    []*sqlfunc.Query // SQL files in use; under deploying
}

// Start starts a server. The flows must compile; the first version is deployed before a port is opened, so that the first call
// finds everything ready. What was started is stopped again if something fails.
func Start(ctx context.Context, o Options) (s *Server, err error) {
	s = &Server{o: o, config: o.Config, log: o.Logger, registry: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, step := range []func(context.Context) error{s.openVoices, s.openLibrary, s.openDeployment, s.openMedia, s.openExchange, s.openMails, s.openWeb} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

// data is a path in the data folder.
func (s *Server) data(name ...string) string {
	return filepath.Join(append([]string{s.config.Path(s.config.Data)}, name...)...)
}

func (s *Server) openVoices(context.Context) error {
	v := s.config.Voice
	var voice prompt.Voice
	switch v.Engine {
	case "espeak-ng":
		voice = &prompt.Espeak{Limit: time.Duration(v.Timeout)}
	case "auto":
		if _, err := exec.LookPath("espeak-ng"); err == nil {
			voice = &prompt.Espeak{Limit: time.Duration(v.Timeout)}
		}
	case "http":
		h := &prompt.HTTP{URL: v.URL, Limit: time.Duration(v.Timeout)}
		if v.Token.IsSet() {
			h.Headers = map[string]prompt.Secret{"Authorization": prompt.Secret("Bearer " + v.Token.Reveal())}
		}
		voice = h
	}
	if s.o.Voice != nil {
		voice = s.o.Voice
	}
	var err error
	s.voices, err = exchange.NewVoices(exchange.VoiceOptions{Packs: s.o.Packs, Dir: s.data("voice"), Voice: voice, Spoken: stdlib.Spoken, Logger: s.log})
	return err
}

func (s *Server) openDeployment(ctx context.Context) error {
	var err error
	s.deployment, err = deploy.New(deploy.Options{Dir: s.data("versions"), Prepare: func(v *deploy.Version) error {
		return s.voices.Prepare(ctx, v, s.o.Progress)
	}})
	if err != nil {
		return err
	}
	return s.Deploy(ctx, 0, "start")
}

// Deploy compiles the flows anew and lets them serve: all new calls, or a share of them if percent is not 0. Calls that run keep
// their version. A program with errors is refused with a *deploy.Refused, and what serves goes on serving.
func (s *Server) Deploy(_ context.Context, percent int, by string) (err error) {
	s.deploying.Lock()
	defer s.deploying.Unlock()
	registry, undo, err := s.useQueries()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	v, err := deploy.Compile(s.config.Path(s.config.Flows), compiler.Options{Today: s.o.Today, Settings: s.config.Settings, Library: registry})
	if err != nil {
		return err
	}
	if percent == 0 {
		err = s.deployment.Deploy(v, by)
	} else {
		err = s.deployment.Try(v, percent, by)
	}
	if err == nil {
		s.adopt()
		s.log.Info("deployed", "version", v.Hash()[:12], "percent", percent, "by", by)
	}
	return err
}

// adopt lets the library go by what the version declares that new calls get: its calendar and its types of tickets.
func (s *Server) adopt() {
	if v := s.deployment.Stable(); v != nil {
		s.library.UseProgram(v.Program)
	}
}

// useQueries makes the SQL files beside the flows callable, and returns the library with them; undo goes back to those before.
func (s *Server) useQueries() (registry *library.Registry, undo func(), err error) {
	root := s.config.Path(s.config.Flows)
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return s.library.Registry(), func() {}, nil
	}
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil {
		return nil, nil, err
	}
	set := queries.Load(root, base)
	if len(set.Findings) > 0 {
		return nil, nil, &deploy.Refused{Findings: set.Findings, Source: func(file string) []byte { return set.Sources[file] }}
	}
	registry, wrong := s.library.Use(set.Queries)
	if len(wrong) > 0 {
		return nil, nil, wrong[0]
	}
	before := s.queries
	s.queries = set.Queries
	return registry, func() {
		s.queries = before
		_, _ = s.library.Use(before) // they were in use a moment ago
	}, nil
}

func (s *Server) openMedia(context.Context) error {
	m := s.config.Media
	var err error
	s.engine, err = rtp.New(rtp.Config{Listen: address(m.Listen), PortMin: m.PortMin, PortMax: m.PortMax, Threads: m.Threads, NoUring: !m.Uring, Logger: s.log})
	if err == nil {
		s.log.Debug("media engine", "packets", s.engine.Driver())
	}
	return err
}

// address reads an address that the configuration's checks have passed; the zero value if there is none.
func address(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

func secure(s string) sdp.Secure {
	switch s {
	case "never":
		return sdp.Never
	case "required":
		return sdp.Required
	}
	return sdp.Offered
}

func (s *Server) openExchange(ctx context.Context) error {
	c := s.config
	deny, err := guard.ParsePrefixes(c.Guard.Deny...)
	if err != nil {
		return err
	}
	trusted, err := guard.ParsePrefixes(c.Guard.Trusted...)
	if err != nil {
		return err
	}
	s.guard, err = guard.New(guard.Config{Packets: c.Guard.Requests, Calls: c.Guard.Calls, Deny: deny, Allow: trusted,
		OnBan: func(src netip.Addr, why guard.Offence, until time.Time) {
			s.log.Warn("source banned", "source", src, "why", why.String(), "until", until)
		}})
	if err != nil {
		return err
	}
	if err := s.openRecordings(); err != nil {
		return err
	}
	var agents []exchange.Agent
	for _, a := range c.Agents {
		agents = append(agents, exchange.Agent{ID: a.ID, Phone: a.Phone, Skills: a.Skills})
	}
	s.lines, err = newLines(s, trusted)
	if err != nil {
		return err
	}
	s.exchange = exchange.New(exchange.Options{Deployment: s.deployment, Library: s.library, Outbox: s.library, Sounds: s.voices, Journal: s.library.Calls(),
		Dialer: s.lines, Recordings: s.recordings, RecordAll: c.Recording.Calls == "all",
		Agents: agents, MaxCalls: c.SIP.MaxCalls, Metrics: s.metrics, Logger: s.log, Arrange: s.o.Arrange})
	s.figures()
	var certificates *tls.Config
	if c.SIP.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Path(c.SIP.Cert), c.Path(c.SIP.Key))
		if err != nil {
			return fmt.Errorf("sip.cert: %w", err)
		}
		certificates = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	return s.lines.open(ctx, sip.Config{Listen: c.SIP.Listen, TLS: certificates, Advertise: address(c.SIP.Advertise), Media: s.engine,
		MediaAddr: address(c.Media.Advertise), Secure: secure(c.Media.SRTP), InBand: c.Media.InBand, MediaTimeout: time.Duration(c.Media.Timeout),
		OnCall: s.exchange.Serve, Guard: s.guard, SessionExpires: time.Duration(c.SIP.Expires), Logger: s.log})
}

// openRecordings mends what a crash left unfinished, and prepares for what calls will record.
func (s *Server) openRecordings() error {
	dir := s.data("recordings")
	mended, err := record.Repair(dir)
	if err != nil {
		return err
	}
	s.metrics = exchange.NewMetrics(s.registry)
	s.pool = record.New(record.Options{})
	s.recordings = exchange.NewRecordings(s.pool, dir, newShelf(s.library), s.metrics, s.log)
	for _, r := range mended {
		if r.Err != nil {
			s.log.Error("a recording of an earlier start cannot be mended", "file", r.Part, "error", r.Err)
			continue
		}
		s.log.Info("a recording of an earlier start was finished", "file", r.Path, "seconds", int(r.Duration.Seconds()))
	}
	list, err := finished(dir)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.running.Go(func() { s.relist(ctx, list) })
	return nil
}

// openLibrary opens the database.
func (s *Server) openLibrary(ctx context.Context) error {
	c := s.config
	o := stdlib.Options{Own: s.o.Own, URL: c.Database.URL.Reveal(), Data: s.data(), Bureau: c.Database.Bureau.Reveal(), Logger: s.log}
	o.Config.Message = s.messages()
	o.Config.Alerts, o.Config.MeterDigits = c.Tickets.Alerts, c.Meters.Digits
	var err error
	if s.library, err = stdlib.Open(ctx, o); err != nil || !c.Database.Demo {
		return err
	}
	return s.loadDemo(ctx)
}

// loadDemo fills an empty database with demonstration data; one with taxpayers in it is left as it is.
func (s *Server) loadDemo(ctx context.Context) error {
	var n int
	if err := s.library.DB().Get(ctx, &n, `SELECT COUNT(*) FROM taxpayers`); err != nil {
		return fmt.Errorf("demonstration data: %w", err)
	}
	if n > 0 {
		return nil
	}
	s.log.Info("demonstration data is being loaded")
	if err := demo.Load(ctx, s.library.DB(), demo.Taxpayers, s.o.Loading); err != nil {
		return fmt.Errorf("demonstration data: %w", err)
	}
	return nil
}

// counter tells Prometheus a number that only grows, gauge one that goes up and down; the parts count themselves.
func (s *Server) counter(name, help string, f func() float64) {
	s.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, f))
}

func (s *Server) gauge(name, help string, f func() float64) {
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
}

// figures tells Prometheus what the parts count themselves.
func (s *Server) figures() {
	count, gauge := s.counter, s.gauge
	gauge("rexian_streams", "RTP streams open.", func() float64 { return float64(s.engine.Stats().Streams) })
	gauge("rexian_sip_dialogs", "SIP dialogs kept.", func() float64 {
		if server := s.lines.sender.Load(); server != nil {
			return float64(server.Dialogs())
		}
		return 0
	})
	count("rexian_rtp_sent_total", "RTP packets sent.", func() float64 { return float64(s.engine.Stats().Sent) })
	count("rexian_rtp_received_total", "RTP packets received.", func() float64 { return float64(s.engine.Stats().Received) })
	count("rexian_rtp_refused_total", "Datagrams thrown away.", func() float64 { return float64(s.engine.Stats().Refused) })
	count("rexian_rtp_late_ticks_total", "Ticks that began more than 5 ms late.", func() float64 { return float64(s.engine.Stats().Late) })
	count("rexian_records_lost_total", "Records of calls that neither the database nor the disk took.", func() float64 { return float64(s.library.Calls().Stats().Lost) })
	gauge("rexian_records_pending", "Records of calls that wait for the database.", func() float64 { return float64(s.library.Calls().Stats().Pending) })
	gauge("rexian_version_calls", "Calls on the stable version.", func() float64 {
		if v := s.deployment.Stable(); v != nil {
			return float64(v.Calls())
		}
		return 0
	})
}

// Addrs are the SIP sockets, as they can be called.
func (s *Server) Addrs() []string { return s.lines.server.Addrs() }

// Web is the address of the administration, nil if there is none.
func (s *Server) Web() net.Addr { return s.webAt }

// Deployment says what serves.
func (s *Server) Deployment() *deploy.Deployment { return s.deployment }

// Voices are the sounds of the words.
func (s *Server) Voices() *exchange.Voices { return s.voices }

// Calls is how many calls run.
func (s *Server) Calls() int { return s.exchange.Calls() }

// Drain lets the calls that run come to their ends, and takes no new ones; what is left when the context ends is hung up.
func (s *Server) Drain(ctx context.Context) {
	if s.exchange == nil || s.draining.Swap(true) {
		return
	}
	s.exchange.Drain()
	if s.mails != nil {
		var ended sync.WaitGroup
		ended.Go(func() { s.mails.Drain(ctx) }) // beside the calls: both have the same time
		defer ended.Wait()
	}
	if err := s.exchange.Wait(ctx); err != nil {
		s.log.Warn("calls are hung up", "count", s.exchange.Calls())
		s.exchange.HangupAll()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.exchange.Wait(last); err != nil {
			s.log.Error("calls do not end", "count", s.exchange.Calls())
		}
	}
}

// Close stops everything at once. After Drain nothing is lost by it.
func (s *Server) Close() error {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	s.Drain(gone)
	var errs []error
	if s.stop != nil {
		s.stop()
	}
	if s.web != nil {
		errs = append(errs, s.web.Close())
	}
	if s.lines != nil {
		errs = append(errs, s.lines.close())
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close())
	}
	if s.pool != nil {
		s.pool.Close()
		errs = append(errs, s.recordings.Close())
	}
	if s.library != nil {
		errs = append(errs, s.library.Close())
	}
	s.running.Wait()
	return errors.Join(errs...)
}
