package laws_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/diag"
	"rexian/lang/format"
)

// TestSpecTongues holds the promise of one program in two tongues: each right example, its keywords and the
// library's names changed to English, compiles to the same code, and changed back to Chinese again.
func TestSpecTongues(t *testing.T) {
	all, frame, root := documented(t)
	for _, e := range all {
		if e.code != "" {
			continue
		}
		t.Run(fmt.Sprintf("%s:%d", e.doc, e.line), func(t *testing.T) {
			sources, _ := e.files(frame)
			p, found := compile(t, root, sources)
			if diag.HasErrors(found) {
				t.Fatal("it does not compile: TestSpecExamples tells why")
			}
			want := code(t, p)
			for _, tongue := range []format.Tongue{format.En, format.Zh} {
				sources = converted(t, p, sources, tongue)
				p, found = compile(t, root, sources)
				for _, d := range found {
					if d.Severity == diag.Error {
						t.Fatalf("tongue %d: %s %s of\n%s", tongue, d.Code, d.Sentence(diag.En), sources[d.File])
					}
				}
				if d := cmp.Diff(want, code(t, p)); d != "" {
					t.Errorf("tongue %d: it is not the same program (-before +after):\n%s", tongue, d)
				}
			}
		})
	}
}

// converted writes all files of a program in a tongue.
func converted(t *testing.T, p *check.Program, sources map[string]string, tongue format.Tongue) map[string]string {
	t.Helper()
	out := map[string]string{}
	for path, text := range sources {
		now, err := format.Format(path, []byte(text),
			format.Options{Tongue: tongue, Library: func(at int) (string, string, bool) {
				w, ok := p.LibraryName(path, at)
				return w.Zh, w.En, ok
			}})
		if err != nil {
			t.Fatal(err)
		}
		out[path] = string(now)
	}
	return out
}

// code is a program's bundle without the places in its sources.
func code(t *testing.T, p *check.Program) *bundle.Program {
	t.Helper()
	out, err := emit.Emit(p, emit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range out.Program.Funcs {
		out.Program.Funcs[i].Places = nil
	}
	return out.Program
}
