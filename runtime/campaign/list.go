package campaign

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/runtime/vm"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
)

// whole is a sample of everybody, in millionths.
const whole = 1_000_000

// The errors of orders.
var (
	ErrNone  = errors.New("no campaign has this name")
	ErrList  = errors.New("the list of the campaign cannot be read")
	ErrEmpty = errors.New("nobody is to be called")
	ErrState = errors.New("the campaign is in no state for this")
	// ErrSample: the campaign draws no sample, there is no such way to draw one, or its targets have no such field.
	ErrSample = errors.New("the campaign's sample cannot be drawn so")
)

// Preview is what would happen if a campaign were started now.
type Preview struct {
	Campaign string
	Text     bool             // it writes
	Listed   int              // items of the list
	Kept     int              // that would be called
	Dropped  map[string]int64 // that would not, by reason
	Begins   int64            // when the first call may begin; 0: never
	Ends     Ends
}

// Ends is when a campaign is likely to be done.
type Ends = dialer.Ends

// Order is how a campaign is started.
type Order struct {
	Campaign string
	Seed     string // of its sample; "": a new one
	Priority int64
	By       string
	Method   string // of its sample: dialer.Random, which "" is, Systematic or Stratified
	Strata   string // of Stratified: the field of the targets that makes the strata, in either tongue
	id       string // of the run, where it is settled
}

// Preview says what would happen if a campaign were started now.
func (e *Engine) Preview(ctx context.Context, name string) (Preview, error) {
	p, list, err := e.list(ctx, Order{Campaign: name, Seed: "preview"}, 0)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Campaign: name, Text: p.campaign.Text, Listed: len(list), Dropped: map[string]int64{}}
	var numbers []string
	for i := range list {
		if list[i].State == campaign.Waiting {
			numbers = append(numbers, list[i].Number)
		} else {
			out.Dropped[list[i].Why]++
		}
	}
	out.Kept = len(numbers)
	now := e.now()
	for _, n := range numbers {
		if at, ok := p.rules.Opens(zoned(n), now); ok && (out.Begins == 0 || at < out.Begins) {
			out.Begins = at
		}
	}
	out.Ends = dialer.Foretell(p.rules, zonedAll(numbers), nil, nil, now)
	return out, nil
}

// Start starts a campaign on the list as it is now.
func (e *Engine) Start(ctx context.Context, o Order) (campaign.Run, error) {
	if o.Seed == "" {
		o.Seed = e.o.Seed()
	}
	now := e.o.Now()
	p, list, err := e.list(ctx, o, now.UnixMilli())
	if err != nil {
		return campaign.Run{}, err
	}
	var keys []string
	kept := 0
	for i := range list {
		if w := list[i].Why; w == "" || w == campaign.WhyNotDrawn {
			keys = append(keys, list[i].Key)
		}
		if list[i].State == campaign.Waiting {
			kept++
		}
	}
	if kept == 0 {
		return campaign.Run{}, ErrEmpty
	}
	atOnce, apart := p.rules.Pace()
	id := sha256.Sum256([]byte(o.Campaign + "\n" + o.Seed + "\n" + now.Format(time.RFC3339Nano)))
	run := campaign.Run{ID: cmp.Or(o.id, now.UTC().Format("060102")+"-"+hex.EncodeToString(id[:5])),
		Campaign: o.Campaign,
		Program:  p.version.Hash(), Shape: p.shape, Priority: o.Priority, AtOnce: atOnce, Apart: apart,
		Quota: p.rules.Quota,
		Seed:  o.Seed, Frame: dialer.Frame(keys), Share: p.rules.Sample, StartedAt: now.UnixMilli(), StartedBy: o.By,
		Method: cmp.Or(o.Method, dialer.Random), Strata: o.Strata}
	err = e.o.Store.Start(ctx, run, list)
	if errors.Is(err, db.ErrConflict) {
		err = ErrState // stopped before it began
	}
	if err != nil {
		return campaign.Run{}, err
	}
	e.o.Logger.Info("a campaign starts", "campaign", run.Campaign, "run", run.ID, "targets", kept, "by", o.By)
	e.stir()
	return e.o.Store.Run(ctx, run.ID)
}

