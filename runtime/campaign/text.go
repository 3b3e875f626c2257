package campaign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"rexian/number"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/runtime/vm"
	"rexian/stdlib/campaign"
	"rexian/stdlib/message"
)

// The outcomes of attempts of a campaign that writes. Where the outbox has the message, what became of it is its state.
const (
	Texted   = "texted"    // it is in the outbox
	OptedOut = "opted_out" // the recipient wants no notices
	NotSent  = "not_sent"  // the address or the words are none, or the flow failed
)

// WhyOptedOut is the reason of a target that wants no notices.
const WhyOptedOut = "opted_out"

// written tells whether an outcome is that of a message.
func written(outcome string) bool {
	return outcome == Texted || outcome == OptedOut || outcome == NotSent
}

// isNumber tells a telephone from a mail address.
func isNumber(address string) bool { return !strings.Contains(address, "@") }

// zoned is a number with the clock of an address: a mail keeps the hours of home.
func zoned(address string) string {
	if isNumber(address) {
		return address
	}
	return anybody
}

func zonedAll(list []string) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = zoned(a)
	}
	return out
}

// judge asks the dialer. Texts do not count as connections, and a number without texts left may be written to.
func (p program) judge(address string, s dialer.Standing, now int64) dialer.Verdict {
	if p.campaign.Text {
		s.Day, s.Connected = 0, 0
	}
	return p.rules.Judge(zoned(address), s, now)
}

// address is what a campaign calls or writes to, in one form; "" if it is none. Texts go to mobile telephones.
func (p program) address(said string) string {
	if p.campaign.Text && !isNumber(said) {
		if a, err := mail.ParseAddress(said); err == nil && len(a.Address) <= 254 {
			return strings.ToLower(a.Address)
		}
		return ""
	}
	n, kind, fault := number.Parse(said)
	if fault != number.OK || p.campaign.Text && kind != number.Mobile {
		return ""
	}
	return n
}

// write puts the message of a target into the outbox. A target whose node dies meanwhile is written to again: for one
// target of a run the outbox takes one message.
func (r *runner) write(ctx context.Context, p program, t campaign.Target, a campaign.Attempt) error {
	v, err := item(&t)
	if err == nil {
		who := r.e.who(p, &t, reason(&t))
		who.Batch = t.Run
		_, err = r.e.o.Exchange.Ask(ctx, p.version, int(p.campaign.Send), []vm.Value{v}, who)
	}
	a.EndedAt = r.e.now()
	var none *exchange.UnansweredError
	switch {
	case err == nil:
		a.Outcome = Texted
	case errors.As(err, &none) && none.Tag == OptedOut:
		a.Outcome = OptedOut
	case errors.As(err, &none) && none.Tag != "unavailable":
		a.Outcome, a.Detail = NotSent, err.Error()
	default: // the database is away, or the server stops: later
		a.Outcome, a.Detail = NotPlaced, err.Error()
	}
	return r.wrote(ctx, a, t)
}

// reason is what the message of a target is sent for: one goes out for it.
func reason(t *campaign.Target) string { return fmt.Sprintf("%s.%d", t.Run, t.Ordinal) }

// wrote is what follows an attempt to write. Of one that was cut off nobody knows whether the message is in the outbox;
// it is put there again, once.
func wrote(x campaign.End, t campaign.Target) campaign.End {
	x.Lost = false
	switch {
	case x.Outcome == Texted:
		x.State, x.Counted = campaign.Reached, t.Counted+1
	case written(x.Outcome):
		x.State, x.Counted = campaign.Over, t.Counted+1
	default:
		x.State, x.DueAt = campaign.Waiting, x.EndedAt
	}
	return x
}

