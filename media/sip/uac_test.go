package sip

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// dialling places a call to a bare socket and says how it ended.
type dialled struct {
	call *Call
	err  error
}

func dialling(ctx context.Context, s *Server, r *raw, o Outbound) chan dialled {
	if o.To == "" {
		o.To = "sip:12366@" + r.addr()
	}
	out := make(chan dialled, 1)
	go func() {
		c, err := s.Dial(ctx, o)
		out <- dialled{c, err}
	}()
	return out
}

func TestDialChallenged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, challenge, credentials string
		status                       int
	}{
		{"registrar", `WWW-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"`, "authorization",
			401},
		{"proxy", `Proxy-Authenticate: Digest realm="p", nonce="n2", algorithm=SHA-256, qop="auth"`,
			"proxy-authorization", 407},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, loopback(t), nil, nil)
			r := newRaw(t, nil)
			out := dialling(t.Context(), s, r, Outbound{Auth: &Credentials{User: "u", Secret: digest.NewSecret("p")}})
			first := r.wants("INVITE")
			r.answer(first, c.status, "Who are you", []string{c.challenge}, "")
			r.wants("ACK")
			second := r.wantsAfter(first)
			auth := headerValues(second, c.credentials)
			if !strings.Contains(auth, `username="u"`) || !strings.Contains(auth, "response=") {
				t.Errorf("%s", auth)
			}
			if second.CSeq().SeqNo != first.CSeq().SeqNo+1 || second.CallID().Value() != first.CallID().Value() ||
				branch(second) == branch(first) {
				t.Errorf("not a new request of the same call:\n%s\n%s", first, second)
			}
			r.answer(second, 200, "OK", nil, r.sdp(""))
			ack := r.wants("ACK")
			if headerValues(ack, c.credentials) != auth {
				t.Errorf("the ACK has other credentials:\n%s", ack)
			}
			d := within(t, "call", out)
			if d.err != nil {
				t.Fatal(d.err)
			}
			d.call.Hangup("")
			bye := r.wants("BYE")
			if headerValues(bye, c.credentials) == "" {
				t.Error("BYE without credentials")
			}
			r.answer(bye, 200, "OK", nil, "")
		})
	}
	t.Run("wrong", func(t *testing.T) {
		s := serve(t, loopback(t), nil, nil)
		r := newRaw(t, nil)
		out := dialling(t.Context(), s, r, Outbound{Auth: &Credentials{User: "u", Secret: digest.NewSecret("p")}})
		for range 2 {
			r.answer(r.wants("INVITE"), 401, "Who are you",
				[]string{`WWW-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"`}, "")
			r.wants("ACK") // until then the first may come again
		}
		var f *Failure
		if d := within(t, "refusal", out); !errors.As(d.err, &f) || f.Status != 401 {
			t.Errorf("%v", d.err)
		}
	})
}

func TestDialForked(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r, other := newRaw(t, nil), newRaw(t, nil)
	progress := make(chan bool, 8)
	out := dialling(t.Context(), s, r, Outbound{OnProgress: func(status int, early bool) { progress <- early }})
	invite := r.wants("INVITE")
	r.answer(invite, 180, "Ringing", nil, "")
	if within(t, "progress", progress) {
		t.Error("early media with 180")
	}
	other.to = r.to
	other.answer(invite, 183, "Session Progress", nil, other.sdp(""))
	if !within(t, "progress", progress) {
		t.Error("no early media with 183")
	}
	r.answer(invite, 200, "OK", nil, r.sdp(""))
	r.wants("ACK")
	d := within(t, "call", out)
	if d.err != nil {
		t.Fatal(d.err)
	}
	other.answer(invite, 200, "OK", nil, other.sdp("")) // too late: acknowledged and ended
	other.wants("ACK")
	bye := other.wants("BYE")
	if tag, _ := bye.To().Params.Get("tag"); tag != other.tag {
		t.Errorf("BYE to %s", tag)
	}
	other.answer(bye, 200, "OK", nil, "")
	r.answer(invite, 200, "OK", nil, r.sdp("")) // our ACK was lost
	r.wants("ACK")
	if d.call.Cause().By != 0 {
		t.Errorf("%+v", d.call.Cause())
	}
}

