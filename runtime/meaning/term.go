package meaning

import (
	"strconv"
	"strings"

	"rexian/compiler/ident"
)

// term is a value that is known (a number, a text, what is absent) or not: then it says where it comes from. Terms of
// one pool are equal exactly if they are the same pointer.
type term struct {
	id    int32
	op    string // number, text, absent, or what it was made by
	n     int64
	s     string
	epoch int32 // the wait after which it came from outside, -1: it is the same all through a call
	args  []*term
	mark  uint32 // of the latest look at some terms that came by it, see pool.look
	place int32  // in that look
}

const (
	opNumber = "number"
	opText   = "text"
	opAbsent = "absent"
	opEqN    = "is"
	opEqS    = "is text"
	opLess   = "less"
	opMost   = "at most"
	opNot    = "not"
	opEmpty  = "empty"
	opNone   = "is absent"
	opOK     = "works"
	opField  = "field"
	opHas    = "has item"
	opItem   = "item"
	opRecord = "record"
	opList   = "list"
	opAnswer = "answer" // of a lookup, a recording
	opKeyed  = "keyed"  // the value that a caller keyed
	opReason = "reason" // why keys did not fit
	opHours  = "hours"
	opMember = "member"
	opSwitch = "switch"
	opWorld  = "world"
)

// The fields of what opening hours are at a moment.
const (
	hoursOpen = iota
	hoursReason
	hoursNext
)

// pool makes terms.
type pool struct {
	terms map[string]*term
	key   []byte
	none  *term
	zero  *term
	mark  uint32
}

// look begins to mark terms anew.
func (p *pool) look() uint32 {
	p.mark++
	return p.mark
}

func newPool() *pool {
	p := &pool{terms: map[string]*term{}}
	p.none = p.make(opAbsent, 0, "", -1)
	p.zero = p.number(0)
	return p
}

func (p *pool) make(op string, n int64, s string, epoch int32, args ...*term) *term {
	k := append(p.key[:0], op...)
	k = append(k, 0)
	k = strconv.AppendInt(k, n, 36)
	k = append(k, 0)
	k = append(k, s...)
	k = append(k, 0)
	k = strconv.AppendInt(k, int64(epoch), 36)
	for _, a := range args {
		k = append(k, ',')
		k = strconv.AppendInt(k, int64(a.id), 36)
	}
	p.key = k
	if t := p.terms[string(k)]; t != nil {
		return t
	}
	t := &term{id: int32(len(p.terms)), op: op, n: n, s: s, epoch: epoch, args: append([]*term(nil), args...)}
	p.terms[string(k)] = t
	return t
}

func (p *pool) number(n int64) *term { return p.make(opNumber, n, "", -1) }
func (p *pool) text(s string) *term  { return p.make(opText, 0, s, -1) }

// of applies an operation to terms.
func (p *pool) of(op string, n int64, s string, args ...*term) *term {
	return p.make(op, n, s, -1, args...)
}

func (t *term) known() bool { return t.op == opNumber || t.op == opText || t.op == opAbsent }

