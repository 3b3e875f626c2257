package exchange

import (
	"testing"
	"time"

	"rexian/compiler/bundle"
)

// TestAgentsChangeWhileTheyTalk: an agent whose telephone is changed while he talks is called there next, stays busy
// until the talk is over, and is offered nobody meanwhile; one who is gone is offered nobody, and one who is new is.
func TestAgentsChangeWhileTheyTalk(t *testing.T) {
	now := time.Now()
	skills := []string{"综合"}
	s := newSeats([]Agent{{ID: "1", Phone: "8001", Skills: skills}, {ID: "2", Phone: "8002", Skills: skills}})
	wait := func() *waiter {
		t.Helper()
		w := &waiter{queue: &bundle.Queue{Name: "q"}, open: skills, all: skills}
		if outcome := s.join(w); outcome != "" {
			t.Fatal(outcome)
		}
		return w
	}
	take := func(w *waiter, want string) *seat {
		t.Helper()
		a := s.offer(w, now)
		got := ""
		if a != nil {
			got = a.ID + " at " + s.phone(a)
			s.remove(w)
		}
		if got != want {
			t.Errorf("offered %q, want %q", got, want)
		}
		return a
	}
	first := take(wait(), "1 at 8001")
	s.set([]Agent{{ID: "3", Phone: "8003", Skills: skills}, {ID: "1", Phone: "9001", Skills: skills}})
	take(wait(), "3 at 8003") // 2 is gone
	waiting := wait()
	take(waiting, "") // 1 talks
	s.free(first, 0, now)
	take(waiting, "1 at 9001")
	s.set([]Agent{{ID: "1", Phone: "9001", Skills: []string{"专席"}}})
	if outcome := s.join(&waiter{queue: &bundle.Queue{Name: "q"}, open: skills, all: skills}); outcome != "no_agents" {
		t.Errorf("nobody has the skill any more: %q", outcome)
	}
}
