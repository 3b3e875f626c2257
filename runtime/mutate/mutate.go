// Package mutate makes the slips that people make when they write flows, one at a time, in a compiled program: a test
// suite that notices none of them proves little.
//
// A Mutant changes a copy of the program. Its Edges are those of the flow graph behind which the change can be met, so
// that only the tests that take one of them need be run; none means all. The kinds are those of a person at work: two
// targets swapped, another flow gone to, a handler forgotten, a key shifted, a condition turned round, a time halved or
// doubled, a try more or less, opening hours half an hour off, a make-up workday forgotten, words that need no longer
// be heard, a notice behind what it tells of, an outcome forgotten, languages swapped or one left out, the wrong value
// in a text, one name written for another of its kind (words, lists, switches, hours, milestones), an option forgotten,
// a number a zero too long, an answer a key too long or too short, words that tell another key or lack their last
// sentence, a condition left out, a sum the wrong way, a place in the queue.
package mutate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/diag"
)

// Mutant is one slip.
type Mutant struct {
	Kind  string    // of slip: "swap", "key", "negate" …
	What  diag.Text // what was changed, as a sentence without its end
	File  string    // "" for what stands nowhere
	Start int       // byte offset in it
	End   int       // of what it may be about, at least Start: a declaration is one as a whole
	Edges []int     // at which the tests must pass for them to notice; none: any may
	apply func(*bundle.Program)
}

// Apply makes the slip in a copy of a program: that of which the mutant was made, or the same with further tests. The
// program itself stays as it is.
func (m *Mutant) Apply(p *bundle.Program) *bundle.Program {
	c := *p
	m.apply(&c)
	return &c
}

// maker makes the mutants of a program.
type maker struct {
	p      *bundle.Program
	g      *graph.Graph
	o      *origin // nil: not known
	list   []Mutant
	shared map[shared][]patch // slips in `defaults`, which all questions share that say nothing else
	own    map[int32]bool     // see standard
	before [][][]int32        // by function, see bundle.Func.Before
	noted  []string           // see marks
}

// shared is a slip in `defaults`: what a limit becomes.
type shared struct {
	kind     string
	from, to int64
}

// All makes all mutants of a program that was emitted with Cover. It is deterministic. Without the checked program,
// nil, what the compiler adds by itself is slipped at too.
func All(p *bundle.Program, g *graph.Graph, checked *check.Program) []Mutant {
	m := &maker{p: p, g: g, o: read(checked), shared: map[shared][]patch{}}
	for i := range p.Funcs {
		f := &p.Funcs[i]
		if f.Kind == bundle.ExprFunc {
			continue
		}
		m.handlers(i, f)
		for pc := range f.Code {
			m.code(i, f, pc)
		}
	}
	m.defaults()
	m.prompts()
	m.hours()
	m.queues()
	m.campaigns()
	m.settings()
	for i := range p.Switches {
		m.declared("switch", p.Switches[i].Name, diag.Textf("开关 %s 起初反过来", "switch %s begins the other way",
			p.Switches[i].Name), func(c *bundle.Program) {
			c.Switches = slices.Clone(c.Switches)
			c.Switches[i].On = !c.Switches[i].On
		})
	}
	return m.list
}

