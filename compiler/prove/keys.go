package prove

import (
	"strings"
	"unicode"
)

// spokenKeys finds the keys that a prompt tells its caller to press: what stands right after 按 in
// Chinese, after "press" in English. A range (按0到10) and a run of several digits (an example, as in
// 请按01) name no single key.
func spokenKeys(text string) []string {
	var keys []string
	add := func(rest string) {
		if k := leadingKey(rest); k != "" {
			keys = append(keys, k)
		}
	}
	for i := range text {
		rest := text[i:]
		if after, ok := strings.CutPrefix(rest, "按"); ok {
			add(after)
		} else if len(rest) > 6 && strings.EqualFold(rest[:5], "press") && (i == 0 || !isLetter(text[i-1])) {
			if after, ok := strings.CutPrefix(rest[5:], " "); ok {
				add(after)
			}
		}
	}
	return keys
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

var keyWords = []struct{ word, key string }{
	{"星号", "*"}, {"米字", "*"}, {"井号", "#"}, {"井字", "#"},
	{"the star", "*"}, {"star", "*"}, {"the pound", "#"}, {"pound", "#"}, {"the hash", "#"}, {"hash", "#"},
	{"one", "1"}, {"two", "2"}, {"three", "3"}, {"four", "4"}, {"five", "5"},
	{"six", "6"}, {"seven", "7"}, {"eight", "8"}, {"nine", "9"}, {"zero", "0"},
}

func leadingKey(s string) string {
	s = strings.TrimLeft(s, " “\"「")
	if s == "" {
		return ""
	}
	for _, w := range keyWords {
		if len(s) >= len(w.word) && strings.EqualFold(s[:len(w.word)], w.word) {
			if rest := s[len(w.word):]; w.word[0] >= 0x80 || rest == "" || !isLetter(rest[0]) {
				return w.key
			}
		}
	}
	switch s[0] {
	case '*', '#':
		return s[:1]
	}
	digits := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	if digits < 0 {
		digits = len(s)
	}
	if digits != 1 {
		return ""
	}
	after := strings.TrimLeft(s[1:], " ")
	for _, to := range []string{"到", "至", "-", "~", "to ", "through "} {
		if strings.HasPrefix(after, to) && startsWithDigit(strings.TrimLeft(after[len(to):], " ")) {
			return ""
		}
	}
	return s[:1]
}

func startsWithDigit(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }
