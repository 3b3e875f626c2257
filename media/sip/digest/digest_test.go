package digest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	ref "github.com/icholy/digest"
	"pgregory.net/rapid"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }

func newServer(t testing.TB, change func(*Config)) (*Server, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 10, 8, 9, 0, 0, 0, time.UTC)}
	cfg := Config{Realm: "12366", Secrets: Passwords{"agent": NewSecret("p@ss:\"w\\rd"), "empty": {}}, Now: c.now}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func register() *sip.Request {
	req := sip.NewRequest(sip.REGISTER, sip.Uri{Scheme: "sip", Host: "12366.example"})
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: "agent", Host: "12366.example"}})
	return req
}

func agent() *Client { return &Client{User: "agent", Secret: NewSecret("p@ss:\"w\\rd")} }

// The example of RFC 7616, 3.9.1.
func TestRFC7616(t *testing.T) {
	for alg, want := range map[Algorithm]string{
		MD5:    "8ca523f5e9506fed4657c9700eebdbec",
		SHA256: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		ha1 := HA1(alg, "Mufasa", "http-auth@example.org", NewSecret("Circle of Life"))
		got := alg.proof(ha1, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001",
			"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "auth", "GET", "/dir/index.html")
		if got != want {
			t.Errorf("%s: %s, want %s", alg, got, want)
		}
	}
}

func TestChallengeAndAnswer(t *testing.T) {
	for _, c := range []struct {
		name  string
		algs  []Algorithm
		proxy bool
	}{{"default", nil, false}, {"MD5", []Algorithm{MD5}, false}, {"SHA-256", []Algorithm{SHA256}, true}} {
		t.Run(c.name, func(t *testing.T) {
			s, clk := newServer(t, func(cfg *Config) { cfg.Algorithms, cfg.Proxy = c.algs, c.proxy })
			cl, req := agent(), register()
			if user, v := s.Check(req); v != Missing || user != "" {
				t.Fatalf("%q %v", user, v)
			}
			res := s.Refuse(req, Missing)
			if want := map[bool]int{false: 401, true: 407}[c.proxy]; res.StatusCode != want {
				t.Fatalf("status %d, want %d", res.StatusCode, want)
			}
			if err := cl.Answer(req, res); err != nil {
				t.Fatal(err)
			}
			if user, v := s.Check(req); v != Accepted || user != "agent" {
				t.Fatalf("%q %v\n%s", user, v, req)
			}
			if _, v := s.Check(req); v != Stale {
				t.Fatalf("the same request again: %v, want stale", v)
			}
			next := register()
			if err := cl.Prepare(next); err != nil {
				t.Fatal(err)
			}
			if _, v := s.Check(next); v != Accepted {
				t.Fatalf("the next request: %v", v)
			}
			clk.pass(6 * time.Minute)
			late := register()
			if err := cl.Prepare(late); err != nil {
				t.Fatal(err)
			}
			if _, v := s.Check(late); v != Stale {
				t.Fatalf("after the lifetime: %v, want stale", v)
			}
			if err := cl.Answer(late, s.Refuse(late, Stale)); err != nil {
				t.Fatal(err)
			}
			if _, v := s.Check(late); v != Accepted {
				t.Fatalf("after a new challenge: %v", v)
			}
		})
	}
}

// Who answers a challenge that was sent to another address may be let in, but has proved nothing of its own address.
func TestProved(t *testing.T) {
	s, clk := newServer(t, nil)
	from := func(src string) *sip.Request {
		req := register()
		req.SetSource(src)
		return req
	}
	cl := agent()
	first := from("192.0.2.1:5060")
	if s.Proved(first) {
		t.Error("proved without an answer")
	}
	challenge := s.Refuse(first, Missing)
	for src, want := range map[string]bool{"192.0.2.1:5060": true, "192.0.2.1:40000": true, "192.0.2.2:5060": false} {
		req := from(src)
		if err := (&Client{User: "agent", Secret: NewSecret("wrong")}).Answer(req, challenge); err != nil {
			t.Fatal(err)
		}
		if _, v := s.Check(req); v != Wrong || s.Proved(req) != want {
			t.Errorf("%s: %v, proved %v", src, v, s.Proved(req))
		}
	}
	moved := from("192.0.2.2:5060")
	if err := cl.Answer(moved, challenge); err != nil {
		t.Fatal(err)
	}
	if _, v := s.Check(moved); v != Accepted || s.Proved(moved) {
		t.Errorf("a telephone that moved: %v, proved %v", v, s.Proved(moved))
	}
	late := from("192.0.2.1:5060")
	if err := cl.Answer(late, challenge); err != nil {
		t.Fatal(err)
	}
	clk.pass(time.Hour)
	if s.Proved(late) {
		t.Error("a challenge of long ago proves something")
	}
	other, _ := newServer(t, nil)
	if other.Proved(late) {
		t.Error("another server's challenge proves something")
	}
}

// Two who never saw each other's code agree: the reference client answers our challenge, our client the reference's.
func TestAgainstReference(t *testing.T) {
	s, _ := newServer(t, nil)
	req := register()
	for i := range 2 {
		ch, err := ref.ParseChallenge(s.Challenge(register(), false)[i].Value())
		if err != nil {
			t.Fatal(err)
		}
		cred, err := ref.Digest(ch, ref.Options{Method: "REGISTER", URI: req.Recipient.String(), Username: "agent",
			Password: "p@ss:\"w\\rd", Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		asked := register()
		asked.AppendHeader(sip.NewHeader("Authorization", cred.String()))
		if user, v := s.Check(asked); v != Accepted || user != "agent" {
			t.Errorf("%s: %q %v", ch.Algorithm, user, v)
		}
	}
	res := sip.NewResponse(407, "")
	res.AppendHeader(sip.NewHeader("Proxy-Authenticate",
		`Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int", opaque="o"`))
	cl := agent()
	if err := cl.Answer(req, res); err != nil {
		t.Fatal(err)
	}
	got, err := ref.ParseCredentials(req.GetHeader("Proxy-Authorization").Value())
	if err != nil {
		t.Fatal(err)
	}
	want, err := ref.Digest(&ref.Challenge{Realm: "r", Nonce: "n", Algorithm: "SHA-256", QOP: []string{"auth"},
		Opaque: "o"},
		ref.Options{Method: "REGISTER", URI: req.Recipient.String(), Username: "agent", Password: "p@ss:\"w\\rd",
			Count: 1, Cnonce: got.Cnonce})
	if err != nil || *got != *want {
		t.Errorf("got %+v\nwant %+v (%v)", got, want, err)
	}
}

func TestWrong(t *testing.T) {
	s, _ := newServer(t, nil)
	other, _ := newServer(t, nil) // another key
	sign := func(user, secret string, from *Server, change func(*sip.Request)) *sip.Request {
		req := register()
		cl := &Client{User: user, Secret: NewSecret(secret)}
		if err := cl.Answer(req, from.Refuse(req, Missing)); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(req)
		}
		return req
	}
	swap := func(old, new string) func(*sip.Request) {
		return func(req *sip.Request) {
			v := req.GetHeader("Authorization").Value()
			if !strings.Contains(v, old) {
				t.Fatalf("%q is not in %s", old, v)
			}
			req.ReplaceHeader(sip.NewHeader("Authorization", strings.Replace(v, old, new, 1)))
		}
	}
	const right = "p@ss:\"w\\rd"
	for _, c := range []struct {
		name string
		req  *sip.Request
		want Verdict
	}{
		{"right", sign("agent", right, s, nil), Accepted},
		{"wrong secret", sign("agent", "x", s, nil), Wrong},
		{"unknown user", sign("nobody", right, s, nil), Wrong},
		{"unknown user, empty secret", sign("", "", s, nil), Wrong},
		{"a user without a secret", sign("empty", "", s, nil), Wrong},
		{"another server's nonce", sign("agent", right, other, nil), Stale},
		{"another method", sign("agent", right, s, func(r *sip.Request) { r.Method = sip.INVITE }), Wrong},
		{"another address", sign("agent", right, s, func(r *sip.Request) { r.Recipient.Host = "other.example" }),
			Wrong},
		{"address with a port", sign("agent", right, s, func(r *sip.Request) { r.Recipient.Port = 5061 }), Accepted},
		{"another count", sign("agent", right, s, swap("nc=00000001", "nc=00000002")), Wrong},
		{"a count in words", sign("agent", right, s, swap("nc=00000001", "nc=one")), Missing},
		{"a short count", sign("agent", right, s, swap("nc=00000001", "nc=1")), Missing},
		{"count zero", sign("agent", right, s, swap("nc=00000001", "nc=00000000")), Missing},
		{"no cnonce", sign("agent", right, s, swap("cnonce=", "cn=")), Missing},
		{"auth-int", sign("agent", right, s, swap("qop=auth", "qop=auth-int")), Missing},
		{"another realm", sign("agent", right, s, swap(`realm="12366"`, `realm="12345"`)), Missing},
		{"unknown algorithm", sign("agent", right, s, swap("SHA-256", "SHA-1")), Wrong},
		{"other algorithm", sign("agent", right, s, swap("SHA-256", "MD5")), Wrong},
		{"names in capitals", sign("agent", right, s, swap("Digest username", "DIGEST USERNAME")), Accepted},
		{"two users", sign("agent", right, s, swap("Digest ", `Digest username="x", `)), Missing},
		{"not a digest", sign("agent", right, s, func(r *sip.Request) {
			r.ReplaceHeader(sip.NewHeader("Authorization", "NoOneKnowsThisScheme opaque-data=here"))
		}), Missing},
		{"nothing", sign("agent", right, s,
			func(r *sip.Request) { r.ReplaceHeader(sip.NewHeader("Authorization", "")) }), Missing},
		{"a second field is right", sign("agent", right, s, func(r *sip.Request) {
			r.PrependHeader(sip.NewHeader("Authorization", `Digest username="a", realm="b"`))
		}), Accepted},
	} {
		if _, v := s.Check(c.req); v != c.want {
			t.Errorf("%s: %v, want %v\n%s", c.name, v, c.want, c.req.GetHeader("Authorization").Value())
		}
	}
}

// An old telephone without qop is let in, each nonce once.
func TestWithoutQop(t *testing.T) {
	s, _ := newServer(t, func(c *Config) { c.Algorithms = []Algorithm{MD5} })
	ch, err := ref.ParseChallenge(s.Challenge(register(), false)[0].Value())
	if err != nil {
		t.Fatal(err)
	}
	ch.QOP = nil
	req := register()
	cred, err := ref.Digest(ch, ref.Options{Method: "REGISTER", URI: req.Recipient.String(), Username: "agent",
		Password: "p@ss:\"w\\rd"})
	if err != nil {
		t.Fatal(err)
	}
	req.AppendHeader(sip.NewHeader("Authorization", cred.String()))
	if _, v := s.Check(req); v != Accepted {
		t.Errorf("%v, want accepted", v)
	}
	if _, v := s.Check(req); v != Stale {
		t.Errorf("again: %v, want stale", v)
	}
}

func TestClientGivesUp(t *testing.T) {
	s, _ := newServer(t, nil)
	cl, req := &Client{User: "agent", Secret: NewSecret("wrong")}, register()
	if err := cl.Answer(req, s.Refuse(req, Missing)); err != nil {
		t.Fatal(err)
	}
	if err := cl.Answer(req, s.Refuse(req, Wrong)); !errors.Is(err, ErrRefused) {
		t.Errorf("%v, want ErrRefused", err)
	}
	for _, text := range []string{"", "Basic realm=x", `Digest realm="r"`,
		`Digest realm="r", nonce="n", algorithm=SHA-512`, `Digest realm="r", nonce="n", qop="auth-int"`,
		`Digest realm="r`} {
		res := sip.NewResponse(401, "")
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", text))
		if err := agent().Answer(register(), res); !errors.Is(err, ErrNoChallenge) {
			t.Errorf("%q: %v, want ErrNoChallenge", text, err)
		}
	}
	evil := sip.NewResponse(401, "")
	evil.AppendHeader(sip.NewHeader("WWW-Authenticate", `Digest realm="a\"b", nonce="x\\y"`))
	req = register()
	if err := agent().Answer(req, evil); err != nil {
		t.Fatal(err)
	}
	if v := req.GetHeader("Authorization").Value(); !strings.Contains(v, `realm="a\"b", nonce="x\\y"`) {
		t.Errorf("%s", v)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []Config{{}, {Realm: "x"}, {Realm: "x", Secrets: Passwords{}, Algorithms: []Algorithm{"SHA-1"}},
		{Realm: "x", Secrets: Passwords{}, Uses: -1}, {Realm: "x", Secrets: Passwords{}, Lifetime: -1},
		{Realm: "x", Secrets: Passwords{}, Rand: strings.NewReader("")}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func TestSharedKey(t *testing.T) {
	key := func(c *Config) { c.Key = []byte("0123456789abcdef0123456789abcdef") }
	a, _ := newServer(t, key)
	b, _ := newServer(t, key)
	cl, req := agent(), register()
	if err := cl.Answer(req, a.Refuse(req, Missing)); err != nil {
		t.Fatal(err)
	}
	if _, v := b.Check(req); v != Accepted {
		t.Errorf("a neighbour with the same key: %v", v)
	}
}

func TestSecretHides(t *testing.T) {
	s := NewSecret("hunter2")
	var log bytes.Buffer
	l := slog.New(slog.NewJSONHandler(&log, nil))
	l.LogAttrs(context.Background(), slog.LevelInfo, "m", slog.Any("s", s), slog.Any("in", struct{ S Secret }{s}),
		slog.Any("map", Passwords{"a": s}))
	j, err := json.Marshal(map[string]any{"a": s, "b": struct{ S Secret }{s}})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v", s, s, s, s, s, s, s, struct{ S Secret }{s}, &s,
		Client{User: "u", Secret: s}) + log.String() + string(j)
	if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
		t.Errorf("the secret shows: %s", text)
	}
	if !strings.Contains(text, hidden) {
		t.Errorf("nothing shows that there is one: %s", text)
	}
	if s.Reveal() != "hunter2" || !s.Equal(NewSecret("hunter2")) || s.Equal(NewSecret("hunter3")) || !s.Set() ||
		(Secret{}).Set() || (Secret{}).String() != "" {
		t.Error("but its owner can use it")
	}
	var back Secret
	if err := back.UnmarshalText([]byte("x")); err != nil || back.Reveal() != "x" {
		t.Error("it can be read from a file")
	}
}

// Whatever is asked in whatever order, no count of a nonce is taken twice, memory stays bounded, and a fresh nonce
// works.
func TestUsesNeverTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var u uses
		size := rapid.IntRange(1, 4).Draw(t, "size")
		u.init(size)
		start := time.Unix(1000, 0)
		taken := map[string]bool{}
		for i := range rapid.IntRange(1, 200).Draw(t, "n") {
			k := rapid.IntRange(0, 8).Draw(t, "nonce")
			nc := uint32(rapid.IntRange(1, 90).Draw(t, "nc"))
			key := fmt.Sprint(k, "/", nc)
			if u.take(fmt.Sprint(k), start.Add(time.Duration(k)*time.Second), nc) {
				if taken[key] {
					t.Fatalf("step %d: %s was taken twice", i, key)
				}
				taken[key] = true
			}
			if len(u.at) > size || len(u.ring) > size {
				t.Fatalf("%d remembered, at most %d", len(u.at), size)
			}
		}
		if !u.take("fresh", start.Add(time.Hour), 1) || u.take("fresh", start.Add(time.Hour), 1) {
			t.Fatal("a fresh nonce works once")
		}
	})
}

