package sip

import (
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// What is no ACK that a call waits for is left to the ordinary way.
func TestQuickAck(t *testing.T) {
	t.Parallel()
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

// A REFER of a call that was answered just now goes out when the ACK has come, not before: the far side would not know
// the dialog.
func TestReferWaitsForTheACK(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
	c := within(t, "call", calls)
	r.learn(r.status(200, "INVITE"))
	until(t, "answered", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.state == answered })
	gone := make(chan error, 1)
	go func() { gone <- c.Refer(t.Context(), "sip:777@192.0.2.1", nil) }()
	for range 3 { // its answer, repeated
		if res, ok := r.read(5 * time.Second).(*wire.Response); !ok || res.StatusCode != 200 {
			t.Fatalf("before the ACK came %v", res)
		}
	}
	r.ack("")
	for {
		req, ok := r.read(5 * time.Second).(*wire.Request)
		if !ok {
			continue // the answer once more
		}
		if req.Method != wire.REFER {
			t.Fatalf("%s", req)
		}
		r.send(wire.NewResponseFromRequest(req, 603, "Decline", nil).String())
		break
	}
	if err := within(t, "refused", gone); err == nil {
		t.Error("it was refused")
	}
}
