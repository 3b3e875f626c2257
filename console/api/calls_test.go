package api

import (
	"testing"

	"rexian/stdlib/call"
)

// What is shown of a call names nobody: callers are masked, keys counted, what was said is left out. Our own number is
// shown.
func TestWhatIsShownOfACall(t *testing.T) {
	answered, mos, codec := int64(1500), 421, "PCMA"
	jitter := int64(1500)
	c := whole(&call.Call{ID: "c", Direction: "in", Caller: "13800138000", Number: "12366", Started: 1000,
		Answered: &answered, Legs: []call.CallLeg{{Kind: "caller", Number: "138****8000", Codec: &codec, MOS: &mos,
			Jitter: &jitter}, {Leg: 1, Kind: "agent"}},
		Events: []call.Event{{At: 1200, Kind: "collected", Data: `{"question":"税号","keys":"91370100"}`},
			{At: 1300, Kind: "answer", Data: `{"question":"单位","answer":"某某公司"}`},
			{At: 1400, Kind: "strange", Data: "no object"}}})
	if c.Caller == "13800138000" || c.Number != "12366" || c.MOS != 4.21 || c.Legs != 2 {
		t.Errorf("%+v", c.Brief)
	}
	if c.List[0].Jitter != 1.5 || c.List[0].Codec != "PCMA" || c.List[1].Codec != "" {
		t.Errorf("%+v", c.List)
	}
	for i, want := range []string{"税号 ••••••••", "单位", ""} {
		if c.Events[i].Note != want {
			t.Errorf("%d: %q, want %q", i, c.Events[i].Note, want)
		}
	}
	if b := brief(&call.Brief{Direction: "out", Number: "13800138000"}); b.Number == "13800138000" {
		t.Errorf("%+v", b)
	}
}
