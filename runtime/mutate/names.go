package mutate

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
)

// prompt says other words than were meant: the next prompt, and the one before, that has a name and takes nothing.
func (m *maker) prompt(fn int, f *bundle.Func, pc, site int) {
	s := &f.Sites[site]
	if s.Args > 0 || m.p.Prompts[s.Index].Name == "" {
		return
	}
	for _, step := range []int{1, len(m.p.Prompts) - 1} {
		other := int(s.Index)
		fits := false
		for by := 1; by < len(m.p.Prompts) && !fits; by++ {
			other = (int(s.Index) + by*step) % len(m.p.Prompts)
			p := &m.p.Prompts[other]
			fits = p.Name != "" && !p.Written && p.Args == 0 && !m.standard()[int32(other)]
		}
		if !fits || other == int(s.Index) {
			continue
		}
		p := &m.p.Prompts[other]
		m.at("prompt", fn, pc, diag.Textf("%s 里“播放 %s”写成了 %s", "%s says %s, which was written as %s", f.Name,
			m.p.Prompts[s.Index].Name, p.Name),
			func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].Index = int32(other) })
	}
}

// query asks another list, switch or opening hours than was meant: a neighbour of its kind.
func (m *maker) query(fn int, f *bundle.Func, pc, site int) {
	s := &f.Sites[site]
	var names []string
	kind := diag.Text{Zh: "作息", En: "hours"}
	switch s.Name {
	case "list":
		names, kind = m.p.Lists, diag.Text{Zh: "名单", En: "the list"}
	case "switch":
		for _, x := range m.p.Switches {
			names = append(names, x.Name)
		}
		kind = diag.Text{Zh: "开关", En: "the switch"}
	default:
		for _, x := range m.p.Hours {
			names = append(names, x.Name)
		}
	}
	for _, other := range neighbours(int(s.Index), len(names)) {
		m.at("query", fn, pc, diag.Text{Zh: f.Name + " 里" + kind.Zh + " " + names[s.Index] + " 写成了 " + names[other],
			En: f.Name + " asks " + kind.En + " " + names[s.Index] + ", which was written as " + names[other]},
			func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].Index = int32(other) })
	}
}

// called is another flow than the one that was meant to be done: a neighbour in its file.
func (m *maker) called(fn, pc int) {
	f := &m.p.Funcs[fn]
	c := f.Code[pc]
	g := &m.p.Funcs[c.Bx()]
	if len(g.Params) > 0 || g.Returns || g.Kind == bundle.SurveyFunc {
		return
	}
	for _, other := range m.beside(c.Bx()) {
		m.at("target", fn, pc, diag.Textf("%s 里“执行 %s”写成了 %s", "%s does %s, which was written as %s", f.Name,
			g.Name,
			m.p.Funcs[other].Name), func(_ *bundle.Program, f *bundle.Func) {
			f.Code[pc] = bundle.MakeABx(bundle.Call, c.A(), other)
		})
	}
}

// marks are the milestones of the program, each once, as they come in it.
func (m *maker) marks() []string {
	if m.noted == nil {
		m.noted = []string{}
		for fn := range m.p.Funcs {
			f := &m.p.Funcs[fn]
			for _, c := range f.Code {
				if c.Op() != bundle.Effect || f.Sites[c.Bx()].Kind != bundle.MarkSite {
					continue
				}
				if name := f.Sites[c.Bx()].Name; !slices.Contains(m.noted, name) {
					m.noted = append(m.noted, name)
				}
			}
		}
	}
	return m.noted
}

// mark notes another milestone than was meant.
func (m *maker) mark(fn int, f *bundle.Func, pc, site int) {
	list, name := m.marks(), f.Sites[site].Name
	for _, i := range neighbours(slices.Index(list, name), len(list)) {
		other := list[i]
		m.at("mark", fn, pc, diag.Textf("%s 里“标记 %s”写成了 %s", "%s marks %s, which was written as %s", f.Name,
			name, other),
			func(_ *bundle.Program, f *bundle.Func) { f.Sites[site].Name = other })
	}
}

