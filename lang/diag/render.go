package diag

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Printer writes diagnostics for a person at a terminal:
//
//	hotline.flow:12:6: 错误 RX1003: …
//	   12 │   播放 ￥
//	      │        ^^
//
// The carets stand under the right cells: a Chinese character is two wide, a combining mark none, a
// tab runs to the next multiple of four. Control characters of the source are never sent to the
// terminal.
type Printer struct {
	// Tongue is that of the reader.
	Tongue Tongue
	// Colour asks for ANSI colours; the caller knows whether a terminal reads them (NO_COLOR).
	Colour bool
	// Source returns the bytes of a file by the path a diagnostic names, nil if there are none. The
	// source line is then left out.
	Source func(file string) []byte
	// Most is how many findings of one code are written, the first ones; of the others it is told how many they are.
	// 0 writes all.
	Most int
}

var severities = [...]Text{Error: {"错误", "error"}, Warning: {"警告", "warning"}, Note: {"提示", "note"}}

// Word returns the severity's name in the reader's tongue.
func (s Severity) Word(tongue Tongue) string {
	if int(s) < len(severities) {
		return severities[s].In(tongue)
	}
	return ""
}

// ANSI colours by severity; the caret has that of its diagnostic.
var colours = [...]string{Error: "31", Warning: "33", Note: "36"}

const (
	tabStop  = 4
	maxCells = 160  // of a source line; a longer one is cut around its carets
	maxBytes = 1024 // of a source line on either side of where its carets begin: what lies beyond is cut in any case
)

// Print writes the diagnostics in their order, an empty line between two, and at the end how many it left out. It fails
// only as w does.
func (p Printer) Print(w io.Writer, list []Diagnostic) error {
	var b strings.Builder
	sources := &Sources{Source: p.Source}
	shown, left := map[Code]int{}, map[Code]int{}
	for i, d := range list {
		if shown[d.Code]++; p.Most > 0 && shown[d.Code] > p.Most {
			left[d.Code]++
			continue
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		p.one(&b, sources, d)
	}
	if len(left) > 0 {
		b.WriteByte('\n')
	}
	for _, code := range slices.Sorted(maps.Keys(left)) {
		fmt.Fprintln(&b, Textf("%s 还有 %s 处没有列出，rexian check --all 全部列出",
			"%s: %s more are not listed; rexian check --all lists them", code, Grouped(left[code])).In(p.Tongue))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Printer) paint(code, text string) string {
	if !p.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p Printer) one(b *strings.Builder, sources *Sources, d Diagnostic) {
	colour := "0"
	if int(d.Severity) < len(colours) {
		colour = colours[d.Severity]
	}
	lines := sources.Lines(d.File)
	fmt.Fprintf(b, "%s: %s %s\n", p.paint("1", where(d.File, lines, d.Span)),
		p.paint("1;"+colour, d.Severity.Word(p.Tongue)+" "+string(d.Code)+":"), clean(d.Sentence(p.Tongue)))
	p.excerpt(b, lines, d.Span, colour)
	for _, r := range d.Related {
		other := sources.Lines(r.File)
		fmt.Fprintf(b, "  %s: %s\n", where(r.File, other, r.Span), clean(r.Text.In(p.Tongue)))
		p.excerpt(b, other, r.Span, "36")
	}
	for _, n := range d.Notes {
		fmt.Fprintf(b, "  %s: %s\n", p.paint("36", Text{"说明", "note"}.In(p.Tongue)), clean(n.In(p.Tongue)))
	}
	if d.Fix != nil {
		label := Text{"建议", "fix"}
		if d.Fix.Safe {
			label = Text{"建议（rexian fix 可自动改好）", "fix (rexian fix applies it)"}
		}
		fmt.Fprintf(b, "  %s: %s\n", p.paint("32", label.In(p.Tongue)), clean(d.Fix.Title.In(p.Tongue)))
	}
}

// where is file:line:column; without the source it is the file alone.
func where(file string, lines *Lines, at Span) string {
	if file == "" {
		file = "-"
	}
	if lines == nil {
		return clean(file)
	}
	pos := lines.Place(at.Start)
	return fmt.Sprintf("%s:%d:%d", clean(file), pos.Line, pos.Column)
}

// excerpt writes the source line of a span and the carets under it. Of a span over several lines the
// first is shown.
func (p Printer) excerpt(b *strings.Builder, lines *Lines, at Span, colour string) {
	if lines == nil || len(lines.src) == 0 {
		return
	}
	src, pos := lines.src, lines.Place(at.Start)
	start := max(lines.Start(pos.Line), within(src, pos.Offset-maxBytes))
	end := within(src, pos.Offset+maxBytes)
	if n := bytes.IndexByte(src[pos.Offset:end], '\n'); n >= 0 {
		end = pos.Offset + n
	}
	last := max(pos.Offset, min(at.End, end))
	before := drawn(string(src[start:pos.Offset]), 0)
	under := drawn(string(src[pos.Offset:last]), Cells(before))
	after := drawn(strings.TrimRight(string(src[last:end]), "\r"), Cells(before)+Cells(under))
	under = strings.TrimRightFunc(under, unicode.IsSpace)
	carets := max(1, Cells(under))
	if Cells(before)+Cells(under)+Cells(after) > maxCells {
		before, under, after = cut(before, under, after)
		carets = max(1, Cells(under))
	}
	margin := strings.Repeat(" ", len(fmt.Sprint(pos.Line)))
	line := strings.TrimRightFunc(before+p.paint(colour, under)+after, unicode.IsSpace)
	fmt.Fprintf(b, "  %d │ %s\n", pos.Line, line)
	fmt.Fprintf(b, "  %s │ %s%s\n", margin, strings.Repeat(" ", Cells(before)),
		p.paint("1;"+colour, strings.Repeat("^", carets)))
}

// drawn is source as it goes to the terminal from a cell on: tabs as blanks, controls made visible.
func drawn(text string, cell int) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			n := tabStop - cell%tabStop
			b.WriteString(strings.Repeat(" ", n))
			cell += n
			continue
		case r == '\r' || r == '\uFEFF':
			continue
		case hostile(r):
			r = '\uFFFD'
		}
		b.WriteRune(r)
		cell += runeCells(r)
	}
	return b.String()
}

