package graph

import (
	"strconv"

	"rexian/compiler/check"
	"rexian/lang/ast"
)

// DefaultTries is how often a question is asked when neither it nor `defaults` says.
const DefaultTries = 3

// TriesOf is how often a question with these clauses is asked at most.
func TriesOf(p *check.Program, limits []*ast.Limit) int {
	if l := LimitOf(p, limits, "tries"); l != nil && l.Value != nil {
		if k, ok := p.ConstOf(l.Value); ok {
			return int(k.N / 1_000_000)
		}
	}
	return DefaultTries
}

// LimitOf finds a clause of a question, else that of `defaults`; nil if neither states it.
func LimitOf(p *check.Program, limits []*ast.Limit, kind string) *ast.Limit {
	for _, l := range limits {
		if l.Kind == kind {
			return l
		}
	}
	if p.Defaults != nil {
		for _, l := range p.Defaults.Limits {
			if l.Kind == kind {
				return l
			}
		}
	}
	return nil
}

// Leaves tells whether a block's last step leaves it for good. An arm for a miss that does not leave is not run when no
// try is left: words to try again would be untrue.
func Leaves(b *ast.Block) bool {
	if b == nil || len(b.Steps) == 0 {
		return false
	}
	switch x := b.Steps[len(b.Steps)-1].(type) {
	case *ast.Goto, *ast.Return, *ast.Voicemail:
		return true
	case *ast.Word:
		return x.Kind == "hangup" || x.Kind == "reject" || x.Kind == "stop" || x.Kind == "next"
	case *ast.If:
		return x.Else != nil && Leaves(x.Then) && Leaves(x.Else)
	}
	return false
}

// asked is a question whose arms are being built.
type asked struct {
	q      *Node
	limits []*ast.Limit
	arms   []*ast.Arm
	record bool
}

// arms builds the arms of a question. A body that does not leave goes on after it: for a menu's option after the
// menu, for a miss to the next try. The body of an arm is built once, however many labels it has.
func (b *builder) arms(a asked, s scope) {
	q := a.q
	miss := map[*ast.Arm]*Node{}
	hungup := false
	for _, arm := range a.arms {
		if len(arm.Keys) > 0 || arm.Otherwise {
			to := b.block(arm.Body, s)
			for _, k := range arm.Keys {
				b.edge(q, to, Press, k.Keys, arm, arm.Span()).Active = true
			}
			if arm.Otherwise && b.runsOut(a) {
				b.edge(q, to, Tries, "", arm, arm.Span())
			}
			continue
		}
		for _, l := range arm.Labels {
			switch kind, label := b.labelled(l); kind {
			case NoInput, NoMatch:
				if miss[arm] == nil {
					miss[arm] = b.block(arm.Body, s.to(s.again))
				}
				if b.missable(a, kind, arm) {
					b.edge(q, miss[arm], kind, label, arm, arm.Span())
				}
			case Hangup:
				hungup = true
				b.edge(q, b.block(arm.Body, s.to(b.g.End)), Hangup, "", arm, arm.Span())
			default:
				b.edge(q, b.block(arm.Body, s), kind, label, arm, arm.Span())
			}
		}
	}
	for _, kind := range []EdgeKind{NoInput, NoMatch} {
		if b.missable(a, kind, nil) {
			b.edge(q, s.again, kind, "", nil, q.Span)
		}
	}
	if !hungup {
		b.hangup(q, q.Span)
	}
}

// missArm is the arm that the n-th miss of a kind goes to: one for this very count, else one for any, else nil for the
// standard words.
func (b *builder) missArm(a asked, kind EdgeKind, n int) *ast.Arm {
	for _, want := range []string{strconv.Itoa(n), ""} {
		for _, arm := range a.arms {
			for _, l := range arm.Labels {
				if l.Hangup {
					continue
				}
				if k, count := b.labelled(l); k == kind && count == want {
					return arm
				}
			}
		}
	}
	return nil
}

// leavesMiss tells whether what is done about a miss leaves the question.
func leavesMiss(arm *ast.Arm) bool { return arm != nil && Leaves(arm.Body) }

// stays is how many misses of a kind in a row do not leave the question, up to all its tries.
func (b *builder) stays(a asked, kind EdgeKind) int {
	tries := TriesOf(b.p, a.limits)
	for n := 1; n <= tries; n++ {
		if leavesMiss(b.missArm(a, kind, n)) {
			return n - 1
		}
	}
	return tries
}

// missable tells whether some miss of a kind is answered by an arm, nil for the standard words. The last try is
// answered by an arm that leaves only. A recording is never wrong, only empty.
func (b *builder) missable(a asked, kind EdgeKind, arm *ast.Arm) bool {
	if a.record && kind == NoMatch {
		return false
	}
	tries := TriesOf(b.p, a.limits)
	for n := 1; n <= min(tries, b.stays(a, kind)+1); n++ {
		if b.missArm(a, kind, n) == arm && (n < tries || leavesMiss(arm)) {
			return true
		}
	}
	return false
}

// runsOut tells whether all tries of a question can be used up without leaving it. A read-back costs tries too, and a
// recording may fail.
func (b *builder) runsOut(a asked) bool {
	if a.record {
		return true
	}
	for _, l := range a.limits {
		if l.Kind == "confirm" {
			return true
		}
	}
	return b.stays(a, NoInput)+b.stays(a, NoMatch) >= TriesOf(b.p, a.limits)
}
