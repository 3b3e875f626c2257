package replay

import (
	"rexian/compiler/bundle"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/vm"
)

// Crossed is where the calls of a day would go in a version that was compiled with its edges counted. A call counts
// once for an edge and for a flow, however often it went there.
type Crossed struct {
	Calls   int
	Edges   []int // by the number of the edge
	Entered map[Entrance]int
	Flows   map[string]Visits
	Open    int // that could be followed a part of their way only
	Unknown int // that do not come out on their own version, or whose version is not kept
}

// Entrance is how calls come into a flow: "in", "out" or "message".
type Entrance struct{ Direction, Flow string }

// Visits are how many calls came to a flow, and in how many of them the caller hung up there.
type Visits struct{ Calls, HungUp int }

// Cross runs all calls that each gives on a version and counts. flows are the flows of its edges, by their numbers.
func Cross(versions Versions, on *deploy.Version, flows []string,
	each func(do func(record []byte) error) error) (*Crossed, error) {
	r := runner{versions: versions, on: on, pairs: map[string]*Pair{}}
	total := newCrossed(on.Program)
	if err := spread(each, func() gatherer {
		return &ways{runner: &r, Crossed: newCrossed(on.Program), total: total, flows: flows, seen: map[string]bool{}}
	}); err != nil {
		return nil, err
	}
	return total, nil
}

func newCrossed(p *bundle.Program) *Crossed {
	return &Crossed{Edges: make([]int, p.Edges), Entered: map[Entrance]int{}, Flows: map[string]Visits{}}
}

// ways gathers those of one worker.
type ways struct {
	*runner
	*Crossed
	total *Crossed
	flows []string
	seen  map[string]bool
}

func (x *ways) unread() {}

func (x *ways) take(w *Worker, c *kept.Call, _ []byte) {
	x.Calls++
	p := x.pair(c.Version)
	if p == nil || !w.course(p.old, c) {
		x.Unknown++
		return
	}
	var r Result
	f := follower{w: w, p: p, call: c, result: &r, counts: true}
	f.run()
	if f.m == nil { // no flow answers
		return
	}
	if r.Open != nil {
		x.Open++
	}
	x.Entered[Entrance{c.Direction, x.on.Program.Funcs[f.fn].Name}]++
	clear(x.seen)
	for _, id := range f.m.Covered() {
		x.Edges[id]++
		if id >= len(x.flows) || x.seen[x.flows[id]] {
			continue
		}
		name := x.flows[id]
		x.seen[name] = true
		v := x.Flows[name]
		v.Calls++
		x.Flows[name] = v
	}
	if f.left != "" {
		v := x.Flows[f.left]
		v.HungUp++
		x.Flows[f.left] = v
	}
}

func (x *ways) join() {
	t := x.total
	t.Calls, t.Open, t.Unknown = t.Calls+x.Calls, t.Open+x.Open, t.Unknown+x.Unknown
	for id, n := range x.Edges {
		t.Edges[id] += n
	}
	for e, n := range x.Entered {
		t.Entered[e] += n
	}
	for flow, v := range x.Flows {
		sum := t.Flows[flow]
		t.Flows[flow] = Visits{sum.Calls + v.Calls, sum.HungUp + v.HungUp}
	}
}

// flow is the flow that a machine is in, "" if none.
func flow(m *vm.Machine) string {
	for i := len(m.Frames) - 1; i >= 0; i-- {
		f := &m.Program().Funcs[m.Frames[i].Func]
		if f.Kind == bundle.FlowFunc || f.Kind == bundle.MenuFunc || f.Kind == bundle.SurveyFunc {
			return f.Name
		}
	}
	return ""
}
