package emit

import (
	"maps"
	"math/bits"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// operand evaluates an expression and returns the register it is in: a local's own, or a temporary. The value is
// present.
func (f *function) operand(x ast.Expr) int {
	if r, ok := f.local(x); ok {
		if f.mayLack(x) {
			f.abc(bundle.Present, r, 0, 0)
		}
		return r
	}
	if k, ok := f.literal(x); ok {
		if r, pinned := f.pinned[k]; pinned {
			return r
		}
	}
	r := f.temp(1)
	f.present(x, r)
	return r
}

// literal is the constant of a number written as such.
func (f *function) literal(x ast.Expr) (bundle.Const, bool) {
	if n, ok := x.(*ast.NumberLit); ok {
		if k, ok := f.e.p.ConstOf(n); ok {
			return constant(k), true
		}
	}
	return bundle.Const{}, false
}

// pin loads the numbers written in a loop's body into registers of the loop, so that its rounds need not. It returns what
// undoes it.
func (f *function) pin(body *ast.Block) func() {
	outer := f.pinned
	f.pinned = maps.Clone(outer)
	if f.pinned == nil {
		f.pinned = map[bundle.Const]int{}
	}
	ast.Walk(body, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok {
			if k, ok := f.literal(x); ok && len(f.pinned) < 24 {
				if _, have := f.pinned[k]; !have {
					r := f.temp(1)
					f.load(r, k)
					f.pinned[k] = r
				}
			}
		}
		return true
	})
	return func() { f.pinned = outer }
}

// local finds the register of a plain name.
func (f *function) local(x ast.Expr) (int, bool) {
	switch x := x.(type) {
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return f.local(x.X)
		}
	case *ast.Ref:
		m := f.e.p.RefOf(x)
		if m == nil || len(m.Fields) > 0 || m.Called || m.Key != nil {
			return 0, false
		}
		return f.slot(m.Symbol)
	}
	return 0, false
}

// slot finds the register of a local, a parameter or a target.
func (f *function) slot(s *check.Symbol) (int, bool) {
	if r, ok := f.bound[s]; ok {
		return r, true
	}
	switch s.Kind {
	case check.Local, check.Param:
		return s.Slot, true
	case check.Target:
		return 0, true
	}
	return 0, false
}

// present evaluates an expression into r and makes sure that it is there.
func (f *function) present(x ast.Expr, r int) {
	f.expr(x, r)
	if f.mayLack(x) {
		f.abc(bundle.Present, r, 0, 0)
	}
}

// mayLack tells whether an expression may be absent.
func (f *function) mayLack(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.None:
		return true
	case *ast.Paren:
		return len(x.Tail) > 0 || f.mayLack(x.X)
	case *ast.Cond:
		return len(x.Tail) > 0 || f.mayLack(x.Then) || f.mayLack(x.Else)
	case *ast.Ref:
		m := f.e.p.RefOf(x)
		if m == nil {
			return false
		}
		if len(m.Fields) > 0 {
			return true
		}
		switch m.Symbol.Kind {
		case check.CallData:
			return true
		case check.Local, check.Param:
			return f.absent[m.Symbol]
		case check.Function:
			switch m.Symbol.Lib.ID {
			case "caller", "call.agent", "call.id", "call.number", "first", "last", "max", "min":
				return true
			}
		}
	}
	return false
}

// findAbsent finds the locals that may hold an absent value: parameters, what lookups gave, and what takes over from those.
func (f *function) findAbsent(flow *check.FlowInfo) {
	f.absent = map[*check.Symbol]bool{}
	for _, s := range flow.Params {
		f.absent[s] = true
	}
	for _, s := range flow.Locals {
		if let, ok := s.Decl.(*ast.Let); ok && let.Source != nil && let.Source.Ask != nil {
			continue
		}
		if s.Kind == check.Local {
			f.absent[s] = true
		}
	}
	// A local whose every binding is an arithmetic value or a literal cannot be absent.
	var lets []*ast.Let
	for _, n := range flowNodes(flow) {
		ast.Walk(n, func(n ast.Node) bool {
			if l, ok := n.(*ast.Let); ok {
				lets = append(lets, l)
			}
			return true
		})
	}
	definite := map[*check.Symbol]bool{}
	for _, l := range lets {
		s := f.e.p.LocalOf(l)
		if s == nil || l.Source == nil {
			continue
		}
		ok := l.Source.Ask != nil || l.Source.Expr != nil && certain(l.Source.Expr)
		if was, seen := definite[s]; seen {
			ok = ok && was
		}
		definite[s] = ok
	}
	for s, ok := range definite {
		if ok {
			delete(f.absent, s)
		} else {
			f.absent[s] = true
		}
	}
}

