// Package tasks counts goroutines that somebody may have to wait for, where more of them may begin meanwhile.
package tasks

import "sync"

// Group counts tasks. Unlike a [sync.WaitGroup] it may be added to while it is waited for: messages keep coming until
// the sockets are closed. The zero Group is empty.
type Group struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed when n falls to nothing; nil while nobody waits
}

// Add counts a task in; each ends with one Done.
func (g *Group) Add() {
	g.mu.Lock()
	g.n++
	g.mu.Unlock()
}

// Done counts a task out.
func (g *Group) Done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n--; g.n == 0 && g.zero != nil {
		close(g.zero)
		g.zero = nil
	}
}

// None is closed at a moment when no task runs, of those that had begun before and those that began meanwhile.
func (g *Group) None() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	if g.zero == nil {
		g.zero = make(chan struct{})
	}
	return g.zero
}