// On a busy machine a 200 is repeated before the first one has been looked at. That is no answer of another branch.
func TestAnswerRepeatedTooSoon(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, nil)
	out := dialling(t.Context(), s, r, Outbound{})
	invite := r.wants("INVITE")
	res := wire.NewResponseFromRequest(invite, 200, "OK", nil)
	res.To().Params.Add("tag", r.tag)
	res.SetTransport("UDP")
	s.strayResponse(res)
	if m := r.read(5 * t1); m != nil {
		if req, ok := m.(*wire.Request); ok && !req.IsInvite() {
			t.Fatalf("came %s", req.StartLine())
		}
	}
	r.answer(invite, 200, "OK", nil, r.sdp(""))
	r.wants("ACK")
	d := within(t, "call", out)
	if d.err != nil || d.call.Cause().By != 0 {
		t.Fatal(d.err)
	}
	r.answer(invite, 200, "OK", nil, r.sdp("")) // again
	if m := r.wants("ACK"); m == nil || d.call.Cause().By != 0 {
		t.Errorf("%+v", d.call.Cause())
	}
}

// What rang comes after what answered: a proxy with several processes turns them round.
func TestDialLateRinging(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, nil)
	progress := make(chan int, 8)
	out := dialling(t.Context(), s, r, Outbound{OnProgress: func(status int, early bool) { progress <- status }})
	invite := r.wants("INVITE")
	r.answer(invite, 200, "OK", nil, r.sdp(""))
	r.wants("ACK")
	d := within(t, "call", out)
	if d.err != nil {
		t.Fatal(d.err)
	}
	r.answer(invite, 180, "Ringing", nil, "")
	r.answer(invite, 183, "Session Progress", []string{"Require: 100rel", "RSeq: 7"}, r.sdp("a=sendonly\r\n"))
	d.call.Hangup("") // whatever the late ones had led to would have been sent before this
	for m := r.read(20 * time.Second); ; m = r.read(20 * time.Second) {
		req, ok := m.(*wire.Request)
		if !ok {
			t.Fatal("no BYE")
		}
		if req.Method == wire.BYE {
			r.answer(req, 200, "OK", nil, "")
			break
		}
		t.Errorf("came %s", req.StartLine())
	}
	if len(progress) > 0 || d.call.Held() {
		t.Errorf("told of %d after the answer; held %v", len(progress), d.call.Held())
	}
	until(t, "nothing left", func() bool { return s.Calls() == 0 && dialogs(s) == 0 })
}

func TestDialReliable(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, nil)
	out := dialling(t.Context(), s, r, Outbound{})
	invite := r.wants("INVITE")
	lines := []string{"Require: 100rel", "RSeq: 500"}
	r.answer(invite, 183, "Session Progress", lines, r.sdp(""))
	prack := r.wants("PRACK")
	if got := headerValues(prack, "rack"); got != "500 "+strings.TrimSpace(invite.CSeq().Value()) {
		t.Errorf("RAck %q", got)
	}
	r.answer(prack, 200, "OK", nil, "")
	r.answer(invite, 183, "Session Progress", lines, r.sdp("")) // again: not acknowledged twice
	r.answer(invite, 180, "Ringing", []string{"Require: 100rel", "RSeq: 501"}, "")
	if got := headerValues(r.wantsAfter(prack), "rack"); !strings.HasPrefix(got, "501 ") {
		t.Errorf("RAck %q", got)
	}
	r.answer(invite, 200, "OK", nil, "") // the answer was given before
	r.wants("ACK")
	if d := within(t, "call", out); d.err != nil || d.call.media == nil {
		t.Errorf("%v", d.err)
	}
}

