package followup

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// Follow-ups are shared out evenly and once, handed on with their history, and closed once.
func TestFollowUps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := New(d), t.Context()
		var items []Item
		for i := range 7 {
			items = append(items, Item{fmt.Sprintf("r/%d", i), "回访", fmt.Sprintf("+86139%08d", i)})
		}
		if _, err := s.Share(ctx, items, []string{" "}, "主管", 1); !errors.Is(err, ErrNobody) {
			t.Error(err)
		}
		if n, err := s.Share(ctx, items[:1], []string{"张三"}, "主管", 1); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Share(ctx, items, []string{"张三", "李四"}, "主管", 2); n != 6 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Share(ctx, items, []string{"王五"}, "主管", 3); n != 0 || err != nil {
			t.Errorf("what is shared out is shared out again: %d, %v", n, err)
		}
		zhang, err := s.List(ctx, "张三", Open, Mark{}, 100)
		li, err2 := s.List(ctx, "李四", Open, Mark{}, 100)
		if err != nil || err2 != nil || len(zhang)+len(li) != 7 || len(zhang) < 3 || len(li) < 3 {
			t.Fatalf("张三 has %d, 李四 %d: %v %v", len(zhang), len(li), err, err2)
		}
		var pages []FollowUp
		for after := (Mark{}); len(pages) < 8; { // two at a time, all together
			page, err := s.List(ctx, "", Open, after, 2)
			if err != nil || len(page) == 0 {
				break
			}
			last := page[len(page)-1]
			pages, after = append(pages, page...), Mark{last.ChangedAt, last.ID}
		}
		if whole, err := s.List(ctx, "", Open, Mark{}, 100); err != nil || !slices.Equal(whole, pages) {
			t.Errorf("in pages %v, at once %v, %v", pages, whole, err)
		}
		f := zhang[0]
		if f.Phone != "13900000000" || f.About != "回访" {
			t.Errorf("%+v", f)
		}
		results := make([]error, 8) // of many who hand it on at once one does
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() { results[i] = s.Hand(ctx, f, "王五", "下乡了", "张三", 4) })
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !errors.Is(err, db.ErrConflict) {
				t.Error(err)
			}
		}
		now, moves, err := s.Get(ctx, f.ID)
		if err != nil || won != 1 || now.Assignee != "王五" || now.State != Open || len(moves) != 2 ||
			moves[1] != (Move{2, 4, "张三", "王五", "下乡了"}) {
			t.Errorf("%d hand it on: %+v %+v, %v", won, now, moves, err)
		}
		if err := s.Close(ctx, now, "已回访，满意", "王五", 5); err != nil {
			t.Fatal(err)
		}
		if now, moves, _ = s.Get(ctx, f.ID); now.State != Done || len(moves) != 3 || moves[2].Note != "已回访，满意" {
			t.Errorf("%+v %+v", now, moves)
		}
		if err := s.Hand(ctx, now, "张三", "", "王五", 6); !errors.Is(err, db.ErrConflict) {
			t.Errorf("what is done is handed on: %v", err)
		}
		if _, _, err := s.Get(ctx, "none"); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
	})
}

// Whom the latest run of a campaign gave up is listed until it is shared out.
func TestGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := New(d), t.Context()
		for i, run := range []string{"old", "new"} {
			if _, err := d.Exec(ctx, `INSERT INTO campaign_runs (id, campaign, program, shape, state, why, priority, at_once,
				apart, quota, seed, frame, share, live, reached, paced_at, started_at, started_by, changed_at, changed_by)
				VALUES (?, '回访', '', '', 'done', '', 0, 1, 1, 0, '', '', 0, 0, 0, 0, ?, '', 0, '')`, run, i); err != nil {
				t.Fatal(err)
			}
			for n, state := range []string{"over", "reached", "closing", "dropped"} {
				if _, err := d.Exec(ctx, `INSERT INTO campaign_targets (run, ordinal, key, number, target, state, why, due_at,
					counted, free, node, boot) VALUES (?, ?, ?, '13800138000', '', ?, '', 0, 0, 0, '', '')`, run, n,
					fmt.Sprint(n), state); err != nil {
					t.Fatal(err)
				}
			}
		}
		list, err := s.GivenUp(ctx, "回访")
		if err != nil || len(list) != 2 || list[0] != (Item{"new/0", "回访", "13800138000"}) ||
			list[1].Source != "new/2" {
			t.Fatalf("%+v, %v", list, err)
		}
		if n, err := s.Share(ctx, list[:1], []string{"张三"}, "主管", 1); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if list, err = s.GivenUp(ctx, "回访"); err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
