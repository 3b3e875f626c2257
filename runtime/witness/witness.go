// Package witness turns a path that breaks a rule into a test: a call that goes that way, with what it assumes of the
// world around it, written as a `测试` block that runs.
//
// # How
//
// A call is simulated and led along the path: lookups end as the path says, keys are pressed where it wants them. What
// a condition depends on is chosen: it is traced back to the lookup, the answer, the list, the hours or the time that
// it comes from, and tried with the values at which it may turn, until the call takes the branch that the path takes.
// What is found is written down as it happened.
package witness

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/compiler/rules"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// Writer writes the tests of one program.
type Writer struct {
	p         *check.Program
	g         *graph.Graph
	program   *bundle.Program  // with its edges counted
	whens     map[ast.Expr]int // the functions of the rules' conditions
	image     *vm.Image
	renderer  *session.Renderer
	schedules []*hours.Hours
	zone      *time.Location
	questions []*graph.Node
}

// New makes a writer. out must have been emitted from p and g, with its edges counted and the conditions of its rules.
func New(p *check.Program, g *graph.Graph, out *emit.Output) (*Writer, error) {
	program := out.Program
	w := &Writer{p: p, g: g, program: program, whens: out.Exprs, renderer: session.NewRenderer(program)}
	for _, n := range g.Nodes {
		if n.Kind == graph.Question {
			w.questions = append(w.questions, n)
		}
	}
	var err error
	if w.image, err = vm.Load(program); err != nil {
		return nil, fmt.Errorf("write counter-examples: %w", err)
	}
	if w.schedules, err = session.Schedules(program); err != nil {
		return nil, fmt.Errorf("write counter-examples: %w", err)
	}
	if w.zone, err = time.LoadLocation(program.Zone); err != nil {
		return nil, fmt.Errorf("write counter-examples: %w", err)
	}
	return w, nil
}

// Test is a path as a test.
type Test struct {
	Source string // the block
	// Shown says that a call went the whole way, or broke the rule on another; false: none was found that does. Then
	// Stuck is where it is not known how to go on.
	Shown bool
	Stuck *graph.Edge
	Unmet bool // no call was found in which the rule's `when` holds
	// Elapsed is how long the call was on when the step at the end of the path began.
	Elapsed time.Duration
}

// mostRuns bounds how many calls are tried for one path, mostRows of how many rows of a table, mostPaths how many
// paths.
const (
	mostRuns  = 600
	mostRows  = 50
	mostPaths = 12
)

// Refutation writes the counter-example of a rule that is not true: a call that breaks it, with what is heard and
// seen at the end. It goes the path of the verdict, or another one that breaks the rule where no call is found that
// goes that one. The test is named after the rule.
func (w *Writer) Refutation(v *rules.Verdict) (best Test) {
	name, unsaid := "反例："+v.Name(), w.unsaid(v.Rule.Decl.Claim)
	var avoid []*graph.Edge
	var begins []rules.Begin // with which no call is found of which the rule speaks
	for path := v.Path; path != nil && len(avoid)+len(begins) < mostPaths; path = v.Another(avoid, begins) {
		s := &writer{Writer: w, path: path, chosen: map[choice]shape{}, verdict: v}
		t := s.write(name, unsaid)
		if best.Source == "" || best.Unmet && !t.Unmet {
			best = t
		}
		switch {
		case t.Shown:
			return t
		case t.Unmet:
			begins = append(begins, path.Begin)
		case t.Stuck == nil:
			return best
		default:
			avoid = append(avoid, t.Stuck)
		}
	}
	return best
}

// Path writes the test of any path, by a name.
func (w *Writer) Path(name string, path *rules.Path) Test {
	s := &writer{Writer: w, path: path, chosen: map[choice]shape{}}
	return s.write(name, "")
}

// unsaid is a line that says that a claim's words were not heard; "" if it has none, or they are not the same each
// time.
func (w *Writer) unsaid(k *ast.Claim) string {
	if k.Kind != "every path says" {
		return ""
	}
	s := w.p.SymbolOf(k.Ref)
	for _, x := range w.p.Prompts {
		if x.Symbol != s || len(w.p.Languages) == 0 {
			continue
		}
		if words, ok := x.Words[w.p.Languages[0]]; ok {
			if plain, ok := words.Plain(); ok && quotable(plain) != "" {
				return "听不到 " + strconv.Quote(quotable(plain))
			}
		}
	}
	return ""
}

