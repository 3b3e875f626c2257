package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// match compares a value with the labels of its arms, from the first on.
func (f *function) match(x *ast.Match) {
	t := f.e.p.TypeOf(x.Value)
	var v int
	switch {
	case t.Kind == types.Hours:
		v = f.temp(1)
		f.hours(x.Value, v)
	case f.mayLack(x.Value):
		v = f.temp(1)
		f.present(x.Value, v)
	default:
		v = f.operand(x.Value) // a local is compared where it is: no label changes it
	}
	var end label
	bodies := make([]label, len(x.Arms))
	other := -1
	for i, arm := range x.Arms {
		if arm.Otherwise {
			other = i
		}
	}
	if f.jumpTable(x, t, v, other, bodies) {
		f.matchLabels(x, t, v, other, bodies)
	}
	for i, arm := range x.Arms {
		f.mark(&bodies[i])
		f.cover(f.e.edge(x, graph.Branch, "", arm))
		f.block(arm.Body)
		if i < len(x.Arms)-1 {
			f.jump(bundle.Jump, 0, &end)
		}
	}
	f.mark(&end)
}

// matchLabels compares with one label after the other.
func (f *function) matchLabels(x *ast.Match, t *types.Type, v, other int, bodies []label) {
	for i, arm := range x.Arms {
		for _, l := range arm.Labels {
			next := f.next
			f.matchLabel(l, t, v, &bodies[i])
			f.next = next
		}
	}
	if other >= 0 {
		f.jump(bundle.Jump, 0, &bodies[other])
		return
	}
	// The checker saw to it that nothing comes here.
	f.abx(bundle.Raise, 0, f.constIndex(bundle.Const{S: "error", Text: true}))
}

const (
	fewestJumps = 3   // fewer values are compared as fast
	widestJumps = 100 // from the lowest value to the highest
)

// jumpTable goes to the arm of a whole number in one step, where the labels are literal whole numbers not far from each
// other and ranges of them. It tells whether comparing is needed still, for fractions within ranges or for everything.
func (f *function) jumpTable(x *ast.Match, t *types.Type, v, other int, bodies []label) (compare bool) {
	arms, low, ranges, ok := f.wholeLabels(x, t)
	if !ok || other < 0 {
		return true
	}
	at := len(f.f.Jumps)
	f.f.Jumps = append(f.f.Jumps, bundle.JumpTable{Low: low, To: make([]int32, len(arms))})
	f.abx(bundle.Dispatch, v, at)
	for i, arm := range arms {
		if arm < 0 {
			arm = other
		}
		bodies[arm].ref(func(pc int32) { f.f.Jumps[at].To[i] = pc })
	}
	bodies[other].ref(func(pc int32) { f.f.Jumps[at].Else = pc })
	if ranges {
		f.f.Jumps[at].Fraction = int32(len(f.f.Code))
	} else {
		bodies[other].ref(func(pc int32) { f.f.Jumps[at].Fraction = pc })
	}
	return ranges
}

// wholeLabels lists the arm of each whole number from the lowest label to the highest, -1 where none names it.
func (f *function) wholeLabels(x *ast.Match, t *types.Type) (arms []int, low int64, ranges, ok bool) {
	if t.Kind != types.Number {
		return nil, 0, false, false
	}
	type span struct {
		from, to int64
		arm      int
	}
	var spans []span
	low, high, values := int64(1<<62), int64(-1<<62), int64(0)
	for i, arm := range x.Arms {
		for _, l := range arm.Labels {
			from, good := f.wholeLiteral(l.Value)
			to := from
			if l.To != nil && good {
				to, good = f.wholeLiteral(l.To)
				ranges = true
			}
			if !good || to < from {
				return nil, 0, false, false
			}
			spans = append(spans, span{from, to, i})
			low, high, values = min(low, from), max(high, to), values+to-from+1
		}
	}
	if values < fewestJumps || high-low >= widestJumps {
		return nil, 0, false, false
	}
	arms = make([]int, high-low+1)
	for i := range arms {
		arms[i] = -1
	}
	for _, s := range spans {
		for n := s.from; n <= s.to; n++ {
			if arms[n-low] < 0 { // the first label that fits is taken
				arms[n-low] = s.arm
			}
		}
	}
	return arms, low, ranges, true
}

// wholeLiteral is a whole number that is written as one.
func (f *function) wholeLiteral(x ast.Expr) (int64, bool) {
	if x == nil {
		return 0, false
	}
	k, ok := f.literal(x)
	return k.N / 1_000_000, ok && !k.Text && k.N%1_000_000 == 0
}

// matchLabel jumps to an arm if one of its labels fits the value in v.
func (f *function) matchLabel(l *ast.ArmLabel, t *types.Type, v int, body *label) {
	m := f.e.p.LabelOf(l)
	if m == nil {
		return
	}
	r := f.temp(1)
	switch {
	case t.Kind == types.Hours:
		var no label
		f.abc(bundle.Field, r, v, 0)
		if m.Tag == "open" {
			f.jump(bundle.JumpIf, r, body)
			return
		}
		f.jump(bundle.JumpIf, r, &no)
		f.parts(m, v, 1, &no)
		f.jump(bundle.Jump, 0, body)
		f.mark(&no)
	case m.Tag != "":
		k := f.temp(1)
		f.loadText(k, m.Tag)
		f.abc(bundle.EqS, r, v, k)
		f.jump(bundle.JumpIf, r, body)
	case l.To != nil:
		var no label
		f.abc(bundle.LeN, r, f.operand(l.Value), v)
		f.jump(bundle.JumpIfNot, r, &no)
		f.abc(bundle.LeN, r, v, f.operand(l.To))
		f.jump(bundle.JumpIf, r, body)
		f.mark(&no)
	default:
		op := bundle.EqN
		if isText(t) {
			op = bundle.EqS
		}
		f.abc(op, r, v, f.operand(l.Value))
		f.jump(bundle.JumpIf, r, body)
	}
}

// parts binds and compares what stands in a label's brackets with the fields of the record in v, from field first on.
func (f *function) parts(m *check.Label, v, first int, no *label) {
	for i, part := range m.Fields {
		if part.Bind != nil {
			f.abc(bundle.Field, part.Bind.Slot, v, first+i)
			continue
		}
		if part.Compare == nil {
			continue
		}
		r := f.temp(1)
		f.abc(bundle.Field, r, v, first+i)
		op := bundle.EqN
		if isText(part.Type) {
			op = bundle.EqS
		}
		f.abc(op, r, r, f.operand(part.Compare))
		f.jump(bundle.JumpIfNot, r, no)
	}
}
