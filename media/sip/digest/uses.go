package digest

import (
	"sync"
	"time"
)

// uses remembers which counts of which nonces were used. It holds a fixed number of nonces. When the oldest is
// forgotten, so is everything issued before it: an unknown nonce from that time counts as used, and its owner is asked
// once more. So forgetting never lets a copied request through.
type uses struct {
	mu    sync.Mutex
	at    map[string]int
	ring  []use
	next  int
	floor time.Time // nonces issued then or earlier are good only if they are remembered
}

type use struct {
	nonce  string
	issued time.Time
	top    uint32 // highest count seen
	seen   uint64 // bit i: top−i was seen, so requests may overtake each other a little
}

func (u *uses) init(n int) {
	u.at = map[string]int{}
	u.ring = make([]use, 0, n)
}

// take marks a count as used and says whether it was free.
func (u *uses) take(nonce string, issued time.Time, nc uint32) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	i, known := u.at[nonce]
	if !known {
		if !issued.After(u.floor) {
			return false
		}
		i = u.place()
		u.at[nonce] = i
		u.ring[i] = use{nonce: nonce, issued: issued, top: nc, seen: 1}
		return true
	}
	e := &u.ring[i]
	switch back := int64(e.top) - int64(nc); {
	case back < 0:
		if -back >= 64 {
			e.seen = 0
		} else {
			e.seen <<= uint(-back)
		}
		e.seen |= 1
		e.top = nc
		return true
	case back >= 64:
		return false
	default:
		bit := uint64(1) << uint(back)
		if e.seen&bit != 0 {
			return false
		}
		e.seen |= bit
		return true
	}
}

// place finds room, forgetting the nonce that was first used longest ago.
func (u *uses) place() int {
	if len(u.ring) < cap(u.ring) {
		u.ring = append(u.ring, use{})
		return len(u.ring) - 1
	}
	i := u.next
	u.next = (u.next + 1) % len(u.ring)
	old := &u.ring[i]
	if old.issued.After(u.floor) {
		u.floor = old.issued
	}
	delete(u.at, old.nonce)
	return i
}
