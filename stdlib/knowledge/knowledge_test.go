package knowledge

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func publish(t *testing.T, s *Store, d Document) int64 {
	t.Helper()
	d.Author = "wang"
	v, err := s.Save(t.Context(), d, now)
	if err == nil {
		err = errors.Join(s.Submit(t.Context(), d.Code, v, now), s.Publish(t.Context(), d.Code, v, "li", now))
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, nil)
		today := intake.Day(now, nil)
		for _, x := range []Document{
			{Code: "1000", Title: "留抵退税办事指南", Keywords: "增值税", Body: "符合条件的纳税人可以申请退还留抵税额。"},
			{Code: "1001", Title: "增值税申报", Keywords: "留抵", Body: "退税另见。"},
			{Code: "1002", Title: "个人所得税汇算", Body: "留抵与退税不适用。ABC-2026 表"},
			{Code: "1003", Title: "留抵退税旧规定", Expires: today},
			{Code: "1004", Title: "留抵退税新规定", Effective: today + 1},
			{Code: "1005", Title: "契税", Body: strings.Repeat("房屋买卖😀", 3000)},
		} {
			publish(t, s, x)
		}
		for _, c := range []struct{ words, want string }{
			{"留抵退税", "1000"},            // the pair 抵退 stands only there
			{"留抵 退税", "1000 1001 1002"}, // title before keywords before body
			{"契税", "1005"},              // two characters
			{"契", "1005"},               // one
			{"abc", "1002"},
			{"ＡＢＣ", "1002"}, // full-width
			{"2026", "1002"},
			{"房屋", "1005"},
			{"遗产税", "not_found"},
			{"", "not_found"},
			{"'; DROP TABLE documents; --", "not_found"},
			{"%", "not_found"},
			{strings.Repeat("留抵", 5000), "not_found"}, // 抵留 stands nowhere
		} {
			v, err := s.Functions()["knowledge.search"](t.Context(), fn.Caller{Now: now},
				[]value.Value{value.Text(c.words)})
			list, _ := s.Search(t.Context(), c.words, 10, today)
			var codes []string
			for _, x := range list {
				codes = append(codes, x.Code)
			}
			got := strings.Join(codes, " ")
			if errors.Is(err, fn.Outcome("not_found")) {
				got = "not_found"
			} else if err != nil || len(v.Items()) != len(list) {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%.30q: %s, want %s", c.words, got, c.want)
			}
		}
	})
}

func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, nil)
		ctx := t.Context()
		document := func() string {
			v, err := s.Functions()["knowledge.document"](ctx, fn.Caller{Now: now}, []value.Value{value.Text("1000")})
			if err != nil {
				return err.Error()
			}
			return v.Items()[0].Str()
		}
		first, err := s.Save(ctx, Document{Code: "1000", Title: "第一版", Author: "wang"}, now)
		if err != nil || first != 1 {
			t.Fatal(first, err)
		}
		if again, err := s.Save(ctx, Document{Code: "1000", Title: "第一版，改", Author: "wang"}, now); err != nil ||
			again != 1 {
			t.Errorf("a draft that is changed is version %d, %v", again, err)
		}
		if err := s.Publish(ctx, "1000", 1, "li", now); !errors.Is(err, ErrState) {
			t.Errorf("published without review: %v", err)
		}
		if err := s.Submit(ctx, "1000", 1, now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, Document{Code: "1000", Title: "x", Author: "wang"}, now); !errors.Is(err, ErrState) {
			t.Errorf("changed while it is reviewed: %v", err)
		}
		if err := s.Publish(ctx, "1000", 1, "wang", now); !errors.Is(err, ErrOwnReview) {
			t.Errorf("published by its author: %v", err)
		}
		if got := document(); got != "outcome not_found" {
			t.Errorf("before it is published: %s", got)
		}
		if err := s.Publish(ctx, "1000", 1, "li", now); err != nil || document() != "第一版，改" {
			t.Errorf("%v, %s", err, document())
		}
		if v := publish(t, s, Document{Code: "1000", Title: "第二版"}); v != 2 || document() != "第二版" {
			t.Errorf("version %d, %s", v, document())
		}
		if old, err := s.Version(ctx, "1000", 1); err != nil || old.State != Withdrawn || old.Title != "第一版，改" {
			t.Errorf("the first version: %+v, %v", old, err)
		}
		if err := s.Withdraw(ctx, "1000", 1, now); !errors.Is(err, ErrState) {
			t.Errorf("withdrawn twice: %v", err)
		}
		if err := s.Withdraw(ctx, "1000", 2, now); err != nil || document() != "outcome not_found" {
			t.Errorf("%v, %s", err, document())
		}
		if _, err := s.Save(ctx, Document{Code: "\x00", Title: "x", Author: "w"}, now); err == nil {
			t.Error("a document without a code is kept")
		}
	})
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"留抵退税", "ABC 2026年", "😀", "\xff", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all := map[string]bool{}
		for _, term := range split(s, true) {
			all[term] = true
		}
		for _, term := range ask(s) { // whoever asks with a document's own words finds it
			if !all[term] {
				t.Fatalf("%q: %q is asked for and not held", s, term)
			}
		}
	})
}