// list asks for the list of a campaign and judges each item: who has no number, who is on it twice, who is not to be
// called, whom the sample leaves out.
func (e *Engine) list(ctx context.Context, o Order, due int64) (program, []campaign.Target, error) {
	name := o.Campaign
	p, ok := e.program(name)
	if !ok {
		return p, nil, ErrNone
	}
	field, err := p.stratum(o)
	if err != nil {
		return p, nil, err
	}
	if !e.o.Ready() {
		return p, nil, db.ErrUnavailable
	}
	who := fn.Caller{CallID: "campaign." + name, Number: p.campaign.Show, Now: e.o.Now()}
	items, err := e.o.Exchange.Targets(ctx, p.version, int(p.campaign.Targets), who)
	var none *exchange.UnansweredError
	if errors.As(err, &none) && none.Tag == "not_found" {
		err = nil // an empty list by another name
	}
	if err != nil {
		return p, nil, fmt.Errorf("%w: %w", ErrList, err)
	}
	var unwanted map[string]bool
	if p.campaign.Text {
		if unwanted, err = e.o.Outbox.Unwanted(ctx); err != nil {
			return p, nil, err
		}
	}
	list := make([]campaign.Target, len(items))
	seen := map[string]bool{}
	var keys, strata []string
	var drawn []int
	for i, v := range items {
		t := &list[i]
		if err := e.target(ctx, p, v, t, i); err != nil {
			return p, nil, err
		}
		t.DueAt = due
		if t.Why == "" && unwanted[t.Number] {
			t.State, t.Why = campaign.Dropped, WhyOptedOut
		}
		if p.campaign.Text && t.Number != "" { // one for each, though the list has several rows of somebody
			t.Key = t.Number
		}
		if t.Why == "" && seen[t.Key] {
			t.State, t.Why, t.Key = campaign.Dropped, campaign.WhyTwice, fmt.Sprintf("%s+%d", t.Key, i)
		}
		seen[t.Key] = true
		if t.Why == "" {
			keys, drawn = append(keys, t.Key), append(drawn, i)
			strata = append(strata, stratumOf(v, field))
			if p.rules.Sample > 0 && p.rules.Sample < whole {
				t.Stratum = cmp.Or(strata[len(strata)-1], campaign.WholeFrame)
			}
		} else if t.Why != campaign.WhyTwice {
			t.Key = fmt.Sprintf("%s+%d", t.Key, i)
		}
	}
	for i, in := range dialer.DrawBy(o.Method, o.Seed, keys, strata, p.rules.Sample) {
		if t := &list[drawn[i]]; !in {
			t.State, t.Why = campaign.Dropped, campaign.WhyNotDrawn
		}
	}
	return p, list, nil
}

// target judges one item.
func (e *Engine) target(ctx context.Context, p program, v vm.Value, t *campaign.Target, i int) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("item %d of the list: %w", i+1, err)
	}
	key := sha256.Sum256(b)
	*t = campaign.Target{Ordinal: int64(i), Key: hex.EncodeToString(key[:12]), Target: string(b),
		State: campaign.Waiting}
	x := p.version.Image.New(vm.Call{ID: "campaign"}).Start(int(p.campaign.Number), []vm.Value{v}, e.now())
	if x.End && x.How == vm.EndReturn && len(x.Args) > 0 {
		t.Number = p.address(x.Args[0].Str())
	}
	if t.Number == "" {
		t.State, t.Why = campaign.Dropped, string(dialer.WhyNumber)
		return nil
	}
	forbidden, err := e.o.Forbidden(ctx, t.Number)
	if err != nil {
		return err
	}
	if v := p.judge(t.Number, dialer.Standing{Forbidden: forbidden}, e.now()); v.Do == dialer.Drop {
		t.State, t.Why = campaign.Dropped, string(v.Why)
	}
	return nil
}

// Pause, Resume and Stop change the latest run of a campaign. ErrState tells that it is in no state for it.
func (e *Engine) Pause(ctx context.Context, name, by string) (campaign.Run, error) {
	return e.turn(ctx, name, []string{campaign.Running}, campaign.Paused, by)
}

// Resume: see Pause. A run that halted by itself is resumed so, too.
func (e *Engine) Resume(ctx context.Context, name, by string) (campaign.Run, error) {
	return e.turn(ctx, name, []string{campaign.Paused, campaign.Halted}, campaign.Running, by)
}

// Stop ends a run for good: see Pause. The calls that are on come to their ends.
func (e *Engine) Stop(ctx context.Context, name, by string) (campaign.Run, error) {
	return e.turn(ctx, name, []string{campaign.Running, campaign.Paused, campaign.Halted}, campaign.Stopped, by)
}

func (e *Engine) turn(ctx context.Context, name string, from []string, to, by string) (campaign.Run, error) {
	run, err := e.o.Store.Latest(ctx, name)
	if err != nil {
		return run, e.none(name, err)
	}
	err = e.o.Store.Turn(ctx, run.ID, from, to, "", by, e.now())
	if errors.Is(err, db.ErrConflict) {
		return run, ErrState
	}
	if err != nil {
		return run, err
	}
	e.o.Logger.Info("a campaign", "campaign", name, "run", run.ID, "state", to, "by", by)
	e.stir()
	return e.o.Store.Run(ctx, run.ID)
}