func TestDialCancelled(t *testing.T) {
	t.Parallel()
	t.Run("ringing", func(t *testing.T) {
		e := loopback(t)
		s := serve(t, e, nil, nil)
		r := newRaw(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		out := dialling(ctx, s, r, Outbound{})
		invite := r.wants("INVITE")
		r.answer(invite, 180, "Ringing", nil, "")
		until(t, "ringing", func() bool { return ringing(s) })
		cancel()
		if d := within(t, "end", out); !errors.Is(d.err, context.Canceled) {
			t.Errorf("%v", d.err)
		}
		c := r.wants("CANCEL")
		if branch(c) != branch(invite) || c.CSeq().SeqNo != invite.CSeq().SeqNo ||
			c.Recipient.String() != invite.Recipient.String() {
			t.Errorf("CANCEL of another request:\n%s\n%s", invite, c)
		}
		r.answer(c, 200, "OK", nil, "")
		r.answer(invite, 487, "Request Terminated", nil, "")
		r.wants("ACK")
		until(t, "nothing left", func() bool { return s.Calls() == 0 && dialogs(s) == 0 && e.Stats().Streams == 0 })
	})
	t.Run("answered at the same moment", func(t *testing.T) {
		s := serve(t, loopback(t), nil, nil)
		r := newRaw(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		out := dialling(ctx, s, r, Outbound{})
		invite := r.wants("INVITE")
		r.answer(invite, 180, "Ringing", nil, "")
		until(t, "ringing", func() bool { return ringing(s) })
		cancel()
		within(t, "end", out)
		c := r.wants("CANCEL")
		r.answer(invite, 200, "OK", nil, r.sdp(""))
		r.answer(c, 200, "OK", nil, "")
		r.wants("ACK")
		bye := r.wants("BYE")
		r.answer(bye, 200, "OK", nil, "")
	})
	t.Run("before any answer", func(t *testing.T) { // no CANCEL may be sent yet
		s := serve(t, loopback(t), nil, nil)
		r := newRaw(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		out := dialling(ctx, s, r, Outbound{})
		invite := r.wants("INVITE")
		cancel()
		within(t, "end", out)
		for m := r.read(t1); m != nil; m = r.read(t1 / 2) {
			if m.(*wire.Request).Method == wire.CANCEL {
				t.Fatal("CANCEL before any answer")
			}
			if m.(*wire.Request).Method != wire.INVITE {
				break
			}
		}
		r.answer(invite, 100, "Trying", nil, "")
		r.wants("CANCEL")
	})
}

// ringing says whether some call of ours has a branch that rings.
func ringing(s *Server) bool {
	for _, c := range s.all() {
		c.mu.Lock()
		n := len(c.forks)
		c.mu.Unlock()
		if n > 0 {
			return true
		}
	}
	return false
}

func TestDialRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		lines  []string
		q850   int
	}{
		{"busy", 486, nil, 17},
		{"with a reason", 480, []string{`Reason: Q.850 ;cause=20 ;text="Subscriber absent"`}, 20},
		{"redirected", 302, []string{"Contact: <sip:premium@192.0.2.1>"}, 22},
		{"everywhere", 603, nil, 21},
	} {
		s := serve(t, loopback(t), nil, nil)
		r := newRaw(t, nil)
		out := dialling(t.Context(), s, r, Outbound{})
		invite := r.wants("INVITE")
		r.answer(invite, c.status, "No", c.lines, "")
		r.wants("ACK")
		var f *Failure
		if d := within(t, "end", out); !errors.As(d.err, &f) || f.Status != c.status || f.Q850 != c.q850 {
			t.Errorf("%s: %v", c.name, d.err)
		}
		until(t, "no calls", func() bool { return s.Calls() == 0 })
	}
}

func TestDialUnanswered(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, nil)
	out := dialling(t.Context(), s, r, Outbound{})
	for range 3 {
		r.wants("INVITE") // repeated
	}
	var f *Failure
	if d := within(t, "end", out); !errors.As(d.err, &f) || f.Status != 408 || f.Q850 != 102 {
		t.Errorf("%v", d.err)
	}
}

func TestDialBadAnswers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"nothing": "",
		"other codec": "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 18\r\n"} {
		s := serve(t, loopback(t), nil, nil)
		r := newRaw(t, nil)
		out := dialling(t.Context(), s, r, Outbound{})
		r.answer(r.wants("INVITE"), 200, "OK", nil, body)
		r.wants("ACK")
		r.wants("BYE")
		var f *Failure
		if d := within(t, "end", out); !errors.As(d.err, &f) || f.Status != 488 {
			t.Errorf("%s: %v", name, d.err)
		}
	}
}

func TestDialTimerTooShort(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, func(c *Config) { c.SessionExpires = 100 * time.Second })
	r := newRaw(t, nil)
	out := dialling(t.Context(), s, r, Outbound{})
	first := r.wants("INVITE")
	if headerValues(first, "session-expires") != "100" {
		t.Errorf("%s", first)
	}
	r.answer(first, 422, "Session Interval Too Small", []string{"Min-SE: 200"}, "")
	r.wants("ACK")
	second := r.wantsAfter(first)
	if headerValues(second, "session-expires") != "200" || headerValues(second, "min-se") != "200" {
		t.Errorf("%s", second)
	}
	r.answer(second, 200, "OK", []string{"Session-Expires: 200;refresher=uac"}, r.sdp(""))
	r.wants("ACK")
	if d := within(t, "call", out); d.err != nil || !d.call.d.session.ours {
		t.Errorf("%v", d.err)
	}
}

