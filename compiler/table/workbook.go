package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
)

// The limits of what a workbook makes us keep: its texts, which stand in one list for all cells, and its styles.
const (
	maxStrings     = 2_000_000
	maxStringBytes = 64 << 20
	maxStyles      = 1 << 16
)

// refusal is a file that is not read, with the fault and its detail.
type refusal struct {
	fault  Fault
	detail string
}

func (r *refusal) Error() string { return faultSentences[r.fault] }

func refuse(f Fault) error {
	detail := map[Fault]string{TooLarge: fmt.Sprintf("%d MB", MaxUnpacked>>20), TooManyRows: strconv.Itoa(MaxRows),
		TooManyColumns: strconv.Itoa(MaxColumns)}[f]
	return &refusal{f, detail}
}

// readWorkbook reads the first worksheet of an XLSX file (ECMA-376), row by row: what is kept does not grow with the
// number of rows, but for the texts that the file itself keeps in one list. Cells are taken as shown; a formula
// counts as its stored result.
func (g *grid) readWorkbook(data []byte) {
	err := g.workbook(data, MaxUnpacked)
	if err == nil {
		return
	}
	if r := (*refusal)(nil); errors.As(err, &r) {
		g.fault(r.fault, 0, 0, r.detail)
		return
	}
	g.fault(Unreadable, 0, 0, "")
}

// workbook reads a file of which the parts that are read may unpack to budget bytes.
func (g *grid) workbook(data []byte, budget int64) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	p := &parts{files: map[string]*zip.File{}, budget: budget}
	for _, f := range archive.File {
		p.files[partName(f.Name)] = f
	}
	b := &book{parts: p}
	if err := b.open(); err != nil {
		return err
	}
	if b.sheet == "" {
		return refuse(Empty)
	}
	g.name = b.name
	if err := b.readStyles(); err != nil {
		return err
	}
	if err := b.readStrings(); err != nil {
		return err
	}
	w := &worksheet{grid: g, book: b}
	return w.read()
}

// parts are the files in a workbook. The size that a part declares may lie: what counts is what comes out.
type parts struct {
	files  map[string]*zip.File
	budget int64 // how many bytes may still be unpacked
}

// partName makes one name of all the ways in which programs write that of a part.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(s, `\`, "/")), "/"))
}

// open opens a part; its reader fails with TooLarge when the workbook has unpacked to too much. A part that is not
// there is nil.
func (p *parts) open(name string) (io.ReadCloser, error) {
	f := p.files[partName(name)]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &metered{r, &p.budget}, nil
}

// metered takes what it reads off a budget.
type metered struct {
	io.ReadCloser
	budget *int64
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if *m.budget -= int64(n); *m.budget < 0 {
		return 0, refuse(TooLarge)
	}
	return n, err
}

// deepest is how many elements of a part may lie in one another: spreadsheets take about ten.
const deepest = 100

// elements calls start for each element of a part of XML, end at its end and text with what stands in it; what they
// get is valid until they return. A part that is not there has no elements. They stop it with errDone.
func (p *parts) elements(name string, h handler) error {
	r, err := p.open(name)
	if r == nil || err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.NewReaderLabel
	for open := []string(nil); ; {
		token, err := d.RawToken()
		switch {
		case err == io.EOF && len(open) == 0:
			return nil
		case err == io.EOF: // cut off
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == deepest {
				return errDisorder
			}
			open = append(open, t.Name.Local)
			err = h.start(t)
		case xml.EndElement:
			last := len(open) - 1
			if last < 0 || open[last] != t.Name.Local { // a raw token may end what never began
				return errDisorder
			}
			open = open[:last]
			err = h.end(t.Name.Local)
		case xml.CharData:
			h.text(t)
		}
		if err != nil {
			return err
		}
	}
}

// handler takes the elements of a part.
type handler interface {
	start(e xml.StartElement) error
	end(name string) error
	text(b []byte)
}

// starts is a handler of elements without text.
type starts func(e xml.StartElement) error

func (f starts) start(e xml.StartElement) error { return f(e) }
func (starts) end(string) error                 { return nil }
func (starts) text([]byte)                      {}

// attr is an attribute of an element, whatever its namespace is called; "" without it.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// book is what the cells of a worksheet refer to.
type book struct {
	*parts
	name     string // of the worksheet
	sheet    string // its part
	hidden   bool   // nobody sees it
	styles   string
	strings  string
	date1904 bool
	formats  []format // by style
	texts    []string // by number
}

// open finds the parts: the first worksheet that is not hidden, for that is the one people see.
func (b *book) open() error {
	main := "xl/workbook.xml"
	err := b.elements("_rels/.rels", starts(func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
			main = partName(attr(e, "Target"))
		}
		return nil
	}))
	if err != nil {
		return err
	}
	if b.files[partName(main)] == nil {
		return errors.New("no workbook in the file")
	}
	sheets := map[string]string{} // parts by their relation
	dir, file := path.Split(main)
	err = b.elements(dir+"_rels/"+file+".rels", starts(func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		switch kind := attr(e, "Type"); path.Base(kind) {
		case "worksheet":
			sheets[attr(e, "Id")] = target
		case "styles":
			b.styles = target
		case "sharedStrings":
			b.strings = target
		}
		return nil
	}))
	if err != nil {
		return err
	}
	return b.elements(main, starts(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.date1904 = truth(attr(e, "date1904"))
		case "sheet":
			b.choose(e, sheets)
		}
		return nil
	}))
}

