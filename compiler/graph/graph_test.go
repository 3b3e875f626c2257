package graph

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

func build(t *testing.T, path, src string) (*check.Program, *Graph) {
	t.Helper()
	file, diags := parse.Parse(path, []byte(src))
	p, more := check.Check([]*ast.File{file}, check.Env{})
	for _, d := range append(diags, more...) {
		if d.Severity == diag.Error {
			t.Fatalf("%s %v", d.Code, d.Args)
		}
	}
	return p, Build(p)
}

const head = `languages zh, en fallback zh  number "12366" enters main
defaults { zone "Asia/Shanghai" on error hangup on unavailable hangup }
`

// edges lists the edges of a flow as "from → to kind label", nodes by their source.
func edges(src string, g *Graph, flow string) []string {
	name := func(n *Node) string {
		switch n.Kind {
		case Entry:
			if n.Flow() != nil {
				return "entry of " + n.Flow().Name
			}
			return "entry"
		case Exit:
			return "exit"
		case End:
			return "end"
		case Fall:
			return "fall"
		case Raised:
			return "raised " + n.Tag
		case Escaped:
			return "escaped " + n.Tag
		}
		words := strings.Fields(src[n.Span().Start:n.Span().End])
		return strings.Join(words[:min(2, len(words))], " ")
	}
	var list []string
	for _, e := range g.Edges {
		if e.From.Flow() == nil || e.From.Flow().Name != flow || e.Kind == Hangup && e.To.Kind == End {
			continue
		}
		s := strings.TrimSpace(fmt.Sprintf("%s → %s %s %s", name(e.From), name(e.To), e.Kind, e.Label))
		if e.Active {
			s += " active"
		}
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

func TestEdges(t *testing.T) {
	for _, c := range []struct {
		name, src, flow string
		want            []string
	}{
		{"branches and loops", `flow main { repeat at most 2 { if caller is empty { stop } say "a" } hangup }`, "main",
			[]string{"entry of main → repeat at next", "hangup → end next", "if caller → say \"a\" branch else",
				"if caller → stop branch then",
				"repeat at → hangup branch done", "repeat at → if caller branch round", "say \"a\" → repeat at next",
				"stop → hangup next"}},
		{"a menu",
			`flow main { goto top }  menu top { say "请按1" press 1 "一" goto main press * again otherwise hangup }`,
			"top",
			[]string{"again → say \"请按1\" next", "entry of top → say \"请按1\" next",
				"goto main → entry of main goto main", "hangup → end next",
				"say \"请按1\" → { say next"}},
		{"do: coming back is quiet only if the flow can come back by itself", `flow main { do a() do b() hangup }
flow a { return }
flow b { menu { say "请按1" press 1 "一" continue otherwise hangup } return }`, "main",
			[]string{"do a() → do b() next", "do a() → entry of a do a", "do b() → entry of b do b",
				"do b() → hangup next active",
				"entry of main → do a() next", "hangup → end next"}},
		{"outcomes",
			`flow main { let x = taxpayer.find("913701001000000409") otherwise { on not_found { say "a" hangup } on several hangup } say "{x.name}" hangup }`, "main",
			[]string{"entry of main → let x next", "hangup → end next", "hangup → end next", "hangup → end next",
				"let x → hangup outcome several",
				"let x → raised unavailable outcome unavailable", "let x → say \"a\" outcome not_found",
				"let x → say \"{x.name}\" next", "say \"a\" → hangup next",
				"say \"{x.name}\" → hangup next"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := head + c.src
			_, g := build(t, "a.flow", src)
			got := edges(src, g, c.flow)
			if c.name == "a menu" {
				// The question's own edges are told apart by kind below; a declared menu's question spans its braces.
				got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "{") })
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The question of a menu has an edge for every key, every kind of miss and the hang-up; only keys are active.
func TestQuestionEdges(t *testing.T) {
	p, g := build(t, "a.flow", head+`flow main { goto top }
menu top { say "请按1" press 1 "一" goto main press * again on noinput(2) { say "b" } otherwise hangup }`)
	m := p.FlowNamed("top").Menu
	var got []string
	for _, e := range g.Out(g.NodeOf(m)) {
		got = append(got, fmt.Sprintf("%s %s %t", e.Kind, e.Label, e.Active))
	}
	slices.Sort(got)
	want := []string{"hangup  false", "noinput  false", "noinput 2 false", "nomatch  false", "otherwise  false",
		"press * true", "press 1 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if g.EdgeOf(m, Press, "1", m.Arms[0]) < 0 || g.EdgeOf(m, Press, "2", m.Arms[0]) >= 0 {
		t.Error("EdgeOf finds an edge that is not there, or not one that is")
	}
}

// Of the hotline: the same graph every time, whole, and with every flow reachable from a number or a campaign.
func TestHotline(t *testing.T) {
	src, err := os.ReadFile("../../lang/parse/testdata/hotline.flow")
	if err != nil {
		t.Fatal(err)
	}
	p, g := build(t, "hotline.flow", string(src))
	again := Build(p)
	if len(g.Edges) != len(again.Edges) || len(g.Nodes) != len(again.Nodes) {
		t.Error("two graphs of one program differ in size")
	}
	for i, e := range g.Edges {
		if int(e.ID) != i || e.To == nil || e.From == nil || again.Edges[i].Kind != e.Kind ||
			again.Edges[i].Span() != e.Span() {
			t.Fatalf("edge %d: %+v", i, e)
		}
	}
	var from []*Node
	for _, n := range append(slices.Clone(p.Numbers), p.Messages...) {
		from = append(from, g.FlowOf(n.Flow).Entry)
	}
	for _, c := range p.Campaigns {
		from = append(from, g.FlowOf(p.FlowOf(c.Decl.With)).Entry)
	}
	seen := g.Reachable(from...)
	for _, fl := range g.Flows {
		if fl.Info != nil && fl.Info.Form != check.HandlersForm && !seen[fl.Entry.ID] {
			t.Errorf("%s is reached from nowhere", fl.Info.Name)
		}
	}
}
