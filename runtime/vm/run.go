package vm

import (
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/value"
)

// Limits of what a value may be; beyond them is a fault.
const (
	numberLimit = value.NumberLimit
	moneyLimit  = value.MoneyLimit
	intLimit    = value.IntLimit
	million     = 1_000_000
)

// outside tells whether n is not within ±(limit-1), without a branch more than one.
func outside(n, limit int64) bool { return uint64(n+limit-1) > uint64(2*limit-2) }

// branch takes the conditional jump on register a that mostly follows a comparison, and spares it a turn of the loop.
func branch(code []bundle.Code, pc, a int, yes int64) int {
	if uint(pc) < uint(len(code)) {
		switch next := code[pc]; {
		case uint16(next) == uint16(bundle.JumpIf)|uint16(a)<<8:
			pc++
			if yes != 0 {
				pc += next.SBx()
			}
		case uint16(next) == uint16(bundle.JumpIfNot)|uint16(a)<<8:
			pc++
			if yes == 0 {
				pc += next.SBx()
			}
		}
	}
	return pc
}

// follow is where a jump table sends the number n.
func follow(t *bundle.JumpTable, n int64) int {
	whole := n / million
	if whole*million != n {
		return int(t.Fraction)
	}
	if i := whole - t.Low; uint64(i) < uint64(len(t.To)) {
		return int(t.To[i])
	}
	return int(t.Else)
}

// round takes the Loop at pc, which ends a run, and gives where the code goes on. The budget is below 0 where the loop
// may not go round again.
func (m *Machine) round(code []bundle.Code, r *[windowSize]Value, pc int) int {
	c := code[pc]
	pc++
	a := &r[c.A()]
	a.N--
	if a.N > 0 {
		pc += c.SBx()
		m.budget--
	}
	return pc
}

