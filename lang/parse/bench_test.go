package parse_test

import (
	"bytes"
	"testing"

	"rexian/lang/parse"
)

// BenchmarkParse reads the hotline ten times over in one file: lexing included.
func BenchmarkParse(b *testing.B) {
	src := bytes.Repeat(read(b, "testdata/hotline.flow"), 10)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, found := parse.Parse("a.flow", src); len(found) > 0 {
			b.Fatal(found[0].Sentence(0))
		}
	}
}