// none tells a campaign that was not started from one that is not there.
func (e *Engine) none(name string, err error) error {
	if _, ok := e.program(name); errors.Is(err, campaign.ErrNoRun) && !ok {
		return ErrNone
	}
	return err
}

// Status is how the latest run of a campaign stands.
type Status struct {
	campaign.Run
	Text     bool // it writes: Outcomes has the states of its messages
	Targets  []campaign.Counts
	Outcomes []campaign.Outcome
	Called   int64    // targets that are to be called, or were
	Ready    int64    // of these, those who are done
	Ends     Ends     // of one that is running
	Queues   []string // that its calls may come to
	seen     []dialer.Tally
}

// Status tells how the latest run of a campaign stands, and when it is likely to end.
func (e *Engine) Status(ctx context.Context, name string) (Status, error) {
	s, err := e.Standing(ctx, name)
	p, known := e.program(name)
	if err != nil || !known || s.State != campaign.Running || s.Called == s.Ready {
		return s, err
	}
	groups, err := e.o.Store.Left(ctx, s.ID)
	if err != nil {
		return s, err
	}
	var left []dialer.Behind
	var numbers []string // each its own: to one number there is one call at a time, and three a day
	for _, g := range groups {
		begins := cmp.Or(g.Abroad, "138")
		for range g.N {
			left = append(left, dialer.Behind{Due: g.DueAt, Counted: g.Counted, Free: g.Free})
			numbers = append(numbers, fmt.Sprintf("%s%08d", begins, len(numbers)))
		}
	}
	rules := p.rules
	if rules.Quota > 0 {
		rules.Quota = max(rules.Quota-s.Reached, 1)
	}
	s.Ends = dialer.Foretell(rules, numbers, left, s.seen, e.now())
	return s, nil
}

// Standing is Status without its ends, which cost more.
func (e *Engine) Standing(ctx context.Context, name string) (Status, error) {
	var s Status
	var err error
	p, known := e.program(name)
	s.Text, s.Queues = known && p.campaign.Text, e.Queues(name)
	if s.Run, err = e.o.Store.Latest(ctx, name); err != nil {
		return s, e.none(name, err)
	}
	if s.Targets, err = e.o.Store.Targets(ctx, s.ID); err != nil {
		return s, err
	}
	if s.Outcomes, err = e.o.Store.Outcomes(ctx, s.ID, e.now()); err != nil {
		return s, err
	}
	for _, c := range s.Targets {
		switch c.State {
		case campaign.Waiting, campaign.Claimed, campaign.Dialing:
			s.Called += c.N
		case campaign.Closing, campaign.Over, campaign.Reached:
			s.Called, s.Ready = s.Called+c.N, s.Ready+c.N
		}
	}
	for _, o := range s.Outcomes {
		if o.Outcome != NotPlaced {
			s.seen = append(s.seen, dialer.Tally{Outcome: o.Outcome, N: o.N, Took: o.Took})
		}
	}
	if s.Text {
		if s.Outcomes, err = e.written(ctx, s.ID, s.Outcomes); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Names are the campaigns of the version that serves.
func (e *Engine) Names() []string {
	v := e.o.Deployment.Stable()
	if v == nil {
		return nil
	}
	var names []string
	for i := range v.Program.Campaigns {
		names = append(names, v.Program.Campaigns[i].Name)
	}
	return names
}

// Queues lists the queues that the calls of a campaign may come to, by the program that serves.
func (e *Engine) Queues(name string) []string {
	v := e.o.Deployment.Stable()
	if v == nil {
		return nil
	}
	for i := range v.Program.Campaigns {
		if c := &v.Program.Campaigns[i]; c.Name == name {
			return v.Program.QueuesOf(c.With, c.Beep-1, v.Program.Defaults)
		}
	}
	return nil
}

// Attempts lists attempts of the latest run of a campaign, after one of them.
func (e *Engine) Attempts(ctx context.Context, name string, after campaign.Attempt, limit int) ([]campaign.Attempt,
	error) {
	run, err := e.o.Store.Latest(ctx, name)
	if err != nil {
		return nil, e.none(name, err)
	}
	list, err := e.o.Store.Attempts(ctx, run.ID, after, limit)
	if err != nil {
		return nil, err
	}
	return list, e.fates(ctx, run.ID, list)
}

// anybody is a number at home.
const anybody = "13800138000"
