package session

import (
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

func enqueue() vm.Effect {
	return vm.Effect{Kind: bundle.EnqueueSite, Args: []vm.Value{vm.Text("q"), vm.Int(0)}, Offers: []string{"1", "2"},
		Playing: -1}
}

// until ticks a session through its deadlines up to a moment; sounds are heard at once.
func until(s *Session, at int64) {
	for {
		due, ok := s.Deadline()
		if !ok || due > at {
			return
		}
		s.Tick(due)
		for len(s.Unheard()) > 0 {
			s.Played(s.Unheard()[0].ID, due)
		}
	}
}

func TestWaitingInAQueue(t *testing.T) {
	t.Run("announcements, then an offer is taken", func(t *testing.T) {
		s, m, l, d := begin(enqueue())
		until(s, 1_059_000)
		check(t, "line", "play 1 排队播报", l.since())
		s.Key(key('1', 59_000), 1_059_000)
		until(s, 1_065_000)
		check(t, "line", "play 2 排队播报; play 3 回电请按一", l.since())
		s.Key(key('1', 65_000), 1_065_000)
		check(t, "machine", "outcome press 1", strings.Join(m.heard, "; "))
		check(t, "world", "begin enqueue; cancel", d.since())
	})
	t.Run("a key that the queue says nothing of is good at once", func(t *testing.T) {
		s, m, _, _ := begin(enqueue())
		s.Key(key('2', 10), 1_000_010)
		check(t, "machine", "outcome press 2", strings.Join(m.heard, "; "))
	})
	t.Run("a key waits for what comes of an offer", func(t *testing.T) {
		s, m, _, d := begin(enqueue())
		s.Offered(true, 1_005_000)
		s.Key(key('2', 6_000), 1_006_000)
		check(t, "machine", "", strings.Join(m.heard, "; "))
		s.Offered(false, 1_009_000)
		check(t, "machine", "outcome press 2", strings.Join(m.heard, "; "))
		check(t, "world", "begin enqueue; cancel", d.since())
	})
	t.Run("a key pressed while an agent answers is none", func(t *testing.T) {
		s, m, _, _ := begin(enqueue())
		s.Offered(true, 1_005_000)
		s.Key(key('2', 6_000), 1_006_000)
		s.Connected(1_007_000)
		s.Offered(false, 1_009_000)
		check(t, "machine", "", strings.Join(m.heard, "; "))
	})
	t.Run("another queue has other words, and says no wait that nobody knows", func(t *testing.T) {
		s, _, l, d := begin(enqueue())
		until(s, 1_010_000)
		s.Moved("r", 1_010_000)
		l.since()
		d.place.Expected = -1
		until(s, 1_035_000)
		check(t, "line", "", l.since())
		d.place.Expected = 90_000
		until(s, 1_055_000)
		check(t, "line", "play 1 约一分三十秒", l.since())
	})
	t.Run("an agent answers and hangs up", func(t *testing.T) {
		s, m, l, d := begin(enqueue(), say(0))
		s.Connected(1_010_000)
		if _, ok := s.Deadline(); ok || !s.Talking() {
			t.Error("announcements go on while an agent talks")
		}
		s.Key(key('2', 11_000), 1_011_000)
		l.since()
		s.Finish(d.last, vm.Event{Kind: vm.Done, Agent: "1001"}, 1_200_000)
		check(t, "machine", "done; done", strings.Join(m.heard, "; "))
		check(t, "line", "unhold; play 1 您好", l.since())
	})
}
