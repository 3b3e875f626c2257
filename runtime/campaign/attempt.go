package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/library"
	"rexian/runtime/deploy"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/runtime/vm"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
)

// asker runs functions of a version that speak to nobody.
type asker interface {
	Ask(ctx context.Context, v *deploy.Version, fun int, args []vm.Value, who fn.Caller) (vm.Value, error)
	Targets(ctx context.Context, v *deploy.Version, fun int, who fn.Caller) ([]vm.Value, error)
}

// item is a stored target as a value.
func item(t *campaign.Target) (vm.Value, error) {
	var v vm.Value
	if err := json.Unmarshal([]byte(t.Target), &v); err != nil {
		return v, fmt.Errorf("the target %s cannot be read: %w", t.Holder(), err)
	}
	return v, nil
}

// who is on whose behalf something is asked about a target.
func (e *Engine) who(p program, t *campaign.Target, id string) fn.Caller {
	who := fn.Caller{CallID: id, Phone: t.Number, Number: p.campaign.Show, Now: e.o.Now()}
	if !isNumber(t.Number) {
		who.Phone = ""
	}
	return who
}

// begin waits for the turn of a claimed target, asks whether it is skipped, and writes the attempt down. Otherwise it
// gives the claim back and says why.
func (r *runner) begin(ctx context.Context, p program, t campaign.Target) (a campaign.Attempt, args passed,
	err error) {
	back := func(until time.Duration, why string, err error) error {
		kept := context.WithoutCancel(ctx)
		return errors.Join(err, r.e.o.Store.Release(kept, t, r.e.o.Now().Add(until).UnixMilli(), why))
	}
	select {
	case r.gate <- struct{}{}:
		defer func() { <-r.gate }()
	case <-ctx.Done():
		return a, args, back(0, "", ctx.Err())
	}
	v, err := item(&t)
	if err != nil {
		return a, args, back(0, "unreadable", err)
	}
	for end := r.e.o.Now().Add(patience); ; {
		if err := r.turnOf(ctx, end); err != nil {
			return a, args, back(0, "", err)
		}
		var until time.Duration
		var why string
		if args, until, why, err = r.asks(ctx, p, &t, v); err != nil {
			return a, args, back(until, why, err)
		}
		a, err = r.e.o.Store.Begin(ctx, t, r.e.now(), ahead.Milliseconds())
		switch {
		case errors.Is(err, campaign.ErrForbidden):
			return a, args, back(0, string(dialer.WhyForbidden), errNotNow)
		case errors.Is(err, campaign.ErrNotNow): // another node was faster
			continue
		case err != nil:
			return a, args, back(0, "", err)
		}
		return a, args, nil
	}
}

// passed are the arguments of the flows of a target: of the one that talks to who answers, and of the one that leaves a
// message with a machine.
type passed struct{ with, beep []vm.Value }

// asks asks whether a target is skipped, and for the arguments of its flow. With an error it tells when the target is
// due again, or why it never is.
func (r *runner) asks(ctx context.Context, p program, t *campaign.Target, v vm.Value) (args passed,
	until time.Duration, why string, err error) {
	e := r.e
	who := e.who(p, t, fmt.Sprintf("%s.%d", t.Run, t.Ordinal))
	if p.campaign.SkipIf >= 0 {
		skip, err := e.o.Exchange.Ask(ctx, p.version, int(p.campaign.SkipIf), []vm.Value{v}, who)
		var none *exchange.UnansweredError
		switch {
		case errors.As(err, &none) && none.Tag != "" && none.Tag != "unavailable":
			// what is not known there is no reason not to call
		case err != nil:
			return args, askPause, "", fmt.Errorf("whether a target is skipped cannot be asked: %w", err)
		case !skip.IsAbsent() && skip.N != 0:
			return args, 0, campaign.WhySkipped, errNotNow
		}
	}
	items := func(fn int32) (list []vm.Value) {
		if err != nil || fn < 0 {
			return nil
		}
		var all vm.Value
		if all, err = e.o.Exchange.Ask(ctx, p.version, int(fn), []vm.Value{v}, who); err != nil {
			return nil
		}
		return all.Items()
	}
	args.with = items(p.campaign.WithArgs)
	if p.campaign.Beep > 0 {
		args.beep = items(p.campaign.BeepArgs)
	}
	if err != nil {
		return args, askPause, "", fmt.Errorf("the flow of a target cannot be prepared: %w", err)
	}
	return args, 0, "", nil
}

