package campaign

import (
	"context"
	"sync"
	"time"

	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
)

// ends writes down the ends of attempts. All nodes wait for the row of a run, which counts the calls that are on: ends
// that come while others are being written go together in one transaction after them.
type ends struct {
	mu      sync.Mutex
	waiting []ending
	writing bool
}

// ending is an end whose attempt waits for it to be written.
type ending struct {
	campaign.End
	done chan error
}

const (
	endsAtOnce = 64
	endsLimit  = 10 * time.Second
)

// write returns when an end is written down, or is not; db.ErrConflict tells that the attempt has one.
func (s *ends) write(ctx context.Context, e *Engine, x campaign.End) error {
	w := ending{x, make(chan error, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	if !s.writing {
		s.writing = true
		e.running.Go(func() { s.drain(context.WithoutCancel(ctx), e.o.Store) })
	}
	s.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain writes until nothing waits.
func (s *ends) drain(ctx context.Context, store *campaign.Store) {
	for {
		s.mu.Lock()
		list := s.waiting[:min(len(s.waiting), endsAtOnce)]
		s.waiting = s.waiting[len(list):]
		s.writing = len(list) > 0
		s.mu.Unlock()
		if len(list) == 0 {
			return
		}
		batch := make([]campaign.End, len(list))
		for i := range list {
			batch[i] = list[i].End
		}
		limited, cancel := context.WithTimeout(ctx, endsLimit)
		late, err := store.End(limited, batch...)
		cancel()
		for _, w := range list {
			if err == nil && late[w.CallID] {
				w.done <- db.ErrConflict
			} else {
				w.done <- err
			}
		}
	}
}
