package recording

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/spool"
	"rexian/stdlib/voicemail"
)

func put(t *testing.T, s *Store, list ...Recording) {
	t.Helper()
	for _, r := range list {
		if r.File == "" {
			r.File = "2026/10/12/" + r.ID + ".wav"
		}
		if err := s.Put(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func ids(list []Found) string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID)
	}
	return strings.Join(out, " ")
}

// What is known of the call finds its recordings: each agent who had a leg, each queue, the rating.
func TestFindByTheCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := New(d), t.Context()
		sp, err := spool.Open(t.TempDir(), spool.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ready := make(chan struct{})
		close(ready)
		calls := call.New(d, sp, call.Options{Node: "n", Boot: "b", Ready: ready})
		calls.Begin(call.Row{ID: "c1", Direction: "in", Caller: "13800138000", Number: "12366", Flow: "主流程",
			Started: now})
		calls.Event("c1", 1, now, "enqueue", "", map[string]any{"queue": "综合"})
		calls.Event("c1", 2, now, "moved", "", map[string]any{"queue": "英语"})
		calls.Leg("c1", call.Leg{Leg: 2, Kind: "agent", Number: "8001", Agent: "1001", Started: now})
		calls.Leg("c1", call.Leg{Leg: 3, Kind: "agent", Number: "8002", Agent: "1002", Started: now})
		calls.End("c1", call.Result{At: now, Result: "completed",
			Change: call.Change{Agent: "1002", Rating: "rated", Score: 2}})
		if err := errors.Join(calls.Flush(ctx), calls.Close(), sp.Close()); err != nil {
			t.Fatal(err)
		}
		put(t, s, Recording{ID: "a", CallID: "c1", Phone: "13800138000", MadeAt: now.UnixMilli(), Length: 5000,
			Node: "n"},
			Recording{ID: "b", CallID: "c2", Phone: "13800138001", MadeAt: now.UnixMilli(), Length: 5000},
			Recording{ID: "v", CallID: "c3", Phone: "13800138001", MadeAt: now.UnixMilli(), Kind: OfVoicemail})
		for _, c := range []struct {
			name string
			q    Query
			want string
		}{
			{"by the last agent", Query{Agent: "1002"}, "a"}, {"by the first agent", Query{Agent: "1001"}, "a"},
			{"by no agent of it", Query{Agent: "1003"}, ""}, {"by the queue", Query{Queue: "综合"}, "a"},
			{"by the second queue", Query{Queue: "英语"}, "a"}, {"by another queue", Query{Queue: "法语"}, ""},
			{"by the score", Query{Score: 2}, "a"}, {"by another score", Query{Score: 3}, ""},
			{"by the rating", Query{Rating: "rated"}, "a"}, {"by the kind", Query{Kind: OfVoicemail}, "v"},
			{"by a number written otherwise", Query{Phone: "+86 138 0013 8000"}, "a"},
			{"by no number", Query{Phone: "anonymous"}, ""},
			{"the same moment, by pages", Query{After: After{now.UnixMilli(), "a"}}, "b v"},
		} {
			if list, err := s.Find(ctx, c.q); ids(list) != c.want || err != nil {
				t.Errorf("%s: %s, %v; want %s", c.name, ids(list), err, c.want)
			}
		}
		f, err := s.Get(ctx, "a")
		if err != nil || f.Agent != "1002" || f.Queue != "综合" || f.Score != 2 || f.Flow != "主流程" ||
			f.Number != "12366" || f.Node != "n" {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// What is held is not deleted; what is deleted keeps its row and who has listened; nothing expires that is held, or
// that nobody has dealt with.
func TestKeeping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := New(d), t.Context()
		for i := range 3 {
			put(t, s, Recording{ID: fmt.Sprint("r", i), MadeAt: now.UnixMilli(), Node: "n"})
		}
		put(t, s, Recording{ID: "v1", MadeAt: now.UnixMilli(), Kind: OfVoicemail},
			Recording{ID: "old", MadeAt: now.UnixMilli()},
			Recording{ID: "far", MadeAt: now.UnixMilli(), Node: "m"},
			Recording{ID: "new", MadeAt: now.Add(time.Hour).UnixMilli(), Node: "n"})
		boxes := voicemail.Open(d)
		is := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		if _, err := boxes.Put(ctx, d,
			voicemail.Voicemail{Recording: "v1", Mailbox: "x", ReceivedAt: now.UnixMilli()}); err != nil {
			t.Fatal(err)
		}
		is("claim", s.Claim(ctx, "v1", "n"), nil)
		is("claim another's", s.Claim(ctx, "far", "n"), nil)
		is("play", s.Played(ctx, "r1", Play{now.UnixMilli(), "李敏", "play"}), nil)
		is("play nothing", s.Played(ctx, "r9", Play{now.UnixMilli(), "李敏", "play"}), fn.Outcome("not_found"))
		is("hold without a reason", s.Hold(ctx, "r0", "法务", "", now), ErrWhy)
		is("hold", s.Hold(ctx, "r0", "法务", "诉讼 12 号", now), nil)
		is("hold nothing", s.Hold(ctx, "r9", "法务", "诉讼", now), fn.Outcome("not_found"))
		is("delete what is held", s.Delete(ctx, "r0", "管理员", "期满", now), ErrHeld)
		is("delete without a name", s.Delete(ctx, "r1", "", "期满", now), ErrWhy)
		is("delete", s.Delete(ctx, "r1", "管理员", "期满", now), nil)
		is("delete again", s.Delete(ctx, "r1", "管理员", "期满", now), ErrDeleted)
		is("hold what is gone", s.Hold(ctx, "r1", "法务", "诉讼", now), ErrDeleted)
		expired := func() string {
			var out []string
			for _, kind := range []string{OfCall, OfVoicemail} {
				list, err := s.Expired(ctx, "n", kind, now.Add(time.Minute), 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range list {
					out = append(out, r.ID)
				}
			}
			return strings.Join(out, " ")
		}
		if got := expired(); got != "r2" {
			t.Errorf("%s has expired, want r2", got)
		}
		is("listen", boxes.Listen(ctx, "v1", "李敏", now), nil)
		is("finish", boxes.Finish(ctx, "v1", "李敏", "已回电", now), nil)
		is("release", s.Release(ctx, "r0"), nil)
		if got := expired(); got != "r0 r2 v1" {
			t.Errorf("%s has expired, want r0 r2 v1", got)
		}
		left, err := s.Left(ctx, "n", 10)
		if err != nil || len(left) != 1 || left[0].ID != "r1" || left[0].File == "" {
			t.Errorf("%+v is to be removed, %v", left, err)
		}
		f, err := s.Get(ctx, "r1")
		if err != nil || f.By != "管理员" || f.Why != "期满" || f.At != now.UnixMilli() || f.Plays != 1 {
			t.Errorf("%+v, %v", f, err)
		}
		var files []string
		visit := func(r Recording) { files = append(files, fmt.Sprint(r.ID, r.At > 0)) }
		is("files", s.Files(ctx, "n", visit), nil)
		if want := []string{"newfalse", "oldfalse", "r0false", "r1true", "r2false", "v1false"}; !slices.Equal(files,
			want) {
			t.Errorf("files %v, want %v", files, want)
		}
		is("gone", s.Gone(ctx, "r1"), nil)
		if left, err = s.Left(ctx, "n", 10); err != nil || len(left) != 0 {
			t.Errorf("%+v is still to be removed, %v", left, err)
		}
		if list, err := s.Find(ctx, Query{Gone: true}); err != nil || ids(list) != "r1" {
			t.Errorf("deleted: %s, %v", ids(list), err)
		}
	})
}
