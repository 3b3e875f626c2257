// Package words is the vocabulary of the flow language as data: every keyword, unit, day and
// measure word in its spellings of both tongues.
//
// A keyword is one idea with an English name, its ID, and any number of spellings. Most are told
// apart by their spelling alone, but not all: 最多 is `at most` in a loop and `tries` in a question,
// and `on` is 当 before an outcome, 特殊日 before a date and 开启 after a switch. So a spelling leads
// to a list of senses, and the place where it stands chooses among them; the parser asks "does the
// keyword X stand here?", never "what is this word?".
//
// An English keyword may be a phrase of several words (`at least`, `is not empty`). The senses of a
// word are those phrases that begin with it, longest first, so that the first one that fits its
// place is the longest that may stand there. Chinese keywords are always one word.
//
// A reserved spelling can never be a name. A contextual one is a keyword only where its clause may
// stand and free as a name elsewhere, which is why 税号, 金额, `wait` and `order` may name a value.
package words

import (
	"slices"
	"strings"
	"sync"
)

// Class tells what a keyword is for.
type Class uint8

const (
	Reserved   Class = iota // a keyword everywhere, never a name
	Contextual              // a keyword where its clause may stand
	Unit                    // follows a number
	Day                     // a day of the week, or a set of days
)

// Keyword is one entry of the vocabulary.
type Keyword struct {
	// ID is the canonical English name, with a mark after a dot where English spells several keywords
	// alike: "say", "at least", "on", "on.date".
	ID      string
	Class   Class
	English []string // spellings, the printed one first; "otherwise" has "else" second
	Chinese []string
}

// Sense is one keyword that a word may begin.
type Sense struct {
	Keyword *Keyword
	Rest    []string // the words that must follow for a phrase; empty for one word
}

// Word is a spelling (or the first word of one) and what it can mean.
type Word struct {
	Text   string
	Senses []Sense // longest phrase first
	// Reserved is set when this one word alone is a reserved spelling.
	Reserved bool
	Measure  bool // 次 位 笔 …: dropped right after a number
	Touch    bool // ends where a digit begins
}

// Sense returns the keyword with this ID and class group, or false. Units and days have IDs of
// their own (both know `workdays`), so they are asked for with UnitSense and DaySense.
func (w *Word) Sense(id string) (Sense, bool) {
	for _, s := range w.Senses {
		if s.Keyword.Class <= Contextual && s.Keyword.ID == id {
			return s, true
		}
	}
	return Sense{}, false
}

// Of returns the senses of one class, longest first.
func (w *Word) Of(c Class) []Sense {
	var list []Sense
	for _, s := range w.Senses {
		if s.Keyword.Class == c {
			list = append(list, s)
		}
	}
	return list
}

// Lookup finds a spelling; nil if the vocabulary does not know it. The text must be NFC.
func Lookup(text string) *Word { return vocabulary().words[text] }

// ByID finds the keyword of this class group: Reserved and Contextual share one, Unit and Day have
// their own. Nil if there is none.
func ByID(c Class, id string) *Keyword {
	if c == Contextual {
		c = Reserved
	}
	return vocabulary().byID[idKey{c, id}]
}

// All returns the whole vocabulary in the order of the tables: reserved, contextual, units, days.
func All() []*Keyword { return slices.Clone(vocabulary().all) }

// Measures returns the measure words.
func Measures() []string { return strings.Fields(measureWords) }

// Key returns the key of the telephone that a word names (井号键 is "#", 星号 is "*"), or "".
func Key(text string) string {
	switch text {
	case "井号", "井号键":
		return "#"
	case "星号", "星号键":
		return "*"
	}
	return ""
}

type idKey struct {
	class Class
	id    string
}

type tables struct {
	words map[string]*Word
	byID  map[idKey]*Keyword
	all   []*Keyword
}

var vocabulary = sync.OnceValue(build)

func build() tables {
	t := tables{words: map[string]*Word{}, byID: map[idKey]*Keyword{}}
	word := func(text string) *Word {
		w := t.words[text]
		if w == nil {
			w = &Word{Text: text}
			t.words[text] = w
		}
		return w
	}
	for _, group := range []struct {
		class Class
		rows  []row
	}{{Reserved, reservedRows}, {Contextual, contextualRows}, {Unit, unitRows}, {Day, dayRows}} {
		for _, r := range group.rows {
			id, _, _ := strings.Cut(r.english, "/")
			k := &Keyword{ID: id, Class: group.class, Chinese: strings.Split(r.chinese, "/")}
			for _, e := range strings.Split(r.english, "/") {
				written, _, _ := strings.Cut(e, ".")
				k.English = append(k.English, written)
			}
			t.all = append(t.all, k)
			key := idKey{group.class, id}
			if group.class == Contextual {
				key.class = Reserved
			}
			if t.byID[key] != nil {
				panic("words: keyword declared twice: " + id)
			}
			t.byID[key] = k
			for _, spelling := range slices.Concat(k.English, k.Chinese) {
				parts := strings.Fields(spelling)
				w := word(parts[0])
				w.Senses = append(w.Senses, Sense{k, parts[1:]})
				if group.class == Reserved && len(parts) == 1 {
					w.Reserved = true
				}
			}
		}
	}
	for _, m := range Measures() {
		word(m).Measure = true
	}
	for _, m := range strings.Fields(touchWords) {
		word(m).Touch = true
	}
	for _, w := range t.words {
		slices.SortStableFunc(w.Senses, func(a, b Sense) int { return len(b.Rest) - len(a.Rest) })
	}
	return t
}

// IsReserved tells whether the word alone is a reserved spelling; false for nil.
func (w *Word) IsReserved() bool { return w != nil && w.Reserved }