// choose takes a sheet that is better than the one before: the first of those that are shown, or else the first.
func (b *book) choose(e xml.StartElement, sheets map[string]string) {
	relation := ""
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" { // r:id, beside which sheetId has no namespace
			relation = a.Value
		}
	}
	target, isSheet := sheets[relation]
	hidden := attr(e, "state") != "" && attr(e, "state") != "visible"
	if !isSheet || b.sheet != "" && (hidden || !b.hidden) {
		return
	}
	b.name, b.sheet, b.hidden = attr(e, "name"), target, hidden
}

func truth(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// readStyles reads the number formats of the styles.
func (b *book) readStyles() error {
	codes, parsed, cells := map[int]string{}, map[int]format{}, false
	err := b.elements(b.styles, starts(func(e xml.StartElement) error {
		id, _ := strconv.Atoi(attr(e, "numFmtId")) // 0 is General
		switch e.Name.Local {
		case "numFmt":
			if code := attr(e, "formatCode"); code != "" && len(codes) < maxStyles {
				if _, there := codes[id]; !there { // those of conditional formats follow and are others
					codes[id] = code
				}
			}
		case "cellXfs", "cellStyleXfs", "dxfs":
			cells = e.Name.Local == "cellXfs"
		case "xf":
			if !cells {
				return nil
			}
			if len(b.formats) == maxStyles {
				return refuse(TooLarge)
			}
			f, known := parsed[id]
			if !known {
				f = formatOf(id, codes[id])
				parsed[id] = f
			}
			b.formats = append(b.formats, f)
		}
		return nil
	}))
	return err
}

// formatOf is the number format of an id, with the code that the workbook gives it or "".
func formatOf(id int, code string) format {
	if code == "" {
		code = builtIn[id]
	}
	if code == "" {
		return format{{parts: []part{{kind: 'g'}}, date: builtInDates(id)}}
	}
	return parseFormat(code)
}

// readStrings reads the texts that cells refer to by number.
func (b *book) readStrings() error {
	s := &sharedStrings{book: b}
	return b.elements(b.strings, s)
}

// sharedStrings collects texts. They lie in blocks, so that a million of them is not a million allocations.
type sharedStrings struct {
	*book
	richText
	total int
	block strings.Builder
}

const blockSize = 64 << 10

func (s *sharedStrings) start(e xml.StartElement) error {
	s.richText.start(e.Name.Local)
	return nil
}

func (s *sharedStrings) end(name string) error {
	if name != "si" {
		s.richText.end(name)
		return nil
	}
	t := s.take()
	if s.total += len(t); s.total > maxStringBytes || len(s.texts) == maxStrings {
		return &refusal{TooLarge, fmt.Sprintf("%d MB", maxStringBytes>>20)}
	}
	if s.block.Len()+len(t) > blockSize {
		s.block = strings.Builder{}
	}
	if s.block.Cap() == 0 {
		s.block.Grow(max(blockSize, len(t)))
	}
	at := s.block.Len()
	s.block.Write(t)
	s.texts = append(s.texts, s.block.String()[at:])
	return nil
}

func (s *sharedStrings) text(b []byte) { s.richText.text(b) }

// richText joins the runs of a text, without the pronunciation that stands beside some.
type richText struct {
	inside   bool
	phonetic int
	b        []byte
}

func (r *richText) start(name string) {
	switch name {
	case "t":
		r.inside = r.phonetic == 0
	case "rPh":
		r.phonetic++
	}
}

func (r *richText) end(name string) {
	switch name {
	case "t":
		r.inside = false
	case "rPh":
		r.phonetic--
	}
}

func (r *richText) text(b []byte) {
	if r.inside {
		r.b = append(r.b, b...)
	}
}

// take returns the text, valid until the next begins. _x000D_ is a character that XML cannot carry (ECMA-376 part 1,
// 22.9.2.19).
func (r *richText) take() []byte {
	t := r.b
	r.b, r.inside, r.phonetic = r.b[:0], false, 0
	at := bytes.Index(t, []byte("_x"))
	if at < 0 {
		return t
	}
	var out []byte
	for ; at >= 0; at = bytes.Index(t, []byte("_x")) {
		out = append(out, t[:at]...)
		t = t[at:]
		code, err := strconv.ParseUint(string(t[2:min(6, len(t))]), 16, 16)
		if err != nil || len(t) < 7 || t[6] != '_' {
			out, t = append(out, t[:2]...), t[2:]
			continue
		}
		out, t = append(out, string(rune(code))...), t[7:]
	}
	return append(out, t...)
}
