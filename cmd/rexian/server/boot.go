package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/prompt"
	"rexian/media/record"
	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip"
	"rexian/media/sip/siptrace"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/kept"
	"rexian/stdlib"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/demo"
)

// VoiceService is the engine on the network that a configuration describes.
func VoiceService(v config.Voice) *prompt.HTTP {
	h := &prompt.HTTP{URL: v.URL, Body: v.Body, ContentType: v.Type, Limit: time.Duration(v.Timeout)}
	if v.Token.IsSet() {
		h.Headers = map[string]prompt.Secret{v.Header: prompt.Secret(strings.TrimSpace(v.Scheme + " " +
			v.Token.Reveal()))}
	}
	for _, pair := range v.Voices {
		if h.Voices == nil {
			h.Voices = map[string]string{}
		}
		lang, name, _ := strings.Cut(pair, "=")
		h.Voices[strings.TrimSpace(lang)] = strings.TrimSpace(name)
	}
	return h
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
		voice = VoiceService(v)
	}
	if s.o.Voice != nil {
		voice = s.o.Voice
	}
	_, missing := os.Stat(s.data(wordsFolder))
	var err error
	s.voices, err = exchange.NewVoices(exchange.VoiceOptions{Packs: []string{s.data(wordsFolder)}, Dir: s.data("voice"),
		Voice: voice, Spoken: stdlib.Spoken, Known: s.o.Known, Bad: s.badWords, Logger: s.log, Now: s.o.Now})
	if err == nil && missing != nil { // nothing served here yet, or an earlier program did
		_ = s.takeWords() // what is wrong with them is found again with the flows
	}
	return err
}

func (s *Server) openMedia(context.Context) error {
	m := s.config.Media
	probe, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address(m.Listen), 0)))
	if err == nil { // else every call would fail
		err = probe.Close()
	}
	if err != nil {
		return trouble(says("语音地址 media.listen %s 不能用：", "the address for sound, media.listen %s, cannot be used: ",
			m.Listen), err)
	}
	s.engine, err = rtp.New(rtp.Config{Listen: address(m.Listen), PortMin: m.PortMin, PortMax: m.PortMax,
		DSCP: class(m.DSCP), Threads: m.Threads, NoUring: !m.Uring, Logger: s.log})
	if err != nil {
		return trouble(says("语音地址 media.listen %s 不能用：", "the address for sound, media.listen %s, cannot be used: ",
			m.Listen), err)
	}
	s.log.Debug("media engine", "packets", s.engine.Driver())
	return nil
}

