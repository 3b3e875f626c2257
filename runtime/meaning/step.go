package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// and adds to what was done; lists share their beginning, so that none is written to.
func and(acts []act, a act) []act { return append(acts[:len(acts):len(acts)], a) }

// step does one instruction. done: nothing is left of this walk.
func (r *run) step(s *state, f *facts, acts []act, fr *frame, fn *bundle.Func, c bundle.Code) (
	*facts, []act, bool) {
	reg := s.stack[fr.base:]
	if t, fails, ok := r.compute(s, fn, c, reg); ok {
		if fails != nil {
			after, on := r.fork(s, f, fails, r.fault(acts))
			if !on {
				return f, acts, true
			}
			f = after
		}
		if t != nil {
			reg[c.A()] = t
		}
		return f, acts, false
	}
	switch c.Op() {
	case bundle.Jump:
		fr.pc += int32(c.J())
	case bundle.JumpIf, bundle.JumpIfNot:
		cond, no := reg[c.A()], c.Op() == bundle.JumpIfNot
		if yes, known := f.decide(cond); known {
			fr.pc += int32(truth(yes != no)) * int32(c.SBx())
			break
		}
		if no {
			cond = r.not(cond)
		}
		after, _ := r.fork(s, f, cond, r.to(acts, int(fr.pc)))
		f, fr.pc = after, fr.pc+int32(c.SBx())
	case bundle.Loop:
		n := reg[c.A()]
		if n.op != opNumber {
			r.over = true
			return f, acts, true
		}
		reg[c.A()] = r.number(n.n - 1)
		if n.n > 1 {
			fr.pc += int32(c.SBx())
		}
	case bundle.Each:
		return r.each(s, f, acts, fr, c)
	case bundle.Dispatch:
		return r.dispatch(f, acts, s, fr, &fn.Jumps[c.Bx()], reg[c.A()])
	case bundle.Call:
		base := fr.base + int32(c.A())
		s.stack = r.resize(s.stack, max(len(s.stack), int(base)+int(r.prog.Funcs[c.Bx()].Registers)))
		s.frames = append(s.frames, frame{fn: int32(c.Bx()), base: base})
	case bundle.Return, bundle.ReturnNone:
		v := r.zero
		if c.Op() == bundle.Return {
			v = reg[c.A()]
		}
		if s.frames = s.frames[:len(s.frames)-1]; len(s.frames) == 0 {
			r.end(s, f, acts, vm.EndReturn, v)
			return f, acts, true
		}
		reg[0] = v
	case bundle.Goto:
		n, from := len(r.prog.Funcs[c.Bx()].Params), int(fr.base)+c.A()
		args := slices.Clone(s.stack[from : from+n])
		s.frames, s.jumped = append(s.frames[:0], frame{fn: int32(c.Bx())}), true
		s.stack = r.resize(args, int(r.prog.Funcs[c.Bx()].Registers))
	case bundle.Raise:
		return f, acts, r.raise(s, f, acts, fn.Consts[c.Bx()].S)
	case bundle.Effect:
		return r.effect(s, f, acts, fr, &fn.Sites[c.Bx()], c.A())
	case bundle.TryMul: // the slow way, which follows, gives the same result
	default:
		return f, acts, r.raise(s, f, acts, "error")
	}
	return f, acts, false
}

// to goes on at an instruction.
func (r *run) to(acts []act, pc int) func(*state, *facts) {
	return func(s *state, f *facts) {
		s.frames[len(s.frames)-1].pc = int32(pc)
		r.walk(s, f, acts)
	}
}

// each goes to the next item of a list, or on behind the loop.
func (r *run) each(s *state, f *facts, acts []act, fr *frame, c bundle.Code) (*facts, []act, bool) {
	reg := s.stack[fr.base:]
	list, at, most := reg[c.A()], reg[c.A()+1], reg[c.A()+2]
	if at.op != opNumber || most.op != opNumber {
		r.over = true
		return f, acts, true
	}
	behind := int(fr.pc) + c.SBx()
	if at.n >= most.n || list.op == opList && at.n >= int64(len(list.args)) || list.op == opAbsent {
		fr.pc = int32(behind)
		return f, acts, false
	}
	if list.op != opList && at.n > 0 && !s.paused {
		fr.pc--
		w := &wait{site: &turn, fr: *fr, named: r.of(opItem, at.n, "", list).name(), args: []*term{list, at}}
		w.file, w.start = r.place(&r.prog.Funcs[fr.fn], fr.pc)
		r.leaf(leaf{s: s, facts: f, acts: acts, wait: w})
		return f, acts, true
	}
	s.paused = false
	item := r.of(opItem, at.n, "", list)
	if list.op == opList {
		item = list.args[at.n]
	} else {
		after, on := r.fork(s, f, r.of(opHas, at.n, "", list), r.to(acts, behind))
		if !on {
			return f, acts, true
		}
		f = after
	}
	reg[c.A()+3], reg[c.A()+1] = item, r.number(at.n+1)
	return f, acts, false
}

