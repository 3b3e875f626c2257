package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// lookup asks the library or a table and returns the register of the result. Its fields, if the reference goes on, are
// taken too.
func (f *function) lookup(st ast.Step, r *ast.Ref, g *ast.Guard) int {
	m := f.e.p.RefOf(r)
	site := plainSite(bundle.LookupSite, 0)
	site.Playing = f.e.out.Playing
	var base int
	var result *types.Type
	played := 0
	if g != nil && g.Playing != nil && f.byName(g.Playing) {
		played = 1
	}
	if m.Key != nil {
		base = f.temp(2 + played)
		f.present(m.Key, base)
		f.load(base+1, bundle.Const{})
		site.Name, site.Index, site.Args = "table", int32(m.Symbol.Index), 2
		result = m.Symbol.Type
	} else {
		lib := m.Symbol.Lib
		n := len(lib.Params)
		base = f.temp(n + 1 + played)
		for i := range n {
			if i < len(m.Args) && m.Args[i] != nil {
				f.expr(m.Args[i], base+i)
			} else {
				f.abc(bundle.LoadAbsent, base+i, 0, 0)
			}
		}
		site.Name, site.Args = lib.ID, int32(n+1)
		result = lib.Result
		if !f.e.lookups[lib.ID] {
			f.e.lookups[lib.ID] = true
			f.e.out.Lookups = append(f.e.out.Lookups, lookupOf(lib))
		}
		var within ast.Expr
		if g != nil {
			within = g.Within
		}
		f.optional(within, base+n, bundle.Const{})
	}
	var els *ast.Else
	if g != nil {
		els = g.Else
		if g.Playing != nil {
			f.meanwhile(g.Playing, &site, base+int(site.Args))
		}
	}
	f.guarded(st, base, site, els)
	f.tail(m, result, base)
	return base
}

// guarded emits an effect that may end in an outcome, and the code of the arms that catch it here.
func (f *function) guarded(st ast.Step, base int, site bundle.Site, els *ast.Else) {
	e := f.e
	site.HangEdge = e.edge(st, graph.Hangup, "", nil)
	if site.Kind == bundle.TransferSite { // who has been put through is gone
		site.OutEdge = e.edge(st, graph.Next, "", nil)
	}
	at := f.effect(base, site)
	if site.Kind != bundle.TransferSite {
		f.cover(e.edge(st, graph.Next, "", nil))
	}
	g := e.p.GuardOf(st)
	var end label
	jumped := f.elsewhere(st, at, g, &end)
	if els == nil && !jumped {
		return
	}
	if els != nil {
		if !jumped {
			f.jump(bundle.Jump, 0, &end)
		}
		if els.Body != nil {
			at().Else = int32(len(f.f.Code))
			f.stubs(st, at, g, nil, func() { f.block(els.Body) })
			f.jump(bundle.Jump, 0, &end)
		}
		for _, arm := range els.Arms {
			f.arm(st, at, g, arm, &end)
		}
	}
	f.mark(&end)
}

// elsewhere counts, for coverage, the outcomes that no arm of the step catches, each before it is raised. The machine
// raises them by itself, so that otherwise there is nothing to emit. It tells whether there was something.
func (f *function) elsewhere(st ast.Step, at func() *bundle.Site, g *check.Guard, end *label) bool {
	if !f.e.opt.Cover || g == nil {
		return false
	}
	any := false
	for _, c := range g.Catches {
		edge := int32(-1)
		if c.By != check.ByArm && c.By != check.ByOtherwise {
			edge = f.e.edge(st, graph.Outcome, c.Tag, nil)
		}
		if edge < 0 {
			continue
		}
		if !any {
			f.jump(bundle.Jump, 0, end)
			any = true
		}
		at().Arms = append(at().Arms, bundle.Arm{Tag: c.Tag, Bind: -1, PC: int32(len(f.f.Code))})
		f.cover(edge)
		f.abx(bundle.Raise, 0, f.constIndex(bundle.Const{S: c.Tag, Text: true}))
	}
	return any
}

// stubs emits code that several outcomes lead to. For coverage each gets an entry of its own.
func (f *function) stubs(st ast.Step, at func() *bundle.Site, g *check.Guard, arm *ast.Arm, body func()) {
	var start label
	if f.e.opt.Cover && g != nil {
		for _, c := range g.Catches {
			if c.Arm != arm || c.By != check.ByArm && c.By != check.ByOtherwise {
				continue
			}
			at().Arms = append(at().Arms, bundle.Arm{Tag: c.Tag, Bind: -1, PC: int32(len(f.f.Code))})
			f.cover(f.e.edge(st, graph.Outcome, c.Tag, arm))
			f.jump(bundle.Jump, 0, &start)
		}
	}
	f.mark(&start)
	body()
}

// arm emits one arm of a step's otherwise.
func (f *function) arm(st ast.Step, at func() *bundle.Site, g *check.Guard, arm *ast.Arm, end *label) {
	pc := int32(len(f.f.Code))
	if arm.Otherwise {
		at().Else = pc
		f.stubs(st, at, g, arm, func() { f.block(arm.Body) })
		f.jump(bundle.Jump, 0, end)
		return
	}
	var pressed label
	for _, k := range arm.Keys {
		at().Arms = append(at().Arms, bundle.Arm{Tag: "press:" + k.Keys, Bind: -1, PC: int32(len(f.f.Code))})
		f.cover(f.e.edge(st, graph.Press, k.Keys, arm))
		f.jump(bundle.Jump, 0, &pressed)
	}
	f.mark(&pressed)
	for _, l := range arm.Labels {
		// For coverage stubs gives each outcome its own entry.
		if m := f.e.p.LabelOf(l); m != nil && m.Tag != "" && !f.e.opt.Cover {
			at().Arms = append(at().Arms, bundle.Arm{Tag: m.Tag, Bind: -1, PC: int32(len(f.f.Code))})
		}
	}
	if len(arm.Keys) == 0 {
		f.stubs(st, at, g, arm, func() { f.block(arm.Body) })
	} else {
		f.block(arm.Body)
	}
	f.jump(bundle.Jump, 0, end)
}
