package filter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

var day = time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct{ now time.Time }

func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock{day}
		s := New(d, Options{Now: func() time.Time { return c.now }})
		add := func(list, pattern string, prefix bool, lasting time.Duration) {
			t.Helper()
			if err := s.Add(t.Context(), Entry{List: list, Pattern: pattern, Prefix: prefix, AddedBy: "wang"}, lasting,
				c.now); err != nil {
				t.Fatal(err)
			}
		}
		add("blacklist", "+86 139-0000-0000", false, 30*time.Minute)
		add(Black, "400", true, 5*time.Minute)
		add(White, "4001112222", false, 0)
		add(VIP, "013700000000", false, 0)
		add("催办名单", "13600000000", false, time.Hour)
		add(Warning, "13600000000", false, time.Hour)
		for _, x := range []struct {
			name  string
			after time.Duration
			phone string
			want  string
		}{
			{"in another form", 0, "8613900000000", Black},
			{"by its first digits", 0, "4009998888", Black},
			{"the white list wins", 0, "4001112222", White},
			{"VIP", 0, "13700000000", VIP},
			{"a warning before a list of the flows'", 0, "13600000000", Warning},
			{"in none", 0, "13800138000", "not_found"},
			{"withheld", 0, "anonymous", "not_found"},
			{"ten kilobytes", 0, strings.Repeat("4", 10_000), "not_found"},
			{"SQL", 0, "' OR 1=1 --", "not_found"},
			{"the prefix is over after five minutes, though nobody swept", 5 * time.Minute, "4009998888", "not_found"},
			{"the number is not", 0, "13900000000", Black},
			{"over", 25 * time.Minute, "13900000000", "not_found"},
			{"for good stays", 24 * 365 * time.Hour, "13700000000", VIP},
		} {
			c.now = c.now.Add(x.after)
			got, err := s.Check(t.Context(), x.phone, c.now)
			if errors.Is(err, fn.Outcome("not_found")) {
				got = "not_found"
			} else if err != nil {
				t.Fatal(err)
			}
			if got != x.want {
				t.Errorf("%s: Check(%.20q) = %s, want %s", x.name, x.phone, got, x.want)
			}
		}
		if in, err := s.In(t.Context(), "vip", "+8613700000000", c.now); err != nil || !in {
			t.Errorf("In(vip) = %v, %v", in, err)
		}
		if n, err := s.Sweep(t.Context(), c.now); err != nil || n != 4 {
			t.Errorf("swept %d, %v", n, err)
		}
	})
}

func TestApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock{day}
		s := New(d, Options{Now: func() time.Time { return c.now }})
		in := func() bool {
			t.Helper()
			ok, err := s.In(t.Context(), Black, "13900000000", c.now)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		e := Entry{List: Black, Pattern: "13900000000", AddedBy: "wang"}
		if err := s.Add(t.Context(), e, 0, c.now); err != nil {
			t.Fatal(err)
		}
		if !in() {
			t.Error("an entry for good does not count before it is approved")
		}
		if err := s.Approve(t.Context(), Black, "13900000000", false, "wang", c.now); !errors.Is(err, ErrOwnApproval) {
			t.Errorf("approved by who added it: %v", err)
		}
		c.now = c.now.Add(25 * time.Hour)
		if in() {
			t.Error("an entry for good that nobody approved still counts after a day")
		}
		if err := s.Approve(t.Context(), Black, "13900000000", false, "li", c.now); !errors.Is(err,
			fn.Outcome("not_found")) {
			t.Errorf("approved too late: %v", err)
		}
		if err := errors.Join(s.Add(t.Context(), e, 0, c.now),
			s.Approve(t.Context(), Black, "+8613900000000", false, "li", c.now)); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.AddDate(1, 0, 0)
		if !in() {
			t.Error("an approved entry is over")
		}
		if err := s.Add(t.Context(), e, time.Minute, c.now); err != nil || !in() {
			t.Error(err)
		}
		if c.now = c.now.Add(time.Hour); !in() {
			t.Error("five minutes more have shortened what was for good")
		}
		page, err := s.Page(t.Context(), Black, Entry{}, 10)
		if err != nil || len(page) != 1 || page[0].ApprovedBy != "li" {
			t.Errorf("%+v, %v", page, err)
		}
		if n, err := s.Remove(t.Context(), "", "013900000000", false); err != nil || n != 1 || in() {
			t.Errorf("removed %d, %v", n, err)
		}
	})
}

