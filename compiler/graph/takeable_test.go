package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// untakeable lists what the graph has and no call can take, and missEdges the misses and hang-ups that it has.
func untakeable(src string, g *Graph) []string {
	var list []string
	for id, yes := range g.Takeable() {
		if e := g.Edges[id]; !yes {
			list = append(list, described(src, e))
		}
	}
	return list
}

func described(src string, e *Edge) string {
	at := "entry"
	if e.From.Step != nil {
		words := strings.Fields(src[e.From.Span().Start:e.From.Span().End])
		at = strings.Join(words[:min(2, len(words))], " ")
	} else if e.From.Flow() != nil {
		at = "entry of " + e.From.Flow().Name
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", at, e.Kind, e.Label))
}

const arms = `say "请按1" press 1 "一" hangup `

// What comes of misses depends on how often a question is asked and on which arms leave it.
func TestMisses(t *testing.T) {
	for _, c := range []struct {
		name, menu string
		want       []string
	}{
		{"three tries unless it says", arms + `otherwise hangup`, []string{"noinput", "nomatch", "otherwise"}},
		{"asked once, there is no second try", arms + `tries 1 otherwise hangup`, []string{"otherwise"}},
		{"an arm that does not leave needs another try", arms + `on noinput say "快" tries 1 otherwise hangup`,
			[]string{"otherwise"}},
		{"an arm that leaves takes the last try too", arms + `on noinput hangup tries 1 otherwise hangup`,
			[]string{"noinput", "otherwise"}},
		{"arms that leave for both leave no try to run out",
			arms + `on noinput hangup on nomatch hangup otherwise hangup`, []string{"noinput", "nomatch"}},
		{"an arm for each count", arms + `on noinput(1) say "快" on noinput(2) say "快点" tries 3 otherwise hangup`,
			[]string{"noinput 1", "noinput 2", "nomatch", "otherwise"}},
		{"the standard words between the counts", arms + `on noinput(2) say "快点" tries 3 otherwise hangup`,
			[]string{"noinput", "noinput 2", "nomatch", "otherwise"}},
		{"a count beyond the tries", arms + `on noinput(3) say "快" tries 3 otherwise hangup`,
			[]string{"noinput", "nomatch", "otherwise"}},
		{"a count beyond one that leaves", arms + `on noinput(1) hangup on noinput(2) say "快" tries 4 otherwise hangup`,
			[]string{"noinput 1", "nomatch", "otherwise"}},
		{"two kinds may use up the tries together",
			arms + `on noinput(2) hangup on nomatch(2) hangup tries 2 otherwise hangup`,
			[]string{"noinput", "noinput 2", "nomatch", "nomatch 2", "otherwise"}},
		{"not if both leave before", arms + `on noinput(2) hangup on nomatch(2) hangup tries 3 otherwise hangup`,
			[]string{"noinput", "noinput 2", "nomatch", "nomatch 2"}},
		{"one arm for both kinds", arms + `on noinput, nomatch say "再来" tries 2 otherwise hangup`,
			[]string{"noinput", "nomatch", "otherwise"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, g := build(t, "a.flow", head+"flow main { goto top }\nmenu top { "+c.menu+" }")
			got := []string{}
			for _, e := range g.Out(g.NodeOf(p.FlowNamed("top").Menu)) {
				if e.Kind == NoInput || e.Kind == NoMatch || e.Kind == Tries {
					got = append(got, strings.TrimSpace(e.Kind.String()+" "+e.Label))
				}
			}
			slices.Sort(got)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A recording is never wrong, and asked for as often as other things.
func TestRecordingMisses(t *testing.T) {
	src := head +
		`flow main { let words = record { say "请说" otherwise hangup } let id = ticket.create(class: "建议", recording: words) otherwise hangup say "{id}" hangup }`
	p, g := build(t, "a.flow", src)
	var got []string
	for _, e := range g.Out(g.NodeOf(p.FlowNamed("main").Body.Steps[0])) {
		got = append(got, e.Kind.String())
	}
	slices.Sort(got)
	if d := cmp.Diff([]string{"answer", "hangup", "noinput", "otherwise"}, got); d != "" {
		t.Error(d)
	}
}

func TestTakeable(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"a flow that nobody enters", `flow main { hangup } flow lost { say "a" hangup }`,
			[]string{"entry outcome unavailable", "say \"a\" next", "hangup next", "hangup next",
				"entry of lost next"}},
		{"what follows a do of a flow that never returns",
			`flow main { do over() say "a" hangup } flow over() { repeat at most 2 { hangup } return }`,
			[]string{"entry outcome unavailable", "hangup next", "do over() next", "say \"a\" next", "hangup next",
				"return next", "repeat at branch done"}},
		{"but not of one that may",
			`flow main { do over() say "a" hangup } flow over() { if caller is empty { return } hangup }`,
			[]string{"entry outcome unavailable", "hangup next"}},
		{"a handler of an outcome that nothing has",
			`flow main { on not_found hangup on unavailable hangup let t = taxpayer.arrears("913701001000000409") say "{count(t)}" hangup }`,
			[]string{"entry outcome unavailable", "hangup next", "hangup next", "entry of main outcome not_found"}},
		{"a handler of what the flows that it runs leave to it", `flow main { on unavailable hangup do sub() hangup }
flow sub() { let t = taxpayer.arrears("913701001000000409") say "{count(t)}" return }`, []string{"entry outcome unavailable", "hangup next"}},
		{"every campaign and message is a beginning",
			`flow main { hangup } flow told { reply "a" } message "Q" enters told`,
			[]string{"entry outcome unavailable", "hangup next"}},
		{"a loop that is left in its first round", `flow main { repeat at most 3 { say "a" hangup } hangup }`,
			[]string{"entry outcome unavailable", "hangup next", "hangup next", "repeat at branch done"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := head + c.src
			_, g := build(t, "a.flow", src)
			got := untakeable(src, g)
			slices.Sort(got)
			slices.Sort(c.want)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A table answers at once: a caller can hang up there only while words are still heard.
func TestTableHangup(t *testing.T) {
	const table = `table offices from "offices.csv" { code: digits, name: text }
`
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"after a question",
			`let code = ask digits 2 { say "代码" otherwise hangup } let o = offices[code] otherwise hangup`, false},
		{"after words",
			`let code = ask digits 2 { say "代码" otherwise hangup } say "请稍候" let o = offices[code] otherwise hangup`,
			true},
		{"after words and a branch", `say "请稍候" if caller is empty { mark "x" } let o = offices["01"] otherwise hangup`,
			true},
		{"after words and a lookup, which waits for them",
			`say "请稍候" let t = taxpayer.arrears("913701001000000409") let o = offices["01"] otherwise hangup`, false},
		{"after a flow that says words", `do words() let o = offices["01"] otherwise hangup`, true},
		{"after a flow that asks", `do asks() let o = offices["01"] otherwise hangup`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, diags := parse.Parse("a.flow", []byte(head+table+`flow words() { say "稍候" return }
flow asks() { say "稍候" let sure = ask yesno { say "是请按1，否请按2" otherwise hangup } if sure { return } return }
flow main { `+c.body+` say "{o.name}" hangup }`))
			p, more := check.Check([]*ast.File{file},
				check.Env{ReadFile: func(string) ([]byte, error) { return []byte("code,name\n01,a\n"), nil }})
			for _, d := range append(diags, more...) {
				if d.Severity == diag.Error {
					t.Fatalf("%s %v", d.Code, d.Args)
				}
			}
			got := false
			for _, st := range p.FlowNamed("main").Body.Steps {
				let, ok := st.(*ast.Let)
				if !ok || let.Name.Text != "o" {
					continue
				}
				g := Build(p)
				for _, e := range g.Out(g.NodeOf(st)) {
					got = got || e.Kind == Hangup
				}
			}
			if got != c.want {
				t.Errorf("a hang-up has an edge: %t", got)
			}
		})
	}
}