// write writes the test of the path; unsaid is a line of it, or "".
func (s *writer) write(name, unsaid string) Test {
	for _, a := range s.path.Given {
		so := yes
		if !a.So {
			so = no
		}
		s.chosen[choice{symbol: a.Of}] = shape{items: 1, whole: &so}
	}
	settled := s.settle()
	best, runs := s.run(), 1
	other := best // a call that breaks the rule on another way
	for best.far < len(s.path.Moves) && runs < mostRuns {
		uses, consts := s.turns(best.far)
		before := best.far
		for _, next := range s.variants(uses, consts) {
			was := s.chosen
			s.chosen = next
			runs++
			if s.when() {
				r := s.run()
				if r.shown && !other.shown {
					other = r
				}
				if r.far > best.far {
					best = r
					break
				}
			}
			s.chosen = was
			if runs >= mostRuns {
				break
			}
		}
		if best.far == before {
			break
		}
	}
	if other.shown && !best.shown {
		best = other
	}
	t := Test{Source: best.source(name, unsaid), Shown: best.shown, Elapsed: best.elapsed, Unmet: !settled}
	if !t.Shown && best.far < len(s.path.Moves) {
		t.Stuck = s.path.Moves[best.far].Edge
	}
	return t
}

// writer leads calls along one path.
type writer struct {
	*Writer
	path    *rules.Path
	chosen  map[choice]shape
	verdict *rules.Verdict // what the path breaks; nil for a path of its own
}

// assumed tells whether the rule itself says how something is. Of hours that it says are closed the reason is free.
func (w *writer) assumed(s *check.Symbol, reason bool) bool {
	return s != nil && slices.ContainsFunc(w.path.Given,
		func(a rules.Assumption) bool { return a.Of == s && !(reason && !a.So) })
}

// variants lists the choices to try next, the nearest to those made first: one changed, then two, then three.
func (w *writer) variants(uses []use, consts []check.Const) (list []map[choice]shape) {
	var single []map[choice]shape
	seen := map[string]bool{}
	for _, u := range uses {
		key := fmt.Sprint(u.choice, len(u.fields), u.fields, u.many)
		if seen[key] || w.assumed(u.symbol, u.name == closedFor) {
			continue
		}
		seen[key] = true
		for _, s := range w.shapes(u, consts) {
			single = append(single, map[choice]shape{u.choice: s})
		}
	}
	list = append(list, combined(w.chosen, single)...)
	for i := range single {
		for j := range single[:i] {
			if len(list) > mostRuns {
				return list
			}
			list = append(list, combined(w.chosen, []map[choice]shape{merged(single[i], single[j])})...)
		}
	}
	return list
}

func combined(base map[choice]shape, changes []map[choice]shape) (list []map[choice]shape) {
	for _, c := range changes {
		list = append(list, merged(base, c))
	}
	return list
}

// merged is base with some choices changed; the fields of one choice are joined.
func merged(base, change map[choice]shape) map[choice]shape {
	n := map[choice]shape{}
	for k, v := range base {
		n[k] = v
	}
	for k, v := range change {
		if was, ok := n[k]; ok && v.whole == nil {
			joined := shape{items: v.items, whole: was.whole, fields: map[string]literal{}}
			for f, l := range was.fields {
				joined.fields[f] = l
			}
			for f, l := range v.fields {
				joined.fields[f] = l
			}
			if len(v.fields) > 0 {
				joined.whole = nil
			}
			v = joined
		}
		n[k] = v
	}
	return n
}

// shapes lists what a choice may be instead.
func (w *writer) shapes(u use, consts []check.Const) (list []shape) {
	one := func(l literal) { list = append(list, shape{items: 1}.with("", l)) }
	switch {
	case u.rows != nil && len(u.fields) == 0 && u.symbol == nil && u.name == "":
		for _, row := range u.rows.Rows[:min(len(u.rows.Rows), mostRows)] {
			one(text(row[0].S))
		}
		return list
	case u.name == closedFor:
		for _, reason := range library.ClosedReasons {
			one(tag(reason))
		}
		return list
	case u.symbol != nil && u.symbol.Kind != check.Setting:
		one(yes)
		one(no)
		return list
	case u.symbol != nil:
		for _, l := range around(u.t, consts) {
			if !l.value.IsAbsent() {
				one(l)
			}
		}
		return list
	case u.name == "caller":
		for _, n := range callers {
			one(text(n))
		}
		for i := 0; u.many && i < 200; i++ {
			one(text(fmt.Sprintf("138001%05d", i)))
		}
		return list
	case u.name == "clock":
		for _, m := range moments(consts) {
			one(text(m))
		}
		return list
	}
	if u.t == nil {
		return nil
	}
	if u.empty {
		for _, n := range []int{0, 1, 2, 3} {
			list = append(list, shape{items: n})
		}
	}
	if len(u.fields) > 0 {
		f := u.fields[len(u.fields)-1]
		for i := 0; u.many && i < 200; i++ {
			list = append(list, shape{items: 1}.with(f.ID, text(fmt.Sprintf("138001%05d", i))))
		}
		for _, l := range around(f.Type, consts) {
			list = append(list, shape{items: 1}.with(f.ID, l))
		}
		return list
	}
	for _, l := range around(u.t, consts) {
		one(l)
	}
	return list
}

