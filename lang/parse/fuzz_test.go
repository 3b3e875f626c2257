package parse_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
)

func seeds(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.flow")
	for _, path := range append(files, "testdata/hotline.flow", "testdata/hotline.en.flow") {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		// Whole files make slow seeds: a declaration each, and a few cut in the midst.
		for i, part := range strings.Split(string(src), "\n\n") {
			f.Add(part)
			if i%7 == 0 {
				f.Add(part[:len(part)*2/3])
			}
		}
	}
	for _, e := range diag.All() {
		if strings.HasPrefix(string(e.Code), "RX10") && len(e.Bad) < 4000 {
			f.Add(e.Bad)
		}
	}
	for _, s := range []string{"", "{", "}", "流程", "流程 甲 {", "“", "\"{", "\\", "下午2点半", "２０２６－１３", "按星号键", "周一至周五",
		"5分", "一百元",
		"参数 甲: 数值 = {a: [1, (如果 b 则 c 否则 d)]}.x[1](2)", "\xff\x00\ufeff", "流程 甲 { 播放 \"{{}}｛甲：逐位｝\" }"} {
		f.Add(s)
	}
}

// FuzzParse reads anything: it must not panic, every diagnostic and node must lie within the file,
// every node within its parent, and the tokens must cover the file but for white space.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		file, found := parse.Parse("a.flow", []byte(src))
		for _, d := range found {
			if d.Span.Start < 0 || d.Span.Start > d.Span.End || d.Span.End > len(src) {
				t.Fatalf("%s at %v in %d bytes", d.Code, d.Span, len(src))
			}
			if d.Sentence(diag.Zh) == "" || strings.Contains(d.Sentence(diag.En), "{0}") {
				t.Fatalf("%s says %q", d.Code, d.Sentence(diag.En))
			}
			if d.Fix != nil {
				for _, e := range d.Fix.Edits {
					if e.Span.Start < 0 || e.Span.Start > e.Span.End || e.Span.End > len(src) {
						t.Fatalf("%s mends %v", d.Code, e.Span)
					}
				}
			}
		}
		within := diag.Span{End: len(src)}
		for _, d := range file.Decls {
			nested(t, reflect.ValueOf(d), within)
		}
		lexemes, _ := parse.Tokens("a.flow", []byte(src))
		at := 0
		for _, l := range lexemes {
			if l.Span.Start < at || l.Span.End < l.Span.Start || l.Span.End > len(src) {
				t.Fatalf("token at %v after %d", l.Span, at)
			}
			if gap := src[at:l.Span.Start]; strings.Trim(gap, " \t\r\n\u3000\u00a0\ufeff") != "" {
				t.Fatalf("%q lies between the tokens", gap)
			}
			at = l.Span.End
			inner := l.Span.Start
			for _, h := range l.Holes {
				if h.Span.Start < inner || h.Span.End > l.Span.End {
					t.Fatalf("hole at %v in %v", h.Span, l.Span)
				}
				inner = h.Span.Start
				for _, hl := range h.Lexemes {
					if hl.Span.Start < inner || hl.Span.End > h.Span.End {
						t.Fatalf("token at %v in hole %v", hl.Span, h.Span)
					}
					inner = hl.Span.End
				}
			}
		}
		if len(lexemes) == 0 || lexemes[len(lexemes)-1].Kind != token.EOF {
			t.Fatal("no end")
		}
	})
}

// nested checks that every node under v lies within its parent.
func nested(t *testing.T, v reflect.Value, within diag.Span) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			nested(t, v.Elem(), within)
		}
	case reflect.Slice:
		for i := range v.Len() {
			nested(t, v.Index(i), within)
		}
	case reflect.Struct:
		if v.CanAddr() {
			if n, ok := v.Addr().Interface().(ast.Node); ok {
				at := n.Span()
				if at.Start < within.Start || at.End > within.End || at.Start > at.End {
					t.Fatalf("%s at %v lies outside its parent at %v", v.Type().Name(), at, within)
				}
				within = at
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Base" {
				nested(t, v.Field(i), within)
			}
		}
	}
}
