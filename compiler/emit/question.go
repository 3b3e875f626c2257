package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
)

// What a question waits when neither it nor `defaults` says, milliseconds.
const (
	defaultWait    = 5_000
	defaultBetween = 3_000
)

// offer is a menu's question and the register with the mask of the options on offer.
type offer struct {
	question int
	mask     int
}

// labels reads the labels of the options on offer.
func (f *function) labels() {
	if f.offer == nil {
		return
	}
	r := f.temp(1)
	f.move(r, f.offer.mask)
	site := plainSite(bundle.OptionsSite, 1)
	site.Index = int32(f.offer.question)
	f.effect(r, site)
}

// asked is a question being emitted.
type asked struct {
	step   ast.Node
	base   int // registers of the Collect: wait, between, mask, from, to, clear
	mask   int
	noin   int // misses so far
	wrong  int
	tries  int // left
	limits []*ast.Limit
	arms   []*ast.Arm

	restart, lead, after, gone label // gone: no try is left

	first  int32            // where asking begins in the code
	caught []bundle.Handler // its `on hangup` and `on error`, as long as it asks
}

// timer evaluates a timer of the question into a register.
func (f *function) timer(list []*ast.Limit, kind string, r int, otherwise int64) {
	if l := check.LimitOf(f.e.p, list, kind); l != nil && l.Value != nil {
		f.present(l.Value, r)
		return
	}
	f.load(r, bundle.Const{N: otherwise})
}

// ready takes the registers of a question.
func (f *function) ready(step ast.Node, limits []*ast.Limit, arms []*ast.Arm) *asked {
	q := &asked{step: step, limits: limits, arms: arms}
	q.base = f.temp(6)
	q.mask = f.temp(4)
	q.noin, q.wrong, q.tries = q.mask+1, q.mask+2, q.mask+3
	return q
}

// begin starts counting afresh.
func (f *function) begin(q *asked) {
	q.first = int32(len(f.f.Code))
	f.mark(&q.restart)
	f.load(q.noin, bundle.Const{})
	f.load(q.wrong, bundle.Const{})
	f.load(q.tries, bundle.Const{N: int64(check.TriesOf(f.e.p, q.limits))})
	f.load(q.base+5, bundle.Const{})
	f.mark(&q.lead)
}

// options adds the question's options and computes the mask of those on offer.
func (f *function) options(q *asked, out *bundle.Question) []*ast.Arm {
	var of []*ast.Arm
	var always int64
	type sometimes struct {
		when ast.Expr
		bits int64
	}
	var conditional []sometimes
	for _, arm := range q.arms {
		var mine int64
		for _, k := range arm.Keys {
			label := int32(-1)
			if arm.Label != nil && !arm.Unannounced {
				label = int32(f.e.words([]*ast.Worded{{Base: arm.Label.Base, Text: arm.Label}}, false).prompt)
			}
			mine |= bit(len(of))
			out.Options = append(out.Options, bundle.Option{Keys: k.Keys, Label: label})
			of = append(of, arm)
		}
		if len(of) > bundle.MaxOptions {
			f.tooLarge("一个菜单里超过48个选项", "more than 48 options in one menu")
			return of
		}
		if arm.When != nil {
			conditional = append(conditional, sometimes{arm.When, mine})
		} else {
			always |= mine
		}
	}
	f.load(q.mask, bundle.Const{N: always})
	for _, c := range conditional {
		next := f.next
		var no label
		f.jump(bundle.JumpIfNot, f.operand(c.when), &no)
		r := f.temp(1)
		f.load(r, bundle.Const{N: c.bits})
		f.abc(bundle.AddInt, q.mask, q.mask, r)
		f.mark(&no)
		f.next = next
	}
	return of
}

// collect emits one try. What follows is the way of an accepted value.
func (f *function) collect(q *asked, index int, of []*ast.Arm) func() *bundle.Site {
	f.timer(q.limits, "wait", q.base, defaultWait)
	f.timer(q.limits, "between", q.base+1, defaultBetween)
	f.move(q.base+2, q.mask)
	site := plainSite(bundle.CollectSite, 6)
	site.Index = int32(index)
	site.HangEdge = f.hangEdge(q)
	site.Options = make([]int32, len(of))
	return f.effect(q.base, site)
}

// hangEdge is the edge of a hang-up while a question is asked; an `on hangup` of its own counts its own.
func (f *function) hangEdge(q *asked) int32 {
	for _, arm := range q.arms {
		for _, l := range arm.Labels {
			if l.Hangup {
				return -1
			}
		}
	}
	return f.e.edge(q.step, graph.Hangup, "", nil)
}

// pressed emits the arms of options, and those for a hang-up and an error, which are handlers of the asking so far: not
// of the arms, for there the question is over.
func (f *function) pressed(q *asked, at func() *bundle.Site, of []*ast.Arm) {
	asked := int32(len(f.f.Code))
	done := map[*ast.Arm]*label{}
	for i, arm := range of {
		at().Options[i] = int32(len(f.f.Code))
		f.cover(f.e.edge(q.step, graph.Press, optionKeys(f.e.out.Questions[at().Index].Options, i), arm))
		body := done[arm]
		if body == nil {
			body = &label{}
			done[arm] = body
			if f.e.opt.Cover && len(arm.Keys) > 1 {
				f.jump(bundle.Jump, 0, body)
				continue
			}
			f.mark(body)
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
			continue
		}
		f.jump(bundle.Jump, 0, body)
	}
	for _, arm := range of {
		if body := done[arm]; !body.here {
			f.mark(body)
			f.block(arm.Body)
			f.jump(bundle.Jump, 0, &q.after)
		}
	}
	for _, arm := range q.arms {
		for _, l := range arm.Labels {
			h := bundle.Handler{PC: int32(len(f.f.Code)), From: q.first, To: asked}
			if l.Hangup {
				h.Tag, h.Edge = "hangup", f.e.edge(q.step, graph.Hangup, "", arm)
				q.caught = append(q.caught, h)
				f.block(arm.Body)
				f.abc(bundle.ReturnNone, 0, 0, 0)
				continue
			}
			if m := f.e.p.LabelOf(l); m != nil && m.Tag != "" && m.Tag != "noinput" && m.Tag != "nomatch" {
				h.Tag, h.Edge = m.Tag, f.e.edge(q.step, graph.Error, "", arm)
				q.caught = append(q.caught, h)
				f.block(arm.Body)
				f.jump(bundle.Jump, 0, &q.after)
			}
		}
	}
}

func optionKeys(list []bundle.Option, i int) string { return list[i].Keys }

// menu emits a menu, declared or as a step.
func (f *function) menu(step ast.Node, m *ast.Menu) {
	q := f.ready(step, m.Limits, m.Arms)
	f.begin(q)
	index := len(f.e.out.Questions)
	f.e.out.Questions = append(f.e.out.Questions, bundle.Question{Name: f.f.Name})
	question := bundle.Question{Name: f.f.Name}
	of := f.options(q, &question)
	f.e.out.Questions[index] = question
	again, offered := f.again, f.offer
	f.again, f.offer = &q.restart, &offer{index, q.mask}
	f.steps(m.Lead)
	f.offer = offered
	f.at(step.Span())
	at := f.collect(q, index, of)
	// A menu has no value of its own: an answer without an option is a fault of the host.
	f.abx(bundle.Raise, 0, f.constIndex(bundle.Const{S: "error", Text: true}))
	f.pressed(q, at, of)
	f.misses(q, at)
	f.mark(&q.after)
	f.again = again
}
