package suite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/dialer"
	"rexian/runtime/readout"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// expect plays `expect` (want) and `expect not`. An expectation that does not hold is reported and the test goes on.
func (r *run) expect(i *ast.TestItem, want bool) bool {
	o := i.Outcome
	if o == nil {
		return true
	}
	switch o.Kind {
	case "expr":
		v, ok := r.eval(o.Expr, nil)
		switch {
		case !ok:
			r.fail("RX7010", o.Expr.Span())
		case (v.N != 0) != want:
			r.fail("RX7014", i.Span(), r.values(o.Expr))
		}
		return true
	case "redial":
		return r.redial(i, want)
	}
	if d := r.dialled; r.call == nil && d != nil && d.campaign.Text && d.skipped {
		if want {
			r.fail("RX7013", i.Span(), diag.Text{Zh: "没有发：不在时段内，或符合免发条件",
				En: "nothing was sent: not at this hour, or skipped"})
		}
		return true
	}
	if r.call == nil {
		return r.fail("RX7003", i.Span())
	}
	kind, fits, ok := r.fact(o)
	if !ok {
		return r.fail("RX7010", o.Span())
	}
	for want && !r.did(kind, fits) && !r.call.Resting() && r.call.Step() {
	}
	if !want {
		r.rest()
	}
	if r.broken {
		return false
	}
	did := r.did(kind, fits)
	if d := r.dialled; !did && d != nil && d.closing { // what follows the message that was left
		if !r.closes(d) {
			return false
		}
		did = r.did(kind, fits)
	}
	if did != want {
		code := diag.Code("RX7013")
		if !want {
			code = "RX7015"
		}
		r.fail(code, i.Span(), r.instead(kind))
	}
	return true
}

// fact tells which fact an outcome names.
func (r *run) fact(o *ast.Outcome) (kind sim.FactKind, fits func(sim.Fact) bool, ok bool) {
	name := func(s string) func(sim.Fact) bool { return func(f sim.Fact) bool { return f.Name == s } }
	contains := func(f sim.Fact) bool {
		return o.Contains == nil || strings.Contains(readout.Searchable(f.Text), readout.Searchable(plain(o.Contains)))
	}
	switch o.Kind {
	case "hangup":
		return sim.HungUp, nil, true
	case "mark":
		return sim.Marked, name(plain(o.Mark)), true
	case "enqueue":
		if o.Priority == nil {
			return sim.Enqueued, name(o.Ref.Name.Text), true
		}
		v, ok := r.eval(o.Priority, nil)
		return sim.Enqueued, func(f sim.Fact) bool { return f.Name == o.Ref.Name.Text && f.Priority == v.N }, ok
	case "transfer":
		v, ok := r.eval(o.Expr, nil)
		return sim.Transfer, func(f sim.Fact) bool { return telephone(f.Name, v.Str()) }, ok
	case "voicemail":
		return sim.Voicemail, name(o.Name.Text), true
	case "callback":
		v, ok := r.eval(o.Expr, nil)
		return sim.Callback, func(f sim.Fact) bool { return f.Name == o.Ref.Name.Text && telephone(f.Text, v.Str()) },
			ok
	case "send sms", "send mail":
		v, ok := r.eval(o.To, nil)
		return sim.FactKind(o.Kind), func(f sim.Fact) bool { return telephone(f.Name, v.Str()) && contains(f) }, ok
	case "reply":
		return sim.Reply, contains, true
	case "called":
		m := r.Checked.RefOf(o.Ref)
		if m == nil || m.Symbol == nil || m.Symbol.Lib == nil {
			return "", nil, false
		}
		return sim.Called, name(m.Symbol.Lib.ID), true
	}
	return "", nil, false
}

// telephone compares two addresses: numbers in any form, or the same words.
func telephone(a, b string) bool { return a == b || readout.NormalPhone(a) == readout.NormalPhone(b) }

