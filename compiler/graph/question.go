package graph

import (
	"slices"
	"strconv"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// asked is a question with what is done about its misses. Which of these edges there are depends on whether the arms
// leave, which is known when all flows have been built: see settleTries.
type asked struct {
	q      *Node
	limits []*ast.Limit
	arms   []*ast.Arm
	record bool
	miss   map[*ast.Arm]*missed
}

// missed is what is done about a miss: its nodes are those from first to last by number.
type missed struct {
	entry       *Node
	round       *Node // where it goes on to the next try
	first, last int
}

// menu builds a menu: its lead, its question, its arms. It is known by st: the step, or the menu itself if declared.
// The arms of a declared menu leave.
func (b *builder) menu(st ast.Node, m *ast.Menu, s scope, declared bool) *Node {
	q := b.node(Question, st)
	lead := b.steps(m.Lead, s.to(q))
	s.again = lead
	b.arms(&asked{q: q, limits: m.Limits, arms: m.Arms}, s, declared)
	return lead
}

// ask builds a question for a value. A recording ends by itself as well, unless the caller is asked whether to keep it.
func (b *builder) ask(st ast.Node, a *ast.Ask, s scope) *Node {
	q := b.node(Question, st)
	lead := b.steps(a.Lead, s.to(q))
	s.again = lead
	b.edge(q, s.after, Answer, "", nil, st.Span()).Active = !a.Record || check.Confirms(a) != nil
	b.arms(&asked{q: q, limits: a.Limits, arms: a.Arms, record: a.Record}, s, true)
	return lead
}

// surveyAsk builds a question of a survey, which goes on without an answer too. A recording is made once.
func (b *builder) surveyAsk(x *ast.SurveyAsk, s scope) *Node {
	n := b.node(Question, x)
	record := x.Kind == words.Record
	b.edge(n, s.after, Answer, "", nil, x.Span()).Active = !record
	if !record && check.TriesOf(b.p, nil) > 1 {
		b.edge(n, n, NoInput, "", nil, x.Span()).Bounded = true
		b.edge(n, n, NoMatch, "", nil, x.Span()).Bounded = true
	}
	b.edge(n, s.after, Tries, "", nil, x.Span())
	b.edge(n, b.g.End, Hangup, "", nil, x.Span())
	return n
}

// arms builds the arms of a question. A body that does not leave goes on after it: for a menu's option after the
// menu, for a miss to the next try. The body of an arm is built once, however many labels it has. leave says that all
// but those for misses must leave.
func (b *builder) arms(a *asked, s scope, leave bool) {
	a.miss = map[*ast.Arm]*missed{}
	b.asked = append(b.asked, a)
	round := b.node(Round, a.q.Step)
	b.lead(round, s.again, Next, "").Bounded = true
	body := func(arm *ast.Arm, leave bool) *Node {
		if leave {
			return b.block(arm.Body, s.to(b.mustLeave(arm.Body)))
		}
		return b.block(arm.Body, s)
	}
	hungup := false
	for _, arm := range a.arms {
		if len(arm.Keys) > 0 || arm.Otherwise {
			to := body(arm, leave)
			for _, k := range arm.Keys {
				b.edge(a.q, to, Press, k.Keys, arm, arm.Span()).Active = true
			}
			if arm.Otherwise {
				b.edge(a.q, to, Tries, "", arm, arm.Span())
			}
			continue
		}
		for _, l := range arm.Labels {
			switch kind, label := b.labelled(l); kind {
			case NoInput, NoMatch:
				b.edge(a.q, b.missBody(a, arm, round, s), kind, label, arm, arm.Span())
			case Hangup:
				hungup = true
				b.edge(a.q, b.block(arm.Body, s.to(b.g.End)), Hangup, "", arm, arm.Span())
			default:
				b.edge(a.q, body(arm, kind == Error), kind, label, arm, arm.Span())
			}
		}
	}
	for _, kind := range []EdgeKind{NoInput, NoMatch} {
		b.edge(a.q, s.again, kind, "", nil, a.q.Span()).Bounded = true
	}
	if !hungup {
		b.hangup(a.q, a.q.Span())
	}
}

// missBody builds what is done about a miss, once. To ask again there is to make the next try.
func (b *builder) missBody(a *asked, arm *ast.Arm, round *Node, s scope) *Node {
	if m := a.miss[arm]; m != nil {
		return m.entry
	}
	in := s.to(round)
	in.again = round
	first := len(b.g.Nodes)
	entry := b.block(arm.Body, in)
	a.miss[arm] = &missed{entry, round, first, len(b.g.Nodes)}
	return entry
}

// settleTries finds which arms for misses lead to the next try, and takes out the edges that depend on it and are not
// there. It tells whether there were any.
func (b *builder) settleTries() bool {
	gone := map[*Edge]bool{}
	for _, a := range b.asked {
		for arm, m := range a.miss {
			if b.goesOn(m) {
				b.g.lasting[arm] = true
			}
		}
		for _, e := range b.g.Out(a.q) {
			switch e.Kind {
			case NoInput, NoMatch:
				if !b.missable(a, e.Kind, e.Arm) {
					gone[e] = true
				}
			case Tries:
				if !b.runsOut(a) {
					gone[e] = true
				}
			}
		}
	}
	if len(gone) == 0 {
		return false
	}
	b.g.all = slices.DeleteFunc(b.g.all, func(e *Edge) bool { return gone[e] })
	return true
}

// goesOn tells whether what is done about a miss can come to the next try.
func (b *builder) goesOn(m *missed) bool {
	if m.entry == m.round {
		return true
	}
	seen := map[*Node]bool{}
	stack := []*Node{m.entry}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n == m.round {
			return true
		}
		if seen[n] || int(n.ID) < m.first || int(n.ID) >= m.last {
			continue
		}
		seen[n] = true
		for _, e := range b.g.Out(n) {
			if inside(e) && (e.Needs == nil || b.g.live[e.Needs.ID]) {
				stack = append(stack, e.To)
			}
		}
	}
	return false
}

