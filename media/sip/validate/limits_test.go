package validate

import (
	"strings"
	"testing"
)

// Messages made to cost the parser much are answered, and long lists are not walked.
func TestExpensiveMessages(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	var distinct strings.Builder
	for i := range 1500 {
		distinct.WriteString(";p")
		distinct.WriteString(many("x", i%5))
		distinct.WriteByte(byte('a' + i%26))
		distinct.WriteByte(byte('a' + i/26%26))
	}
	for _, c := range []struct {
		name, field string
		want        int
		why         string
	}{
		{"parameters of From", "From: <sip:a@b.c>" + distinct.String(), 400, "Malformed From"},
		{"parameters of its address", "From: <sip:a@b.c" + distinct.String() + ">", 400, "Malformed From"},
		{"parameters of Via", "Via: SIP/2.0/UDP a" + distinct.String(), 400, "Via"},
		{"values of Route", "Route: " + many("<sip:a@b.c>,", 600) + "<sip:a@b.c>", 400, "Malformed Route"},
		{"Vias", many("Via: SIP/2.0/UDP a;branch=b\r\n", 280) + "X: y", 400, "Too Many"},
		{"a folded field", "Subject: x" + many("\r\n a", 4000), 400, "Too Many"},
		{"a folded length", "Content-Length: 1" + many("\r\n 1", 100), 400, "Content-Length"},
		{"a long message", "Subject: " + many("x", MaxMessage), 513, "Too Large"},
		{"a long address", "OPTIONS sip:a@b.c" + distinct.String() + " SIP/2.0", 414, "Too Long"},
		{"quotes", "Contact: " + many(`"`, 9000), 400, "Contact"},
	} {
		got, _, why := judge(NewParser(), message("OPTIONS", "", c.field))
		if got != c.want || !strings.Contains(why, c.why) {
			t.Errorf("%s: %d %s, want %d %s", c.name, got, why, c.want, c.why)
		}
	}
}
