package meaning

import (
	"math"
	"slices"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// solve gives numbers to terms that conditions compare with each other by way of a sum or a product, so that all these
// conditions are as they must be: what a caller keys less what a lookup answers is more than three times another
// answer. It tries a few numbers for each, the plainest first; where none fit, the terms are chosen one by one.
func (s *script) solve() {
	var conditions []*facts
	var leaves []*term
	for _, f := range s.facts {
		if !comparison(f.t) || leafy(f.t.args[0]) && leafy(f.t.args[1]) {
			continue
		}
		if of, ok := unknowns(f.t, nil); ok && len(of) > 0 {
			conditions = append(conditions, f)
			leaves = append(leaves, of...)
		}
	}
	if len(conditions) == 0 {
		return
	}
	slices.SortFunc(leaves, func(a, b *term) int { return int(a.id - b.id) })
	leaves = slices.Compact(leaves)
	for _, f := range s.facts { // what else is known of them
		if !comparison(f.t) || slices.Contains(conditions, f) {
			continue
		}
		of, ok := unknowns(f.t, nil)
		if ok && !slices.ContainsFunc(of, func(t *term) bool { return !slices.Contains(leaves, t) }) {
			conditions = append(conditions, f)
		}
	}
	if len(leaves) > mostUnknowns {
		return
	}
	for _, edges := range []bool{false, true} {
		try := trial{script: s, leaves: leaves, conditions: conditions, values: map[*term]int64{}, edges: edges}
		if try.from(0) {
			s.solved = try.values
			return
		}
	}
}

// mostUnknowns is of how many terms numbers are tried together, mostTrials how often.
const (
	mostUnknowns = 5
	mostTrials   = 200_000
)

// trial is a search for numbers.
type trial struct {
	*script
	leaves     []*term
	conditions []*facts
	values     map[*term]int64
	edges      bool // the numbers next to those that a term is compared with are tried too
	n          int
}

// plain are the numbers that are tried, in millionths; they are whole as money too.
var plain = []int64{2, 1, 3, 5, 10, 50, 100, 1_000, 10_000, 0}

// from gives numbers to the leaves from i on; false if none fit.
func (t *trial) from(i int) bool {
	if t.n++; t.n > mostTrials {
		return false
	}
	if i == len(t.leaves) {
		return true
	}
	leaf := t.leaves[i]
	in := t.ranged(leaf)
	is, _, within := t.about(leaf)
	tries := make([]int64, 0, len(plain)+3)
	for _, n := range plain {
		tries = append(tries, n*million)
	}
	for _, n := range []int64{within.low, within.high} {
		if t.edges && abs(n) < unbounded {
			tries = append(tries, n, n+million, n-million)
		}
	}
	if is != nil {
		tries = []int64{is.n}
	}
	for _, n := range tries {
		if n < in.low || n > in.high {
			continue
		}
		t.values[leaf] = n
		if t.fits() && t.from(i+1) {
			return true
		}
	}
	delete(t.values, leaf)
	return false
}

const million = 1_000_000

// fits tells whether no condition is other than it must be, as far as its terms have numbers.
func (t *trial) fits() bool {
	for _, f := range t.conditions {
		x, known := compute(f.t.args[0], t.values)
		y, also := compute(f.t.args[1], t.values)
		if !known || !also {
			continue
		}
		holds := x == y
		switch f.t.op {
		case opLess:
			holds = x < y
		case opMost:
			holds = x <= y
		}
		if holds != f.yes {
			return false
		}
	}
	return true
}

// ranged is what a question takes that a term is the answer to.
func (s *script) ranged(t *term) span {
	if t.op == opKeyed {
		for _, n := range s.chain {
			if n.epoch == t.epoch && n.newIn != nil && collects(n.newIn) &&
				s.x.new.prog.Questions[n.newIn.wait.site.Index].Ranged {
				if a := n.newIn.wait.args; a[3].op == opNumber && a[4].op == opNumber {
					return span{a[3].n, a[4].n}
				}
			}
		}
	}
	return span{0, unbounded}
}

func comparison(t *term) bool {
	return len(t.args) == 2 && (t.op == opLess || t.op == opMost || t.op == opEqN)
}

// leafy tells whether a term is a number, or one that is chosen by itself.
func leafy(t *term) bool {
	switch t.op {
	case opNumber, opKeyed, opField, opAnswer:
		return true
	}
	return false
}

// unknowns are the terms that have yet to get a number for a term to have one; ok is false where it cannot get one.
func unknowns(t *term, list []*term) (_ []*term, ok bool) {
	switch {
	case t.op == opNumber:
		return list, true
	case leafy(t):
		return append(list, t), true
	case !comparison(t) && !computed[t.op]:
		return nil, false
	}
	for _, a := range t.args {
		if list, ok = unknowns(a, list); !ok {
			return nil, false
		}
	}
	return list, true
}

// computed are the operations that compute does.
var computed = map[string]bool{"AddNumber": true, "SubNumber": true, "AddMoney": true, "SubMoney": true,
	"MulNumber": true, "MulMoney": true, "Negate": true, "Exact": true}

// compute is what a term comes to, as vm computes it, but for the limits of sums; known is false where a term has no
// number yet.
func compute(t *term, values map[*term]int64) (n int64, known bool) {
	if t.op == opNumber {
		return t.n, true
	}
	if n, known = values[t]; known || !computed[t.op] {
		return n, known
	}
	args := make([]int64, len(t.args))
	for i, a := range t.args {
		if args[i], known = compute(a, values); !known {
			return 0, false
		}
	}
	switch t.op {
	case "AddNumber", "AddMoney":
		return args[0] + args[1], true
	case "SubNumber", "SubMoney":
		return args[0] - args[1], true
	case "Negate":
		return -args[0], true
	case "MulNumber", "MulMoney":
		return exact("rr*", []int64{args[0], million, args[1], 1}, 1)
	}
	return exact(t.s, args, t.n)
}

// exact computes as the machine does; each value of an expression stands before its unit.
func exact(how string, args []int64, unit int64) (int64, bool) {
	p, values := bundle.ExactProgram{Unit: unit}, []vm.Value(nil)
	for _, op := range []byte(how) {
		step := bundle.ExactStep{Op: op}
		if op == 'r' {
			if len(args) < 2 || len(values) > math.MaxUint8 {
				return 0, false
			}
			step.Reg, step.Unit = uint8(len(values)), args[1]
			values, args = append(values, vm.Value{N: args[0]}), args[2:]
		}
		p.Steps = append(p.Steps, step)
	}
	return vm.Exact(&p, values)
}
