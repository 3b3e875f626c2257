package parse

import (
	"os"
	"testing"
)

func TestQuick(t *testing.T) {
	for _, p := range []string{"testdata/hotline.flow", "testdata/hotline.en.flow"} {
		src, _ := os.ReadFile(p)
		f, ds := Parse(p, src)
		t.Log(p, len(f.Decls))
		for _, d := range ds {
			t.Error(p, d.Span, d.Sentence(0), string(src[max(0,d.Span.Start-30):min(len(src),d.Span.End+30)]))
		}
	}
}
