package server

import (
	"context"
	"time"

	"rexian/stdlib"
)

// closureEvery is how often is looked for closures that were set on other nodes.
const closureEvery = 5 * time.Second

// closures are the library's; what callers are told gets its sound when it is set.
type closures struct {
	*stdlib.Library
	s *Server
}

// SetClosure sets a closure once its words have a sound; where they cannot be rendered it is set all the same, and they
// are spoken as far as their characters are known.
func (c closures) SetClosure(ctx context.Context, x stdlib.Closure, was int64) (stdlib.Closure, error) {
	x, err := c.Library.SetClosure(ctx, x, was)
	if err == nil {
		c.s.utter(ctx, x)
	}
	return x, err
}

// utter gives the words of a closure their sound.
func (s *Server) utter(ctx context.Context, c stdlib.Closure) {
	for lang, text := range c.Words {
		if err := s.voices.Know(ctx, []string{lang}, []string{text}); err != nil && ctx.Err() == nil {
			s.log.Warn("the words of a closure have no voice of their own", "closure", c.ID, "lang", lang, "error", err)
		}
	}
}

// watchClosures gives the words of closures that were set elsewhere, or before this start, their sound.
func (s *Server) watchClosures(ctx context.Context) {
	tick := time.NewTicker(closureEvery)
	defer tick.Stop()
	done := map[int64]bool{}
	for {
		list, err := s.library.Closures(ctx)
		if err == nil {
			for _, c := range list {
				if !done[c.ID] {
					s.utter(ctx, c)
					done[c.ID] = true
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