// hostile tells whether a character could steer the terminal or turn the order of the text.
func hostile(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// clean keeps control characters, which an argument may carry over from the source, out of a line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if hostile(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// cut shortens a long line on both sides of what the carets mark, and that too if it is long itself.
func cut(before, under, after string) (string, string, string) {
	const side = maxCells / 4
	if Cells(before) > side {
		r := []rune(before)
		n := 0
		i := len(r)
		for i > 0 && n < side {
			i--
			n += runeCells(r[i])
		}
		before = "…" + string(r[i:])
	}
	return before, firstCells(under, maxCells/2), firstCells(after, side)
}

// firstCells keeps the first cells of a text.
func firstCells(text string, cells int) string {
	n := 0
	for i, r := range text {
		if n += runeCells(r); n > cells {
			return text[:i] + "…"
		}
	}
	return text
}

// Record is a diagnostic as JSON, for editors and for CI.
type Record struct {
	Code     Code            `json:"code"`
	Severity string          `json:"severity"` // error, warning, note
	File     string          `json:"file"`
	Start    Position        `json:"start"`
	End      Position        `json:"end"`
	Message  string          `json:"message"`
	Related  []RelatedRecord `json:"related,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	Fix      *FixRecord      `json:"fix,omitempty"`
}

// RelatedRecord is a second place.
type RelatedRecord struct {
	File    string   `json:"file"`
	Start   Position `json:"start"`
	End     Position `json:"end"`
	Message string   `json:"message"`
}

// FixRecord is a change that mends a finding.
type FixRecord struct {
	Title string       `json:"title"`
	Safe  bool         `json:"safe"`
	Edits []EditRecord `json:"edits"`
}

// EditRecord replaces the text from Start to End.
type EditRecord struct {
	File  string   `json:"file"`
	Start Position `json:"start"`
	End   Position `json:"end"`
	New   string   `json:"new"`
}

// Records turns diagnostics into their JSON form, with the sentences in one tongue. source is as in
// Printer; without a file's bytes its positions have only their offsets. The list is never nil.
func Records(list []Diagnostic, tongue Tongue, source func(file string) []byte) []Record {
	sources := &Sources{Source: source}
	place := func(file string, at Span) (Position, Position) {
		lines := sources.Lines(file)
		if lines == nil {
			return Position{Offset: at.Start}, Position{Offset: at.End}
		}
		return lines.Place(at.Start), lines.Place(at.End)
	}
	records := make([]Record, 0, len(list))
	for _, d := range list {
		r := Record{Code: d.Code, Severity: d.Severity.Word(En), File: d.File, Message: d.Sentence(tongue)}
		r.Start, r.End = place(d.File, d.Span)
		for _, other := range d.Related {
			start, end := place(other.File, other.Span)
			r.Related = append(r.Related, RelatedRecord{other.File, start, end, other.Text.In(tongue)})
		}
		for _, n := range d.Notes {
			r.Notes = append(r.Notes, n.In(tongue))
		}
		if d.Fix != nil {
			f := FixRecord{Title: d.Fix.Title.In(tongue), Safe: d.Fix.Safe, Edits: []EditRecord{}}
			for _, e := range d.Fix.Edits {
				start, end := place(e.File, e.Span)
				f.Edits = append(f.Edits, EditRecord{e.File, start, end, e.New})
			}
			r.Fix = &f
		}
		records = append(records, r)
	}
	return records
}