// address reads an address that the configuration's checks have passed; the zero value if there is none.
func address(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

// lead is the silence before the first word as the telephone server takes it, where 0 is left to itself.
func lead(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

// class is a DSCP as the telephone server takes it, where 0 is left to itself.
func class(dscp int) int {
	if dscp == 0 {
		return -1
	}
	return dscp
}

// networks reads networks that the configuration's checks have passed.
func networks(list []string) []netip.Prefix {
	var nets []netip.Prefix
	for _, n := range list {
		if p, err := config.Network(n); err == nil {
			nets = append(nets, p)
		}
	}
	return nets
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

// reachable tells whether a telephone can be called: one of ours must be registered.
func (s *Server) reachable(phone string) bool {
	return !s.lines.has(phone) || s.lines.registrar.Registered()[phone] > 0 && !s.lines.unheard.has(phone)
}

// lastAgent is who served a caller last.
func (s *Server) lastAgent(ctx context.Context, number string, since time.Time) (string, error) {
	return call.LastAgent(ctx, s.library.DB(), number, since)
}

// reserved is how many places strangers leave to those who are known.
func reserved(c *config.Config) int {
	if len(c.Trunks)+len(c.Phones)+len(c.Guard.Trusted) == 0 {
		return 0
	}
	return c.SIP.MaxCalls * c.Guard.Reserved / 100
}

func (s *Server) openExchange(ctx context.Context) error {
	c := s.config
	trusted, err := s.openGuard()
	if err != nil {
		return err
	}
	if err := s.openRecordings(); err != nil {
		return err
	}
	s.lines, err = newLines(s, trusted)
	if err != nil {
		return err
	}
	if c.Traces.MB > 0 {
		dir := s.data(kept.Folder)
		s.traces, err = kept.Open(kept.Options{Dir: dir, MB: c.Traces.MB, Days: c.Traces.Days, Now: s.o.Now,
			Logger: s.log})
		if err != nil {
			return trouble(says("通话经过的文件夹 %s 不能用：", "the folder of traces %s cannot be used: ", dir), err)
		}
	}
	s.staff, s.claims, s.callbacks = newStaff(s), newClaims(s), newCallbacks(s)
	dials, err := ours(deskFlow, s.staff.desk)
	if err != nil {
		return fmt.Errorf("the flow of telephones that dial: %w", err)
	}
	back, err := ours(callbackFlow, nil)
	if err != nil {
		return fmt.Errorf("the flow of callbacks: %w", err)
	}
	if s.library.Ready() {
		s.staff.read(ctx)
	}
	s.known = newKnown(s.data("announcements"), s.library.Slices().Campaigns, s.log)
	s.running.Go(func() { s.known.run(s.background, s.library.Ready) })
	s.doings, s.watching = newDoings(s.library.Calls()), newWatching(s)
	s.exchange = exchange.New(exchange.Options{Deployment: s.deployment, Desk: dials, Codes: s.staff.codes,
		Joins:   s.staff.joins,
		Library: s.library,
		Outbox:  s.library,
		Sounds:  s.voices, Journal: s.doings,
		Traces:  s.traces,
		Surveys: s.library.Slices().Surveys,
		Dialer:  s.lines, Announcements: s.known.set,
		Recordings: s.recordings, RecordAll: c.Recording.Calls == "all",
		Own: s.lines.own, Ours: s.lines.has, Agents: s.staff.list(c), OnAgent: s.staff.told,
		OnFloor: s.floorChanged, Reachable: s.reachable,
		Claims: s.claims, Callbacks: s.callbacks, CallBack: back, LastAgent: s.lastAgent,
		MaxCalls: c.SIP.MaxCalls, Reserved: reserved(c),
		Metrics: s.metrics,
		Logger:  s.log,
		Arrange: s.o.Arrange})
	s.lines.exchange.Store(s.exchange)
	s.running.Go(func() { // what codes and callbacks say
		for _, v := range []*deploy.Version{dials, back} {
			if err := s.voices.Prepare(s.background, v, nil); err != nil && s.background.Err() == nil {
				s.log.Warn("codes of telephones and callbacks are carried out without a word", "error", err)
			}
		}
	})
	s.figures()
	var certificates *tls.Config
	if c.SIP.Cert != "" {
		s.sipPair, err = s.trusted("sip.cert", c.Path(c.SIP.Cert), c.Path(c.SIP.Key))
		if err != nil {
			return err
		}
		certificates = s.sipPair.config()
	}
	return s.lines.open(ctx, sip.Config{Listen: c.SIP.Listen, TLS: certificates, Advertise: address(c.SIP.Advertise),
		Media:     s.engine,
		MediaAddr: address(c.Media.Advertise), Secure: secure(c.Media.SRTP), InBand: c.Media.InBand,
		MediaTimeout: time.Duration(c.Media.Timeout), Lead: lead(time.Duration(c.Media.Lead)),
		LocalNet: networks(c.SIP.LocalNet), DSCP: class(c.SIP.DSCP), TLSTo: s.lines.tlsTo, Authorize: s.lines.mayCall,
		MayRefer: s.lines.mayRefer, Watched: s.watching,
		OnCall: s.exchange.Serve, Guard: s.guard, Trace: siptrace.New(c.SIP.TraceMB << 20),
		WebOrigins:     c.SIP.WebOrigins,
		SessionExpires: time.Duration(c.SIP.Expires), Logger: s.log})
}

// openRecordings mends what a crash left unfinished, and prepares for what calls will record.
func (s *Server) openRecordings() error {
	dir := s.data("recordings")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return trouble(says("录音文件夹 %s 不能用：", "the folder of recordings %s cannot be used: ", dir), err)
	}
	mended, err := record.Repair(dir)
	if err != nil {
		return trouble(says("录音文件夹 %s 不能用：", "the folder of recordings %s cannot be used: ", dir), err)
	}
	s.metrics = exchange.NewMetrics(s.registry)
	s.pool = record.New(record.Options{G711: s.config.Recording.Format == "g711"})
	s.recordings = exchange.NewRecordings(s.pool, dir, newShelf(s.library), s.metrics, s.log)
	if s.archive, err = newArchive(s, dir); err != nil {
		return trouble(says("录音文件夹 %s 不能用：", "the folder of recordings %s cannot be used: ", dir), err)
	}
	for _, r := range mended {
		if r.Err != nil {
			s.log.Error("a recording of an earlier start cannot be mended", "file", r.Part, "error", r.Err)
			continue
		}
		s.log.Info("a recording of an earlier start was finished", "file", r.Path, "seconds", int(r.Duration.Seconds()))
	}
	list, err := s.finished(dir)
	if err != nil {
		return trouble(says("录音文件夹 %s 不能用：", "the folder of recordings %s cannot be used: ", dir), err)
	}
	s.running.Go(func() { s.relist(s.background, list) })
	return nil
}

// poolers are the words of database.pooler.
var poolers = map[string]db.Pooler{"auto": db.PoolerAuto, "yes": db.PoolerYes, "no": db.PoolerNo}

// openLibrary opens the database.
func (s *Server) openLibrary(ctx context.Context) error {
	c := s.config
	o := stdlib.Options{Own: s.o.Own, Node: c.NodeName(), URL: c.Database.URL.Reveal(), Data: s.data(),
		Bureau: c.Database.Bureau.Reveal(), Pooler: poolers[c.Database.Pooler], Logger: s.log}
	o.Config.Message = s.messages()
	o.Config.Alerts, o.Config.MeterDigits = c.Tickets.Alerts, c.Meters.Digits
	o.Config.Quiet.From, o.Config.Quiet.To, _ = c.Tickets.QuietHours() // the configuration is checked
	var err error
	if s.library, err = stdlib.Open(ctx, o); err != nil {
		return s.databaseTrouble(err)
	}
	if err := s.proveDatabase(ctx); err != nil {
		return s.databaseTrouble(err)
	}
	if !c.Database.Demo {
		return nil
	}
	if s.library.Ready() {
		err := s.loadDemo(ctx)
		if db.IsUnavailable(err) {
			s.log.Error("there is no demonstration data", "error", err)
			return nil
		}
		return err
	}
	s.running.Go(func() { // as soon as the database is there
		if s.library.Calls().Repair(s.background) == nil {
			if err := s.loadDemo(s.background); err != nil && s.background.Err() == nil {
				s.log.Error("there is no demonstration data", "error", err)
			}
		}
	})
	return nil
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
