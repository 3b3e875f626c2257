// Package rules decides what a program's rules claim, on its flow graph (package graph).
//
// # How
//
// A claim about paths is a search for a path that breaks it. The search is exact about where a flow that was done comes
// back to, about who handles what, and about conditions that are asked twice: when the way that it finds takes one
// condition both ways, it searches again and remembers that condition. What is left over is told with the way, which a
// caller can go: see Path. Every other branch counts as possible.
//
// A claim about time or keys is a game on the same graph: the caller chooses where a question is asked, the machine
// everywhere else. See solve.
//
// # What stays the same
//
// Hours, lists, switches and settings say the same all through a call. A verdict that needs this names them.
package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// State is what became of a rule.
type State uint8

// The states.
const (
	Proved    State = iota // it holds of every path
	Refuted                // it does not, and Verdict.Path shows it
	Undecided              // Verdict.Why names what stands in the way
)

var stateNames = [...]string{"proved", "refuted", "undecided"}

// Unmet is what is said of a rule that is proved because it speaks of no call.
var Unmet = diag.Text{Zh: "没有一通电话满足它的“仅当”，这条规则管不到什么", En: "no call meets its `when`, so that it says nothing"}

// String returns the state's name, as reports write it.
func (s State) String() string { return stateNames[s] }

// Verdict is what was found out about one rule.
type Verdict struct {
	Rule  check.Located[*ast.RuleDecl]
	State State
	Why   diag.Text // of Refuted and Undecided, half a sentence
	File  string    // where it is to be seen
	At    diag.Span
	Path  *Path    // of Refuted; nil where a place is enough (menus)
	Same  []string // hours, lists and switches that must not change within a call, by name
	Times []Time   // of `from … to`: one for each state of the hours that matter
	// Unmet is set where no call is such that the rule's `when` holds: it is proved, and says nothing.
	Unmet bool
	by    *decider
}

// Name is the rule's.
func (v *Verdict) Name() string { name, _ := v.Rule.Decl.Name.Plain(); return name }

// Finding is the verdict as a finding of the check; false if it is proved.
func (v *Verdict) Finding() (diag.Diagnostic, bool) {
	here := diag.Text{Zh: "在这里", En: "here"}
	switch v.State {
	case Refuted:
		return diag.New("RX3015", v.Rule.File, v.Rule.Decl.Name.Span(), v.Name(), v.Why).
			WithRelated(v.File, v.At, here), true
	case Undecided:
		return diag.New("RX3018", v.Rule.File, v.Rule.Decl.Name.Span(), v.Name(), v.Why).
			WithRelated(v.File, v.At, here), true
	}
	return diag.Diagnostic{}, false
}

// The kinds of Begin that calls in progress are told apart by.
const (
	beginCall = "call"
	beginText = "text"
	beginDial = "dial"
)

// Begin is where a call, a message or a call of a campaign comes in.
type Begin struct {
	Kind string // "call", "text", "dial", "beep", "unreached", "written"
	Text string // the number, the words, the campaign's name
	Flow *check.FlowInfo
	// Open are the hours within which it comes, those of the campaign; nil for any time.
	Open *check.Symbol
}

// Decide decides all rules of a program whose paths have been proved, in their order. Without a voice what speaks of
// time stays undecided.
func Decide(p *check.Program, g *graph.Graph, v Voice) []Verdict {
	list, _ := DecideUnless(p, g, v, never)
	return list
}

func never() bool { return false }

// DecideUnless is Decide that gives up, with false, as soon as stop says so: the program has changed meanwhile.
func DecideUnless(p *check.Program, g *graph.Graph, v Voice, stop func() bool) ([]Verdict, bool) {
	if len(p.Rules) == 0 {
		return nil, true
	}
	stopped := false
	once := func() bool { stopped = stopped || stop(); return stopped }
	d := newDecider(p, g, v, once)
	list := make([]Verdict, 0, len(p.Rules))
	for _, r := range p.Rules {
		if once() {
			return nil, false
		}
		if k := r.Decl.Claim; k != nil && k.Kind != "" {
			list = append(list, d.decide(r))
		}
	}
	return list, true
}

// decider is what the decisions about one program share.
type decider struct {
	*logic
	p        *check.Program
	g        *graph.Graph
	voice    Voice // nil: nothing is known of time
	begins   []Begin
	events   []event
	readings map[reading]string // the longest ones
	asked    []bool             // of each node: it is a question that can be asked again and again
	windows  map[*check.Symbol]*window
	avoided  []*graph.Edge // which no path takes for now: see Another
}

