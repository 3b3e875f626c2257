package library

import (
	"fmt"
	"sync"

	"rexian/lang/diag"
)

// coined are the outcomes that functions of a deployment name beside those of the language. They are known to the whole
// process, as the words of the language are: an outcome of one name is one outcome, whoever ends in it.
var coined struct {
	sync.RWMutex
	index map[string]Word // by each spelling, those of the language among them
	names map[string]diag.Text
}

// known fills the index at the first question. The lock is held.
func known() {
	if coined.index != nil {
		return
	}
	coined.index, coined.names = map[string]Word{}, map[string]diag.Text{}
	for _, t := range tags {
		if _, ok := coined.names[t.ID]; !ok {
			coined.names[t.ID] = t.Text
		}
		for _, s := range spellings(t) {
			if _, ok := coined.index[s]; !ok {
				coined.index[s] = t
			}
		}
	}
}

// Coin makes an outcome known by its names. It fails if one of them names another.
func Coin(w Word) error {
	coined.Lock()
	defer coined.Unlock()
	known()
	for _, s := range []string{w.En, w.Zh} {
		if old, ok := coined.index[s]; ok && old != w {
			return fmt.Errorf("the outcome %s is %s (%s) already", s, old.Zh, old.En)
		}
	}
	coined.index[w.En], coined.index[w.Zh], coined.names[w.ID] = w, w, w.Text
	return nil
}

// Tag finds an outcome, a reason, an order or another word of a fixed set by its spelling in either tongue.
// Where one spelling serves two tags (休息 is closed of the hours and of a queue) they are one ID.
func Tag(word string) (Word, bool) {
	coined.RLock()
	if coined.index == nil {
		coined.RUnlock()
		coined.Lock()
		known()
		coined.Unlock()
		coined.RLock()
	}
	defer coined.RUnlock()
	w, ok := coined.index[word]
	return w, ok
}

// TagName returns the spelling of a canonical tag in both tongues; the ID itself if it is unknown.
func TagName(id string) diag.Text {
	Tag("") // the index is there
	coined.RLock()
	defer coined.RUnlock()
	if t, ok := coined.names[id]; ok {
		return t
	}
	return diag.Text{Zh: id, En: id}
}
