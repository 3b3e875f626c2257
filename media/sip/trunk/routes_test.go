package trunk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	wire "github.com/emiago/sipgo/sip"
	"pgregory.net/rapid"

	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/number"
)

func newSet(t testing.TB, list ...Config) *Set {
	t.Helper()
	s, err := New(list, Options{Send: &carrier{}, Contact: "10.0.0.9:5060", Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func order(s *Set, name, number string) string {
	routes, err := s.Routes(name, number, "")
	if err != nil {
		return err.Error()
	}
	var list []string
	for _, r := range routes {
		list = append(list, r.Trunk)
	}
	return strings.Join(list, " ")
}

func TestOrder(t *testing.T) {
	s := newSet(t,
		Config{Name: "any", Server: "10.0.0.1"},
		Config{Name: "second", Server: "10.0.0.2", Priority: 5},
		Config{Name: "mobile", Server: "10.0.0.3", Prefixes: []string{"13", "15", "18"}},
		Config{Name: "local", Server: "10.0.0.4", Prefixes: []string{"0571", "057"}},
		Config{Name: "cheap", Server: "10.0.0.5", Prefixes: []string{"138"}, Priority: 9},
		Config{Name: "strips", Server: "10.0.0.6", Prefixes: []string{"12"}, Rules: number.Rules{Strip: 3}},
	)
	for dialled, want := range map[string]string{
		"13800000000": "cheap mobile any second", "15000000000": "mobile any second",
		"0571-8888 8888": "local any second", "+8613800000000": "cheap mobile any second",
		"12366": "strips any second", "123": "any second", "１２３": "any second",
		"*97": "not let out: no_number (trunk second)", "95": "not let out: no_number (trunk second)",
		"": "no number that can be dialled: \"\"", "sip:x@y": "no number that can be dialled: \"sip:x@y\"",
		"12;x=y":    "no number that can be dialled: \"12;x=y\"",
		"1\r\nX: y": "no number that can be dialled: \"1\\r\\nX:y\"", "+": "no number that can be dialled: \"+\"",
	} {
		if got := order(s, "", dialled); got != want {
			t.Errorf("%q: %s, want %s", dialled, got, want)
		}
	}
	if got := order(s, "second", "13800000000"); got != "second" {
		t.Errorf("by name: %s", got)
	}
	if got := order(s, "local", "13800000000"); got != "local" {
		t.Errorf("by name, whatever its prefixes: %s", got)
	}
	if _, err := s.Routes("nobody", "138", ""); !errors.Is(err, ErrNoTrunk) {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := newSet(t).Routes("", "138", ""); !errors.Is(err, ErrNoTrunk) {
		t.Errorf("no trunks: %v", err)
	}
	if _, err := s.Routes("", "138", "\"x\" <sip:y>"); !errors.Is(err, ErrNumber) {
		t.Errorf("a caller that is no number: %v", err)
	}
}

// What a trunk lets out, and why not. Nobody can make us call what the configuration does not name.
func TestLets(t *testing.T) {
	for _, c := range []struct {
		name, dialled string
		c             Config
		want          string
	}{
		{"a mobile", "13800138000", Config{}, ""},
		{"a mobile in another form", "+8613800138000", Config{}, ""},
		{"a toll-free number", "4000012366", Config{}, ""},
		{"a service", "10086", Config{}, ""},
		{"abroad", "0085288888888", Config{}, Abroad},
		{"abroad with a plus", "+85288888888", Config{}, Abroad},
		{"abroad, allowed", "+85288888888", Config{Allow: []string{"0", "1", "00852"}}, ""},
		{"abroad, another country", "+14155550100", Config{Allow: []string{"0", "1", "00852"}}, NotAllowed},
		{"abroad, by a prefix", "+85288888888", Config{Prefixes: []string{"00852"}}, ""},
		{"abroad, all", "+14155550100", Config{Allow: []string{"all"}}, ""},
		{"landlines do not open what begins with 00", "0085288888888", Config{Allow: []string{"0"}}, NotAllowed},
		{"nor what only looks so", "00852", Config{Allow: []string{"0"}}, NotAllowed},
		{"denied", "+8616812345678", Config{Deny: []string{"168"}}, Denied},
		{"denied before allowed", "95588", Config{Allow: []string{"all"}, Deny: []string{"95"}}, Denied},
		{"an extension", "8001", Config{}, NoNumber},
		{"an extension that a prefix names", "8001", Config{Prefixes: []string{"8"}}, ""},
		{"an extension that is allowed", "8001", Config{Allow: []string{"80"}}, ""},
		{"a service code", "*72", Config{}, NoNumber},
		{"a number without its area", "88880000", Config{}, NoNumber},
		{"a number of our area", "88880000", Config{Rules: number.Rules{Area: "0531"}}, ""},
		{"another trunk's", "13800138000", Config{Prefixes: []string{"0531"}}, notHere},
		{"behind the digit for a line", "913800138000", Config{Prefixes: []string{"9"}, Rules: number.Rules{Strip: 1}},
			""},
		{"abroad behind the digit for a line", "90085288888888",
			Config{Prefixes: []string{"9"}, Rules: number.Rules{Strip: 1}}, Abroad},
		{"nothing left", "110", Config{Rules: number.Rules{Strip: 3}}, Short},
	} {
		c.c.Name, c.c.Server = "t", "10.0.0.1"
		if _, got := newSet(t, c.c).trunks()[0].lets(c.dialled, false); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRoute(t *testing.T) {
	for _, c := range []struct {
		name         string
		c            Config
		number, from string
		want         string // URI, From, Display, Dest, Transport, Path, user, headers
	}{
		{"plain", Config{Server: "10.0.0.1"}, "10086", "",
			"sip:10086@10.0.0.1:5060 sip:10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"named", Config{Server: "sip.carrier.example:5080", Number: "057112366"}, "10086", "13800000000",
			"sip:10086@sip.carrier.example:5080 sip:057112366@sip.carrier.example  sip.carrier.example:5080 udp [] - map[]"},
		{"TLS", Config{Server: "carrier.example", Transport: "TLS", User: "u", AuthUser: "login",
			Secret: digest.NewSecret("x"), FromDomain: "ims.example"}, "10086", "",
			"sip:10086@carrier.example:5061;transport=tls sip:u@ims.example  carrier.example:5061 tls [] login map[]"},
		{"IPv6", Config{Server: "2001:db8::1", User: "u"}, "1", "",
			"sip:1@[2001:db8::1]:5060 sip:u@[2001:db8::1]  [2001:db8::1]:5060 udp [] - map[]"},
		{"IPv6 with port", Config{Server: "[2001:db8::1]:5070", User: "u"}, "1", "",
			"sip:1@[2001:db8::1]:5070 sip:u@[2001:db8::1]  [2001:db8::1]:5070 udp [] - map[]"},
		{"proxies", Config{Server: "10.0.0.1", Transport: "tcp", Proxies: []string{"10.0.0.2:5070", "p.example"}}, "1",
			"",
			"sip:1@10.0.0.1:5060;transport=tcp sip:10.0.0.1   tcp [<sip:10.0.0.2:5070;transport=tcp;lr> <sip:p.example;transport=tcp;lr>] - map[]"},
		{"strip and add", Config{Server: "10.0.0.1", Rules: number.Rules{Strip: 1, Add: "0086"}}, "013800000000", "",
			"sip:008613800000000@10.0.0.1:5060 sip:10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"E.164", Config{Server: "10.0.0.1", Number: "053112366", CallerID: Given,
			Rules: number.Rules{Form: number.E164}}, "053188880000", "13800138000",
			"sip:+8653188880000@10.0.0.1:5060 sip:+8613800138000@10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"signs", Config{Server: "10.0.0.1"}, "*21#", "",
			"sip:*21%23@10.0.0.1:5060 sip:10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"given", Config{Server: "10.0.0.1", User: "u", CallerID: Given}, "1", "138 0000-0000",
			"sip:1@10.0.0.1:5060 sip:13800000000@10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"given, none", Config{Server: "10.0.0.1", User: "u", CallerID: Given}, "1", "",
			"sip:1@10.0.0.1:5060 sip:u@10.0.0.1  10.0.0.1:5060 udp [] - map[]"},
		{"asserted", Config{Server: "10.0.0.1", Number: "12366", CallerID: Asserted}, "1", "138",
			"sip:1@10.0.0.1:5060 sip:138@10.0.0.1  10.0.0.1:5060 udp [] - map[P-Asserted-Identity:<sip:12366@10.0.0.1>]"},
		{"hidden", Config{Server: "10.0.0.1", Number: "12366", CallerID: Hidden}, "1", "138",
			"sip:1@10.0.0.1:5060 sip:anonymous@anonymous.invalid Anonymous 10.0.0.1:5060 udp [] - map[P-Asserted-Identity:<sip:12366@10.0.0.1> Privacy:id]"},
	} {
		c.c.Name, c.c.Allow = "t", []string{"all"}
		routes, err := newSet(t, c.c).Routes("", c.number, c.from)
		if err != nil || len(routes) != 1 {
			t.Errorf("%s: %v %v", c.name, routes, err)
			continue
		}
		r := routes[0]
		user := "-"
		if r.Auth != nil {
			user = r.Auth.User
		}
		got := fmt.Sprint(r.URI, " ", r.From, " ", r.Display, " ", r.Dest, " ", r.Transport, " ", r.Path, " ", user,
			" ", r.Headers)
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
		for _, text := range []string{r.URI, r.From} {
			var u wire.Uri
			if err := wire.ParseUri(text, &u); err != nil || u.Host == "" {
				t.Errorf("%s: %q is no address: %v", c.name, text, err)
			}
		}
	}
}

func TestFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{answer: func(req *wire.Request) *wire.Response {
			if req.Recipient.Host == "10.0.0.1" {
				return wire.NewResponseFromRequest(req, 503, "Down", nil)
			}
			return nil
		}}
		s, _, stop := run(t, c, []Config{{Name: "a", Server: "10.0.0.1", Ping: 10 * time.Second},
			{Name: "b", Server: "10.0.0.2", Ping: 10 * time.Second}}, nil)
		expect(t, "before anyone asked", order(s, "", "10086"), "a b")
		time.Sleep(15 * time.Second)
		expect(t, "a is down", order(s, "", "10086"), "b")
		expect(t, "a, by name", order(s, "a", "10086"), "a")
		s.Failed(sip.Route{Trunk: "b"}, 486, 0)
		expect(t, "a busy caller says nothing about the trunk", order(s, "", "10086"), "b")
		s.Failed(sip.Route{Trunk: "b"}, 503, 0)
		expect(t, "nobody is left, so all are tried", order(s, "", "10086"), "a b")
		time.Sleep(31 * time.Second)
		expect(t, "b again", order(s, "", "10086"), "b")
		c.set(func() { c.answer = nil })
		time.Sleep(11 * time.Second)
		expect(t, "both", order(s, "", "10086"), "a b")
		stop()
	})
}

func TestConfigIsChecked(t *testing.T) {
	good := func(change func(*Config)) Config {
		c := account()
		change(&c)
		return c
	}
	for want, list := range map[string][]Config{
		"needs a name":     {good(func(c *Config) { c.Name = "" })},
		"no host":          {good(func(c *Config) { c.Server = "" })},
		"port":             {good(func(c *Config) { c.Server = "a:99999" })},
		"transport":        {good(func(c *Config) { c.Transport = "sctp" })},
		"proxy":            {good(func(c *Config) { c.Proxies = []string{"a b"} })},
		"user and secret":  {good(func(c *Config) { c.Secret = digest.Secret{} })},
		"log-ins of":       {good(func(c *Config) { c.Expires = time.Second })},
		"pings":            {good(func(c *Config) { c.Ping = time.Millisecond })},
		"caller id":        {good(func(c *Config) { c.CallerID = "loud" })},
		"no beginning":     {good(func(c *Config) { c.Rules.Add = "x" })},
		"prefix":           {good(func(c *Config) { c.Prefixes = []string{"abc"} })},
		"sources":          {good(func(c *Config) { c.Sources = []string{"carrier.example"} })},
		"cannot stand":     {good(func(c *Config) { c.User = "a@b" })},
		"two of that name": {account(), account()},
	} {
		if _, err := New(list, Options{Send: &carrier{}, Contact: "10.0.0.9"}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		} else if strings.Contains(err.Error(), "pw") {
			t.Errorf("the secret shows: %v", err)
		}
	}
	if _, err := New([]Config{account()}, Options{Send: &carrier{}}); err == nil {
		t.Error("a log-in without our own address")
	}
	if _, err := New(nil, Options{}); err == nil {
		t.Error("nothing to send with")
	}
}

// Whatever is dialled, what comes out is an address that cannot be mistaken for another.
func TestRoutesAreAddresses(t *testing.T) {
	s := newSet(t, Config{Name: "t", Server: "10.0.0.1", Rules: number.Rules{Strip: 1, Add: "9"}, CallerID: Given,
		Allow: []string{"all"}})
	rapid.Check(t, func(t *rapid.T) {
		dialled := rapid.OneOf(rapid.StringMatching(`[0-9*#+ ()-]{0,50}`), rapid.String()).Draw(t, "number")
		from := rapid.OneOf(rapid.StringMatching(`[0-9*#+]{0,20}`), rapid.String()).Draw(t, "from")
		routes, err := s.Routes("", dialled, from)
		if err != nil {
			return
		}
		var to, us wire.Uri
		if wire.ParseUri(routes[0].URI, &to) != nil || wire.ParseUri(routes[0].From, &us) != nil {
			t.Fatalf("%+v", routes[0])
		}
		if to.Host != "10.0.0.1" || us.Host != "10.0.0.1" ||
			len(to.Headers)+len(us.Headers)+len(to.UriParams)+len(us.UriParams) > 0 ||
			!strings.HasPrefix(to.User, "9") {
			t.Fatalf("%q from %q became %+v", dialled, from, routes[0])
		}
	})
}
