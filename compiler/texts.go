package compiler

import (
	"crypto/sha256"
	"sync"
)

// Texts are files that several programs have in common, such as two versions of one: each is parsed once. The zero
// value has none. It may be used by several goroutines at once.
type Texts struct {
	mu    sync.Mutex
	known map[textKey]func() *file
}

// textKey tells a file from others. What it is read as depends on the program's own languages, too.
type textKey struct {
	path    string
	sum     [sha256.Size]byte
	tongues [sha256.Size]byte
}

// file is what becomes of a file, by parse unless it is known; nil knows none.
func (t *Texts) file(k textKey, parse func() *file) *file {
	if t == nil {
		return parse()
	}
	t.mu.Lock()
	f := t.known[k]
	if f == nil {
		if t.known == nil {
			t.known = map[textKey]func() *file{}
		}
		f = sync.OnceValue(parse)
		t.known[k] = f
	}
	t.mu.Unlock()
	return f()
}

// spoken is a hash of the program's own languages.
func (w *Workspace) spoken() (sum [sha256.Size]byte) {
	if len(w.tongues) == 0 {
		return sum
	}
	h := sha256.New()
	for _, t := range w.tongues {
		h.Write([]byte(t.Path + "\n"))
		h.Write(t.Text)
	}
	h.Sum(sum[:0])
	return sum
}
