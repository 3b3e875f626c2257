package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/calendar"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

var china = time.FixedZone("", 8*3600)

func at(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, china)
}

// monday is the Monday after the week of the National Day; 15 working days later is Monday the 2nd of November.
var monday = at(10, 12, 9)

func outcome(err error) string {
	var o fn.Outcome
	if errors.As(err, &o) {
		return string(o)
	}
	return fmt.Sprint(err)
}

func create(t *testing.T, s *Store, d Draft, now time.Time) Ticket {
	t.Helper()
	x, err := s.Create(t.Context(), d, now)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestCreate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		caller := fn.Caller{CallID: "c1", Phone: "+8613800138000", Path: "主流程 > 投诉举报 > 举报专线", Now: monday}
		f := s.Functions()
		args := []value.Value{value.Text("举报"), value.Bool(true), value.Text("20261012-1"),
			value.Text("+86 13800138000"), value.Absent(), value.Absent()}
		v, err := f["ticket.create"](t.Context(), caller, args)
		if err != nil || v.Str() != "2610000001" {
			t.Fatalf("%v, %v", v, err)
		}
		if again, err := f["ticket.create"](t.Context(), caller, args); err != nil || again.Str() != v.Str() {
			t.Errorf("the same call asks once more: %v, %v", again, err)
		}
		args[2] = value.Text("20261012-2")
		if second, err := f["ticket.create"](t.Context(), caller, args); err != nil || second.Str() != "2610000002" {
			t.Errorf("another recording: %v, %v", second, err)
		}
		x, err := s.Get(t.Context(), "2610000001")
		if err != nil || x.Path != caller.Path || x.Phone != "13800138000" || s.Due(x).String() != "2026-11-02" {
			t.Errorf("%+v, due %s, %v", x, s.Due(x), err)
		}
		if m := x.Masked(); m.Phone != "" {
			t.Errorf("an anonymous report tells its telephone: %+v", m)
		}
		if list, err := s.Recordings(t.Context(), x.Number); err != nil || len(list) != 1 || list[0] != "20261012-1" {
			t.Errorf("recordings: %v, %v", list, err)
		}

		progress := func(lang, number, phone string) string {
			v, err := f["ticket.progress"](t.Context(), fn.Caller{Lang: lang, Now: monday},
				[]value.Value{value.Text(number), value.Text(phone)})
			if err != nil {
				return outcome(err)
			}
			x := v.Items()
			return fmt.Sprintf("%s %s %d urge=%d phone=%t", x[1].Str(), x[2].Str(), x[3].N, x[4].N, !x[6].IsAbsent())
		}
		for _, c := range []struct{ name, lang, number, phone, want string }{
			{"from its telephone", "zh", "2610000001", "013800138000", "举报 已受理 20759 urge=0 phone=false"},
			{"in English", "en", "2610000001", "13800138000", "举报 received 20759 urge=0 phone=false"},
			{"from another", "zh", "2610000001", "13900139000", "not_allowed"},
			{"withheld", "zh", "2610000001", "anonymous", "not_allowed"},
			{"no such number", "zh", "2610009999", "13800138000", "not_found"},
			{"too long", "zh", strings.Repeat("1", 1000), "13800138000", "not_found"},
			{"SQL", "zh", "1' OR '1'='1", "13800138000", "not_found"},
			{"empty", "zh", "", "13800138000", "not_found"},
		} {
			if got := progress(c.lang, c.number, c.phone); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}

		odd := create(t, s, Draft{Class: "\x00", Name: strings.Repeat("名😀", 5000),
			Content: "'); DROP TABLE tickets; --\x00\xff"}, monday)
		got, err := s.Get(t.Context(), odd.Number)
		if err != nil || got != odd || got.Class != "其他" || len([]rune(got.Name)) != 200 ||
			got.Content != "'); DROP TABLE tickets; --" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x := create(t, s, Draft{Class: "建议", Phone: "13800138000"}, monday)
		add := func(number, phone, recording, content string) string {
			_, err := s.Functions()["ticket.add"](t.Context(), fn.Caller{Phone: phone, Now: monday},
				[]value.Value{value.Text(number), value.Text(recording), value.Text(content)})
			return outcome(err)
		}
		for _, c := range []struct{ number, phone, want string }{
			{x.Number, "13800138000", "<nil>"}, {x.Number, "13900139000", "not_allowed"},
			{"2610000009", "13800138000", "not_found"},
		} {
			if got := add(c.number, c.phone, "r1", "补充"); got != c.want {
				t.Errorf("%v: %s", c, got)
			}
		}
		if list, err := s.History(t.Context(), x.Number); err != nil || len(list) != 2 || list[1].Note != "补充" ||
			list[1].Seq != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		if err := s.Bind(t.Context(), x.Number, "r1", monday); err != nil {
			t.Errorf("bound twice: %v", err)
		}
	})
}

