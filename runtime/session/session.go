// Package session is where the machine's effects meet a telephone line.
//
// # The model
//
// A Session is one call: a machine, the keys that have been pressed and not yet consumed, and the sound that has
// been handed to the line and not yet heard. It is driven by events and drives nothing itself: no goroutine, no
// timer, no clock. Whoever owns it (a real call's goroutine, the simulator) tells it what happened and when, and asks
// Deadline for the next moment at which it wants to be told the time.
//
//	 Line ── Key, Played, Hangup ──▶ Session ── Event ──▶ Machine
//	World ── Finish, Connected ────▶         ◀─ Effect ──
//	 Line ◀─ Play, Silence, Hold … ─         one effect at a time
//	World ◀─ Begin, Cancel ─────────
//
// Line is what the caller hears and whether the caller is there. World is everything else that a flow can ask for:
// lookups, lists and switches, queues, other telephones, messages. World answers with an event when it has the answer,
// at once or much later; a Ticket says which question it answers, so that an answer that comes too late falls flat.
//
// # Sound
//
// `say` only queues. The steps that take time wait until all of it was heard: a lookup, a recording, a queue, a
// transfer, the end of the call. A question does not wait: the sound that is queued is its prompt, which the first key
// cuts off, unless something in it must be heard. While such words are queued keys are thrown away.
//
// # The end
//
// A hang-up pre-empts every wait. What was asked of the World is cancelled, the machine runs its `on hangup` steps,
// which speak to nobody and may take five seconds in all, and the session is over.
package session

