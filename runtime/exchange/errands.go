package exchange

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/fn"
)

// sendTime is how long handing over a message may take before the flow is told that it is unavailable.
const sendTime = 5 * time.Second

// queryTime is how long a list or a switch may take to answer.
const queryTime = time.Second

// errands is what a running flow asks of the library and the outbox, whether a caller or a message is behind it. It
// belongs to the flow's goroutine; answers come through the mailbox.
type errands struct {
	x       *Exchange
	version *deploy.Version
	machine *vm.Machine
	session *session.Session
	entry   int // the function that was entered
	caller  fn.Caller
	log     *slog.Logger
	shift   time.Duration // of the flow's clock against the real one: a test sets the clock
	box     mailbox
	jobs    map[session.Ticket]*job
	rows    rows
	stood   int64          // the place that the caller had in the last queue and has left unserved, Unix ms; 0: none
	trace   *kept.Recorder // nil: it is not kept
}

// job is something that is being done for a ticket: it ends by itself, or by end.
type job struct {
	end   func() // stops it; may be nil
	timer *time.Timer
	talk  *talk // of a transfer or a queue: the leg the caller talks to
}

// now is the flow's time in Unix milliseconds.
func (r *errands) now() int64 { return r.stamp().UnixMilli() }

// stamp is the flow's time.
func (r *errands) stamp() time.Time { return r.x.o.Now().Add(r.shift).UTC() }

// real turns a time of the flow into real time.
func (r *errands) real(at int64) time.Time { return time.UnixMilli(at).Add(-r.shift) }

// later does something on the flow's goroutine after a time, unless the ticket is dropped before.
func (r *errands) later(t session.Ticket, after time.Duration, do func()) {
	j := r.jobs[t]
	if j == nil {
		j = &job{}
		r.jobs[t] = j
	}
	j.timer = time.AfterFunc(after, func() { r.box.put(post{do: do}) })
}

// drop ends what a ticket stands for.
func (r *errands) drop(t session.Ticket) {
	j := r.jobs[t]
	if j == nil {
		return
	}
	delete(r.jobs, t)
	if j.timer != nil {
		j.timer.Stop()
	}
	if j.end != nil {
		j.end()
	}
}

// finish answers a ticket and forgets it.
func (r *errands) finish(t session.Ticket, e vm.Event) {
	r.drop(t)
	r.session.Finish(t, e, r.now())
}

// dropAll ends everything.
func (r *errands) dropAll() {
	for t := range r.jobs {
		r.drop(t)
	}
}

// traced begins the trace that is kept of the flow.
func (r *errands) traced(direction string, args []vm.Value) {
	p := r.version.Program
	r.trace = r.x.o.Traces.Begin(p, kept.Header{Version: r.version.Hash(), ID: r.caller.CallID, Started: r.now(),
		Direction: direction, Number: r.caller.Number, Caller: r.caller.Phone, Entry: p.Funcs[r.entry].Name,
		Args: args})
}

// path names the flows that were gone through.
func (r *errands) path() string {
	names := make([]string, len(r.machine.Path))
	for i, f := range r.machine.Path {
		names[i] = r.version.Program.Funcs[f].Name
	}
	return strings.Join(names, " > ")
}

// who are the circumstances of the flow now.
func (r *errands) who() fn.Caller {
	w := r.caller
	w.Lang, w.Path, w.Now, w.Place = r.session.Language(), r.path(), r.stamp(), r.stood
	return w
}

// begin starts what needs no telephone line; false for everything else.
func (r *errands) begin(t session.Ticket, e vm.Effect) bool {
	switch e.Kind {
	case bundle.LookupSite:
		r.lookup(t, e)
	case bundle.QuerySite:
		r.query(t, e)
	case bundle.CallbackSite:
		queue, number := arg(e, 0).Str(), arg(e, 1).Str()
		r.send(t, func(ctx context.Context,
			who fn.Caller) error {
			return r.x.o.Outbox.Callback(ctx, who, queue, number)
		})
	case bundle.SMSSite:
		to, text, named := arg(e, 0).Str(), arg(e, 1).Str(), e.Named
		r.send(t, func(ctx context.Context, who fn.Caller) error {
			return r.x.o.Outbox.SMS(ctx, who, to, text, named)
		})
	case bundle.MailSite:
		to, text, subject := arg(e, 0).Str(), arg(e, 1).Str(), arg(e, 2).Str()
		r.send(t, func(ctx context.Context,
			who fn.Caller) error {
			return r.x.o.Outbox.Mail(ctx, who, to, subject, text)
		})
	case bundle.FaxSite, bundle.ReceiveFaxSite:
		// There is no fax machine in the exchange: the flow hears it at once.
		r.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, r.now())
	default:
		return false
	}
	return true
}

