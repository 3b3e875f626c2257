package rules

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
)

// walk goes through all that calls can do, as far as one claim needs it: a search over the flow graph in which a flow
// that is done comes back to who did it, what is raised goes to the nearest handler, and what is known of some atoms
// is remembered. It is a breadth-first search, so that the first way found is a short one.
type walk struct {
	*track
	from   *graph.Flow // paths count from here on; nil: from the beginning
	smooth bool        // no step fails, and nobody answers questions until that is an error
	passes func(*graph.Edge, *walk) bool
	target func(*graph.Node) bool

	items    []item
	found    map[itemKey]int32
	raised   map[raisedKey]bool
	contexts []context
	byFlow   map[contextKey]int32
	goal     int32
}

// item is a place that a call can come to.
type item struct {
	itemKey
	pred  int32       // where from; -1 at the beginning of a call
	inner int32       // where the flow that was done ended, or an event came from in it; -1 if none was
	edge  *graph.Edge // how; nil for what has happened to a caller of the flow
}

// raisedKey is what makes events on their way to a handler differ. At which node of the flow one came is the same to
// all that follows, so the first stands for all.
type raisedKey struct {
	ctx   int32
	event int32
	facts facts
}

// itemKey is what makes places differ: where in which flow, what is known, and whether an event is on its way to its
// handler.
type itemKey struct {
	ctx   int32
	node  int32
	facts facts
	event int32 // of the decider's events, -1 for none
}

// context is one way of being in a flow: with what was known where it began.
type context struct {
	contextKey
	entry   int32
	callers []int32 // the items that did it
	ends    []int32 // items at its ends, and events that it has no handler for
}

type contextKey struct {
	flow   int32
	facts  facts
	bottom bool // of a call: nothing waits for it to come back
}

// event is what happens to a call that waits: a global key, a hang-up, an error.
type event struct {
	kind graph.EdgeKind
	keys string
}

// mostItems bounds a search. A program that needs more of it is told to be too entangled.
const mostItems = 2_000_000

// run searches. It gives the item at which the target was come to, -1 if none was, and whether the search was whole.
func (w *walk) run() (goal int32, whole bool) {
	w.found, w.byFlow, w.goal = make(map[itemKey]int32, len(w.g.Nodes)), map[contextKey]int32{}, -1
	w.items = make([]item, 0, len(w.g.Nodes))
	w.raised = map[raisedKey]bool{}
	for _, r := range w.begins {
		f, ok := w.initial(r)
		if !ok {
			continue
		}
		if w.from == nil {
			f |= counting
		}
		w.into(w.g.FlowOf(r.Flow), f, true, -1, nil)
	}
	for i := 0; i < len(w.items) && w.goal < 0; i++ {
		if i > mostItems {
			return -1, false
		}
		w.expand(int32(i))
	}
	return w.goal, true
}

// add puts a place on the list once.
func (w *walk) add(k itemKey, pred, inner int32, e *graph.Edge) int32 {
	if i, ok := w.found[k]; ok {
		return i
	}
	i := int32(len(w.items))
	w.found[k] = i
	w.items = append(w.items, item{itemKey: k, pred: pred, inner: inner, edge: e})
	n := w.g.Nodes[k.node]
	if k.event < 0 && k.facts&counting != 0 && w.goal < 0 && w.target(n) {
		w.goal = i
	}
	return i
}

// into goes into a flow. Where the claim's paths begin there, one begins; the call goes on besides as it was, for it
// may come there again.
func (w *walk) into(fl *graph.Flow, f facts, bottom bool, pred int32, e *graph.Edge) {
	w.enter(fl, f, bottom, pred, e)
	if w.from == fl && f&counting == 0 {
		w.enter(fl, f|counting, bottom, pred, e)
	}
}

// enter goes into a flow with what is known.
func (w *walk) enter(fl *graph.Flow, f facts, bottom bool, pred int32, e *graph.Edge) {
	f = w.global(f)
	k := contextKey{int32(fl.Index), f, bottom}
	ctx, ok := w.byFlow[k]
	if !ok {
		ctx = int32(len(w.contexts))
		w.byFlow[k] = ctx
		w.contexts = append(w.contexts, context{contextKey: k, entry: -1})
		w.contexts[ctx].entry = w.add(itemKey{ctx, fl.Entry.ID, f, -1}, pred, -1, e)
	}
	if !bottom {
		w.called(ctx, pred)
	}
}