// A number and all that begin so are two entries: a page that ends between them leads to the second.
func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		for _, e := range []Entry{{Pattern: "12345"}, {Pattern: "12345", Prefix: true}, {Pattern: "12346"}} {
			e.List, e.AddedBy = VIP, "wang"
			if err := s.Add(t.Context(), e, time.Hour, day); err != nil {
				t.Fatal(err)
			}
		}
		var after Entry
		got := ""
		for {
			page, err := s.Page(t.Context(), VIP, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			after = page[0]
			got += fmt.Sprint(after.Pattern, after.Prefix, " ")
		}
		if got != "12345false 12345true 12346false " {
			t.Error(got)
		}
		if n, err := s.Counts(t.Context(), day); err != nil || len(n) != 1 || n[0] != (Count{VIP, 3}) {
			t.Errorf("%v, %v", n, err)
		}
		if e, err := s.Get(t.Context(), VIP, "12345", true); err != nil || !e.Prefix || e.AddedBy != "wang" {
			t.Errorf("%+v, %v", e, err)
		}
		if err := s.Add(t.Context(), Entry{List: VIP, Pattern: "12", Prefix: true}, 0, day); !errors.Is(err, ErrEntry) {
			t.Error(err)
		}
	})
}

func TestFunctions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Now: func() time.Time { return day }})
		call := func(lang, id string, args ...value.Value) string {
			v, err := s.Functions()[id](t.Context(), fn.Caller{Now: day, Lang: lang, CallID: "c1"}, args)
			if err != nil {
				return err.Error()
			}
			return v.Str()
		}
		phone := value.Text("13900000000")
		for _, c := range []struct {
			name, lang, id, want string
			args                 []value.Value
		}{
			{"in none", "zh", "filter.check", "outcome not_found", []value.Value{phone}},
			{"half an hour", "zh", "filter.add", "", []value.Value{phone, value.Absent(), value.Int(1800_000)}},
			{"warned", "zh", "filter.check", "警告", []value.Value{phone}},
			{"in English", "en", "filter.check", "warned", []value.Value{phone}},
			{"black", "zh", "filter.add", "", []value.Value{phone, value.Text("拒绝"), value.Int(60_000)}},
			{"refused", "zh", "filter.check", "拒绝", []value.Value{phone}},
			{"removed", "zh", "filter.remove", "", []value.Value{phone}},
			{"in none again", "zh", "filter.check", "outcome not_found", []value.Value{phone}},
		} {
			if got := call(c.lang, c.id, c.args...); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		for _, args := range [][]value.Value{
			{phone, value.Absent(), value.Int(-1)}, {phone, value.Absent(), value.Int(math.MaxInt64)},
			{value.Text("\x00"), value.Absent(), value.Int(1)},
		} {
			if got := call("zh", "filter.add", args...); !strings.Contains(got, "add to a list") {
				t.Errorf("filter.add(%v) = %s", args, got)
			}
		}
	})
}

// The database goes away: the last copy serves, and over a restart too.
func TestLastCopy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock{day}
		o := Options{Now: func() time.Time { return c.now }, Logger: slog.New(slog.DiscardHandler),
			File: filepath.Join(t.TempDir(), "filter.json")}
		s := New(d, o)
		if err := s.Add(t.Context(), Entry{List: Black, Pattern: "13900000000", AddedBy: "w"}, 100*time.Hour,
			c.now); err != nil {
			t.Fatal(err)
		}
		if in, err := s.In(t.Context(), Black, "13900000000", c.now); !in || err != nil {
			t.Fatal(in, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(time.Hour)
		for name, s := range map[string]*Store{"running": s, "restarted": New(d, o)} {
			if in, err := s.In(context.Background(), Black, "13900000000", c.now); !in || err != nil {
				t.Errorf("%s: %v, %v", name, in, err)
			}
		}
		if _, err := New(d, Options{}).In(t.Context(), Black, "13900000000", c.now); err == nil {
			t.Error("without any copy there is an answer")
		}
	})
}
