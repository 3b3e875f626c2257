package witness

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/dialer"
	"rexian/runtime/vm"
)

// settle chooses who calls and when so that the rule's `when` holds and a campaign may call; false if that is not
// found.
func (w *writer) settle() bool {
	if w.when() {
		return true
	}
	was := w.chosen
	for day := range int64(400) { // the next one on which it may call
		for _, at := range []string{"10:00", "15:00", "19:00"} {
			if w.path.Begin.Open == nil {
				break
			}
			moment := text(number(types.Date, firstDay+day).text + " " + at)
			w.chosen = merged(was, map[choice]shape{{name: "clock"}: shape{items: 1}.with("", moment)})
			if w.when() {
				return true
			}
		}
	}
	w.chosen = was
	if x := w.condition(); x != nil && w.satisfy(x) && w.when() {
		return true
	}
	w.chosen = was
	return false
}

// condition is the rule's `when`; nil if it has none.
func (w *writer) condition() ast.Expr {
	if w.verdict == nil {
		return nil
	}
	return w.verdict.Rule.Decl.Claim.When
}

// satisfy chooses so that a condition holds: of one of several parts part after part.
func (w *writer) satisfy(x ast.Expr) bool {
	if w.holds(x) {
		return true
	}
	if b, ok := x.(*ast.Binary); ok && (b.Op == "and" || b.Op == "or") {
		was := w.chosen
		for _, parts := range [][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
			if w.satisfy(parts[0]) && (b.Op == "or" || w.satisfy(parts[1])) && w.holds(x) {
				return true
			}
			w.chosen = was
		}
	}
	was := w.chosen
	for _, next := range w.variants(w.sources(x, 0, 0), w.consts(x)) {
		if w.chosen = next; w.holds(x) && w.dials() {
			return true
		}
	}
	w.chosen = was
	return false
}

// when tells whether the rule's `when` holds in calls with what is chosen, and whether there are such calls.
func (w *writer) when() bool { return w.dials() && (w.condition() == nil || w.holds(w.condition())) }

// holds tells whether a condition of a rule, or a part of one, holds in calls with what is chosen.
func (w *writer) holds(x ast.Expr) bool {
	fn, ok := w.whens[x]
	if !ok {
		return false
	}
	l := w.led()
	m := w.image.New(vm.Call{ID: "sim", Caller: l.caller})
	e := m.Start(fn, nil, l.now())
	for !e.End {
		if e.Kind != bundle.QuerySite {
			return false
		}
		e = m.Resume(l.Query(e, l.now()))
	}
	return e.How == vm.EndReturn && len(e.Args) > 0 && e.Args[0].N != 0
}

const firstDay = 20_454 // 2026-01-01

// campaign is the number of the campaign that the path begins with; -1 if a call or a message comes in.
func (w *writer) campaign() int {
	switch w.path.Begin.Kind {
	case "dial", "beep", "unreached", "written":
		return slices.IndexFunc(w.program.Campaigns,
			func(c bundle.Campaign) bool { return c.Name == w.path.Begin.Text })
	}
	return -1
}

// dials tells whether the campaign of the path may call when the call begins.
func (w *writer) dials() bool {
	i := w.campaign()
	if i < 0 {
		return true
	}
	l := w.led()
	c := &w.program.Campaigns[i]
	r := dialer.Of(c, w.schedules, w.zone)
	for k, s := range w.chosen {
		if k.symbol != nil && k.symbol.Kind == check.Hours && k.symbol.Index == int(c.Hours) && s.whole != nil {
			r.Hours = assumed(s.whole.value.N != 0)
		}
	}
	return r.Judge(l.caller, dialer.Standing{}, l.now()).Do == dialer.Dial
}

// assumed are hours that are open, or closed, at all times.
type assumed bool

// At tells whether they are open.
func (a assumed) At(int64, []hours.Closure) hours.Answer { return hours.Answer{Open: bool(a)} }
