package sip

import (
	"slices"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// Leg is what is known of a call in the end, for its record.
type Leg struct {
	Inbound bool
	CallID  string // of its dialog (RFC 3261, 8.1.1.4)
	Number  string // the other party's: the caller's, or the one that was called
	Trunk   string // that carried it; "" if none did
	Phone   string // the telephone of ours at its other end; "" if it is none
	Began   time.Time
	// Rang is when its telephone rang, Answered when it was picked up: zero if it was not.
	Rang, Answered time.Time
	Ended          time.Time // zero while it lasts
	Cause          Cause
	Agreed         bool // a codec was agreed: Codec
	Codec          audio.Codec
	Sound          rtp.Stats
}

// times are the moments of a call. They are guarded by its lock.
type times struct{ rang, answered, ended time.Time }

// marks sets one of the moments, unless it is set.
func (c *Call) marks(t *time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.IsZero() {
		*t = time.Now()
	}
}

// Leg is what is known of the call now.
func (c *Call) Leg() Leg {
	l := Leg{Inbound: c.inbound, Trunk: c.trunk, Phone: c.phone, Began: c.began, Sound: c.stream.Stats()}
	c.mu.Lock()
	defer c.mu.Unlock()
	l.Rang, l.Answered, l.Ended, l.Cause = c.times.rang, c.times.answered, c.times.ended, c.cause
	if c.media != nil {
		l.Agreed, l.Codec = true, c.media.Codec
	}
	if l.Number = c.phone; l.Number == "" { // a telephone registers under a user of its own
		l.Number = c.To()
	}
	if c.d != nil {
		l.CallID = c.d.callID
	}
	if c.inbound {
		l.Number = c.Caller().Number
	}
	return l
}

// OnEnd adds who is told when the call has ended, once; at once if it has. It must not block.
func (c *Call) OnEnd(f func(Leg)) {
	c.mu.Lock()
	ended, before := c.state == over, c.onEnd
	switch {
	case ended:
	case before == nil:
		c.onEnd = f
	default:
		c.onEnd = func(l Leg) { before(l); f(l) }
	}
	c.mu.Unlock()
	if ended {
		f(c.Leg())
	}
}

// phone is which of the telephones that are registered at the caller's address calls, by its name. That there is only
// one says nothing: a proxy's address is that of telephones and of a carrier's callers alike.
func (o *Origin) phone(from string) string {
	if slices.Contains(o.Phones, from) {
		return from
	}
	return ""
}

// CallsOf counts the calls that exist now of each telephone of ours.
func (s *Server) CallsOf() map[string]int {
	n := map[string]int{}
	for _, c := range s.all() {
		if c.phone != "" {
			n[c.phone]++
		}
	}
	return n
}
