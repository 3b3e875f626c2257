package suite

import (
	"fmt"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/ast"
	"rexian/lang/diag"
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
	if r.did(kind, fits) != want {
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
	target   vm.Value
	tries    int
	skipped  bool
	next     int64 // when it is made again; 0 if it is not
}

// dial: dial CAMPAIGN to {…} [returns busy]. Without an outcome the telephone rings until `answer`.
func (r *run) dial(i *ast.TestItem) bool {
	r.finish()
	var c *bundle.Campaign
	index := -1
	for k := range r.program.Campaigns {
		if i.Name != nil && r.program.Campaigns[k].Name == i.Name.Text {
			c, index = &r.program.Campaigns[k], k
		}
	}
	if c == nil || index >= len(r.Checked.Campaigns) {
		return r.fail("RX7010", i.Span())
	}
	target, ok := r.eval(i.Value, r.Checked.Campaigns[index].Target.Type)
	if !ok {
		return r.fail("RX7010", i.Span())
	}
	if r.dialled == nil || r.dialled.campaign != c || !same(r.dialled.target, target) {
		r.dialled = &attempt{campaign: c, target: target}
	}
	d := r.dialled
	d.next = 0
	d.skipped = r.skipped(c, target)
	if d.skipped {
		return true
	}
	d.tries++
	if i.Returns == nil {
		return true
	}
	tag, ok := r.eval(i.Returns, nil)
	if !ok {
		return r.fail("RX7010", i.Returns.Span())
	}
	if tag.Str() == "answered" {
		return r.answer(i)
	}
	for _, again := range c.Retries {
		if again.Outcome == tag.Str() && (c.Tries == 0 || int64(d.tries) < c.Tries) &&
			(again.UpTo == 0 || int64(d.tries) <= again.UpTo) {
			d.next = r.openFrom(int(c.Hours), r.now+again.After)
		}
	}
	if d.next == 0 && c.Unreached >= 0 {
		r.number, r.caller = "", ""
		if !r.begin(int(c.Unreached), []vm.Value{target}) {
			return false
		}
		r.rest()
	}
	return true
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

// openFrom is the first moment from at on within a campaign's hours.
func (r *run) openFrom(schedule int, at int64) int64 {
	if schedule < 0 || schedule >= len(r.schedules) {
		return at
	}
	if a := r.schedules[schedule].At(at, nil); !a.Open && a.HasNext {
		return a.NextOpen
	}
	return at
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
	if number, ok := r.compute(int(d.campaign.Number), d.target); ok {
		r.caller = number.Str()
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