// newDecider makes what all rules need. If stop says so it is not complete.
func newDecider(p *check.Program, g *graph.Graph, v Voice, stop func() bool) *decider {
	d := &decider{logic: newLogic(p), p: p, g: g, voice: v, readings: map[reading]string{}}
	for _, e := range p.Numbers {
		d.begin("call", e.Text, e.Flow)
	}
	for _, e := range p.Messages {
		d.begin("text", e.Text, e.Flow)
		d.begin("text", "", e.Otherwise)
	}
	for _, x := range p.Campaigns {
		d.begin("dial", x.Name, p.FlowOf(x.Decl.With))
		d.begin("beep", x.Name, p.FlowOf(x.Decl.Beep))
		d.begin("unreached", x.Name, x.Unreached)
		d.begin("written", x.Name, x.Send)
		for i := range d.begins {
			if h := x.Decl.Hours; h != nil && d.begins[i].Text == x.Name && d.begins[i].Kind != beginCall &&
				d.begins[i].Kind != beginText {
				d.begins[i].Open = p.Find(h.Text)
			}
		}
	}
	d.happen()
	d.conditions(stop)
	return d
}

// often is after how many nodes it is asked whether to stop.
const often = 256

// conditions makes the atoms of all conditions.
func (d *decider) conditions(stop func() bool) {
	for i, n := range d.g.Nodes {
		if i%often == 0 && stop() {
			return
		}
		switch x := n.Step.(type) {
		case *ast.If:
			d.logic.of(x.Cond)
		case *ast.Match:
			for _, arm := range x.Arms {
				d.logic.arm(x, arm)
			}
		}
		for _, e := range d.g.Out(n) {
			if e.Arm != nil {
				d.logic.of(e.Arm.When)
			}
		}
	}
	for _, r := range d.p.Rules {
		if r.Decl.Claim != nil {
			d.logic.of(r.Decl.Claim.When)
		}
	}
}

func (d *decider) begin(kind, text string, f *check.FlowInfo) {
	if f != nil && d.g.FlowOf(f) != nil {
		d.begins = append(d.begins, Begin{Kind: kind, Text: text, Flow: f})
	}
}

// claim is one rule's.
type claim struct {
	*decider
	*ast.Claim
	v *Verdict
}

func (d *decider) decide(r check.Located[*ast.RuleDecl]) Verdict {
	v := Verdict{Rule: r, File: r.File, At: r.Decl.Span(), by: d}
	c := &claim{decider: d, Claim: r.Decl.Claim, v: &v}
	switch c.Kind {
	case "every path says", "every path does":
		c.before()
	case "no path reaches":
		c.reached(nowhere,
			diag.Text{Zh: "有这样的路径", En: "there is such a path"})
	case "every menu at most":
		c.menus()
	case "every menu press":
		c.only()
	case words.To:
		c.within()
	}
	v.Unmet = c.When != nil && v.State == Proved && c.unmet()
	return v
}

// unmet tells whether there is no call in which the rule's `when` holds, or none that comes to where its paths begin.
func (c *claim) unmet() bool {
	return !slices.ContainsFunc(c.when(), func(given fixed) bool {
		if from := c.from(); from != nil {
			return c.way(from.Entry, given) != nil
		}
		return slices.ContainsFunc(c.begins, func(b Begin) bool {
			_, ok := c.tracking(given, nil).initial(b)
			return ok
		})
	})
}

// from is the flow in which the rule's paths begin; nil if they begin with calls.
func (c *claim) from() *graph.Flow {
	if c.From == nil {
		return nil
	}
	f := c.p.FlowNamed(c.From.Text)
	if f == nil {
		return nil
	}
	return c.g.FlowOf(f)
}

func (c *claim) refute(file string, at diag.Span, why diag.Text, path *Path) {
	if c.v.State != Refuted {
		c.v.State, c.v.File, c.v.At, c.v.Why, c.v.Path = Refuted, file, at, why, path
	}
}

func (c *claim) give(at *graph.Node, why diag.Text) {
	if c.v.State == Proved {
		c.v.State, c.v.Why = Undecided, why
		if at != nil {
			c.v.File, c.v.At = at.File(), at.Span()
		}
	}
}

// before proves that something has been said or done wherever paths come to a point.
func (c *claim) before() {
	p := c.p.SymbolOf(c.Ref)
	if p == nil {
		return
	}
	why := diag.Text{Zh: fmt.Sprintf("有一条路径之前没有播放%s", p.Name),
		En: fmt.Sprintf("there is a path on which %s was not said before", p.Name)}
	passed := func(e *graph.Edge, _ *walk) bool { return c.says(e.From, p) && e.Kind != graph.Hangup }
	if c.Kind == "every path does" {
		why = diag.Text{Zh: fmt.Sprintf("有一条路径之前没有执行%s", p.Name),
			En: fmt.Sprintf("there is a path on which %s was not done before", p.Name)}
		passed = func(e *graph.Edge, _ *walk) bool { return e.Kind == graph.Next && c.does(e.From, p) }
	}
	c.reached(passed, why)
}

