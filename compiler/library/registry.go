// Package library is what a flow may call without declaring it: lookups into the bureau's systems, the
// pure built-ins, the values of the running call, and the words (outcomes, reasons, readout styles,
// distribution orders) that mean something by their place.
//
// All of it is data. A Function carries its names in both tongues, its parameters, its result, the
// outcomes it may have instead of a result, a sentence of documentation and an example in the language
// that the tests compile. The checker reads the signatures, the formatter the names, `rexian library`
// the documentation, the simulator the Fake answer. None of it is called from here: a lookup is answered
// by whoever runs the call, and a built-in is an instruction of the machine, known by its ID.
//
// A name is a path of one or two words (count, taxpayer.verify). Both words are converted between the
// tongues. A function may be written with the words of either, mixed.
package library

import (
	"slices"
	"strings"
	"sync"

	"rexian/compiler/types"
	"rexian/lang/diag"
)

// Class tells what an entry is.
type Class uint8

const (
	Lookup  Class = iota // asks another system: takes time, may be unavailable
	Builtin              // pure, computed by the machine
	Value                // a value of the call or the clock: takes no arguments
)

// Word is one word of the library in both tongues: a part of a path, a field, a parameter, a tag, a type,
// a style. ID is canonical; it is the English spelling unless noted.
type Word struct {
	ID string
	diag.Text
}

// Function is an entry that a flow may call or name.
type Function struct {
	ID       string // canonical path in English, "taxpayer.verify"
	Class    Class
	Path     []Word // one or two words
	Params   []Param
	Result   *types.Type // nil if it has none; see Shape for generic built-ins
	Outcomes []string    // canonical tags besides unavailable, which every lookup has
	// Shape computes the result of a generic built-in (count, first, max) from the types of its arguments.
	// It returns nil when they do not suit. Nil for all others.
	Shape func(args []*types.Type) *types.Type
	// Where limits a value to a place: "queue" for what a queue announces, "campaign" for its target. ""
	// anywhere.
	Where   string
	Doc     diag.Text
	Example string // steps of a flow, with Chinese keywords, that use it
	Fake    string // the deterministic answer of the simulator, as a literal of the language
}

// Param is one parameter.
type Param struct {
	Word
	Type     *types.Type // nil: anything, judged by Shape
	Optional bool
}

// AllOutcomes lists the tags a call of f may end with instead of a result, unavailable last; none for what
// is pure.
func (f *Function) AllOutcomes() []string {
	if f.Class != Lookup {
		return nil
	}
	return append(slices.Clone(f.Outcomes), "unavailable")
}

// Param finds a parameter by its name in either tongue, -1 if there is none.
func (f *Function) Param(name string) int {
	return slices.IndexFunc(f.Params, func(p Param) bool { return p.Zh == name || p.En == name })
}

type index struct {
	paths   map[string]*Function // "纳税人.核验", "taxpayer.verify" and the mixed ones
	heads   map[string]Word      // first words of two-word paths
	byID    map[string]*Function
	tags    map[string]Word
	records map[string]*types.Record
}

var built = sync.OnceValue(func() index {
	x := index{paths: map[string]*Function{}, heads: map[string]Word{}, byID: map[string]*Function{}, tags: map[string]Word{},
		records: map[string]*types.Record{}}
	for _, f := range functions {
		if x.byID[f.ID] != nil {
			panic("library: declared twice: " + f.ID)
		}
		x.byID[f.ID] = f
		for _, first := range spellings(f.Path[0]) {
			if len(f.Path) == 1 {
				x.paths[first] = f
				continue
			}
			x.heads[first] = f.Path[0]
			for _, second := range spellings(f.Path[1]) {
				x.paths[first+"."+second] = f
			}
		}
	}
	for _, t := range tags {
		for _, s := range spellings(t) {
			if _, ok := x.tags[s]; !ok {
				x.tags[s] = t
			}
		}
	}
	for _, r := range records {
		x.records[r.Name.Zh] = r
		x.records[r.Name.En] = r
	}
	return x
})

// spellings lists how a word may be written; synonyms of the Chinese one are in synonyms.
func spellings(w Word) []string { return append([]string{w.En, w.Zh}, synonyms[w.ID]...) }

// Find finds a function or value by its path as written; the second word is "" for a path of one.
func Find(first, second string) *Function {
	if second == "" {
		return built().paths[first]
	}
	return built().paths[first+"."+second]
}

// Head tells whether a word begins a path of two words, and which word it is.
func Head(word string) (Word, bool) { w, ok := built().heads[word]; return w, ok }

// ByID finds a function by its canonical path; nil if there is none.
func ByID(id string) *Function { return built().byID[id] }

// All lists the library in the order of its documentation.
func All() []*Function { return slices.Clone(functions) }

// Tag finds an outcome, a reason, an order or another word of a fixed set by its spelling in either tongue.
// Where one spelling serves two tags (休息 is closed of the hours and of a queue) they are one ID.
func Tag(word string) (Word, bool) { w, ok := built().tags[word]; return w, ok }

// TagName returns the spelling of a canonical tag in both tongues; the ID itself if it is unknown.
func TagName(id string) diag.Text {
	for _, t := range tags {
		if t.ID == id {
			return t.Text
		}
	}
	return diag.Text{Zh: id, En: id}
}

// Record finds a kind of record by its name in either tongue; nil if there is none.
func Record(name string) *types.Record { return built().records[name] }

// Records lists the kinds of record.
func Records() []*types.Record { return slices.Clone(records) }

// Second lists the second words that may follow a first word, in the tongue it is written in.
func Second(head string) []string {
	var list []string
	for path := range built().paths {
		if a, b, ok := strings.Cut(path, "."); ok && a == head {
			list = append(list, b)
		}
	}
	slices.Sort(list)
	return list
}

// Names lists the one-word names and the first words of the others in both tongues, for suggestions.
func Names() []string {
	var list []string
	for path := range built().paths {
		a, _, _ := strings.Cut(path, ".")
		list = append(list, a)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Styles are the readouts a hole may ask for after its colon.
var Styles = []Word{word("digits", "逐位"), word("ordinal", "序数"), word("count", "计数"), word("masked", "脱敏")}

// Style finds a readout style by its name in either tongue.
func Style(name string) (Word, bool) {
	for _, s := range Styles {
		if s.Zh == name || s.En == name {
			return s, true
		}
	}
	return Word{}, false
}

func word(en, zh string) Word { return Word{en, diag.Text{Zh: zh, En: en}} }
