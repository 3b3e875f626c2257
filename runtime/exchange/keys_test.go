package exchange_test

import (
	"sync"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
)

// pressed keeps the keys that a telephone hears.
type pressed struct {
	mu   sync.Mutex
	keys string
}

func (p *pressed) of(leg *sip.Call) {
	leg.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			p.mu.Lock()
			p.keys += string(e.Digit)
			p.mu.Unlock()
		}
	})
}

func (p *pressed) are(keys string) func() bool {
	return func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.keys == keys
	}
}

// Caller and agent hear each other's keys, as events and as tones.
func TestKeysBetweenCallerAndAgent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.dial("13800138000")
	leg := o.talks()
	var caller, agent pressed
	caller.of(c.leg)
	agent.of(leg)
	c.tones("58")
	until(t, "the caller's tones at the agent's", agent.are("58"))
	c.press("12#")
	until(t, "the caller's keys at the agent's", agent.are("5812#"))
	leg.Stream().SendKeys("*07", 100*time.Millisecond, 60*time.Millisecond)
	until(t, "the agent's keys at the caller's", caller.are("*07"))
	leg.Hangup("")
	c.over()
	o.quiet()
}