// left are the options that a menu may lack: tries is the instruction that loads its tries, two before the one that
// loads which options are on offer.
func (m *maker) left(fn int, f *bundle.Func, tries int) {
	at := tries + 2
	if at >= len(f.Code) || f.Code[at].A() != f.Code[tries].A()-3 {
		return
	}
	c := f.Code[at]
	var mask int64
	switch c.Op() {
	case bundle.LoadI:
		mask = int64(c.SBx())
	case bundle.LoadK:
		mask = f.Consts[c.Bx()].N
	}
	asks := at
	for asks < len(f.Code) && (f.Code[asks].Op() != bundle.Effect ||
		f.Sites[f.Code[asks].Bx()].Kind != bundle.CollectSite) {
		asks++
	}
	if asks == len(f.Code) {
		return
	}
	s := &f.Sites[f.Code[asks].Bx()]
	for i, o := range m.p.Questions[s.Index].Options {
		if mask>>i&1 == 0 || i >= len(s.Options) {
			continue
		}
		m.at("option", fn, asks, diag.Textf("%s 里漏了按 %s", "%s lacks key %s", f.Name, o.Keys),
			func(_ *bundle.Program, f *bundle.Func) {
				f.Consts = append(slices.Clone(f.Consts), bundle.Const{N: mask &^ (1 << i)})
				f.Code[at] = bundle.MakeABx(bundle.LoadK, c.A(), len(f.Consts)-1)
			})
		m.arm(f, s.Options[i])
	}
}

// length takes a key more or less than was meant.
func (m *maker) length(fn int, f *bundle.Func, pc, site int) {
	index := f.Sites[site].Index
	q := &m.p.Questions[index]
	if q.MaxLen == 0 {
		return
	}
	for _, by := range []int32{-1, 1} {
		least, most := q.MinLen, q.MaxLen+by
		if q.MinLen == q.MaxLen {
			least = most
		}
		if most < 1 || least > most {
			continue
		}
		m.at("length", fn, pc,
			diag.Text{Zh: keyed(f.Name+" 里", q.MinLen, q.MaxLen).Zh + "成了" + keyed("", least, most).Zh,
				En: keyed(f.Name+" takes ", q.MinLen, q.MaxLen).En + ", which became " + keyed("", least,
					most).En},
			func(c *bundle.Program, _ *bundle.Func) {
				c.Questions = slices.Clone(c.Questions)
				c.Questions[index].MinLen, c.Questions[index].MaxLen = least, most
			})
	}
}

// keyed says how many keys a question takes.
func keyed(before string, least, most int32) diag.Text {
	if least == most {
		return diag.Textf(before+"%d 位", before+"%d [key|keys]", most)
	}
	return diag.Textf(before+"%d 到 %d 位", before+"%d to %d [key|keys]", least, most)
}

// figure is a number that is compared with, a zero too long.
func (m *maker) figure(fn int, f *bundle.Func, pc int) {
	c := f.Code[pc]
	for at := pc - 1; at >= max(0, pc-3); at-- {
		l := f.Code[at]
		if l.Op() != bundle.LoadI && l.Op() != bundle.LoadK || l.A() != c.B() && l.A() != c.C() {
			continue
		}
		n := int64(l.SBx())
		if l.Op() == bundle.LoadK {
			if k := f.Consts[l.Bx()]; k.Text || k.Absent {
				return
			}
			n = f.Consts[l.Bx()].N
		}
		if n == 0 {
			return
		}
		m.at("number", fn, pc, diag.Text{Zh: f.Name + " 里比较的数多写了一个零",
			En: "a number that " + f.Name + " compares with has a zero too many"},
			func(_ *bundle.Program, f *bundle.Func) {
				f.Consts = append(slices.Clone(f.Consts), bundle.Const{N: 10 * n})
				f.Code[at] = bundle.MakeABx(bundle.LoadK, l.A(), len(f.Consts)-1)
			})
		return
	}
}

// settings are twice what they should be.
func (m *maker) settings() {
	for i := range m.p.Settings {
		v := m.p.Settings[i].Value
		if v.Text || v.Absent || v.N < 2 {
			continue
		}
		m.declared("setting", m.p.Settings[i].Name,
			diag.Textf("参数 %s 写成了两倍", "setting %s is twice what it should be",
				m.p.Settings[i].Name), func(c *bundle.Program) {
				c.Settings = slices.Clone(c.Settings)
				c.Settings[i].Value.N *= 2
			})
	}
}
