package server

import (
	"context"
	"maps"
	"slices"
	"sync"

	"rexian/media/sip"
)

// unheard are the telephones that were registered when the server stopped and have not been heard of in this start. One
// may have gone meanwhile: until it answers or registers its agents are unknown, and offered nobody.
type unheard struct {
	mu    sync.Mutex
	names map[string]bool
}

func (u *unheard) expect(names []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.names = map[string]bool{}
	for _, n := range names {
		u.names[n] = true
	}
}

// heard takes a telephone out; false if it was heard of before.
func (u *unheard) heard(name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	was := u.names[name]
	delete(u.names, name)
	return was
}

func (u *unheard) has(name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.names[name]
}

func (u *unheard) all() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Sorted(maps.Keys(u.names))
}

// looks asks a telephone that was registered before the start whether it is there.
func (l *lines) looks(ctx context.Context, name string) {
	if err := l.server.Alive(ctx, sip.Outbound{To: name}); err != nil {
		if ctx.Err() == nil {
			l.s.log.Info("a telephone that was registered before does not answer", "user", name, "error", err)
		}
		return
	}
	if l.unheard.heard(name) {
		l.tells(name, true)
	}
}

// tells has agents known, or unknown, by their telephone.
func (l *lines) tells(name string, there bool) {
	if x := l.exchange.Load(); x != nil {
		l.s.claims.phone(x.Phone(name, there), there)
	}
}
