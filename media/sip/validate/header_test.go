package validate

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// one parses a message with one more header line and gives that field, all its values.
func one(t *testing.T, line string) []sip.Header {
	t.Helper()
	name, _, _ := strings.Cut(line, ":")
	m, err := NewParser().ParseSIP([]byte("OPTIONS sip:a@b SIP/2.0\r\n" + line + "\r\nContent-Length: 0\r\n\r\n"))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	full := map[string]string{"v": "Via", "f": "From", "m": "Contact", "r": "Refer-To", "c": "Content-Type",
		"k": "Supported"}
	name = strings.TrimSpace(name)
	if f, ok := full[strings.ToLower(name)]; ok {
		name = f
	}
	return m.GetHeaders(name)
}

// Every way that RFC 3261 allows a Via to be written gives the same host, port and branch.
func TestVia(t *testing.T) {
	for _, line := range []string{
		"Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa;rport",
		"Via: SIP / 2.0 / UDP 192.0.2.1: 5070;ttl=16\r\n  ;maddr=192.0.2.9 ;branch=z9hG4bKa;rport",
		"Via: SIP/2.0/UDP 192.0.2.1:5070 ;branch=z9hG4bKa;rport",
		"Via: SIP/2.0/UDP 192.0.2.1 : 5070 ; Branch = z9hG4bKa ; RPORT",
		"Via: SIP/2.0/UDP 192.0.2.1:5070\r\n ;branch=z9hG4bKa;rport",
		"Via :\tSIP\t/\r\n\t2.0/UDP\t192.0.2.1:5070;branch=z9hG4bKa;rport",
		"v: SIP/2.0/UDP 192.0.2.1:5070;note=\"a, b; c\";branch=z9hG4bKa;rport",
		"Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa;;rport;",
	} {
		list := one(t, line)
		if len(list) != 1 {
			t.Errorf("%s: %d values", line, len(list))
			continue
		}
		v, ok := list[0].(*sip.ViaHeader)
		if !ok {
			t.Errorf("%s: not understood", line)
			continue
		}
		branch, _ := v.Params.Get("branch")
		if v.ProtocolName != "SIP" || v.ProtocolVersion != "2.0" || v.Transport != "UDP" || v.Host != "192.0.2.1" ||
			v.Port != 5070 ||
			branch != "z9hG4bKa" || !v.Params.Has("rport") {
			t.Errorf("%s: %+v", line, v)
		}
	}
	list := one(t,
		"Via: SIP/2.0/TCP a.example , SIP/2.0/UDP [2001:db8::1] : 5062;branch=z9hG4bKb;x=\"1,2\" ,SIP/2.0/UDP c")
	if len(list) != 3 {
		t.Fatalf("%d values: %v", len(list), list)
	}
	for i, want := range []string{"SIP/2.0/TCP a.example", "SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKb;x=\"1,2\"",
		"SIP/2.0/UDP c"} {
		if got := list[i].Value(); got != want {
			t.Errorf("value %d: %s, want %s", i, got, want)
		}
	}
	for _, bad := range []string{
		"Via: SIP/2.0/UDP", "Via: SIP/2.0", "Via: SIP/2.0/UDP ;branch=z9hG4bKa", "Via: SIP/2.0/UDP a:0",
		"Via: SIP/2.0/UDP a:70000",
		"Via: SIP/2.0/UDP a:x", "Via: SIP/2.0/UDP [::1", "Via: SIP/2.0/UDP a b;branch=z9hG4bKa",
		"Via: SIP/2.0/UDP a;branch=", "Via: /2.0/UDP a",
		"Via: SIP/2.0/UDP a;branch=z9 x", "Via: SIP/2.0/UDP a;x=\"y",
	} {
		if list := one(t, bad); len(list) != 1 {
			t.Errorf("%s: %v", bad, list)
		} else if _, ok := list[0].(*sip.ViaHeader); ok {
			t.Errorf("%s: taken for %v", bad, list[0])
		}
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ line, display, uri, tag string }{
		{`From: "A, \"B\" <C>" <sip:1@h;transport=tcp> ; Tag = 9`, `A, \"B\" <C>`, "sip:1@h;transport=tcp", "9"},
		{"f: A B<sip:1@h>;tag=9", "A B", "sip:1@h", "9"},
		{"From: sip:1@h ;tag=9", "", "sip:1@h", "9"},
		{"From:<sip:1@h>;x=\"a;tag=2\";tag=9", "", "sip:1@h", "9"},
		{"From: <sip:1@h;Transport=TCP;LR>;tag=9", "", "sip:1@h;transport=TCP;lr", "9"},
		{"From: <tel:+8613800138000>\r\n\t;tag=9", "", "tel:+8613800138000", "9"},
		{"From: 税务 <sip:1@h>;tag=9", "税务", "sip:1@h", "9"},
		{"From: <sip:1@h>;a=;b=x y;tag=9", "", "sip:1@h", "9"},
	} {
		h, ok := one(t, c.line)[0].(*sip.FromHeader)
		if !ok {
			t.Errorf("%s: not understood", c.line)
			continue
		}
		tag, _ := h.Params.Get("tag")
		if h.DisplayName != c.display || h.Address.String() != c.uri || tag != c.tag {
			t.Errorf("%s: %q %s %q", c.line, h.DisplayName, h.Address.String(), tag)
		}
	}
	for _, bad := range []string{
		`From: "A <sip:1@h>;tag=9`, "From: <sip:1@h;tag=9", "From: <sip:1@h> tag=9", "From: <>;tag=9", "From: *",
		`From: "A" sip:1@h`, "From: <sip:1@h>;tag=",
		"From: < sip:1@h>", `From: A" <sip:1@h>`,
	} {
		if h, ok := one(t, bad)[0].(*sip.FromHeader); ok {
			t.Errorf("%s: taken for %v", bad, h)
		}
	}
	list := one(t, `m: "a,\"b" <sip:1@h>;+sip.instance="<urn:uuid:a=b;c>" , <sip:2@h?x=1,2>;q=0.5, sip:3@h`)
	if len(list) != 3 {
		t.Fatalf("%d contacts: %v", len(list), list)
	}
	if v, _ := list[0].(*sip.ContactHeader).Params.Get("+sip.instance"); v != `"<urn:uuid:a=b;c>"` {
		t.Errorf("instance %s", v)
	}
}

func TestContentType(t *testing.T) {
	for line, want := range map[string]string{
		"c: application/sdp": "application/sdp",
		"Content-Type: application / sdp ; charset = utf-8":       "application/sdp;charset=utf-8",
		"Content-Type:\r\n multipart/mixed;\r\n boundary=\"a b\"": "multipart/mixed;boundary=\"a b\"",
		"Content-Type: nonsense":                                  "nonsense",
	} {
		if got := one(t, line)[0].Value(); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	if got := one(t, "k: timer")[0].Name(); got != "Supported" {
		t.Error(got)
	}
	if h, ok := one(t, "CSeq: 7\r\n\t  INVITE")[0].(*sip.CSeqHeader); !ok || h.SeqNo != 7 ||
		h.MethodName != sip.INVITE {
		t.Errorf("CSeq %v", h)
	}
	if _, ok := one(t, "CSeq: 2147483648 INVITE")[0].(*sip.CSeqHeader); ok {
		t.Error("a CSeq out of range")
	}
}
