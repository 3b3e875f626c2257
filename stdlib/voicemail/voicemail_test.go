package voicemail

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func TestVoicemails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := Open(d)
		ctx := t.Context()
		for i, box := range []string{"值班", "值班", "投诉"} {
			v := Voicemail{Recording: fmt.Sprint("r", i), Mailbox: box, Phone: "+8613800138000", Length: 5000,
				ReceivedAt: now.UnixMilli() + int64(i)}
			for _, want := range []bool{true, false} {
				if added, err := s.Put(ctx, d, v); err != nil || added != want {
					t.Fatalf("put: %v, %v", added, err)
				}
			}
		}
		unread := func(box value.Value) int64 {
			v, err := s.Functions()["voicemail.unread"](ctx, fn.Caller{}, []value.Value{box})
			if err != nil {
				t.Fatal(err)
			}
			return v.N
		}
		for box, want := range map[string]int64{"值班": 2_000_000, "投诉": 1_000_000, "没有": 0} {
			if got := unread(value.Text(box)); got != want {
				t.Errorf("unread in %s: %d, want %d", box, got, want)
			}
		}
		if got := unread(value.Absent()); got != 3_000_000 {
			t.Errorf("unread: %d", got)
		}
		var mu sync.Mutex
		held := []string{}
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				who := fmt.Sprint("p", i)
				err := s.Listen(context.Background(), "r0", who, now)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					held = append(held, who)
				} else if !errors.Is(err, ErrHeld) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(held) != 1 {
			t.Fatalf("held by %v", held)
		}
		who := held[0]
		for _, c := range []struct {
			name string
			do   func() error
			want error
		}{
			{"listen again", func() error { return s.Listen(ctx, "r0", who, now) }, nil},
			{"finish another's", func() error { return s.Finish(ctx, "r0", "x", "已回电", now) }, ErrHeld},
			{"finish what nobody holds", func() error { return s.Finish(ctx, "r1", who, "已回电", now) }, ErrHeld},
			{"give back", func() error { return s.Release(ctx, "r0", who, now) }, nil},
			{"another takes it", func() error { return s.Listen(ctx, "r0", "x", now) }, nil},
			{"and finishes it", func() error { return s.Finish(ctx, "r0", "x", "已回电", now) }, nil},
			{"done is done", func() error { return s.Listen(ctx, "r0", "x", now) }, ErrHeld},
			{"nothing", func() error { return s.Listen(ctx, "r9", "x", now) }, fn.Outcome("not_found")},
		} {
			if err := c.do(); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		list, err := s.Page(ctx, "值班", "", call.Within{}, After{}, 10)
		if err != nil || len(list) != 2 || list[0].State != Done || list[0].Reply != "已回电" ||
			list[0].Phone != "13800138000" || list[1].State != New {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = s.Page(ctx, "", New, call.Within{}, After{now.UnixMilli() + 1, "r1"}, 10); err != nil || len(list) != 1 ||
			list[0].Mailbox != "投诉" {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := s.Put(ctx, d, Voicemail{Recording: "\x00"}); err == nil {
			t.Error("a voicemail without a recording is kept")
		}
	})
}
