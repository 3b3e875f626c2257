package session

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// waiting is a caller in a queue: what is announced, and which keys are on offer. Who is next, which agent rings, and
// when the wait has lasted too long is the World's affair; it says so with Offered, Moved, Connected and Finish.
type waiting struct {
	s       *Session
	queue   *bundle.Queue
	since   int64
	next    []int64 // by announcement: when it is due
	tier    int     // the first tier that has not begun
	accepts []string
	offers  []string // keys for which the flow has an arm
	talking bool     // an agent has answered
	offered bool     // an agent's telephone rings: a key is not acted on before it is known what comes of that
	pressed string   // the key that was pressed meanwhile
}

// enqueue begins the wait at the present.
func (s *Session) enqueue(e vm.Effect) {
	w := &waiting{s: s, offers: e.Offers}
	s.waiting = w
	if len(e.Args) > 0 {
		w.enter(e.Args[0].Str())
	}
}

// enter begins what a queue says at the present.
func (w *waiting) enter(name string) {
	s := w.s
	w.queue, w.since, w.next, w.tier, w.accepts = nil, s.now, nil, 0, nil
	for i := range s.program.Queues {
		if s.program.Queues[i].Name == name {
			w.queue = &s.program.Queues[i]
		}
	}
	if w.queue == nil {
		return
	}
	for _, a := range w.queue.Every {
		w.next = append(w.next, s.now+a.Interval)
	}
	if w.queue.Music >= 0 {
		s.line.Hold(s.render.sound(int(w.queue.Music), nil, s.lang, s.now))
	}
	// A key for which the flow has an arm, and of which the queue says nothing, is good at any time.
	for _, k := range w.offers {
		if !slices.ContainsFunc(w.queue.Tiers, func(t bundle.Tier) bool { return slices.Contains(t.Offer, k) }) {
			w.accepts = append(w.accepts, k)
		}
	}
	w.tick(s.now)
}

// key takes an offer. Before an offer is made, and while an agent talks, keys mean nothing to the queue; while an
// agent's telephone rings they wait for what comes of it, so that nobody is answered who has left.
func (w *waiting) key(digit byte) {
	k := string(rune(digit))
	if w.talking || !slices.Contains(w.accepts, k) {
		return
	}
	if w.offered {
		w.pressed = k
		return
	}
	w.leave(vm.Event{Kind: vm.Outcome, Tag: "press", Values: []vm.Value{vm.Text(k)}})
}

// leave takes the caller out of the queue.
func (w *waiting) leave(e vm.Event) {
	w.s.world.Cancel(w.s.ticket)
	w.s.quiet()
	w.s.answered(e)
}

// tick announces and offers what is due. Announcements do not pile up: one that falls due while another is heard is
// left out.
func (w *waiting) tick(now int64) {
	if w.queue == nil || w.talking {
		return
	}
	busy := len(w.s.sounds) > 0
	for i := range w.next {
		a := w.queue.Every[i]
		for a.Interval > 0 && w.next[i] <= now {
			w.next[i] += a.Interval
			if !busy {
				w.announce(a.Prompt, a.MustHear)
			}
		}
	}
	for ; w.tier < len(w.queue.Tiers) && w.since+w.queue.Tiers[w.tier].After <= now; w.tier++ {
		t := w.queue.Tiers[w.tier]
		for _, k := range t.Offer {
			for _, digit := range strings.Split(k, "") {
				if slices.Contains(w.offers, digit) {
					w.accepts = append(w.accepts, digit)
				}
			}
		}
		if t.Prompt >= 0 {
			w.announce(t.Prompt, false)
		}
	}
}

// announce says a prompt of the queue's. One that foretells the wait is left out where nobody knows it.
func (w *waiting) announce(prompt int32, mustHear bool) {
	s := w.s
	place := s.world.Place(s.ticket)
	if place.Expected < 0 && s.render.foretells(int(prompt), s.lang) {
		return
	}
	sound := s.render.waitingSound(int(prompt), nil, s.lang, s.now, place)
	sound.MustHear = mustHear
	s.play(sound)
}

// deadline is the next moment at which something is due.
func (w *waiting) deadline() (at int64, ok bool) {
	if w.queue == nil || w.talking {
		return 0, false
	}
	least := func(t int64) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	for i, t := range w.next {
		if w.queue.Every[i].Interval > 0 {
			least(t)
		}
	}
	if w.tier < len(w.queue.Tiers) {
		least(w.since + w.queue.Tiers[w.tier].After)
	}
	return at, ok
}

// Offered tells that an agent's telephone rings for the waiting caller, or that it rings no more and the caller waits
// as before.
func (s *Session) Offered(on bool, now int64) {
	if s.begin(now) || s.waiting == nil || s.waiting.talking {
		return
	}
	w := s.waiting
	w.offered = on
	if k := w.pressed; !on && k != "" {
		w.pressed = ""
		w.leave(vm.Event{Kind: vm.Outcome, Tag: "press", Values: []vm.Value{vm.Text(k)}})
	}
}

// Moved tells that the waiting caller is in another queue now: its music, announcements and keys begin.
func (s *Session) Moved(queue string, now int64) {
	if s.begin(now) || s.waiting == nil || s.waiting.talking {
		return
	}
	s.line.Unhold()
	s.quiet()
	s.waiting.enter(queue)
}

// Connected tells that an agent has answered the waiting caller: music and announcements stop. The answer to the
// enqueue is given when the agent has hung up. Of a transfer it tells that the other party has answered: what limits
// the ringing does not limit the talk.
func (s *Session) Connected(now int64) {
	if s.begin(now) {
		return
	}
	if s.state == working && s.effect.Kind == bundle.TransferSite {
		s.due = 0
		return
	}
	if s.waiting == nil || s.waiting.talking {
		return
	}
	s.waiting.talking = true
	s.line.Unhold()
	s.quiet()
}

// Talking tells whether the caller is with an agent.
func (s *Session) Talking() bool { return s.waiting != nil && s.waiting.talking }
