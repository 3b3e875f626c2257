package readout

import "sync"

// memo keeps what was found for a key. Its zero value is ready, for any number of goroutines: of several that ask for
// the same at once, one finds it and the others wait.
type memo[K comparable, V any] struct {
	mu    sync.RWMutex
	found map[K]func() V
}

// get is what is known of a key, without asking anybody.
func (m *memo[K, V]) get(key K) (v V, ok bool) {
	m.mu.RLock()
	once := m.found[key]
	m.mu.RUnlock()
	if once == nil {
		return v, false
	}
	return once(), true
}

// of is what find gives for a key, which it is asked for once.
func (m *memo[K, V]) of(key K, find func() V) V {
	m.mu.Lock()
	once := m.found[key]
	if once == nil {
		if m.found == nil {
			m.found = map[K]func() V{}
		}
		once = sync.OnceValue(find)
		m.found[key] = once
	}
	m.mu.Unlock()
	return once()
}
