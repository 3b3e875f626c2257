//go:build peers && linux

package peers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/console/api"
)

// A telephone that has dialled a colleague passes him on to a third one: the two talk, and the telephone is out of it,
// though it was the caller.
func TestProductCallerPassesOn(t *testing.T) {
	var toml strings.Builder
	users := []string{"1001", "1002", "1003"}
	for _, u := range users {
		fmt.Fprintf(&toml, "[[phone]]\nuser = %q\npassword = \"secret\"\n", u)
	}
	p := newProduct(t, toml.String(), nil)
	var phones [3]*baresip
	for i, u := range users {
		phones[i] = newBaresip(t, u+"@"+p.address(), ";auth_user="+u+";auth_pass=secret;regint=300")
		until(t, u+" has logged in", func() bool { return strings.Contains(phones[i].output(), "200 OK") })
	}
	talks := func(who ...*baresip) {
		for _, b := range who {
			until(t, "a telephone talks", func() bool { return strings.Contains(b.output(), "Call established") })
		}
	}
	phones[0].say(t, "/dial sip:1002@"+p.address()+"\n")
	talks(phones[0], phones[1])
	phones[0].say(t, "/transfer sip:1003@"+p.address()+"\n")
	talks(phones[2])
	until(t, "the caller is out of it", func() bool {
		var list struct {
			Calls []api.Brief `json:"calls"`
		}
		var now api.Call
		p.read("/api/v1/calls", &list)
		if len(list.Calls) > 0 { // records are written in the background
			p.read("/api/v1/calls/"+list.Calls[0].ID, &now)
		}
		return len(now.List) == 3 && now.List[0].Ended > 0
	})
	time.Sleep(500 * time.Millisecond) // the two talk
	phones[2].say(t, "/hangup\n")
	call, _ := p.call()
	if len(call.List) != 3 || call.Flow != "拨出" {
		t.Fatalf("%+v", call)
	}
	from, to, passed := call.List[0], call.List[1], call.List[2]
	if passed.Kind != "passed_on" || passed.Phone != "1003" || passed.Answered == 0 || from.Ended >= passed.Ended ||
		to.Phone != "1002" || to.Ended < passed.Ended || to.Received < 20 || passed.Received < 20 {
		t.Errorf("the caller's leg %+v\nthe colleague's %+v\nthe other %+v", from, to, passed)
	}
}

// A carrier takes calls only whose caller the network asserts (RFC 3325), another only those from its own domain.
func TestProductSaysWhoCalls(t *testing.T) {
	for name, profile := range map[string]string{
		"uas_asserted": `caller_id = "asserted"`,
		"uas_domain":   `from_domain = "ims.carrier.example"`,
	} {
		t.Run(name, func(t *testing.T) {
			last, port := sipp(t, name, "")
			p := newProduct(t, fmt.Sprintf("[[trunk]]\nname = \"out\"\nserver = \"udp://%s\"\nfrom = \"053112366\"\n"+
				"allow = [\"all\"]\nping = \"0s\"\n%s\n", local(port), profile), nil)
			caller, _ := sipp(t, "call", p.address(), "-s", "12368", "-d", "3000")
			caller.wait(t, 40e9)
			last.wait(t, 20e9)
			if call, _ := p.call(); len(call.List) != 2 || call.List[1].Answered == 0 {
				t.Errorf("%+v", call.List)
			}
		})
	}
}
