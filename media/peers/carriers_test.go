//go:build peers && linux

package peers

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A call that a flow passes on reaches the carrier that takes it, whatever is wrong with those before: one that is
// dead, one that refuses, one of two targets of a name that is dead; and a carrier is heard before it answers.
func TestProductFindsACarrier(t *testing.T) {
	const one = "[[trunk]]\nname = %q\nserver = \"udp://%s\"\nfrom = \"053112366\"\npriority = %d\nallow = [\"all\"]\n" +
		"ping = \"0s\"\n"
	for _, c := range []struct {
		name  string
		first func(t *testing.T) netip.AddrPort
		last  string // scenario of the carrier that takes the call
		legs  int
	}{
		{"dead", silent, "uas", 3},
		{"refuses", func(t *testing.T) netip.AddrPort { _, port := sipp(t, "uas_down", ""); return local(port) }, "uas",
			3},
		{"early", nil, "uas_early", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			last, port := sipp(t, c.last, "")
			toml := fmt.Sprintf(one, "good", local(port), 2)
			if c.first != nil {
				toml = fmt.Sprintf(one, "first", c.first(t), 1) + toml
			}
			p := newProduct(t, toml, nil)
			caller, _ := sipp(t, "call", p.address(), "-s", "12367", "-d", "6000")
			caller.wait(t, 40*time.Second)
			last.wait(t, 20*time.Second)
			call, _ := p.call()
			if len(call.List) != c.legs {
				t.Fatalf("%d legs, want %d: %+v", len(call.List), c.legs, call.List)
			}
			answered := call.List[len(call.List)-1]
			if answered.Trunk != "good" || answered.Answered == 0 {
				t.Errorf("%+v", answered)
			}
			if wait := answered.Answered - call.List[1].Started; wait > 5000 {
				t.Errorf("the caller waited %d ms for a carrier that answers", wait)
			}
		})
	}
}

// A carrier is a name with two targets, of which the first is dead; behind the second stands Kamailio, which rings two
// telephones at once: one has sound before it answers, the other only rings and is given up.
func TestProductKamailioIsTheCarrier(t *testing.T) {
	given, up := sipp(t, "uas_cancel", "")
	taken, takes := sipp(t, "uas_early", "")
	proxy := netip.MustParseAddrPort(kamailio(t, "192.0.2.1:5060", ordered, local(up).String(), local(takes).String()))
	p := newProduct(t, `[[trunk]]
name = "kamailio"
server = "carrier.example"
from = "053112366"
strip = 4
allow = ["all"]
ping = "0s"
`, map[string][]netip.AddrPort{"_sip._udp.carrier.example": {silent(t), proxy}})
	caller, _ := sipp(t, "call", p.address(), "-s", "12368", "-d", "8000")
	caller.wait(t, 40*time.Second)
	given.wait(t, 20*time.Second)
	taken.wait(t, 20*time.Second)
	call, wire := p.call()
	if len(call.List) != 3 || call.List[1].Answered > 0 || call.List[2].Answered == 0 {
		t.Fatalf("%+v", call.List)
	}
	seen := map[string]bool{}
	for i := range wire {
		if m := &wire[i]; m.Leg == 2 && !m.Sent {
			seen[strings.TrimPrefix(headline(m), "SIP/2.0 ")] = true
		}
	}
	if !seen["180 Ringing"] || !seen["183 Session Progress"] || !seen["200 OK"] {
		t.Errorf("the branches said %v", seen)
	}
}