func flowNodes(flow *check.FlowInfo) []ast.Node {
	var list []ast.Node
	if flow.Body != nil {
		list = append(list, flow.Body)
	}
	if flow.Menu != nil {
		list = append(list, flow.Menu)
	}
	for _, h := range flow.Handlers {
		list = append(list, h)
	}
	return list
}

// certain tells whether an expression always has a value, whatever its names hold: it would have failed else.
func certain(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Binary, *ast.Unary, *ast.State, *ast.NumberLit, *ast.StringLit, *ast.DateLit, *ast.TimeLit, *ast.MonthLit,
		*ast.BoolLit, *ast.LangLit, *ast.List, *ast.Record:
		return true
	case *ast.Paren:
		return len(x.Tail) == 0 && certain(x.X)
	}
	return false
}

// expr evaluates an expression into register r. Temporaries are given back.
func (f *function) expr(x ast.Expr, r int) {
	next := f.next
	defer func() { f.next = next }()
	if k, ok := f.e.p.ConstOf(x); ok {
		if ref, isRef := x.(*ast.Ref); isRef {
			f.abx(bundle.LoadSet, r, f.e.p.RefOf(ref).Symbol.Index)
			return
		}
		f.load(r, constant(k))
		return
	}
	switch x := x.(type) {
	case *ast.Binary:
		f.binary(x, r)
	case *ast.Unary:
		if x.Op == "not" {
			f.abc(bundle.Not, r, f.operand(x.X), 0)
			return
		}
		f.arithmetic(x, r)
	case *ast.State:
		f.state(x, r)
	case *ast.StringLit:
		f.format(f.e.words([]*ast.Worded{{Base: x.Base, Text: x}}, true), r)
	case *ast.DateLit:
		f.load(r, bundle.Const{N: f.e.moment(x)})
	case *ast.Paren:
		f.expr(x.X, r)
		f.tail(f.e.p.TailOf(x), f.e.p.TypeOf(x.X), r)
	case *ast.Cond:
		var other, end label
		f.jump(bundle.JumpIfNot, f.operand(x.C), &other)
		f.expr(x.Then, r)
		f.jump(bundle.Jump, 0, &end)
		f.mark(&other)
		f.expr(x.Else, r)
		f.mark(&end)
		f.tail(f.e.p.TailOf(x), f.e.p.TypeOf(x.Then), r)
	case *ast.List:
		base := f.temp(len(x.Items))
		for i, item := range x.Items {
			f.expr(item, base+i)
		}
		f.abc(bundle.NewList, r, base, len(x.Items))
	case *ast.Record:
		f.record(x, r)
	case *ast.Ref:
		f.ref(x, r)
	default:
		f.abc(bundle.LoadAbsent, r, 0, 0)
	}
}

// record makes a literal record in the order of its type's fields; what it leaves out is absent.
func (f *function) record(x *ast.Record, r int) {
	t := f.e.p.TypeOf(x)
	if t.Kind != types.RecordOf {
		f.abc(bundle.LoadAbsent, r, 0, 0)
		return
	}
	n := len(t.Record.Fields)
	base := f.temp(n)
	for i := range n {
		f.abc(bundle.LoadAbsent, base+i, 0, 0)
	}
	for _, field := range x.Fields {
		if at := t.Record.Field(field.Name.Text); at != nil {
			f.expr(field.Value, base+at.Index)
		}
	}
	f.abc(bundle.NewRecord, r, base, n)
}

