//go:build judge

package rules_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/readout"
)

// exporter writes a question about a sheet as constrained Horn clauses (SMT-LIB 2, logic HORN). Each place of the
// program is a relation over the two switches, whether paths count, and whether what is wanted was met; a step is an
// implication from one to the next. That a point is come to while paths count and nothing was met implies false:
// satisfiable means that the rule holds. It shares nothing with the flow graph, nor with the explorer.
type exporter struct {
	*sheet
	q      question
	places int
	flows  map[string]string // the relation at the beginning of each flow that is gone to
	todo   []string
	decls  bytes.Buffer
	rules  bytes.Buffer
}

const holds4 = "(a Bool) (b Bool) (c Bool) (m Bool)"

func (x *exporter) place() string {
	x.places++
	name := fmt.Sprintf("p%d", x.places)
	fmt.Fprintf(&x.decls, "(declare-fun %s (Bool Bool Bool Bool) Bool)\n", name)
	return name
}

// step says that from one place another follows, under a condition, with c and m as given.
func (x *exporter) step(from, when, to, c, m string) {
	fmt.Fprintf(&x.rules, "(assert (forall (%s) (=> (and (%s a b c m) %s) (%s a b %s %s))))\n", holds4, from, when, to,
		c, m)
}

func (x *exporter) never(at string) {
	fmt.Fprintf(&x.rules, "(assert (forall (%s) (=> (and (%s a b c m) c (not m)) false)))\n", holds4, at)
}

// gone is the beginning of a flow that is gone to; a path of the rule may begin in it.
func (x *exporter) gone(flow string) string {
	if at, ok := x.flows[flow]; ok {
		return at
	}
	at := x.place()
	x.flows[flow] = at
	x.todo = append(x.todo, flow)
	if x.q.from == flow {
		x.step(at, "true", at, "true", "false")
	}
	return at
}

// around is who handles keys where a list of steps runs, and where a flow that is done returns to.
type around struct {
	flows  []string // the flow, and the one that does it
	back   string
	within string // the flow that is done; "" in one that is gone to
}

// list writes steps from a place on, and gives the place behind them.
func (x *exporter) list(steps []*move, at string, w around) string {
	for _, s := range steps {
		next := x.place()
		switch s.kind {
		case "say":
			x.step(at, "true", next, "c", map[bool]string{true: "true", false: "m"}[s.name == x.q.say])
		case "mark":
			if s.name == x.q.point {
				x.never(at)
			}
			x.step(at, "true", next, "c", "m")
		case "if":
			on := map[string]string{"甲关": "a", "乙关": "b"}[s.name]
			if s.not {
				on = "(not " + on + ")"
			}
			yes, no := x.place(), x.place()
			x.step(at, on, yes, "c", "m")
			x.step(at, "(not "+on+")", no, "c", "m")
			x.step(x.list(s.a, yes, w), "true", next, "c", "m")
			x.step(x.list(s.b, no, w), "true", next, "c", "m")
		case "menu":
			x.menu(s, at, next, w)
		case "repeat":
			round := x.place()
			x.step(at, "true", round, "c", "m")
			end := x.list(s.a, round, w)
			x.step(end, "true", round, "c", "m")
			x.step(end, "true", next, "c", "m")
		case "do":
			x.done(s.name, at, next, w)
		case "goto":
			x.step(at, "true", x.gone(s.name), "c", "m")
		case "return":
			if w.back != "" {
				x.step(at, "true", w.back, "c", map[bool]string{true: "true", false: "m"}[w.within == x.q.do])
			}
		case "enqueue":
			if x.q.point == "排队" {
				x.never(at)
			}
		}
		at = next
	}
	return at
}

// menu writes a menu: its two keys, what follows when no try is left, and the nearest global key.
func (x *exporter) menu(s *move, at, next string, w around) {
	for _, arm := range [][]*move{s.a, s.b} {
		pressed := x.place()
		x.step(at, "true", pressed, "c", "m")
		x.step(x.list(arm, pressed, w), "true", next, "c", "m")
	}
	switch s.over {
	case "go on":
		x.step(at, "true", next, "c", "m")
	case "hang up":
	default:
		x.step(at, "true", x.gone(s.over), "c", "m")
	}
	for i, flow := range w.flows {
		if key := x.keys[flow]; key != nil {
			pressed := x.place()
			x.step(at, "true", pressed, "c", "m")
			outer := around{flows: w.flows[i:]}
			if i == 0 {
				outer = w
			}
			x.list(key, pressed, outer)
			return
		}
	}
}

// done writes a flow that comes back, once for each place that does it.
func (x *exporter) done(flow, at, next string, w around) {
	begin := x.place()
	x.step(at, "true", begin, "c", "m")
	x.list(x.sheet.flows[flow], begin, around{flows: append([]string{flow}, w.flows...), back: next, within: flow})
}

// clauses is the whole question.
func (s *sheet) clauses(q question) string {
	x := &exporter{sheet: s, q: q, flows: map[string]string{}}
	first := x.gone("F1")
	when := map[string]string{"": "true", "甲关": "a", "乙关": "b"}[q.when]
	fmt.Fprintf(&x.rules, "(assert (forall ((a Bool) (b Bool)) (=> %s (%s a b %t false))))\n", when, first,
		q.from == "")
	for len(x.todo) > 0 {
		flow := x.todo[0]
		x.todo = x.todo[1:]
		x.list(x.sheet.flows[flow], x.flows[flow], around{flows: []string{flow}})
	}
	return "(set-logic HORN)\n" + x.decls.String() + x.rules.String() + "(check-sat)\n(reset)\n"
}