// expand follows all ways on from a place.
func (w *walk) expand(i int32) {
	it := w.items[i]
	if it.event >= 0 {
		w.handle(i)
		return
	}
	n := w.g.Nodes[it.node]
	counts := it.facts&counting != 0
	bottom := w.contexts[it.ctx].bottom
	for _, e := range w.g.Out(n) {
		switch {
		case e.Needs != nil: // see returns
		case n.Kind == graph.Entry && e.Arm != nil: // handlers of events, see handle
		case n.Kind == graph.Escaped && !bottom: // it arrives where the flow was done
		case counts && w.passes(e, w):
		case e.Kind == graph.Do:
			w.into(e.To.Of, it.facts, false, i, e)
		default:
			f, ok := w.take(it.facts, e)
			switch {
			case !ok:
			case e.Kind == graph.Goto || e.To.Of != n.Of && e.To.Of != nil && n.Kind == graph.Escaped:
				w.enterAt(e, f, i)
			default:
				w.add(itemKey{it.ctx, e.To.ID, f, -1}, i, -1, e)
			}
		}
	}
	if n.Kind == graph.Exit || n.Kind == graph.Escaped {
		w.ended(it.ctx, i)
	}
	for id, ev := range w.events {
		k := raisedKey{it.ctx, int32(id), it.facts}
		if !w.raised[k] && !(w.smooth && ev.kind == graph.Error) && w.comes(ev, n) {
			w.raise(k, it.node, i, -1)
		}
	}
}

// raise puts an event that comes at a node on the list, once for a flow and what is known in it.
func (w *walk) raise(k raisedKey, node, pred, inner int32) {
	if !w.raised[k] {
		w.raised[k] = true
		w.add(itemKey{k.ctx, node, k.facts, k.event}, pred, inner, nil)
	}
}

// enterAt goes on in another flow for good.
func (w *walk) enterAt(e *graph.Edge, f facts, pred int32) {
	fl := e.To.Of
	if e.Kind == graph.Goto {
		w.into(fl, f, true, pred, e)
		return
	}
	k := contextKey{int32(fl.Index), w.global(f), true} // a handler of defaults
	ctx, ok := w.byFlow[k]
	if !ok {
		ctx = int32(len(w.contexts))
		w.byFlow[k] = ctx
		w.contexts = append(w.contexts, context{contextKey: k, entry: -1})
	}
	w.add(itemKey{ctx, e.To.ID, k.facts, -1}, pred, -1, e)
}

// called notes who did a flow; what has ended there already comes back.
func (w *walk) called(ctx, caller int32) {
	c := &w.contexts[ctx]
	if slices.Contains(c.callers, caller) {
		return
	}
	c.callers = append(c.callers, caller)
	for _, end := range slices.Clone(c.ends) {
		w.returns(caller, end)
	}
}

// ended notes an end of a flow, or an event that it does not handle.
func (w *walk) ended(ctx, end int32) {
	c := &w.contexts[ctx]
	c.ends = append(c.ends, end)
	for _, caller := range slices.Clone(c.callers) {
		w.returns(caller, end)
	}
}

// returns goes on where a flow was done.
func (w *walk) returns(caller, end int32) {
	by, at := w.items[caller], w.items[end]
	f := w.back(by.facts, at.facts)
	if at.event >= 0 {
		w.raise(raisedKey{by.ctx, at.event, f}, by.node, caller, end)
		return
	}
	counts := by.facts&counting != 0
	for _, e := range w.g.Out(w.g.Nodes[by.node]) {
		if e.Needs == nil || e.Needs.ID != at.node || counts && w.passes(e, w) {
			continue
		}
		if g, ok := w.take(f, e); ok {
			w.add(itemKey{by.ctx, e.To.ID, g, -1}, caller, end, e)
		}
	}
}

