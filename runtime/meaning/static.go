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
	return merged(s.list)
}

// merged tells once what changes alike in several that are declared: that one takes after another is why, as a rule.
func merged(list []Difference) (out []Difference) {
	at := map[diag.Text]int{}
	names := map[diag.Text][]string{}
	for _, d := range list {
		if d.alike.Zh == "" {
			out = append(out, d)
			continue
		}
		if _, known := at[d.alike]; !known {
			at[d.alike] = len(out)
			out = append(out, d)
		}
		names[d.alike] = append(names[d.alike], d.of)
	}
	for alike, i := range at {
		if list := names[alike]; len(list) > 1 {
			out[i].Sentence = diag.Text{Zh: strings.Replace(alike.Zh, "\x00", strings.Join(list, "、"), 1),
				En: strings.Replace(alike.En, "\x00", strings.Join(list, ", "), 1)}
		}
	}
	return out
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
		n, changes := daysApart(x, y, first, last)
		if n > 0 {
			s.add("hours", diag.Text{Zh: fmt.Sprintf("作息 %s 有 %d 天不同：%s", a.Name, n, changes.Zh),
				En: fmt.Sprintf("hours %s differ on %s: %s", a.Name, diag.Many(n, "day"), changes.En)})
		}
		if a.Zone != b.Zone {
			s.parts("hours", "作息", "hours", b.Name).differ("时区", "zone", diag.Same(a.Zone), diag.Same(b.Zone))
		}
		if n > 0 || a.Zone != b.Zone {
			d := &s.list[len(s.list)-1]
			d.Test, d.Name = opens(x, y, b.Name, s.new.Zone, first, last)
		}
	})
	s.workdays()
}

// daysApart is on how many days opening hours differ, and how: each change once, with the first of its dates.
func daysApart(old, new *hours.Hours, first, last hours.Date) (n int, changes diag.Text) {
	type change struct {
		was, is string
		dates   []string
		days    int
	}
	var list []*change
	for d := first; d <= last; d++ {
		u, v := old.Day(d), new.Day(d)
		if slices.Equal(u.Spans, v.Spans) && holiday(&u) == holiday(&v) {
			continue
		}
		n++
		was, is := spans(u.Spans), spans(v.Spans)
		if was == is { // only what callers are told of it differs
			was, is = told(was, &u), told(is, &v)
		}
		i := slices.IndexFunc(list, func(c *change) bool { return c.was == was && c.is == is })
		if i < 0 {
			i = len(list)
			list = append(list, &change{was: was, is: is})
		}
		if c := list[i]; true {
			if c.days++; len(c.dates) < shownDates {
				c.dates = append(c.dates, d.String())
			}
		}
	}
	var parts []diag.Text
	for _, c := range list[:min(len(list), shownDates)] {
		dates := strings.Join(c.dates, " ")
		more := diag.Text{}
		if rest := c.days - len(c.dates); rest > 0 {
			more = diag.Text{Zh: fmt.Sprintf(" 等 %d 天", c.days), En: " and " + diag.Many(rest, "more day")}
		}
		english := strings.NewReplacer("休息", "closed", "（法定节假日）", " (public holiday)").Replace
		parts = append(parts, diag.Text{Zh: c.was + "→" + c.is + "（" + dates + more.Zh + "）",
			En: english(c.was) + "→" + english(c.is) + " (" + dates + more.En + ")"})
	}
	changes = words(parts, "，", ", ")
	if len(list) > shownDates {
		changes = diag.Text{Zh: changes.Zh + "…", En: changes.En + "…"}
	}
	return n, changes
}

// told are opening times, and that callers are told of a holiday.
func told(spans string, d *hours.Day) string {
	if holiday(d) {
		return spans + "（法定节假日）"
	}
	return spans
}

