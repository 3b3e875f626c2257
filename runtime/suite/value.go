package suite

import (
	"math/big"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// eval computes an expression of a test at the test's present moment. want is the type it stands for, which gives
// records their fields; nil if nothing is known. ok is false for what cannot be computed: a fault such as an
// overflow, or something only a call knows while there is none.
func (r *run) eval(e ast.Expr, want *types.Type) (v vm.Value, ok bool) {
	switch x := e.(type) {
	case *ast.List:
		var elem *types.Type
		if want != nil && want.Kind == types.ListOf {
			elem = want.Elem
		}
		items := make([]vm.Value, len(x.Items))
		for i, item := range x.Items {
			if items[i], ok = r.eval(item, elem); !ok {
				return vm.Value{}, false
			}
		}
		return vm.List(items...), true
	case *ast.Record:
		return r.record(x, want)
	case *ast.Ref:
		return r.ref(x)
	case *ast.Unary:
		v, ok = r.eval(x.X, nil)
		if x.Op == "not" {
			return vm.Bool(v.N == 0), ok
		}
		return vm.Int(-v.N), ok
	case *ast.Binary:
		return r.binary(x)
	case *ast.State:
		return r.state(x)
	case *ast.Paren:
		v, ok = r.eval(x.X, want)
		return r.tail(v, ok, r.Checked.TailOf(x))
	case *ast.Cond:
		c, known := r.eval(x.C, nil)
		if !known {
			return vm.Value{}, false
		}
		if c.N != 0 {
			v, ok = r.eval(x.Then, want)
		} else {
			v, ok = r.eval(x.Else, want)
		}
		return r.tail(v, ok, r.Checked.TailOf(x))
	case *ast.DateLit:
		if x.Time != nil {
			return vm.Int(r.at(x.Days, x.Time.Seconds)), true
		}
	}
	c, ok := r.Checked.ConstOf(e)
	if !ok {
		return vm.Value{}, false
	}
	return constant(c, want), true
}

// constant is a literal as a value; a number written for another type takes its form (a telephone its plain digits).
func constant(c check.Const, want *types.Type) vm.Value {
	if c.None {
		return vm.Absent()
	}
	kind := types.Bad
	if want != nil {
		kind = want.Kind
	} else if c.Type != nil {
		kind = c.Type.Kind
	}
	if c.Type != nil && held(c.Type.Kind) == text || c.Type == nil && c.S != "" || held(kind) == text && c.S != "" {
		if kind == types.Phone {
			if s, _, fault := ident.Phone(c.S); fault == ident.OK {
				return vm.Text(s)
			}
		}
		return vm.Text(c.S)
	}
	return vm.Int(c.N)
}

type form uint8

const (
	number form = iota
	text
)

// held tells how the machine holds values of a kind.
func held(k types.Kind) form {
	switch k {
	case types.Number, types.Money, types.YesNo, types.Date, types.Month, types.Time, types.Moment, types.Duration,
		types.Workdays, types.Months:
		return number
	}
	return text
}

// record makes a record of the type wanted; fields that are not written are absent.
func (r *run) record(x *ast.Record, want *types.Type) (vm.Value, bool) {
	if want == nil || want.Record == nil {
		want = r.Checked.TypeOf(x)
	}
	if want == nil || want.Record == nil {
		return vm.Value{}, false
	}
	fields := make([]vm.Value, len(want.Record.Fields))
	for i := range fields {
		fields[i] = vm.Absent()
	}
	for _, f := range x.Fields {
		field := want.Record.Field(f.Name.Text)
		if field == nil {
			return vm.Value{}, false
		}
		v, ok := r.eval(f.Value, field.Type)
		if !ok {
			return vm.Value{}, false
		}
		fields[field.Index] = v
	}
	return vm.Record(fields...), true
}

// ref computes what a name stands for.
func (r *run) ref(x *ast.Ref) (vm.Value, bool) {
	m := r.Checked.RefOf(x)
	if m == nil || m.Symbol == nil {
		if w, ok := library.Tag(x.Name.Text); ok && len(x.Tail) == 0 {
			return vm.Text(w.ID), true
		}
		return vm.Value{}, false
	}
	s := m.Symbol
	switch s.Kind {
	case check.Setting:
		for _, set := range r.program.Settings {
			if set.Name == s.Name {
				return r.tail(session.Constant(set.Value), true, m)
			}
		}
	case check.Tag:
		return vm.Text(s.Tag), true
	case check.CallData:
		if r.call != nil {
			return r.tail(r.call.Datum(s.Name), true, m)
		}
	case check.Queue, check.Prompt, check.Mailbox, check.Flow, check.Hours, check.Switch, check.NamesList:
		return vm.Text(s.Name), true
	case check.Function:
		v, ok := r.function(s.Lib, m)
		return r.tail(v, ok, m)
	}
	return vm.Value{}, false
}

// function computes a built-in or a value of the clock, by the machine itself, so that a test and a flow cannot differ.
func (r *run) function(f *library.Function, m *check.Ref) (vm.Value, bool) {
	p := &bundle.Program{Zone: r.Program.Zone, Languages: r.Program.Languages, Fallback: r.Program.Fallback,
		Calendars: r.Program.Calendars,
		Calendar:  r.Program.Calendar,
		Playing:   -1, Defaults: -1, Apology: -1, Regret: -1}
	fn := bundle.Func{Name: f.ID, Kind: bundle.ExprFunc, Returns: true, Registers: 4}
	var args []vm.Value
	switch f.Class {
	case library.Builtin:
		id := f.ID
		if id == "round" && len(m.Args) > 0 && r.Checked.TypeOf(m.Args[0]).Kind == types.Money {
			id = "round.money"
		}
		for i := range f.Params {
			v := vm.Absent()
			if i < len(m.Args) && m.Args[i] != nil {
				var ok bool
				if v, ok = r.eval(m.Args[i], paramType(f, i)); !ok {
					return v, false
				}
			}
			args = append(args, v)
			fn.Params = append(fn.Params, bundle.Param{})
		}
		p.Builtins = []string{id}
		fn.Code = []bundle.Code{bundle.MakeABx(bundle.Builtin, 0, 0), bundle.MakeABC(bundle.Return, 0, 0, 0)}
	case library.Value:
		p.Worlds = []string{f.ID}
		fn.Code = []bundle.Code{bundle.MakeABx(bundle.LoadWorld, 0, 0), bundle.MakeABC(bundle.Return, 0, 0, 0)}
	default:
		return vm.Value{}, false
	}
	fn.Registers = int32(max(len(args), 1) + 2)
	fn.Places = make([]bundle.Place, len(fn.Code))
	p.Funcs = []bundle.Func{fn}
	image, err := vm.Load(p)
	if err != nil {
		return vm.Value{}, false
	}
	e := image.New(vm.Call{ID: "sim", Caller: r.caller, Number: r.number}).Start(0, args, r.time())
	if !e.End || e.How != vm.EndReturn || len(e.Args) == 0 {
		return vm.Value{}, false
	}
	return e.Args[0], true
}

func paramType(f *library.Function, i int) *types.Type {
	if i < len(f.Params) {
		return f.Params[i].Type
	}
	return nil
}

// tail takes the fields that follow a value; of a list, that field of each item.
func (r *run) tail(v vm.Value, ok bool, m *check.Ref) (vm.Value, bool) {
	if !ok || m == nil {
		return v, ok
	}
	for _, f := range m.Fields {
		items := v.Items()
		switch {
		case v.P != nil && v.P.Kind == vm.RecordObject && f.Index < len(items):
			v = items[f.Index]
		case v.P != nil && v.P.Kind == vm.ListObject:
			column := make([]vm.Value, len(items))
			for i, item := range items {
				if f.Index >= len(item.Items()) {
					return vm.Value{}, false
				}
				column[i] = item.Items()[f.Index]
			}
			v = vm.List(column...)
		default:
			return vm.Value{}, false
		}
	}
	return v, true
}

// state computes `is open`, `is empty` and their kind.
func (r *run) state(x *ast.State) (vm.Value, bool) {
	yes := false
	switch x.Kind {
	case "open", "closed", "on", "off":
		ref, ok := x.X.(*ast.Ref)
		if !ok {
			return vm.Value{}, false
		}
		s := r.Checked.SymbolOf(ref)
		if s == nil {
			return vm.Value{}, false
		}
		switch s.Kind {
		case check.Hours:
			yes = r.open(s.Index, r.time()).Value.Items()[0].N != 0
		case check.Switch:
			yes = r.switchOn(s.Index)
		default:
			return vm.Value{}, false
		}
		if x.Kind == "closed" || x.Kind == "off" {
			yes = !yes
		}
	default:
		v, ok := r.eval(x.X, nil)
		if !ok {
			return v, false
		}
		if x.Kind == "mobile" {
			yes = ident.IsMobile(v.Str())
		} else {
			yes = v.IsAbsent() || v.P != nil && v.P.Kind != vm.RecordObject && v.Str() == "" && len(v.Items()) == 0
		}
	}
	return vm.Bool(yes != x.Not), true
}

// binary computes an operator; `and` and `or` short-cut.
func (r *run) binary(x *ast.Binary) (vm.Value, bool) {
	a, ok := r.eval(x.X, nil)
	if !ok {
		return a, false
	}
	if x.Op == "and" && a.N == 0 || x.Op == "or" && a.N != 0 {
		return a, true
	}
	if x.Op == "in" || x.Op == "not in" {
		ref, isRef := x.Y.(*ast.Ref)
		if !isRef {
			return vm.Value{}, false
		}
		s := r.Checked.SymbolOf(ref)
		if s == nil || s.Kind != check.NamesList {
			return vm.Value{}, false
		}
		return vm.Bool(r.listed(s.Index, a.Str()) == (x.Op == "in")), true
	}
	ta, tb := r.Checked.TypeOf(x.X), r.Checked.TypeOf(x.Y)
	b, ok := r.eval(x.Y, ta)
	if !ok || a.IsAbsent() || b.IsAbsent() {
		return vm.Value{}, false
	}
	switch x.Op {
	case "and", "or":
		return b, true
	case "is":
		return vm.Bool(same(a, b)), true
	case "is not":
		return vm.Bool(!same(a, b)), true
	case "contains":
		return vm.Bool(strings.Contains(a.Str(), b.Str())), true
	case "more than":
		return vm.Bool(a.N > b.N), true
	case "less than":
		return vm.Bool(a.N < b.N), true
	case "at least":
		return vm.Bool(a.N >= b.N), true
	case "no more than":
		return vm.Bool(a.N <= b.N), true
	}
	return arithmetic(x.Op, a, b, ta, tb, r.Checked.TypeOf(x))
}

// arithmetic computes + - * / exactly and rounds once, half away from zero, to the unit of the result's type.
func arithmetic(op string, a, b vm.Value, ta, tb, result *types.Type) (vm.Value, bool) {
	x, y := exact(a.N, ta.Kind), exact(b.N, tb.Kind)
	z := new(big.Rat)
	switch op {
	case "+":
		z.Add(x, y)
	case "-":
		z.Sub(x, y)
	case "*":
		z.Mul(x, y)
	case "/":
		if y.Sign() == 0 {
			return vm.Value{}, false
		}
		z.Quo(x, y)
	default:
		return vm.Value{}, false
	}
	z.Mul(z, new(big.Rat).SetInt64(unit(result.Kind)))
	half := big.NewRat(1, 2)
	if z.Sign() < 0 {
		half.Neg(half)
	}
	z.Add(z, half)
	n := new(big.Int).Quo(z.Num(), z.Denom())
	return vm.Int(n.Int64()), n.IsInt64()
}

func exact(n int64, k types.Kind) *big.Rat { return big.NewRat(n, unit(k)) }

// unit is how many units of a kind make one: dates count days and durations milliseconds, so that both are in days
// here.
func unit(k types.Kind) int64 {
	switch k {
	case types.Number, types.Workdays, types.Months:
		return 1_000_000
	case types.Money:
		return 100
	case types.Duration, types.Moment:
		return 86_400_000
	case types.Time:
		return 86_400
	}
	return 1
}

// same compares two values of one type.
func same(a, b vm.Value) bool {
	if a.IsAbsent() || b.IsAbsent() {
		return a.IsAbsent() && b.IsAbsent()
	}
	if a.N != b.N || a.Str() != b.Str() || len(a.Items()) != len(b.Items()) {
		return false
	}
	for i, v := range a.Items() {
		if !same(v, b.Items()[i]) {
			return false
		}
	}
	return true
}
