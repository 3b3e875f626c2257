package sip

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// judge is a gateway that knows where calls may be sent on to, and remembers what it was told.
type judge struct {
	routes []Route
	allow  map[string]Route // by the user and host of the URI
	mu     sync.Mutex
	failed []string
}

func (j *judge) Routes(trunk, number, from string) ([]Route, error) { return j.routes, nil }

func (j *judge) Failed(r Route, status int, _ time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = append(j.failed, fmt.Sprint(r.Trunk, " ", status))
}

func (j *judge) Seize(Route) (Channel, error) { return channel{}, nil }
func (j *judge) Arrived(string) Channel       { return nil }

func (j *judge) Redirected(r Route, uri string) (Route, bool) {
	var u wire.Uri
	if err := wire.ParseUri(uri, &u); err != nil {
		return Route{}, false
	}
	next, ok := j.allow[u.Addr()]
	next.Trunk, next.Transport = r.Trunk, r.Transport
	return next, ok
}

func (j *judge) told() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.failed, ", ")
}

func TestRedirected(t *testing.T) {
	t.Parallel()
	r1, r2 := newRaw(t, nil), newRaw(t, nil)
	there := "sip:555@" + r2.addr()
	g := &judge{
		routes: []Route{{Trunk: "a", URI: "sip:555@trunk.example", From: "sip:12366@ours.example", Dest: r1.addr(),
			Auth: &Credentials{User: "u", Secret: digest.NewSecret("p")}}},
		allow: map[string]Route{there: {URI: there, Dest: r2.addr()},
			"sip:556@" + r2.addr(): {URI: "sip:556@" + r2.addr(), Dest: r2.addr()}},
	}
	s := serve(t, loopback(t), nil, func(c *Config) { c.Trunks = g })
	out := dialling(t.Context(), s, nil, Outbound{To: "555"})
	first := r1.wants("INVITE")
	r1.answer(first, 401, "Who are you",
		[]string{`WWW-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"`}, "")
	r1.wants("ACK")
	second := r1.wantsAfter(first)
	r1.answer(second, 180, "Ringing", nil, "")
	// A stranger is wanted most, then what the trunk allows, then another that it allows.
	r1.answerMoved(second, 302, "<sip:premium@192.0.2.1>", "<sip:556@"+r2.addr()+">;q=0.3", "<"+there+">;q=0.7")
	r1.wants("ACK")
	third := r2.wants("INVITE")
	if third.Recipient.String() != there || third.CSeq().SeqNo != second.CSeq().SeqNo+1 ||
		third.CallID().Value() != first.CallID().Value() ||
		third.From().Value() != first.From().Value() || third.To().Value() != first.To().Value() ||
		branch(third) == branch(second) {
		t.Errorf("not the same call elsewhere:\n%s\n%s", second, third)
	}
	if auth := headerValues(third, "authorization"); !strings.Contains(auth, `uri="`+there+`"`) {
		t.Errorf("credentials %q", auth)
	}
	r2.answer(third, 200, "OK", nil, r2.sdp(""))
	r2.wants("ACK")
	d := within(t, "call", out)
	if d.err != nil {
		t.Fatal(d.err)
	}
	d.call.Hangup("")
	r2.answer(r2.wants("BYE"), 200, "OK", nil, "")
	if g.told() != "" {
		t.Errorf("the trunk was blamed: %s", g.told())
	}
	until(t, "nothing left", func() bool { return s.Calls() == 0 && dialogs(s) == 0 })
}

