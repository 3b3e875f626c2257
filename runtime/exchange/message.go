package exchange

import (
	"context"
	"errors"
	"time"

	"rexian/compiler/bundle"
	"rexian/number"
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
	m := &message{}
	m.x, m.version, m.jobs = x, ver, map[session.Ticket]*job{}
	if number.Withheld(from) {
		from = ""
	}
	id, from, to = known(id), tame(form.In(from)), tame(to)
	m.caller = fn.Caller{CallID: id, Phone: from, Number: to}
	m.log = x.o.Logger.With("message", id)
	m.box.ready = make(chan struct{}, 1)
	m.machine = ver.Image.New(vm.Call{ID: id, Caller: from, Number: to})
	m.session = session.New(session.Options{Program: ver.Program, Machine: m.machine, Line: silent{}, World: desk{m},
		Renderer: ver.Renderer})
	m.entry = enter
	m.started("message")
	end := "failed"
	defer func() { x.o.Journal.End(id, m.ending(end)) }()
	defer m.box.close()
	defer m.dropAll()
	m.session.Start(enter, args, m.now())
	for {
		if how, over := m.session.Over(); over {
			end = result(how)
			return m.reply, nil
		}
		wait := messageTime
		if at, due := m.session.Deadline(); due {
			wait = max(m.real(at).Sub(x.o.Now()), 0)
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
			return m.reply, ctx.Err()
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

func (d desk) Note(e vm.Effect) {
	if e.Kind == bundle.ReplySite {
		if d.m.reply != "" {
			d.m.reply += "\n"
		}
		d.m.reply += arg(e, 0).Str()
	}
}

// silent is the line of a flow that speaks to nobody.
type silent struct{}

func (silent) Answer()            {}
func (silent) Reject()            {}
func (silent) Play(session.Sound) {}
func (silent) Silence()           {}
func (silent) Hold(session.Sound) {}
func (silent) Unhold()            {}
func (silent) Hangup()            {}
