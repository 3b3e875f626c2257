package diag

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Entry is one code of the catalogue.
type Entry struct {
	Code     Code
	Severity Severity
	// Message is the sentence, with holes {0}, {1}… for the diagnostic's Args. One plain sentence, no
	// jargon, no full stop in the middle; what to do goes into the same sentence when it is short.
	Message Text
	// Explain is the page that `rexian explain CODE` prints: two or three short paragraphs that say why
	// the rule is there and what to write instead.
	Explain Text
	// Bad and Good are whole programs: Bad gives this code (and no other error), Good gives no
	// diagnostic. A test runs every pair. Empty only for findings that no single source file can show.
	Bad, Good string
}

// read holds the entries that have been asked for: a check that finds nothing reads no page.
var read sync.Map // Code → Entry

// Lookup finds a code's entry.
func Lookup(code Code) (Entry, bool) {
	if e, ok := read.Load(code); ok {
		return e.(Entry), true
	}
	text, err := pages.ReadFile("pages/" + string(code) + ".txt")
	if err != nil {
		return Entry{}, false
	}
	e, err := page(code, string(text))
	if err != nil { // a fault of ours, which the catalogue's test finds first
		panic(fmt.Sprintf("diag: page %s: %v", code, err))
	}
	read.Store(code, e)
	return e, true
}

// All returns the whole catalogue, ordered by code.
func All() []Entry {
	files, err := pages.ReadDir("pages")
	if err != nil {
		panic("diag: " + err.Error())
	}
	var all []Entry
	for _, f := range files {
		e, _ := Lookup(Code(strings.TrimSuffix(f.Name(), ".txt")))
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

// Sentence returns the diagnostic's sentence in the reader's tongue, its holes filled.
func (d Diagnostic) Sentence(tongue Tongue) string {
	e, ok := Lookup(d.Code)
	if !ok {
		return string(d.Code)
	}
	s := e.Message.In(tongue)
	if len(d.Args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	var n count
	for i := 0; i < len(s); {
		switch s[i] {
		case '{':
			num, _, closed := strings.Cut(s[i+1:], "}")
			k, err := strconv.Atoi(num)
			if !closed || err != nil || k >= len(d.Args) {
				break
			}
			if t, ok := d.Args[k].(Text); ok {
				b.WriteString(t.In(tongue))
			} else {
				fmt.Fprint(&b, d.Args[k])
			}
			n.of(d.Args[k])
			i += len(num) + 2
			continue
		case '[':
			text, size := n.form(s[i:])
			b.WriteString(text)
			i += size
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}
