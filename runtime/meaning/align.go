package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
)

// aligned numbers the functions and questions of one program as another numbers those that are their likes, so that a
// call in the same place of both is the same state. touch are the instructions of such functions that do something else
// there: a call that comes by none of them need be run once only. alike are the functions that have a like. ok is false
// for programs that are too unlike.
//
//	old  A B C      aligned  C B - A      B, C: alike but for touched instructions
//	new  C B' D     new      C B' D       A: has no like, so that whoever calls it is touched
func aligned(old, new *bundle.Program) (p *bundle.Program, touch [][]bool, alike []bool, ok bool) {
	a := &aligner{old: old, new: new}
	if !slices.Equal(old.Languages, new.Languages) || old.Fallback != new.Fallback ||
		!slices.Equal(old.Data, new.Data) ||
		!slices.EqualFunc(old.Lookups, new.Lookups, func(x, y bundle.Lookup) bool {
			return x.ID == y.ID && x.Result == y.Result && slices.Equal(x.Outcomes, y.Outcomes)
		}) || !a.sameDefaults() {
		return old, nil, nil, false
	}
	if a.words(); !a.says(old.Apology, new.Apology) || !a.says(old.Regret, new.Regret) {
		return old, nil, nil, false
	}
	a.functions()
	a.questions()
	a.renumber()
	touch = make([][]bool, len(new.Funcs))
	for fn := range new.Funcs {
		if a.alike[fn] {
			touch[fn] = a.touched(fn)
		}
	}
	return a.p, touch, a.alike, true
}

type aligner struct {
	old, new *bundle.Program
	p        *bundle.Program // the old one, renumbered
	funcs    []int32         // the new number of each old function
	asks     []int32         // likewise of each question
	alike    []bool          // by the new number of a function: it has a like
	said     [2][]int32      // of each prompt of both: the same for what is heard alike
	same     []bool          // by the new number of a question: it asks the same in both
}

// words numbers prompts by what is heard, whatever they are called.
func (a *aligner) words() {
	seen := map[string]int32{}
	for side, p := range []*bundle.Program{a.old, a.new} {
		a.said[side] = make([]int32, len(p.Prompts))
		for i := range p.Prompts {
			k := content(&p.Prompts[i])
			id, known := seen[k]
			if !known {
				id = int32(len(seen))
				seen[k] = id
			}
			a.said[side][i] = id
		}
	}
}

// content is all of a prompt but for its name.
func content(p *bundle.Prompt) string {
	var b strings.Builder
	n := func(n int) { b.WriteString(strconv.Itoa(n) + ",") }
	text := func(list ...string) {
		for _, s := range list {
			n(len(s))
			b.WriteString(s)
		}
	}
	n(int(p.Args))
	text(strconv.FormatBool(p.Written))
	for _, w := range p.Words {
		text("w", w.Lang)
		for _, c := range w.Pieces {
			text(c.Text, c.Kind, c.Style, c.From)
			n(int(c.Arg))
		}
	}
	for _, r := range p.Audio {
		text("a", r.Lang, r.File)
	}
	return b.String()
}

// says tells whether a prompt of the old program is heard as one of the new.
func (a *aligner) says(old, new int32) bool {
	if old < 0 || new < 0 || int(old) >= len(a.said[0]) || int(new) >= len(a.said[1]) {
		return old == new
	}
	return a.said[0][old] == a.said[1][new]
}

// sameDefaults tells whether the handlers of `defaults` take the same, and go on in the same place.
func (a *aligner) sameDefaults() bool {
	d, e := a.old.Defaults, a.new.Defaults
	return d < 0 && e < 0 || d >= 0 && e >= 0 && shaped(&a.old.Funcs[d], &a.new.Funcs[e])
}

// shaped tells whether two functions can be compared instruction by instruction.
func shaped(f, g *bundle.Func) bool {
	return f.Kind == g.Kind && len(f.Code) == len(g.Code) && f.Registers == g.Registers &&
		len(f.Params) == len(g.Params) && slices.EqualFunc(f.Handlers, g.Handlers, func(x, y bundle.Handler) bool {
		x.Edge, y.Edge = 0, 0
		return x == y
	})
}

// functions finds for each function its like: that of its name, else the next one left that has its shape.
func (a *aligner) functions() {
	name := func(f *bundle.Func) string { return string('0'+rune(f.Kind)) + f.Name }
	a.funcs = likes(len(a.old.Funcs), len(a.new.Funcs), func(i int) string { return name(&a.old.Funcs[i]) },
		func(j int) string { return name(&a.new.Funcs[j]) },
		func(i, j int) bool { return shaped(&a.old.Funcs[i], &a.new.Funcs[j]) })
	a.alike = make([]bool, len(a.new.Funcs))
	for i, j := range a.funcs {
		if int(j) < len(a.alike) {
			a.alike[j] = shaped(&a.old.Funcs[i], &a.new.Funcs[j])
		}
	}
}

