package exchange

import (
	"context"
	"errors"
	"time"

	"rexian/compiler/bundle"
	"rexian/number"
	"rexian/runtime/collect"
	"rexian/runtime/deploy"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// ErrNoMessageFlow means that the program takes no messages of this kind.
var ErrNoMessageFlow = errors.New("no flow takes this message")

// messageTime is how long the flow of a message may run in all.
const messageTime = 30 * time.Second

// message is the flow of one inbound message. There is no line: the checker lets no step that needs one into such a
// flow.
type message struct {
	errands
	reply string
}

// form is the one form of the numbers of texts; what is no number, a mail's sender, stays as it is.
var form number.Rules

// Message runs an inbound text or mail through the flow that its first word names, and returns what the flow replies,
// "" if nothing. id makes the message known to the journal and the library as a call's does.
func (x *Exchange) Message(ctx context.Context, id, from, to, text string) (reply string, err error) {
	ver := x.o.Deployment.Stable()
	if ver == nil {
		return "", ErrNoMessageFlow
	}
	enter, args, ok := session.Inbound(ver.Program, text)
	if !ok {
		return "", ErrNoMessageFlow
	}
	ctx, cancel := context.WithTimeout(ctx, messageTime)
	defer cancel()
	if number.Withheld(from) {
		from = ""
	}
	m := x.desk(ver, enter, fn.Caller{CallID: known(id), Phone: tame(form.In(from)), Number: tame(to)}, nil)
	m.traced("message", args)
	m.started("message")
	end := "failed"
	defer func() { x.o.Journal.End(m.caller.CallID, m.ending(end)) }()
	how, err := m.run(ctx, args)
	m.trace.End(how, m.now())
	if err == nil {
		end = result(how)
	}
	return m.reply, err
}

// alsoTrace passes on to another observer, if there is one, what the trace of a message takes too.
type alsoTrace struct {
	m    *message
	next session.Observer
}

func (o alsoTrace) Event(now int64, e vm.Event) {
	o.m.trace.Event(now, e)
	if o.next != nil {
		o.next.Event(now, e)
	}
}

func (o alsoTrace) Effect(now int64, e vm.Effect) {
	o.m.trace.Effect(now, e)
	if o.next != nil {
		o.next.Effect(now, e)
	}
}

func (o alsoTrace) Collected(now int64, question int, r collect.Result) {
	if o.next != nil {
		o.next.Collected(now, question, r)
	}
}

// desk makes a flow that has no line.
func (x *Exchange) desk(ver *deploy.Version, enter int, who fn.Caller, o session.Observer) *message {
	m := &message{}
	m.x, m.version, m.jobs, m.entry, m.caller = x, ver, map[session.Ticket]*job{}, enter, who
	m.log = x.o.Logger.With("message", who.CallID)
	m.box.ready = make(chan struct{}, 1)
	m.machine = ver.Image.New(vm.Call{ID: who.CallID, Caller: who.Phone, Number: who.Number})
	m.session = session.New(session.Options{Program: ver.Program, Machine: m.machine, Line: silent{m}, World: desk{m},
		Observer: alsoTrace{m, o}, Renderer: ver.Renderer})
	return m
}

// run drives the flow to its end.
func (m *message) run(ctx context.Context, args []vm.Value) (how vm.End, err error) {
	defer m.box.close()
	defer m.dropAll()
	m.session.Start(m.entry, args, m.now())
	for {
		if how, over := m.session.Over(); over {
			return how, nil
		}
		wait := messageTime
		if at, due := m.session.Deadline(); due {
			wait = max(m.real(at).Sub(m.x.o.Now()), 0)
		}
		timer := time.NewTimer(wait)
		select {
		case <-m.box.ready:
			for p, ok := m.box.next(); ok; p, ok = m.box.next() {
				p.do()
			}
		case <-timer.C:
			m.session.Tick(m.now())
		case <-ctx.Done():
			timer.Stop()
			return vm.Running, ctx.Err()
		}
		timer.Stop()
	}
}

// desk is the world of a message.
type desk struct{ m *message }

func (d desk) Begin(t session.Ticket, e vm.Effect) {
	if !d.m.begin(t, e) {
		d.m.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, d.m.now())
	}
}

func (d desk) Cancel(t session.Ticket)  { d.m.drop(t) }
func (d desk) Key(session.Ticket, byte) {}

func (d desk) Place(session.Ticket) session.Waiting { return session.Waiting{Expected: -1} }

func (d desk) Note(e vm.Effect) {
	if e.Kind == bundle.ReplySite {
		if d.m.reply != "" {
			d.m.reply += "\n"
		}
		d.m.reply += arg(e, 0).Str()
	}
}

// silent is the line of a flow that speaks to nobody: what it says is over at once.
type silent struct{ m *message }

func (l silent) Play(s session.Sound) {
	l.m.box.put(post{do: func() { l.m.session.Played(s.ID, l.m.now()) }})
}
func (silent) Progress()          {}
func (silent) Answer()            {}
func (silent) Reject()            {}
func (silent) Silence()           {}
func (silent) Hold(session.Sound) {}
func (silent) Unhold()            {}
func (silent) Hangup()            {}