// exported is a question with the verdict of package rules.
type exported struct {
	sheet *sheet
	question
	proved bool
}

// questions draws random programs until there are so many questions, as many that hold as that do not.
func questions(t *testing.T, n int) (list []exported) {
	t.Helper()
	count := map[bool]int{}
	for seed := uint64(1_000_000); len(list) < n; seed++ {
		s := write(seed)
		if seed%2 == 0 && len(s.keys) < 2 { // of in half of the programs global keys matter
			continue
		}
		w := &author{Rand: rand.New(rand.NewPCG(seed, 82))}
		var qs []question
		src := s.text()
		for i := range 5 {
			q := question{point: w.pick("排队", "排队", "到"), from: w.pick("", "", "F2", "F3"),
				when: w.pick("", "甲关", "甲关", "乙关")}
			switch w.IntN(3) {
			case 0:
				q.do = w.pick("R1", "R2")
			case 1:
				q.say = "告知"
			}
			qs = append(qs, q)
			src += fmt.Sprintf("规则 \"%d\" { %s }\n", i, q.text())
		}
		file, bad := parse.Parse("t.flow", []byte(src))
		p, more := check.Check([]*ast.File{file}, check.Env{})
		g, last := prove.Program(p)
		if diag.HasErrors(slices.Concat(bad, more, last)) {
			continue
		}
		for i, v := range rules.Decide(p, g, readout.Voice{}) {
			proved := v.State == rules.Proved
			if v.State == rules.Undecided {
				t.Errorf("seed %d: %s is not decided", seed, qs[i].text())
			}
			if len(list) < n && count[proved] < n/2 {
				count[proved]++
				list = append(list, exported{s, qs[i], proved})
			}
		}
	}
	return list
}

// ask has z3 decide questions, in one run.
func ask(t *testing.T, list []string) (holds []bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "questions.smt2")
	if keep := os.Getenv("REXIAN_JUDGE_KEEP"); keep != "" {
		file = keep
	}
	if err := os.WriteFile(file, []byte(strings.Join(list, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "z3", "-smt2", file).CombinedOutput()
	if err != nil {
		t.Fatalf("z3: %v\n%s", err, out)
	}
	for _, word := range strings.Fields(string(out)) {
		if word != "sat" && word != "unsat" {
			t.Fatalf("z3 says %q", out)
		}
		holds = append(holds, word == "sat")
	}
	if len(holds) != len(list) {
		t.Fatalf("z3 answered %d of %d questions", len(holds), len(list))
	}
	return holds
}

// against lists the questions of which the judge says otherwise.
func against(list []exported, judged []bool) (wrong []int) {
	for i, q := range list {
		if q.proved != judged[i] {
			wrong = append(wrong, i)
		}
	}
	return wrong
}

// TestOutsideJudge has z3 decide a hundred random questions, and finds every wrong answer among them: each that is
// turned, and those of deciders that overlook something.
func TestOutsideJudge(t *testing.T) {
	list := questions(t, 100)
	var texts []string
	for _, q := range list {
		texts = append(texts, q.sheet.clauses(q.question))
	}
	judged := ask(t, texts)
	for _, i := range against(list, judged) {
		t.Errorf("%s is proved: %t, and z3 says %t\n%s", list[i].question.text(), list[i].proved, judged[i],
			list[i].sheet.text())
	}
	for i := range list {
		list[i].proved = !list[i].proved
		if wrong := against(list, judged); !slices.Equal(wrong, []int{i}) {
			t.Errorf("answer %d is turned, and the judge finds %v", i, wrong)
		}
		list[i].proved = !list[i].proved
	}
	for name, overlook := range map[string]func(*sheet, *question){
		"global keys": func(s *sheet, _ *question) { s.keys = nil },
		"which way a switch is asked": func(s *sheet, _ *question) {
			s.each(func(m *move) { m.not = m.kind == "if" && !m.not })
		},
		"where from":   func(_ *sheet, q *question) { q.from = "" },
		"what is said": func(_ *sheet, q *question) { q.say = "" },
		"what is done": func(_ *sheet, q *question) { q.do = "" },
		"the last try": func(s *sheet, _ *question) {
			s.each(func(m *move) {
				if m.kind == "menu" {
					m.over = "hang up"
				}
			})
		},
	} {
		var texts []string
		for _, q := range list {
			s := *q.sheet
			s.flows = map[string][]*move{}
			for k, v := range q.sheet.flows {
				s.flows[k] = v
			}
			overlook(&s, &q.question)
			texts = append(texts, s.clauses(q.question))
		}
		wrong := against(list, ask(t, texts))
		if len(wrong) == 0 {
			t.Errorf("a decider that overlooks %s is not found out", name)
		}
		t.Logf("a decider that overlooks %s is wrong %d times of %d", name, len(wrong), len(list))
	}
	t.Logf("%d questions, %d against us", len(list), len(against(list, judged)))
}

// each changes all steps of a sheet, which gets steps of its own.
func (s *sheet) each(change func(*move)) {
	var all func([]*move) []*move
	all = func(list []*move) (out []*move) {
		for _, m := range list {
			n := *m
			n.a, n.b = all(m.a), all(m.b)
			change(&n)
			out = append(out, &n)
		}
		return out
	}
	for name, list := range s.flows {
		s.flows[name] = all(list)
	}
}
