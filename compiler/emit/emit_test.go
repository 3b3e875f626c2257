package emit_test

import (
	"os"
	"testing"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// checked parses and checks one source.
func checked(t testing.TB, path, src string, env check.Env) *check.Program {
	t.Helper()
	file, diags := parse.Parse(path, []byte(src))
	p, more := check.Check([]*ast.File{file}, env)
	diags = append(diags, more...)
	for _, d := range diags {
		if d.Severity == diag.Error {
			t.Fatalf("%s: %v %v", d.Code, d.Args, src[d.Span.Start:min(d.Span.End, len(src))])
		}
	}
	return p
}

// emitted compiles one source for coverage.
func emitted(t testing.TB, src string) (*emit.Output, *graph.Graph) {
	t.Helper()
	p := checked(t, "a.flow", src, check.Env{})
	g := graph.Build(p)
	out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	return out, g
}

func hotline(t testing.TB, name string) *check.Program {
	src, err := os.ReadFile("../../lang/parse/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, name, string(src), check.Env{})
}

func TestHotline(t *testing.T) {
	for _, name := range []string{"hotline.flow", "hotline.en.flow"} {
		p := hotline(t, name)
		g := graph.Build(p)
		for _, opt := range []emit.Options{{}, {Graph: g, Cover: true, Tests: true}} {
			out, err := emit.Emit(p, opt)
			if err != nil {
				t.Fatal(name, err)
			}
			b, err := bundle.Encode(out.Program)
			if err != nil {
				t.Fatal(name, err)
			}
			if _, err := bundle.Decode(b); err != nil {
				t.Fatal(name, err)
			}
		}
	}
}
