package check

import (
	"cmp"
	"slices"
	"sync"

	"rexian/compiler/library"
)

// libraryWords are the words of the library that stand in a file.
type libraryWords struct {
	known *knownWords
	list  []notedWord
	order sync.Once // puts the list into the order of the text, when somebody asks
}

// notedWord is one of them, small: a large program has hundreds of thousands.
type notedWord struct {
	at   int32
	word int32 // in knownWords
}

// knownWords are the words that stand anywhere, each once.
type knownWords struct {
	of   map[library.Word]int32
	list []library.Word
}

func (l *libraryWords) note(at int, w library.Word) {
	if l == nil {
		return
	}
	n, ok := l.known.of[w]
	if !ok {
		n = int32(len(l.known.list))
		l.known.of[w] = n
		l.known.list = append(l.known.list, w)
	}
	l.list = append(l.list, notedWord{int32(at), n})
}

// at finds the word at an offset; of several that were noted there the last counts.
func (l *libraryWords) at(offset int) (library.Word, bool) {
	if l == nil {
		return library.Word{}, false
	}
	l.order.Do(func() {
		slices.SortStableFunc(l.list, func(a, b notedWord) int { return cmp.Compare(a.at, b.at) })
	})
	i, _ := slices.BinarySearchFunc(l.list, offset+1, func(w notedWord, at int) int { return int(w.at) - at })
	if i == 0 || int(l.list[i-1].at) != offset {
		return library.Word{}, false
	}
	return l.known.list[l.list[i-1].word], true
}