// reached searches for a way to one of the points along edges that do not satisfy the rule.
func (c *claim) reached(satisfies func(*graph.Edge, *walk) bool, why diag.Text) {
	point := make([]bool, len(c.g.Nodes))
	any := false
	for _, n := range c.g.Nodes {
		for _, p := range c.Points {
			if c.isPoint(n, p) {
				point[n.ID], any = true, true
			}
		}
	}
	if !any {
		return
	}
	from := c.from()
	for _, given := range c.when() {
		w := walk{track: c.tracking(given, nil), from: from, passes: satisfies,
			target: func(n *graph.Node) bool { return point[n.ID] }}
		long := w
		path, whole, same := c.search(&long)
		if path != nil && slices.ContainsFunc(path.Moves, func(m Move) bool {
			return m.At != nil && m.Edge.Kind == graph.Error
		}) {
			w.smooth = true
			if p, _, _ := c.search(&w); p != nil { // a call that somebody will make
				path = p
			}
		}
		c.v.Same = union(c.v.Same, same)
		switch {
		case path != nil && c.vague(): // it may be a call in which the condition is not so
		case path != nil:
			path.Given = c.assumed(given)
			c.refute(path.To.File(), path.To.Span(), why, path)
		case !whole:
			c.give(nil, diag.Text{Zh: "程序的路径太多，没有查完", En: "the program has too many paths to look at all"})
		}
	}
}

// when are the ways in which a rule's `when` can be so, as the atoms that each fixes: none of them without a `when`.
func (c *claim) when() []fixed {
	if c.When == nil {
		return []fixed{nil}
	}
	list := slices.DeleteFunc(c.logic.of(c.When).cases(yes), func(f fixed) bool { return !c.possible(f) })
	if len(list) > mostCases {
		c.give(nil, diag.Text{Zh: "“仅当”的条件太复杂", En: "its `when` is too involved"})
		return nil
	}
	return list
}

// mostCases is how many ways of a `when` are told apart.
const mostCases = 64

// vague gives a rule up whose `when` cannot be reasoned about, if a path was found that breaks it.
func (c *claim) vague() bool {
	if c.When == nil || c.logic.of(c.When).whole() {
		return false
	}
	if c.v.State == Proved {
		c.v.State, c.v.At = Undecided, c.When.Span()
		c.v.Why = diag.Text{Zh: "“仅当”的条件里有说不准的值", En: "its `when` has a value that nothing is known of"}
	}
	return true
}

// assumed are the hours, switches and lists that a way of `when` says something about.
func (c *claim) assumed(given fixed) (list []Assumption) {
	for a, t := range given {
		s := c.atoms[a].volatile
		if s == nil {
			continue
		}
		switch holds := s.Kind == check.NamesList && c.atoms[a].caller; {
		case holds, s.Kind == check.Hours, s.Kind == check.Switch:
			list = append(list, Assumption{s, t == yes})
		}
	}
	slices.SortFunc(list, func(x, y Assumption) int { return strings.Compare(x.Of.Name, y.Of.Name) })
	return list
}

// union joins two sorted lists of names.
func union(xs, ys []string) []string {
	list := append(slices.Clone(xs), ys...)
	slices.Sort(list)
	return slices.Compact(list)
}

// fixed are atoms that hold all through.
type fixed map[int]truth

func (f fixed) is(a int) truth { return f[a] }
func (f fixed) learn(a int, t truth) {
	if f[a] == unknown {
		f[a] = t
	}
}

// search walks until it finds a way that does not contradict itself, and remembers with each round one more of the
// conditions that the last way took both ways. same names what must not change within a call.
func (d *decider) search(w *walk) (path *Path, whole bool, same []string) {
	for {
		goal, all := w.run()
		if goal < 0 {
			break
		}
		path = w.trace(goal)
		broken := d.contradicted(path, w.given)
		if broken < 0 {
			return path, true, d.kept(w.tracked)
		}
		more := w.more(broken)
		if !all || more == nil {
			return path, true, d.kept(w.tracked)
		}
		w = &walk{track: more, from: w.from, smooth: w.smooth, passes: w.passes, target: w.target}
	}
	return nil, len(w.items) <= mostItems, d.kept(w.tracked)
}

// kept names the hours, lists and switches among some atoms.
func (d *decider) kept(atoms []int) (names []string) {
	for _, a := range atoms {
		if s := d.atoms[a].volatile; s != nil && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// opens tells whether an atom says that hours are open.
func opens(a *atom) bool { return strings.HasPrefix(a.key, "open\n") }

// emptiness tells whether an atom says that something is absent.
func emptiness(a *atom) bool { return len(a.key) > 6 && a.key[:6] == "empty\n" }

// same tells whether two steps say the same.
func same(x, y ast.Step) bool {
	var a, b bytes.Buffer
	return ast.Dump(&a, x, false) == nil && ast.Dump(&b, y, false) == nil && a.String() == b.String()
}
