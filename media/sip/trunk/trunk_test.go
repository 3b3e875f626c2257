package trunk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// carrier answers like a carrier's server. It is a Sender.
type carrier struct {
	t      testing.TB
	mu     sync.Mutex
	auth   *digest.Server                         // nil: lets everyone in
	answer func(req *wire.Request) *wire.Response // before everything else; nil or a nil answer: go on
	silent bool                                   // answers nothing
	min    int                                    // shortest log-in, seconds
	grant  string                                 // ;expires=… in Contact
	seen   []string                               // what was asked, with the time
	start  time.Time
	last   *wire.Request
}

func (c *carrier) Send(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = req
	what := string(req.Method)
	if h := req.GetHeader("expires"); h != nil {
		what += " " + h.Value()
	}
	c.seen = append(c.seen, fmt.Sprintf("%v %s", time.Since(c.start).Round(time.Second), what))
	if c.silent {
		c.mu.Unlock()
		<-ctx.Done()
		c.mu.Lock()
		return nil, ctx.Err()
	}
	// What a server adds on the way.
	req.PrependHeader(&wire.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: "UDP", Host: "10.0.0.9",
		Port: 5060})
	if c.answer != nil {
		if res := c.answer(req); res != nil {
			return res, nil
		}
	}
	if req.Method == wire.OPTIONS {
		return wire.NewResponseFromRequest(req, 200, "OK", nil), nil
	}
	if c.auth != nil {
		if user, v := c.auth.Check(req); v != digest.Accepted || user != "4008012366" {
			return c.auth.Refuse(req, v), nil
		}
	}
	if h := req.GetHeader("expires"); c.min > 0 && h.Value() != "0" && len(h.Value()) <= len(fmt.Sprint(c.min)) &&
		h.Value() < fmt.Sprint(c.min) {
		res := wire.NewResponseFromRequest(req, 423, "Interval Too Brief", nil)
		res.AppendHeader(wire.NewHeader("Min-Expires", fmt.Sprint(c.min)))
		return res, nil
	}
	res := wire.NewResponseFromRequest(req, 200, "OK", nil)
	contact := *req.Contact()
	if c.grant != "" {
		contact.Params = wire.HeaderParams{{K: "expires", V: c.grant}}
	}
	res.AppendHeader(&wire.ContactHeader{Address: wire.Uri{Scheme: "sip", User: "4008012366", Host: "192.0.2.77"},
		Params: wire.HeaderParams{{K: "expires", V: "7"}}})
	res.AppendHeader(&contact)
	return res, nil
}

func (c *carrier) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := strings.Join(c.seen, ", ")
	c.seen = nil
	return s
}

// request is the last one.
func (c *carrier) request() *wire.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

func (c *carrier) set(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func account() Config {
	return Config{Name: "unicom", Server: "10.0.0.1", User: "4008012366", Secret: digest.NewSecret("pw"),
		Register: true, Expires: 100 * time.Second, Ping: -1}
}

// run starts a set in virtual time; stop ends it.
func run(t *testing.T, c *carrier, list []Config, change func(*Options)) (s *Set, states func() string, stop func()) {
	t.Helper()
	var mu sync.Mutex
	var told []string
	c.t, c.start = t, time.Now()
	o := Options{Send: c, Contact: "10.0.0.9:5060", Random: func() float64 { return 0.5 }, Logger: quiet(),
		OnState: func(s Status) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprintf("%v %s %s", time.Since(c.start).Round(time.Second), s.State, s.Why))
		}}
	if change != nil {
		change(&o)
	}
	s, err := New(list, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	return s, func() string {
			mu.Lock()
			defer mu.Unlock()
			text := strings.Join(told, ", ")
			told = nil
			return text
		}, func() {
			cancel()
			<-done
		}
}

func secretServer(t testing.TB, secret string) *digest.Server {
	s, err := digest.New(digest.Config{Realm: "carrier",
		Secrets: digest.Passwords{"4008012366": digest.NewSecret(secret)}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

func TestLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{auth: secretServer(t, "pw")}
		s, states, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(time.Second)
		// Asked once, then let in; the next refreshes need not be asked again.
		expect(t, "log-in", c.log(), "0s REGISTER 100, 0s REGISTER 100")
		expect(t, "state", states(), "0s up ")
		time.Sleep(160 * time.Second)
		expect(t, "refreshes at ¾ of the time", c.log(), "1m15s REGISTER 100, 2m30s REGISTER 100")
		if st := s.Status()[0]; st.State != Up || !st.Until.Equal(c.start.Add(150*time.Second+100*time.Second)) {
			t.Errorf("status %+v", st)
		}
		req := c.request()
		if req.CSeq().SeqNo != 4 || req.Recipient.String() != "sip:10.0.0.1:5060" ||
			req.To().Address.String() != "sip:4008012366@10.0.0.1" ||
			req.Contact().Address.String() != "sip:4008012366@10.0.0.9:5060" || req.Destination() != "10.0.0.1:5060" {
			t.Errorf("the request\n%s", req)
		}
		stop()
		expect(t, "log-out", c.log(), "2m41s REGISTER 0")
		expect(t, "state", states(), "2m41s disabled ")
	})
}

func TestLoginGrantedLessAndMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{grant: "40"}
		_, _, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(32 * time.Second)
		expect(t, "the carrier keeps us 40 s", c.log(), "0s REGISTER 100, 30s REGISTER 100")
		c.set(func() { c.grant, c.min = "", 600 })
		time.Sleep(600 * time.Second)
		expect(t, "the carrier wants at least 600 s", c.log(),
			"1m0s REGISTER 100, 1m0s REGISTER 600, 8m30s REGISTER 600")
		stop()
	})
}

func TestLoginNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{grant: "0"}
		_, states, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(10 * time.Second)
		expect(t, "no hurry", c.log(), "0s REGISTER 100, 4s REGISTER 100")
		expect(t, "state", states(), "0s down the carrier took the log-in and did not keep it")
		stop()
	})
}

func TestLoginBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{silent: true}
		s, states, stop := run(t, c, []Config{account()},
			func(o *Options) { o.Timeout, o.First, o.Most = 4*time.Second, 8*time.Second, time.Minute })
		time.Sleep(200 * time.Second)
		// 4 s for each attempt, then ¾ of 8, 16, 32, 60, 60 s.
		expect(t, "attempts", c.log(),
			"0s REGISTER 100, 10s REGISTER 100, 26s REGISTER 100, 54s REGISTER 100, 1m43s REGISTER 100, 2m32s REGISTER 100")
		expect(t, "state", states(), "4s down no answer: context deadline exceeded")
		if st := s.Status()[0]; st.Failures != 6 {
			t.Errorf("status %+v", st)
		}
		c.set(func() { c.silent = false })
		time.Sleep(20 * time.Second)
		expect(t, "it answers again", c.log(), "3m21s REGISTER 100")
		expect(t, "state", states(), "3m21s up ")
		// The carrier goes away: the log-in holds until it runs out.
		c.set(func() { c.silent = true })
		time.Sleep(70 * time.Second)
		if st := s.Status()[0]; st.State != Up {
			t.Errorf("at %v: %+v", time.Since(c.start), st)
		}
		time.Sleep(40 * time.Second)
		if st := s.Status()[0]; st.State != Down {
			t.Errorf("at %v: %+v", time.Since(c.start), st)
		}
		c.set(func() { c.silent = false })
		stop()
	})
}

func TestLoginWaitsAsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{answer: func(req *wire.Request) *wire.Response {
			res := wire.NewResponseFromRequest(req, 503, "Maintenance", nil)
			res.AppendHeader(wire.NewHeader("Retry-After", "120 (maintenance);duration=60"))
			return res
		}}
		_, states, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(130 * time.Second)
		expect(t, "attempts", c.log(), "0s REGISTER 100, 2m0s REGISTER 100")
		expect(t, "state", states(), "0s down 503 Maintenance")
		stop()
	})
}

func TestWrongSecretIsTriedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{auth: secretServer(t, "another")}
		s, states, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(9 * time.Minute)
		expect(t, "attempts", c.log(), "0s REGISTER 100, 0s REGISTER 100, 5m0s REGISTER 100, 5m0s REGISTER 100")
		expect(t, "state", states(), "0s refused the log-in is refused: wrong user or secret")
		if _, err := s.Routes("", "10086", ""); err != nil {
			t.Error("the only trunk is tried, whatever its state:", err)
		}
		stop()
		expect(t, "no log-out without log-in", c.log(), "")
	})
}

func TestForbidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			status int
			fields []string
			want   State
			why    string
		}{
			{403, nil, Refused, "403"}, {404, nil, Refused, "404"}, {500, nil, Down, "500"}, {480, nil, Down, "480"},
			{302, nil, Down, "302"},
			{401, nil, Refused, "no challenge"},
			{401, []string{`Digest realm="x", nonce="y", algorithm=SHA-512-256`}, Refused, "no challenge"},
			{423, nil, Down, "longer"},
		} {
			car := &carrier{answer: func(req *wire.Request) *wire.Response {
				res := wire.NewResponseFromRequest(req, c.status, "No", nil)
				for _, f := range c.fields {
					res.AppendHeader(wire.NewHeader("WWW-Authenticate", f))
				}
				return res
			}}
			s, _, stop := run(t, car, []Config{account()}, nil)
			time.Sleep(time.Second)
			if st := s.Status()[0]; st.State != c.want || !strings.Contains(st.Why, c.why) {
				t.Errorf("%d: %+v, want %v %s", c.status, st, c.want, c.why)
			}
			stop()
		}
	})
}

func TestRouterBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{answer: func(req *wire.Request) *wire.Response {
			res := wire.NewResponseFromRequest(req, 200, "OK", nil)
			res.Via().Params.Add("received", "203.0.113.50")
			res.Via().Params.Add("rport", "40123")
			return res
		}}
		_, _, stop := run(t, c, []Config{account()}, nil)
		time.Sleep(time.Second)
		expect(t, "registered anew from outside", c.log(), "0s REGISTER 100, 0s REGISTER 100")
		if got := c.request().Contact().Address.String(); got != "sip:4008012366@203.0.113.50:40123" {
			t.Errorf("contact %s", got)
		}
		time.Sleep(100 * time.Second)
		expect(t, "once", c.log(), "1m15s REGISTER 100")
		stop()
	})
}

func TestPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{}
		s, states, stop := run(t, c, []Config{{Name: "static", Server: "10.0.0.1:5080", Ping: 20 * time.Second}}, nil)
		time.Sleep(50 * time.Second)
		expect(t, "pings", c.log(), "0s OPTIONS, 20s OPTIONS, 40s OPTIONS")
		expect(t, "state", states(), "0s up ")
		for _, step := range []struct {
			status int
			want   string
		}{{404, ""}, {405, ""}, {501, ""}, {503, "down 503 No"}, {200, "up "}} {
			c.set(func() {
				c.answer = func(req *wire.Request) *wire.Response {
					return wire.NewResponseFromRequest(req, step.status, "No", nil)
				}
			})
			time.Sleep(time.Minute)
			got := states()
			if _, after, ok := strings.Cut(got, " "); ok {
				got = after
			}
			expect(t, fmt.Sprint(step.status), got, step.want)
		}
		c.log()
		// One lost ping says nothing.
		c.set(func() { c.silent = true })
		time.Sleep(20 * time.Second)
		c.set(func() { c.silent = false })
		time.Sleep(time.Minute)
		expect(t, "one lost", states(), "")
		c.set(func() { c.silent = true })
		time.Sleep(2 * time.Minute)
		if st := s.Status()[0]; st.State != Down || st.Failures < 2 {
			t.Errorf("%+v", st)
		}
		c.set(func() { c.silent = false })
		stop()
	})
}

func TestLoginAndPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{}
		a := account()
		a.Ping = 10 * time.Second
		_, states, stop := run(t, c, []Config{a}, nil)
		time.Sleep(5 * time.Second)
		expect(t, "state", states(), "0s up ")
		c.set(func() {
			c.answer = func(req *wire.Request) *wire.Response {
				if req.Method == wire.OPTIONS {
					return wire.NewResponseFromRequest(req, 503, "Full", nil)
				}
				return nil
			}
		})
		time.Sleep(20 * time.Second)
		expect(t, "logged in, but full", states(), "20s down 503 Full")
		time.Sleep(60 * time.Second)
		expect(t, "a refresh changes nothing", states(), "")
		c.set(func() { c.answer = nil })
		time.Sleep(20 * time.Second)
		expect(t, "better", states(), "1m30s up ")
		stop()
	})
}

func TestResolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		addr, fails, told := "198.51.100.7", false, 0
		s, _, stop := run(t, &carrier{},
			[]Config{{Name: "named", Server: "sip.carrier.example", Proxies: []string{"10.1.1.1"},
				Sources: []string{"203.0.113.0/24"}}}, func(o *Options) {
				o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
					mu.Lock()
					defer mu.Unlock()
					if fails || host != "sip.carrier.example" {
						return nil, errors.New("no such host")
					}
					return []netip.Addr{netip.MustParseAddr(addr), netip.MustParseAddr("198.51.100.6")}, nil
				}
				o.OnNetworks = func() { mu.Lock(); told++; mu.Unlock() }
			})
		time.Sleep(time.Second)
		check := func(want map[string]bool) {
			t.Helper()
			for a, w := range want {
				name, ok := s.Authorized(netip.AddrPortFrom(netip.MustParseAddr(a), 1234))
				if ok != w || ok && name != "named" {
					t.Errorf("%s: %v %q, want %v", a, ok, name, w)
				}
			}
		}
		check(map[string]bool{"198.51.100.7": true, "::ffff:198.51.100.7": true, "10.1.1.1": true, "203.0.113.9": true,
			"198.51.100.8": false, "203.0.114.1": false})
		mu.Lock()
		addr = "198.51.100.8"
		mu.Unlock()
		time.Sleep(time.Minute)
		check(map[string]bool{"198.51.100.7": false, "198.51.100.8": true})
		mu.Lock()
		fails = true
		mu.Unlock()
		time.Sleep(time.Minute)
		check(map[string]bool{"198.51.100.8": true}) // what was known is kept
		if n := s.Networks(); len(n) != 4 {
			t.Errorf("networks %v", n)
		}
		stop()
		if told != 2 { // found, and another
			t.Errorf("told of %d changes", told)
		}
	})
}
