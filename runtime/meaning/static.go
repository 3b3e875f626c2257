package meaning

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/lang/diag"
)

// fixed collects what no call decides.
type fixed struct {
	old, new *bundle.Program
	list     []Difference
	of       string // what is compared at the moment, by its name
}

func (s *fixed) add(kind string, sentence diag.Text) {
	s.list = append(s.list, Difference{Class: Fixed, Kind: kind, Sentence: sentence, of: s.of})
}

// Static compares what no call decides: numbers, opening hours, tables, queues, settings, campaigns and the like. Of
// what differs each difference is one sentence.
func Static(old, new *bundle.Program) []Difference {
	s := &fixed{old: old, new: new}
	s.entries()
	s.hours()
	s.tables()
	s.queues()
	s.settings()
	s.campaigns()
	return s.list
}

// pairs calls what the names of two lists have in common, and tells of those that only one has.
func pairs[T any](s *fixed, kind, zh, en string, old, new []T, name func(*T) string, both func(a, b *T)) {
	for i := range new {
		j := slices.IndexFunc(old, func(o T) bool { return name(&o) == name(&new[i]) })
		if j < 0 {
			s.add(kind, diag.Text{Zh: "新增" + zh + " " + name(&new[i]),
				En: en + " " + name(&new[i]) + " is new"})
			continue
		}
		s.of = name(&new[i])
		both(&old[j], &new[i])
		s.of = ""
	}
	for i := range old {
		if !slices.ContainsFunc(new, func(n T) bool { return name(&n) == name(&old[i]) }) {
			s.add(kind, diag.Text{Zh: zh + " " + name(&old[i]) + " 没有了",
				En: en + " " + name(&old[i]) + " is gone"})
		}
	}
}

func (s *fixed) entries() {
	text := func(e *bundle.Entry) string { return e.Text }
	both := func(_, _ *bundle.Entry) {}
	pairs(s, "number", "接入号", "number", s.old.Numbers, s.new.Numbers, text, both)
	pairs(s, "message", "来信", "message", s.old.Messages, s.new.Messages, text, both)
	if s.old.Zone != s.new.Zone {
		s.add("zone", diag.Textf("时区由 %s 改为 %s", "the zone changes from %s to %s", s.old.Zone, s.new.Zone))
	}
	own := func(n *string) string { return *n }
	pairs(s, "list", "名单", "list", s.old.Lists, s.new.Lists, own, func(_, _ *string) {})
	if a, b := s.old.Languages, s.new.Languages; !slices.Equal(a, b) {
		s.add("language", diag.Textf("语种由 %s 改为 %s", "the languages change from %s to %s", strings.Join(a, " "),
			strings.Join(b, " ")))
	}
}

// shownDates is how many dates a sentence lists.
const shownDates = 8

// hours tells on which dates opening hours differ, over the years that either calendar holds.
func (s *fixed) hours() {
	name := func(h *hours.Schedule) string { return h.Name }
	pairs(s, "hours", "作息", "hours", s.old.Hours, s.new.Hours, name, func(a, b *hours.Schedule) {
		x, err := hours.Resolve(*a, s.old.Calendars)
		y, err2 := hours.Resolve(*b, s.new.Calendars)
		if err != nil || err2 != nil {
			return
		}
		first, last := years(s.old, s.new)
		var dates []string
		n := 0
		for d := first; d <= last; d++ {
			u, v := x.Day(d), y.Day(d)
			if slices.Equal(u.Spans, v.Spans) && holiday(&u) == holiday(&v) && a.Zone == b.Zone {
				continue
			}
			if n++; len(dates) < shownDates {
				dates = append(dates, fmt.Sprintf("%s %s→%s", d, spans(u.Spans), spans(v.Spans)))
			}
		}
		if n == 0 {
			return
		}
		list := strings.Join(dates, "，")
		if n > len(dates) {
			list += "…"
		}
		en := strings.NewReplacer("休息", "closed", "，", ", ").Replace(list)
		s.add("hours", diag.Text{Zh: fmt.Sprintf("作息 %s 有 %d 天不同：%s", a.Name, n, list),
			En: fmt.Sprintf("hours %s differ on %d days: %s", a.Name, n, en)})
		d := &s.list[len(s.list)-1]
		d.Test, d.Name = opens(x, y, b.Name, s.new.Zone, first, last)
	})
	s.workdays()
}

