package message

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func text(call string) Draft {
	return Draft{Channel: SMS, Recipient: "13800138000", Body: "您好", CallID: call}
}

// As many texts go to a number as each limit allows, looking back from now; other numbers, mails, replies and
// what is named beforehand are not held back.
func TestTextsToOneNumberAreLimited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Limits: []Limit{{2, time.Minute}, {3, time.Hour}, {4, 24 * time.Hour}},
			Unlimited: []string{"+86 139 0013 9000"}})
		calls := 0
		send := func(after time.Duration, x Draft) string {
			t.Helper()
			if calls++; x.CallID == "" {
				x.CallID = fmt.Sprint("c", calls)
			}
			_, err := s.Send(t.Context(), nil, x, noon.Add(after))
			if err != nil && !errors.Is(err, ErrLimited) {
				t.Fatal(err)
			}
			return map[bool]string{true: "sent", false: "limited"}[err == nil]
		}
		mail, reply, named, duty := text(""), text(""), text(""), text("")
		mail.Channel, mail.Recipient = Mail, "zhang@example.com"
		reply.Thread, named.Named, duty.Recipient = "in-1", true, "13900139000"
		for i, c := range []struct {
			after time.Duration
			x     Draft
			want  string
		}{
			{0, text("first"), "sent"},
			{time.Second, text("first"), "sent"}, // the same once more is in the outbox already
			{2 * time.Second, text(""), "sent"},
			{3 * time.Second, text(""), "limited"}, // the third within a minute
			{3 * time.Second, text("first"), "sent"},
			{3 * time.Second, Draft{Channel: SMS, Recipient: "13700137000", Body: "您好"}, "sent"},
			{3 * time.Second, mail, "sent"}, {3 * time.Second, mail, "sent"}, {3 * time.Second, mail, "sent"},
			{3 * time.Second, named, "sent"}, // counted for others, itself let through
			{3 * time.Second, duty, "sent"}, {3 * time.Second, duty, "sent"}, {3 * time.Second, duty, "sent"},
			{2 * time.Minute, text(""), "limited"}, // the fourth within an hour
			{61 * time.Minute, text(""), "sent"},
			{3 * time.Hour, text(""), "limited"}, // the fifth within a day
			{3 * time.Hour, reply, "sent"},
			{26 * time.Hour, text(""), "sent"},
		} {
			if got := send(c.after, c.x); got != c.want {
				t.Errorf("%d after %s: %s, want %s", i, c.after, got, c.want)
			}
		}
		if n := s.Held(); n != 3 {
			t.Errorf("%d are counted as held back", n)
		}
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{27 * time.Hour, 1}, {51 * time.Hour, 0}} {
			if err := s.Sweep(t.Context(), noon.Add(c.after)); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := d.Get(t.Context(), &n,
				`SELECT COUNT(*) FROM message_recipients WHERE recipient = '13800138000'`); err != nil || n != c.want {
				t.Errorf("after %s %d numbers are kept, want %d (%v)", c.after, n, c.want, err)
			}
		}
	})
}

// Many calls at once do not slip through beside each other.
func TestTextsAtOnceAreLimited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		nodes := []*Store{New(d, Options{}), New(d, Options{})}
		var sent, held atomic.Int64
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				switch _, err := nodes[i%2].Send(t.Context(), nil, text(fmt.Sprint("c", i)), noon); {
				case err == nil:
					sent.Add(1)
				case errors.Is(err, ErrLimited):
					held.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM messages`); err != nil {
			t.Fatal(err)
		}
		if sent.Load() != 5 || n != 5 || held.Load() != 15 || nodes[0].Held()+nodes[1].Held() != 15 {
			t.Errorf("%d sent, %d in the outbox, %d held back", sent.Load(), n, held.Load())
		}
	})
}

// What a log says of a text that is held back tells the number to nobody.
func TestTheLogOfALimitMasksTheNumber(t *testing.T) {
	var out strings.Builder
	s := New(dbtest.SQLite(t), Options{Limits: []Limit{{1, time.Hour}},
		Logger: slog.New(slog.NewTextHandler(&out, nil))})
	for i := range 2 {
		_, _ = s.Send(t.Context(), nil, text(fmt.Sprint(i)), noon) // the second is held back
	}
	if log := out.String(); !strings.Contains(log, "138****8000") || strings.Contains(log, "13800138000") ||
		!strings.Contains(log, "call=1") {
		t.Errorf("%s", log)
	}
}
