package server

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"rexian/runtime/acd"
	"rexian/runtime/exchange"
	"rexian/stdlib/callback"
	"rexian/stdlib/db"
)

//go:embed callback.flow
var callbackFlow []byte

// callbacks tells the exchange who is owed a call, and writes down what becomes of it. While the database is away
// nobody new is called, for it settles which server calls whom; what was decided is written when it is back.
type callbacks struct {
	s       *Server
	mu      sync.Mutex
	settled []becomes       // what is to be written, in its order
	pending map[string]bool // of whom
	wake    chan struct{}
	open    []callback.Callback // that are not done, as they were seen last
}

// becomes is what became of a callback.
type becomes struct {
	id string
	exchange.Settlement
}

const (
	// callbacksEvery is how often it is looked who is owed a call.
	callbacksEvery = time.Second
	// mostCallbacks is how many are looked at: who has waited longest.
	mostCallbacks = 1000
)

func newCallbacks(s *Server) *callbacks {
	return &callbacks{s: s, pending: map[string]bool{}, wake: make(chan struct{}, 1)}
}

func (c *callbacks) store() *callback.Store { return c.s.library.Slices().Callbacks }

func (c *callbacks) owner() callback.Owner { return c.s.library.Owner() }

// Claim takes a callback for this server.
func (c *callbacks) Claim(ctx context.Context, id string) (string, error) {
	if !c.s.library.Ready() {
		return "", db.ErrUnavailable
	}
	err := c.store().Claim(ctx, id, c.owner(), c.s.o.Now())
	if errors.Is(err, callback.ErrDone) {
		return "", exchange.ErrTaken
	}
	return strings.ToLower(rand.Text()[:13]), err
}

// Settle notes what became of a callback.
func (c *callbacks) Settle(id string, s exchange.Settlement) {
	c.mu.Lock()
	c.settled, c.pending[id] = append(c.settled, becomes{id, s}), true
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run goes on with that until ctx ends.
func (c *callbacks) run(ctx context.Context) {
	tick := time.NewTicker(callbacksEvery)
	defer tick.Stop()
	told := ""
	for {
		if c.s.library.Ready() {
			err := c.write(ctx)
			if err == nil {
				err = c.look(ctx)
			}
			if err != nil && ctx.Err() == nil && !db.IsUnavailable(err) && err.Error() != told {
				told = err.Error()
				c.s.log.Warn("who is owed a call", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), staffTime)
			defer cancel()
			if c.s.library.Ready() {
				_ = c.write(last) // the next start finds what is left
			}
			return
		case <-c.wake:
		case <-tick.C:
		}
	}
}

// write writes down what was decided.
func (c *callbacks) write(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, staffTime)
	defer cancel()
	for {
		c.mu.Lock()
		if len(c.settled) == 0 {
			clear(c.pending)
			c.mu.Unlock()
			return nil
		}
		x := c.settled[0]
		c.mu.Unlock()
		if err := c.store().Settle(ctx, x.id, callback.State(x.State), x.Agent, x.Note, c.s.o.Now()); err != nil {
			return err
		}
		c.mu.Lock()
		c.settled = c.settled[1:]
		c.mu.Unlock()
	}
}

// look tells the exchange who is owed a call.
func (c *callbacks) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, staffTime)
	defer cancel()
	list, err := c.store().Due(ctx, mostCallbacks)
	if err != nil {
		return err
	}
	byHand, err := c.store().Page(ctx, "", callback.Task, nil, callback.After{}, mostCallbacks)
	if err != nil {
		return err
	}
	var owed []exchange.Owed
	c.mu.Lock()
	open := slices.Concat(list, byHand)
	changed := !slices.Equal(open, c.open)
	c.open = open
	for _, x := range list {
		o := exchange.Owed{ID: x.ID, Queue: x.Queue, Number: x.Number, Shown: x.Shown, Lang: x.Lang, Call: x.CallID,
			Place: x.Since, Settling: c.pending[x.ID]}
		switch {
		case x.State == callback.Missed:
			o.Kept = x.Changed + acd.KeptFor
		case x.State == callback.Calling && !o.Settling: // whoever calls knows
			continue
		}
		owed = append(owed, o)
	}
	for id := range c.pending {
		owed = append(owed, exchange.Owed{ID: id, Settling: true})
	}
	c.mu.Unlock()
	c.s.exchange.Owe(owed)
	if changed {
		c.s.doings.changed("callbacks")
	}
	return nil
}

// now are those that are not done.
func (c *callbacks) now() []callback.Callback {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}
