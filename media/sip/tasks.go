package sip

import "sync"

// tasks counts goroutines that somebody may have to wait for. Unlike a sync.WaitGroup it may be added to while it is
// waited for: messages keep coming until the sockets are closed.
type tasks struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed when n falls to nothing; nil while nobody waits
}

func (t *tasks) add() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
}

func (t *tasks) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 && t.zero != nil {
		close(t.zero)
		t.zero = nil
	}
}

// none is closed at a moment when nothing runs.
func (t *tasks) none() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	if t.zero == nil {
		t.zero = make(chan struct{})
	}
	return t.zero
}