// turn is where a call is between two turns of a loop over a list: nobody waits there, but to look at the turns one by
// one keeps their ways from multiplying.
var turn = bundle.Site{Kind: 255}

// name is a term in a key.
func (t *term) name() string { return "#" + strconv.Itoa(int(t.id)) }

// forget drops the facts about the items of a list up to one: a turn that is over.
func (f *facts) forget(list *term, upTo int64) *facts {
	if f == nil {
		return nil
	}
	before := f.before.forget(list, upTo)
	switch {
	case f.t.about(list, upTo):
		return before
	case before == f.before:
		return f
	}
	return before.with(f.t, f.yes)
}

// about tells whether a term is made of an item of a list up to one.
func (t *term) about(list *term, upTo int64) bool {
	if t.op == opItem && t.args[0] == list && t.n < upTo || t.op == opHas && t.args[0] == list && t.n > 0 &&
		t.n < upTo {
		return true
	}
	for _, a := range t.args {
		if a.about(list, upTo) {
			return true
		}
	}
	return false
}

// dispatch goes where a jump table sends a number.
func (r *run) dispatch(f *facts, acts []act, s *state, fr *frame, t *bundle.JumpTable,
	n *term) (*facts, []act, bool) {
	if n.op == opNumber {
		whole := n.n / million
		switch i := whole - t.Low; {
		case whole*million != n.n:
			fr.pc = t.Fraction
		case i >= 0 && i < int64(len(t.To)):
			fr.pc = t.To[i]
		default:
			fr.pc = t.Else
		}
		return f, acts, false
	}
	for i, pc := range t.To {
		is := r.compare(opEqN, n, r.number((t.Low+int64(i))*million))
		after, on := r.fork(s, f, r.not(is), r.to(acts, int(pc)))
		if !on {
			return f, acts, true
		}
		f = after
	}
	if t.Fraction != t.Else {
		after, on := r.fork(s, f, r.of("whole", 0, "", n), r.to(acts, int(t.Fraction)))
		if !on {
			return f, acts, true
		}
		f = after
	}
	fr.pc = t.Else
	return f, acts, false
}

// compute is what an instruction puts into its register A, nil for nothing, and under which condition it does not fail,
// nil for always. ok is false for those that lead elsewhere.
func (r *run) compute(s *state, fn *bundle.Func, c bundle.Code, reg []*term) (t, fails *term, ok bool) {
	abc := func() (x, y *term) { return reg[c.B()], reg[c.C()] }
	switch c.Op() {
	case bundle.Nop, bundle.Cover:
		return nil, nil, true
	case bundle.Move:
		return reg[c.B()], nil, true
	case bundle.LoadK:
		return r.constant(fn.Consts[c.Bx()]), nil, true
	case bundle.LoadI:
		return r.number(int64(c.SBx())), nil, true
	case bundle.LoadAbsent:
		return r.none, nil, true
	case bundle.LoadSet:
		return r.constant(r.prog.Settings[c.Bx()].Value), nil, true
	case bundle.LoadData:
		return s.data[c.Bx()], nil, true
	case bundle.StoreData:
		s.data = slices.Clone(s.data)
		s.data[c.Bx()] = reg[c.A()]
		return nil, nil, true
	case bundle.LoadWorld:
		return r.world(s, r.prog.Worlds[c.Bx()]), nil, true
	case bundle.EqN, bundle.EqS, bundle.LtN, bundle.LeN:
		x, y := abc()
		return r.compare(comparisons[c.Op()], x, y), nil, true
	case bundle.Contains:
		x, y := abc()
		return r.contains(x, y), nil, true
	case bundle.Not:
		return r.not(reg[c.B()]), nil, true
	case bundle.Empty:
		return r.empty(reg[c.B()]), nil, true
	case bundle.Mobile:
		return r.mobile(reg[c.B()]), nil, true
	case bundle.Present:
		return nil, r.not(r.absent(reg[c.A()])), true
	case bundle.Field:
		return r.field(reg[c.B()], int64(c.C()))
	case bundle.NewList, bundle.NewRecord:
		op := opList
		if c.Op() == bundle.NewRecord {
			op = opRecord
		}
		return r.of(op, 0, "", reg[c.B():c.B()+c.C()]...), nil, true
	}
	return r.arithmetic(fn, c, reg, s.lang)
}

