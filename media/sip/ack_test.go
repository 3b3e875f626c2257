package sip

import (
	"strings"
	"testing"
)

// What is no ACK that a call waits for is left to the ordinary way.
func TestQuickAck(t *testing.T) {
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	c := within(t, "call", calls)
	r.learn(r.status(200, "INVITE"))
	good := r.text("ACK", newTag(), nil, "")
	for what, text := range map[string]string{
		"another call":      strings.Replace(good, r.id, "other", 1),
		"another caller":    strings.Replace(good, "tag="+r.tag, "tag=x", 1),
		"no such dialog":    strings.Replace(good, "tag="+r.theirTag, "tag=x", 1),
		"another request":   strings.Replace(good, "CSeq: 1", "CSeq: 7", 1),
		"no From":           strings.Replace(good, "From: ", "X-From: ", 1),
		"no CSeq":           strings.Replace(good, "CSeq: ", "X-CSeq: ", 1),
		"no Call-ID":        strings.Replace(good, "Call-ID: ", "X-Call-ID: ", 1),
		"no more than ACK":  "ACK ",
		"no end":            good[:len(good)-4],
		"no ACK, a request": strings.ReplaceAll(good, "ACK", "OPTIONS"),
	} {
		if s.quickAck([]byte(text)) {
			t.Errorf("%s was taken", what)
		}
	}
	c.mu.Lock()
	busy := s.quickAck([]byte(good))
	waits := len(c.d.acks)
	c.mu.Unlock()
	if busy || waits != 1 {
		t.Errorf("taken while the call is busy: %v, %d answers wait", busy, waits)
	}
	until(t, "taken", func() bool { return s.quickAck([]byte(good)) }) // unless the call is busy, repeating its answer
	if s.quickAck([]byte(good)) {
		t.Error("the ACK is taken once")
	}
}