import (
	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// Machine is the running flow. *vm.Machine is one.
type Machine interface {
	// Start enters a function of the program and returns the first effect; now is in Unix milliseconds.
	Start(fn int, args []vm.Value, now int64) vm.Effect
	// Resume gives the machine the answer to its last effect and returns what it wants next.
	Resume(vm.Event) vm.Effect
}

// Sound is something for the caller to hear.
type Sound struct {
	ID       int    // numbers the sounds of a call from 1
	Lang     string // tag of the language it is in
	Text     string // the words, "" for a pause or music
	Audio    string // a recording of the words, to be preferred to synthesis; "" if there is none
	Pause    int64  // milliseconds of silence, when it is neither words nor a recording
	Tone     bool   // the tone after which the caller speaks
	Recorded string // the id of a recording that is played; what was said in it is not known
	MustHear bool   // the caller may not cut it off
	Early    bool   // the call need not be answered for it
}

// Line carries a call. Its methods return at once. What comes of them is told to the session: Played for each sound
// that was heard to its end, Key, Hangup.
type Line interface {
	Progress()        // let the caller hear what is played though the call is not answered
	Answer()          // pick up: told once, before the first sound (but for those), question or connection
	Reject()          // refuse the call before answering
	Play(Sound)       // after all that is queued already
	Silence()         // stop, and forget what is queued; no Played comes for it
	Hold(music Sound) // from now on repeat this whenever nothing is queued
	Unhold()
	Hangup()
}

// Ticket numbers the questions to the World within a call, from 1.
type Ticket int

// World is what a call can reach beyond the caller. Begin starts what an effect asks for; the answer is given to
// Session.Finish with the same ticket, also from within Begin. Effects without a result (mark, attach, …) go to Note.
// Cancel takes a question back: the caller hung up, or the time is over.
//
// Kinds that come to Begin: lookup, query, record, voicemail, enqueue, transfer, callback, sms, mail, fax, receive fax.
type World interface {
	Begin(t Ticket, e vm.Effect)
	Cancel(t Ticket)
	Key(t Ticket, digit byte) // pressed while the caller is being recorded: all is said
	Place(t Ticket) Waiting   // where a caller stands who waits in a queue; asked when it is to be said
	Note(e vm.Effect)
}

// Observer sees all that passes between machine and host, for logs, coverage and transcripts. Times are Unix
// milliseconds. What it is given must not be kept beyond the call without a copy.
type Observer interface {
	Event(now int64, e vm.Event)
	Effect(now int64, e vm.Effect)
	// Collected tells how a try of a question went; the keys are masked where the question is secret.
	Collected(now int64, question int, r collect.Result)
}

// HangupTime is how long, in milliseconds, the steps of `on hangup` may take in all.
const HangupTime = 5_000

// DefaultWithin is how long a lookup may take where the flow does not say, in milliseconds.
const DefaultWithin = 5_000

// maxSteps bounds the effects a machine may say without any of them taking time: a flow that only queues sound for ever
// is a fault of ours, and must not hang a server.
const maxSteps = 100_000

// A machine that only queues sound waits until some of it was heard: a loop of a thousand announcements shall not fill
// the memory of a call that lasts a minute. It runs fewAhead sounds before the caller. A key may be meant for a
// question that comes later, whose prompt it shall cut off: then the machine runs up to mostAhead sounds before the
// caller to find it.
const (
	fewAhead  = 6
	mostAhead = 32
)

// state is what the session waits for.
type state uint8

const (
	idle     state = iota // before Start
	thinking              // the machine runs
	draining              // for the sound to be heard, then perform effect
	ahead                 // for some of the sound to be heard, then go on
	asking                // a question
	working               // the World
	over
)

// Session is one call. It is not safe for concurrent use: its owner serialises.
type Session struct {
	program *bundle.Program
	machine Machine
	line    Line
	world   World
	watch   Observer
	render  *Renderer

	state   state
	now     int64 // Unix milliseconds of the event in hand
	started int64
	buffer  collect.Buffer
	try     collect.Machine
	effect  vm.Effect // what is being waited for
	ticket  Ticket
	due     int64 // deadline of the World's answer, 0 for none
	waiting *waiting
	lang    string

	sounds  []Sound // handed to the line and not yet heard
	room    int     // how many of them there may be before the machine waits
	lastID  int
	up      bool  // the call was picked up
	hung    bool  // the caller has gone
	hungAt  int64 // since when
	how     vm.End
	result  vm.Value  // what the entry function returned
	ready   *vm.Event // an answer that came while the machine was not waiting for it yet
	running bool
}

// Options are what a session is made of; Observer and Renderer may be nil, all else must be there.
type Options struct {
	Program  *bundle.Program
	Machine  Machine
	Line     Line
	World    World
	Observer Observer
	Renderer *Renderer // of Program, shared by its calls: making one reads the time zone from disk. nil: one is made
}

// New makes a session that has not begun.
func New(o Options) *Session {
	s := &Session{program: o.Program, machine: o.Machine, line: o.Line, world: o.World, watch: o.Observer,
		render: o.Renderer, room: fewAhead, result: vm.Absent()}
	if s.render == nil {
		s.render = NewRenderer(o.Program)
	}
	s.lang = s.render.language("")
	return s
}

// Start begins the call at now, Unix milliseconds, in a function of the program with its arguments. To an Observer it
// is an event of the kind Done.
func (s *Session) Start(fn int, args []vm.Value, now int64) {
	if s.state != idle {
		return
	}
	s.now, s.started = now, now
	if s.watch != nil {
		s.watch.Event(now, vm.Event{Kind: vm.Done, Now: now})
	}
	s.proceed(s.machine.Start(fn, args, now))
}

// Over tells whether the session has ended, and how.
func (s *Session) Over() (vm.End, bool) { return s.how, s.state == over }

// Result is what the function that was entered returned, once the session is over with vm.EndReturn; absent if nothing.
func (s *Session) Result() vm.Value { return s.result }

// Language is the tag of the language in which the caller is spoken to.
func (s *Session) Language() string { return s.lang }

// Asking returns the index of the question that awaits keys; false if none does.
func (s *Session) Asking() (question int, ok bool) { return s.effect.Question, s.state == asking }

// Keying tells whether an answer has been begun and may go on: a timer decides when it is complete.
func (s *Session) Keying() bool { return s.state == asking && s.try.Phase == collect.Keying }

// Working returns the effect that the World or the line is busy with; false if none is.
func (s *Session) Working() (vm.Effect, bool) { return s.effect, s.state == working }

// Unheard returns the sounds not yet heard to their end, the one being played first.
func (s *Session) Unheard() []Sound { return s.sounds }

// Key tells that a key went down at k.At, milliseconds since the call began, learnt at now.
func (s *Session) Key(k collect.Key, now int64) {
	if s.begin(now) {
		return
	}
	if s.state == asking {
		s.collected(s.try.Key(k, now-s.started))
		return
	}
	if !s.buffer.Admit(k) {
		return
	}
	switch {
	case s.mustHear():
		// Rule 2: a key that no question could take yet is thrown away while words must be heard.
	case s.state == draining && s.recording():
		// Before the tone a key means "get on with it": it leads to the tone and belongs to no later question.
		s.quiet()
		s.tone()
	case s.state == working && s.waiting != nil:
		s.waiting.key(k.Digit)
	case s.state == working && s.recording():
		if end := s.effect.Index; s.effect.Kind != bundle.RecordSite || end == 0 || byte(end) == k.Digit {
			s.world.Key(s.ticket, k.Digit)
		}
	default:
		s.buffer.Push(k)
		if s.state == ahead && s.room < mostAhead {
			s.room = mostAhead
			s.run(vm.Event{Kind: vm.Done})
		}
	}
}

// recording tells whether the caller is being recorded, when a key means that all is said.
func (s *Session) recording() bool {
	return s.effect.Kind == bundle.RecordSite || s.effect.Kind == bundle.VoicemailSite
}

// Played tells that a sound was heard to its end.
func (s *Session) Played(id int, now int64) {
	if s.begin(now) {
		return
	}
	for i := range s.sounds {
		if s.sounds[i].ID == id {
			s.sounds = append(s.sounds[:0], s.sounds[i+1:]...)
			break
		}
	}
	switch {
	case s.state == asking:
		if !s.mustHear() {
			s.collected(s.try.LeadHeard(now - s.started))
		}
		if s.state == asking && len(s.sounds) == 0 {
			s.collected(s.try.PromptsEnded(now - s.started))
		}
	case s.state == draining && len(s.sounds) == 0:
		s.work()
	case s.state == ahead && len(s.sounds) < s.room:
		s.run(vm.Event{Kind: vm.Done})
	}
}

// Finish gives the World's answer to a ticket. An answer to a ticket that is not open any more does nothing.
func (s *Session) Finish(t Ticket, e vm.Event, now int64) {
	if t != s.ticket || s.state != working || s.begin(now) {
		return
	}
	if s.running { // from within Begin
		s.ready = &e
		return
	}
	s.answered(e)
}

// Tick tells what time it is.
func (s *Session) Tick(now int64) {
	if s.begin(now) {
		return
	}
	switch {
	case s.hung && now >= s.hungAt+HangupTime:
		s.stop(vm.EndCaller)
	case s.state == asking:
		s.collected(s.try.Tick(now - s.started))
	case s.state == working && s.due != 0 && now >= s.due:
		s.world.Cancel(s.ticket)
		s.answered(late(s.effect))
	case s.state == working && s.waiting != nil:
		s.waiting.tick(now)
	}
}

// late is the answer of a World that did not answer in time.
func late(e vm.Effect) vm.Event {
	if e.Kind == bundle.TransferSite {
		return vm.Event{Kind: vm.Outcome, Tag: "no_answer"}
	}
	return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}
}