// lookup asks the library on a goroutine of its own, which ends with the ticket.
func (r *errands) lookup(t session.Ticket, e vm.Effect) {
	if e.Name == "table" {
		if e.Index < 0 || e.Index >= len(r.version.Program.Tables) {
			r.session.Finish(t, vm.Event{Kind: vm.Fault}, r.now())
			return
		}
		r.session.Finish(t, session.Row(&r.version.Program.Tables[e.Index], arg(e, 0)), r.now())
		return
	}
	switch e.Name {
	case "agent.signed_in", "agent.idle":
		r.session.Finish(t, r.agents(e.Name, arg(e, 0).Str()), r.now())
		return
	case "queue.waiting", "queue.expected_wait":
		r.session.Finish(t, r.queue(e.Name, arg(e, 0).Str()), r.now())
		return
	}
	limit := time.Duration(session.DefaultWithin) * time.Millisecond
	if e.Within > 0 {
		limit = time.Duration(e.Within) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	r.jobs[t] = &job{end: cancel}
	id, args, who := e.Name, append([]vm.Value(nil), e.Args...), r.who()
	began, call := r.x.o.Now(), r.x.o.Library.Call
	if r.version == r.x.o.Desk && r.x.o.Codes != nil {
		call = r.x.o.Codes
	}
	go func() {
		v, err := call(ctx, id, who, args)
		r.box.put(post{do: func() {
			answer := vm.Event{Kind: vm.Answer, Value: v}
			if err != nil {
				answer = r.failed(id, err)
			}
			r.x.o.Metrics.lookup(id, answer, r.x.o.Now().Sub(began))
			r.finish(t, answer)
		}})
	}()
}

// agents answers what flows ask about the agents of a queue, or of all for "".
func (r *errands) agents(what, queue string) vm.Event {
	if queue != "" {
		r.x.queues.take(r.version.Program, queue)
	}
	n, ready, _ := r.x.queues.count(queue)
	if what == "agent.idle" {
		n = ready
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Int(int64(n) * 1_000_000)}
}

// queue answers what flows ask about a queue before a caller joins it. A wait that nobody knows is absent.
func (r *errands) queue(what, name string) vm.Event {
	r.x.queues.take(r.version.Program, name)
	place := r.x.queues.ask(name)
	switch {
	case what == "queue.waiting":
		return vm.Event{Kind: vm.Answer, Value: vm.Int(place.Ahead * 1_000_000)}
	case place.Expected < 0:
		return vm.Event{Kind: vm.Answer, Value: vm.Absent()}
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Int(place.Expected)}
}

// failed is an error as the flow sees it.
func (r *errands) failed(what string, err error) vm.Event {
	var o fn.Outcome
	if errors.As(err, &o) {
		return vm.Event{Kind: vm.Outcome, Tag: string(o)}
	}
	r.log.Warn("unavailable", "function", what, "error", err)
	return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}
}

// query answers for lists, switches and opening hours. A list or switch that cannot be read is as it was last known:
// the library sees to that; where nothing is known a number is in no list and a switch as the program declares it.
func (r *errands) query(t session.Ticket, e vm.Effect) {
	p := r.version.Program
	switch e.Name {
	case "hours":
		if e.Index >= 0 && e.Index < len(r.version.Schedules) {
			r.opening(t, e.Index)
			return
		}
	case "list":
		if e.Index >= 0 && e.Index < len(p.Lists) {
			name, member := p.Lists[e.Index], arg(e, 0).Str()
			r.ask(t, func(ctx context.Context) bool {
				in, err := r.x.o.Library.InList(ctx, name, member)
				if err != nil {
					r.log.Warn("list", "name", name, "error", err)
				}
				return in
			})
			return
		}
	case "switch":
		if e.Index >= 0 && e.Index < len(p.Switches) {
			s := p.Switches[e.Index]
			r.ask(t, func(ctx context.Context) bool {
				on, known, err := r.x.o.Library.Switch(ctx, s.Name)
				if err != nil {
					r.log.Warn("switch", "name", s.Name, "error", err)
				}
				if err != nil || !known {
					return s.On
				}
				return on
			})
			return
		}
	}
	r.session.Finish(t, vm.Event{Kind: vm.Fault}, r.now())
}

// opening answers whether hours are open, by their schedule and by what was closed in an emergency. Where that cannot
// be read and nothing is known of it, the schedule alone answers.
func (r *errands) opening(t session.Ticket, index int) {
	name, schedule := r.version.Program.Hours[index].Name, r.version.Schedules[index]
	r.fetch(t, func(ctx context.Context) func() vm.Event {
		closed, err := r.x.o.Library.Closed(ctx, name)
		if err != nil {
			r.log.Warn("closures", "hours", name, "error", err)
		}
		return func() vm.Event { return session.Opening(schedule.At(r.now(), closed)) }
	})
}

// ask answers yes or no from elsewhere.
func (r *errands) ask(t session.Ticket, question func(context.Context) bool) {
	r.fetch(t, func(ctx context.Context) func() vm.Event {
		yes := question(ctx)
		return func() vm.Event { return vm.Event{Kind: vm.Answer, Value: vm.Bool(yes)} }
	})
}

// fetch answers from elsewhere; what comes of it is put together on the flow's goroutine.
func (r *errands) fetch(t session.Ticket, question func(context.Context) func() vm.Event) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTime)
	r.jobs[t] = &job{end: cancel}
	go func() {
		answer := question(ctx)
		r.box.put(post{do: func() { r.finish(t, answer()) }})
	}()
}

// send hands something over.
func (r *errands) send(t session.Ticket, do func(context.Context, fn.Caller) error) {
	if r.x.o.Outbox == nil {
		r.session.Finish(t, vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, r.now())
		return
	}
	// The message is the caller's wish: that they hang up meanwhile does not take it back. So the ticket has no cancel.
	ctx, cancel := context.WithTimeout(context.Background(), sendTime)
	who := r.who()
	go func() {
		defer cancel()
		err := do(ctx, who)
		r.box.put(post{do: func() {
			answer := vm.Event{Kind: vm.Done}
			if err != nil {
				answer = r.failed("send", err)
			}
			r.finish(t, answer)
		}})
	}()
}

// arg is an argument of an effect, absent if it has none there.
func arg(e vm.Effect, i int) vm.Value {
	if i < len(e.Args) {
		return e.Args[i]
	}
	return vm.Absent()
}
