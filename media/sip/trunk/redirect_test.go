package trunk

import (
	"testing"

	"pgregory.net/rapid"

	"rexian/media/sip"
	"rexian/media/sip/digest"
)

func TestRedirected(t *testing.T) {
	plain := Config{Name: "a", Server: "10.0.0.1", Sources: []string{"203.0.113.0/24"}, User: "u",
		Secret: digest.NewSecret("p"), Number: "12366"}
	with := func(change func(*Config)) Config {
		c := plain
		change(&c)
		return c
	}
	prefixes := with(func(c *Config) { c.Prefixes = []string{"138"} })
	for _, c := range []struct {
		name   string
		c      Config
		number string
		uri    string
		want   string // URI and first hop; "" if it may not be
	}{
		{"another gateway of its network", plain, "13800000000", "sip:13800000000@203.0.113.7:5070",
			"sip:13800000000@203.0.113.7:5070 203.0.113.7:5070"},
		{"its server", plain, "13800000000", "sip:13800000000@10.0.0.1", "sip:13800000000@10.0.0.1:5060 10.0.0.1:5060"},
		{"only number, host and port count", plain, "13800000000",
			"sip:13800000000;rn=1:secret@203.0.113.7;maddr=192.0.2.1;lr;method=BYE?Route=%3Csip:192.0.2.1%3E",
			"sip:13800000000@203.0.113.7:5060 203.0.113.7:5060"},
		{"its transport", plain, "13800000000", "sip:13800000000@10.0.0.1;transport=UDP",
			"sip:13800000000@10.0.0.1:5060 10.0.0.1:5060"},
		{"another number", plain, "13800000000", "sip:10086@203.0.113.7",
			"sip:10086@203.0.113.7:5060 203.0.113.7:5060"},
		{"abroad", plain, "13800000000", "sip:0085288888888@203.0.113.7", ""},
		{"abroad, allowed", with(func(c *Config) { c.Allow = []string{"1", "00852"} }), "13800000000",
			"sip:0085288888888@203.0.113.7",
			"sip:0085288888888@203.0.113.7:5060 203.0.113.7:5060"},
		{"denied", with(func(c *Config) { c.Deny = []string{"100"} }), "13800000000", "sip:10086@203.0.113.7", ""},
		{"another number that the prefixes let out", prefixes, "13800000000", "sip:13811111111@10.0.0.1",
			"sip:13811111111@10.0.0.1:5060 10.0.0.1:5060"},
		{"another number that they do not", prefixes, "13800000000", "sip:00900123@10.0.0.1", ""},
		{"digits in front", with(func(c *Config) { c.Rules.Add, c.Prefixes = "9", []string{"138"} }), "13800000000",
			"sip:913811111111@10.0.0.1", "sip:913811111111@10.0.0.1:5060 10.0.0.1:5060"},
		{"other digits in front", with(func(c *Config) { c.Rules.Add = "9" }), "13800000000",
			"sip:13811111111@10.0.0.1", ""},
		{"stripped, the same number", with(func(c *Config) { c.Rules.Strip = 1 }), "913800000000",
			"sip:13800000000@203.0.113.7", "sip:13800000000@203.0.113.7:5060 203.0.113.7:5060"},
		{"stripped, another", with(func(c *Config) { c.Rules.Strip = 1 }), "913800000000", "sip:13811111111@10.0.0.1",
			""},
		{"with keys", with(func(c *Config) { c.Allow = []string{"*97"} }), "*97#", "sip:*97%23@203.0.113.7",
			"sip:*97%23@203.0.113.7:5060 203.0.113.7:5060"},
		{"through the proxy all the same", with(func(c *Config) { c.Proxies = []string{"10.1.1.1"} }), "13800000000",
			"sip:13800000000@203.0.113.7", "sip:13800000000@203.0.113.7:5060 "},
		{"its proxy", with(func(c *Config) { c.Proxies = []string{"proxy.carrier.example"} }), "13800000000",
			"sip:13800000000@Proxy.Carrier.Example", "sip:13800000000@Proxy.Carrier.Example:5060 "},
		{"over TCP", with(func(c *Config) { c.Transport = "tcp" }), "13800000000",
			"sip:13800000000@203.0.113.7;transport=tcp",
			"sip:13800000000@203.0.113.7:5060;transport=tcp 203.0.113.7:5060"},
		{"over TLS", with(func(c *Config) { c.Transport = "tls" }), "13800000000", "sip:13800000000@203.0.113.7",
			"sip:13800000000@203.0.113.7:5061;transport=tls 203.0.113.7:5061"},
		{"another transport", plain, "13800000000", "sip:13800000000@10.0.0.1;transport=tcp", ""},
		{"a stranger", plain, "13800000000", "sip:13800000000@192.0.2.1", ""},
		{"a neighbour", plain, "13800000000", "sip:13800000000@10.0.0.2", ""},
		{"a name", plain, "13800000000", "sip:13800000000@203.0.113.7.example", ""},
		{"ourselves", plain, "13800000000", "sip:13800000000@127.0.0.1", ""},
		{"no number", plain, "13800000000", "sip:alice@10.0.0.1", ""},
		{"nobody", plain, "13800000000", "sip:10.0.0.1", ""},
		{"a line in the number", plain, "13800000000", "sip:138%0d%0aX@10.0.0.1", ""},
		{"another scheme", plain, "13800000000", "tel:+8613800000000", ""},
		{"encrypted", plain, "13800000000", "sips:13800000000@10.0.0.1", ""},
		{"everything", plain, "13800000000", "*", ""},
		{"nothing", plain, "13800000000", "", ""},
	} {
		s := newSet(t, c.c, Config{Name: "b", Server: "192.0.2.1"})
		routes, err := s.Routes("a", c.number, "")
		if err != nil {
			t.Fatal(err)
		}
		r, ok := s.Redirected(routes[0], c.uri)
		got := ""
		if ok {
			got = r.URI + " " + r.Dest
			if r.Trunk != "a" || r.From != routes[0].From || r.Auth == nil || len(r.Path) != len(routes[0].Path) ||
				r.Transport != routes[0].Transport {
				t.Errorf("%s: not the same call: %+v", c.name, r)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	s := newSet(t, plain)
	if _, ok := s.Redirected(sip.Route{Trunk: "nobody", URI: "sip:1@10.0.0.1"}, "sip:1@10.0.0.1"); ok {
		t.Error("over a trunk that there is not")
	}
}

// Whatever a far side says, a call stays at the trunk.
func TestRedirectedStays(t *testing.T) {
	s := newSet(t, Config{Name: "a", Server: "10.0.0.1"})
	routes, err := s.Routes("", "13800138000", "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		uri := rapid.OneOf(rapid.String(),
			rapid.StringMatching(`sips?:[0-9a-z%;@]{0,8}@?(10\.0\.0\.[12]|evil\.example)[:;?][0-9a-z=;?&.@]{0,12}`)).Draw(t, "uri")
		if r, ok := s.Redirected(routes[0], uri); ok && (len(r.Dest) < 10 || r.Dest[:9] != "10.0.0.1:") {
			t.Fatalf("%q leads to %+v", uri, r)
		}
	})
}
