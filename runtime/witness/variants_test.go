package witness_test

import (
	"os"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/runtime/readout"
	"rexian/runtime/suite"
	"rexian/runtime/witness"
)

// variant is the hotline with one file changed so that one rule is broken.
type variant struct{ rule, name, file, text string }

// variants reads the changes of testdata/variants.txt.
func variants(t *testing.T) (list []variant) {
	t.Helper()
	all, err := os.ReadFile("testdata/variants.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(all), "\n== ")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		file, changes, _ := strings.Cut(rest, "\n")
		rule, name, _ := strings.Cut(head, ": ")
		src, err := os.ReadFile("../../flows/" + file)
		if err != nil {
			t.Fatal(err)
		}
		v := variant{rule, name, file, string(src)}
		for _, change := range strings.Split(strings.TrimSpace(changes), "\n\n") {
			var from, to []string
			for _, l := range strings.Split(change, "\n") {
				if old, ok := strings.CutPrefix(l, "- "); ok {
					from = append(from, old)
				} else if now, ok := strings.CutPrefix(l, "+ "); ok {
					to = append(to, now)
				}
			}
			old := strings.Join(from, "\n")
			if !strings.Contains(v.text, old) {
				t.Fatalf("%s: %s has no\n%s", head, file, old)
			}
			v.text = strings.Replace(v.text, old, strings.Join(to, "\n"), 1)
		}
		list = append(list, v)
	}
	return list
}

// TestVariantsOfTheHotline refutes in each broken variant of the shipped flows the one rule that it breaks and no
// other, and runs the call that shows it. REXIAN_RULE_VARIANTS=all takes all of them, else it is every seventh.
func TestVariantsOfTheHotline(t *testing.T) {
	all := variants(t)
	if len(all) < 60 {
		t.Fatalf("%d variants", len(all))
	}
	w, err := compiler.Open("../../flows")
	if err != nil {
		t.Fatal(err)
	}
	o := compiler.Options{Voice: readout.Voice{}}
	every := 7
	if os.Getenv("REXIAN_RULE_VARIANTS") == "all" {
		every = 1
	}
	broken := map[string]bool{}
	for i, v := range all {
		if i%every != 0 {
			continue
		}
		t.Run(v.rule+" "+v.name, func(t *testing.T) {
			w.Overlay(v.file, []byte(v.text))
			defer w.Overlay(v.file, nil)
			refuted := decideVariant(t, w, o, v)
			if refuted == "" {
				return
			}
			w.Overlay("反例.flow", []byte(refuted))
			defer w.Overlay("反例.flow", nil)
			plays(t, w, o, refuted)
			broken[v.rule] = true
		})
	}
	if every == 1 && len(broken) < 16 {
		t.Errorf("%d rules were broken", len(broken))
	}
}

// decideVariant decides the rules and writes the counter-example of the one that is broken; "" if that goes wrong.
func decideVariant(t *testing.T, w *compiler.Workspace, o compiler.Options, v variant) (source string) {
	t.Helper()
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(o)
	for _, d := range j.Findings {
		if d.Severity == diag.Error && d.Code != "RX3015" {
			t.Fatalf("%s: %s %s", d.File, d.Code, d.Sentence(diag.Zh))
		}
	}
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Rules: true})
	if err != nil {
		t.Fatal(err)
	}
	writer, err := witness.New(j.Checked, j.Graph, out)
	if err != nil {
		t.Fatal(err)
	}
	for i := range j.Verdicts {
		verdict := &j.Verdicts[i]
		if is := verdict.State == rules.Refuted; verdict.State == rules.Undecided || is != (verdict.Name() == v.rule) {
			t.Errorf("%s is %v: %s", verdict.Name(), verdict.State, verdict.Why.Zh)
			continue
		} else if !is {
			continue
		}
		test := writer.Refutation(verdict)
		switch {
		case verdict.Path == nil:
			t.Error("no path shows it")
		case !test.Shown:
			t.Errorf("no call goes there: %s\n%s", course(verdict.Path), test.Source)
		default:
			source = test.Source
		}
	}
	return source
}

// plays runs a test that was written.
func plays(t *testing.T, w *compiler.Workspace, o compiler.Options, source string) {
	t.Helper()
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(o)
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	report, err := suite.Run(suite.Options{Checked: j.Checked, Program: out.Program, Graph: j.Graph,
		Select: func(name string) bool { return strings.HasPrefix(name, "反例：") }})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != 1 || !report.Results[0].Passed {
		t.Errorf("it does not play: %+v\n%s", report.Results, source)
	}
}