// arithmetic is every operation that computes.
func (r *run) arithmetic(fn *bundle.Func, c bundle.Code, reg []*term, lang string) (t, fails *term, ok bool) {
	might := func(t *term) (*term, *term, bool) { return t, r.of(opOK, 0, "", t), true }
	op := c.Op().String()
	if t := r.day(c, reg); t != nil {
		return t, nil, true
	}
	switch c.Op() {
	case bundle.AddNumber, bundle.SubNumber, bundle.AddMoney, bundle.SubMoney, bundle.AddInt, bundle.SubInt,
		bundle.MulNumber, bundle.MulMoney, bundle.DivNumber, bundle.DivMoney:
		x, y := reg[c.B()], reg[c.C()]
		if x.op == opNumber && y.op == opNumber && max(abs(x.n), abs(y.n)) < 1<<50 {
			switch c.Op() {
			case bundle.AddNumber, bundle.AddMoney, bundle.AddInt:
				return r.number(x.n + y.n), nil, true
			case bundle.SubNumber, bundle.SubMoney, bundle.SubInt:
				return r.number(x.n - y.n), nil, true
			}
		}
		return might(r.of(op, 0, "", x, y))
	case bundle.AddWhole:
		return might(r.of("AddNumber", 0, "", reg[c.B()], r.number(int64(c.SC())*1_000_000)))
	case bundle.MulWhole:
		return might(r.of("MulNumber", 0, "", reg[c.B()], r.number(int64(c.C())*1_000_000)))
	case bundle.Negate:
		if x := reg[c.B()]; x.op == opNumber {
			return r.number(-x.n), nil, true
		}
		return r.of(op, 0, "", reg[c.B()]), nil, true
	case bundle.Scale, bundle.Descale, bundle.DaysToTime, bundle.TimeToDays:
		return might(r.of(op, 0, "", reg[c.B()]))
	case bundle.Column:
		return r.of(op, int64(c.C()), "", reg[c.B()]), nil, true
	case bundle.Chosen:
		return r.of(op, 0, "", reg[c.B():c.B()+1+c.C()]...), nil, true
	case bundle.Exact:
		x := &fn.Exacts[c.Bx()]
		var how strings.Builder
		var args []*term
		for _, step := range x.Steps {
			how.WriteByte(step.Op)
			if step.Op == 'r' {
				args = append(args, reg[step.Reg], r.number(step.Unit))
			}
		}
		return might(r.of(op, x.Unit, how.String(), args...))
	case bundle.Format:
		return r.written(c.Bx(), reg[c.A():], lang), nil, true
	case bundle.Builtin:
		return r.builtin(r.prog.Builtins[c.Bx()], reg[c.A():])
	}
	return nil, nil, false
}

// day is a number of days, or the day so many before or after this one: no fault can come of that. It is nil for what
// is no such thing.
func (r *run) day(c bundle.Code, reg []*term) *term {
	const day, most = 86_400_000, 1 << 24
	switch c.Op() {
	case bundle.TimeToDays:
		if x := reg[c.B()]; x.op == opNumber && x.n%day == 0 && abs(x.n) < most*day {
			return r.number(x.n / day)
		}
	case bundle.AddInt, bundle.SubInt:
		x, y := reg[c.B()], reg[c.C()]
		if x.op == opWorld && x.s == "today" && y.op == opNumber && abs(y.n) < most {
			return r.of(c.Op().String(), 0, "", x, y)
		}
	}
	return nil
}

// comparisons are the operations of terms that instructions make.
var comparisons = map[bundle.Op]string{bundle.EqN: opEqN, bundle.EqS: opEqS, bundle.LtN: opLess, bundle.LeN: opMost}

func abs(n int64) int64 { return max(n, -n) }

// arities are how many arguments the built-in functions take that take more or less than two.
var arities = map[string]int{"count": 1, "sum": 1, "average": 1, "first": 1, "last": 1, "filing.deadline": 1,
	"filing.late_fee": 3, "length": 1, "mask": 1}

func arity(id string) int {
	id = strings.TrimSuffix(id, formerly)
	if n, given := arities[id]; given {
		return n
	}
	return 2
}

// builtin applies a built-in function.
func (r *run) builtin(id string, reg []*term) (t, fails *term, ok bool) {
	t = r.of("call:"+id, 0, "", reg[:arity(id)]...)
	switch id {
	case "count", "first", "last", "join", "mask":
		return t, nil, true
	}
	return t, r.of(opOK, 0, "", t), true
}

// field is a field of a record.
func (r *run) field(rec *term, i int64) (t, fails *term, ok bool) {
	t = r.of(opField, i, "", rec)
	switch rec.op {
	case opRecord:
		if i < int64(len(rec.args)) {
			return rec.args[i], nil, true
		}
		return r.none, nil, true
	case opHours, opAnswer:
		return t, nil, true
	}
	return t, r.not(r.absent(rec)), true
}

func (p *pool) constant(c bundle.Const) *term {
	switch {
	case c.Absent:
		return p.none
	case c.Text:
		return p.text(c.S)
	}
	return p.number(c.N)
}

// world is a value of the call or the clock. The names of the flows that a call went through are nobody's business but
// the reports': see the package's comment.
func (r *run) world(s *state, id string) *term {
	switch id {
	case "call.agent":
		return s.agent
	case "caller", "call.number", "call.id", "call.path":
		return r.make(opWorld, 0, id, -1)
	}
	return r.make(opWorld, 0, id, r.epoch)
}
