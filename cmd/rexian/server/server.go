// Package server puts a running exchange together: flows, voices, library, media engine, SIP and the administration.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rexian/cmd/rexian/config"
	"rexian/media/prompt"
	"rexian/media/record"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/guard"
	"rexian/media/sip/trunk"
	"rexian/runtime/campaign"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/kept"
	"rexian/stdlib"
	"rexian/stdlib/mailin"
)

// Options are what a server needs beside its configuration.
type Options struct {
	Config *config.Config
	Reread func() (*config.Config, error) // reads the configuration again, for Reload; nil: there is none
	Logger *slog.Logger
	Now    func() time.Time // the clock of the calendars; time.Now unless given
	// let the folder of the flows serve if it is good, whatever served last
	Deploy   bool
	Tell     func(Notice)                         // hears what who starts the server must know; may be nil
	Voice    prompt.Voice                         // instead of the configured engine; may be nil
	Known    *prompt.Store                        // sounds known before any are rendered; may be nil
	Progress func(lang string, p prompt.Progress) // of words being rendered; may be nil
	Loading  func(done, total int)                // of demonstration data being loaded; may be nil
	Own      []stdlib.Own                         // functions of the deployment, written in Go
	// Resolve and SRV answer what trunks ask the name server; nil: the system's.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	SRV     trunk.LookupSRV
	Arrange func(*sip.Call) *exchange.Arrangement // of calls that a test drives; nil
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
	bans       *bans
	lines      *lines
	staff      *staff
	claims     *claims
	callbacks  *callbacks
	pool       *record.Pool
	recordings *exchange.Recordings
	archive    *archive
	traces     *kept.Keeper // nil where none are kept
	metrics    *exchange.Metrics
	exchange   *exchange.Exchange
	registry   *prometheus.Registry
	campaigns  *campaign.Engine
	known      *known  // announcements before answers
	doings     *doings // calls that are on
	watching   *watching
	stands     struct { // campaigns as they stood a moment ago
		mu  sync.Mutex
		at  time.Time
		all map[string]any
	}
	// lets campaigns begin no more calls, and waits for those that are on to be written down
	endCampaigns func(wait bool)
	mails        *mailin.Watcher // nil where no mailbox is watched
	web          *http.Server
	webAt        net.Addr
	running      sync.WaitGroup
	draining     atomic.Bool
	textsIn      atomic.Int64       // texts that the gateway posted
	strangers    atomic.Int64       // requests at its door that were not its
	background   context.Context    // of what runs beside the calls
	stop         context.CancelFunc // ends it
	sharing      *sharing           // with the other nodes on the database
	deploying    sync.Mutex
	told         string   // the version whose words that are not carried out were told
	lock         *os.File // of the data folder; nil until it is taken
	reloading    sync.Mutex
	taken        *config.Config // what the latest reload took in; under reloading
	sipPair      *certificate   // nil where none is configured
	webPair      *certificate
}

// Start starts a server. What served last serves again, or the flows do; a version serves before a port is opened, so
// that the first call finds everything ready. What was started is stopped again if something fails: the error is a
// *Trouble, a *deploy.Refused or a *node.Taken where one sentence says what to do.
func Start(ctx context.Context, o Options) (s *Server, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s = &Server{o: o, config: o.Config, taken: o.Config, log: o.Logger, registry: prometheus.NewRegistry()}
	s.background, s.stop = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	s.registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, step := range []func(context.Context) error{s.openFolder, s.openVoices, s.openLibrary, s.openDeployment,
		s.openMedia, s.openExchange, s.openCampaigns, s.openMails, s.openWeb} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	s.running.Go(func() { s.watchCalendars(s.background) })
	s.running.Go(func() { s.staff.run(s.background) })
	s.running.Go(func() { s.claims.run(s.background) })
	s.running.Go(func() { s.callbacks.run(s.background) })
	s.running.Go(func() { floor{s}.follow(s.background) })
	s.running.Go(func() { s.watching.Run(s.background) })
	s.running.Go(func() { s.watching.looks(s.background) })
	s.running.Go(func() { s.archive.run(s.background) })
	s.running.Go(func() { s.watchClosures(s.background) })
	return s, nil
}

// data is a path in the data folder.
func (s *Server) data(name ...string) string {
	return filepath.Join(append([]string{s.config.Path(s.config.Data)}, name...)...)
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

// Drain lets the calls that run come to their ends, and takes no new ones; what is left when the context ends is hung
// up.
func (s *Server) Drain(ctx context.Context) {
	if s.exchange == nil || s.draining.Swap(true) {
		return
	}
	if s.endCampaigns != nil {
		s.endCampaigns(false)
	}
	s.exchange.Drain()
	if server := s.lines.sender.Load(); server != nil {
		server.Drain()
	}
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
	s.stop()
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
	if s.endCampaigns != nil {
		s.endCampaigns(true)
	}
	s.traces.Close()
	if s.sharing != nil && s.deployment != nil {
		s.sharing.end()
	}
	if s.library != nil {
		if s.exchange != nil {
			s.exchange.CloseAgents(s.o.Now())
			s.claims.leave()
		}
		errs = append(errs, s.library.Close())
	}
	s.running.Wait()
	if s.archive != nil {
		errs = append(errs, s.archive.root.Close())
	}
	if s.lock != nil {
		if err := s.lock.Close(); !errors.Is(err, os.ErrClosed) { // closing again is no fault
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
