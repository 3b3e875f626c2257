package server

import (
	"net/netip"
	"testing"

	wire "github.com/emiago/sipgo/sip"

	"rexian/cmd/rexian/config"
	"rexian/media/sip/guard"
)

// Once a trunk is configured only those who are known may call, unless the configuration says otherwise; this machine
// may always.
func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	carrier, err := guard.ParsePrefixes("198.51.100.0/24")
	if err != nil {
		t.Fatal(err)
	}
	own, err := guard.ParsePrefixes("192.0.2.10")
	if err != nil {
		t.Fatal(err)
	}
	door, err := guard.New(guard.Config{Allow: carrier})
	if err != nil {
		t.Fatal(err)
	}
	door.SetPhone(func(a netip.Addr) bool { return a.String() == "10.0.0.20" })
	for _, c := range []struct {
		name    string
		trunks  int
		inbound string
		from    []string
		may     string // a of the carrier, p a telephone, o this machine, l listed, s a stranger
	}{
		{"no trunk", 0, "auto", nil, "apols"},
		{"a trunk", 1, "auto", nil, "apo"},
		{"a trunk and a list", 1, "auto", []string{"10.1.0.0/16"}, "apol"},
		{"a list alone", 0, "auto", []string{"10.1.0.0/16"}, "apol"},
		{"trunks alone, whatever is listed", 1, "trunks", []string{"10.1.0.0/16"}, "apo"},
		{"trunks, of which there are none", 0, "trunks", nil, "apo"},
		{"listed", 1, "listed", []string{"10.1.0.0/16"}, "apol"},
		{"everybody", 1, "everybody", nil, "apols"},
	} {
		l := &lines{s: &Server{guard: door}, ours: own}
		cfg := config.Default()
		cfg.Trunks = make([]config.Trunk, c.trunks)
		cfg.SIP.Inbound, cfg.SIP.From = c.inbound, c.from
		l.take(cfg)
		for who, sources := range map[string][]string{"a": {"198.51.100.7:5060"}, "p": {"10.0.0.20:5062"},
			"o": {"127.0.0.1:5080", "192.0.2.10:5080", "[::1]:5080"}, "l": {"10.1.2.3:5060"},
			"s": {"203.0.113.9:5060", "[2001:db8::9]:5060", "nobody"}} {
			for _, src := range sources {
				req := wire.NewRequest(wire.INVITE, wire.Uri{Host: "127.0.0.1"})
				req.SetSource(src)
				f := l.mayCall(req)
				if f != nil && f.Status != 403 {
					t.Errorf("%s: %s gets %d", c.name, src, f.Status)
				}
				want := false
				for _, w := range c.may {
					want = want || string(w) == who
				}
				if (f == nil) != want {
					t.Errorf("%s: %s may call: %v, want %v", c.name, src, f == nil, want)
				}
			}
		}
	}
}
