package validate

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// message builds a request of a method; extra are whole header lines that are added, or put in place of the line that
// begins with the same name. A line that ends in a colon is taken away.
func message(method, body string, extra ...string) []byte {
	lines := []string{
		"Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa1;rport", "Max-Forwards: 70",
		"From: <sip:13800000000@192.0.2.1>;tag=1",
		"To: <sip:12366@192.0.2.9>", "Call-ID: 1@192.0.2.1", "CSeq: 1 " + method,
		"Contact: <sip:13800000000@192.0.2.1:5070>",
	}
	start := method + " sip:12366@192.0.2.9 SIP/2.0"
next:
	for _, e := range extra {
		if strings.HasSuffix(e, "SIP/2.0") && !strings.Contains(e, ": ") {
			start = e
			continue
		}
		name, value, _ := strings.Cut(e, ":")
		for i, l := range lines {
			if strings.HasPrefix(l, name+":") {
				lines[i] = e
				if value == "" {
					lines = append(lines[:i:i], lines[i+1:]...)
				}
				continue next
			}
		}
		lines = append(lines, strings.TrimPrefix(e, "+"))
	}
	return []byte(start + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n" + body)
}

const sdpBody = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"

func parse(t testing.TB, data []byte) *sip.Request {
	t.Helper()
	if r := Datagram(data); r != nil {
		t.Fatalf("refused: %s\n%s", r.Why, data)
	}
	m, err := NewParser().ParseSIP(data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	req, ok := m.(*sip.Request)
	if !ok {
		t.Fatal("no request")
	}
	return req
}

func TestRequests(t *testing.T) {
	const typed = "Content-Type: application/sdp"
	mixed := "--b\r\nContent-Type: application/isup\r\n\r\nxx\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" +
		sdpBody + "\r\n--b--\r\n"
	inDialog := Telephone
	inDialog.InDialog = func(req *sip.Request) bool { v, _ := req.To().Params.Get("tag"); return v == "known" }
	demanding := Telephone
	demanding.Demand = []string{"100rel", "timer"}
	small := Telephone
	small.MaxBody = 50
	zipped := Telephone
	zipped.Encodings = []string{"gzip"}
	for _, c := range []struct {
		name   string
		rules  *Rules
		data   []byte
		want   int
		reason string // part of it
		header string // "Name: value" that the answer carries
	}{
		{"a call", nil, message("INVITE", sdpBody, typed), 0, "", ""},
		{"a call without an offer", nil, message("INVITE", ""), 0, "", ""},
		{"a call, compact", nil, message("INVITE", sdpBody, "c: application/sdp", "k: 100rel", "Contact:",
			"m: <sip:a@192.0.2.1>"), 0, "", ""},
		{"lower case method in CSeq", nil, message("INVITE", "", "CSeq: 1 invite"), 400, "CSeq", ""},
		{"an older version", nil, []byte(strings.Replace(string(message("OPTIONS", "")), "SIP/2.0\r\n", "SIP/1.0\r\n",
			1)), 505, "", ""},
		{"no Via host", nil, message("OPTIONS", "", "Via: SIP/2.0/UDP ;branch=z9hG4bKa"), 400, "Via", ""},
		{"no Max-Forwards", nil, message("OPTIONS", "", "Max-Forwards:"), 0, "", ""},
		{"no From", nil, message("OPTIONS", "", "From:"), 400, "Missing From", ""},
		{"no To", nil, message("OPTIONS", "", "To:"), 400, "Missing To", ""},
		{"no Call-ID", nil, message("OPTIONS", "", "Call-ID:"), 400, "Missing Call-ID", ""},
		{"no CSeq", nil, message("OPTIONS", "", "CSeq:"), 400, "Missing CSeq", ""},
		{"two CSeq", nil, message("OPTIONS", "", "+CSeq: 1 OPTIONS"), 400, "More Than One CSeq", ""},
		{"CSeq without number", nil, message("OPTIONS", "", "CSeq: OPTIONS"), 400, "Malformed CSeq", ""},
		{"CSeq with blanks", nil, message("OPTIONS", "", "CSeq: 7 \t  OPTIONS"), 0, "", ""},
		{"Max-Forwards in words", nil, message("OPTIONS", "", "Max-Forwards: many"), 400, "Malformed Max-Forwards", ""},
		{"Content-Length in words", nil, message("OPTIONS", "", "Content-Length: all"), 400, "Malformed Content-Length",
			""},
		{"no address in From", nil, message("OPTIONS", "", "From: Bell;tag=1"), 400, "Malformed From", ""},
		{"a name with a comma", nil, message("OPTIONS", "", "From: Bell, Alexander <sip:a@b.c>;tag=1"), 0, "", ""},
		{"TAG in capitals with blanks", nil, message("OPTIONS", "", "From: <sip:a@b.c> ; TAG = x"), 0, "", ""},
		{"From is a telephone URI", nil, message("OPTIONS", "", "From: <tel:+8613800000000>;tag=1"), 0, "", ""},
		{"blank in a user part", nil, message("OPTIONS", "", "To: <sip:a b@c.d>"), 400, "Malformed To", ""},
		{"no tag in From", nil, message("OPTIONS", "", "From: <sip:a@b.c>"), 400, "Missing Tag", ""},
		{"broken Route", nil, message("OPTIONS", "", "Route: <sip:a b>"), 400, "Malformed Route", ""},
		{"a good Route", nil, message("OPTIONS", "", "Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>"), 0, "",
			""},
		{"INVITE without Contact", nil, message("INVITE", "", "Contact:"), 400, "Missing Contact", ""},
		{"INVITE with two Contacts", nil, message("INVITE", "", "+Contact: <sip:b@c.d>"), 400, "More Than One Contact",
			""},
		{"INVITE with two Contacts in one", nil, message("INVITE", "", "Contact: <sip:a@b.c>, <sip:b@c.d>"), 400,
			"More Than One Contact", ""},
		{"INVITE with Contact *", nil, message("INVITE", "", "Contact: *"), 400, "Contact", ""},
		{"a page as Contact", nil, message("INVITE", "", "Contact: <http://example.com>"), 400, "Contact", ""},
		{"REFER without target", nil, message("REFER", ""), 400, "Refer-To", ""},
		{"REFER", nil, message("REFER", "", "Refer-To: <sip:100@192.0.2.9?Replaces=1%3Bto-tag%3D2>"), 0, "", ""},
		{"REFER, compact", nil, message("REFER", "", "r: sip:100@192.0.2.9"), 0, "", ""},
		{"REFER to two", nil, message("REFER", "", "Refer-To: <sip:100@192.0.2.9>", "+Refer-To: <sip:1@b.c>"), 400,
			"Refer-To", ""},
		{"PRACK without RAck", nil, message("PRACK", "", "To: <sip:a@b.c>;tag=2"), 400, "RAck", ""},
		{"PRACK", nil, message("PRACK", "", "To: <sip:a@b.c>;tag=2", "RAck: 1 1 INVITE"), 0, "", ""},
		{"Replaces in BYE", nil, message("BYE", "", "To: <sip:a@b.c>;tag=2", "Replaces: x;to-tag=1;from-tag=2"), 400,
			"Replaces", ""},
		{"two Replaces", nil, message("INVITE", "", "Replaces: x;to-tag=1;from-tag=2",
			"+Replaces: y;to-tag=1;from-tag=2"), 400, "Replaces", ""},
		{"a known method", nil, message("MESSAGE", "hi", "Content-Type: text/plain"), 405, "",
			"Allow: INVITE, ACK, CANCEL"},
		{"an unknown method", nil, message("BREAK", ""), 501, "", "Allow: INVITE"},
		{"a telephone URI", nil, message("INVITE", "", "INVITE tel:12366 SIP/2.0"), 416, "", ""},
		{"a secure URI", nil, message("INVITE", "", "INVITE sips:12366@192.0.2.9 SIP/2.0"), 0, "", ""},
		{"header fields in the URI", nil, message("INVITE", "", "INVITE sip:1@192.0.2.9?Route=x SIP/2.0"), 400,
			"Request-URI", ""},
		{"a very long URI", nil, message("INVITE", "", "INVITE sip:"+strings.Repeat("1", 3000)+"@b.c SIP/2.0"), 414, "",
			""},
		{"port out of range", nil, message("INVITE", "", "INVITE sip:1@b.c:99999 SIP/2.0"), 400, "Request-URI", ""},
		{"no host", nil, message("INVITE", "", "INVITE sip:1@ SIP/2.0"), 400, "Request-URI", ""},
		{"supported extensions", nil, message("INVITE", "", "Require: 100REL , timer"), 0, "", ""},
		{"one extension too many", nil, message("INVITE", "", "Require: 100rel, foo", "+Require: bar"), 420, "",
			"Unsupported: foo, bar"},
		{"Require in CANCEL", nil, message("CANCEL", "", "Require: foo"), 0, "", ""},
		{"Require in ACK", nil, message("ACK", "", "Require: foo"), 0, "", ""},
		{"a demand unmet", &demanding, message("INVITE", "", "Supported: timer"), 421, "", "Require: 100rel"},
		{"a demand met", &demanding, message("INVITE", "", "k: timer", "Require: 100rel"), 0, "", ""},
		{"a demand is for calls", &demanding, message("OPTIONS", ""), 0, "", ""},
		{"too long a body", &small, message("INVITE", sdpBody, typed), 413, "", ""},
		{"a body of what type", nil, message("INVITE", sdpBody), 400, "Content-Type", ""},
		{"a body of another type", nil, message("INVITE", sdpBody, "Content-Type: text/plain"), 415, "",
			"Accept: application/sdp"},
		{"a body one may ignore", nil,
			message("INVITE", sdpBody, "Content-Type: text/plain", "Content-Disposition: render;handling=optional"), 0,
			"", ""},
		{"type with parameter", nil, message("INVITE", sdpBody, "Content-Type: Application/SDP; charset=utf-8"), 0, "",
			""},
		{"several bodies", nil, message("INVITE", mixed, "Content-Type: multipart/mixed;boundary=b"), 0, "", ""},
		{"several bodies, no SDP", nil,
			message("INVITE", strings.ReplaceAll(mixed, "/sdp", "/x"), "Content-Type: multipart/mixed;boundary=b"), 415,
			"", "Accept: application/sdp"},
		{"several bodies, no boundary", nil, message("INVITE", mixed, "Content-Type: multipart/mixed"), 415, "", ""},
		{"a zipped body", nil, message("INVITE", sdpBody, typed, "Content-Encoding: gzip"), 415, "",
			"Accept-Encoding: identity"},
		{"a zipped body, understood", &zipped, message("INVITE", sdpBody, typed, "e: gzip"), 0, "", ""},
		{"keys by INFO", nil, message("INFO", "Signal=5\r\n", "To: <sip:a@b.c>;tag=2",
			"Content-Type: application/dtmf-relay"), 0, "", ""},
		{"something else by INFO", nil,
			message("INFO", "x", "To: <sip:a@b.c>;tag=2", "Content-Type: application/vnd.x"), 415, "",
			"Accept: application/dtmf-relay"},
		{"a body that is ignored", nil, message("BYE", "x", "To: <sip:a@b.c>;tag=2", "Content-Type: text/plain"), 0, "",
			""},
		{"takes no SDP", nil, message("INVITE", "", "Accept: text/plain"), 406, "", "Warning: 399"},
		{"takes anything", nil, message("INVITE", "", "Accept: text/plain;q=0.5, */*;q=0.1"), 0, "", ""},
		{"takes application", nil, message("INVITE", "", "Accept: application/*"), 0, "", ""},
		{"takes anything but SDP", nil, message("INVITE", "", "Accept: application/sdp;q=0.0"), 406, "", ""},
		{"takes nothing", nil, message("INVITE", "", "Accept: "), 406, "", ""},
		{"BYE of no dialog", nil, message("BYE", ""), 481, "", ""},
		{"BYE of an unknown dialog", &inDialog, message("BYE", "", "To: <sip:a@b.c>;tag=2"), 481, "", ""},
		{"BYE of a known dialog", &inDialog, message("BYE", "", "To: <sip:a@b.c>;tag=known"), 0, "", ""},
		{"re-INVITE of an unknown dialog", &inDialog, message("INVITE", "", "To: <sip:a@b.c>;tag=2"), 481, "", ""},
		{"REGISTER again", &inDialog, message("REGISTER", "", "To: <sip:a@b.c>;tag=2"), 0, "", ""},
		{"REGISTER of a page", nil, message("REGISTER", "", "To: <http://a.b>"), 400, "To", ""},
		{"REGISTER all away", nil, message("REGISTER", "", "Contact: *", "Expires: 0"), 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := c.rules
			if rules == nil {
				rules = &Telephone
			}
			req := parse(t, c.data)
			f := rules.Request(req)
			switch {
			case f == nil && c.want != 0:
				t.Fatalf("acted on, want %d", c.want)
			case f == nil:
				return
			case f.Status != c.want || !strings.Contains(f.Reason, c.reason):
				t.Fatalf("%v, want %d %s", f, c.want, c.reason)
			}
			res := f.Response(req)
			if req.IsAck() {
				if res != nil {
					t.Error("an ACK is never answered")
				}
				return
			}
			text := res.String()
			if !strings.HasPrefix(text, "SIP/2.0 ") || c.header != "" && !strings.Contains(text, "\r\n"+c.header) {
				t.Errorf("the answer carries no %q:\n%s", c.header, text)
			}
		})
	}
}

func TestHops(t *testing.T) {
	for line, want := range map[string]int{"Max-Forwards: 70": 69, "Max-Forwards: 1": 0, "Max-Forwards: 0": -483,
		"Max-Forwards:": 70} {
		left, f := Hops(parse(t, message("INVITE", "", line)))
		got := int(left)
		if f != nil {
			got = -f.Status
		}
		if got != want {
			t.Errorf("%s: %d, want %d", line, got, want)
		}
	}
}

func TestNotAcceptableHere(t *testing.T) {
	req := parse(t, message("INVITE", ""))
	text := NotAcceptableHere("no \"codec\"\r\nEvil: 1").Response(req).String()
	if !strings.HasPrefix(text, "SIP/2.0 488 ") || !strings.Contains(text, `Warning: 399 - "no \"codec\"  Evil: 1"`) {
		t.Errorf("%s", text)
	}
}

func TestParserTidies(t *testing.T) {
	req := parse(t, message("INVITE", "",
		"Via: SIP/2.0/UDP 192.0.2.1 ; branch = z9hG4bK77", "From: sip:a@b.c ; Tag = abc",
		"Contact: \"A, B\" <sip:a@192.0.2.1;x=y> ; Expires = 60",
		"x: 1800;refresher=uac", "k: timer", "b: <sip:c@d.e>", "r: <sip:f@g.h>"))
	if v, _ := req.Via().Params.Get("branch"); v != "z9hG4bK77" {
		t.Errorf("branch %q", v)
	}
	if v, _ := req.From().Params.Get("tag"); v != "abc" || req.From().Address.Host != "b.c" {
		t.Errorf("From tag %q, host %q", v, req.From().Address.Host)
	}
	if v, _ := req.Contact().Params.Get("expires"); v != "60" {
		t.Errorf("Contact expires %q", v)
	}
	for name, want := range map[string]string{"Session-Expires": "1800;refresher=uac", "Supported": "timer"} {
		if h := req.GetHeader(name); h == nil || h.Value() != want {
			t.Errorf("%s: %v", name, h)
		}
	}
	if r := req.ReferTo(); r == nil || r.Address.User != "f" {
		t.Errorf("Refer-To %v", r)
	}
	if r := req.ReferredBy(); r == nil || r.Address.User != "c" {
		t.Errorf("Referred-By %v", r)
	}
}

func TestPart(t *testing.T) {
	inner := "--in\r\nContent-Type: application/sdp\r\nContent-Disposition: session\r\n\r\nSDP\r\n--in--\r\n"
	for _, c := range []struct{ name, kind, body, want string }{
		{"whole", "application/sdp", "SDP", "SDP"},
		{"part", `multipart/mixed; boundary="b c"`,
			"pre\r\n--b c\r\nContent-Type: text/plain\r\n\r\nx\r\n--b c\r\nContent-Type: application/SDP;v=1\r\n\r\nSDP\r\n--b c--", "SDP"},
		{"nested", "multipart/mixed;boundary=out",
			"--out\r\nContent-Type: multipart/alternative;boundary=in\r\n\r\n" + inner + "\r\n--out--\r\n", "SDP"},
		{"other", "text/plain", "SDP", ""},
		{"none", "multipart/mixed;boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", ""},
		{"cut", "multipart/mixed;boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nx", ""},
		{"empty", "application/sdp", "", ""},
	} {
		got, err := Part(parse(t, message("INVITE", c.body, "Content-Type: "+c.kind)), "application/sdp")
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	var many strings.Builder
	for range 10_000 {
		many.WriteString("--b\r\nContent-Type: text/plain\r\n\r\n\r\n")
	}
	many.WriteString("--b\r\nContent-Type: application/sdp\r\n\r\nSDP\r\n--b--\r\n")
	req := sip.NewRequest("INVITE", sip.Uri{Scheme: "sip", Host: "a"})
	req.AppendHeader(sip.NewHeader("Content-Type", "multipart/mixed;boundary=b"))
	req.SetBody([]byte(many.String()))
	if _, err := Part(req, "application/sdp"); err == nil {
		t.Error("ten thousand parts were looked at")
	}
}

func TestResponses(t *testing.T) {
	const good = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b.c>;tag=1\r\nTo: <sip:d@e.f>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"Via:", "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\nVia:", "2 Via"},
		{"Call-ID: 1\r\n", "", "Call-ID"},
		{"CSeq: 1 INVITE", "CSeq: x", "CSeq"},
		{"SIP/2.0 200", "SIP/3.0 200", "version"},
		{"From: <sip:a@b.c>", "From: \"x <sip:a@b.c>", "From"},
	} {
		m, err := NewParser().ParseSIP([]byte(strings.Replace(good, c.old, c.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		err = Response(m.(*sip.Response))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q → %q: %v", c.old, c.new, err)
		}
	}
	if err := Response(sip.NewResponse(99, "x")); err == nil {
		t.Error("status 99")
	}
}
