package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/guard"
	"rexian/media/sip/validate"
	"rexian/media/tasks"
)

// ErrClosed is returned for calls that are placed on a server that is shutting down.
var ErrClosed = errors.New("sip: the server is closed")

// Server takes and places calls on its sockets. Its methods may be called from any goroutine.
type Server struct {
	cfg       Config
	log       *slog.Logger
	tpl       *wire.TransportLayer
	parser    *wire.Parser
	txl       *wire.TransactionLayer
	endpoints []*endpoint
	outlets   map[string]*outlets // by network
	streams   openStreams
	refused   tally
	pending   pending
	sounds    sounds

	toldNoMedia atomic.Int64 // when it was told last that a call found no stream

	routes routeCache
	noTCP  refusals
	ctx    context.Context // ends when the server closes
	cancel context.CancelFunc
	work   tasks.Group // goroutines of calls and listeners
	byes   tasks.Group // BYEs whose answer has not come

	mu       sync.Mutex
	dialogs  map[string]*dialog // by our tag
	initial  map[string]*dialog // calls that came in, by Call-ID and the caller's tag
	ended    memory
	calls    int
	draining bool          // no calls come in any more
	closing  bool          // none are placed any more either
	idle     chan struct{} // closed when closing and no call is left
}

// ListenError tells which of the addresses could not be opened.
type ListenError struct {
	Address string // as in Config.Listen
	Err     error
}

func (e *ListenError) Error() string { return "sip: listen on " + e.Address + ": " + e.Err.Error() }

// Unwrap is why.
func (e *ListenError) Unwrap() error { return e.Err }

// Listen opens the sockets and serves calls until Shutdown. ctx bounds only the opening.
func Listen(ctx context.Context, c Config) (*Server, error) {
	c.fill()
	if c.Media == nil {
		return nil, errors.New("sip: Config.Media is nil")
	}
	setUp()
	s := &Server{cfg: c, log: c.Logger, dialogs: map[string]*dialog{}, initial: map[string]*dialog{},
		idle: make(chan struct{}), parser: validate.NewParser()}
	s.ended.life = c.lifetime()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.tpl = s.newTransport()
	s.tpl.OnMessage(stamp) // before the transaction layer: handlers run in this order
	s.txl = wire.NewTransactionLayer(s.tpl,
		wire.WithTransactionLayerLogger(quiet(s.log)),
		wire.WithTransactionLayerUnhandledResponseHandler(s.strayResponse))
	s.txl.OnRequest(s.request)
	for _, l := range c.Listen {
		if err := s.listen(ctx, l); err != nil {
			s.close()
			return nil, &ListenError{l, err}
		}
	}
	s.serveOutlets()
	// All sockets are open before the first is served: a message that comes at once finds every one of them.
	for _, e := range s.endpoints {
		if err := s.serve(ctx, e); err != nil {
			s.close()
			return nil, fmt.Errorf("sip: serve %s: %w", e.network, err)
		}
	}
	return s, nil
}

// Addrs are the sockets as in Config.Listen, with the ports that the system chose.
func (s *Server) Addrs() []string {
	var out []string
	for _, e := range s.endpoints {
		out = append(out, e.network+"://"+e.bound.String())
	}
	return out
}

// Calls is how many calls exist now, ringing ones included.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Dialogs is how many dialogs are kept now: one a call, more while branches of a forked call ring. It is nothing when
// no call exists.
func (s *Server) Dialogs() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(len(s.dialogs), len(s.initial))
}

// Drain refuses calls that come in from now on, with 503 and Retry-After; those that exist go on, and may place others.
// OPTIONS gets 503 too, so that a dispatcher in front turns to other nodes.
func (s *Server) Drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
}

// shut lets no more calls begin, in either direction.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	if !s.closing {
		s.closing = true
		if s.calls == 0 {
			close(s.idle)
		}
	}
}

// Shutdown drains, waits until the last call has ended or ctx does, hangs up what is left, and closes the sockets. It
// waits a few seconds for the answers to the last BYEs. It returns ctx's error if calls had to be hung up.
func (s *Server) Shutdown(ctx context.Context) error {
	s.shut()
	var err error
	select {
	case <-s.idle:
	case <-ctx.Done():
		err = ctx.Err()
		for _, c := range s.all() {
			c.Hangup("shutting down")
		}
	}
	grace := time.NewTimer(8 * s.cfg.T1)
	defer grace.Stop()
	select {
	case <-s.byes.None():
	case <-grace.C:
	}
	s.cancel()
	s.close()
	<-s.work.None()
	return err
}

func (s *Server) close() {
	s.cancel()
	for _, e := range s.endpoints {
		e.close()
	}
	for _, o := range s.outlets {
		o.in.Close()
	}
	s.txl.Close()
	s.tpl.Close()
}

