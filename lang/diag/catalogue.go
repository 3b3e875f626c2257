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

// The families live in files of their own: codes_syntax.go, codes_name.go, codes_flow.go, …
// Each defines one slice, and catalogue lists the slices.
var catalogue = sync.OnceValue(func() map[Code]Entry {
	m := map[Code]Entry{}
	for _, family := range families() {
		for _, e := range family {
			if _, twice := m[e.Code]; twice {
				panic("diag: code declared twice: " + string(e.Code))
			}
			m[e.Code] = e
		}
	}
	return m
})

// Lookup finds a code's entry.
func Lookup(code Code) (Entry, bool) { e, ok := catalogue()[code]; return e, ok }

// All returns the whole catalogue, ordered by code.
func All() []Entry {
	var all []Entry
	for _, e := range catalogue() {
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
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		num, after, closed := strings.Cut(rest, "}")
		i, err := strconv.Atoi(num)
		if !closed || err != nil || i >= len(d.Args) {
			b.WriteString("{")
			s = rest
			continue
		}
		if t, ok := d.Args[i].(Text); ok {
			b.WriteString(t.In(tongue))
		} else {
			fmt.Fprint(&b, d.Args[i])
		}
		s = after
	}
}
