package diag_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rexian/lang/diag"
)

// counted is a position found by counting from the start of the file.
func counted(src string, offset int) diag.Position {
	offset = max(0, min(offset, len(src)))
	for offset > 0 && offset < len(src) && src[offset]&0xC0 == 0x80 {
		offset--
	}
	p := diag.Position{Offset: offset, Line: 1, Column: 1, Cell: 1}
	for i, r := range src[:offset] {
		switch {
		case r == '\n':
			p = diag.Position{Offset: offset, Line: p.Line + 1, Column: 1, Cell: 1}
			continue
		case r == '\uFEFF' && i == 0:
			p.UTF16++
			continue
		case r > 0xFFFF:
			p.UTF16++
		}
		p.UTF16++
		p.Column++
		p.Cell += diag.Cells(string(r))
	}
	return p
}

// TestLinesFindPlaces: wherever a place is and whatever was asked before, it is found as by counting.
func TestLinesFindPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.StringOfN(rapid.RuneFrom([]rune("甲a\n\r\t\uFEFF𠀀\u0301")), 0, 30, -1).Draw(t, "src")
		lines := diag.LinesOf([]byte(src))
		for _, offset := range rapid.SliceOfN(rapid.IntRange(-1, len(src)+1), 1, 20).Draw(t, "offsets") {
			want := counted(src, offset)
			if got := lines.Place(offset); got != want {
				t.Fatalf("%q at %d: %+v, want %+v", src, offset, got, want)
			}
			if got := diag.Place([]byte(src), offset); got != want {
				t.Fatalf("%q at %d alone: %+v, want %+v", src, offset, got, want)
			}
		}
	})
}

// TestPrintMost: of each code the first findings are shown, of the others how many they are.
func TestPrintMost(t *testing.T) {
	var list []diag.Diagnostic
	for i := range 1205 {
		list = append(list, diag.New("RX1003", "a.flow", diag.Span{Start: i, End: i + 1}, "$"))
	}
	list = append(list, diag.New("RX2007", "b.flow", diag.Span{}))
	for most, want := range map[int]string{0: "", 2: "RX1003: 1,203 more are not listed; rexian check --all lists them\n"} {
		var b strings.Builder
		if err := (diag.Printer{Tongue: diag.En, Most: most}).Print(&b, list); err != nil {
			t.Fatal(err)
		}
		n := 1205
		if most > 0 {
			n = most
		}
		if got := strings.Count(b.String(), "error RX1003"); got != n {
			t.Errorf("most %d: %d findings, want %d", most, got, n)
		}
		if strings.Count(b.String(), "error RX2007") != 1 || !strings.HasSuffix(b.String(), want) ||
			strings.Contains(b.String(), "more") != (most > 0) {
			t.Errorf("most %d: %s", most, b.String()[max(0, b.Len()-200):])
		}
	}
}

// TestPlacesOfOneLine: a file that is one line with thousands of findings is printed as one with a line each.
// Before, each of them counted from the file's start: these took half a minute.
func TestPlacesOfOneLine(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "\n"} {
		src := strings.Repeat("设 甲 = ￥ "+end, 60_000)
		var list []diag.Diagnostic
		for i := range 60_000 {
			at := i*(len(src)/60_000) + len("设 甲 = ")
			list = append(list, diag.New("RX1003", "a.flow", diag.Span{Start: at, End: at + 3}, "￥"))
		}
		source := func(string) []byte { return []byte(src) }
		records := diag.Records(list, diag.Zh, source)
		last := records[len(records)-1].Start
		if want := counted(src, list[len(list)-1].Span.Start); last != want {
			t.Errorf("the last is at %+v, want %+v", last, want)
		}
		var b strings.Builder
		if err := (diag.Printer{Source: source}).Print(&b, list[59_000:]); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("a.flow:%d:%d: ", last.Line, last.Column); !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}
