// Package sim is a telephone network of one call, in which time is a number: a caller who presses keys, a line that
// speaks at the speed of a voice, agents who answer, and nothing that takes longer than it takes to compute.
//
// # The model
//
// A Call is a session with a simulated line and world around it. Everything that will happen is on an agenda: a sound
// ends, a lookup answers, a timer of the session runs out. Step does the next thing and sets the clock to its time; all
// else (RunUntil, Press, Rest) is made of steps. The same calls on a Call give the same course to the millisecond.
//
// A voice takes readout's time for each syllable. Words are heard as they are spoken: of a prompt that is cut off only
// the part before the cut counts as heard.
//
// What is asked of the world is asked of Answers: a test's assumptions, or the library's sample answers in the
// terminal. Everything the call did to the world (marks, messages, queues entered …) is kept as Facts.
//
// A caller who is being recorded speaks for SpeakTime and is then silent, unless told to say nothing; a key ends the
// recording. A caller in a queue waits for an agent until somebody calls AgentAnswers; the queue itself is the
// server's: see House.
package sim

import (
	"fmt"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

const (
	// KeyGap is the time between two keys of a caller who knows what to press, in milliseconds.
	KeyGap = 200
	// SpeakTime is how long a caller speaks when recorded, in milliseconds.
	SpeakTime = 10_000
	// MaxSteps bounds the things that may happen in one call, far above any real one: a call that never rests must not
	// hang a test.
	MaxSteps = 200_000
	// MaxTime bounds a call's length in milliseconds.
	MaxTime = 24 * 3_600_000
)

// Answers stands for the systems around a call.
type Answers interface {
	// Lookup answers a library function or a table (effect kind lookup), after so many milliseconds.
	Lookup(e vm.Effect, now int64) (answer vm.Event, after int64)
	// Query answers whether a number is in a list, a switch is on, opening hours are open.
	Query(e vm.Effect, now int64) vm.Event
	// Outcome says how something ends that the flow tries with others: an enqueue, a transfer, a callback, a message, a
	// fax. "" means that it goes well.
	Outcome(e vm.Effect, now int64) (tag string, after int64)
}

// Options are what a call is made of. Number and Caller are telephone numbers as dialled; Func and Args say what the
// call enters.
type Options struct {
	Image   *vm.Image
	Func    int
	Args    []vm.Value
	Now     int64 // Unix milliseconds
	Number  string
	Caller  string
	Answers Answers
	Watch   session.Observer // may be nil
	Cover   bool             // note the edges taken
	// Renderer of the image's program, shared by its calls; nil: one is made.
	Renderer *session.Renderer
	// House of the calls that are made one after the other; nil: one for this call.
	House *House
}

// Utterance is a sound that the caller heard, or began to hear.
type Utterance struct {
	At    int64 // Unix milliseconds when it began
	Until int64 // when it ends, or was cut off
	Lang  string
	Text  string // what was said: all of it, or the part before the cut
	Cut   bool
	Func  int // the place in the program that said it
	PC    int
	Seq   int // orders utterances and facts of one moment
}

// FactKind is what a call did.
type FactKind string

const (
	Marked     FactKind = "mark"
	Enqueued   FactKind = "enqueue"
	Transfer   FactKind = "transfer"
	Voicemail  FactKind = "voicemail"
	Callback   FactKind = "callback"
	SMS        FactKind = "send sms"
	Mail       FactKind = "send mail"
	Fax        FactKind = "fax"
	Reply      FactKind = "reply"
	Called     FactKind = "called"
	Attached   FactKind = "attach"
	Topic      FactKind = "topic"
	Answered   FactKind = "answer"
	Pressed    FactKind = "press"
	Recorded   FactKind = "record"
	HungUp     FactKind = "hangup"
	CallerLeft FactKind = "caller hangs up"
	Agent      FactKind = "agent"
	Missed     FactKind = "miss"
)

// Fact is something that happened. Name is the queue, milestone, mailbox, function or telephone number; Text what was
// written.
type Fact struct {
	Kind     FactKind
	At       int64
	Name     string
	Text     string
	Priority int64
	Args     []vm.Value
	Func     int
	PC       int
	Seq      int // orders utterances and facts of one moment
}

// Call is one simulated call. It is not safe for concurrent use.
type Call struct {
	agenda
	started int64
	program *bundle.Program
	machine *vm.Machine
	session *session.Session
	answers Answers
	watch   session.Observer
	entry   int
	args    []vm.Value

	queued   []session.Sound
	playing  *plan
	Heard    []Utterance // all that was said, in order
	Facts    []Fact
	music    bool
	work     map[session.Ticket]*plan
	waiting  session.Ticket // the open enqueue, 0 for none
	house    *House
	number   string // the caller's
	speaking *recording
	silent   bool    // the caller says nothing to the next recording
	kept     []int64 // the lengths of the recordings that were made
	answered bool
	hungUp   bool // by the flow
	left     bool // by the caller
	noInputs int
	steps    int
	seen     int // what happened so far, for Seq
	err      error
}

// New makes a call; Start begins it.
func New(o Options) *Call {
	c := &Call{program: o.Image.Program, answers: o.Answers, watch: o.Watch, entry: o.Func, args: o.Args,
		started: o.Now, work: map[session.Ticket]*plan{}, house: o.House, number: o.Caller}
	c.now = o.Now
	if c.house == nil {
		c.house = NewHouse(o.Image.Program)
	}
	c.machine = o.Image.New(vm.Call{ID: "sim", Caller: o.Caller, Number: o.Number})
	if o.Cover {
		c.machine.Cover()
	}
	c.session = session.New(session.Options{Program: o.Image.Program, Machine: c.machine, Line: line{c},
		World: world{c}, Observer: observer{c},
		Renderer: o.Renderer})
	return c
}

// Start begins the call.
func (c *Call) Start() { c.session.Start(c.entry, c.args, c.now) }

// Now is the virtual time, Unix milliseconds.
func (c *Call) Now() int64 { return c.now }

// Started is when the call began.
func (c *Call) Started() int64 { return c.started }

// Over tells whether the call has ended, and how.
func (c *Call) Over() (vm.End, bool) { return c.session.Over() }

// Err tells why the simulation gave up: more happened than MaxSteps, or it took longer than MaxTime. nil otherwise.
func (c *Call) Err() error { return c.err }

// Machine is the running flow: where it is, what it covered.
func (c *Call) Machine() *vm.Machine { return c.machine }

// Session is the call's session.
func (c *Call) Session() *session.Session { return c.session }

// Place is where the flow is: the innermost position.
func (c *Call) Place() (fn, pc int) {
	if w := c.machine.Where(); len(w) > 0 {
		return w[0].Func, w[0].PC
	}
	return -1, -1
}

// Speaking returns what is being said at the moment; false in silence.
func (c *Call) Speaking() (Utterance, bool) {
	if c.playing == nil || len(c.Heard) == 0 {
		return Utterance{}, false
	}
	return c.Heard[len(c.Heard)-1], true
}

// Answered tells whether the call was picked up.
func (c *Call) Answered() bool { return c.answered }

// Music tells whether music is on: it is heard whenever nothing is said.
func (c *Call) Music() bool { return c.music }

// Next tells when the next thing will happen; false if nothing will unless the caller or an agent does something.
func (c *Call) Next() (at int64, ok bool) {
	at, ok = c.agenda.next()
	if due, waits := c.session.Deadline(); waits && (!ok || due < at) {
		return due, true
	}
	return at, ok
}

// Step does the next thing; false if there is none, or the call is over.
func (c *Call) Step() bool {
	if _, over := c.session.Over(); over || c.err != nil {
		return false
	}
	at, ok := c.Next()
	if !ok {
		return false
	}
	if c.steps++; c.steps > MaxSteps || at > c.started+MaxTime {
		c.err = fmt.Errorf("the call does not come to an end: given up after %d steps and %d s", c.steps,
			(c.now-c.started)/1000)
		return false
	}
	if planned, has := c.agenda.next(); has && planned <= at {
		c.agenda.step() // a sound that ends now ends before a timer runs out now
		return true
	}
	c.now = max(c.now, at)
	c.session.Tick(c.now)
	return true
}

// RunUntil lets time pass up to a moment, Unix milliseconds.
func (c *Call) RunUntil(at int64) {
	for {
		next, ok := c.Next()
		if !ok || next > at || !c.Step() {
			break
		}
	}
	c.now = max(c.now, at)
}

// Resting tells whether the call waits for somebody: it is over, or a question is open, all was said and no key is
// pressed, or the caller waits in a queue or talks to an agent.
func (c *Call) Resting() bool {
	if _, over := c.session.Over(); over || c.err != nil {
		return true
	}
	if c.waiting != 0 {
		return true
	}
	_, asking := c.session.Asking()
	return asking && len(c.session.Unheard()) == 0 && !c.session.Keying()
}

// Rest lets time pass until the call rests.
func (c *Call) Rest() {
	for !c.Resting() && c.Step() {
	}
}

// Press presses keys one after the other, gap milliseconds apart; time passes between them, not after the last.
func (c *Call) Press(keys string, gap int64) {
	for i := range len(keys) {
		if i > 0 {
			c.RunUntil(c.now + gap)
		}
		if _, over := c.session.Over(); over {
			return
		}
		shown := keys[i : i+1]
		if c.secret() {
			shown = "•"
		}
		c.fact(Fact{Kind: Pressed, Name: shown})
		c.session.Key(collect.Key{Digit: keys[i], At: c.now - c.started}, c.now)
	}
}

// secret tells whether a question that asks for a secret is open.
func (c *Call) secret() bool {
	q, asking := c.session.Asking()
	return asking && q >= 0 && q < len(c.program.Questions) && c.program.Questions[q].Secret
}

// SayNothing lets the caller be silent until the open question, or the next one, has run out of time once; while being
// recorded, or before a recording, until that ends for want of words.
func (c *Call) SayNothing() {
	before := c.noInputs
	c.silent = true
	if c.speaking != nil {
		c.hush()
	}
	for c.noInputs == before && c.Step() {
	}
	c.silent = false
}

// Hangup hangs up on the caller's side.
func (c *Call) Hangup() {
	if _, over := c.session.Over(); over {
		return
	}
	c.left = true
	c.fact(Fact{Kind: CallerLeft})
	c.session.Hangup(c.now)
	for c.Step() { // what `on hangup` still asks of the world
	}
}

// AgentAnswers lets an agent answer the caller, who waits in a queue or is about to; false if the call never gets
// there.
func (c *Call) AgentAnswers() bool {
	for c.waiting == 0 && !c.Resting() && c.Step() {
	}
	if c.waiting == 0 || c.session.Talking() {
		return false
	}
	if c.work[c.waiting] == nil && !c.house.answer(c) { // a test may assume how the wait ends
		return false
	}
	c.fact(Fact{Kind: Agent, Name: "answers"})
	c.session.Connected(c.now)
	return true
}

// AgentHangsUp lets the agent hang up; false if none talks with the caller.
func (c *Call) AgentHangsUp() bool {
	if !c.session.Talking() {
		return false
	}
	c.fact(Fact{Kind: Agent, Name: "hangs up"})
	t := c.waiting
	c.waiting = 0
	c.house.leave(c, "")
	c.session.Finish(t, vm.Event{Kind: vm.Done, Agent: agentID}, c.now)
	return true
}

// fact keeps what happened, with its time and place.
func (c *Call) fact(f Fact) {
	f.At = c.now
	f.Func, f.PC = c.Place()
	c.seen++
	f.Seq = c.seen
	c.Facts = append(c.Facts, f)
}

// Did tells whether a fact that fits happened.
func (c *Call) Did(kind FactKind, fits func(Fact) bool) bool {
	for _, f := range c.Facts {
		if f.Kind == kind && (fits == nil || fits(f)) {
			return true
		}
	}
	return false
}

// length is how long a sound takes, in milliseconds.
func length(s session.Sound) int64 {
	if s.Text == "" {
		return s.Pause
	}
	return readout.SpokenTime(s.Lang, s.Text).Milliseconds()
}
