package linetest

import (
	"context"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// ownCall is a call to the exchange in this process: the caller's end, and what can be seen from inside.
type ownCall struct {
	*line
	version *deploy.Version
	start   suite.Start
	forget  func()

	inside  sync.Mutex
	handle  *exchange.Handle
	last    bundle.SiteKind // what the flow asked for last
	records int             // how many recordings it began
	misses  int
	parked  bool      // the caller stands in a queue
	since   time.Time // when the flow last asked for something
	over    bool
	how     vm.End
	covered []int
	data    map[string]vm.Value // as the call left it
}

func newOwnCall(ctx context.Context, v *deploy.Version, s suite.Start) *ownCall {
	return &ownCall{line: newLine(ctx, s.Now), version: v, start: s, forget: func() {}}
}

// arrangement is how the exchange runs the call: at the test's time, in the world that it assumes.
func (c *ownCall) arrangement() *exchange.Arrangement {
	return &exchange.Arrangement{Version: c.version, Cover: true, Observer: (*inside)(c), Answers: (*assumed)(c),
		Now: func() time.Time { return time.Now().Add(c.shift) },
		Begun: func(h *exchange.Handle) {
			c.inside.Lock()
			c.handle = h
			c.inside.Unlock()
		},
		Over: func(how vm.End, m *vm.Machine) {
			c.inside.Lock()
			c.over, c.how, c.covered = true, how, m.Covered()
			c.data = map[string]vm.Value{}
			for _, name := range c.version.Program.Data {
				c.data[name] = m.Datum(name)
			}
			c.inside.Unlock()
			c.wake()
		}}
}

// did keeps what the flow did, with its place. It is called on the call's goroutine.
func (c *ownCall) did(f sim.Fact) {
	c.inside.Lock()
	h := c.handle
	c.inside.Unlock()
	f.Func, f.PC = -1, -1
	if h != nil {
		f.Func, f.PC = h.Place()
	}
	c.note(f)
}

// ask runs a question on the test's goroutine: the answers belong to it. A test that is over answers nothing more.
func (c *ownCall) ask(question func()) bool {
	done := make(chan struct{})
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	select {
	case c.wishes <- func() { question(); close(done) }:
		<-done
		return true
	case <-limit.C:
		return false
	case <-c.ctx.Done():
		return false
	}
}

// assumed answers the exchange as the test assumes, and keeps what the call asked for.
type assumed ownCall

func (a *assumed) Lookup(e vm.Effect, now int64) (answer vm.Event, after int64) {
	c := (*ownCall)(a)
	answer = vm.Event{Kind: vm.Outcome, Tag: "unavailable"}
	c.did(sim.Fact{Kind: sim.Called, Name: e.Name, Args: append([]vm.Value(nil), e.Args...)})
	c.ask(func() { answer, after = c.start.Assumed.Lookup(e, now) })
	return answer, after
}

func (a *assumed) Query(e vm.Effect, now int64) vm.Event {
	c := (*ownCall)(a)
	answer := vm.Event{Kind: vm.Fault}
	c.ask(func() { answer = c.start.Assumed.Query(e, now) })
	return answer
}

// acts are the facts of what the flow does to the world, and where their name and text are among the arguments.
var acts = map[bundle.SiteKind]sim.FactKind{bundle.EnqueueSite: sim.Enqueued, bundle.TransferSite: sim.Transfer,
	bundle.CallbackSite: sim.Callback,
	bundle.SMSSite:      sim.SMS, bundle.MailSite: sim.Mail, bundle.FaxSite: sim.Fax}

func (a *assumed) Outcome(e vm.Effect, now int64) (tag string, after int64) {
	c := (*ownCall)(a)
	c.ask(func() { tag, after = c.start.Assumed.Outcome(e, now) })
	kind, known := acts[e.Kind]
	if !known || tag != "" && e.Kind != bundle.EnqueueSite && e.Kind != bundle.TransferSite {
		return tag, after
	}
	f := sim.Fact{Kind: kind, Name: text(e, 0)}
	if e.Kind == bundle.EnqueueSite {
		c.inside.Lock()
		c.parked = tag == ""
		c.inside.Unlock()
	}
	if e.Kind == bundle.EnqueueSite {
		if len(e.Args) > 1 {
			f.Priority = e.Args[1].N
		}
	} else if e.Kind != bundle.TransferSite {
		f.Text = text(e, 1)
	}
	c.did(f)
	return tag, after
}

func text(e vm.Effect, i int) string {
	if i < len(e.Args) {
		return e.Args[i].Str()
	}
	return ""
}

// inside sees what passes between machine and session.
type inside ownCall

func (i *inside) Event(int64, vm.Event) {}

func (i *inside) Effect(_ int64, e vm.Effect) {
	c := (*ownCall)(i)
	c.inside.Lock()
	c.last, c.parked, c.since = e.Kind, false, time.Now()
	if e.Kind == bundle.RecordSite {
		c.records++
	}
	c.inside.Unlock()
	if e.End {
		if e.How != vm.EndCaller {
			c.did(sim.Fact{Kind: sim.HungUp})
		}
		return
	}
	switch e.Kind {
	case bundle.MarkSite:
		c.did(sim.Fact{Kind: sim.Marked, Name: e.Name})
	case bundle.TopicSite:
		c.did(sim.Fact{Kind: sim.Topic, Name: text(e, 0)})
	case bundle.AttachSite:
		c.did(sim.Fact{Kind: sim.Attached, Name: e.Name})
	case bundle.ReplySite:
		c.did(sim.Fact{Kind: sim.Reply, Text: text(e, 0)})
	case bundle.AnswerSite:
		c.did(sim.Fact{Kind: sim.Answered, Name: e.Name, Args: append([]vm.Value(nil), e.Args...)})
	case bundle.RecordSite:
		c.did(sim.Fact{Kind: sim.Recorded})
	case bundle.VoicemailSite:
		if p := c.version.Program; e.Index >= 0 && e.Index < len(p.Mailboxes) {
			c.did(sim.Fact{Kind: sim.Voicemail, Name: p.Mailboxes[e.Index].Name})
		}
	}
	c.wake()
}

func (i *inside) Collected(_ int64, _ int, r collect.Result) {
	c := (*ownCall)(i)
	f := sim.Fact{Kind: sim.Missed, Name: "noinput"}
	switch r.Kind {
	case collect.NoInput:
		c.inside.Lock()
		c.misses++
		c.inside.Unlock()
	case collect.NoMatch:
		f.Name, f.Text = "nomatch", r.Reason.String()
	default:
		return
	}
	c.did(f)
}

// Over tells whether the flow has come to its end.
func (c *ownCall) Over() (vm.End, bool) {
	c.inside.Lock()
	defer c.inside.Unlock()
	if c.refused {
		return vm.EndReject, true
	}
	return c.how, c.over
}

func (c *ownCall) finished() bool { _, over := c.Over(); return over }

// Datum is call data: of a running call as it is, of one that is over as it was left.
func (c *ownCall) Datum(name string) vm.Value {
	c.inside.Lock()
	v, over := c.data[name], c.over
	c.inside.Unlock()
	if !over {
		c.look(func(_ *session.Session, m *vm.Machine) { v = m.Datum(name) })
	}
	return v
}

// Covered are the edges taken, known when the call is over.
func (c *ownCall) Covered() []int {
	c.inside.Lock()
	defer c.inside.Unlock()
	return c.covered
}

// asked is what the flow asked for last, and how many tries ran out of time.
func (c *ownCall) asked() (bundle.SiteKind, int) {
	c.inside.Lock()
	defer c.inside.Unlock()
	return c.last, c.misses
}

// pauseHeard is longer than any pause within what is said, and than a sound takes to be recognised.
const pauseHeard = 2200 * time.Millisecond

// Silent tells whether nothing more will be said unless somebody acts.
func (c *ownCall) Silent() bool {
	if c.finished() && c.ended() {
		return true
	}
	c.inside.Lock()
	last, since := c.last, time.Since(c.since)
	c.inside.Unlock()
	return last == bundle.CollectSite && min(c.quiet(), since) > pauseHeard || c.talking()
}

// Resting tells whether the call waits for somebody.
func (c *ownCall) Resting() bool {
	c.inside.Lock()
	parked := c.parked
	c.inside.Unlock()
	return parked || c.Silent()
}

// talking tells whether the caller is with an agent.
func (c *ownCall) talking() (yes bool) {
	c.inside.Lock()
	parked := c.parked
	c.inside.Unlock()
	if parked {
		c.look(func(s *session.Session, _ *vm.Machine) { yes = s.Talking() })
	}
	return yes
}

// look looks at the call from its own goroutine. That may be waiting for an answer of the test meanwhile, which is
// given.
func (c *ownCall) look(f func(*session.Session, *vm.Machine)) {
	c.inside.Lock()
	h := c.handle
	c.inside.Unlock()
	if h == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Do(f)
	}()
	for {
		select {
		case <-done:
			return
		case do := <-c.wishes:
			do()
		}
	}
}

