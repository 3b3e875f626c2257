package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// expr evaluates an expression into register r. Temporaries are given back.
func (f *function) expr(x ast.Expr, r int) {
	next := f.next
	defer func() { f.next = next }()
	if k, ok := f.e.p.ConstOf(x); ok {
		ref, named := x.(*ast.Ref)
		if named && f.e.p.RefOf(ref).Symbol.Kind == check.Setting {
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
		if x.Op == words.Not {
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
		base := f.window(r, 1)
		for i, item := range x.Items {
			f.further(i)
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
	base := f.window(r, 1)
	var first *types.Type
	for i := range n {
		f.further(i)
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