// likes pairs two lists by name, what is left by the order of those that fit, and gives the rest numbers of their own.
func likes(old, new int, before, after func(int) string, fit func(i, j int) bool) []int32 {
	to, taken := make([]int32, old), make([]bool, new)
	by := map[string][]int32{}
	for j := range new {
		by[after(j)] = append(by[after(j)], int32(j))
	}
	for i := range old {
		to[i] = -1
		if k := before(i); len(by[k]) > 0 {
			to[i], by[k] = by[k][0], by[k][1:]
			taken[to[i]] = true
		}
	}
	from, more := 0, new
	for i := range old {
		if to[i] >= 0 {
			continue
		}
		for j := from; j < new && to[i] < 0; j++ {
			if !taken[j] && fit(i, j) {
				to[i], taken[j], from = int32(j), true, j+1
			}
		}
		if to[i] < 0 {
			to[i] = int32(more)
			more++
		}
	}
	return to
}

func (a *aligner) questions() {
	old, new := a.old.Questions, a.new.Questions
	a.asks = likes(len(old), len(new), func(i int) string { return old[i].Name },
		func(j int) string { return new[j].Name }, func(i, j int) bool { return a.asked(&old[i], &new[j]) })
	a.same = make([]bool, len(new))
	for i, j := range a.asks {
		if int(j) < len(new) {
			a.same[j] = a.asked(&old[i], &new[j])
		}
	}
}

// rowKeys are the keys of the rows that a question takes; none if any answer will do.
func rowKeys(p *bundle.Program, q *bundle.Question) (keys []string) {
	if q.Rows > 0 {
		for _, row := range p.Tables[q.Rows-1].Rows {
			keys = append(keys, row[0].S)
		}
	}
	return keys
}

// asked tells whether a question of the old program takes what one of the new does.
func (a *aligner) asked(x, y *bundle.Question) bool {
	return x.Field == y.Field && x.MinLen == y.MinLen && x.MaxLen == y.MaxLen && x.EndKey == y.EndKey &&
		x.AllowGlobal == y.AllowGlobal && x.Secret == y.Secret && x.Ranged == y.Ranged && x.Retry == y.Retry &&
		x.Rows > 0 == (y.Rows > 0) && slices.Equal(rowKeys(a.old, x), rowKeys(a.new, y)) &&
		slices.EqualFunc(x.Options, y.Options,
			func(o, n bundle.Option) bool { return o.Keys == n.Keys && a.says(o.Label, n.Label) })
}

// renumber makes the aligned program.
func (a *aligner) renumber() {
	p := *a.old
	fn := func(i *int32) {
		if *i >= 0 && int(*i) < len(a.funcs) {
			*i = a.funcs[*i]
		}
	}
	p.Funcs = make([]bundle.Func, max(len(a.new.Funcs), int(slices.Max(append(a.funcs, -1)))+1))
	for i := range a.old.Funcs {
		p.Funcs[a.funcs[i]] = a.moved(a.old.Funcs[i])
	}
	p.Questions = make([]bundle.Question, max(len(a.new.Questions), int(slices.Max(append(a.asks, -1)))+1))
	for i := range a.old.Questions {
		p.Questions[a.asks[i]] = a.old.Questions[i]
	}
	p.Numbers, p.Messages, p.Campaigns = slices.Clone(p.Numbers), slices.Clone(p.Messages), slices.Clone(p.Campaigns)
	fn(&p.Defaults)
	for i := range p.Numbers {
		fn(&p.Numbers[i].Func)
	}
	for i := range p.Messages {
		fn(&p.Messages[i].Func)
		fn(&p.Messages[i].Otherwise)
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		for _, f := range []*int32{&c.Targets, &c.Number, &c.With, &c.WithArgs, &c.SkipIf, &c.Unreached} {
			fn(f)
		}
		if c.Beep != 0 {
			flow := c.Beep - 1
			fn(&flow)
			fn(&c.BeepArgs)
			c.Beep = flow + 1
		}
		if c.Text {
			fn(&c.Send)
		}
	}
	a.p = &p
}

