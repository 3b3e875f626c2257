package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"

	"rexian/runtime/exchange"
	"rexian/stdlib/message"
)

// maxCallback bounds what a gateway posts at once.
const maxCallback = 1 << 20

// textDoor lets the text gateway in where one posts, beside the administration: its reports and the texts that come in.
// Whoever is not the gateway is told that nothing is there.
func (s *Server) textDoor(rest http.Handler) http.Handler {
	c := &s.config.SMS
	if c.Receipt == "" && c.Inbound == "" {
		return rest
	}
	p := c.Profile()
	mux := http.NewServeMux()
	mux.Handle("/", rest)
	if c.Receipt != "" {
		mux.HandleFunc(c.Receipt, s.fromGateway(func(w http.ResponseWriter, r *http.Request, body []byte) {
			s.takeReports(w, r, &p, body)
		}))
	}
	if c.Inbound != "" {
		t := &textsIn{s: s, on: map[string]bool{}}
		mux.HandleFunc(c.Inbound, s.fromGateway(func(w http.ResponseWriter, r *http.Request, body []byte) {
			t.take(w, r, &p, body)
		}))
	}
	return mux
}

// fromGateway lets requests through that are the gateway's, with their bodies.
func (s *Server) fromGateway(do func(w http.ResponseWriter, r *http.Request, body []byte)) http.HandlerFunc {
	secret, sources := s.config.SMS.CallbackSecret.Reveal(), networks(s.config.SMS.CallbackSources)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && r.Method != http.MethodGet || !isGateway(r, secret, sources) {
			s.strangers.Add(1)
			http.NotFound(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
		if err != nil {
			http.Error(w, "the body is too long or broke off", http.StatusRequestEntityTooLarge)
			return
		}
		do(w, r, body)
	}
}

// isGateway tells whether a request gives the secret and comes from where it may.
func isGateway(r *http.Request, secret string, sources []netip.Prefix) bool {
	if len(sources) > 0 {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		near := false
		for _, n := range sources {
			near = near || err == nil && n.Contains(from.Addr().Unmap())
		}
		if !near {
			return false
		}
	}
	if secret == "" {
		return len(sources) > 0
	}
	_, basic, _ := r.BasicAuth()
	found := 0
	for _, said := range []string{r.URL.Query().Get("secret"), r.Header.Get("X-Callback-Secret"), basic} {
		found |= subtle.ConstantTimeCompare([]byte(said), []byte(secret))
	}
	return found == 1
}

// thanks is what the gateway is answered.
func (s *Server) thanks(w http.ResponseWriter) {
	answer := s.config.SMS.CallbackAnswer
	if answer != "" && (answer[0] == '{' || answer[0] == '[') {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	} else {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	_, _ = io.WriteString(w, answer)
}

// takeReports notes reports. A gateway whose reports cannot be noted now is told so, and posts them again; one that
// posts what nobody can read is told that, too.
func (s *Server) takeReports(w http.ResponseWriter, r *http.Request, p *message.Profile, body []byte) {
	list, err := p.Reports(body, r.URL.Query())
	if err != nil {
		s.log.Warn("a report of the text gateway cannot be read", "error", err, "bytes", len(body))
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, one := range list {
		known, err := s.library.Slices().Messages.Receipt(r.Context(), one, s.o.Now())
		if err != nil {
			s.log.Warn("a report of the text gateway is not noted", "error", err)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		if !known {
			s.log.Info("a report of the text gateway is of no text of ours so far")
		}
	}
	s.thanks(w)
}

// textsIn takes texts that the gateway posts.
type textsIn struct {
	s  *Server
	mu sync.Mutex
	on map[string]bool // texts whose flow runs, by their ids
}

func (t *textsIn) take(w http.ResponseWriter, r *http.Request, p *message.Profile, body []byte) {
	list, err := p.Texts(body, r.URL.Query())
	if err != nil {
		t.s.log.Warn("a text from the gateway cannot be read", "error", err, "bytes", len(body))
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, in := range list {
		if err := t.one(r.Context(), in); err != nil {
			t.s.log.Warn("a text that came in is not answered yet: the gateway is asked to post it again",
				"error", message.Mask(err.Error()))
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
	}
	t.s.thanks(w)
}

// one keeps a text and has its flow answer it. A gateway that posts it again before, or after a crash, has it answered
// once: the words that are kept are without secrets, so it is the gateway's to bring them again.
func (t *textsIn) one(ctx context.Context, in message.In) (err error) {
	store, now := t.s.library.Slices().Messages, t.s.o.Now()
	if in.Ticket, err = t.s.library.Slices().Tickets.Open(ctx, in.Sender); err != nil {
		return err
	}
	id, first, err := store.Receive(ctx, in, now)
	if err != nil {
		return err
	}
	if !t.begin(id) {
		return errors.New("its flow is running")
	}
	defer t.end(id)
	if !first {
		if waits, err := store.Waits(ctx, id); err != nil || !waits {
			return err
		}
	}
	if message.OptsOut(in.Body, t.s.config.SMS.OptOut) {
		if err := store.Unsubscribe(ctx, in.Sender, now); err != nil && !errors.Is(err, message.ErrRecipient) {
			return err
		}
	}
	t.s.textsIn.Add(1)
	reply, err := t.s.exchange.Message(ctx, textID(id), in.Sender, "", in.Body)
	switch {
	case errors.Is(err, exchange.ErrNoMessageFlow):
		t.s.log.Info("no flow takes a text", "message", textID(id))
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		t.s.log.Error("the flow of a text failed", "message", textID(id), "error", message.Mask(err.Error()))
	}
	_, err = store.Answer(ctx, id, reply, t.s.o.Now())
	return err
}

func (t *textsIn) begin(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on[id] {
		return false
	}
	t.on[id] = true
	return true
}

func (t *textsIn) end(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.on, id)
}

// textID is the id by which the journal knows a text: gateways make theirs, so it is not taken as it is.
func textID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "sms-" + hex.EncodeToString(sum[:12])
}

// textFigures tells Prometheus what became of messages, and what came in.
func (s *Server) textFigures() {
	store := func() *message.Store { return s.library.Slices().Messages }
	for _, state := range message.Fates {
		s.counter("rexian_messages_"+string(state)+"_total", "Messages that came into this state.",
			func() float64 { return float64(store().Fate(state)) })
	}
	s.counter("rexian_message_reports_unknown_total", "Reports of the text gateway that are of no text of ours.",
		func() float64 { return float64(store().Lost()) })
	s.counter("rexian_texts_received_total", "Texts that the gateway posted.",
		func() float64 { return float64(s.textsIn.Load()) })
	s.counter("rexian_text_strangers_total", "Requests at the gateway's door that are not the gateway's.",
		func() float64 { return float64(s.strangers.Load()) })
}
