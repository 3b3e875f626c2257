package trunk

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rexian/media/sip"
)

// ledger is a Tally that others write into too, and that can be away.
type ledger struct {
	mu   sync.Mutex
	sums map[string]int64
	away bool
}

func (l *ledger) Add(_ context.Context, trunk, day string, seconds int64) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return 0, errors.New("away")
	}
	if l.sums == nil {
		l.sums = map[string]int64{}
	}
	l.sums[trunk+" "+day] += seconds
	return l.sums[trunk+" "+day], nil
}

func (l *ledger) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// seize takes a channel, or says why none is to be had.
func seize(s *Set, name string) (sip.Channel, string) {
	c, err := s.Seize(sip.Route{Trunk: name})
	var b *sip.Barred
	if errors.As(err, &b) {
		return nil, b.Reason
	}
	return c, ""
}

func TestChannels(t *testing.T) {
	s := newSet(t, Config{Name: "t", Server: "10.0.0.1", Channels: 2}, Config{Name: "free", Server: "10.0.0.2"})
	first, why := seize(s, "t")
	if why != "" {
		t.Fatal(why)
	}
	in := s.Arrived("t") // one that comes in takes a channel too, and is never refused one
	if _, why := seize(s, "t"); why != Full {
		t.Errorf("a third call: %q", why)
	}
	another := s.Arrived("t")
	in.Release()
	if _, why := seize(s, "t"); why != Full {
		t.Errorf("with two on it: %q", why)
	}
	another.Release()
	another.Release()
	if c, why := seize(s, "t"); why != "" {
		t.Errorf("with one on it: %q", why)
	} else {
		c.Release()
	}
	first.Release()
	if got := s.Carried()[0].Calls; got != 0 {
		t.Errorf("%d calls are left", got)
	}
	for range 100 {
		if _, why := seize(s, "free"); why != "" {
			t.Fatal(why)
		}
	}
	if s.Arrived("nobody") != nil {
		t.Error("a trunk that there is not")
	}
	if _, err := s.Seize(sip.Route{Trunk: "nobody"}); !errors.Is(err, ErrNoTrunk) {
		t.Error(err)
	}
}

func TestCallsPerSecond(t *testing.T) {
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	s, err := New([]Config{{Name: "t", Server: "10.0.0.1", PerSecond: 2},
		{Name: "slow", Server: "10.0.0.2", PerSecond: 0.5}},
		Options{Send: &carrier{}, Logger: quiet(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	tries := func(name string, n int) (placed int) {
		for range n {
			if c, why := seize(s, name); why == "" {
				placed++
				c.Release()
			} else if why != TooFast {
				t.Errorf("%q", why)
			}
		}
		return placed
	}
	if n := tries("t", 5); n != 2 {
		t.Errorf("%d at once", n)
	}
	now = now.Add(500 * time.Millisecond)
	if n := tries("t", 5); n != 1 {
		t.Errorf("%d half a second later", n)
	}
	now = now.Add(time.Hour)
	if n := tries("t", 5); n != 2 {
		t.Errorf("%d an hour later", n)
	}
	if n := tries("slow", 3); n != 1 {
		t.Errorf("%d at once where one in two seconds may be", n)
	}
	now = now.Add(time.Second)
	if n := tries("slow", 3); n != 0 {
		t.Errorf("%d a second later", n)
	}
	now = now.Add(time.Second)
	if n := tries("slow", 3); n != 1 {
		t.Errorf("%d two seconds later", n)
	}
}

// Minutes are counted while a call talks, kept over a restart, shared with other servers, and begin anew at midnight.
func TestMinutesPerDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		start := func() (*Set, func()) {
			s, err := New([]Config{{Name: "t", Server: "10.0.0.1", Minutes: 10, Ping: -1}},
				Options{Send: &carrier{}, Logger: quiet(), Tally: l, Now: func() time.Time { return time.Now().UTC() }})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var done sync.WaitGroup
			done.Go(func() { s.Run(ctx) })
			synctest.Wait()
			return s, func() { cancel(); done.Wait() }
		}
		s, stop := start()
		c, _ := seize(s, "t")
		time.Sleep(20 * time.Minute) // it rings
		c.Answered()
		in := s.Arrived("t")
		in.Answered() // costs nothing
		time.Sleep(4 * time.Minute)
		if _, why := seize(s, "t"); why != "" {
			t.Errorf("after four minutes: %q", why)
		}
		stop() // with the call on
		day := time.Now().UTC().Format(time.DateOnly)
		l.set(func() {
			if got := l.sums["t "+day]; got < 239 || got > 241 {
				t.Errorf("%d s are written down", got)
			}
		})

		s, stop = start()
		l.set(func() { l.sums["t "+day] += 5 * 60; l.away = true }) // another server's
		if _, why := seize(s, "t"); why != "" {
			t.Errorf("before it is known: %q", why)
		}
		l.set(func() { l.away = false })
		time.Sleep(tallyEvery + time.Second)
		if got := s.Carried()[0].Today.Round(time.Minute); got != 9*time.Minute {
			t.Errorf("%v talked", got)
		}
		c, why := seize(s, "t")
		if why != "" {
			t.Fatalf("the tenth minute: %q", why)
		}
		c.Answered()
		l.set(func() { l.away = true }) // what cannot be written down counts all the same
		time.Sleep(61 * time.Second)
		if _, why := seize(s, "t"); why != Spent {
			t.Errorf("after ten minutes: %q", why)
		}
		c.Release()
		l.set(func() { l.away = false })
		time.Sleep(24 * time.Hour)
		if _, why := seize(s, "t"); why != "" {
			t.Errorf("the next day: %q", why)
		}
		stop()
		l.set(func() {
			if got := l.sums["t "+day]; got < 10*60 || got > 10*60+3 {
				t.Errorf("%d s are written down in the end", got)
			}
		})
	})
}