func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x := create(t, s, Draft{Class: "求助", Phone: "13800138000"}, monday) // 5 days: to Monday the 19th
		for _, c := range []struct {
			name string
			step Step
			now  time.Time
			want error
			due  string
			is   State
		}{
			{"signed before it is sent", Step{Action: Sign}, monday, ErrAction, "2026-10-19", Received},
			{"sent to nobody", Step{Action: Dispatch}, monday, ErrNote, "2026-10-19", Received},
			{"sent", Step{Action: Dispatch, Unit: "历下区税务局"}, monday, nil, "2026-10-19", Dispatched},
			{"sent twice", Step{Action: Dispatch, Unit: "x"}, monday, ErrAction, "2026-10-19", Dispatched},
			{"signed", Step{Action: Sign}, monday, nil, "2026-10-19", Signed},
			{"begun", Step{Action: Begin}, monday, nil, "2026-10-19", Processing},
			{"waits on Tuesday", Step{Action: Wait, Note: "请补材料"}, at(10, 13, 9), nil, "2026-10-19", Waiting},
			{"goes on on Friday, three working days later", Step{Action: Resume}, at(10, 16, 9), nil, "2026-10-22",
				Processing},
			{"extended by none", Step{Action: Extend, Note: "复杂"}, at(10, 16, 9), ErrExtend, "2026-10-22", Processing},
			{"extended", Step{Action: Extend, Note: "复杂", Days: 5}, at(10, 16, 9), nil, "2026-10-29", Processing},
			{"extended twice", Step{Action: Extend, Note: "复杂", Days: 5}, at(10, 16, 9), ErrExtend, "2026-10-29",
				Processing},
			{"laid before", Step{Action: Submit}, at(10, 16, 9), nil, "2026-10-29", Reviewing},
			{"sent back", Step{Action: SendBack, Note: "不全"}, at(10, 16, 9), nil, "2026-10-29", Processing},
			{"laid before again", Step{Action: Submit}, at(10, 16, 9), nil, "2026-10-29", Reviewing},
			{"approved", Step{Action: Approve}, at(10, 16, 9), nil, "2026-10-29", Approved},
			{"answered with nothing", Step{Action: Answer}, at(10, 16, 9), ErrNote, "2026-10-29", Approved},
			{"answered", Step{Action: Answer, Note: "已为您办理"}, at(10, 16, 9), nil, "2026-10-29", Replied},
			{"not content", Step{Action: Reopen, Note: "没有解决"}, at(10, 20, 9), nil, "2026-11-03", Processing},
			{"answered again", Step{Action: Answer, Note: "已更正"}, at(10, 21, 9), nil, "2026-11-03", Replied},
			{"followed up", Step{Action: FollowUp}, at(10, 22, 9), nil, "2026-11-03", FollowedUp},
			{"archived", Step{Action: Archive}, at(10, 22, 9), nil, "2026-11-03", Archived},
			{"nothing more", Step{Action: Begin}, at(10, 22, 9), ErrAction, "2026-11-03", Archived},
			{"an action that there is not", Step{Action: "explode"}, at(10, 22, 9), nil, "2026-11-03", Archived},
		} {
			c.step.Actor = "wang"
			_, err := s.Act(t.Context(), x.Number, c.step, c.now)
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && err != nil && c.step.Action != "explode" {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
			if now, err := s.Get(t.Context(), x.Number); err != nil || s.Due(now).String() != c.due ||
				now.State != c.is {
				t.Errorf("%s: %s due %s, %v; want %s, %s", c.name, now.State, s.Due(now), err, c.is, c.due)
			}
		}
		list, err := s.History(t.Context(), x.Number)
		if err != nil || len(list) != 16 || list[15].Action != Archive {
			t.Errorf("%d events, %v", len(list), err)
		}
	})
}