// opens is a test of the first moment at which one is open and the other is not, looked for every ten minutes.
func opens(old, new *hours.Hours, name, zone string, first, last hours.Date) (test string, title diag.Text) {
	in, err := time.LoadLocation(zone)
	if err != nil {
		return "", title
	}
	for d := first; d <= last; d++ {
		if slices.Equal(old.Day(d).Spans, new.Day(d).Spans) && old.Zone().String() == new.Zone().String() {
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

// workdays tells which deadlines and working days the calendar counts otherwise.
func (s *fixed) workdays() {
	a, b := workingYear(s.old), workingYear(s.new)
	var parts []diag.Text
	was, is := yearsOf(a), yearsOf(b)
	if !slices.Equal(was, is) {
		x, y := listedYears(was), listedYears(is)
		parts = append(parts, diag.Text{Zh: "有放假安排的年份由 " + x.Zh + " 改为 " + y.Zh,
			En: "the years with holidays change from " + x.En + " to " + y.En})
	}
	months := monthsApart(a, b)
	for _, m := range months[:min(len(months), shownDates)] {
		x, _ := hours.DeadlineOfMonth(a, m) // both are known: see monthsApart
		y, _ := hours.DeadlineOfMonth(b, m)
		parts = append(parts, diag.Text{
			Zh: fmt.Sprintf("%04d-%02d 的申报截止日由 %s 改为 %s", m/12, m%12+1, x, y),
			En: fmt.Sprintf("the filing deadline of %04d-%02d changes from %s to %s", m/12, m%12+1, x, y)})
	}
	if days := workdaysApart(a, b); len(days) > 0 {
		var dates []string
		for _, d := range days[:min(len(days), shownDates)] {
			dates = append(dates, d.String())
		}
		list := strings.Join(dates, " ")
		if len(days) > shownDates {
			list += " …"
		}
		parts = append(parts, diag.Text{Zh: "算不算工作日不同的有 " + strconv.Itoa(len(days)) + " 天：" + list,
			En: diag.Many(len(days), "working day") + " of one of the two only: " + list})
	}
	if len(parts) == 0 {
		return // periods and names are heard by way of opening hours, if at all
	}
	what := words(parts, "，", ", ")
	s.add("calendar", diag.Text{Zh: "截止日和工作日所依的日历改了：" + what.Zh,
		En: "the calendar by which deadlines and workdays are counted changes: " + what.En})
}

func listedYears(list []int) diag.Text {
	var names []string
	for _, y := range list {
		names = append(names, strconv.Itoa(y))
	}
	return listed(names)
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
			var cells []diag.Text
			for _, r := range b.Rows {
				switch was := find(a, row(r)); {
				case was == nil:
					more = append(more, row(r))
				case !slices.Equal(was, r):
					other = append(other, row(r))
					cells = append(cells, cellsApart(b, row(r), was, r)...)
				}
			}
			for _, r := range a.Rows {
				if find(b, row(r)) == nil {
					less = append(less, row(r))
				}
			}
			if x, y := columns(a), columns(b); x != y {
				s.parts("table", "表格", "table", b.Name).differ("列", "columns", diag.Same(x), diag.Same(y))
			}
			tell := func(zh, en string, keys []string, what diag.Text) {
				n := len(keys)
				if n == 0 {
					return
				}
				list := strings.Join(keys[:min(n, shownDates)], " ")
				if n > shownDates {
					list += " …"
				}
				if what.Zh == "" {
					what = diag.Same(list)
				}
				s.add("table", diag.Text{Zh: fmt.Sprintf("表格 %s "+zh+" %d 行：%s", b.Name, n, what.Zh),
					En: fmt.Sprintf("table %s "+en+" %s: %s", b.Name, diag.Many(n, "row"), what.En)})
				s.list[len(s.list)-1].row = keys[0]
			}
			tell("增加", "gains", more, diag.Text{})
			tell("减少", "loses", less, diag.Text{})
			if len(cells) > shownDates {
				cells = append(cells[:shownDates], diag.Same("…"))
			}
			tell("改动", "changes", other, words(cells, "；", "; "))
		})
}

// columns are those of a table, for comparing and for people.
func columns(t *bundle.Table) string {
	var list []string
	for _, c := range t.Columns {
		list = append(list, c.Name)
	}
	return strings.Join(list, " ")
}

// cellsApart tells which cells of a row were one thing and are another.
func cellsApart(t *bundle.Table, key string, was, is []bundle.Const) (list []diag.Text) {
	for i := range is {
		if i >= len(was) || i >= len(t.Columns) || was[i] == is[i] {
			continue
		}
		a, b := value(t.Columns[i].Kind, was[i]), value(t.Columns[i].Kind, is[i])
		name := t.Columns[i].Name
		list = append(list, diag.Text{Zh: key + " 的" + name + "由 " + a.Zh + " 改为 " + b.Zh,
			En: key + ": " + name + " changes from " + a.En + " to " + b.En})
	}
	if len(list) == 0 {
		return []diag.Text{diag.Same(key)}
	}
	return list
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