// defaults are off: one slip for all questions that go by them.
func (m *maker) defaults() {
	list := slices.SortedFunc(maps.Keys(m.shared), func(a, b shared) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	names := map[string]diag.Text{"wait": {Zh: "等待", En: "wait"}, "between": {Zh: "键间隔", En: "between"},
		"tries": {Zh: "最多", En: "tries"}, "longest": {Zh: "最长", En: "longest"},
		"silence": {Zh: "静默", En: "silence"}}
	for _, s := range list {
		from, to := amount(s.kind, s.from), amount(s.kind, s.to)
		at := m.o.defaults[s.kind]
		m.add("default", diag.Text{Zh: fmt.Sprintf("缺省的“%s”由 %s 成了 %s", names[s.kind].Zh, from.Zh, to.Zh),
			En: fmt.Sprintf("the default of %s, %s, became %s", names[s.kind].En, from.En, to.En)}, at.file, at.at,
			nil, patched(m.shared[s]))
	}
}

// amount is a limit for people: a time in milliseconds, or a number of tries.
func amount(kind string, n int64) diag.Text {
	if kind == "tries" {
		return diag.Textf("%d 次", "%d", n)
	}
	seconds := strconv.FormatFloat(float64(n)/1000, 'f', -1, 64)
	return diag.Textf("%s 秒", "%s s", seconds)
}

// declared adds a mutant of something that has a name.
func (m *maker) declared(kind, name string, what diag.Text, apply func(*bundle.Program)) {
	at := m.named(name)
	m.add(kind, what, at.file, at.at, nil, apply)
	m.list[len(m.list)-1].End = max(at.at, at.end)
}

// arm moves the latest mutant to where an edge of the graph stands, and names the edges behind which it is met.
func (m *maker) arm(f *bundle.Func, list ...int32) {
	last := &m.list[len(m.list)-1]
	last.Edges = m.edgesAt(f, list...)
	if len(last.Edges) > 0 && m.g != nil && last.Edges[0] < len(m.g.Edges) {
		e := m.g.Edges[last.Edges[0]]
		last.File, last.Start = e.From.File(), e.Span().Start
		last.End = last.Start
	}
}

// writable is a function of a copy of a program that may be changed.
func writable(c *bundle.Program, fn int) *bundle.Func {
	c.Funcs = slices.Clone(c.Funcs)
	f := &c.Funcs[fn]
	f.Code, f.Sites, f.Handlers = slices.Clone(f.Code), slices.Clone(f.Sites), slices.Clone(f.Handlers)
	return f
}

func (m *maker) add(kind string, what diag.Text, file string, start int, edges []int, apply func(*bundle.Program)) {
	m.list = append(m.list, Mutant{Kind: kind, What: what, File: file, Start: start, End: start, Edges: edges,
		apply: apply})
}

// at adds a mutant of the code of a function.
func (m *maker) at(kind string, fn, pc int, what diag.Text, change func(*bundle.Program, *bundle.Func)) {
	file, start, _, _ := m.p.Place(fn, pc)
	m.add(kind, what, file, start, m.edges(fn, pc), func(c *bundle.Program) { change(c, writable(c, fn)) })
}

// edges are those of which a call takes one on its way to an instruction, the last before it; nil where it may come
// there without any.
func (m *maker) edges(fn, pc int) []int {
	f, before := &m.p.Funcs[fn], m.leading(fn)
	begins := func(pc int) bool {
		return pc == 0 || slices.ContainsFunc(f.Handlers, func(h bundle.Handler) bool { return int(h.PC) == pc })
	}
	var edges []int
	seen, todo := map[int]bool{pc: true}, []int{pc}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if f.Code[at].Op() == bundle.Cover {
			edges = append(edges, f.Code[at].Bx())
			continue
		}
		if begins(at) {
			return nil
		}
		for _, b := range before[at] {
			if !seen[int(b)] {
				seen[int(b)] = true
				todo = append(todo, int(b))
			}
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// leading are the instructions that lead to each of a function: see bundle.Func.Before.
func (m *maker) leading(fn int) [][]int32 {
	if m.before == nil {
		m.before = make([][][]int32, len(m.p.Funcs))
	}
	if m.before[fn] == nil {
		m.before[fn] = m.p.Funcs[fn].Before()
	}
	return m.before[fn]
}

// handlers are forgotten one by one.
func (m *maker) handlers(fn int, f *bundle.Func) {
	for i, h := range f.Handlers {
		name := h.Tag
		if h.Keys != "" {
			name = "按 " + h.Keys
		}
		m.at("handler", fn, int(h.PC), diag.Textf("%s 里漏了“%s”的处理", "%s lacks its handler of %s", f.Name, name),
			func(_ *bundle.Program, f *bundle.Func) { f.Handlers = slices.Delete(f.Handlers, i, i+1) })
		last := &m.list[len(m.list)-1]
		if last.Edges = nil; h.Edge >= 0 {
			last.Edges = []int{int(h.Edge)}
		}
	}
}

// code are the slips at one instruction.
func (m *maker) code(fn int, f *bundle.Func, pc int) {
	c := f.Code[pc]
	switch c.Op() {
	case bundle.JumpIf, bundle.JumpIfNot:
		if !m.branches(f, pc) {
			return
		}
		other := bundle.JumpIf
		if c.Op() == bundle.JumpIf {
			other = bundle.JumpIfNot
		}
		m.at("negate", fn, pc, diag.Textf("%s 里的条件反了", "a condition in %s is turned round", f.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABx(other, c.A(), c.SBx()) })
		m.branch(fn, f, pc)
	case bundle.AddMoney, bundle.SubMoney, bundle.AddNumber, bundle.SubNumber:
		m.sum(fn, f, pc)
	case bundle.EqN:
		if pc+1 < len(f.Code) && m.branches(f, pc+1) {
			m.figure(fn, f, pc)
		}
	case bundle.LtN, bundle.LeN:
		if pc+1 >= len(f.Code) || !m.branches(f, pc+1) {
			return
		}
		other := bundle.LtN
		if c.Op() == bundle.LtN {
			other = bundle.LeN
		}
		m.at("limit", fn, pc, diag.Textf("%s 里的界限差了一点", "a limit in %s is off by a hair", f.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABC(other, c.A(), c.B(), c.C()) })
		m.figure(fn, f, pc)
	case bundle.LoadK:
		m.constant(fn, f, pc)
	case bundle.LoadI:
		m.tries(fn, f, pc)
	case bundle.Effect:
		m.effect(fn, f, pc)
	case bundle.Goto:
		m.gone(fn, pc, diag.Textf("%s 里删去了“转到 %s”", "%s lacks the goto %s", f.Name, m.p.Funcs[c.Bx()].Name))
		m.target(fn, pc)
	case bundle.Call:
		if g := &m.p.Funcs[c.Bx()]; !g.Returns && g.Kind != bundle.SurveyFunc {
			m.gone(fn, pc, diag.Textf("%s 里删去了“执行 %s”", "%s lacks the do %s", f.Name, g.Name))
		}
		m.called(fn, pc)
	case bundle.StoreData:
		m.gone(fn, pc, diag.Textf("%s 里没有记下“%s”", "%s does not set %s", f.Name, m.p.Data[c.Bx()]))
	}
}

// gone is a step left out.
func (m *maker) gone(fn, pc int, what diag.Text) {
	m.at("step", fn, pc, what, func(_ *bundle.Program, f *bundle.Func) {
		f.Code[pc] = bundle.MakeABC(bundle.Nop, 0, 0, 0)
	})
}

// Behind is a mutant of which all goes wrong behind an edge, so that a call that comes there shows it. ok is false for
// an edge that no instruction counts.
func Behind(p *bundle.Program, edge int) (m Mutant, ok bool) {
	for fn := range p.Funcs {
		for pc, c := range p.Funcs[fn].Code {
			if c.Op() != bundle.Cover || c.Bx() != edge {
				continue
			}
			return Mutant{Kind: "edge", Edges: []int{edge}, apply: func(c *bundle.Program) {
				f := writable(c, fn)
				f.Consts = append(slices.Clone(f.Consts), bundle.Const{S: "error", Text: true})
				f.Code[pc] = bundle.MakeABx(bundle.Raise, 0, len(f.Consts)-1)
			}}, true
		}
	}
	return m, false
}

// branches tells whether a jump is one that the author wrote: a branch of the graph begins behind it.
func (m *maker) branches(f *bundle.Func, pc int) bool {
	c := f.Code[pc]
	if c.Op() != bundle.JumpIf && c.Op() != bundle.JumpIfNot {
		return false
	}
	for _, to := range []int{pc + 1, pc + 1 + c.SBx()} {
		if to < 0 || to >= len(f.Code) || f.Code[to].Op() != bundle.Cover {
			continue
		}
		if e := f.Code[to].Bx(); m.g == nil || e < len(m.g.Edges) && m.g.Edges[e].Kind == graph.Branch {
			return true
		}
	}
	return false
}

// constant swaps what a name stands for: a queue, a language.
func (m *maker) constant(fn int, f *bundle.Func, pc int) {
	c := f.Code[pc]
	k := f.Consts[c.Bx()]
	if !k.Text {
		return
	}
	replace := func(kind string, what diag.Text, text string) {
		m.at(kind, fn, pc, what, func(_ *bundle.Program, f *bundle.Func) {
			f.Consts = append(slices.Clone(f.Consts), bundle.Const{S: text, Text: true})
			f.Code[pc] = bundle.MakeABx(bundle.LoadK, c.A(), len(f.Consts)-1)
		})
	}
	for i := range m.p.Queues {
		if m.p.Queues[i].Name != k.S {
			continue
		}
		for _, at := range neighbours(i, len(m.p.Queues)) {
			other := m.p.Queues[at].Name
			replace("queue", diag.Textf("队列 %s 写成了 %s", "queue %s was written as %s", k.S, other), other)
		}
	}
	for i, lang := range m.p.Languages {
		if other := m.p.Languages[(i+1)%len(m.p.Languages)]; lang == k.S && other != k.S {
			replace("language", diag.Textf("%s 里语种 %s 写成了 %s", "%s turns to %s, which was written as %s", f.Name, k.S,
				other), other)
		}
	}
}

// tries are one more or less: the third of the four loads that begin a question.
func (m *maker) tries(fn int, f *bundle.Func, pc int) {
	if pc < 2 || pc+1 >= len(f.Code) {
		return
	}
	r := f.Code[pc].A()
	zero := func(at, reg int) bool {
		c := f.Code[at]
		return c.Op() == bundle.LoadI && c.SBx() == 0 && (reg < 0 || c.A() == reg)
	}
	n := f.Code[pc].SBx()
	if n < 1 || n > 10 || !zero(pc-1, r-1) || !zero(pc-2, r-2) || !zero(pc+1, -1) {
		return
	}
	m.left(fn, f, pc)
	own, byDefault := m.limit(fn, pc, "tries")
	for _, by := range []int{-1, 1} {
		if n+by < 1 {
			continue
		}
		if byDefault {
			key := shared{"tries", int64(n), int64(n + by)}
			m.shared[key] = append(m.shared[key], patch{fn, pc,
				func(f *bundle.Func) { f.Code[pc] = bundle.MakeABx(bundle.LoadI, r, n+by) }})
		}
		if own < 0 {
			continue
		}
		m.at("tries", fn, pc, diag.Textf("%s 里最多 %d 次成了 %d 次", "%s allows %d [try|tries], which became %d", f.Name, n, n+by),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABx(bundle.LoadI, r, n+by) })
		m.moved(own)
	}
}