// Deadline returns the Unix milliseconds at which Tick must be called at the latest; ok is false while nothing is due.
func (s *Session) Deadline() (at int64, ok bool) {
	least := func(t int64) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	if s.state == idle || s.state == over {
		return 0, false
	}
	if s.hung {
		least(s.hungAt + HangupTime)
	}
	if s.state == asking {
		if t, running := s.try.Deadline(); running {
			least(t + s.started)
		}
	}
	if s.state == working {
		if s.due != 0 {
			least(s.due)
		}
		if s.waiting != nil {
			if t, running := s.waiting.deadline(); running {
				least(t)
			}
		}
	}
	return at, ok
}

// Hangup tells that the caller has gone.
func (s *Session) Hangup(now int64) {
	if s.begin(now) || s.hung {
		return
	}
	s.hung, s.hungAt = true, now
	s.quiet()
	switch s.state {
	case asking:
		s.collected(s.try.Hangup())
	case working:
		s.world.Cancel(s.ticket)
		s.answered(vm.Event{Kind: vm.Hangup})
	case draining:
		if s.effect.End {
			s.stop(s.effect.How)
			return
		}
		s.run(vm.Event{Kind: vm.Hangup})
	case ahead:
		s.run(vm.Event{Kind: vm.Hangup})
	}
}

// Divert lets another flow take the place of all that runs, with its arguments: what was to be heard is silenced, and
// what was asked of the World taken back. It is false, and nothing happens, where the call is ending already.
func (s *Session) Divert(flow string, args []vm.Value, now int64) bool {
	if s.begin(now) || s.hung || s.effect.End || s.state == idle {
		return false
	}
	s.quiet()
	s.buffer.Clear()
	e := vm.Event{Kind: vm.Diverted, Tag: flow, Values: args}
	if s.state == working {
		s.world.Cancel(s.ticket)
		s.answered(e)
		return true
	}
	s.run(e)
	return true
}

// begin takes the time of an event; true if there is nothing to be done any more.
func (s *Session) begin(now int64) bool {
	s.now = max(s.now, now)
	return s.state == over
}

// stop ends the session.
func (s *Session) stop(how vm.End) {
	if s.state == working {
		s.world.Cancel(s.ticket)
	}
	s.state, s.how = over, how
	s.waiting = nil
	if !s.hung {
		s.line.Hangup()
	}
}

// mustHear tells whether words that must be heard are still to be heard.
func (s *Session) mustHear() bool {
	for i := range s.sounds {
		if s.sounds[i].MustHear {
			return true
		}
	}
	return false
}

// quiet silences the line.
func (s *Session) quiet() {
	s.sounds = s.sounds[:0]
	s.line.Silence()
}

// play queues a sound; a call whose caller has gone hears nothing.
func (s *Session) play(sound Sound) {
	if s.hung {
		return
	}
	if sound.Early && !s.up {
		s.line.Progress()
	} else {
		s.pickUp()
	}
	s.lastID++
	sound.ID = s.lastID
	if sound.MustHear {
		s.buffer.Clear()
	}
	s.sounds = append(s.sounds, sound)
	s.line.Play(sound)
}

// pickUp answers the call, once. Until a flow says, asks or connects something it may still reject it.
func (s *Session) pickUp() {
	if !s.up && !s.hung {
		s.up = true
		s.line.Answer()
	}
}

// answered ends the wait for the World and goes on.
func (s *Session) answered(e vm.Event) {
	s.state, s.due, s.ticket = thinking, 0, s.ticket+1 // what still comes for the old ticket is too late
	if s.waiting != nil || s.effect.Playing >= 0 {
		s.line.Unhold()
	}
	s.waiting = nil
	s.run(e)
}
