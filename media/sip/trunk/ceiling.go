package trunk

import (
	"context"
	"sync"
	"time"

	"rexian/media/sip"
)

// Tally keeps for how long calls talked over each trunk on a day, over restarts and for all servers that share the
// trunks.
type Tally interface {
	// Add adds seconds to a trunk's day ("2026-11-29") and gives the sum of the day.
	Add(ctx context.Context, trunk, day string, seconds int64) (sum int64, err error)
}

// tallyEvery is how often what was talked is written down: a server that dies loses no more of it.
const tallyEvery = 10 * time.Second

// usage is what a trunk carries now and has carried today.
type usage struct {
	mu      sync.Mutex
	calls   map[*channel]struct{}
	tokens  float64 // calls that may be placed at once
	filled  time.Time
	day     string
	sum     int64         // seconds of today, as far as the tally knows them
	pending time.Duration // talked, and not in sum yet
	untold  bool          // the tally cannot be written, and the log says so
}

// channel is one call on a trunk.
type channel struct {
	t     *trunk
	ours  bool      // we placed it: its minutes count
	since time.Time // it talks, and has been counted until then; zero while it rings
}

// Seize takes a channel of a trunk for a call of ours. It fails with *sip.Barred if a ceiling is reached. A call that
// turns to another target of the trunk has been counted against the rate.
func (s *Set) Seize(r sip.Route) (sip.Channel, error) {
	t := s.named(r.Trunk)
	if t == nil {
		return nil, ErrNoTrunk
	}
	now := s.o.Now()
	u := t.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := t.c.Channels; n > 0 && len(u.calls) >= n {
		return nil, barred(t, Full)
	}
	if n := int64(t.c.Minutes) * 60; n > 0 {
		u.count(now)
		if u.sum+int64(u.pending/time.Second) >= n {
			return nil, barred(t, Spent)
		}
	}
	if rate := t.c.PerSecond; rate > 0 && !r.Again {
		most := max(rate, 1)
		if u.filled.IsZero() {
			u.tokens = most
		} else {
			u.tokens = min(most, u.tokens+rate*max(now.Sub(u.filled), 0).Seconds())
		}
		u.filled = now
		if u.tokens < 1 {
			return nil, barred(t, TooFast)
		}
		u.tokens--
	}
	return t.begin(true), nil
}

// Arrived takes a channel for a call that came in over a trunk: how many may, the carrier knows.
func (s *Set) Arrived(name string) sip.Channel {
	t := s.named(name)
	if t == nil {
		return nil
	}
	t.usage.mu.Lock()
	defer t.usage.mu.Unlock()
	return t.begin(false)
}

// Carried is what a trunk carries.
type Carried struct {
	Name    string
	Calls   int           // now, in both directions
	Today   time.Duration // that calls of ours have talked today, on all servers as far as is known
	Minutes int           // how many they may; 0: no limit
}

// Carried lists what the trunks carry, as they were given.
func (s *Set) Carried() []Carried {
	all := s.trunks()
	list := make([]Carried, len(all))
	for i, t := range all {
		u := t.usage
		u.mu.Lock()
		u.count(s.o.Now())
		list[i] = Carried{t.c.Name, len(u.calls), time.Duration(u.sum)*time.Second + u.pending, t.c.Minutes}
		u.mu.Unlock()
	}
	return list
}

// begin counts a call in. The lock is held.
func (t *trunk) begin(ours bool) *channel {
	c := &channel{t: t, ours: ours}
	if t.usage.calls == nil {
		t.usage.calls = map[*channel]struct{}{}
	}
	t.usage.calls[c] = struct{}{}
	return c
}

// Answered says that the call talks from now on.
func (c *channel) Answered() {
	u := c.t.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, on := u.calls[c]; on && c.ours && c.since.IsZero() {
		c.since = c.t.o.Now()
	}
}

// Release gives the channel back.
func (c *channel) Release() {
	u := c.t.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, on := u.calls[c]; on {
		u.take(c, c.t.o.Now())
		delete(u.calls, c)
	}
}

// take adds to pending what a call has talked since it was last looked at. The lock is held.
func (u *usage) take(c *channel, now time.Time) {
	if !c.since.IsZero() && now.After(c.since) {
		u.pending += now.Sub(c.since)
		c.since = now
	}
}

// count brings pending up to date; at midnight it begins anew. The lock is held.
func (u *usage) count(now time.Time) {
	for c := range u.calls {
		u.take(c, now)
	}
	if day := dayOf(now); day != u.day {
		if u.day != "" {
			u.pending = 0 // of yesterday: what is lost of it is less than tallyEvery, unless the tally was away
		}
		u.day, u.sum = day, 0
	}
}

// keepTally writes down what is talked until ctx ends, and then once more.
func (t *trunk) keepTally(ctx context.Context) {
	for {
		t.writeTally(ctx)
		if !sleep(ctx, tallyEvery) {
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
			defer cancel()
			t.writeTally(last)
			return
		}
	}
}

// writeTally hands over whole seconds; what cannot be written waits for the next time.
func (t *trunk) writeTally(ctx context.Context) {
	u := t.usage
	u.mu.Lock()
	u.count(t.o.Now())
	day, seconds := u.day, int64(u.pending/time.Second)
	u.mu.Unlock()
	sum, err := t.o.Tally.Add(ctx, t.c.Name, day, seconds)
	u.mu.Lock()
	defer u.mu.Unlock()
	if err != nil {
		if !u.untold {
			t.o.Logger.Warn("what was talked over a trunk cannot be written down yet", "trunk", t.c.Name, "error", err)
		}
		u.untold = true
		return
	}
	u.untold = false
	if u.day == day {
		u.sum, u.pending = sum, u.pending-time.Duration(seconds)*time.Second
	}
}

func dayOf(t time.Time) string { return t.Format(time.DateOnly) }

func barred(t *trunk, why string) error {
	return &sip.Barred{Trunk: t.c.Name, Reason: why, Failure: &sip.Failure{Status: 503, Reason: "No Channel", Q850: 34}}
}