func FuzzCheck(f *testing.F) {
	s, _ := newServer(f, nil)
	req := register()
	if err := agent().Answer(req, s.Refuse(req, Missing)); err != nil {
		f.Fatal(err)
	}
	f.Add(req.GetHeader("Authorization").Value())
	f.Add(`Digest username="a\"b", realm="12366", nonce=x, uri="sip:a", response=y`)
	f.Add(`Digest a=b,,c="d`)
	f.Fuzz(func(t *testing.T, text string) {
		req := register()
		req.AppendHeader(sip.NewHeader("Authorization", text))
		s.Check(req)
		res := sip.NewResponse(401, "")
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", text))
		if err := agent().Answer(register(), res); err == nil && strings.ContainsAny(text, "\r\n") {
			return
		}
		scheme, list, err := parseParams(text)
		if err != nil {
			return
		}
		// What was read is read again from what is written.
		var b strings.Builder
		b.WriteString(scheme + " ")
		for i, p := range list {
			if strings.ContainsAny(p.value, "\r\n") {
				return
			}
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.name + "=" + quoted(p.value))
		}
		_, again, err := parseParams(b.String())
		if err != nil || fmt.Sprint(again) != fmt.Sprint(list) {
			t.Fatalf("%q: %v, then %v (%v)", text, list, again, err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	s, _ := newServer(b, nil)
	req := register()
	if err := agent().Answer(req, s.Refuse(req, Missing)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Check(req)
	}
}
