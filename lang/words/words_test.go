package words_test

import (
	"strings"
	"testing"

	"rexian/lang/words"
)

// TestSpellings finds every keyword by each of its spellings.
func TestSpellings(t *testing.T) {
	for _, k := range words.All() {
		for _, s := range append(append([]string{}, k.English...), k.Chinese...) {
			first := strings.Fields(s)
			w := words.Lookup(first[0])
			if w == nil {
				t.Fatalf("%s: %q is not known", k.ID, first[0])
			}
			found := false
			for _, sense := range w.Senses {
				if sense.Keyword == k && strings.Join(sense.Rest, " ") == strings.Join(first[1:], " ") {
					found = true
				}
			}
			if !found {
				t.Errorf("%q does not lead to %s", s, k.ID)
			}
		}
		if words.ByID(k.Class, k.ID) != k {
			t.Errorf("%s is not found by its ID", k.ID)
		}
	}
}

// TestSenses lists what one spelling may be, the longest phrase first.
func TestSenses(t *testing.T) {
	for text, want := range map[string]string{
		"最多":   "at most|tries",
		"是":    "is|yes",
		"休息":   "closed|is closed",
		"on":   "on this call|on|on.switch|on.date",
		"工作日":  "workdays",
		"重拨":   "redial|retry",
		"not":  "not later than|not earlier than|not in|not hear|not",
		"坐席接听": "agent answers",
		"else": "otherwise",
	} {
		var got []string
		for _, s := range words.Lookup(text).Senses {
			got = append(got, s.Keyword.ID)
		}
		if g := strings.Join(got, "|"); g != want {
			t.Errorf("%s may be %s, want %s", text, g, want)
		}
	}
}

// TestReserved holds the promise that the words people name things with stay free.
func TestReserved(t *testing.T) {
	for _, free := range []string{"number", "hours", "金额", "电话", "税号", "wait", "tries", "order", "菜单", "等待", "language",
		"at", "call", "must", "for", "send"} {
		if words.Lookup(free).IsReserved() {
			t.Errorf("%s is reserved", free)
		}
	}
	for _, taken := range []string{"say", "播放", "留言", "中文", "是", "按", "on", "else", "输入"} {
		if !words.Lookup(taken).IsReserved() {
			t.Errorf("%s is not reserved", taken)
		}
	}
}

func TestKey(t *testing.T) {
	for text, want := range map[string]string{"井号": "#", "井号键": "#", "星号": "*", "星号键": "*", "号": ""} {
		if got := words.Key(text); got != want {
			t.Errorf("%s is the key %q, want %q", text, got, want)
		}
	}
}