func TestNotRedirected(t *testing.T) {
	t.Parallel()
	r1, r2 := newRaw(t, nil), newRaw(t, nil)
	there := "sip:555@" + r2.addr()
	route := Route{Trunk: "a", URI: "sip:555@trunk.example", Dest: r1.addr()}
	for _, c := range []struct {
		name    string
		route   Route
		status  int
		contact string
		again   bool // the second address sends us on once more
	}{
		{"to a stranger", route, 302, "<sip:555@192.0.2.1>", false},
		{"to nowhere", route, 302, "", false},
		{"to everywhere", route, 302, "*", false},
		{"several choices", route, 300, "<" + there + ">", false},
		{"by a proxy", route, 305, "<" + there + ">", false},
		{"by no trunk", Route{URI: "sip:555@trunk.example", Dest: r1.addr()}, 302, "<" + there + ">", false},
		{"twice", route, 301, "<" + there + ">", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &judge{routes: []Route{c.route, {Trunk: "b", URI: there}},
				allow: map[string]Route{there: {URI: there, Dest: r2.addr()}}}
			s := serve(t, loopback(t), nil, func(c *Config) { c.Trunks = g })
			r1.to, r2.to = nil, nil
			out := dialling(t.Context(), s, nil, Outbound{To: "555"})
			r1.answerMoved(r1.wants("INVITE"), c.status, c.contact)
			r1.wants("ACK")
			if c.again {
				r2.answerMoved(r2.wants("INVITE"), 302, "<"+there+">")
				r2.wants("ACK")
				c.status = 302
			}
			var f *Failure
			if d := within(t, "end", out); !errors.As(d.err, &f) || f.Status != c.status {
				t.Errorf("%v", d.err)
			}
			if m := r2.read(2 * t1); m != nil {
				t.Errorf("it was followed: %s", m)
			}
			until(t, "nothing left", func() bool { return s.Calls() == 0 && dialogs(s) == 0 })
		})
	}
}

// answerMoved answers with contacts in place of our own.
func (r *raw) answerMoved(req *wire.Request, status int, contacts ...string) {
	r.t.Helper()
	lines := ""
	for _, c := range contacts {
		if c != "" {
			lines += "Contact: " + c + "\r\n"
		}
	}
	r.send(fmt.Sprintf("SIP/2.0 %d Moved\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=%s\r\nCall-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n", status,
		req.Via().Value(), req.From().Value(), req.To().Value(), r.tag, req.CallID().Value(), req.CSeq().Value(),
		lines))
}

func TestTrunkIsBlamed(t *testing.T) {
	t.Parallel()
	refuse := func(status int) func(*raw, *wire.Request) {
		return func(r *raw, req *wire.Request) { r.answer(req, status, "No", nil, "") }
	}
	for _, c := range []struct {
		name   string
		answer func(*raw, *wire.Request)
		giveUp time.Duration
		want   string
	}{
		{"out of order", refuse(503), 0, "a 503"},
		{"a fault of its own", refuse(500), 0, "a 500"},
		{"the party is busy", refuse(486), 0, ""},
		{"the party is busy everywhere", refuse(600), 0, ""},
		{"silence", nil, 0, "a 408"},
		{"silence, and we give up", nil, 9 * t1, "a 408"},
		{"we give up soon", nil, t1, ""},
		{"we give up what was taken", func(r *raw, req *wire.Request) { r.answer(req, 100, "Trying", nil, "") }, 9 * t1,
			""},
		{"it rang", func(r *raw, req *wire.Request) {
			r.answer(req, 180, "Ringing", nil, "")
			time.Sleep(2 * t1) // messages are taken up side by side
			r.answer(req, 503, "No", nil, "")
		}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRaw(t, nil)
			g := &judge{routes: []Route{{Trunk: "a", URI: "sip:555@" + r.addr()}}}
			s := serve(t, loopback(t), nil, func(c *Config) { c.Trunks = g })
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if c.giveUp > 0 {
				ctx, cancel = context.WithTimeout(ctx, c.giveUp)
			}
			defer cancel()
			out := dialling(ctx, s, nil, Outbound{To: "555"})
			invite := r.wants("INVITE")
			if c.answer != nil {
				c.answer(r, invite)
			}
			if d := within(t, "end", out); d.err == nil {
				t.Fatal("answered")
			}
			if g.told() != c.want {
				t.Errorf("told %q, want %q", g.told(), c.want)
			}
		})
	}
	t.Run("not reachable", func(t *testing.T) {
		r := newRaw(t, nil) // nobody listens on TCP at its port
		g := &judge{routes: []Route{{Trunk: "a", URI: "sip:555@" + r.addr(), Transport: "tcp"},
			{Trunk: "b", URI: "sip:555@" + r.addr()}}}
		s := serve(t, loopback(t), nil, func(c *Config) { c.Trunks = g })
		out := dialling(t.Context(), s, nil, Outbound{To: "555"})
		r.answer(r.wants("INVITE"), 200, "OK", nil, r.sdp(""))
		if d := within(t, "call", out); d.err != nil || g.told() != "a 503" {
			t.Errorf("%v, told %q", d.err, g.told())
		}
	})
}
