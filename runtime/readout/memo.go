package readout

import "sync"

// memo keeps what was found for a key. Its zero value is ready, for any number of goroutines.
type memo[K comparable, V any] struct {
	mu    sync.RWMutex
	found map[K]V
}

func (m *memo[K, V]) get(key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v, ok := m.found[key]
	return v, ok
}

func (m *memo[K, V]) put(key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.found == nil {
		m.found = map[K]V{}
	}
	m.found[key] = v
}