// tail takes the fields of a value in r. of is the value's type: a field of a list is that field of each item.
func (f *function) tail(m *check.Ref, of *types.Type, r int) {
	if m == nil {
		return
	}
	for i, field := range m.Fields {
		op := bundle.Field
		if of != nil && of.Kind == types.ListOf {
			op = bundle.Column
		} else {
			f.abc(bundle.Present, r, 0, 0)
		}
		f.abc(op, r, r, field.Index)
		if i < len(m.Types) {
			of = m.Types[i]
		}
	}
}

// ref evaluates a reference.
func (f *function) ref(x *ast.Ref, r int) {
	m := f.e.p.RefOf(x)
	if m == nil || m.Symbol == nil {
		f.abc(bundle.LoadAbsent, r, 0, 0)
		return
	}
	s := m.Symbol
	if from, ok := f.slot(s); ok {
		f.move(r, from)
		f.tail(m, s.Type, r)
		return
	}
	switch s.Kind {
	case check.CallData:
		f.abx(bundle.LoadData, r, s.Index)
		f.tail(m, s.Type, r)
	case check.Setting:
		f.abx(bundle.LoadSet, r, s.Index)
	case check.Switch:
		site := plainSite(bundle.QuerySite, 0)
		site.Name, site.Index = "switch", int32(s.Index)
		f.effect(r, site)
	case check.Tag:
		f.loadText(r, s.Tag)
	case check.Template:
		f.template(f.e.p.Templates[s.Index], m.Args, r)
	case check.Function:
		f.call(m, r)
	default:
		// Queues, flows, prompts, hours, mailboxes, lists as values: their names.
		f.loadText(r, s.Name)
	}
}

// call computes a built-in function or a value of the call.
func (f *function) call(m *check.Ref, r int) {
	lib := m.Symbol.Lib
	if lib.Class == library.Value {
		f.abx(bundle.LoadWorld, r, index(f.e.worlds, &f.e.out.Worlds, lib.ID))
		f.tail(m, lib.Result, r)
		return
	}
	n := max(len(lib.Params), 1)
	base := f.temp(n)
	var first *types.Type
	for i := range n {
		if i >= len(m.Args) || m.Args[i] == nil {
			f.abc(bundle.LoadAbsent, base+i, 0, 0)
			continue
		}
		if first == nil {
			first = f.e.p.TypeOf(m.Args[i])
		}
		f.expr(m.Args[i], base+i)
	}
	id := lib.ID
	if id == "round" && first != nil && first.Kind == types.Money {
		id = "round.money"
	}
	f.abx(bundle.Builtin, base, index(f.e.builtins, &f.e.out.Builtins, id))
	f.move(r, base)
	result := lib.Result
	if lib.Shape != nil {
		var args []*types.Type
		for _, a := range m.Args {
			if a != nil {
				args = append(args, f.e.p.TypeOf(a))
			}
		}
		if len(args) > 0 {
			result = lib.Shape(args)
		}
	}
	f.tail(m, result, r)
}

// index numbers a name in a list of the bundle.
func index(known map[string]int, list *[]string, name string) int {
	i, ok := known[name]
	if !ok {
		i = len(*list)
		known[name] = i
		*list = append(*list, name)
	}
	return i
}

// state evaluates `X is open` and its like.
func (f *function) state(x *ast.State, r int) {
	switch x.Kind {
	case "empty":
		f.expr(x.X, r)
		f.abc(bundle.Empty, r, r, 0)
	case "mobile":
		f.present(x.X, r)
		f.abc(bundle.Mobile, r, r, 0)
	case "open", "closed":
		f.hours(x.X, r)
		f.abc(bundle.Field, r, r, 0)
		if x.Kind == "closed" {
			f.abc(bundle.Not, r, r, 0)
		}
	case "on", "off":
		f.expr(x.X, r)
		if x.Kind == "off" {
			f.abc(bundle.Not, r, r, 0)
		}
	}
	if x.Not {
		f.abc(bundle.Not, r, r, 0)
	}
}

