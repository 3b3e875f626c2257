package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/trunk"
	"rexian/number"
)

// What a carrier's sheet names reaches the trunk as it stands.
func TestTrunkOfASheet(t *testing.T) {
	c, err := Parse([]byte(`[[trunk]]
name = "carrier"
server = "tcp://sip.carrier.example:5070"
outbound_proxy = ["10.0.0.2"]
user = "053112366"
auth_user = "053112366@ims"
password = "secret"
register = true
expires = "5m"
from_domain = "ims.example"
from = "053112366"
caller_id = "asserted"
ping = "1m"
priority = 2
form = "e164"
area = "0531"
strip = 1
add = "+"
prefixes = ["0", "1"]
allow = ["0", "1"]
deny = ["168"]
channels = 30
calls_per_second = 2.5
minutes_per_day = 600
untrusted = true
weight = 3
codecs = ["pcmu", "PCMA"]
ptime = 30
srtp = "optional"
`), "rexian.toml")
	if err != nil {
		t.Fatal(err)
	}
	want := trunk.Config{Name: "carrier", Server: "sip.carrier.example:5070", Transport: "tcp",
		Proxies: []string{"10.0.0.2"},
		User:    "053112366", AuthUser: "053112366@ims", Secret: digest.NewSecret("secret"), Register: true,
		Expires:    5 * time.Minute,
		FromDomain: "ims.example", Number: "053112366", CallerID: trunk.Asserted, Ping: time.Minute, Priority: 2,
		Rules: number.Rules{Form: number.E164, Area: "0531", Strip: 1, Add: "+"}, Prefixes: []string{"0", "1"},
		Allow: []string{"0", "1"},
		Deny:  []string{"168"}, Channels: 30, PerSecond: 2.5, Minutes: 600, Distrust: true,
		Weight: 3, Profile: sip.Profile{Codecs: []audio.Codec{audio.PCMU, audio.PCMA}, Ptime: 30,
			Secure: sip.SecureFirst}}
	if got := c.Trunks[0].Line(); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if c, err = Parse([]byte("[[trunk]]\nname = \"a\"\nserver = \"a\"\nping = \"0s\"\n"), ""); err != nil ||
		c.Trunks[0].Line().Ping >= 0 {
		t.Errorf("a trunk that is not to be asked is: %v", err)
	}
	for bad, told := range map[string]string{"area = \"531\"": "area code", "form = \"e.164\"": "must be one of",
		"caller_id = \"loud\"": "must be one of",
		"prefixes = [\"abc\"]": "no beginning", "expires = \"1s\"": "less than", "server = \"a b\"": "server",
		"deny = [\"\"]": "no beginning"} {
		src := "[[trunk]]\nname = \"x\"\n" + bad + "\n"
		if !strings.HasPrefix(bad, "server") {
			src += "server = \"10.0.0.1\"\n"
		}
		if _, err := Parse([]byte(src), "rexian.toml"); err == nil || !strings.Contains(err.Error(), told) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