// Twenty people sign for one ticket at the same moment: one does.
func TestOneWinner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		x := create(t, s, Draft{Class: "建议"}, monday)
		seen, err := s.Act(t.Context(), x.Number, Step{Action: Dispatch, Actor: "li", Unit: "一科"}, monday)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Act(t.Context(), x.Number, Step{Action: Sign, Actor: "li", Version: x.Version},
			monday); !db.IsConflict(err) {
			t.Errorf("acting on what it was before: %v", err)
		}
		var mu sync.Mutex
		won := 0
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := s.Act(context.Background(), x.Number,
					Step{Action: Sign, Actor: fmt.Sprint("p", i), Version: seen.Version}, monday)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !db.IsConflict(err) {
					t.Errorf("the loser is told %v", err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d have signed", won)
		}
	})
}

func TestUrge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Urges: 2})
		x := create(t, s, Draft{Class: "求助", Phone: "13800138000"}, monday) // five days: 80 % from Friday the 16th on
		for _, c := range []struct {
			name, phone string
			now         time.Time
			want        string
		}{
			{"too early", "13800138000", at(10, 15, 9), "limit_reached"},
			{"another's", "13900139000", at(10, 16, 9), "not_found"},
			{"at 80 %", "13800138000", at(10, 16, 9), "<nil>"},
			{"an hour later", "13800138000", at(10, 16, 10), "limit_reached"},
			{"overdue", "13800138000", at(10, 20, 9), "<nil>"},
			{"too often", "13800138000", at(10, 28, 9), "limit_reached"},
		} {
			_, err := s.Functions()["ticket.urge"](t.Context(), fn.Caller{Phone: c.phone, Now: c.now},
				[]value.Value{value.Text(x.Number)})
			if got := outcome(err); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		waiting := create(t, s, Draft{Class: "求助", Phone: "13800138000"}, monday)
		for _, a := range []Step{{Action: Dispatch, Unit: "u"}, {Action: Sign}, {Action: Begin},
			{Action: Wait, Note: "n"}} {
			a.Actor = "li"
			if _, err := s.Act(t.Context(), waiting.Number, a, monday); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Urge(t.Context(), fn.Caller{Phone: "13800138000", Now: at(12, 1, 9)},
			waiting.Number); outcome(err) != "limit_reached" {
			t.Errorf("urged while it waits for the customer: %v", err)
		}
	})
}

func TestSweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		complaint := create(t, s, Draft{Class: "投诉"}, at(10, 9, 16)) // Friday; the Saturday after is worked
		refused := create(t, s, Draft{Class: "投诉", Content: "2"}, at(10, 9, 16))
		short := create(t, s, Draft{Class: "咨询"}, monday)
		if _, err := s.Act(t.Context(), refused.Number, Step{Action: Refuse, Actor: "li", Note: "不属税务"},
			at(10, 10, 17)); err != nil {
			t.Fatal(err)
		}
		if complaint.Accepted(at(10, 10, 23)) || !complaint.Accepted(at(10, 11, 0)) {
			t.Error("silence accepts at the end of the working day, not before and not later")
		}
		broken := errors.New("nobody can be told")
		if list, err := s.Sweep(t.Context(), at(12, 1, 0),
			func(context.Context, db.Queryer, Alerted) error { return broken }); !errors.Is(err, broken) ||
			len(list) != 0 {
			t.Errorf("nobody could be told, but %v, %v", list, err) // the alerts are left for below
		}
		for _, c := range []struct {
			now  time.Time
			want string
		}{
			{at(10, 12, 9), ""},
			{at(10, 16, 9), short.Number + "=1"},
			{at(10, 16, 10), ""},
			{at(10, 20, 0), short.Number + "=2"},
			{at(12, 1, 0), complaint.Number + "=2"},
			{at(12, 2, 0), ""},
		} {
			var told []Alerted
			tell := func(_ context.Context, _ db.Queryer, a Alerted) error { told = append(told, a); return nil }
			list, err := s.Sweep(t.Context(), c.now, tell)
			if !slices.Equal(list, told) {
				t.Errorf("%s: told of %v", c.now, told)
			}
			var got []string
			for _, a := range list {
				got = append(got, fmt.Sprintf("%s=%d", a.Ticket.Number, a.Alert))
			}
			if strings.Join(got, " ") != c.want || err != nil {
				t.Errorf("%s: %v, %v; want %s", c.now, got, err, c.want)
			}
		}
		x, err := s.Get(t.Context(), complaint.Number)
		if err != nil || x.AcceptedAt != complaint.AcceptBy {
			t.Errorf("accepted at %d, %v", x.AcceptedAt, err)
		}
		if _, err := s.Act(t.Context(), complaint.Number, Step{Action: Refuse, Actor: "li", Note: "晚了"},
			at(12, 2, 0)); !errors.Is(err, ErrAction) {
			t.Errorf("refused after it was accepted: %v", err)
		}
	})
}

