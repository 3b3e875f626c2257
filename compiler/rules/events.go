package rules

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// happen finds the events that a program has handlers for: global keys, hang-ups, errors, outcomes.
func (d *decider) happen() {
	for _, fl := range d.g.Flows {
		for _, e := range d.g.Out(fl.Entry) {
			if ev := (event{e.Kind, e.Label}); e.Arm != nil && !slices.Contains(d.events, ev) {
				d.events = append(d.events, ev)
			}
		}
	}
	if len(d.events) > 0 {
		d.asked = d.cycles()
	}
}

// comes tells whether an event may come at a node, and is not taken there: a global key at a question, a hang-up where
// something is waited for, an error where a step can fail.
func (d *decider) comes(ev event, n *graph.Node) bool {
	switch ev.kind {
	case graph.Press:
		if n.Kind != graph.Question || !globalKeys(n) || d.holds(n, ev.keys) {
			return false
		}
		return !slices.ContainsFunc(d.g.Out(n), func(e *graph.Edge) bool {
			return e.Kind == graph.Press && e.Label == ev.keys && (e.Arm == nil || e.Arm.When == nil)
		})
	case graph.Hangup:
		if d.unheard(n.Of) {
			return false
		}
		return slices.ContainsFunc(d.g.Out(n),
			func(e *graph.Edge) bool { return e.Kind == graph.Hangup && e.Arm == nil })
	case graph.Error:
		if n.Kind != graph.Step && n.Kind != graph.Loop && n.Kind != graph.Question {
			return false
		}
		if slices.ContainsFunc(d.g.Out(n), func(e *graph.Edge) bool { return e.Kind == graph.Error }) {
			return false
		}
		return n.Kind == graph.Question && d.asked[n.ID] || d.mayFail(n.Step)
	}
	return false
}

// globalKeys tells whether a question takes the keys of handlers: a menu does, a field where it says so.
func globalKeys(n *graph.Node) bool {
	var ask *ast.Ask
	switch x := n.Step.(type) {
	case *ast.Let:
		ask = x.Source.Ask
	case *ast.SurveyAsk:
		return true
	}
	return ask == nil || slices.ContainsFunc(ask.Limits,
		func(l *ast.Limit) bool { return l.Kind == words.AllowGlobalKeys })
}

// unheard tells whether a flow is what a campaign does for a target without a call: nobody is on the line.
func (d *decider) unheard(fl *graph.Flow) bool {
	return slices.ContainsFunc(d.begins, func(b Begin) bool {
		return (b.Kind == "unreached" || b.Kind == "written") && d.g.FlowOf(b.Flow) == fl
	})
}

// holds tells whether a field takes some keys itself, so that they are no global key there.
func (d *decider) holds(n *graph.Node, keys string) bool {
	x, ok := n.Step.(*ast.Let)
	if !ok || x.Source == nil || x.Source.Ask == nil || x.Source.Ask.Record {
		return false
	}
	end := "#"
	for _, l := range x.Source.Ask.Limits {
		if l.Kind == words.EndKey && l.Key != nil {
			end = l.Key.Keys
		}
	}
	if rows := d.p.AskRows(x.Source.Ask); rows != nil {
		return keys == end || rows.Begins(keys)
	}
	return check.Takes(d.p.AskType(x.Source.Ask), keys, end)
}

// mayFail tells whether a step has an expression that may end in an error: arithmetic, a function, a field that a
// lookup may have left out.
func (d *decider) mayFail(step ast.Node) bool {
	fails := false
	first := true
	ast.Walk(step, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Block, *ast.Arm:
			return false
		case *ast.Binary:
			switch x.Op {
			case "+", "-", "*", "/":
				fails = true
			}
		case *ast.Unary:
			fails = fails || x.Op == "-"
		case *ast.Ref:
			fails = fails || d.refFails(x)
		case *ast.MenuStep, *ast.Menu:
			if !first {
				return false
			}
		}
		first = false
		return !fails
	})
	return fails
}

func (d *decider) refFails(r *ast.Ref) bool {
	m := d.p.RefOf(r)
	if m == nil || m.Symbol == nil {
		return false
	}
	switch m.Symbol.Kind {
	case check.Function:
		if m.Symbol.Lib == nil || len(m.Symbol.Lib.Params) == 0 {
			return len(m.Fields) > 0
		}
		return true
	case check.Local, check.Param, check.CallData:
		if len(m.Fields) > 0 {
			return true
		}
	}
	t := d.p.TypeOf(r)
	return t != nil && t.Kind == types.RecordOf && len(m.Fields) > 0
}

// cycles finds the questions that a call can come to again and again.
func (d *decider) cycles() []bool {
	on := make([]bool, len(d.g.Nodes))
	index, low := make([]int32, len(d.g.Nodes)), make([]int32, len(d.g.Nodes))
	var stack []int32
	in := make([]bool, len(d.g.Nodes))
	next := int32(0)
	type frame struct {
		n    int32
		edge int
	}
	for root := range d.g.Nodes {
		if index[root] != 0 {
			continue
		}
		frames := []frame{{int32(root), 0}}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			if f.edge == 0 {
				next++
				index[f.n], low[f.n] = next, next
				stack, in[f.n] = append(stack, f.n), true
			}
			out := d.g.Out(d.g.Nodes[f.n])
			if f.edge < len(out) {
				e := out[f.edge]
				f.edge++
				if e.Bounded {
					continue
				}
				switch to := e.To.ID; {
				case index[to] == 0:
					frames = append(frames, frame{to, 0})
				case in[to]:
					low[f.n] = min(low[f.n], index[to])
				}
				if e.To.ID == f.n {
					on[f.n] = true
				}
				continue
			}
			n := f.n
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				p := frames[len(frames)-1].n
				low[p] = min(low[p], low[n])
			}
			if low[n] != index[n] {
				continue
			}
			many := stack[len(stack)-1] != n
			for {
				m := stack[len(stack)-1]
				stack, in[m] = stack[:len(stack)-1], false
				on[m] = on[m] || many
				if m == n {
					break
				}
			}
		}
	}
	return on
}
