package laws_test

import (
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// runTests runs the test blocks of an example, on its bundle as a node would read it; p is without errors.
func runTests(t *testing.T, p *check.Program, sources map[string]string) {
	t.Helper()
	out, err := emit.Emit(p, emit.Options{})
	if err != nil {
		t.Fatalf("emit: %v", err)
	}
	content, err := bundle.Encode(out.Program)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	program, err := bundle.Decode(content)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	files := map[string][]byte{}
	for path, text := range sources {
		files[path] = []byte(text)
	}
	report, err := suite.Run(suite.Options{Checked: p, Program: program, Sources: files})
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	if len(report.Results) != len(p.Tests) {
		t.Errorf("%d of %d tests ran", len(report.Results), len(p.Tests))
	}
	for _, r := range report.Results {
		for _, d := range r.Failures {
			line := strings.Count(sources[d.File][:d.Span.Start], "\n") + 1
			t.Errorf("%s, line %d: %s %s", r.Name, line, d.Code, d.Sentence(diag.En))
		}
		if !r.Passed {
			for _, l := range r.Transcript {
				t.Logf("%8d ms %s %s", l.At, l.Kind, l.Text)
			}
		}
	}
}