// Step lets time pass until something happens. Over a real line something may always happen; so it is false only if the
// call is over, or nothing did for as long as a test may wait.
func (c *ownCall) Step() bool {
	words, facts := c.words, len(c.Facts())
	was := c.finished() && c.ended()
	last, misses := c.asked()
	changed := func() bool {
		now, m := c.asked()
		return c.listen() || c.words != words || len(c.Facts()) != facts || now != last || m != misses || c.Silent()
	}
	if was {
		return changed() && c.words != words
	}
	happened := false
	c.pass(time.Now().Add(LongestWait), func() bool { happened = happened || changed(); return happened })
	return happened && (c.words != words || len(c.Facts()) != facts || !c.Silent())
}

func (c *ownCall) Press(keys string, gap int64) { c.press(keys, gap) }

// SayNothing lets the caller be silent until a question has run out of time, or a recording has for want of words.
func (c *ownCall) SayNothing() {
	_, before := c.asked()
	recorded := len(c.Facts())
	recording, nth := c.recording()
	c.silent = true
	defer func() { c.silent, c.toSpeak = false, false }()
	c.pass(time.Now().Add(LongestWait), func() bool {
		_, now := c.asked()
		for _, f := range c.Facts()[recorded:] {
			if f.Kind == sim.Missed {
				return true
			}
		}
		still, n := c.recording()
		return now > before || recording && (!still || n > nth) || c.finished()
	})
	c.acted = time.Now()
}