// missArm is the arm that the n-th miss of a kind goes to: one for this very count, else one for any, else nil for the
// standard words.
func (b *builder) missArm(a *asked, kind EdgeKind, n int) *ast.Arm {
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
func (b *builder) leavesMiss(arm *ast.Arm) bool { return arm != nil && b.g.Leaves(arm) }

// stays is how many misses of a kind in a row do not leave the question, up to all its tries.
func (b *builder) stays(a *asked, kind EdgeKind) int {
	tries := check.TriesOf(b.p, a.limits)
	for n := 1; n <= tries; n++ {
		if b.leavesMiss(b.missArm(a, kind, n)) {
			return n - 1
		}
	}
	return tries
}

// missable tells whether some miss of a kind is answered by an arm, nil for the standard words. The last try is
// answered by an arm that leaves only. A recording is never wrong, only empty.
func (b *builder) missable(a *asked, kind EdgeKind, arm *ast.Arm) bool {
	if a.record && kind == NoMatch {
		return false
	}
	tries := check.TriesOf(b.p, a.limits)
	for n := 1; n <= min(tries, b.stays(a, kind)+1); n++ {
		if b.missArm(a, kind, n) == arm && (n < tries || b.leavesMiss(arm)) {
			return true
		}
	}
	return false
}

// runsOut tells whether all tries of a question can be used up without leaving it. A read-back costs tries too, and a
// recording may fail.
func (b *builder) runsOut(a *asked) bool {
	if a.record {
		return true
	}
	for _, l := range a.limits {
		if l.Kind == words.Confirm {
			return true
		}
	}
	return b.stays(a, NoInput)+b.stays(a, NoMatch) >= check.TriesOf(b.p, a.limits)
}