// turnOf waits until the pace of the run lets one more call begin and there is a place for it, until end at the
// latest.
func (r *runner) turnOf(ctx context.Context, end time.Time) error {
	for {
		run, err := r.e.o.Store.Run(ctx, r.id)
		if err != nil {
			return err
		}
		now := r.e.o.Now()
		full := run.Live >= run.AtOnce || run.Quota > 0 && run.Reached+run.Live >= run.Quota
		if run.State != campaign.Running || full && !now.Before(end) {
			return errNotNow
		}
		wait := time.UnixMilli(run.PacedAt).Sub(now) - ahead
		if full {
			wait = max(wait, glance/2)
		}
		if wait <= 0 {
			return nil
		}
		pause(ctx, min(wait, glance))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// talk calls, and writes down how that ended.
func (r *runner) talk(ctx context.Context, p program, t campaign.Target, a campaign.Attempt, args passed,
	line *line) error {
	e := r.e
	leave := ""
	if p.campaign.Beep > 0 {
		leave = p.version.Program.Funcs[p.campaign.Beep-1].Name
	}
	ended, err := e.o.Exchange.Place(ctx, exchange.Outgoing{ID: a.CallID, Version: p.version, To: t.Number,
		Show: p.campaign.Show, Func: int(p.campaign.With), Args: args.with, Ring: e.o.Ring,
		Beeps: p.names("machine"), Leave: leave, LeaveArgs: args.beep,
		Queued: line.comes, Served: line.isServed,
		Answered: func() {
			a.AnsweredAt = e.now()
			if err := e.o.Store.Answered(context.WithoutCancel(ctx), a, a.AnsweredAt); err != nil { // End does it again
				e.told(ctx, "an answer of a campaign's target is not written down yet", err)
			}
		}})
	a.EndedAt = e.now()
	line.ends()
	switch {
	case err != nil:
		a.Outcome, a.Detail = NotPlaced, err.Error()
	case ended.Barred != nil && ended.Barred.Failure != nil && ended.Barred.Failure.Status == 503:
		a.Outcome, a.Detail, a.Trunk = NotPlaced, ended.Barred.Reason, ended.Barred.Trunk
	case ended.Outcome != dialer.Answered && ctx.Err() != nil:
		a.Outcome, a.Detail, a.Trunk = dialer.Unknown, "the server stopped", ended.Trunk
	default:
		a.Outcome, a.SIP, a.Q850, a.Detail, a.Trunk = ended.Outcome, int64(ended.SIP), int64(ended.Q850), ended.Detail,
			ended.Trunk
		if a.Outcome == dialer.Answered && a.AnsweredAt == 0 {
			a.AnsweredAt = a.EndedAt
		}
		if ended.Barred != nil { // no trunk may call this number
			a.Outcome = dialer.LineFault
		}
	}
	if a.Outcome == NotPlaced {
		e.press(t, p, r)
	}
	if err := r.wrote(ctx, a, t); err != nil {
		return err
	}
	e.hear(ctx, a, ended.Early)
	if a.Outcome != NotPlaced && ctx.Err() == nil {
		r.watch(ctx, a, ended)
	}
	return nil
}

// NotPlaced is the outcome of an attempt for which no INVITE was sent: there was no place or no line.
const NotPlaced = "not_placed"

// press lets runs of less priority wait for this one.
func (e *Engine) press(t campaign.Target, _ program, r *runner) {
	run, err := e.o.Store.Run(context.Background(), t.Run)
	if err != nil {
		return
	}
	if x := e.pressed.Load(); x == nil || x.priority <= run.Priority || !e.o.Now().Before(x.until) {
		e.pressed.Store(&pressure{run.Priority, e.o.Now().Add(busyPause)})
	}
}

// wrote writes down the end of an attempt. While the database is away it waits for it; a server that stops meanwhile
// leaves the attempt to its next start, to which it is unknown.
func (r *runner) wrote(ctx context.Context, a campaign.Attempt, t campaign.Target) (err error) {
	defer func() {
		if err != nil && a.Outcome != NotPlaced {
			r.e.at.missed(a.CallID)
		}
	}()
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for {
		err = r.e.end(kept, a, t, r.name, false)
		if err == nil || errors.Is(err, db.ErrConflict) {
			return nil
		}
		if !db.IsUnavailable(err) {
			return err
		}
		pause(ctx, restful)
		if ctx.Err() != nil {
			return err
		}
		kept = ctx
	}
}

// end decides what follows an attempt to call a target, and writes both down. lost says that nobody knows whether it
// was answered: then it counts as a connection of its number.
func (e *Engine) end(ctx context.Context, a campaign.Attempt, t campaign.Target, name string, lost bool) error {
	x := campaign.End{Attempt: a, Counted: t.Counted, Free: t.Free, Lost: lost}
	x.Day = dialer.Day(a.Number, a.BegunAt)
	if a.AnsweredAt != 0 {
		x.Day = dialer.Day(a.Number, a.AnsweredAt)
	}
	if a.Outcome == NotPlaced {
		x.State, x.DueAt = campaign.Waiting, a.EndedAt+busyPause.Milliseconds()
		return e.ends.write(ctx, e, x)
	}
	rules := dialer.Rules{} // of a campaign that is not there any more: what holds for all
	unreached := false
	p, ok := e.program(name)
	if written(a.Outcome) || ok && p.campaign.Text && lost {
		return e.ends.write(ctx, e, wrote(x, t))
	}
	if ok {
		rules, unreached = p.rules, p.campaign.Unreached >= 0
		x.Debtor, x.Result = p.debtor(&t), outcomeWord(a.Outcome)
	}
	same := int64(0)
	if t.Counted+t.Free > 0 {
		var err error
		if same, err = e.o.Store.History(ctx, a.Run, a.Ordinal, a.Outcome); err != nil {
			return err
		}
	}
	next, h := rules.After(a.Number, a.Outcome, dialer.History{Counted: t.Counted, Free: t.Free, Same: same + 1},
		a.EndedAt)
	x.Counted, x.Free = h.Counted, h.Free
	switch next.Step {
	case dialer.Reached:
		x.State = campaign.Reached
	case dialer.Again:
		x.State, x.DueAt = campaign.Waiting, next.At
	default:
		x.State = campaign.Over
		if unreached {
			x.State = campaign.Closing
		}
	}
	return e.ends.write(ctx, e, x)
}

// debtor is the number of the taxpayer that a target is, "" if it is none.
func (p program) debtor(t *campaign.Target) string {
	if p.shape != taxpayers {
		return ""
	}
	v, err := item(t)
	if err != nil || len(v.Items()) < 2 {
		return ""
	}
	return v.Items()[1].Str() // of the record of the library: name, number, …
}

// taxpayers is the shape of a list of taxpayers.
const taxpayers = "list of taxpayer"

// outcomeWord is an outcome as the results of dunning have it: in the language of the office that reads them.
func outcomeWord(outcome string) string {
	if w, ok := library.Tag(outcome); ok {
		return w.Zh
	}
	return outcome
}

// watch halts the run if the line is sick, and gives the targets back the tries that it took.
func (r *runner) watch(ctx context.Context, a campaign.Attempt, ended exchange.Ended) {
	r.mu.Lock()
	talked := int64(0)
	if a.AnsweredAt != 0 {
		talked = a.EndedAt - a.AnsweredAt
	}
	halt, restore := r.health.End(dialer.Ended{ID: a.CallID, Outcome: a.Outcome, Talked: talked, FarEnd: ended.FarEnd})
	r.mu.Unlock()
	if halt {
		r.e.halt(ctx, campaign.Run{ID: r.id, Campaign: r.name}, WhyLine)
	}
	for _, id := range restore {
		if err := r.e.o.Store.Restore(ctx, id, dialer.LineFault, r.e.now()); err != nil &&
			!errors.Is(err, db.ErrConflict) {
			r.e.told(ctx, "a target does not get back its try", err)
		}
	}
}

// unreached does what the campaign says of a target that was not reached. It may be done twice: a text of the same
// reason is sent once.
func (e *Engine) unreached(ctx context.Context, p program, t campaign.Target) error {
	if p.campaign.Unreached < 0 {
		return nil
	}
	v, err := item(&t)
	if err != nil {
		e.told(ctx, "a target that was not reached", err)
		return nil // it will not be read another time
	}
	who := e.who(p, &t, fmt.Sprintf("%s.%d.unreached", t.Run, t.Ordinal))
	_, err = e.o.Exchange.Ask(ctx, p.version, int(p.campaign.Unreached), []vm.Value{v}, who)
	var none *exchange.UnansweredError
	if errors.As(err, &none) && none.Tag != "unavailable" {
		return nil // the flow has hung up, or failed for good
	}
	return err
}
