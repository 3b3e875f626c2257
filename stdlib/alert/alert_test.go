package alert

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

var zone = time.FixedZone("", 8*3600)

// at is a moment of the twelfth of October 2026.
func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-10-12 "+clock, zone)
	if err != nil {
		panic(err)
	}
	return t
}

// outbox is what was sent, by recipient.
type outbox struct {
	mu   sync.Mutex
	sent map[string][]string
	fail error
}

func (o *outbox) send(_ context.Context, _ db.Queryer, to, subject, body string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return o.fail
	}
	if o.sent == nil {
		o.sent = map[string][]string{}
	}
	o.sent[to] = append(o.sent[to], body)
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, s *Store, d *db.DB, to string, now time.Time, urgent int, numbers ...string) {
	t.Helper()
	topic := map[int]string{0: "工单临近时限", 1: "工单已超过时限"}[urgent]
	for _, n := range numbers {
		must(t, s.Add(t.Context(), d,
			Alert{Recipient: to, Topic: topic, Urgent: urgent, Item: n + "号", Body: "工单" + n + "要处理。"}, now))
	}
}

func TestGathered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, out := New(d, Options{Zone: zone}), &outbox{}
		const chief, mail = "13800138000", "chief@example.com"
		tell := func(clock string, want int) {
			t.Helper()
			if n, err := s.Tell(t.Context(), at(clock), out.send); err != nil || n != want {
				t.Errorf("%s: told %d, %v; want %d", clock, n, err, want)
			}
		}
		add(t, s, d, chief, at("08:00"), 0, "1")
		tell("08:02", 1) // the first at once
		add(t, s, d, chief, at("08:04"), 0, "2", "3")
		add(t, s, d, chief, at("08:30"), 1, "4")
		add(t, s, d, mail, at("08:30"), 0, "2", "3")
		tell("08:31", 1) // only who was not told yet
		tell("09:00", 0)
		tell("09:02", 1)
		tell("09:04", 0)
		add(t, s, d, chief, at("21:59"), 0, "5")
		tell("22:00", 0) // the night
		tell("23:59", 0)
		add(t, s, d, chief, at("23:59"), 0, "6")
		night := at("00:00").AddDate(0, 0, 1)
		if n, err := s.Tell(t.Context(), night.Add(8*time.Hour-time.Minute), out.send); err != nil || n != 0 {
			t.Errorf("told %d at night, %v", n, err)
		}
		if n, err := s.Tell(t.Context(), night.Add(8*time.Hour), out.send); err != nil || n != 1 {
			t.Errorf("told %d in the morning, %v", n, err)
		}
		for to, want := range map[string][]string{
			chief: {"工单1要处理。", "工单已超过时限 1 件，工单临近时限 2 件。工单已超过时限：4号；工单临近时限：2号；3号。",
				"工单临近时限 2 件。工单临近时限：5号；6号。"},
			mail: {"工单临近时限 2 件。\n\n工单临近时限：\n2号\n3号"},
		} {
			if got := out.sent[to]; strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s was told %q, want %q", to, got, want)
			}
		}
		must(t, s.Prune(t.Context(), at("09:00")))
		var left int
		must(t, d.Get(t.Context(), &left, `SELECT COUNT(*) FROM alerts`))
		if left != 5 {
			t.Errorf("%d alerts are left", left)
		}
	})
}

// TestToldOnce: several nodes tell at the same moment.
func TestToldOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		out := &outbox{}
		s := New(d, Options{Zone: zone})
		for i := range 20 {
			add(t, s, d, fmt.Sprintf("138001380%02d", i), at("10:00"), 0, "1", "2")
		}
		var nodes sync.WaitGroup
		for range 4 {
			nodes.Go(func() {
				if _, err := New(d, Options{Zone: zone}).Tell(t.Context(), at("10:01"), out.send); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		for i := range 20 {
			if got := out.sent[fmt.Sprintf("138001380%02d", i)]; len(got) != 1 {
				t.Errorf("told %d times: %v", len(got), got)
			}
		}
	})
}

// TestWhatCannotBeSent: what the outbox does not take now waits, and what nobody can be told is dropped.
func TestWhatCannotBeSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, out := New(d, Options{Zone: zone}), &outbox{fail: errors.New("no")}
		add(t, s, d, "13800138000", at("10:00"), 0, "1")
		if n, err := s.Tell(t.Context(), at("10:00"), out.send); err == nil || n != 0 {
			t.Errorf("told %d, %v", n, err)
		}
		out.fail = nil
		if n, err := s.Tell(t.Context(), at("10:02"), out.send); err != nil || n != 1 {
			t.Errorf("the next turn told %d, %v", n, err)
		}
		add(t, s, d, "nowhere", at("10:00"), 0, "1")
		out.fail = ErrNobody
		if _, err := s.Tell(t.Context(), at("10:04"), out.send); err != nil {
			t.Error(err)
		}
		out.fail = nil
		if n, err := s.Tell(t.Context(), at("12:00"), out.send); err != nil || n != 0 {
			t.Errorf("what nobody can be told is told again: %d, %v", n, err)
		}
	})
}

// TestManyFitIntoOneText: a text message is bounded, and says that there are more; a mail has them all.
func TestManyFitIntoOneText(t *testing.T) {
	var list []waiting
	for i := range 200 {
		list = append(list, waiting{Topic: "工单已超过时限", Item: fmt.Sprintf("%010d（咨询，尚未分发，时限2026-10-19）", i)})
	}
	subject, text := gathered(list, false)
	if n := utf8.RuneCountInString(text); n > longest || n < longest-60 || !strings.HasPrefix(text, "工单已超过时限 200 件。") ||
		!strings.HasSuffix(text, "其余见工单系统。") || subject != "工单已超过时限 200 件。" {
		t.Errorf("%d characters: %s; %s", n, text, subject)
	}
	if _, mail := gathered(list, true); strings.Count(mail, "\n") != 2+200 {
		t.Errorf("a mail of %d lines", strings.Count(mail, "\n"))
	}
}
