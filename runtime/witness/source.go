package witness

import (
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// choice is something of the world around a call that can be chosen: what a lookup gives, what the caller keys, whether
// a switch is on, the caller's number, the time.
type choice struct {
	step   ast.Node      // a lookup or a question
	symbol *check.Symbol // hours, switch, list, setting
	name   string        // "caller", "clock"; of hours closedFor
}

// closedFor is the choice why hours are closed.
const closedFor = "reason"

// use is a choice that a condition depends on, and by which of its fields.
type use struct {
	choice
	t      *types.Type // of all of it
	fields []*types.Field
	empty  bool // whether it has items at all may matter
	many   bool // it takes many to find one that fits: a part of all callers
	// rows are those of which the choice is the key of one; what depends on it depends on the row.
	rows *check.TableInfo
}

// sources finds what the value of an expression comes from, at a place of the path.
func (w *writer) sources(e ast.Expr, at int, depth int) (list []use) {
	if e == nil || depth > 12 {
		return nil
	}
	ast.Walk(e, func(n ast.Node) bool {
		r, ok := n.(*ast.Ref)
		if !ok {
			return true
		}
		m := w.p.RefOf(r)
		if m == nil || m.Symbol == nil {
			return true
		}
		for _, u := range w.named(m.Symbol, at, depth) {
			if u.rows == nil {
				u.fields = append(append([]*types.Field(nil), u.fields...), m.Fields...)
			}
			list = append(list, u)
		}
		return true
	})
	return list
}

// named finds what the value of a name comes from.
func (w *writer) named(s *check.Symbol, at, depth int) []use {
	switch s.Kind {
	case check.Hours:
		return []use{{choice: choice{symbol: s}, t: s.Type}, {choice: choice{symbol: s, name: closedFor},
			t: types.OfTags(library.ClosedReasons...)}}
	case check.Switch, check.NamesList, check.Setting:
		return []use{{choice: choice{symbol: s}, t: s.Type}}
	case check.Function:
		switch s.Lib.ID {
		case "caller", "share":
			return []use{w.caller(s.Lib.ID == "share")}
		case "now", "today", "this_month", "last_month", "next_month":
			return []use{{choice: choice{name: "clock"}}}
		}
		if s.Lib.Class != library.Lookup {
			return []use{{choice: choice{name: "clock"}}}
		}
	case check.Local, check.CallData:
		return w.given(s, at, depth)
	case check.Param:
		return w.passed(s, at, depth)
	}
	return nil
}

// caller is the use of who calls, or is called: the telephone of a campaign's target. many says that it takes many.
func (w *writer) caller(many bool) use {
	if t := w.targetType(); w.campaign() >= 0 && t.Kind == types.RecordOf {
		for _, f := range t.Record.Fields {
			if f.Type.Kind == types.Phone {
				return use{choice: choice{name: "target"}, t: t, fields: []*types.Field{f}, many: many}
			}
		}
	}
	return use{choice: choice{name: "caller"}, many: many}
}

// given finds the steps before a place of the path that give a name its value.
func (w *writer) given(s *check.Symbol, at, depth int) (list []use) {
	for i := min(at, len(w.path.Moves)) - 1; i >= 0; i-- {
		step := w.path.Moves[i].Edge.From.Step
		switch x := step.(type) {
		case *ast.Let:
			if w.p.LocalOf(x) != s && !(x.Set && w.p.Find(x.Name.Text) == s) {
				continue
			}
			return w.source(x, i, depth)
		case *ast.ForEach:
			if w.p.LocalOf(x) == s {
				return w.sources(x.List, i, depth+1)
			}
		case *ast.Match:
			for _, arm := range x.Arms {
				for _, l := range arm.Labels {
					if k := w.p.LabelOf(l); k != nil {
						for _, part := range k.Fields {
							if part.Bind == s {
								return append(w.sources(x.Value, i, depth+1), use{choice: choice{name: "clock"}})
							}
						}
					}
				}
			}
		case *ast.SurveyAsk:
			if w.p.LocalOf(x) == s {
				return []use{{choice: choice{step: x}, t: s.Type}}
			}
		}
	}
	return list
}

// source finds what a let takes its value from.
func (w *writer) source(x *ast.Let, at, depth int) (list []use) {
	switch src := x.Source; {
	case src.Ask != nil:
		return []use{{choice: choice{step: x}, t: w.p.AskType(src.Ask), rows: w.p.AskRows(src.Ask)}}
	case src.Do != nil:
		f := w.p.FlowOf(src.Do)
		if f == nil || f.Body == nil {
			return nil
		}
		ast.Walk(f.Body, func(n ast.Node) bool {
			if r, ok := n.(*ast.Return); ok {
				list = append(list, w.sources(r.Value, at, depth+1)...)
			}
			return true
		})
		return list
	}
	if g := w.p.GuardOf(x); g != nil && g.Lookup != nil && g.Lookup.Symbol != nil {
		if f := g.Lookup.Symbol.Lib; f != nil {
			return []use{{choice: choice{step: x}, t: f.Result, empty: true}}
		}
		list = w.sources(g.Lookup.Key, at, depth+1)
		for i := range list {
			list[i].rows, _ = w.table(x)
		}
		return list
	}
	return w.sources(x.Source.Expr, at, depth+1)
}

// passed finds what the argument of a parameter comes from: of the last step on the path that went into its flow.
func (w *writer) passed(s *check.Symbol, at, depth int) []use {
	for i := min(at, len(w.path.Moves)) - 1; i >= 0; i-- {
		e := w.path.Moves[i].Edge
		if e.Kind != graph.Do && e.Kind != graph.Goto || e.To.Flow() == nil {
			continue
		}
		for k, p := range e.To.Flow().Params {
			if p != s {
				continue
			}
			if m := w.p.RefOf(target(e.From.Step)); m != nil && k < len(m.Args) {
				return w.sources(m.Args[k], i, depth+1)
			}
		}
	}
	if w.path.Begin.Kind == "dial" {
		return []use{{choice: choice{name: "target"}, t: w.targetType(), empty: true}}
	}
	return nil
}

// target is the flow that a step goes into, with its arguments.
func target(step ast.Node) *ast.Ref {
	switch x := step.(type) {
	case *ast.Goto:
		return x.Target
	case *ast.Do:
		return x.Call
	case *ast.Let:
		return x.Source.Do
	}
	return nil
}

// turns lists what the way that a move takes depends on: its condition, what its step computes.
func (w *writer) turns(i int) (uses []use, consts []check.Const) {
	move := w.path.Moves[i]
	e := move.Edge
	var exprs []ast.Expr
	switch x := e.From.Step.(type) {
	case *ast.If:
		exprs = append(exprs, x.Cond)
	case *ast.Match:
		exprs = append(exprs, x.Value)
		for _, arm := range x.Arms {
			for _, l := range arm.Labels {
				exprs = append(exprs, l.Value, l.To)
			}
		}
	case *ast.ForEach:
		exprs = append(exprs, x.List)
	}
	if e.Arm != nil {
		exprs = append(exprs, e.Arm.When)
	}
	if t, key := w.table(e.From.Step); t != nil {
		exprs = append(exprs, key)
		for _, row := range t.Rows[:min(len(t.Rows), 3)] {
			consts = append(consts, row[0])
		}
	}
	if move.At != nil && e.Kind == graph.Error {
		ast.Walk(move.At.Step, func(n ast.Node) bool {
			if x, ok := n.(ast.Expr); ok {
				exprs = append(exprs, x)
				return false
			}
			_, block := n.(*ast.Block)
			return !block
		})
	}
	for _, x := range exprs {
		if x == nil {
			continue
		}
		uses, consts = append(uses, w.sources(x, i, 0)...), append(consts, w.consts(x)...)
	}
	return uses, consts
}

// consts are those in an expression.
func (w *writer) consts(x ast.Expr) (list []check.Const) {
	ast.Walk(x, func(n ast.Node) bool {
		if k, ok := n.(ast.Expr); ok {
			if c, ok := w.p.ConstOf(k); ok {
				list = append(list, c)
			}
		}
		return true
	})
	return list
}

// targetType is the type of a campaign's target.
func (w *writer) targetType() *types.Type {
	for _, x := range w.p.Campaigns {
		if x.Name == w.path.Begin.Text && x.Target != nil {
			return x.Target.Type
		}
	}
	return types.Of(types.Text)
}

// table is the table that a step looks up a row of, and the key by which it does; nil if it does not.
func (w *writer) table(step ast.Node) (*check.TableInfo, ast.Expr) {
	st, ok := step.(ast.Step)
	if !ok {
		return nil, nil
	}
	g := w.p.GuardOf(st)
	if g == nil || g.Lookup == nil || g.Lookup.Symbol == nil || g.Lookup.Symbol.Kind != check.Table {
		return nil, nil
	}
	for _, t := range w.p.Tables {
		if t.Symbol == g.Lookup.Symbol {
			return t, g.Lookup.Key
		}
	}
	return nil, nil
}