// written puts the states of the messages in place of what was handed over.
func (e *Engine) written(ctx context.Context, run string, list []campaign.Outcome) ([]campaign.Outcome, error) {
	states, err := e.o.Outbox.Batch(ctx, run)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(o campaign.Outcome) bool { return o.Outcome == Texted })
	for state, n := range states {
		list = append(list, campaign.Outcome{Outcome: messageOutcome(state), N: n})
	}
	slices.SortFunc(list, func(a, b campaign.Outcome) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Outcome, b.Outcome))
	})
	return list, nil
}

// messageOutcome is the state of a message among the outcomes of a run.
func messageOutcome(s message.State) string { return "message_" + string(s) }

// fates puts the states of messages into attempts that wrote.
func (e *Engine) fates(ctx context.Context, run string, list []campaign.Attempt) error {
	var reasons []string
	why := func(a *campaign.Attempt) string { return reason(&campaign.Target{Run: a.Run, Ordinal: a.Ordinal}) }
	for i := range list {
		if list[i].Outcome == Texted {
			reasons = append(reasons, why(&list[i]))
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	states, err := e.o.Outbox.States(ctx, run, reasons)
	if err != nil {
		return err
	}
	for i := range list {
		if s, ok := states[why(&list[i])]; ok && list[i].Outcome == Texted {
			list[i].Outcome = messageOutcome(s)
		}
	}
	return nil
}

// day is when a campaign that starts by itself was looked at: whether its start of that day is settled, else when it is
// tried again.
type day struct {
	date    string
	settled bool
	again   time.Time
}

// dailyPause is after which time a start that failed is tried again.
const dailyPause = 5 * time.Minute

// bySchedule is who starts a campaign that starts by itself.
const bySchedule = "schedule"

// daily starts the campaigns that start by themselves at a time of day, once a day by however many nodes: the run's id
// is made of the day. One of the day before that is still on is ended; one that somebody has paused stays so.
func (e *Engine) daily(ctx context.Context) {
	v := e.o.Deployment.Stable()
	if v == nil {
		return
	}
	now := e.o.Now()
	for i := range v.Program.Campaigns {
		c := &v.Program.Campaigns[i]
		if c.Daily <= 0 {
			continue
		}
		local := now.In(v.Zone)
		date := local.Format(time.DateOnly)
		d := e.days[c.Name]
		if minute := int64(local.Hour()*60 + local.Minute()); minute < c.Daily-1 || d.date == date && (d.settled ||
			now.Before(d.again)) {
			continue
		}
		settled := e.startDaily(ctx, c.Name, date)
		e.days[c.Name] = day{date, settled, now.Add(dailyPause)}
	}
}

// startDaily tells whether nothing more is to be done on a day.
func (e *Engine) startDaily(ctx context.Context, name, date string) bool {
	sum := sha256.Sum256([]byte("daily\n" + name + "\n" + date))
	id := strings.ReplaceAll(date[2:], "-", "") + "-" + hex.EncodeToString(sum[:5])
	last, err := e.o.Store.Latest(ctx, name)
	switch {
	case err == nil && last.ID == id:
		return !last.Loading() // one that is never loaded whole is taken back, and started anew
	case err == nil && last.State == campaign.Running && last.StartedBy == bySchedule:
		if _, err := e.Stop(ctx, name, bySchedule); err != nil && !errors.Is(err, ErrState) {
			e.told(ctx, "the run of the day before cannot be ended", err)
			return false
		}
	case err == nil && (last.State == campaign.Running || last.State == campaign.Paused ||
		last.State == campaign.Halted):
		e.o.Logger.Warn("a campaign does not start by itself: a run of it is on or paused", "campaign", name,
			"run", last.ID)
		return true
	case err != nil && !errors.Is(err, campaign.ErrNoRun):
		e.told(ctx, "a campaign does not start by itself", err)
		return false
	}
	_, err = e.Start(ctx, Order{Campaign: name, By: bySchedule, id: id})
	switch {
	case err == nil, errors.Is(err, ErrEmpty):
		return true
	case errors.Is(err, campaign.ErrActive): // another node loads it
		return false
	}
	e.told(ctx, "a campaign does not start by itself, and is tried again", err)
	return false
}