// A deployed program brings its calendar and its kinds: what comes in later goes by them, what was promised stays.
func TestUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		before := create(t, s, Draft{Class: "投诉"}, monday)
		tuesday := hours.DateOf(2026, 10, 13)
		own := *calendar.China()
		own.Holidays = append(slices.Clone(own.Holidays),
			hours.Holiday{Name: "停电", Days: []hours.Range{{First: tuesday, Last: tuesday}}})
		s.Use(&own, []Kind{{Class: "投诉", Days: 2, UrgeAt: 0.5}})
		x := create(t, s, Draft{Class: "投诉", Content: "2"}, monday)
		if due := s.Due(x).String(); due != "2026-10-15" || x.AcceptBy != 0 || s.MayUrge(x, at(10, 13, 9)) ||
			!s.MayUrge(x, at(10, 14, 9)) {
			t.Errorf("due %s, to be accepted by %d", due, x.AcceptBy)
		}
		if y, err := s.Get(t.Context(), before.Number); err != nil || y.DueAt != before.DueAt ||
			y.AcceptBy != before.AcceptBy {
			t.Errorf("%+v, %v", y, err)
		}
		if x = create(t, s, Draft{Class: "举报"}, monday); x.LimitDays != 15 {
			t.Errorf("a kind that the program does not declare has %d days", x.LimitDays)
		}
		s.Use(nil, nil)
		if x = create(t, s, Draft{Class: "投诉", Content: "3"}, monday); x.DueAt != before.DueAt {
			t.Errorf("without a program it is due %s", s.Due(x))
		}
	})
}

func TestToFollowUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		for i, draft := range []Draft{
			{Class: "投诉", Phone: "13800138000"}, {Class: "投诉", Phone: "13800138001", Anonymous: true},
			{Class: "建议", Phone: "13800138002"}, {Class: "投诉"},
		} {
			x := create(t, s, draft, monday)
			if i == 0 {
				continue // not answered yet, below
			}
			answer(t, s, x.Number)
		}
		list := func(class value.Value) int {
			v, err := s.Functions()["ticket.to_follow_up"](t.Context(), fn.Caller{Now: monday}, []value.Value{class})
			if err != nil {
				t.Fatal(err)
			}
			return len(v.Items())
		}
		if n := list(value.Text("投诉")); n != 0 {
			t.Errorf("%d complaints, though none is answered that may be called", n)
		}
		answer(t, s, "2610000001")
		if n, all := list(value.Text("投诉")), list(value.Absent()); n != 1 || all != 2 {
			t.Errorf("%d complaints, %d in all", n, all)
		}
	})
}

func answer(t *testing.T, s *Store, number string) {
	t.Helper()
	for _, a := range []Step{{Action: Dispatch, Unit: "u"}, {Action: Sign}, {Action: Begin},
		{Action: Answer, Note: "答复"}} {
		a.Actor = "li"
		if _, err := s.Act(t.Context(), number, a, monday); err != nil {
			t.Fatal(err)
		}
	}
}

// Tickets are searched by state, class and unit, page by page.
func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		for _, class := range []string{"投诉", "举报", "投诉"} {
			create(t, s, Draft{Class: class, Content: "x"}, monday)
		}
		step := Step{Action: Dispatch, Actor: "li", Unit: "一所"}
		if _, err := s.Act(t.Context(), "2610000003", step, monday); err != nil {
			t.Fatal(err)
		}
		for want, of := range map[string]Search{"1 2 3": {}, "1 2": {State: Received}, "1 3": {Class: "投诉"},
			"3": {Unit: "一所"}, "": {Of: call.Within{Queues: []string{"咨询"}}}} {
			var got []string
			after := ""
			for {
				page, err := s.Page(t.Context(), of, after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				after = page[0].Number
				got = append(got, after[9:])
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%+v: %v", of, got)
			}
		}
	})
}
