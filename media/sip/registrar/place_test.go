package registrar

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// A telephone cannot have its calls sent to a trunk, which would take the user of its address for a number to be
// called: not by its contact, not by Path, not by the address that its REGISTER seems to come from.
func TestNoTelephoneIsAtATrunk(t *testing.T) {
	var told []string
	closed := false
	r, _ := newRegistrar(t, func(c *Config) {
		c.Foreign = func(host string, port int) bool {
			return closed || host == "203.0.113.1" || strings.EqualFold(host, "carrier.example")
		}
		c.Proxy = func(host string) bool { return host == "192.0.2.200" || host == "edge.example" }
		c.Refused = func(name string, _ netip.AddrPort, reason string) { told = append(told, name+" "+reason) }
	})
	for i, c := range []struct {
		src   string
		lines []string
		want  string // "" if it is taken
	}{
		{"", []string{"Contact: <sip:1001@192.0.2.1:5070>"}, ""},
		{"", []string{"Contact: <sip:0085288888888@203.0.113.1>"}, foreignContact},
		{"", []string{"Contact: <sip:0085288888888@203.0.113.1:9>"}, foreignContact},
		{"", []string{"Contact: <sip:1001@Carrier.Example.>"}, foreignContact},
		{"", []string{"Contact: <sip:0085288888888@192.0.2.1;maddr=203.0.113.1>"}, foreignContact},
		{"", []string{"Contact: <sip:1001@192.0.2.1:5070>, <sip:1@203.0.113.1>"}, foreignContact},
		{"203.0.113.1:5060", []string{"Contact: <sip:1001@192.0.2.1:5070>"}, foreignSource},
		{"203.0.113.1:5060", []string{"Contact: *", "Expires: 0"}, foreignSource},
		{"", []string{"Contact: <sip:1001@192.0.2.1:5070>", "Path: <sip:203.0.113.1;lr>"}, strangePath},
		{"", []string{"Contact: <sip:1001@192.0.2.1:5070>", "Path: <sip:192.0.2.1:5070;lr>"}, strangePath},
		// it came past the proxy
		{"", []string{"Contact: <sip:1001@192.0.2.1:5070>", "Path: <sip:192.0.2.200;lr>"}, strangePath},
		{"192.0.2.200:5060", []string{"Contact: <sip:1001@10.0.0.7>", "Path: <sip:192.0.2.200;lr>"}, ""},
		{"192.0.2.200:5060", []string{"Contact: <sip:1001@10.0.0.7>", `Path: "a <b" <sip:edge.example;lr>`}, ""},
		{"192.0.2.200:5060", []string{"Contact: <sip:1001@10.0.0.7>",
			"Path: <sip:192.0.2.200;lr>, <sip:203.0.113.1;lr>"}, strangePath},
		{"192.0.2.200:5060", []string{"Contact: <sip:1001@10.0.0.7>", "Path: <sip:192.0.2.200;maddr=203.0.113.1;lr>"},
			strangePath},
		{"192.0.2.200:5060", []string{"Contact: <sip:1001@10.0.0.7>", "Path: nothing that leads anywhere"},
			strangePath},
	} {
		told = nil
		src := source
		if c.src != "" {
			src = netip.MustParseAddrPort(c.src)
		}
		req := request(t, i+1, c.lines...)
		res := r.Register(req, src)
		got := ""
		if len(told) > 0 {
			_, got, _ = strings.Cut(told[0], " ")
		}
		if got != c.want || (res.StatusCode == 403) != (c.want != "") {
			t.Errorf("%q: %d, %q, want %q", c.lines, res.StatusCode, got, c.want)
		}
	}
	for _, k := range r.Contacts("1001") {
		var u sip.Uri
		if err := sip.ParseUri(k.URI, &u); err != nil || u.Host == "203.0.113.1" ||
			strings.HasPrefix(k.Dest, "203.0.113.1") {
			t.Errorf("%+v", k)
		}
	}
	if len(r.Contacts("1001")) == 0 {
		t.Error("nobody is registered")
	}
	closed = true // a trunk that was not there when the telephone registered
	if list := r.Contacts("1001"); len(list) > 0 {
		t.Errorf("%+v", list)
	}
}
