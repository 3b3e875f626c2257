package meaning

import (
	"reflect"

	"rexian/compiler/bundle"
)

// Base is a program of which all situations are known, so that it can be compared quickly with many versions of it that
// differ in a few instructions: of the situations that do not come by one of these nothing need be looked at again.
//
//	situations of the program   ○─▶○─▶○─▶●─▶○      ● comes by a changed instruction:
//	                            └─▶○─▶○     └▶●      only there both programs are run
//
// It may be used by one goroutine at a time.
type Base struct {
	prog *bundle.Program
	x    *product
	// by the situation's number: itself, those that may come next, and the one it was first come to from (-1: none)
	nodes []*node
	next  [][]int32
	from  []int32
	by    map[instruction][]int32 // the situations that come by an instruction on to their next wait
	first []int32                 // where calls begin
}

// instruction is one of a program.
type instruction struct{ fn, pc int32 }

// NewBase looks at all situations of a program.
func NewBase(p *bundle.Program) *Base {
	b := &Base{prog: p, by: map[instruction][]int32{}}
	b.x = newProduct(p, p)
	b.x.rec = b
	b.x.new, b.x.old.tracing, b.x.aligned = b.x.old, true, true
	for _, e := range entries(p, p) {
		b.x.begin(e)
	}
	b.x.run()
	b.x.old.tracing = false
	return b
}

// found notes a situation that was not known before.
func (b *Base) found(n *node, id int32) {
	n.id = id
	b.nodes, b.next, b.from = append(b.nodes, n), append(b.next, nil), append(b.from, -1)
	if n.before == nil {
		b.first = append(b.first, id)
	} else {
		b.from[id] = n.before.id
	}
}

// led notes that one situation may lead to another.
func (b *Base) led(n *node, id int32) {
	if n.before != nil {
		b.next[n.before.id] = append(b.next[n.before.id], id)
	}
}

// came notes the instructions that a situation came by.
func (b *Base) came(n *node, list []instruction) {
	for _, at := range list {
		ids := b.by[at]
		if len(ids) == 0 || ids[len(ids)-1] != n.id {
			b.by[at] = append(ids, n.id)
		}
	}
}

// Compare tells one thing that callers can notice who go from another version to the program, if there is any. It says
// the same as the function Compare with Limits.Most 1.
func (b *Base) Compare(old *bundle.Program) *Comparison {
	fixed := Static(old, b.prog)
	if len(fixed) > 0 {
		return &Comparison{Differences: fixed, Decided: true, old: old, new: b.prog}
	}
	dirty, ok := b.changed(old)
	if !ok || b.x.over {
		return Compare(old, b.prog, Limits{Most: 1})
	}
	if len(dirty) == 0 {
		return &Comparison{Decided: true, States: len(b.nodes)}
	}
	w := &rewalk{Base: b, touched: make([]bool, len(b.nodes)), visited: make([]bool, len(b.nodes))}
	for _, at := range dirty {
		for _, id := range b.by[at] {
			w.touched[id] = true
		}
	}
	y := &product{pool: b.x.pool, old: &machine{pool: b.x.pool, prog: old}, new: b.x.new, lib: b.x.lib,
		seen: map[string]int32{}, told: map[string]bool{}, ways: map[[2]*bundle.Site][]event{}, most: 1, again: w,
		aligned: true}
	w.run(y)
	c := &Comparison{Decided: !y.over, States: len(y.seen), old: old, new: b.prog}
	if len(y.found) > 0 && !w.sure(y.found[0].at) {
		return Compare(old, b.prog, Limits{Most: 1}) // for the way there
	}
	for i := range y.found {
		d := y.describe(&y.found[i])
		d.product = y
		c.Differences = append(c.Differences, d)
	}
	return c
}

// rewalk goes through the known situations again, and runs both programs where they may differ.
type rewalk struct {
	*Base
	touched []bool // comes by a changed instruction
	visited []bool
	queue   []int32
}

// visit notes that both programs come to a situation alike.
func (w *rewalk) visit(id int32) {
	if !w.visited[id] {
		w.visited[id] = true
		w.queue = append(w.queue, id)
	}
}

func (w *rewalk) run(y *product) {
	for _, id := range w.first {
		w.visit(id)
	}
	for len(w.queue)+len(y.queue) > 0 && !y.over && len(y.found) == 0 {
		if len(w.queue) > 0 && (len(y.queue) == 0 || w.nodes[w.queue[0]].epoch <= y.queue[0].epoch) {
			id := w.queue[0]
			w.queue = w.queue[1:]
			if w.touched[id] {
				y.unit(w.nodes[id])
				continue
			}
			for _, to := range w.next[id] {
				w.visit(to)
			}
			continue
		}
		n := y.queue[0]
		y.queue = y.queue[1:]
		y.unit(n)
	}
}

