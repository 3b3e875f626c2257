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
// A deployment may add functions of its own, in Go or as SQL files: Registry.Extend makes a registry with them, which
// the checker is given instead of the one built in.
//
// A name is a path of one or two words (count, taxpayer.verify). Both words are converted between the
// tongues. A function may be written with the words of either, mixed.
package library

import (
	"fmt"
	"maps"
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
	Own      []Word      // those among Outcomes that are no words of the language: this function names them
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

// Registry is what the flows of one program may call: the library built in, and what its deployment adds to it. It is
// never changed once made, and may be used by several goroutines.
type Registry struct {
	functions []*Function
	records   []*types.Record
	paths     map[string]*Function // "纳税人.核验", "taxpayer.verify" and the mixed ones
	heads     map[string]Word      // first words of two-word paths
	byID      map[string]*Function
	byRecord  map[string]*types.Record
}

// Default returns the library that is built in.
var Default = sync.OnceValue(func() *Registry {
	r, err := (&Registry{}).Extend(functions, records)
	if err != nil {
		panic("library: " + err.Error()) // of this package's own tables: the first test finds it
	}
	return r
})

// Extend returns a registry with further functions and records. It fails if a name, in either tongue, has a meaning
// already, if a path is not one or two words, or if an outcome is not a tag of the language.
func (r *Registry) Extend(functions []*Function, records []*types.Record) (*Registry, error) {
	x := &Registry{functions: slices.Concat(r.functions, functions), records: slices.Concat(r.records, records),
		paths: maps.Clone(r.paths), heads: maps.Clone(r.heads), byID: maps.Clone(r.byID),
		byRecord: maps.Clone(r.byRecord)}
	if x.paths == nil {
		x.paths, x.heads, x.byID, x.byRecord = map[string]*Function{}, map[string]Word{}, map[string]*Function{},
			map[string]*types.Record{}
	}
	for _, f := range functions {
		if err := x.add(f); err != nil {
			return nil, err
		}
	}
	for _, d := range records {
		for _, name := range []string{d.Name.Zh, d.Name.En} {
			if old := x.byRecord[name]; old != nil && old != d {
				return nil, fmt.Errorf("the record %s is there already", name)
			}
			x.byRecord[name] = d
		}
	}
	return x, nil
}

func (r *Registry) add(f *Function) error {
	if n := len(f.Path); n < 1 || n > 2 {
		return fmt.Errorf("%s: a name of %d words", f.ID, n)
	}
	if r.byID[f.ID] != nil {
		return fmt.Errorf("%s is there already", f.ID)
	}
	for _, w := range f.Own {
		if err := Coin(w); err != nil {
			return fmt.Errorf("%s: %w", f.ID, err)
		}
	}
	for _, id := range f.Outcomes {
		if t, ok := Tag(id); !ok || t.ID != id {
			return fmt.Errorf("%s: %s is no outcome", f.ID, id)
		}
	}
	r.byID[f.ID] = f
	put := func(path string) error {
		if old := r.paths[path]; old != nil && old != f {
			return fmt.Errorf("%s is there already, as %s", path, old.ID)
		}
		r.paths[path] = f
		return nil
	}
	for _, first := range spellings(f.Path[0]) {
		if len(f.Path) == 1 {
			if err := put(first); err != nil {
				return err
			}
			continue
		}
		if old, ok := r.heads[first]; ok && old.ID != f.Path[0].ID {
			return fmt.Errorf("%s is %s already", first, old.ID)
		}
		r.heads[first] = f.Path[0]
		for _, second := range spellings(f.Path[1]) {
			if err := put(first + "." + second); err != nil {
				return err
			}
		}
	}
	return nil
}

// spellings lists how a word may be written; synonyms of the Chinese one are in synonyms.
func spellings(w Word) []string { return append([]string{w.En, w.Zh}, synonyms[w.ID]...) }

// Find finds a function or value by its path as written; the second word is "" for a path of one. Nil if there is none.
func (r *Registry) Find(first, second string) *Function {
	if second == "" {
		return r.paths[first]
	}
	return r.paths[first+"."+second]
}

// Head tells whether a word begins a path of two words, and which word it is.
func (r *Registry) Head(word string) (Word, bool) { w, ok := r.heads[word]; return w, ok }

// ByID finds a function by its canonical path; nil if there is none.
func (r *Registry) ByID(id string) *Function { return r.byID[id] }

// All lists the functions in the order of their documentation, the built-in ones first.
func (r *Registry) All() []*Function { return slices.Clone(r.functions) }

// Record finds a kind of record by its name in either tongue; nil if there is none.
func (r *Registry) Record(name string) *types.Record { return r.byRecord[name] }

// Records lists the kinds of record.
func (r *Registry) Records() []*types.Record { return slices.Clone(r.records) }

// Second lists the second words that may follow a first word, in the tongue it is written in.
func (r *Registry) Second(head string) []string {
	var list []string
	for path := range r.paths {
		if a, b, ok := strings.Cut(path, "."); ok && a == head {
			list = append(list, b)
		}
	}
	slices.Sort(list)
	return list
}

// Names lists the one-word names and the first words of the others in both tongues, for suggestions.
func (r *Registry) Names() []string {
	var list []string
	for path := range r.paths {
		a, _, _ := strings.Cut(path, ".")
		list = append(list, a)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Find is Find of the library built in, as are the following.
func Find(first, second string) *Function { return Default().Find(first, second) }

// ByID: see Registry.ByID.
func ByID(id string) *Function { return Default().ByID(id) }

// All: see Registry.All.
func All() []*Function { return Default().All() }

// Record: see Registry.Record.
func Record(name string) *types.Record { return Default().Record(name) }

// Records: see Registry.Records.
func Records() []*types.Record { return Default().Records() }

// TagList writes canonical tags one after the other, in both tongues.
func TagList(ids []string) diag.Text {
	var zh, en []string
	for _, id := range ids {
		w := TagName(id)
		zh, en = append(zh, w.Zh), append(en, w.En)
	}
	return diag.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// Styles are the readouts a hole may ask for after its colon.
var Styles = []Word{word("digits", "逐位"), word("ordinal", "序数"), word("count", "计数"), word("masked", "脱敏"),
	word("percent", "百分比"), word("weekday", "星期"), word("short", "简短"), word("near", "相对")}

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
