package campaign

import (
	"context"
	"errors"
	"sync"

	"rexian/runtime/dialer"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
)

// at is which targets this node is at, by their holders, and which calls ended without that being written down.
type at struct {
	mu     sync.Mutex
	on     map[string]bool
	unsure map[string]bool
}

func newAt() at { return at{on: map[string]bool{}, unsure: map[string]bool{}} }

// begins enters a target; the function it gives takes it out again.
func (a *at) begins(holder string) (ends func()) {
	a.mu.Lock()
	a.on[holder] = true
	a.mu.Unlock()
	return func() {
		a.mu.Lock()
		delete(a.on, holder)
		a.mu.Unlock()
	}
}

func (a *at) has(holder string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.on[holder]
}

// missed remembers a call whose end could not be written down.
func (a *at) missed(call string) {
	a.mu.Lock()
	a.unsure[call] = true
	a.mu.Unlock()
}

// forgets tells whether such a call was remembered, and forgets it.
func (a *at) forgets(call string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	missed := a.unsure[call]
	delete(a.unsure, call)
	return missed
}

// recollect lets go of what the rows say that this node is at, and it is not: a commit of which no answer came
// back while the database went away, or a claim that could not be given back then. Else the target would wait,
// and its number be held, until the node starts anew. A call that was made meanwhile ends as unknown, one that
// was not as not placed.
func (e *Engine) recollect(ctx context.Context) {
	claims, open, err := e.o.Store.Mine(ctx, 1000)
	if err != nil {
		e.told(ctx, "what this node holds of campaigns cannot be listed", err)
		return
	}
	n := 0
	for _, t := range claims {
		if e.at.has(t.Holder()) {
			continue
		}
		n++
		if err := e.o.Store.Release(ctx, t, t.DueAt, ""); err != nil && !errors.Is(err, db.ErrConflict) {
			e.told(ctx, "a claim of a campaign is not given back", err)
			return
		}
	}
	for _, a := range open {
		if t := (campaign.Target{Run: a.Run, Ordinal: a.Ordinal}); e.at.has(t.Holder()) {
			continue
		}
		n++
		a.EndedAt, a.Outcome, a.Detail = e.now(), NotPlaced, "the database went away before the call"
		lost := e.at.forgets(a.CallID)
		if lost {
			a.Outcome, a.Detail = dialer.Unknown, "the end could not be written down"
		}
		if err := e.lost(ctx, a, lost); err != nil && !errors.Is(err, db.ErrConflict) {
			if lost {
				e.at.missed(a.CallID)
			}
			e.told(ctx, "an attempt that this node is not at gets no end", err)
			return
		}
	}
	if n > 0 {
		e.o.Logger.Warn("targets of campaigns that were held since the database went away are free again",
			"targets", n)
	}
}
