package parse_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/locale"
)

// TestExpect asks at the words of whole programs what may stand there: it holds what does stand there. Of words that
// are the same, and stand behind the same, one is asked for.
func TestExpect(t *testing.T) {
	files, err := filepath.Glob("../../flows/*.flow")
	if err != nil || len(files) == 0 {
		t.Fatal("no flows", err)
	}
	more, err := filepath.Glob("../../examples/*/*/*.flow")
	if err != nil || len(more) == 0 {
		t.Fatal("no lessons", err)
	}
	type place struct {
		class, behind parse.Class
		id, before    string
		kind          token.Kind
	}
	asked, seen := 0, map[place]bool{}
	for _, file := range append(files, more...) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		locale.LearnAll(os.DirFS(filepath.Dir(file))) // a lesson has a language of its own
		lexemes, _ := parse.Tokens(file, src)
		for k, l := range lexemes {
			if l.Rest || l.Class == parse.Plain {
				continue
			}
			at := place{class: l.Class, id: l.ID}
			if k > 0 {
				at.behind, at.before, at.kind = lexemes[k-1].Class, lexemes[k-1].ID, lexemes[k-1].Kind
			}
			if seen[at] {
				continue
			}
			seen[at] = true
			e := parse.Expect(file, src, l.Span.Start)
			if e.Word.Start != l.Span.Start {
				continue // 按1: a word that touches a number
			}
			ok := true
			switch l.Class {
			case parse.Keyword:
				id := l.ID
				if id == parse.Else {
					id = "otherwise"
				}
				ok = slices.Contains(e.Keywords, id)
			case parse.Unit:
				ok = e.Units
			case parse.Day:
				ok = e.Days
			case parse.Measure, parse.TelKey, parse.Dropped, parse.Through:
				continue
			default:
				ok = slices.Contains(e.Names, l.Class)
			}
			asked++
			if !ok {
				t.Errorf("%s: %s (class %d, %s): expected %+v", file, src[:l.Span.End][max(0, l.Span.Start-30):],
					l.Class, l.ID, e)
			}
		}
	}
	if asked < 600 {
		t.Errorf("only %d words were asked for", asked)
	}
}

// TestExpectOutside: a comment and the words of a string are the author's.
func TestExpectOutside(t *testing.T) {
	src := "流程 甲 {\n  播放 \"您好\"\n  // 转\n}\n"
	for _, at := range []int{len("流程 甲 {\n  播放 \"您"), len("流程 甲 {\n  播放 \"您好\"\n  // 转")} {
		if e := parse.Expect("a.flow", []byte(src), at); len(e.Keywords)+len(e.Names) > 0 {
			t.Errorf("at %d: %+v", at, e)
		}
	}
}

// TestExpectAnything: whatever the text, it answers, and with a word of the text.
func TestExpectAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SliceOf(rapid.SampledFrom([]string{"流程", " ", "{", "}", "\"", "甲", "按", "1", "如果", "\n", "ꙮ", "5",
			"秒", ".", "(", "设", "=", "//", "\xff", "queue", "每条路径"})).Draw(t, "src")
		text := ""
		for _, s := range src {
			text += s
		}
		at := rapid.IntRange(-1, len(text)+1).Draw(t, "at")
		e := parse.Expect("a.flow", []byte(text), at)
		if e.Word.Start < 0 || e.Word.End < e.Word.Start || e.Word.End > len(text) {
			t.Fatalf("%+v of %d bytes", e.Word, len(text))
		}
	})
}
