package check

import (
	"fmt"
	"testing"

	"rexian/compiler/library"
)

func TestLibraryWordsAreFoundAtTheirPlaces(t *testing.T) {
	word := func(n int) library.Word { return library.Word{ID: fmt.Sprint("w", n%7)} }
	l := &libraryWords{known: &knownWords{of: map[library.Word]int32{}}}
	for n := range 100 {
		at := n * 37 % 101 * 3 // not in the order of the text
		l.note(at, word(n+1))
		l.note(at, word(n)) // what is noted last counts
	}
	for n := range 100 {
		at := n * 37 % 101 * 3
		if w, ok := l.at(at); !ok || w != word(n) {
			t.Errorf("at %d: %v %t, not %v", at, w, ok, word(n))
		}
		if w, ok := l.at(at + 1); ok {
			t.Errorf("beside %d: %v", at, w)
		}
	}
	if len(l.known.list) != 7 {
		t.Errorf("%d words are kept, not 7", len(l.known.list))
	}
	if _, ok := (*libraryWords)(nil).at(0); ok {
		t.Error("a file that nobody read has words")
	}
}