// opens is a test of the first moment at which one is open and the other is not, looked for every ten minutes.
func opens(old, new *hours.Hours, name, zone string, first, last hours.Date) (test string, title diag.Text) {
	in, err := time.LoadLocation(zone)
	if err != nil {
		return "", title
	}
	for d := first; d <= last; d++ {
		if slices.Equal(old.Day(d).Spans, new.Day(d).Spans) {
			continue
		}
		for minute := 5; minute < 24*60; minute += 10 {
			y, m, day := d.Civil()
			at := time.Date(y, m, day, minute/60, minute%60, 0, 0, in).UnixMilli()
			is := new.At(at, nil).Open
			if is == old.At(at, nil).Open {
				continue
			}
			state := map[bool]diag.Text{true: {Zh: "开放", En: "open"}, false: {Zh: "休息", En: "closed"}}[is]
			clock := fmt.Sprintf("%s %02d:%02d", d, minute/60, minute%60)
			return fmt.Sprintf("  时间 %s\n  应当 %s %s", clock, name, state.Zh),
				diag.Textf("%s %s"+state.Zh, "%s %s is "+state.En, clock, name)
		}
	}
	return "", title
}

// holiday tells whether callers are told that it is one.
func holiday(d *hours.Day) bool { return d.Source == hours.PublicHoliday }

// workdays tells on which dates the calendar of deadlines differs.
func (s *fixed) workdays() {
	cal := func(p *bundle.Program) *hours.Calendar {
		if p.Calendar < 0 || int(p.Calendar) >= len(p.Calendars) {
			return &hours.Calendar{}
		}
		return &p.Calendars[p.Calendar]
	}
	a, b := *cal(s.old), *cal(s.new)
	a.Name, b.Name = "", ""
	if !alikeJSON(a.Holidays, b.Holidays) || !slices.Equal(a.Years, b.Years) || !alikeJSON(a.Periods, b.Periods) {
		s.add("calendar", diag.Text{Zh: "截止日和工作日所依的日历改了",
			En: "the calendar by which deadlines and workdays are counted changes"})
	}
}

// years are the first and last date that two programs' calendars know, at least a year.
func years(list ...*bundle.Program) (first, last hours.Date) {
	first, last = hours.DateOf(2026, 1, 1), hours.DateOf(2026, 12, 31)
	for _, p := range list {
		for _, c := range p.Calendars {
			for _, h := range c.Holidays {
				for _, r := range append(slices.Clone(h.Days), h.MakeUp...) {
					first, last = min(first, r.First), max(last, r.Last)
				}
			}
		}
		for _, h := range p.Hours {
			for _, d := range h.Dated {
				for _, r := range d.Days {
					first, last = min(first, r.First), max(last, r.Last)
				}
			}
		}
	}
	return max(first, last-3660), last + 31
}

// spans are opening times of a day.
func spans(list []hours.Span) string {
	if len(list) == 0 {
		return "休息"
	}
	clock := func(n int64) string { return fmt.Sprintf("%02d:%02d", n/3600, n/60%60) }
	var parts []string
	for _, s := range list {
		parts = append(parts, clock(s.From)+"-"+clock(s.To))
	}
	return strings.Join(parts, " ")
}

// alikeJSON compares plain data.
func alikeJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

