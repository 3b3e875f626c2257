package breaker

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBreaker(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var changes []string
	b := New(Options{Failures: 3, Pause: time.Second, MaxPause: 3 * time.Second, Now: func() time.Time { return now },
		Changed: func(from, to State) { changes = append(changes, from.String()+">"+to.String()) }})
	call := func(ok bool) error {
		ticket, err := b.Allow()
		if err == nil {
			b.Done(ticket, ok)
		}
		return err
	}
	refused := func() {
		t.Helper()
		if err := call(true); !errors.Is(err, ErrOpen) {
			t.Fatalf("the call went through an open breaker: %v", err)
		}
	}
	for _, ok := range []bool{false, false, true, false, false} { // a success between forgets the failures
		if err := call(ok); err != nil {
			t.Fatal(err)
		}
	}
	late, _ := b.Allow()
	call(false)
	refused()
	b.Done(late, true) // began before it opened: says nothing
	refused()
	now = now.Add(time.Second)
	probe, err := b.Allow()
	if err != nil {
		t.Fatal("no probe after the pause")
	}
	refused() // one probe at a time
	b.Drop(probe)
	call(false) // the probe fails: the pause is 2 s now
	now = now.Add(1900 * time.Millisecond)
	refused()
	now = now.Add(100 * time.Millisecond)
	call(false) // 4 s, cut to 3
	now = now.Add(3 * time.Second)
	if err := call(true); err != nil || b.State() != Closed {
		t.Fatalf("not closed after a good probe: %v %v", err, b.State())
	}
	want := []string{"closed>open", "open>half-open", "half-open>open", "open>half-open", "half-open>open",
		"open>half-open", "half-open>closed"}
	if !slices.Equal(changes, want) {
		t.Errorf("changes %v\nwant    %v", changes, want)
	}
}

// TestNeverMoreThanOneProbe: whatever happens in whatever order, at most one call is out while half-open, and a system
// that is back is reached again after the longest pause.
func TestNeverMoreThanOneProbe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(0, 0)
		b := New(Options{Failures: 2, Pause: time.Second, MaxPause: 4 * time.Second,
			Now: func() time.Time { return now }})
		type out struct {
			Ticket
			era State
		}
		var tickets []out
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				if ticket, err := b.Allow(); err == nil {
					if b.State() == HalfOpen {
						for _, o := range tickets {
							if o.Ticket == ticket {
								t.Fatal("two probes at once")
							}
						}
					}
					tickets = append(tickets, out{ticket, b.State()})
				}
			case 1:
				if n := len(tickets); n > 0 {
					i := rapid.IntRange(0, n-1).Draw(t, "which")
					b.Done(tickets[i].Ticket, rapid.Bool().Draw(t, "ok"))
					tickets = slices.Delete(tickets, i, i+1)
				}
			default:
				now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			}
		}
		for _, o := range tickets {
			b.Done(o.Ticket, false)
		}
		now = now.Add(4 * time.Second)
		ticket, err := b.Allow()
		if err != nil {
			t.Fatalf("a system that is back is not reached: %v", b.State())
		}
		b.Done(ticket, true)
		if b.State() != Closed {
			t.Fatalf("state %v after a success", b.State())
		}
	})
}
