package replay

import (
	"testing"

	"rexian/compiler"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/runtime/deploy"
)

// counted compiles a program of one file with its edges counted, and gives the flow of each edge.
func counted(t *testing.T, src string) (*deploy.Version, *graph.Graph, []string) {
	t.Helper()
	w, err := compiler.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay("a.flow", []byte(src))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	checked, _ := w.Check(compiler.Options{})
	g := graph.Build(checked)
	out, err := emit.Emit(checked, emit.Options{Graph: g, Cover: true})
	if err != nil {
		t.Fatal(err)
	}
	v, err := deploy.Ready(out.Program, nil, deploy.Files{})
	if err != nil {
		t.Fatal(err)
	}
	flows := make([]string, out.Program.Edges)
	for _, e := range g.Edges {
		if f := e.From.Flow(); f != nil && e.ID >= 0 {
			flows[e.ID] = f.Name
		}
	}
	return v, g, flows
}

// Where calls went is counted by edge and flow, and where their callers hung up.
func TestWhereCallsWentIsCounted(t *testing.T) {
	w := &world{v: written(t, small), samples: samples(t)}
	on, g, flows := counted(t, small)
	var records [][]byte
	for _, does := range [][]caller{{presses("1"), talks}, {presses("2"), talks}, {presses("2"), hangsUpNow},
		{presses("3")}, {hangsUpNow}} {
		records = append(records, record(t, w, "12366", does))
	}
	came, err := Cross(func(string) (*deploy.Version, error) { return w.v, nil }, on, flows, given(records))
	if err != nil {
		t.Fatal(err)
	}
	if came.Calls != 5 || came.Open+came.Unknown > 0 {
		t.Fatalf("%+v", came)
	}
	if n := came.Entered[Entrance{"in", "主流程"}]; n != 5 {
		t.Errorf("%d calls came in", n)
	}
	for flow, want := range map[string]Visits{"主流程": {5, 1}, "查询": {1, 0}, "人工": {3, 1}, "说话": {1, 0}, "短信登记": {0, 0}} {
		if got := came.Flows[flow]; got != want {
			t.Errorf("%s: %+v, want %+v", flow, got, want)
		}
	}
	pressed := map[string]int{}
	for _, e := range g.Edges {
		if e.Kind == graph.Press && e.ID >= 0 {
			pressed[e.Label] = came.Edges[e.ID]
		}
	}
	if pressed["1"] != 1 || pressed["2"] != 2 || pressed["3"] != 1 || pressed["4"] != 0 {
		t.Errorf("pressed: %v", pressed)
	}
}