// all are the calls that exist now.
func (s *Server) all() []*Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[*Call]bool{}
	var out []*Call
	for _, d := range s.dialogs {
		if c := d.call; c != nil && !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// spawn runs f as a goroutine that Shutdown waits for.
func (s *Server) spawn(f func()) {
	s.work.Add()
	go func() {
		defer s.work.Done()
		f()
	}()
}

// fresh marks a request for a new call, see stamp.
const fresh = "new"

// stamp runs in the reader, before anyone else sees a message. An INVITE that begins a call gets our tag at once, so
// that every answer, also those that the transaction layer makes by itself (100, and 487 after CANCEL), carries the
// same one. The destination of a request that came in means nothing; we keep the mark there. A Via that names another
// host than the one it came from is told so (RFC 3261, 18.2.1).
func stamp(m wire.Message) {
	req, ok := m.(*wire.Request)
	if !ok {
		return
	}
	if via := req.Via(); via != nil {
		if src := source(req); src.IsValid() && hostAddr(via.Host).Unmap() != src.Addr() {
			via.Params.Add("received", src.Addr().String())
		}
	}
	if !req.IsInvite() {
		return
	}
	if to := req.To(); to != nil && !to.Params.Has("tag") {
		to.Params.Add("tag", newTag())
		req.SetDestination(fresh)
	}
}

// newTag is a tag or a branch's random part: 64 bits that nobody can guess.
func newTag() string {
	const n = 13 // base 36 digits of 64 bits
	b := make([]byte, 0, n)
	return string(strconv.AppendUint(b, rand.Uint64(), 36))
}

// roomy makes the goroutine's stack large enough for a request at once, while there is nothing on it: to grow where it
// is needed, deep in the answer or the flow, means to copy all that is on it by then, twice or three times. Any n will
// do, and what it returns means nothing: without them the compiler takes the room away.
//
//go:noinline
func roomy(n uint) byte {
	var room [12 << 10]byte
	return room[n%uint(len(room))]
}

// request is where every request begins, in a goroutine of its own.
func (s *Server) request(req *wire.Request, tx *wire.ServerTx) {
	defer func() {
		if p := recover(); p != nil { // a fault of ours must not end the calls of others
			s.log.Error("sip: a request was not handled", "method", string(req.Method), "panic", fmt.Sprint(p))
			tx.Terminate()
		}
	}()
	roomy(uint(len(req.Method)))
	src := source(req)
	if s.log.Enabled(s.ctx, slog.LevelDebug) {
		s.log.Debug("sip request", "method", string(req.Method), "from", src, "call", callID(req), "user",
			mask(userOf(&req.Recipient)))
	}
	if f := s.check(req); f != nil {
		if f.Status == 400 || f.Status == 505 {
			s.cfg.Guard.Report(src, guard.Garbage, wire.IsReliable(req.Transport()))
		}
		s.refuse(req, tx, f)
		return
	}
	if req.IsAck() {
		tx.Terminate() // an ACK to a 2xx is a transaction of its own, without an answer
		s.ack(req)
		return
	}
	if req.IsInvite() && req.MessageData.Destination() == fresh {
		s.invite(req, tx, src)
		return
	}
	if req.Method == wire.SUBSCRIBE && s.cfg.Watched != nil {
		tx.Respond(s.cfg.Watched.Subscribed(req, src))
		return
	}
	if to := req.To(); to.Params.Has("tag") {
		s.inDialog(req, tx)
		return
	}
	switch req.Method {
	case wire.OPTIONS:
		s.options(req, tx)
	case wire.REGISTER:
		if s.cfg.Registrar == nil {
			s.refuse(req, tx, notAllowed())
			return
		}
		tx.Respond(s.cfg.Registrar.Register(req, src))
	case wire.CANCEL:
		s.stray(req, tx)
	case wire.BYE, wire.UPDATE, wire.PRACK, wire.INFO, wire.NOTIFY, wire.REFER:
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
	case wire.SUBSCRIBE, wire.PUBLISH, wire.MESSAGE:
		s.refuse(req, tx, notAllowed())
	default:
		s.refuse(req, tx, &Fault{Status: 501, Reason: "Not Implemented", Headers: [][2]string{{"Allow", allow}}})
	}
}

// allow and supported are what we say we can do.
const (
	allow     = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"
	supported = "100rel, timer, replaces, norefersub"
)

func notAllowed() *Fault {
	return &Fault{Status: 405, Reason: "Method Not Allowed", Headers: [][2]string{{"Allow", allow}}}
}

// rules are those of a telephone; the number in a tel URI (RFC 3966) is as good as one in a SIP URI.
var rules = func() validate.Rules {
	r := validate.Telephone
	r.Schemes = append([]string{"tel"}, r.Schemes...)
	r.Extensions = []string{"100rel", "timer", "replaces", "norefersub"}
	return r
}()

// watchedRules are those where telephones may watch (RFC 6665).
var watchedRules = func() validate.Rules {
	r := rules
	r.Methods = append(slices.Clone(r.Methods), "SUBSCRIBE")
	return r
}()

// check refuses what cannot be acted on.
func (s *Server) check(req *wire.Request) *Fault {
	by := &rules
	if s.cfg.Watched != nil {
		by = &watchedRules
	}
	if f := by.Request(req); f != nil {
		out := &Fault{Status: f.Status, Reason: f.Reason}
		for _, h := range f.Headers {
			out.Headers = append(out.Headers, [2]string{h.Name(), h.Value()})
		}
		return out
	}
	return nil
}

// options answers OPTIONS outside of a call (RFC 3261, 11).
func (s *Server) options(req *wire.Request, tx *wire.ServerTx) {
	s.mu.Lock()
	draining := s.draining
	s.mu.Unlock()
	if draining {
		s.refuse(req, tx, shuttingDown())
		return
	}
	res := wire.NewResponseFromRequest(req, 200, "OK", nil)
	s.capabilities(res)
	tx.Respond(res)
}

// shuttingDown is the answer to what would begin anew.
func shuttingDown() *Fault {
	return &Fault{Status: 503, Reason: "Shutting Down", Headers: [][2]string{{"Retry-After", "60"}}}
}

// capabilities says what we can do.
func (s *Server) capabilities(m wire.Message) {
	can := allow
	if s.cfg.Watched != nil {
		can += ", SUBSCRIBE"
	}
	m.AppendHeader(wire.NewHeader("Allow", can))
	m.AppendHeader(wire.NewHeader("Supported", supported))
	m.AppendHeader(wire.NewHeader("Accept", "application/sdp"))
	m.AppendHeader(wire.NewHeader("User-Agent", s.cfg.UserAgent))
}

// respond answers a request that needs no more than a status.
func (s *Server) respond(req *wire.Request, tx *wire.ServerTx, status int, reason string) {
	tx.Respond(wire.NewResponseFromRequest(req, status, reason, nil))
}

// refuse answers with a fault.
func (s *Server) refuse(req *wire.Request, tx *wire.ServerTx, f *Fault) {
	s.unheard(req.Transport(), source(req), f.Status, f.Reason)
	if req.IsAck() { // never answered
		tx.Terminate()
		return
	}
	res := wire.NewResponseFromRequest(req, f.Status, f.Reason, nil)
	for _, h := range f.Headers {
		res.AppendHeader(wire.NewHeader(h[0], clean(h[1])))
	}
	if req.MessageData.Destination() != fresh {
		tx.Respond(res)
		return
	}
	if s.refusal(tx, res, source(req)) {
		return
	}
	tag, _ := res.To().Params.Get("tag") // its ACK is heard, however fast its source is
	s.mu.Lock()
	s.ended.put(tag, time.Now())
	s.mu.Unlock()
}

// find returns the dialog of a request that came in, nil if there is none.
func (s *Server) find(req *wire.Request) *dialog {
	ours, _ := req.To().Params.Get("tag")
	theirs, _ := req.From().Params.Get("tag")
	s.mu.Lock()
	d := s.dialogs[ours]
	s.mu.Unlock()
	if d == nil || d.callID != string(*req.CallID()) || !d.hasRemote(theirs) {
		return nil
	}
	return d
}

// enter counts a new call in, unless the server is closing or full, or the call comes in while it drains.
func (s *Server) enter(inbound bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.draining && inbound {
		return shuttingDown()
	}
	if s.cfg.MaxCalls > 0 && s.calls >= s.cfg.MaxCalls {
		return &Fault{Status: 503, Reason: "Too Many Calls", Headers: [][2]string{{"Retry-After", "5"}}}
	}
	s.calls++
	return nil
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	if s.calls == 0 && s.closing {
		close(s.idle)
	}
}

// add makes a dialog known; remove forgets it and remembers for a while that it was.
func (s *Server) add(d *dialog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialogs[d.localTag] = d
	if !d.uac {
		s.initial[d.initialKey()] = d
	}
}

func (s *Server) remove(d *dialog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.dialogs, d.localTag)
	if !d.uac && s.initial[d.initialKey()] == d {
		delete(s.initial, d.initialKey())
	}
	s.ended.put(d.localTag, time.Now())
	if !d.uac && !d.forgotten {
		s.ended.put(d.initialKey(), time.Now())
	}
}

// memory remembers keys for one to two lives, without a timer and without growing: two generations.
type memory struct {
	life     time.Duration
	since    time.Time
	now, old map[string]struct{}
}

func (m *memory) turn(t time.Time) {
	if m.now == nil || t.Sub(m.since) > m.life {
		if t.Sub(m.since) > 2*m.life {
			m.now = nil
		}
		m.old, m.now, m.since = m.now, map[string]struct{}{}, t
	}
}

func (m *memory) put(k string, t time.Time) {
	m.turn(t)
	m.now[k] = struct{}{}
}

func (m *memory) has(k string, t time.Time) bool {
	m.turn(t)
	if _, ok := m.now[k]; ok {
		return true
	}
	_, ok := m.old[k]
	return ok
}

// gone says whether a call with this key ended a short while ago.
func (s *Server) gone(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended.has(key, time.Now())
}

// source is where a request came from.
func source(req *wire.Request) netip.AddrPort {
	a, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
