package graph

import (
	"cmp"
	"slices"

	"rexian/compiler/check"
)

// thrown is the node of an outcome that the step being built leaves to others.
func (b *builder) thrown(tag string) *Node {
	if b.inHandler {
		return b.escaped(b.fl, tag)
	}
	return b.raised(b.fl, tag)
}

// raised is the node of an outcome that is raised in a flow.
func (b *builder) raised(fl *Flow, tag string) *Node {
	return b.outcomeNode(&fl.raised, Raised, fl, tag)
}

// escaped is the node of an outcome that leaves a flow.
func (b *builder) escaped(fl *Flow, tag string) *Node {
	return b.outcomeNode(&fl.escaped, Escaped, fl, tag)
}

func (b *builder) outcomeNode(in *map[string]*Node, kind NodeKind, fl *Flow, tag string) *Node {
	if n := (*in)[tag]; n != nil {
		return n
	}
	if *in == nil {
		*in = map[string]*Node{}
	}
	was := b.fl
	b.fl = fl
	n := b.node(kind, nil)
	b.fl = was
	n.Tag = tag
	(*in)[tag] = n
	b.pending = append(b.pending, n)
	return n
}

// outward leads every outcome that is raised to who takes it.
func (b *builder) outward(defaults *Flow) {
	b.bottoms(defaults)
	for i := 0; i < len(b.pending); i++ {
		n := b.pending[i]
		fl := n.Of
		if n.Kind == Raised {
			if fl.handles[n.Tag] == nil {
				b.lead(n, b.escaped(fl, n.Tag), Outcome, n.Tag)
			}
			continue
		}
		for _, s := range fl.sites {
			to := b.escaped
			if !s.InHandler {
				to = b.raised
			}
			b.needs(b.lead(s.Node, to(s.In, n.Tag), Outcome, n.Tag), n)
		}
		if fl == defaults {
			continue
		}
		if fl.Calls {
			b.lead(n, b.raised(defaults, n.Tag), Outcome, n.Tag)
		}
	}
	b.pending = nil
}

// bottoms finds the flows at the bottom of calls and of messages: those that these enter, and those that others go to.
// What nothing enters is taken for what its steps need.
func (b *builder) bottoms(defaults *Flow) {
	to := map[*Flow][]jump{} // by where they begin; from is nil for a goto
	for _, j := range b.jumps {
		to[j.from] = append(to[j.from], jump{nil, j.to})
	}
	for _, fl := range b.g.Flows {
		for _, s := range fl.Sites {
			to[fl] = append(to[fl], jump{fl, s.To})
		}
	}
	walk := func(seen map[*Flow]bool, bottom func(*Flow) *bool, from ...*Flow) {
		stack := slices.Clone(from)
		for _, fl := range from {
			*bottom(fl) = true
		}
		for len(stack) > 0 {
			fl := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[fl] {
				continue
			}
			seen[fl] = true
			for _, j := range to[fl] {
				if j.from == nil {
					*bottom(j.to) = true
				}
				stack = append(stack, j.to)
			}
		}
	}
	var calls, messages []*Flow
	add := func(list *[]*Flow, f *check.FlowInfo) {
		if f != nil && b.g.flows[f] != nil {
			*list = append(*list, b.g.flows[f])
		}
	}
	for _, e := range b.p.Numbers {
		add(&calls, e.Flow)
	}
	for _, x := range b.p.Campaigns {
		add(&calls, b.p.FlowOf(x.Decl.With))
		add(&calls, b.p.FlowOf(x.Decl.Beep))
		add(&calls, x.Unreached)
		add(&calls, x.Send)
	}
	for _, e := range b.p.Messages {
		add(&messages, e.Flow)
		add(&messages, e.Otherwise)
	}
	called, written := map[*Flow]bool{}, map[*Flow]bool{}
	ofCalls, ofMessages := func(fl *Flow) *bool { return &fl.Calls }, func(fl *Flow) *bool { return &fl.Messages }
	walk(called, ofCalls, append(calls, defaults)...)
	walk(written, ofMessages, messages...)
	alone := func(fl *Flow) {
		switch {
		case called[fl] || written[fl]:
		case fl.Info.Channel == check.Written:
			walk(written, ofMessages, fl)
		default:
			walk(called, ofCalls, fl)
		}
	}
	for _, fl := range b.g.Flows {
		if len(fl.sites) == 0 {
			alone(fl)
		}
	}
	for _, fl := range b.g.Flows { // what is left do each other in a circle
		alone(fl)
	}
}

// Uncaught is a step with outcomes that nobody takes.
type Uncaught struct {
	Step    *Node
	Tags    []string
	Written bool // where a message is answered: the handlers of defaults would speak
}

// Uncaught finds the steps whose outcomes may come out at the bottom of a call without a handler of defaults for them,
// or at the bottom of a message at all.
func (g *Graph) Uncaught() []Uncaught {
	defaults := g.Defaults()
	var inCalls, inMessages []*Node
	for _, fl := range g.Flows {
		for tag, n := range fl.escaped {
			if fl == defaults || fl.Calls && defaults.handles[tag] == nil {
				inCalls = append(inCalls, n)
			}
			if fl.Messages {
				inMessages = append(inMessages, n)
			}
		}
	}
	list := append(g.throwers(inCalls, false), g.throwers(inMessages, true)...)
	slices.SortFunc(list, func(x, y Uncaught) int { return cmp.Compare(x.Step.ID, y.Step.ID) })
	return list
}

// throwers finds the steps whose outcomes lead to some nodes.
func (g *Graph) throwers(to []*Node, written bool) []Uncaught {
	seen := map[*Node]bool{}
	tags := map[*Node]map[string]bool{}
	var steps []*Node
	for len(to) > 0 {
		n := to[len(to)-1]
		to = to[:len(to)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, e := range g.In(n) {
			switch {
			case e.Needs != nil:
				to = append(to, e.Needs)
			case e.From.Step == nil:
				to = append(to, e.From)
			case g.written[e.From.ID]:
				if tags[e.From] == nil {
					tags[e.From] = map[string]bool{}
					steps = append(steps, e.From)
				}
				tags[e.From][n.Tag] = true
			}
		}
	}
	var list []Uncaught
	for _, n := range steps {
		u := Uncaught{Step: n, Written: written}
		for _, e := range g.Out(n) { // in the order of the signature
			if e.Kind == Outcome && e.Needs == nil && tags[n][e.Label] {
				u.Tags = append(u.Tags, e.Label)
			}
		}
		list = append(list, u)
	}
	return list
}

// roots collects where calls and messages begin.
func (b *builder) roots() {
	enter := func(f *check.FlowInfo) {
		if fl := b.g.flows[f]; f != nil && fl != nil {
			b.g.roots = append(b.g.roots, fl.Entry)
		}
	}
	for _, x := range b.p.Numbers {
		enter(x.Flow)
	}
	for _, x := range b.p.Messages {
		enter(x.Flow)
		enter(x.Otherwise)
	}
	for _, x := range b.p.Campaigns {
		enter(b.p.FlowOf(x.Decl.With))
		enter(b.p.FlowOf(x.Decl.Beep))
		enter(x.Unreached)
		enter(x.Send)
	}
	b.g.roots = append(b.g.roots, b.g.Defaults().Entry)
}
