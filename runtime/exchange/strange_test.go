package exchange

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKnown(t *testing.T) {
	t.Parallel()
	for id, same := range map[string]bool{"a84b4c76e66710@pc33.example.com": true, "'; DROP TABLE calls; --": false,
		"": false, "a\x00b": false, "😀": false,
		strings.Repeat("i", longestID): true, strings.Repeat("i", longestID+1): false} {
		got := known(id)
		if (got == id) != same || got != known(id) || got == "" || len(got) > longestID {
			t.Errorf("%.40q is known as %q", id, got)
		}
	}
	if known("a\x00") == known("a\x01") {
		t.Error("two calls are one")
	}
}

func FuzzTame(f *testing.F) {
	for _, s := range []string{"13800138000", "+86 138 0013 8000", "a\x00b", "\xff\xfe", strings.Repeat("长", 100),
		strings.Repeat("9", 10<<10), "😀", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := tame(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > longestNumber ||
			strings.ContainsAny(got, "\x00\r\n") || tame(got) != got {
			t.Errorf("%q became %q", s, got)
		}
		if plain := "13800138000"; tame(plain) != plain {
			t.Error("a number was changed")
		}
	})
}