// handle leads an event to the handler of its flow, else outward.
func (w *walk) handle(i int32) {
	it := w.items[i]
	fl := w.g.Flows[w.contexts[it.ctx].flow]
	if w.handled(fl, i, false) {
		return
	}
	if w.contexts[it.ctx].bottom {
		if d := w.g.Defaults(); d != fl && fl.Calls { // where a message is answered they do not speak
			w.handled(d, i, true)
		}
		return
	}
	w.ended(it.ctx, i)
}

// handled leads an event to the handlers that a flow has for it.
func (w *walk) handled(fl *graph.Flow, i int32, away bool) bool {
	it, any := w.items[i], false
	ev := w.events[it.event]
	for _, e := range w.g.Out(fl.Entry) {
		if e.Arm == nil || e.Kind != ev.kind || e.Label != ev.keys {
			continue
		}
		any = true
		if it.facts&counting != 0 && w.passes(e, w) || w.avoids(e) {
			continue
		}
		if away {
			w.enterAt(e, it.facts, i)
		} else {
			w.add(itemKey{it.ctx, e.To.ID, it.facts, -1}, i, -1, e)
		}
	}
	return any
}

// along tells whether an edge can be taken by what is known, and learns from its being taken.
func (d *decider) along(e *graph.Edge, b beliefs) bool {
	if !d.guards(e, b) {
		return false
	}
	for _, s := range d.sets(e) {
		for id, a := range d.atoms {
			if slices.Contains(a.about, s) {
				t := unknown
				if s.Kind == check.CallData && len(a.about) == 1 && emptiness(a) && filled(e, d.p) {
					t = no
				}
				b.learn(id, t)
			}
		}
	}
	return true
}

// guards tells whether the condition of an edge can be true, and learns that it is.
func (d *decider) guards(e *graph.Edge, b beliefs) bool {
	var conds []*formula
	var wanted []truth
	add := func(f *formula, t truth) { conds, wanted = append(conds, f), append(wanted, t) }
	switch x := e.From.Step.(type) {
	case *ast.If:
		if e.Kind == graph.Branch {
			t := yes
			if e.Label == "else" {
				t = no
			}
			add(d.logic.of(x.Cond), t)
		}
	case *ast.Match:
		for _, arm := range x.Arms {
			if arm == e.Arm {
				if !arm.Otherwise {
					add(d.logic.arm(x, arm), yes)
				}
				break
			}
			add(d.logic.arm(x, arm), no)
		}
	}
	if e.Kind == graph.Press && e.Arm != nil && e.Arm.When != nil {
		add(d.logic.of(e.Arm.When), yes)
	}
	for i, f := range conds {
		if t := f.eval(b); t != unknown && t != wanted[i] {
			return false
		}
		f.assume(wanted[i], b)
	}
	return true
}

// sets lists the names that get another value when an edge is taken.
func (d *decider) sets(e *graph.Edge) []*check.Symbol {
	var list []*check.Symbol
	add := func(s *check.Symbol) {
		if s != nil {
			list = append(list, s)
		}
	}
	switch x := e.From.Step.(type) {
	case nil:
		return nil
	case *ast.Let:
		if e.Kind == graph.Next || e.Kind == graph.Answer {
			add(d.p.LocalOf(x))
			if x.Set {
				add(d.p.Find(x.Name.Text))
			}
		}
	case *ast.ForEach, *ast.ReceiveFax, *ast.SurveyAsk:
		add(d.p.LocalOf(x))
	}
	if e.Arm != nil {
		for _, l := range e.Arm.Labels {
			if k := d.p.LabelOf(l); k != nil {
				for _, part := range k.Fields {
					add(part.Bind)
				}
			}
		}
	}
	return list
}

// filled tells whether what an edge sets is there afterwards: it was asked for, or a lookup gave it.
func filled(e *graph.Edge, p *check.Program) bool {
	x, ok := e.From.Step.(*ast.Let)
	if !ok || x.Source == nil {
		return false
	}
	g := p.GuardOf(x)
	return x.Source.Ask != nil || x.Source.Do != nil || g != nil && g.Lookup != nil
}
