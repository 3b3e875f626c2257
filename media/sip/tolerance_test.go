package sip

import (
	"regexp"
	"strings"
	"testing"
)

var viaLine = regexp.MustCompile("Via: [^\r]*")

// Blanks and line breaks may stand in a Via wherever RFC 3261, 7.3.1 allows them: the call is answered all the same.
func TestViaOfEveryShape(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	for _, via := range []string{
		"SIP / 2.0 / UDP HOST: PORT;ttl=16\r\n  ;maddr=127.0.0.1 ;branch=BRANCH;rport",
		"SIP/2.0/UDP HOST:PORT ;branch=BRANCH;rport",
		"SIP/2.0/UDP HOST:PORT\r\n ;branch=BRANCH;rport",
		"SIP/2.0/UDP\tHOST :PORT; branch = BRANCH ;note=\"a, b\"",
	} {
		r := newRaw(t, s)
		host, port, _ := strings.Cut(r.addr(), ":")
		line := strings.NewReplacer("HOST", host, "PORT", port, "BRANCH", "z9hG4bK"+newTag()).Replace("Via: " + via)
		r.send(viaLine.ReplaceAllLiteralString(r.text("INVITE", newTag(), nil, r.sdp("")), line))
		r.learn(r.status(200, "INVITE"))
		r.ack("")
		within(t, via, calls)
	}
}

// Folded lines and one-letter names are read like any other.
func TestFoldedAndCompact(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	text := strings.NewReplacer("From: ", "f: ", ";tag="+r.tag, "\r\n\t;tag="+r.tag, "Call-ID:", "i:", "Contact:",
		"m :", "To:", "t:",
		"Content-Type: application/sdp", "c: application / SDP", "Content-Length:", "l:", "Max-Forwards: 70",
		"max-forwards:\t70\r\ns: one\r\n  two",
		"CSeq: 1 INVITE", "cseq: 1\r\n  INVITE").Replace(r.text("INVITE", newTag(), []string{"k: 100rel\r\n\t, timer"},
		r.sdp("")))
	r.send(text)
	if res := r.status(200, "INVITE"); headerValues(res, "session-expires") == "" {
		t.Errorf("%s", res)
	}
	within(t, "call", calls)
}

// A Via that names another host than the request came from is answered with the host it came from (RFC 3261, 18.2.1).
func TestReceived(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, nil)
	r := newRaw(t, s)
	_, port, _ := strings.Cut(r.addr(), ":")
	r.send(viaLine.ReplaceAllLiteralString(r.text("OPTIONS", newTag(), nil, ""),
		"Via: SIP/2.0/UDP phone.invalid:"+port+";branch=z9hG4bKx"))
	if v := r.status(200, "OPTIONS").Via(); v.Params.GetOr("received", "") != "127.0.0.1" {
		t.Errorf("%v", v)
	}
}
