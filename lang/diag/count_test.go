package diag

import (
	"regexp"
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	for _, x := range []struct {
		want, format string
		args         []any
	}{
		{"1 file, 0 errors, 2 warnings", "%d [file|files], %d [error|errors], %d [warning|warnings]", []any{1, 0, 2}},
		{"1 test fails as it is", "%d [test fails|tests fail] as it is", []any{int64(1)}},
		{"3 tests fail as it is", "%d [test fails|tests fail] as it is", []any{uint8(3)}},
		{"a: 50% of 1 call", "%s: %d%% of %*d [call|calls]", []any{"a", 50, 1, 1}},
		{"of 1,200 calls 1 has", "of %s [call|calls] %s [has|have]", []any{Figure(1200), Figure(1)}},
		{"1 of 2 calls", "%[2]d of %[1]d [call|calls]", []any{2, 1}},
		{"[a|b] 1", "[a|b] %d", []any{1}},
		{"1 [b", "%d [b", []any{1}},
		{"1 [b] x", "%d [%s] x", []any{1, "b"}},
		{"-1 s", "%d [second|s]", []any{-1}},
		{"2.5 s and 1 key", "%.1f s and %d [key|keys]", []any{2.5, 1}},
		{"1%!d(MISSING) x", "%d%d x", []any{1}},
		{"1 a %", "%d [a|b] %%", []any{1}},
		{"no verb|", "no verb|", nil},
	} {
		if got := Fill(x.format, x.args...); got != x.want {
			t.Errorf("%q %v: %q, not %q", x.format, x.args, got, x.want)
		}
	}
	if d := Textf("%d 个", "%d [thing|things]", time.Duration(1)); d.En != "1ns thing" && d.En != "1 thing" {
		t.Error(d.En)
	}
	d := New("RX2102", "a", Span{}, "f", 1, Text{Zh: "1个", En: "1"})
	if s := d.Sentence(En); s != "f takes 1 argument, 1 is given" {
		t.Error(s)
	}
	d = New("RX2102", "a", Span{}, "f", 0, Text{Zh: "2个", En: "2"})
	if s := d.Sentence(En); s != "f takes 0 arguments, 2 are given" {
		t.Error(s)
	}
}

// TestSentencesCount keeps the sentences of the catalogue from saying “1 arguments”. What is never one is listed.
func TestSentencesCount(t *testing.T) {
	counted := regexp.MustCompile(`\{\d\} ([a-z]+s)\b`)
	words := map[string]bool{"is": true, "has": true, "was": true, "needs": true, "takes": true, "stands": true,
		"keeps": true, "belongs": true, "means": true, "does": true, "returns": true, "declares": true,
		"counts": true, "keys": true, "words": true, "this": true,
		// bounds of ours, which are far from one
		"levels": true, "operators": true, "rounds": true, "seconds": true}
	for _, e := range All() {
		for _, m := range counted.FindAllStringSubmatch(e.Message.En, -1) {
			if !words[m[1]] {
				t.Errorf("%s: %q may be one: write [one|many]", e.Code, m[0])
			}
		}
	}
}