// hours asks opening hours for now: a record of open, reason and next opening.
func (f *function) hours(x ast.Expr, r int) {
	site := plainSite(bundle.QuerySite, 0)
	site.Name, site.Index = "hours", -1
	if ref, ok := x.(*ast.Ref); ok {
		if s := f.e.p.SymbolOf(ref); s != nil && s.Kind == check.Hours {
			site.Index = int32(s.Index)
			f.effect(r, site)
			return
		}
	}
	f.expr(x, r)
	site.Args = 1
	f.effect(r, site)
}

// binary evaluates a comparison, a logical or an arithmetic operation.
func (f *function) binary(x *ast.Binary, r int) {
	switch x.Op {
	case "+", "-", "*", "/":
		f.arithmetic(x, r)
		return
	case "and", "or":
		var end label
		f.expr(x.X, r)
		op := bundle.JumpIfNot
		if x.Op == "or" {
			op = bundle.JumpIf
		}
		f.jump(op, r, &end)
		f.expr(x.Y, r)
		f.mark(&end)
		return
	case "in", "not in":
		f.membership(x, r)
		if x.Op == "not in" {
			f.abc(bundle.Not, r, r, 0)
		}
		return
	case "contains":
		a := f.operand(x.X)
		f.abc(bundle.Contains, r, a, f.operand(x.Y))
		return
	}
	if none(x.X) || none(x.Y) {
		other := x.X
		if none(x.X) {
			other = x.Y
		}
		f.expr(other, r)
		f.abc(bundle.Empty, r, r, 0)
	} else {
		a := f.operand(x.X)
		b := f.operand(x.Y)
		switch x.Op {
		case "is", "is not":
			f.abc(f.equal(x.X, x.Y), r, a, b)
		case "less than":
			f.abc(bundle.LtN, r, a, b)
		case "more than":
			f.abc(bundle.LtN, r, b, a)
		case "no more than":
			f.abc(bundle.LeN, r, a, b)
		case "at least":
			f.abc(bundle.LeN, r, b, a)
		}
	}
	if x.Op == "is not" {
		f.abc(bundle.Not, r, r, 0)
	}
}

func none(x ast.Expr) bool { _, ok := x.(*ast.None); return ok }

// equal chooses the comparison for two values' types.
func (f *function) equal(x, y ast.Expr) bundle.Op {
	if isText(f.e.p.TypeOf(x)) || isText(f.e.p.TypeOf(y)) {
		return bundle.EqS
	}
	return bundle.EqN
}

// membership evaluates X in Y: a list kept in the console is asked, any other is searched.
func (f *function) membership(x *ast.Binary, r int) {
	if ref, ok := x.Y.(*ast.Ref); ok {
		if s := f.e.p.SymbolOf(ref); s != nil && s.Kind == check.NamesList {
			// A caller without a number is on no list.
			f.expr(x.X, r)
			site := plainSite(bundle.QuerySite, 1)
			site.Name, site.Index = "list", int32(s.Index)
			t := f.temp(1)
			f.move(t, r)
			var asked, end label
			f.abc(bundle.Empty, r, r, 0)
			f.jump(bundle.JumpIfNot, r, &asked)
			f.load(r, bundle.Const{})
			f.jump(bundle.Jump, 0, &end)
			f.mark(&asked)
			f.effect(t, site)
			f.move(r, t)
			f.mark(&end)
			return
		}
	}
	a := f.operand(x.X)
	base := f.temp(4)
	f.expr(x.Y, base)
	f.load(base+1, bundle.Const{})
	f.load(base+2, bundle.Const{N: 1 << 40})
	eq := bundle.EqN
	if isText(f.e.p.TypeOf(x.X)) {
		eq = bundle.EqS
	}
	var round, found, done, end label
	f.mark(&round)
	f.jump(bundle.Each, base, &done)
	f.abc(eq, r, a, base+3)
	f.jump(bundle.JumpIf, r, &found)
	f.jump(bundle.Jump, 0, &round)
	f.mark(&done)
	f.load(r, bundle.Const{})
	f.jump(bundle.Jump, 0, &end)
	f.mark(&found)
	f.load(r, bundle.Const{N: 1})
	f.mark(&end)
}

// bit is option i's bit in a mask.
func bit(i int) int64 { return int64(1) << (i % bits.UintSize) }