func truth(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// compare makes the term of a comparison; of known ones its result.
func (p *pool) compare(op string, x, y *term) *term {
	if x.known() && y.known() {
		var yes bool
		switch op {
		case opEqN:
			yes = x.n == y.n
		case opLess:
			yes = x.n < y.n
		case opMost:
			yes = x.n <= y.n
		case opEqS:
			yes = x == y
		}
		return p.number(truth(yes))
	}
	if op == opEqN || op == opEqS {
		if x == y {
			return p.number(1)
		}
		if x.known() || !y.known() && x.id > y.id {
			x, y = y, x
		}
	}
	return p.of(op, 0, "", x, y)
}

func (p *pool) not(x *term) *term {
	switch {
	case x.op == opNumber:
		return p.number(x.n ^ 1)
	case x.op == opNot:
		return x.args[0]
	}
	return p.of(opNot, 0, "", x)
}

func (p *pool) empty(x *term) *term {
	switch x.op {
	case opAbsent:
		return p.number(1)
	case opNumber, opRecord, opKeyed:
		return p.number(0)
	case opAnswer:
		if x.n == 0 {
			return p.number(0)
		}
	case opText:
		return p.number(truth(x.s == ""))
	case opList:
		return p.number(truth(len(x.args) == 0))
	}
	return p.of(opEmpty, 0, "", x)
}

// absent is whether a value is not there.
func (p *pool) absent(x *term) *term {
	switch x.op {
	case opAbsent:
		return p.number(1)
	case opField:
		if x.n == hoursReason && x.args[0].op == opHours { // hours that are closed say why
			return p.number(0)
		}
		return p.of(opNone, 0, "", x)
	case opItem, opHeld, "call:first", "call:last", "call:max", "call:min":
		return p.of(opNone, 0, "", x)
	case opWorld:
		if x.s == "caller" || x.s == "call.agent" {
			return p.of(opNone, 0, "", x)
		}
	}
	return p.number(0)
}

func (p *pool) mobile(x *term) *term {
	if x.known() {
		return p.number(truth(ident.IsMobile(x.s)))
	}
	return p.of("mobile", 0, "", x)
}

func (p *pool) contains(x, y *term) *term {
	if x.known() && y.known() {
		return p.number(truth(strings.Contains(x.s, y.s)))
	}
	return p.of("contains", 0, "", x, y)
}

// facts are conditions that are taken to hold or not; they are never changed once made.
type facts struct {
	before *facts
	t      *term
	yes    bool
}

func (f *facts) with(t *term, yes bool) *facts { return &facts{before: f, t: t, yes: yes} }

// odd counts what is seldom so among the facts since others.
func (f *facts) odd(since *facts) int {
	n := 0
	for ; f != nil && f != since; f = f.before {
		switch f.t.op {
		case opMember, opSwitch, opNone, opEmpty:
			n += int(truth(f.yes))
		case opOK, "mobile":
			n += int(truth(!f.yes))
		case opField: // closed
			n += int(truth(!f.yes && f.t.n == 0 && f.t.args[0].op == opHours))
		}
	}
	return n
}

// decide tells what the facts say about a condition; known is false if they leave it open.
func (f *facts) decide(t *term) (yes, known bool) {
	switch {
	case t.op == opNumber:
		return t.n != 0, true
	case t.op == opNot:
		yes, known = f.decide(t.args[0])
		return !yes, known
	}
	for g := f; g != nil; g = g.before {
		if g.t == t {
			return g.yes, true
		}
		if yes, known := follows(g, t); known {
			return yes, true
		}
	}
	if len(t.args) == 2 && t.args[1].op == opNumber || t.op == opLess || t.op == opMost {
		return f.within(t)
	}
	return false, false
}

// follows tells what one fact says about another condition.
func follows(g *facts, t *term) (yes, known bool) {
	switch t.op {
	case opMember:
		// a number that is withheld stands in no list
		if g.yes && (g.t.op == opEmpty || g.t.op == opNone) && g.t.args[0] == t.args[0] {
			return false, true
		}
	case opEqN, opEqS:
		// what is one thing is no other
		if g.yes && g.t.op == t.op && g.t.args[0] == t.args[0] && g.t.args[1].known() && t.args[1].known() {
			return false, true
		}
	case opEmpty:
		if len(g.t.args) > 0 && g.t.args[0] == t.args[0] {
			switch {
			case g.t.op == opMember && g.yes:
				return false, true
			case g.t.op == opNone && g.yes:
				return true, true
			case g.t.op == opHas && g.t.n == 0:
				return !g.yes, true
			}
		}
	case opNone:
		if g.t.op == opMember && g.t.args[0] == t.args[0] && g.yes {
			return false, true
		}
		if g.t.op == opEmpty && g.t.args[0] == t.args[0] && !g.yes {
			return false, true
		}
	case opHas:
		if g.t.op == opEmpty && g.t.args[0] == t.args[0] && (g.yes || t.n == 0) {
			return !g.yes, true
		}
		if g.t.op == opHas && g.t.args[0] == t.args[0] && g.t.n < t.n && !g.yes {
			return false, true
		}
	}
	return false, false
}

// span are the numbers that a term may be.
type span struct{ low, high int64 }

const unbounded = int64(1) << 62

// bounds are the numbers that the facts leave for a term.
func (f *facts) bounds(x *term) span {
	s := span{-unbounded, unbounded}
	for g := f; g != nil; g = g.before {
		if len(g.t.args) != 2 {
			continue
		}
		a, b := g.t.args[0], g.t.args[1]
		switch {
		case g.t.op == opEqN && g.yes && a == x && b.op == opNumber:
			s.low, s.high = max(s.low, b.n), min(s.high, b.n)
		case g.t.op == opLess && a == x && b.op == opNumber && g.yes:
			s.high = min(s.high, b.n-1)
		case g.t.op == opLess && a == x && b.op == opNumber:
			s.low = max(s.low, b.n)
		case g.t.op == opLess && b == x && a.op == opNumber && g.yes:
			s.low = max(s.low, a.n+1)
		case g.t.op == opLess && b == x && a.op == opNumber:
			s.high = min(s.high, a.n)
		case g.t.op == opMost && a == x && b.op == opNumber && g.yes:
			s.high = min(s.high, b.n)
		case g.t.op == opMost && a == x && b.op == opNumber:
			s.low = max(s.low, b.n+1)
		case g.t.op == opMost && b == x && a.op == opNumber && g.yes:
			s.low = max(s.low, a.n)
		case g.t.op == opMost && b == x && a.op == opNumber:
			s.high = min(s.high, a.n-1)
		}
	}
	return s
}

// within decides a comparison with a number by what other comparisons left.
func (f *facts) within(t *term) (yes, known bool) {
	x, y := t.args[0], t.args[1]
	switch {
	case y.op == opNumber:
		s := f.bounds(x)
		switch t.op {
		case opEqN:
			return false, y.n < s.low || y.n > s.high
		case opLess:
			return s.high < y.n, s.high < y.n || s.low >= y.n
		case opMost:
			return s.high <= y.n, s.high <= y.n || s.low > y.n
		}
	case x.op == opNumber:
		s := f.bounds(y)
		switch t.op {
		case opLess:
			return x.n < s.low, x.n < s.low || x.n >= s.high
		case opMost:
			return x.n <= s.low, x.n <= s.low || x.n > s.high
		}
	}
	return false, false
}
