package mutate

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

// order puts what is said or noted behind the step that follows it: a notice behind the recording that it tells of.
// What computes something on its way stays where it is.
func (m *maker) order(fn int, f *bundle.Func, pc int) {
	s := &f.Sites[f.Code[pc].Bx()]
	to := m.follows(fn, f, pc)
	if s.Args > 0 || s.Early || to < 0 {
		return
	}
	first, then := m.step(f, pc), m.step(f, to)
	m.at("order", fn, pc, diag.Text{Zh: f.Name + " 里" + first.Zh + "落到了" + then.Zh + "之后",
		En: f.Name + " has " + first.En + " behind " + then.En}, func(_ *bundle.Program, f *bundle.Func) {
		f.Places = slices.Clone(f.Places)
		code, place := f.Code[pc], f.Places[pc]
		copy(f.Code[pc:to], f.Code[pc+1:to+1])
		copy(f.Places[pc:to], f.Places[pc+1:to+1])
		f.Code[to], f.Places[to] = code, place
	})
}

// follows is the step that is done next, whatever happens; -1 where the way parts before it, or none comes.
func (m *maker) follows(fn int, f *bundle.Func, pc int) int {
	before := m.leading(fn)
	for at := pc + 1; at < len(f.Code); at++ {
		if len(before[at]) != 1 || before[at][0] != int32(at-1) ||
			slices.ContainsFunc(f.Handlers, func(h bundle.Handler) bool { return int(h.PC) == at }) {
			return -1
		}
		switch c := f.Code[at]; c.Op() {
		case bundle.Call:
			return at
		case bundle.Effect:
			s := &f.Sites[c.Bx()]
			same := s.Kind == bundle.SaySite && f.Sites[f.Code[pc].Bx()].Kind == bundle.SaySite &&
				s.Index == f.Sites[f.Code[pc].Bx()].Index
			switch s.Kind {
			case bundle.CollectSite, bundle.QuerySite, bundle.HangupSite, bundle.RejectSite:
				return -1
			case bundle.SaySite, bundle.OptionsSite:
				if same || !m.speaks(fn, at) || m.standard()[s.Index] {
					return -1
				}
			}
			return at
		case bundle.Jump, bundle.JumpIf, bundle.JumpIfNot, bundle.Loop, bundle.Each, bundle.TryMul,
			bundle.Dispatch, bundle.Return, bundle.ReturnNone, bundle.Goto, bundle.Raise:
			return -1
		}
	}
	return -1
}

// step names a step for people.
func (m *maker) step(f *bundle.Func, pc int) diag.Text {
	c := f.Code[pc]
	if c.Op() == bundle.Call {
		return diag.Textf("“执行 %s”", "the do %s", m.p.Funcs[c.Bx()].Name)
	}
	s := &f.Sites[c.Bx()]
	switch s.Kind {
	case bundle.SaySite:
		return diag.Textf("“%s”", "%q", m.said(int(s.Index)))
	case bundle.RecordSite:
		return diag.Text{Zh: "“录音”", En: "its recording"}
	case bundle.MarkSite:
		return diag.Textf("标记 %s", "the mark %s", s.Name)
	case bundle.AttachSite:
		return diag.Textf("附带 %s", "the attach %s", s.Name)
	case bundle.LookupSite:
		if f := library.Default().ByID(s.Name); f != nil && len(f.Path) > 0 {
			return diag.Text{Zh: "“" + f.Path[len(f.Path)-1].Zh + "”", En: "the lookup " + s.Name}
		}
		return diag.Textf("查询 %s", "the lookup %s", s.Name)
	}
	if name, ok := steps[s.Kind]; ok {
		return diag.Text{Zh: "“" + name.Zh + "”", En: "its " + name.En}
	}
	return diag.Same(s.Kind.String())
}

// target is another flow than the one that was meant: a neighbour in its file.
func (m *maker) target(fn, pc int) {
	c := m.p.Funcs[fn].Code[pc]
	if len(m.p.Funcs[c.Bx()].Params) > 0 {
		return
	}
	for _, other := range m.beside(c.Bx()) {
		f, name := &m.p.Funcs[fn], m.p.Funcs[other].Name
		m.at("target", fn, pc, diag.Textf("%s 里“转到 %s”写成了 %s", "%s goes to %s, which was written as %s", f.Name,
			m.p.Funcs[c.Bx()].Name, name), func(_ *bundle.Program, f *bundle.Func) {
			f.Code[pc] = bundle.MakeABx(bundle.Goto, c.A(), other)
		})
	}
}

// beside are the flows that come after and before another in its file, and can be gone to without arguments.
func (m *maker) beside(fn int) (list []int) {
	fits := func(i int) bool {
		f, g := &m.p.Funcs[i], &m.p.Funcs[fn]
		return i != fn && (f.Kind == bundle.FlowFunc || f.Kind == bundle.MenuFunc) && len(f.Params) == 0 &&
			!f.Returns &&
			len(f.Places) > 0 && len(g.Places) > 0 && f.Places[0].File == g.Places[0].File
	}
	for _, step := range []int{1, len(m.p.Funcs) - 1} {
		for by := 1; by < len(m.p.Funcs); by++ {
			if i := (fn + by*step) % len(m.p.Funcs); fits(i) {
				if !slices.Contains(list, i) {
					list = append(list, i)
				}
				break
			}
		}
	}
	return list
}

// neighbours are the numbers after and before one of n, around the end.
func neighbours(i, n int) (list []int) {
	for _, other := range []int{(i + 1) % n, (i + n - 1) % n} {
		if other != i && !slices.Contains(list, other) {
			list = append(list, other)
		}
	}
	return list
}

// arms of a step lead where the next one should.
func (m *maker) arms(fn int, f *bundle.Func, pc, site int) {
	list := f.Sites[site].Arms
	for i := 0; i+1 < len(list); i++ {
		a, b := list[i], list[i+1]
		if a.Bind != b.Bind || a.PC == b.PC {
			continue
		}
		first, then := library.TagName(a.Tag), library.TagName(b.Tag)
		m.at("outcome", fn, pc, diag.Text{Zh: f.Name + " 里“" + first.Zh + "”和“" + then.Zh + "”去的地方对调了",
			En: f.Name + " swaps where " + first.En + " and " + then.En + " lead"},
			func(_ *bundle.Program, f *bundle.Func) {
				arms := slices.Clone(f.Sites[site].Arms)
				arms[i].PC, arms[i+1].PC = arms[i+1].PC, arms[i].PC
				f.Sites[site].Arms = arms
			})
		m.arm(f, a.PC, b.PC)
	}
}