// instead tells what there was of a kind, for messages.
func (r *run) instead(kind sim.FactKind) diag.Text {
	var list []string
	for _, f := range r.call.Facts() {
		if f.Kind != kind {
			continue
		}
		s := strings.TrimSpace(f.Name + " " + f.Text)
		if kind == sim.Enqueued {
			s = fmt.Sprintf("%s %d", f.Name, f.Priority/1_000_000)
		}
		if s != "" {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return r.doing()
	}
	s := strings.Join(list, "；")
	return diag.Text{Zh: "实际有：" + s, En: "there was: " + s}
}

// values says what the sides of a comparison were.
func (r *run) values(e ast.Expr) diag.Text {
	b, ok := e.(*ast.Binary)
	if !ok {
		return diag.Text{Zh: "条件不成立", En: "the condition does not hold"}
	}
	side := func(e ast.Expr) string {
		v, ok := r.eval(e, r.Checked.TypeOf(b.X))
		if !ok {
			return "?"
		}
		return literal(v, r.Checked.TypeOf(e))
	}
	x, y := side(b.X), side(b.Y)
	return diag.Text{Zh: "左边是 " + x + "，右边是 " + y, En: "the left side is " + x + ", the right side " + y}
}

// attempt is a campaign's call of a test.
type attempt struct {
	campaign *bundle.Campaign
	rules    dialer.Rules
	target   vm.Value
	number   string
	history  dialer.History
	ended    map[string]int64 // attempts by outcome
	skipped  bool
	closing  bool  // it is given up, and what is to be done then is not done yet
	next     int64 // when it is made again; 0 if it is not
}

// dial: dial CAMPAIGN to {…} [returns busy]. Without an outcome the telephone rings until `answer`. What the dialer
// would not call now is not called.
func (r *run) dial(i *ast.TestItem) bool {
	r.finish()
	index := slices.IndexFunc(r.program.Campaigns, func(c bundle.Campaign) bool {
		return i.Name != nil && c.Name == i.Name.Text
	})
	if index < 0 || index >= len(r.Checked.Campaigns) {
		return r.fail("RX7010", i.Span())
	}
	c := &r.program.Campaigns[index]
	target, ok := r.eval(i.Value, r.Checked.Campaigns[index].Target.Type)
	if !ok {
		return r.fail("RX7010", i.Span())
	}
	if r.dialled == nil || r.dialled.campaign != c || !same(r.dialled.target, target) {
		r.dialled = r.attempt(c, target)
	}
	d := r.dialled
	d.next = 0
	d.skipped = !r.mayDial(d) || r.skipped(c, target)
	if c.Text && !d.skipped {
		r.number, r.caller = "", ""
		if !r.begin(int(c.Send), []vm.Value{target}) {
			return false
		}
		r.rest()
		return true
	}
	if d.skipped || i.Returns == nil {
		return true
	}
	tag, ok := r.eval(i.Returns, nil)
	if !ok {
		return r.fail("RX7010", i.Returns.Span())
	}
	if tag.Str() == dialer.Answered {
		return r.answer(i)
	}
	return r.follow(d, tag.Str())
}

// attempt is the first call to a target.
func (r *run) attempt(c *bundle.Campaign, target vm.Value) *attempt {
	d := &attempt{campaign: c, rules: dialer.Of(c, r.schedules, r.zone), target: target, ended: map[string]int64{}}
	if _, assumed := r.hours[int(c.Hours)]; assumed {
		d.rules.Hours = assumedHours{r, int(c.Hours)}
	}
	if n, ok := r.compute(int(c.Number), target); ok {
		d.number = n.Str()
	}
	return d
}

// mayDial asks the dialer whether the target may be called now. A target of a test need not have a number.
func (r *run) mayDial(d *attempt) bool {
	v := d.rules.Judge(cmp.Or(d.number, anybody), dialer.Standing{}, r.now)
	if v.Do == dialer.Wait {
		d.next = v.Until
	}
	return v.Do == dialer.Dial
}

// anybody is a telephone for a target without a number.
const anybody = "13800138000"

// follow does what follows an attempt that ended so: it is made again, or the target is given up.
func (r *run) follow(d *attempt, outcome string) bool {
	d.ended[outcome]++
	d.history.Same = d.ended[outcome]
	next, history := d.rules.After(cmp.Or(d.number, anybody), outcome, d.history, r.now)
	d.history = history
	if next.Step == dialer.Again {
		d.next = next.At
	}
	d.closing = next.Step != dialer.Again && d.campaign.Unreached >= 0
	if outcome == machine && d.campaign.Beep > 0 {
		return r.leaves(d)
	}
	return r.closes(d)
}

// machine is the outcome of a call to a machine that takes messages.
const machine = "machine"

// leaves plays what a campaign leaves behind the beep.
func (r *run) leaves(d *attempt) bool {
	args, ok := r.compute(int(d.campaign.BeepArgs), d.target)
	if !ok {
		return r.fail("RX7010", r.current.Span())
	}
	r.number, r.caller = d.campaign.Show, d.number
	return r.begin(int(d.campaign.Beep-1), args.Items())
}

// closes does what is to be done for a target that is given up, if that is not done yet.
func (r *run) closes(d *attempt) bool {
	if !d.closing {
		return true
	}
	d.closing = false
	r.number, r.caller = "", ""
	if !r.begin(int(d.campaign.Unreached), []vm.Value{d.target}) {
		return false
	}
	r.rest()
	return true
}

// assumedHours are opening hours of which a test says whether they are open.
type assumedHours struct {
	r *run
	i int
}

// At is what the schedule says, but for that.
func (h assumedHours) At(moment int64, stops []hours.Closure) hours.Answer {
	a := h.r.schedules[h.i].At(moment, stops)
	a.Open = h.r.hours[h.i]
	return a
}

// skipped asks `skip if`. A lookup in it that no given answers means that the call is made.
func (r *run) skipped(c *bundle.Campaign, target vm.Value) bool {
	if c.SkipIf < 0 {
		return false
	}
	m := r.image.New(vm.Call{ID: "sim"})
	e := m.Start(int(c.SkipIf), []vm.Value{target}, r.now)
	for !e.End {
		answer := vm.Event{Kind: vm.Outcome, Tag: "unavailable", Now: r.now}
		switch e.Kind {
		case bundle.LookupSite:
			for k := len(r.givens) - 1; k >= 0; k-- {
				if g := r.givens[k]; g.name == e.Name && fits(g.args, e.Args) {
					answer = g.answer
					break
				}
			}
			if answer.Kind == vm.Outcome {
				return false
			}
		case bundle.QuerySite:
			answer = (*assumed)(r).Query(e, r.now)
		}
		answer.Now = r.now
		e = m.Resume(answer)
	}
	return e.How == vm.EndReturn && len(e.Args) > 0 && e.Args[0].N != 0
}

// answer: the person that was dialled answers; the campaign's flow begins.
func (r *run) answer(i *ast.TestItem) bool {
	d := r.dialled
	if d == nil || d.skipped || r.call != nil {
		return r.fail("RX7016", i.Span())
	}
	args, ok := r.compute(int(d.campaign.WithArgs), d.target)
	if !ok {
		return r.fail("RX7010", i.Span())
	}
	if d.number != "" {
		r.caller = d.number
	}
	r.number = d.campaign.Show
	return r.begin(int(d.campaign.With), args.Items())
}

// compute runs one of the campaign's expressions on its target.
func (r *run) compute(fn int, target vm.Value) (vm.Value, bool) {
	if fn < 0 {
		return vm.List(), true
	}
	e := r.image.New(vm.Call{ID: "sim"}).Start(fn, []vm.Value{target}, r.now)
	if !e.End || e.How != vm.EndReturn || len(e.Args) == 0 {
		return vm.Value{}, false
	}
	return e.Args[0], true
}

// redial: expect redial at DATE TIME.
func (r *run) redial(i *ast.TestItem, want bool) bool {
	o := i.Outcome
	if r.dialled == nil || o.Date == nil || o.Time == nil {
		return r.fail("RX7016", i.Span())
	}
	at := r.at(o.Date.Days, o.Time.Seconds)
	if (r.dialled.next == at) != want {
		is := diag.Text{Zh: "不会重拨", En: "it is not dialled again"}
		if r.dialled.next != 0 {
			when := r.moment(r.dialled.next)
			is = diag.Text{Zh: "重拨在 " + when, En: "it is dialled again at " + when}
		}
		r.fail("RX7017", i.Span(), is)
	}
	return true
}

func (r *run) moment(ms int64) string {
	return readout.Write("zh", readout.Value{Kind: readout.Moment, N: ms}, readout.Default,
		readout.Context{Zone: r.zone})
}