// moved is a function with the new numbers of what it calls and asks.
func (a *aligner) moved(f bundle.Func) bundle.Func {
	f.Code, f.Sites = slices.Clone(f.Code), slices.Clone(f.Sites)
	for pc, c := range f.Code {
		if op := c.Op(); op == bundle.Call || op == bundle.Goto {
			f.Code[pc] = bundle.MakeABx(op, c.A(), int(a.funcs[c.Bx()]))
		}
	}
	for i := range f.Sites {
		if s := &f.Sites[i]; s.Kind == bundle.CollectSite || s.Kind == bundle.OptionsSite {
			s.Index = a.asks[s.Index]
		}
	}
	return f
}

// touched marks the instructions of a function that do something else in the new program.
func (a *aligner) touched(fn int) []bool {
	f, g := &a.p.Funcs[fn], &a.new.Funcs[fn]
	list := make([]bool, len(f.Code))
	for pc := range f.Code {
		list[pc] = !a.does(f, g, f.Code[pc], g.Code[pc])
	}
	return list
}

// does tells whether two instructions do the same.
func (a *aligner) does(f, g *bundle.Func, c, d bundle.Code) bool {
	if c.Op() != d.Op() {
		return false
	}
	old, new := a.p, a.new
	switch c.Op() {
	case bundle.Cover:
		return true
	case bundle.LoadK:
		return c.A() == d.A() && f.Consts[c.Bx()] == g.Consts[d.Bx()]
	case bundle.Raise:
		return f.Consts[c.Bx()] == g.Consts[d.Bx()]
	case bundle.LoadSet:
		return c.A() == d.A() && old.Settings[c.Bx()].Value == new.Settings[d.Bx()].Value
	case bundle.LoadWorld:
		return c.A() == d.A() && old.Worlds[c.Bx()] == new.Worlds[d.Bx()]
	case bundle.Builtin:
		return c.A() == d.A() && old.Builtins[c.Bx()] == new.Builtins[d.Bx()]
	case bundle.Format:
		return c.A() == d.A() && a.says(int32(c.Bx()), int32(d.Bx()))
	case bundle.Exact:
		x, y := &f.Exacts[c.Bx()], &g.Exacts[d.Bx()]
		return c.A() == d.A() && x.Unit == y.Unit && slices.Equal(x.Steps, y.Steps)
	case bundle.Dispatch:
		x, y := &f.Jumps[c.Bx()], &g.Jumps[d.Bx()]
		return c.A() == d.A() && x.Low == y.Low && x.Else == y.Else && x.Fraction == y.Fraction &&
			slices.Equal(x.To, y.To)
	case bundle.Call, bundle.Goto:
		to := c.Bx()
		return c == d && to < len(a.alike) && a.alike[to]
	case bundle.Effect:
		return c.A() == d.A() && a.reaches(&f.Sites[c.Bx()], &g.Sites[d.Bx()])
	}
	return c == d
}

// reaches tells whether two sites ask the same of the outside, and go on in the same places.
func (a *aligner) reaches(x, y *bundle.Site) bool {
	if x.Kind != y.Kind || x.Name != y.Name || x.Args != y.Args || !a.says(x.Playing, y.Playing) ||
		x.Value != y.Value ||
		x.MustHear != y.MustHear || x.Each != y.Each || x.Early != y.Early ||
		x.Named != y.Named || !slices.Equal(x.Arms, y.Arms) ||
		x.Else != y.Else || !slices.Equal(x.Options, y.Options) || x.NoInput != y.NoInput || x.NoMatch != y.NoMatch {
		return false
	}
	i, j := x.Index, y.Index
	switch {
	case x.Played || y.Played: // by a number that is in a register
		return false
	case x.Kind == bundle.SaySite:
		return a.says(i, j)
	case x.Kind == bundle.CollectSite, x.Kind == bundle.OptionsSite:
		return i == j && int(j) < len(a.same) && a.same[j]
	case x.Kind == bundle.LookupSite && x.Name == "table":
		return i == j && a.old.Tables[i].Name == a.new.Tables[j].Name
	case x.Kind == bundle.VoicemailSite:
		return a.old.Mailboxes[i].Name == a.new.Mailboxes[j].Name
	case x.Kind == bundle.QuerySite && x.Name == "list":
		return a.old.Lists[i] == a.new.Lists[j]
	case x.Kind == bundle.QuerySite && x.Name == "switch":
		return a.old.Switches[i].Name == a.new.Switches[j].Name
	case x.Kind == bundle.QuerySite:
		return a.old.Hours[i].Name == a.new.Hours[j].Name
	}
	return i == j || x.Kind == bundle.LookupSite || x.Kind == bundle.SurveySite
}
