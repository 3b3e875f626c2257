package admin

import (
	"strings"
	"testing"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// The legs and the flow stand on one axis of time; a leg is drawn as long as it lasts.
func TestLadder(t *testing.T) {
	c := &api.Call{Brief: api.Brief{Started: 1000}, List: []api.Leg{
		{Kind: "caller", Direction: "in", Number: "138****8000", Trunk: "carrier", Started: 1000, Answered: 1150,
			Ended: 9000, Cause: "remote", Q850: 16, Codec: "PCMA", Received: 400, Lost: 4, Jitter: 1.5, MOS: 4.3},
		{Leg: 1, Kind: "agent", Direction: "out", Number: "1001", Phone: "1001", Agent: "a", Started: 3000, Rang: 3200,
			Ended: 5000, Cause: "refused", SIP: 486, Q850: 17}},
		Events: []api.Event{{At: 2000, Kind: "collected", Note: "PIN ••••", Pos: "a.flow:3:5"},
			{At: 6000, Kind: "outcome", Note: "busy\x1b[31m"}}}
	wire := []api.Message{{At: 2_100_000 + 1_000_000, Leg: 1, Sent: true, Text: "INVITE sip:1001@a SIP/2.0\r\n\r\n"},
		{At: 3_900_000 + 1_000_000, Leg: 1, Text: "SIP/2.0 486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n"}}
	want := `    0.000  ┬     caller begins  ← 138****8000  trunk carrier
    0.150  ●     caller is answered  PCMA
    1.000  │     · collected PIN ••••  [a.flow:3:5]
    2.000  │  ┬  agent a begins  → 1001  telephone 1001
    2.100  │  →  → INVITE sip:1001@a
    2.200  │  ○  agent a rings
    3.900  │  ←  ← 486 Busy Here (INVITE)
    4.000  │  ┴  agent a ends  refused SIP 486 Q.850 17
    5.000  │     · outcome busy�[31m
    8.000  ┴     caller ends  remote Q.850 16  received 400 lost 4 jitter 1.5 ms MOS 4.30`
	if got := strings.Join(ladder(&cli.App{Tongue: diag.En}, c, wire), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := ladder(&cli.App{Tongue: diag.Zh}, c, nil)[3]; !strings.Contains(got, "座席 a 开始  → 1001  话机 1001") {
		t.Error(got)
	}
}