func truth(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// A function's window is addressed by eight bits. Seen as an array of 256 values no register needs a check of its
// bounds, which is worth a fifth of the running time; so there must always be as much room behind a frame's
// base. A waiting call would carry that room about, so it is lent: run borrows a wide stack from the image and
// gives it back when the call waits again.
const windowSize = 256

// window is the registers from base on.
func (m *Machine) window(base int32) *[windowSize]Value {
	if int(base)+windowSize > cap(m.Stack) {
		wider := make([]Value, len(m.Stack), 2*int(base)+4*windowSize)
		copy(wider, m.Stack)
		m.Stack = wider
	}
	return (*[windowSize]Value)(m.Stack[base : base+windowSize])
}

// run executes until an effect or the end. All faults leave the loop through m.raise.
func (m *Machine) run(e *Effect) *Effect {
	own := m.Stack
	lent, _ := m.im.stacks.Get().(*[]Value)
	if lent == nil {
		lent = new([]Value)
		*lent = make([]Value, 4*windowSize)
	}
	m.Stack = append((*lent)[:0], own...)
	for done := false; !done; {
		_, done = m.execute(e)
	}
	wide := m.Stack
	m.Stack = resize(own[:0], len(wide))
	copy(m.Stack, wide)
	if n := len(e.Args); n > 0 {
		// Arguments are a part of the stack; they move back with it.
		if at := cap(wide) - cap(e.Args); at >= 0 && at+n <= len(wide) && &wide[at] == &e.Args[0] {
			e.Args = m.Stack[at : at+n]
		}
	}
	clear(wide)
	*lent = wide[:0]
	m.im.stacks.Put(lent)
	return e
}

// execute runs from the innermost frame. It returns false where frames have changed by raising, to begin anew.
func (m *Machine) execute(e *Effect) (*Effect, bool) {
	if len(m.Frames) == 0 {
		return m.end(e, EndReturn), true
	}
	fr := &m.Frames[len(m.Frames)-1]
	f := &m.prog.Funcs[fr.Func]
	code := m.im.code[fr.Func]
	k := m.im.consts[fr.Func]
	r := m.window(fr.Base)
	pc := int(fr.PC)
	for {
		if uint(pc) >= uint(len(code)) {
			// Emitted code never falls off its end; a forged bundle might.
			fr.PC = int32(len(code))
			return m.fault(e)
		}
		c := code[pc]
		pc++
		switch c.Op() {
		case bundle.Nop:
		case bundle.Move:
			r[c.A()] = r[c.B()]
		case bundle.LoadK:
			r[c.A()] = k[c.Bx()]
		case bundle.LoadI:
			r[c.A()].Set(int64(c.SBx()))
		case bundle.LoadAbsent:
			r[c.A()] = Value{P: absent}
		case bundle.Jump:
			j := c.J()
			pc += j
			if j < 0 {
				if m.budget--; m.budget < 0 {
					fr.PC = int32(pc)
					return m.fault(e)
				}
			}
		case bundle.JumpIf:
			if r[c.A()].N != 0 {
				pc += c.SBx()
			}
		case bundle.JumpIfNot:
			if r[c.A()].N == 0 {
				pc += c.SBx()
			}
		case bundle.Loop:
			a := &r[c.A()]
			a.N--
			if a.N > 0 {
				pc += c.SBx()
				if m.budget--; m.budget < 0 {
					fr.PC = int32(pc)
					return m.fault(e)
				}
			}
		case bundle.Each:
			a := c.A()
			i, items := r[a+1].N, r[a].Items()
			if i < 0 || i >= int64(len(items)) || i >= r[a+2].N {
				pc += c.SBx()
				continue
			}
			r[a+3] = items[i]
			r[a+1].N = i + 1
		case bundle.Call:
			fr.PC = int32(pc)
			if m.budget--; m.budget < 0 || len(m.Frames) >= maxFrames {
				return m.fault(e)
			}
			base := fr.Base + int32(c.A())
			callee := c.Bx()
			f = &m.prog.Funcs[callee]
			if need := int(base) + int(f.Registers); need > len(m.Stack) {
				m.Stack = resize(m.Stack, need)
			}
			m.Frames = append(m.Frames, Frame{Func: int32(callee), Base: base})
			fr = &m.Frames[len(m.Frames)-1]
			code, k, r, pc = m.im.code[callee], m.im.consts[callee], m.window(base), 0
		case bundle.Return, bundle.ReturnNone:
			v := Value{}
			if c.Op() == bundle.Return {
				v = r[c.A()]
			}
			m.Frames = m.Frames[:len(m.Frames)-1]
			if len(m.Frames) == 0 {
				m.result = v
				if m.Gone {
					return m.end(e, EndCaller), true
				}
				return m.end(e, EndReturn), true
			}
			r[0] = v
			fr = &m.Frames[len(m.Frames)-1]
			f = &m.prog.Funcs[fr.Func]
			code, k, r, pc = m.im.code[fr.Func], m.im.consts[fr.Func], m.window(fr.Base), int(fr.PC)
		case bundle.Goto:
			fr.PC = int32(pc)
			if m.budget--; m.budget < 0 {
				return m.fault(e)
			}
			n, from := len(m.prog.Funcs[c.Bx()].Params), int(fr.Base)+c.A()
			copy(m.Stack, m.Stack[from:from+n])
			m.Stack = m.Stack[:n]
			m.jumpTo(c.Bx())
			return nil, false
		case bundle.AddNumber:
			n := r[c.B()].N + r[c.C()].N
			if outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.SubNumber:
			n := r[c.B()].N - r[c.C()].N
			if outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.AddWhole:
			n := r[c.B()].N + int64(c.SC())*million
			if outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.MulWhole:
			n, ok := times(r[c.B()].N, int64(c.C()))
			if !ok || outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case mulAdd, mulAddLoop:
			n, ok := times(r[c.B()].N, int64(c.C()))
			if !ok || outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
			looped := c.Op() == mulAddLoop
			c = code[pc]
			pc++
			n = r[c.B()].N + r[c.C()].N
			if outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
			if !looped {
				continue
			}
			if pc = m.round(code, r, pc); m.budget < 0 {
				fr.PC = int32(pc)
				return m.fault(e)
			}
		case addLoop, wholeLoop:
			n := r[c.B()].N
			if c.Op() == addLoop {
				n += r[c.C()].N
			} else {
				n += int64(c.SC()) * million
			}
			if outside(n, numberLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
			if pc = m.round(code, r, pc); m.budget < 0 {
				fr.PC = int32(pc)
				return m.fault(e)
			}
		case bundle.AddMoney:
			n := r[c.B()].N + r[c.C()].N
			if outside(n, moneyLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.SubMoney:
			n := r[c.B()].N - r[c.C()].N
			if outside(n, moneyLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.AddInt, bundle.SubInt:
			n := r[c.C()].N
			if c.Op() == bundle.SubInt {
				n = -n
			}
			n += r[c.B()].N
			if outside(n, intLimit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[c.A()].Set(n)
		case bundle.MulNumber, bundle.MulMoney:
			limit := int64(numberLimit)
			if c.Op() == bundle.MulMoney {
				limit = moneyLimit
			}
			n, ok := product(r[c.B()].N, r[c.C()].N)
			if !ok && !rounded(&r[c.A()], r[c.B()].N, r[c.C()].N, million, limit) || ok && outside(n, limit) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			if ok {
				r[c.A()].Set(n)
			}
		case bundle.Dispatch:
			pc = follow(&f.Jumps[c.Bx()], r[c.A()].N)
		case bundle.DivNumber, bundle.DivMoney, bundle.Exact, bundle.Field, bundle.Column,
			bundle.NewList, bundle.NewRecord, bundle.LoadWorld, bundle.Present, bundle.Descale,
			bundle.Scale, bundle.DaysToTime, bundle.TimeToDays, bundle.Chosen:
			if !m.slow(c, f, r[:]) {
				fr.PC = int32(pc)
				return m.fault(e)
			}
		case bundle.Format:
			a := c.A()
			v, ok := m.write(c.Bx(), r[a:a+int(m.prog.Prompts[c.Bx()].Args)])
			if !ok {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[a] = v
		case bundle.Builtin:
			a, b := c.A(), &m.im.pure[c.Bx()]
			v, ok := b.call(m, r[a:a+b.args])
			if !ok {
				fr.PC = int32(pc)
				return m.fault(e)
			}
			r[a] = v
		case bundle.TryMul:
			n, rest, ok := mulDiv(r[c.B()].N, r[c.C()].N, million)
			if ok && rest == 0 && !outside(n, numberLimit) {
				r[c.A()].Set(n)
				pc++
			}
		case bundle.Negate:
			r[c.A()].Set(-r[c.B()].N)
		case bundle.EqN:
			yes := truth(r[c.B()].N == r[c.C()].N)
			r[c.A()].Set(yes)
			pc = branch(code, pc, c.A(), yes)
		case bundle.LtN:
			yes := truth(r[c.B()].N < r[c.C()].N)
			r[c.A()].Set(yes)
			pc = branch(code, pc, c.A(), yes)
		case bundle.LeN:
			yes := truth(r[c.B()].N <= r[c.C()].N)
			r[c.A()].Set(yes)
			pc = branch(code, pc, c.A(), yes)
		case bundle.EqS:
			x, y := r[c.B()].P, r[c.C()].P
			yes := truth(x == y || x != nil && y != nil && x.Kind == y.Kind && x.S == y.S)
			r[c.A()].Set(yes)
			pc = branch(code, pc, c.A(), yes)
		case bundle.Contains:
			r[c.A()].Set(truth(strings.Contains(r[c.B()].Str(), r[c.C()].Str())))
		case bundle.Not:
			r[c.A()].Set(r[c.B()].N ^ 1)
		case bundle.Empty:
			r[c.A()].Set(truth(r[c.B()].IsEmpty()))
		case bundle.Mobile:
			r[c.A()].Set(truth(ident.IsMobile(r[c.B()].Str())))
		case bundle.LoadSet:
			r[c.A()] = constant(m.prog.Settings[c.Bx()].Value)
		case bundle.LoadData:
			r[c.A()] = m.Data[c.Bx()]
		case bundle.StoreData:
			m.Data[c.Bx()] = r[c.A()]
		case bundle.Cover:
			m.cover(int32(c.Bx()))
		case bundle.Raise:
			fr.PC = int32(pc)
			m.raise(k[c.Bx()].Str())
			return m.afterRaise(e)
		case bundle.Effect:
			fr.PC = int32(pc)
			return m.effect(e, &f.Sites[c.Bx()], c.A())
		default:
			fr.PC = int32(pc)
			return m.fault(e)
		}
	}
}

// jumpTo makes function fn the only frame; its arguments are the whole stack already.
func (m *Machine) jumpTo(fn int) {
	f := &m.prog.Funcs[fn]
	m.Frames = append(m.Frames[:0], Frame{Func: int32(fn)})
	m.Stack = resize(m.Stack, int(f.Registers))
	if f.Kind != bundle.DefaultsFunc {
		m.note(fn)
	}
}

// slow is every operation that is worth a call of its own. It returns false on a fault.
func (m *Machine) slow(c bundle.Code, f *bundle.Func, r []Value) bool {
	a, b := c.A(), c.B()
	switch c.Op() {
	case bundle.DivNumber:
		return rounded(&r[a], r[b].N, million, r[c.C()].N, numberLimit)
	case bundle.DivMoney:
		return rounded(&r[a], r[b].N, million, r[c.C()].N, moneyLimit)
	case bundle.Exact:
		n, ok := Exact(&f.Exacts[c.Bx()], r)
		r[a] = Value{N: n}
		return ok
	case bundle.Scale:
		n, rest, ok := mulDiv(r[b].N, million, 1)
		r[a] = Value{N: n}
		return ok && rest == 0 && !outside(n, numberLimit)
	case bundle.Descale:
		r[a] = Value{N: r[b].N / million}
		return r[b].N%million == 0
	case bundle.DaysToTime:
		n, _, ok := mulDiv(r[b].N, dayMillis, 1)
		r[a] = Value{N: n}
		return ok && !outside(n, intLimit)
	case bundle.TimeToDays:
		n := r[b].N
		r[a] = Value{N: n / dayMillis}
		return n%dayMillis == 0
	case bundle.Present:
		return !r[a].IsAbsent()
	case bundle.Field:
		items := r[b].Items()
		if r[b].P == nil || r[b].P.Kind != RecordObject {
			return false
		}
		if c.C() >= len(items) {
			r[a] = Absent()
			return true
		}
		r[a] = items[c.C()]
		return true
	case bundle.Column:
		if r[b].P == nil || r[b].P.Kind != ListObject {
			return false
		}
		list := make([]Value, 0, len(r[b].Items()))
		for _, rec := range r[b].Items() {
			v := Absent()
			if items := rec.Items(); c.C() < len(items) {
				v = items[c.C()]
			}
			list = append(list, v)
		}
		r[a] = List(list...)
		return true
	case bundle.NewList:
		r[a] = List(append([]Value(nil), r[b:b+c.C()]...)...)
		return heldWithin(r[a])
	case bundle.Chosen:
		list := []Value{}
		for i := range c.C() {
			if i < 64 && r[b].N>>i&1 != 0 {
				list = append(list, r[b+1+i])
			}
		}
		r[a] = List(list...)
		return true
	case bundle.NewRecord:
		r[a] = Record(append([]Value(nil), r[b:b+c.C()]...)...)
		return heldWithin(r[a])
	case bundle.LoadWorld:
		v, ok := m.world(m.prog.Worlds[c.Bx()])
		r[a] = v
		return ok
	}
	return false
}

// heldWithin tells whether a value that was just made of others is within the bounds: one of plain values always is.
func heldWithin(v Value) bool {
	for _, x := range v.Items() {
		if len(x.Items()) > 0 {
			return v.Bounded()
		}
	}
	return true
}

const dayMillis = 86_400_000
