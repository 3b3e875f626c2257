package emit_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
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

// The same sources give the same bytes.
func TestReproducible(t *testing.T) {
	encode := func() []byte {
		out, err := emit.Emit(hotline(t, "hotline.flow"), emit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := bundle.Encode(out.Program)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(encode(), encode()) {
		t.Error("two builds of one program differ")
	}
}

// Every edge that a call can take can be told to have been taken.
func TestCoverage(t *testing.T) {
	for _, name := range []string{"hotline.flow", "hotline.en.flow"} {
		p := hotline(t, name)
		g := graph.Build(p)
		out, err := emit.Emit(p, emit.Options{Graph: g, Cover: true})
		if err != nil {
			t.Fatal(err)
		}
		known := map[int]bool{}
		for _, f := range out.Program.Funcs {
			for _, c := range f.Code {
				if c.Op() == bundle.Cover {
					known[c.Bx()] = true
				}
			}
			for _, s := range f.Sites {
				known[int(s.HangEdge)], known[int(s.OutEdge)] = true, true
			}
			for _, h := range f.Handlers {
				known[int(h.Edge)] = true
			}
		}
		takeable := g.Takeable()
		for _, e := range g.Edges {
			if takeable[e.ID] && !known[int(e.ID)] {
				t.Errorf("%s: edge %d (%s %s) at %d is never noted", name, e.ID, e.Kind, e.Label, e.Span().Start)
			}
		}
	}
}

// A production bundle counts nothing: whether there is a graph makes no difference to a single byte.
func TestWithoutCoverage(t *testing.T) {
	p := hotline(t, "hotline.flow")
	var want []byte
	for _, opt := range []emit.Options{{}, {Graph: graph.Build(p)}} {
		out, err := emit.Emit(p, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out.Program.Funcs {
			for _, c := range f.Code {
				if c.Op() == bundle.Cover {
					t.Fatal("a production bundle counts edges")
				}
			}
			for _, s := range f.Sites {
				if s.HangEdge >= 0 || s.OutEdge >= 0 {
					t.Fatal("a production bundle knows edges")
				}
			}
		}
		b, err := bundle.Encode(out.Program)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = b
		}
		if !bytes.Equal(b, want) {
			t.Error("a graph changes the bundle")
		}
	}
}

// Flows that do not fit the machine are refused, with an error that says so.
func TestTooLarge(t *testing.T) {
	var b strings.Builder
	b.WriteString("languages zh fallback zh number \"1\" enters main\ndefaults { zone \"UTC\" on error hangup on unavailable hangup }\nflow main {\n")
	for i := range 300 {
		fmt.Fprintf(&b, "let v%d = %d say \"{v%d}\"\n", i, i, i)
	}
	b.WriteString("hangup\n}")
	_, err := emit.Emit(checked(t, "a.flow", b.String(), check.Env{}), emit.Options{})
	if !errors.Is(err, emit.ErrTooLarge) {
		t.Errorf("Emit = %v, want ErrTooLarge", err)
	}
	var at *emit.TooLarge
	if !errors.As(err, &at) || at.File != "a.flow" || at.Flow != "main" {
		t.Fatalf("it is told at %+v", at)
	}
	if rest := b.String()[at.Span.Start:]; !strings.HasPrefix(rest, "v250 = 250 say") {
		t.Errorf("it is told at %.30q", rest)
	}
}
