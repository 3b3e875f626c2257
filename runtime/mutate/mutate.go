// Package mutate makes the slips that people make when they write flows, one at a time, in a compiled program: a test
// suite that notices none of them proves little.
//
// A Mutant changes a copy of the program. Its Edges are those of the flow graph behind which the change can be met, so
// that only the tests that take one of them need be run; none means all. The kinds are those of a person at work: two
// targets swapped, a handler forgotten, a key shifted, a condition turned round, a time halved or doubled, a try more
// or less, opening hours half an hour off, a make-up workday forgotten, words that need no longer be heard, an outcome
// forgotten, languages swapped, the wrong value in a text.
package mutate

import (
	"slices"
	"strconv"

	"rexian/compiler/bundle"
	"rexian/compiler/graph"
	"rexian/lang/diag"
)

// Mutant is one slip.
type Mutant struct {
	Kind  string    // of slip: "swap", "key", "negate" …
	What  diag.Text // what was changed, as a sentence without its end
	File  string    // "" for what stands nowhere
	Start int       // byte offset in it
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
	p    *bundle.Program
	g    *graph.Graph
	list []Mutant
}

// All makes all mutants of a program that was emitted with Cover. It is deterministic.
func All(p *bundle.Program, g *graph.Graph) []Mutant {
	m := &maker{p: p, g: g}
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
	m.prompts()
	m.hours()
	m.campaigns()
	for i := range p.Switches {
		m.add("switch", textf("开关 %s 起初反过来", "switch %s begins the other way", p.Switches[i].Name), "", 0, nil,
			func(c *bundle.Program) {
				c.Switches = slices.Clone(c.Switches)
				c.Switches[i].On = !c.Switches[i].On
			})
	}
	return m.list
}

func (m *maker) add(kind string, what diag.Text, file string, start int, edges []int, apply func(*bundle.Program)) {
	m.list = append(m.list, Mutant{Kind: kind, What: what, File: file, Start: start, Edges: edges, apply: apply})
}

// at adds a mutant of the code of a function.
func (m *maker) at(kind string, fn, pc int, what diag.Text, change func(*bundle.Program, *bundle.Func)) {
	file, start, _, _ := m.p.Place(fn, pc)
	m.add(kind, what, file, start, m.edges(fn, pc), func(c *bundle.Program) {
		c.Funcs = slices.Clone(c.Funcs)
		f := &c.Funcs[fn]
		f.Code, f.Sites, f.Handlers = slices.Clone(f.Code), slices.Clone(f.Sites), slices.Clone(f.Handlers)
		change(c, f)
	})
}

// edges are those that a call takes on its way to an instruction: the last before it in the text.
func (m *maker) edges(fn, pc int) []int {
	f := &m.p.Funcs[fn]
	for i := pc; i >= 0; i-- {
		if f.Code[i].Op() == bundle.Cover {
			return []int{f.Code[i].Bx()}
		}
		if i < pc && (f.Code[i].Op() == bundle.Jump || f.Code[i].Op() == bundle.Goto ||
			f.Code[i].Op() == bundle.ReturnNone) {
			return nil // who comes here does not come from above
		}
	}
	return nil
}

// handlers are forgotten one by one.
func (m *maker) handlers(fn int, f *bundle.Func) {
	for i, h := range f.Handlers {
		name := h.Tag
		if h.Keys != "" {
			name = "按 " + h.Keys
		}
		m.at("handler", fn, int(h.PC), textf("%s 里漏了“%s”的处理", "%s lacks its handler of %s", f.Name, name),
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
		m.at("negate", fn, pc, textf("%s 里的条件反了", "a condition in %s is turned round", f.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABx(other, c.A(), c.SBx()) })
	case bundle.LtN, bundle.LeN:
		if pc+1 >= len(f.Code) || !m.branches(f, pc+1) {
			return
		}
		other := bundle.LtN
		if c.Op() == bundle.LtN {
			other = bundle.LeN
		}
		m.at("limit", fn, pc, textf("%s 里的界限差了一点", "a limit in %s is off by a hair", f.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABC(other, c.A(), c.B(), c.C()) })
	case bundle.LoadK:
		m.constant(fn, f, pc)
	case bundle.LoadI:
		m.tries(fn, f, pc)
	case bundle.Effect:
		m.effect(fn, f, pc)
	}
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
		if other := m.p.Queues[(i+1)%len(m.p.Queues)].Name; m.p.Queues[i].Name == k.S && other != k.S {
			replace("queue", textf("队列 %s 写成了 %s", "queue %s was written as %s", k.S, other), other)
		}
	}
	for i, lang := range m.p.Languages {
		if other := m.p.Languages[(i+1)%len(m.p.Languages)]; lang == k.S && other != k.S {
			replace("language", textf("%s 里语种 %s 写成了 %s", "%s turns to %s, which was written as %s", f.Name, k.S,
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
	for _, by := range []int{-1, 1} {
		if n+by < 1 {
			continue
		}
		m.at("tries", fn, pc, textf("%s 里最多 %d 次成了 %d 次", "%s allows %d tries, which became %d", f.Name, n, n+by),
			func(_ *bundle.Program, f *bundle.Func) { f.Code[pc] = bundle.MakeABx(bundle.LoadI, r, n+by) })
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
