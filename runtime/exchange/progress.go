package exchange

import (
	"maps"
	"slices"
	"sync/atomic"

	"rexian/compiler/bundle"
	"rexian/media/progress"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// toneOutcomes are what a tone before the answer says of a call, whatever its signalling says. Ringback says nothing,
// and special information only that an announcement follows.
var toneOutcomes = map[progress.Tone]string{progress.Busy: "busy", progress.Congestion: "line_fault",
	progress.Unobtainable: "vacant_number", progress.Fax: "fax_tone"}

// announceOutcomes are what an announcement before the answer says of a call, by its class. What is not here says
// nothing: the music or greeting of a telephone that rings.
var announceOutcomes = map[string]string{"vacant_number": "vacant_number", "invalid_number": "invalid_number",
	"powered_off": "powered_off", "suspended": "suspended", "busy": "busy", "no_answer": "no_answer",
	"refused": "refused", "unreachable": "unreachable", "barred": "barred", "changed": "changed",
	"assistant": "assistant", "screening": "assistant", "forward_failed": "forward_failed",
	"carrier_blocked": "carrier_blocked", "congestion": "line_fault", "machine": "machine"}

// Ringback is the class of what is heard before the answer and says nothing.
const Ringback = "ringback"

// AnnouncementClasses are the classes of announcements, in their order.
func AnnouncementClasses() []string {
	return append(slices.Sorted(maps.Keys(announceOutcomes)), Ringback)
}

// machineOutcomes are what a tone behind the answer says of who has answered.
var machineOutcomes = map[progress.Tone]string{progress.Fax: "fax_tone", progress.Beep: "machine"}

// listens is how long a call that was answered is listened to for machines, in samples: 30 s.
const listens = 30 * 8000

// machines hears in a leg that was answered whether a fax machine or one that takes messages has answered it. A key
// says that a person has.
type machines struct {
	listener *progress.Listener
	stream   *rtp.Stream
	left     int
	person   atomic.Bool
}

// suspected lets machines listen to a stream. met is told of what is heard.
func suspected(s *rtp.Stream, met func(progress.Tone)) *machines {
	m := &machines{left: listens, stream: s}
	m.listener = progress.New(func(t progress.Tone) {
		if machineOutcomes[t] != "" && !m.person.Load() {
			met(t)
		}
	})
	s.Attend(m)
	return m
}

// Heard makes it a witness.
func (m *machines) Heard(samples []int16) {
	if m.left <= 0 {
		return
	}
	m.listener.Write(samples)
	if m.left -= len(samples); m.left <= 0 { // heard long enough
		m.stream.Dismiss(m)
	}
}

// key is told of each key; no machines are told of none.
func (m *machines) key() {
	if m != nil {
		m.person.Store(true)
	}
}

// suspects listens for machines in a call of ours. The call ends when it hears one, or leaves a message: with one that
// takes messages only where beeps says so, for a beep may come from a person's telephone.
func (c *telephone) suspects(beeps bool) {
	c.machines = suspected(c.stream, func(t progress.Tone) {
		if t != progress.Beep || beeps {
			c.box.put(post{do: func() { c.met(machineOutcomes[t]) }})
		}
	})
}

// met is told that a machine has answered. One that takes messages is left one, where there is a flow for it.
func (c *telephone) met(machine string) {
	if c.reachedMachine != "" {
		return
	}
	c.reachedMachine = machine
	c.log.Info("a machine has answered", "outcome", machine)
	if machine == machineOutcomes[progress.Beep] && c.message != "" &&
		c.session.Divert(c.message, c.messageArgs, c.now()) {
		return
	}
	c.leg.Hangup("machine")
}

// armed are the outcomes that the step at hand has an arm for by name.
func (c *telephone) armed() map[string]bool {
	arms := map[string]bool{}
	where := c.machine.Where()
	if len(where) == 0 {
		return arms
	}
	f := &c.version.Program.Funcs[where[0].Func]
	if pc := where[0].PC; pc < len(f.Code) && f.Code[pc].Op() == bundle.Effect {
		for _, a := range f.Sites[f.Code[pc].Bx()].Arms {
			arms[a.Tag] = true
		}
	}
	return arms
}

// armed tells whether there is an arm for any of the outcomes.
func armed(arms map[string]bool, outcomes map[progress.Tone]string) bool {
	for _, o := range outcomes {
		if arms[o] {
			return true
		}
	}
	return false
}

// suspectsPeer listens for machines in the leg that a transfer has reached. The transfer ends in what is heard, where
// the flow has an arm for it; without one nobody listens.
func (c *telephone) suspectsPeer(t session.Ticket, peer *sip.Call, arms map[string]bool) {
	if peer == nil || c.jobs[t] == nil || !armed(arms, machineOutcomes) {
		return
	}
	suspected(peer.Stream(), func(tone progress.Tone) {
		tag := machineOutcomes[tone]
		if !arms[tag] {
			return
		}
		c.box.put(post{do: func() {
			if j := c.jobs[t]; j != nil && j.talk != nil && j.talk.peer == peer {
				c.log.Info("a machine has answered a transfer", "outcome", tag)
				c.finish(t, vm.Event{Kind: vm.Outcome, Tag: tag})
			}
		}})
	})
}
