package diag_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/diag"
)

func TestCells(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "播放": 4, "：": 2, "“": 1, "e\u0301": 1, "한": 2, "ｱ": 1, "😀": 2, "\u200b": 0, "𠀀": 2,
	} {
		if got := diag.Cells(text); got != want {
			t.Errorf("Cells(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPlace(t *testing.T) {
	src := []byte("甲\n播放 😀x")
	for _, c := range []struct {
		offset int
		want   diag.Position
	}{
		{0, diag.Position{Offset: 0, Line: 1, Column: 1, Cell: 1}},
		{len("甲\n播放 "), diag.Position{Offset: 11, Line: 2, Column: 4, Cell: 6, UTF16: 3}},
		{len("甲\n播放 😀"), diag.Position{Offset: 15, Line: 2, Column: 5, Cell: 8, UTF16: 5}},
		{len("甲\n播放 😀") - 1, diag.Position{Offset: 11, Line: 2, Column: 4, Cell: 6, UTF16: 3}},
		{99, diag.Position{Offset: 16, Line: 2, Column: 6, Cell: 9, UTF16: 6}},
		{-1, diag.Position{Line: 1, Column: 1, Cell: 1}},
	} {
		if d := cmp.Diff(c.want, diag.Place(src, c.offset)); d != "" {
			t.Errorf("offset %d:\n%s", c.offset, d)
		}
	}
}

// mark makes a diagnostic at the text between « and » of a source, which are taken out.
func mark(source string) ([]byte, diag.Diagnostic) {
	before, rest, _ := strings.Cut(source, "«")
	marked, after, _ := strings.Cut(rest, "»")
	at := diag.Span{Start: len(before), End: len(before) + len(marked)}
	return []byte(before + marked + after), diag.New("RX1003", "a.flow", at, marked)
}

func TestPrint(t *testing.T) {
	sentence := func(arg string) string {
		return diag.New("RX1003", "", diag.Span{}, arg).Sentence(diag.Zh)
	}
	for _, c := range []struct{ name, source, arg, want string }{
		{"Chinese before the place", "流程 主流程 {\n  播放 «￥￥» 挂机\n}\n", "￥￥",
			"a.flow:2:6: 错误 RX1003: %\n  2 │   播放 ￥￥ 挂机\n    │        ^^^^\n"},
		{"tabs", "\t甲\t«￥»", "￥", "a.flow:1:4: 错误 RX1003: %\n  1 │     甲  ￥\n    │         ^^\n"},
		{"combining", "e\u0301«$»", "$", "a.flow:1:3: 错误 RX1003: %\n  1 │ e\u0301$\n    │  ^\n"},
		{"empty at the end", "甲«»", "", "a.flow:1:2: 错误 RX1003: %\n  1 │ 甲\n    │   ^\n"},
		{"several lines", "甲 «乙\n丙»", "乙\n丙", "a.flow:1:3: 错误 RX1003: %\n  1 │ 甲 乙\n    │    ^^\n"},
		{"carriage return", "«甲»\r\n乙", "甲", "a.flow:1:1: 错误 RX1003: %\n  1 │ 甲\n    │ ^^\n"},
		{"escape sequence", "\x1b[2J«$»", "$", "a.flow:1:5: 错误 RX1003: %\n  1 │ \uFFFD[2J$\n    │     ^\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, d := mark(c.source)
			var b strings.Builder
			p := diag.Printer{Source: func(string) []byte { return src }}
			if err := p.Print(&b, []diag.Diagnostic{d}); err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(c.want, "%", strings.ReplaceAll(sentence(c.arg), "\n", "\uFFFD"), 1)
			if diff := cmp.Diff(want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPrintWhole has all parts of a finding: colours, a related place, a fix.
func TestPrintWhole(t *testing.T) {
	src, d := mark("名单 «$»")
	d = d.WithRelated("b.flow", diag.Span{}, diag.Text{Zh: "先在这里", En: "first here"}).
		WithFix(diag.Fix{Title: diag.Text{Zh: "改为 甲", En: "write 甲"}, Safe: true,
			Edits: []diag.Edit{{File: "a.flow", Span: d.Span, New: "甲"}}})
	source := func(file string) []byte {
		if file == "a.flow" {
			return src
		}
		return nil
	}
	var b strings.Builder
	if err := (diag.Printer{Tongue: diag.En, Colour: true, Source: source}).Print(&b,
		[]diag.Diagnostic{d}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\x1b[1ma.flow:1:4\x1b[0m", "\x1b[1;31merror RX1003:\x1b[0m",
		"  b.flow: first here\n", "write 甲", "\x1b[1;31m^\x1b[0m"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	raw, err := json.Marshal(diag.Records([]diag.Diagnostic{d}, diag.Zh, source))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"severity":"error"`, `"start":{"offset":7,"line":1,"column":4,"cell":6,"utf16":3}`,
		`"related":[{"file":"b.flow"`, `"fix":{"title":"改为 甲","safe":true,"edits":[{"file":"a.flow"`,
	} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
}

// TestLongLine keeps a line of a megabyte from flooding the terminal.
func TestLongLine(t *testing.T) {
	src, d := mark(strings.Repeat("甲", 10000) + "«￥»" + strings.Repeat("乙", 10000))
	var b strings.Builder
	if err := (diag.Printer{Source: func(string) []byte { return src }}).Print(&b, []diag.Diagnostic{d}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if n := diag.Cells(lines[1]); n > 200 {
		t.Errorf("%d cells", n)
	}
	text, caret, _ := strings.Cut(lines[1], "￥")
	if caret == "" || diag.Cells(text) != diag.Cells(lines[2][:strings.Index(lines[2], "^")]) {
		t.Errorf("caret misplaced:\n%s\n%s", lines[1], lines[2])
	}
}