// sure tells whether the way to a situation, as it was found first, comes by no changed instruction, so that both
// programs go it.
func (w *rewalk) sure(n *node) bool {
	for ; n != nil; n = n.before {
		if n.id < 0 || n.before == nil {
			continue
		}
		if n.before.id >= 0 && w.touched[n.before.id] {
			return false
		}
	}
	return true
}

// changed lists the instructions that do something else in another version; ok is false where they cannot be told one
// by one.
func (b *Base) changed(old *bundle.Program) (list []instruction, ok bool) {
	p := b.prog
	if len(old.Funcs) != len(p.Funcs) || len(old.Prompts) != len(p.Prompts) ||
		len(old.Questions) != len(p.Questions) || !alikeApart(old, p) {
		return nil, false
	}
	prompts, questions := map[int32]bool{}, map[int32]bool{}
	for i := range p.Prompts {
		if !one(old.Prompts, p.Prompts) && !reflect.DeepEqual(old.Prompts[i], p.Prompts[i]) {
			prompts[int32(i)] = true
		}
	}
	if prompts[p.Apology] || prompts[p.Regret] {
		return nil, false
	}
	for i := range p.Questions {
		q := &p.Questions[i]
		if !one(old.Questions, p.Questions) && !reflect.DeepEqual(old.Questions[i], *q) {
			questions[int32(i)] = true
		}
		for _, o := range q.Options {
			questions[int32(i)] = questions[int32(i)] || prompts[o.Label]
		}
	}
	before := &machine{pool: b.x.pool, prog: old}
	for fn := range p.Funcs {
		f, g := &p.Funcs[fn], &old.Funcs[fn]
		same := one(f.Code, g.Code) && one(f.Sites, g.Sites)
		if len(f.Code) != len(g.Code) || len(f.Sites) != len(g.Sites) || f.Registers != g.Registers ||
			!reflect.DeepEqual(f.Handlers, g.Handlers) || !reflect.DeepEqual(f.Params, g.Params) ||
			!one(f.Jumps, g.Jumps) || !one(f.Exacts, g.Exacts) {
			return nil, false
		}
		if !same && !within(before.liveness(int32(fn)), b.x.old.liveness(int32(fn))) {
			return nil, false // what was of no use may be of use now, and was not looked at
		}
		for pc, c := range f.Code {
			if other := g.Code[pc]; !same &&
				(c != other || c.Op() == bundle.LoadK && f.Consts[c.Bx()] != g.Consts[c.Bx()] ||
					c.Op() == bundle.Effect &&
						!reflect.DeepEqual(f.Sites[c.Bx()], g.Sites[c.Bx()])) ||
				uses(f, c, prompts, questions) {
				list = append(list, instruction{int32(fn), int32(pc)})
			}
		}
	}
	return list, true
}

// uses tells whether an instruction says one of some prompts or asks one of some questions.
func uses(f *bundle.Func, c bundle.Code, prompts, questions map[int32]bool) bool {
	switch c.Op() {
	case bundle.Format:
		return prompts[int32(c.Bx())]
	case bundle.Effect:
		s := &f.Sites[c.Bx()]
		switch s.Kind {
		case bundle.SaySite:
			return prompts[s.Index]
		case bundle.CollectSite, bundle.OptionsSite:
			return questions[s.Index]
		case bundle.LookupSite:
			return prompts[s.Playing] || s.Played && len(prompts) > 0
		}
	}
	return false
}

// alikeApart tells whether two programs are one but for functions, prompts and questions, and for what Static compares.
func alikeApart(a, b *bundle.Program) bool {
	return a.Zone == b.Zone && a.Fallback == b.Fallback && a.Defaults == b.Defaults && a.Apology == b.Apology &&
		a.Regret == b.Regret && one(a.Languages, b.Languages) && one(a.Settings, b.Settings) &&
		one(a.Data, b.Data) &&
		one(a.Lists, b.Lists) && one(a.Builtins, b.Builtins) && one(a.Worlds, b.Worlds) &&
		one(a.Lookups, b.Lookups) &&
		one(a.Tables, b.Tables) && one(a.Mailboxes, b.Mailboxes) && one(a.Surveys, b.Surveys) &&
		len(a.Switches) == len(b.Switches) && len(a.Hours) == len(b.Hours)
}

// one tells whether two lists are the very same.
func one[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// within tells whether nothing is read in one that is not in the other.
func within(a, b []window) bool {
	for i := range a {
		if all := b[i]; all.join(&a[i]) {
			return false
		}
	}
	return true
}