func (s *fixed) tables() {
	pairs(s, "table", "表格", "table", s.old.Tables, s.new.Tables, func(t *bundle.Table) string { return t.Name },
		func(a, b *bundle.Table) {
			row := func(r []bundle.Const) string {
				if len(r) == 0 {
					return ""
				}
				if r[0].Text {
					return r[0].S
				}
				return strconv.FormatInt(r[0].N/1_000_000, 10)
			}
			find := func(t *bundle.Table, key string) []bundle.Const {
				for _, r := range t.Rows {
					if row(r) == key {
						return r
					}
				}
				return nil
			}
			var more, less, other []string
			for _, r := range b.Rows {
				switch was := find(a, row(r)); {
				case was == nil:
					more = append(more, row(r))
				case !slices.Equal(was, r):
					other = append(other, row(r))
				}
			}
			for _, r := range a.Rows {
				if find(b, row(r)) == nil {
					less = append(less, row(r))
				}
			}
			tell := func(zh, en string, keys []string) {
				if n := len(keys); n > 0 {
					list := strings.Join(keys[:min(n, shownDates)], " ")
					s.add("table",
						diag.Textf("表格 %s "+zh+" %d 行：%s", "table %s "+en+" %d rows: %s",
							b.Name, n, list))
				}
			}
			tell("增加", "gains", more)
			tell("减少", "loses", less)
			tell("改动", "changes", other)
		})
}

// heard is a prompt's words in all languages, for comparing.
func heard(p *bundle.Program, i int32) string {
	if i < 0 || int(i) >= len(p.Prompts) {
		return ""
	}
	q := p.Prompts[i]
	q.Name = ""
	b, err := json.Marshal(q)
	if err != nil {
		return ""
	}
	return string(b)
}

func (s *fixed) queues() {
	pairs(s, "queue", "队列", "queue", s.old.Queues, s.new.Queues, func(q *bundle.Queue) string { return q.Name },
		s.queue)
	pairs(s, "mailbox", "信箱", "mailbox", s.old.Mailboxes, s.new.Mailboxes,
		func(m *bundle.Mailbox) string { return m.Name }, s.mailbox)
	pairs(s, "ticket", "工单类型", "ticket type", s.old.Tickets, s.new.Tickets,
		func(t *bundle.Ticket) string { return t.Name }, s.ticket)
	pairs(s, "survey", "问卷", "survey", s.old.Surveys, s.new.Surveys,
		func(v *bundle.Survey) string { return v.Name }, s.survey)
}

// fields says which parts of two pieces of plain data differ.
func fields(a, b any) string {
	read := func(v any) (m map[string]json.RawMessage) {
		if x, err := json.Marshal(v); err == nil {
			_ = json.Unmarshal(x, &m) // it was written a moment ago
		}
		return m
	}
	x, y := read(a), read(b)
	var parts []string
	for k := range x {
		if string(x[k]) != string(y[k]) {
			parts = append(parts, fmt.Sprintf("%s %s → %s", k, x[k], y[k]))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func (s *fixed) settings() {
	pairs(s, "setting", "参数", "setting", s.old.Settings, s.new.Settings,
		func(t *bundle.Setting) string { return t.Name }, func(a, b *bundle.Setting) {
			if a.Value != b.Value {
				was, is := value(a.Kind, a.Value), value(b.Kind, b.Value)
				s.add("setting", diag.Text{Zh: "参数 " + b.Name + " 由 " + was.Zh + " 改为 " + is.Zh,
					En: "setting " + b.Name + " changes from " + was.En + " to " + is.En})
			}
		})
	pairs(s, "switch", "开关", "switch", s.old.Switches, s.new.Switches,
		func(t *bundle.Switch) string { return t.Name }, func(a, b *bundle.Switch) {
			if a.On != b.On {
				s.add("switch",
					diag.Textf("开关 %s 起初%s", "switch %s begins %s", a.Name, flipped(b.On).Zh))
				s.list[len(s.list)-1].Sentence.En = "switch " + a.Name + " begins " + flipped(b.On).En
			}
		})
}

func flipped(on bool) diag.Text {
	if on {
		return diag.Text{Zh: "开启", En: "on"}
	}
	return diag.Text{Zh: "关闭", En: "off"}
}

func (s *fixed) campaigns() {
	pairs(s, "campaign", "外呼任务", "campaign", s.old.Campaigns, s.new.Campaigns,
		func(c *bundle.Campaign) string { return c.Name }, s.campaign)
}
