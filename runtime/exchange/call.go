package exchange

import (
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/collect"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// ringAfter is how long a flow may think before the caller is told that it rings. It is less than the 200 ms after
// which the transaction would say 100 Trying by itself: that shall not come behind the 180.
const ringAfter = 150 * time.Millisecond

// telephone is one running call; its fields belong to the goroutine in run, but for the mailbox.
type telephone struct {
	errands
	a      *Arrangement
	id     string
	leg    *sip.Call
	stream *rtp.Stream
	// "in", or "out" of a call that we placed: it was answered before its flow begins, which gets args
	poll           pollster // what is answered to surveys
	rate           rated
	direction      string
	queued, served func()    // of a call of ours: see Outgoing
	owed           *Owed     // who is owed this call of ours; nil: nobody
	machines       *machines // listen for one
	reachedMachine string    // which machine has answered a call of ours, as an outcome
	message        string    // the flow that leaves a message with one that takes messages; "" for none
	messageArgs    []vm.Value
	args           []vm.Value
	release        func()    // gives the version back
	began          time.Time // real time; keys are counted from here
	tee            *tee
	whole          *recording // of the whole call
	recorded       int        // recordings begun
	speech         *speech    // the caller being recorded by a step
	plays          playback   // what is played, recordings among it
	seat           *waiter    // in a queue
	desk           bool       // a telephone of ours dials out
	code           bool       // a telephone of ours dials a code behind a star
	rang           bool
	early, deaf    bool // words came before the answer; the caller cannot hear such
	up             bool
	ended          bool           // the SIP call has ended
	secret         bool           // a secret is being asked for
	linger         bool           // a secret was keyed a moment ago
	secrets        int            // how many were asked for
	off            bool           // the flow has paused the recording
	gone           chan struct{}  // closed when the call's goroutine has done its last
	waits          session.Ticket // an arranged wait in a queue, 0 for none
	own            own            // the row of the caller's leg
	placed         legs           // legs beside the caller's
	parties        parties        // who hears whom
	guests         []*guest       // who was brought in from outside the flow
	keyAt          time.Time      // when the key that is being dealt with went down
	held           rtp.Item       // what the caller hears where there is nothing else to hear
	onward         *onward        // the caller is passing the call on; nil if not
	given          bool           // the caller's leg goes on in another call
	taken          bool           // the caller's leg comes from another call
	others         int            // calls that legs of this one went on to
	hops           int            // transfers of flows, one after the other, that brought the caller here
	free           func()         // gives the agent back who is the caller, if it is one
}

// The numbers under which a desk's flows are found: that of a telephone that dials out, and that of a code that there
// is not. Those of the codes are their two digits; what follows these is for the flow.
const (
	deskNumber = "0"
	noSuchCode = "99"
	codeDigits = 2
)

var errNoNumber = errors.New("no flow answers this number")

func (x *Exchange) newCall(leg *sip.Call, a *Arrangement) (*telephone, error) {
	c := x.telephone(leg, a, known(leg.ID()))
	number := leg.Dialled()
	var ok bool
	if a.Version != nil {
		c.version, c.release = a.Version, func() {}
		c.entry, ok = a.Version.Function(number)
	} else {
		c.version, c.entry, c.release, ok = x.o.Deployment.Pick(number, c.id)
	}
	from := tame(leg.Caller().Number)
	if phone := leg.Leg().Phone; !ok && a.Version == nil && x.o.Desk != nil && phone != "" {
		c.desk, c.version, c.release = true, x.o.Desk, func() {}
		var code string
		if code, c.code = strings.CutPrefix(number, "*"); c.code {
			from = phone
			if c.entry, ok = x.o.Desk.Function(code[:min(codeDigits, len(code))]); !ok {
				c.entry, ok = x.o.Desk.Function(noSuchCode)
			}
		} else {
			c.entry, ok = x.o.Desk.Function(deskNumber)
			c.free = x.engages(leg, "")
		}
	}
	if !ok {
		return nil, errNoNumber
	}
	number = tame(number)
	c.prepare(fn.Caller{CallID: c.id, Phone: from, Number: number})
	return c, nil
}

// telephone makes a call of a leg.
func (x *Exchange) telephone(leg *sip.Call, a *Arrangement, id string) *telephone {
	c := &telephone{a: a, id: id, leg: leg, stream: leg.Stream(), direction: "in", gone: make(chan struct{}),
		free: func() {}}
	c.x, c.jobs = x, map[session.Ticket]*job{}
	c.parties.c, c.poll.c, c.plays.c = c, c, c
	c.box.ready = make(chan struct{}, 1) // what is heard may be posted before the call is prepared
	return c
}

// prepare makes the session, once it is known which version runs and who talks to whom.
func (c *telephone) prepare(who fn.Caller) {
	a, x := c.a, c.x
	c.began = x.o.Now()
	if a.Now != nil {
		c.shift = a.Now().Sub(c.began)
	}
	c.caller = who
	c.log = x.o.Logger.With("call", c.id)
	c.machine = c.version.Image.New(vm.Call{ID: c.id, Caller: who.Phone, Number: who.Number})
	if a.Cover {
		c.machine.Cover()
	}
	if !c.desk && a.plain() {
		c.traced(c.direction, c.args)
	}
	c.session = session.New(session.Options{Program: c.version.Program, Machine: c.machine, Line: line{c},
		World:    world{c},
		Observer: watch{c}, Renderer: c.version.Renderer})
}

// run drives the call to its end. A call mostly waits, and what stands on its stack then a thousand calls keep: so each
// part is a function of its own.
func (c *telephone) run() {
	c.x.o.Metrics.active.Inc()
	defer c.wayOut()
	c.begins()
	c.goesOn()
}

// wayOut is deferred. A fault of ours ends this call and no other.
func (c *telephone) wayOut() {
	defer c.x.o.Metrics.active.Dec()
	defer c.release()
	defer close(c.gone)
	defer c.close()
	if r := recover(); r != nil {
		c.log.Error("fault in a call", "fault", r, "stack", string(debug.Stack()))
		c.leg.Hangup("fault")
	}
}

// begins is told of, and the flow starts.
func (c *telephone) begins() {
	c.log.Info("call", "direction", c.direction, "from", Masked(c.caller.Phone), "number", c.caller.Number,
		"version",
		short(c.version.Hash()),
		"source", c.leg.Source().Addr())
	c.started(c.direction)
	switch {
	case c.direction == "out":
		c.connects()
	case c.taken:
		c.connects()
	}
	c.forwarded()
	agent := ""
	if c.desk {
		agent = c.x.queues.at(c.leg.Leg().Phone)
		c.talksWith(agent)
	}
	c.own.agent = agent
	c.leg.OnEnd(c.wroteOwn)
	c.attends()
	if c.a.Begun != nil {
		c.a.Begun(&Handle{c})
	}
	c.session.Start(c.entry, c.args, c.now())
}

// goesOn gives the flow what happens, until it is over.
func (c *telephone) goesOn() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for !c.over() {
		timer.Reset(c.pause())
		select {
		case <-c.box.ready:
			c.empties()
		case <-timer.C:
			c.ticks()
		case <-c.done():
			c.hungUp()
		}
	}
}

