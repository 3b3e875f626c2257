package exchange

import (
	"maps"
	"slices"
	"sync"

	"rexian/compiler/bundle"
	"rexian/media/audio"
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

// machines hears in a call that was answered whether a fax machine or one that takes messages has answered it. A key
// says that a person has.
type machines struct {
	listener *progress.Listener
	done     func() // heard long enough
	left     int
	pcm      []int16
	mu       sync.Mutex
	person   bool
}

// suspects listens for machines in a call of ours. The call ends when it hears one, or leaves a message: with one that
// takes messages only where beeps says so, for a beep may come from a person's telephone.
func (c *telephone) suspects(beeps bool) {
	m := &machines{left: listens}
	m.done = func() { c.box.put(post{do: func() { c.leave(m) }}) }
	m.listener = progress.New(func(t progress.Tone) {
		tag := machineOutcomes[t]
		m.mu.Lock()
		person := m.person
		m.mu.Unlock()
		if tag == "" || person || t == progress.Beep && !beeps {
			return
		}
		c.box.put(post{do: func() { c.met(tag) }})
	})
	c.join(m)
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

// Coded, Keys, Key and End make it a listener.
func (m *machines) Coded(codec audio.Codec, heard, _ []byte) {
	if m.left <= 0 {
		return
	}
	m.pcm = codec.Decode(m.pcm[:0], heard)
	m.listener.Write(m.pcm)
	if m.left -= len(heard); m.left <= 0 {
		m.done()
	}
}

func (*machines) Keys(int, int) {}

func (m *machines) Key() {
	m.mu.Lock()
	m.person = true
	m.mu.Unlock()
}

func (*machines) End() {}

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

// ear hears one direction of a leg.
type ear struct {
	stream   *rtp.Stream
	listener *progress.Listener
	left     int
}

func (e *ear) Samples(heard, _ []int16) {
	if e.left <= 0 {
		return
	}
	e.listener.Write(heard)
	if e.left -= len(heard); e.left <= 0 {
		e.stream.Untap(e)
	}
}

// suspectsPeer listens for machines in the leg that a transfer has reached. The transfer ends in what is heard, where
// the flow has an arm for it; without one nobody listens.
func (c *telephone) suspectsPeer(t session.Ticket, peer *sip.Call, arms map[string]bool) {
	if peer == nil || c.jobs[t] == nil || !armed(arms, machineOutcomes) {
		return
	}
	peer.Stream().Tap(&ear{stream: peer.Stream(), left: listens, listener: progress.New(func(tone progress.Tone) {
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
	})})
}