// recording tells whether the flow records what the caller says, and for the how manieth time.
func (c *ownCall) recording() (yes bool, nth int) {
	c.inside.Lock()
	defer c.inside.Unlock()
	return c.last == bundle.RecordSite, c.records
}

func (c *ownCall) Hangup() {
	c.hangup(c.finished)
	c.forget()
}

func (c *ownCall) AgentAnswers() bool {
	c.pass(time.Now().Add(LongestWait), func() bool { return c.Resting() })
	if !c.agent(func(h *exchange.Handle) bool { return h.AgentAnswers() }) {
		return false
	}
	c.note(sim.Fact{Kind: sim.Agent, Name: "answers", Func: -1, PC: -1})
	return true
}

func (c *ownCall) AgentHangsUp() bool {
	if !c.agent(func(h *exchange.Handle) bool { return h.AgentHangsUp("1001") }) {
		return false
	}
	c.acted = time.Now()
	c.note(sim.Fact{Kind: sim.Agent, Name: "hangs up", Func: -1, PC: -1})
	return true
}

// agent lets an agent act, while what the flow asks of the test is answered.
func (c *ownCall) agent(act func(*exchange.Handle) bool) (ok bool) {
	c.inside.Lock()
	h := c.handle
	c.inside.Unlock()
	if h == nil {
		return false
	}
	done := make(chan bool, 1)
	go func() { done <- act(h) }()
	for {
		select {
		case ok = <-done:
			return ok
		case do := <-c.wishes:
			do()
		}
	}
}
