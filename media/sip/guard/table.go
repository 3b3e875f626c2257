package guard

import "net/netip"

// table remembers up to a fixed number of addresses and forgets the one that was touched longest ago. Its memory is
// taken as it fills and never grows past the limit.
type table[T any] struct {
	at      map[netip.Addr]int32
	slots   []slot[T]
	free    []int32
	limit   int
	newest  int32 // ends of a doubly linked list through slots; −1 if empty
	oldest  int32
	evicted uint64
}

type slot[T any] struct {
	key          netip.Addr
	newer, older int32
	value        T
}

func (t *table[T]) init(limit int) {
	*t = table[T]{at: map[netip.Addr]int32{}, limit: limit, newest: -1, oldest: -1}
}

func (t *table[T]) len() int { return len(t.at) }

// get looks without touching.
func (t *table[T]) get(key netip.Addr) (*T, bool) {
	i, ok := t.at[key]
	if !ok {
		return nil, false
	}
	return &t.slots[i].value, true
}

// touch gives the value of key, a fresh one if it was not known, and makes it the newest. The pointer is good until the
// next touch.
func (t *table[T]) touch(key netip.Addr) (v *T, known bool) {
	i, known := t.at[key]
	switch {
	case known:
		if t.newest == i {
			return &t.slots[i].value, true
		}
		t.unlink(i)
	case len(t.free) > 0:
		i = t.free[len(t.free)-1]
		t.free = t.free[:len(t.free)-1]
	case len(t.slots) < t.limit:
		i = int32(len(t.slots))
		t.slots = append(t.slots, slot[T]{})
	default:
		i = t.oldest
		t.unlink(i)
		delete(t.at, t.slots[i].key)
		t.evicted++
	}
	s := &t.slots[i]
	if !known {
		*s = slot[T]{key: key}
		t.at[key] = i
	}
	s.newer, s.older = -1, t.newest
	if t.newest >= 0 {
		t.slots[t.newest].newer = i
	}
	t.newest = i
	if t.oldest < 0 {
		t.oldest = i
	}
	return &s.value, known
}

func (t *table[T]) drop(key netip.Addr) {
	if i, ok := t.at[key]; ok {
		t.unlink(i)
		delete(t.at, key)
		t.free = append(t.free, i)
	}
}

func (t *table[T]) unlink(i int32) {
	s := &t.slots[i]
	if s.newer >= 0 {
		t.slots[s.newer].older = s.older
	} else {
		t.newest = s.older
	}
	if s.older >= 0 {
		t.slots[s.older].newer = s.newer
	} else {
		t.oldest = s.newer
	}
}

// each visits from the newest to the oldest.
func (t *table[T]) each(f func(key netip.Addr, v *T)) {
	for i := t.newest; i >= 0; i = t.slots[i].older {
		f(t.slots[i].key, &t.slots[i].value)
	}
}