// callers are the numbers that calls come from: a mobile, a landline, a number of another place, none shown.
var callers = []string{"13800138000", "053188880000", "13900139000", "01065551234", ""}

// usualMoments are times at which calls come in: in and out of the hours of offices, on each day of a week, on a
// holiday.
var usualMoments = []string{"2026-01-05 10:00", "2026-10-12 09:30", "2026-10-12 12:30", "2026-10-12 22:00",
	"2026-10-17 10:30", "2026-10-18 10:30", "2026-10-01 10:00", "2026-01-05 08:00", "2026-10-31 11:00",
	"2026-01-05 18:30", "2026-01-05 13:00", "2026-01-06 03:00", "2026-01-06 10:00", "2026-01-07 10:00",
	"2026-01-08 10:00", "2026-01-09 10:00", "2026-01-10 10:00", "2026-01-11 10:00"}

// moments are the usual ones and those at which a comparison with some constants may turn.
func moments(consts []check.Const) []string {
	days, times := []string{"2026-01-05", "2026-10-17"}, []string{"10:00"}
	for _, c := range consts {
		if c.Type == nil || c.None {
			continue
		}
		switch c.Type.Kind {
		case types.Date:
			for d := c.N - 1; d <= c.N+1; d++ {
				days = append(days, number(types.Date, d).text)
			}
		case types.Month:
			days = append(days, number(types.Month, c.N).text+"-10")
		case types.Time:
			for t := c.N - 60; t <= c.N+60; t += 60 {
				times = append(times, number(types.Time, (t+86_400)%86_400).text)
			}
		}
	}
	list := slices.Clone(usualMoments)
	for _, d := range days {
		for _, t := range times {
			if m := d + " " + t; len(list) < mostMoments && !slices.Contains(list, m) {
				list = append(list, m)
			}
		}
	}
	return list
}

const mostMoments = 80

// result is what came of one call.
type result struct {
	far     int // so many moves of the path were taken
	givens  []string
	lines   []string
	begin   string
	clock   string
	stays   bool
	elapsed time.Duration
	seen    string // what the call did at the end of the path, as a line
	shown   bool
}

// source writes the call as a test.
func (r *result) source(name, unsaid string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "测试 %q {\n", name)
	write := func(list ...string) {
		for _, l := range list {
			b.WriteString("  " + l + "\n")
		}
	}
	if r.clock != "" {
		write("时间 " + r.clock)
	}
	write(r.givens...)
	write(r.begin)
	write(r.lines...)
	if unsaid != "" && r.stays {
		write(unsaid)
	}
	if r.seen != "" {
		write(r.seen)
	}
	b.WriteString("}\n")
	return b.String()
}

// measure tells how much of the path a call took. One that took an edge which the path does without has gone wrong
// where it last decided about a round of a loop.
func (w *writer) measure(c *sim.Call) int {
	taken := c.Machine().Covered()
	for i, m := range w.path.Moves {
		if id := m.Edge.ID; id >= 0 && !slices.Contains(taken, int(id)) {
			return i
		}
	}
	if stays(w.path.To) && slices.ContainsFunc(w.path.Without, func(e *graph.Edge) bool {
		return e.ID >= 0 && slices.Contains(taken, int(e.ID))
	}) {
		for i, m := range slices.Backward(w.path.Moves) {
			if m.Edge.From.Kind == graph.Loop {
				return i
			}
		}
	}
	return len(w.path.Moves)
}

// breaks tells whether a call breaks the rule, whatever way it took.
func (w *writer) breaks(c *sim.Call) bool {
	if w.verdict == nil {
		return false
	}
	var course []*graph.Edge
	for _, id := range c.Machine().Course() {
		if int(id) < len(w.g.Edges) {
			course = append(course, w.g.Edges[id])
		}
	}
	return w.verdict.Breaks(w.path.Begin, course)
}

// stays tells whether a call that has come to a node goes no further before somebody acts.
func stays(n *graph.Node) bool {
	switch x := n.Step.(type) {
	case *ast.Enqueue, *ast.Transfer, *ast.Voicemail:
		return true
	case *ast.Word:
		return x.Kind == "hangup"
	}
	return false
}

// is tells whether a step of the path's moves is of a kind.
func stepOf[T ast.Node](m rules.Move) (T, bool) {
	x, ok := m.Edge.From.Step.(T)
	return x, ok
}