func (c *telephone) over() bool {
	_, over := c.session.Over()
	return over
}

// empties does what has been posted.
func (c *telephone) empties() {
	for p, ok := c.box.next(); ok; p, ok = c.box.next() {
		if p.do != nil {
			p.do()
		} else {
			c.heard(p.event)
		}
	}
}

// ticks tells the caller that it rings, where nothing has answered for a while, and the flow of the time.
func (c *telephone) ticks() {
	if !c.up && !c.rang && c.x.o.Now().Sub(c.began) >= ringAfter {
		c.rang = true
		if err := c.leg.Ring(); err != nil {
			c.log.Debug("ring", "error", err)
		}
	}
	c.session.Tick(c.now())
}

// forwarded writes down for whom the call was before it was passed on to us.
func (c *telephone) forwarded() {
	var by []map[string]any
	for _, f := range c.leg.Forwarders() {
		by = append(by, map[string]any{"number": tame(f.Number), "reason": tame(f.Reason)})
	}
	if by != nil {
		c.note("forwarded", map[string]any{"by": by, "trunk": c.leg.Origin().Trunk})
	}
}

// pause is how long nothing needs to be done.
func (c *telephone) pause() time.Duration {
	wait := time.Hour
	now := c.x.o.Now()
	if at, ok := c.session.Deadline(); ok {
		wait = min(wait, c.real(at).Sub(now))
	}
	if !c.up && !c.rang {
		wait = min(wait, c.began.Add(ringAfter).Sub(now))
	}
	return max(wait, 0)
}

// event takes what the media engine tells, on its goroutine.
func (c *telephone) event(e rtp.Event) { c.box.put(post{event: e}) }

// heard does what an event of the line asks for.
func (c *telephone) heard(e rtp.Event) {
	switch e.Kind {
	case rtp.Played:
		c.session.Played(e.ID, c.now())
	case rtp.Key:
		at := e.At
		if at.IsZero() {
			at = c.x.o.Now()
		}
		c.keyAt = at
		c.x.o.Metrics.keys.Inc()
		c.tee.key()
		c.machines.key()
		c.session.Key(collect.Key{Digit: e.Digit, At: max(at.Sub(c.began).Milliseconds(), 0)}, c.now())
		c.keyAt = time.Time{}
	case rtp.Voice:
		if c.speech != nil {
			c.speech.spoke = true
		}
	case rtp.Quiet:
		if c.speech != nil {
			c.speech.hush()
		}
	}
}

// close gives back all that the call held, in every case.
func (c *telephone) close() {
	c.parts(true)
	c.dropAll()
	if x := c.onward; x != nil {
		x.cancel()
		x.ends()
	}
	if c.seat != nil {
		c.seat.leave()
	}
	c.box.close()
	how, _ := c.session.Over()
	c.left()
	c.ratingKnown()
	if c.speech != nil {
		c.speech.stop()
	}
	c.bye()
	if c.whole != nil {
		c.whole.close(true)
	}
	c.wroteEnd(how)
	c.trace.End(how, c.now())
	took := c.x.o.Now().Sub(c.began)
	c.x.o.Metrics.ended(how.String(), took)
	cause := c.leg.Cause()
	c.log.Info("call ended", "result", how.String(), "by", cause.By.String(), "cause", cause.Text, "status",
		cause.Status, "q850", cause.Q850, "seconds", int(took.Seconds()))
	if c.a.Over != nil {
		c.a.Over(how, c.machine)
	}
}

// wroteEnd writes how the call ended.
func (c *telephone) wroteEnd(how vm.End) {
	end := c.ending(result(how))
	cause := c.leg.Cause()
	if c.given {
		cause = sip.Cause{By: sip.Local, Q850: 16}
	}
	end.By, end.SIP, end.Q850 = cause.By.String(), cause.Status, cause.Q850
	if l := c.leg.Leg(); l.Ended.IsZero() { // it is still being hung up, and its end may never be written
		c.wroteOwn(l)
	}
	c.x.o.Journal.End(c.id, end)
}

// Masked hides the middle of a number for logs: 138****8000.
func Masked(number string) string {
	if len(number) < 7 {
		return number
	}
	return number[:3] + "****" + number[len(number)-4:]
}

func short(hash string) string { return hash[:min(len(hash), 12)] }