type gateway []Route

type channel struct{}

func (channel) Answered() {}
func (channel) Release()  {}

func (g gateway) Routes(trunk, number, from string) ([]Route, error) { return g, nil }
func (g gateway) Failed(Route, int, time.Duration)                   {}
func (g gateway) Seize(Route) (Channel, error)                       { return channel{}, nil }
func (g gateway) Arrived(string) Channel                             { return channel{} }
func (g gateway) Redirected(Route, string) (Route, bool)             { return Route{}, false }

func TestTrunks(t *testing.T) {
	t.Parallel()
	r1, r2 := newRaw(t, nil), newRaw(t, nil)
	g := gateway{
		{Trunk: "a", URI: "sip:555@trunk.example", From: "sip:12366@ours.example", Dest: r1.addr()},
		{Trunk: "b", URI: "sip:555@" + r2.addr(), From: "sip:12366@ours.example", Display: "Tax",
			Headers: map[string]string{"P-Asserted-Identity": "<sip:12366@ours.example>"}},
	}
	s := serve(t, loopback(t), nil, func(c *Config) { c.Trunks = g })
	out := dialling(t.Context(), s, nil, Outbound{To: "555"})
	invite := r1.wants("INVITE")
	if invite.Recipient.String() != "sip:555@trunk.example" || invite.From().Address.Host != "ours.example" {
		t.Errorf("%s", invite)
	}
	r1.answer(invite, 503, "Service Unavailable", nil, "")
	invite = r2.wants("INVITE")
	if invite.From().DisplayName != "Tax" || headerValues(invite, "p-asserted-identity") == "" {
		t.Errorf("%s", invite)
	}
	r2.answer(invite, 200, "OK", nil, r2.sdp(""))
	if d := within(t, "call", out); d.err != nil {
		t.Error(d.err)
	}
	none := serve(t, loopback(t), nil, nil)
	var f *Failure
	if _, err := none.Dial(t.Context(), Outbound{To: "555"}); !errors.As(err, &f) || f.Status != 404 {
		t.Errorf("%v", err)
	}
}

// A trunk that says nothing at all, not even 100, is left for the next one in the same call; what it says afterwards
// changes nothing.
func TestASilentTrunkIsLeft(t *testing.T) {
	t.Parallel()
	dead, alive := newRaw(t, nil), newRaw(t, nil)
	s := serve(t, loopback(t), nil, func(c *Config) {
		c.Trunks = gateway{{Trunk: "dead", URI: "sip:555@" + dead.addr()},
			{Trunk: "alive", URI: "sip:555@" + alive.addr()}}
	})
	out := dialling(t.Context(), s, nil, Outbound{To: "555"})
	late := dead.wants("INVITE")
	invite := alive.wants("INVITE")
	alive.answer(invite, 200, "OK", nil, alive.sdp(""))
	alive.wants("ACK")
	if d := within(t, "call", out); d.err != nil {
		t.Fatal(d.err)
	}
	dead.answer(late, 180, "Ringing", nil, "")
	dead.wants("CANCEL")
}

// Who has what a call is made for finds it in the logs of the far side, and nothing in it ends its header.
func TestACallIDNamesWhatItIsFor(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	for _, c := range []struct{ id, begins string }{
		{"", ""},
		{"261130-ab12.17.1", "261130-ab12.17.1@"},
		{"a b@c\r\nX: 催缴;1", "abcX1@"},
		{strings.Repeat("x", 300), strings.Repeat("x", maxOf) + "@"},
	} {
		r := newRaw(t, nil)
		out := dialling(t.Context(), s, r, Outbound{ID: c.id})
		invite := r.wants("INVITE")
		begins, rest, has := strings.Cut(invite.CallID().Value(), "@")
		if !has {
			begins, rest = "", begins
		} else {
			begins += "@"
		}
		if begins != c.begins || len(rest) < 16 {
			t.Errorf("%q: %q and %q", c.id, begins, rest)
		}
		r.answer(invite, 486, "Busy Here", nil, "")
		r.wants("ACK")
		within(t, "call", out)
	}
}
