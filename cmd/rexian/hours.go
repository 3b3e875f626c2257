package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/lang/diag"
)

type hoursCmd struct {
	Show hoursShowCmd `cmd:"" help:"hours_show"`
	At   hoursAtCmd   `cmd:"" help:"hours_at"`
}

type hoursShowCmd struct {
	JSON  bool   `help:"json"`
	Name  string `arg:"" help:"hours_name"`
	Month string `arg:"" help:"month"`
	Path  string `arg:"" help:"path" default:"."`
}

func (hoursShowCmd) Help() string { return "  rexian hours show 人工服务 2026-10 flows" }

type hoursAtCmd struct {
	JSON   bool   `help:"json"`
	Name   string `arg:"" help:"hours_name"`
	Moment string `arg:"" help:"moment"`
	Path   string `arg:"" help:"path" default:"."`
}

func (hoursAtCmd) Help() string {
	return "  rexian hours at 人工服务 2026-10-08T09:00 flows\n  rexian hours at 人工服务 2026-10-08T09:00:00+08:00 flows"
}

// schedule finds hours by name and makes them ready.
func (a *app) schedule(name, path string) (*hours.Hours, error) {
	p, err := a.load(path)
	if err != nil {
		return nil, err
	}
	checked, found := p.Check()
	if failed, _ := count(found); failed > 0 {
		fmt.Fprintln(a.Err, a.Say("注意：程序有 %d 个错误，见 rexian check", "note: the program has %d [error|errors], see rexian check",
			failed))
	}
	i := slices.IndexFunc(checked.HoursList, func(h *check.HoursInfo) bool { return h.Name == name })
	if i < 0 {
		var names []string
		for _, h := range checked.HoursList {
			names = append(names, h.Name)
		}
		return nil, a.Usage("没有叫“%s”的作息；有：%s", "there are no hours %s; there are: %s", name,
			strings.Join(names, a.Say("、", ", ")))
	}
	var calendars []hours.Calendar
	for _, c := range checked.Calendars {
		calendars = append(calendars, c.Data)
	}
	h, err := hours.Resolve(checked.HoursList[i].Schedule, calendars)
	if err != nil {
		return nil, fmt.Errorf("hours %s: %w", name, err)
	}
	return h, nil
}

var weekdays = [...]diag.Text{{Zh: "周日", En: "Sun"}, {Zh: "周一", En: "Mon"}, {Zh: "周二", En: "Tue"},
	{Zh: "周三", En: "Wed"},
	{Zh: "周四", En: "Thu"}, {Zh: "周五", En: "Fri"}, {Zh: "周六", En: "Sat"}}

// sources are the kinds of rule, for JSON.
var sources = map[hours.Source]string{hours.Unplanned: "unplanned", hours.Weekly: "weekly",
	hours.MakeUpWorkday: "make_up",
	hours.PublicHoliday: "holiday", hours.DatedOverride: "dated", hours.CalendarLacks: "calendar_lacks"}

func clock(seconds int64) string { return fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60) }

func (a *app) words(w hours.Words) string { return diag.Text{Zh: w.Zh, En: w.En}.In(a.Tongue) }

func (c *hoursShowCmd) Run(a *app) error {
	month, err := time.Parse("2006-01", c.Month)
	if err != nil {
		return a.Usage("月份请写成 2026-10 这样，不是“%s”", "write the month like 2026-10, not %s", c.Month)
	}
	h, err := a.schedule(c.Name, c.Path)
	if err != nil {
		return err
	}
	days := h.Month(month.Year(), month.Month())
	type span struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	type row struct {
		Date    string   `json:"date"`
		Weekday string   `json:"weekday"`
		Open    []span   `json:"open"`
		Rule    string   `json:"rule"`
		Note    string   `json:"note,omitempty"`
		Periods []string `json:"periods,omitempty"`
	}
	rows := make([]row, 0, len(days))
	for _, d := range days {
		r := row{Date: d.Date.String(), Weekday: weekdays[d.Date.Weekday()].In(a.Tongue), Open: []span{},
			Rule: sources[d.Source],
			Note: a.words(d.Note), Periods: d.Periods}
		for _, s := range d.Spans {
			r.Open = append(r.Open, span{clock(s.From), clock(s.To)})
		}
		rows = append(rows, r)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, rows)
	}
	fmt.Fprintf(a.Out, "%s  %s  %s\n", c.Name, c.Month, h.Zone())
	for _, r := range rows {
		var open []string
		for _, s := range r.Open {
			open = append(open, s.From+"-"+s.To)
		}
		times := strings.Join(open, ", ")
		if times == "" {
			times = a.Say("休息", "closed")
		}
		line := r.Date + "  " + r.Weekday + "  " + times
		if r.Note != "" {
			line += strings.Repeat(" ", max(2, 46-diag.Cells(line))) + r.Note
		}
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

func (c *hoursAtCmd) Run(a *app) error {
	h, err := a.schedule(c.Name, c.Path)
	if err != nil {
		return err
	}
	moment, err := momentIn(c.Moment, h.Zone())
	if err != nil {
		return a.Usage("时刻请写成 2026-10-08T09:00 这样，不是“%s”", "write the moment like 2026-10-08T09:00, not %s", c.Moment)
	}
	answer := h.At(moment.UnixMilli(), nil)
	next := ""
	if !answer.Open && answer.HasNext {
		next = time.UnixMilli(answer.NextOpen).In(h.Zone()).Format("2006-01-02T15:04")
	}
	reason := ""
	if !answer.Open {
		reason = a.words(answer.Reason.Words())
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, struct {
			Moment   string `json:"moment"`
			Open     bool   `json:"open"`
			Reason   string `json:"reason,omitempty"`
			Why      string `json:"why,omitempty"`
			NextOpen string `json:"next_open,omitempty"`
			Alarm    bool   `json:"alarm,omitempty"`
		}{moment.Format(time.RFC3339), answer.Open, reason, a.words(answer.Why), next, answer.Alarm})
	}
	line := moment.Format("2006-01-02 15:04") + "  " + weekdays[moment.Weekday()].In(a.Tongue) + "  "
	if answer.Open {
		line += a.Say("开放", "open")
	} else {
		line += a.Say("休息：%s", "closed: %s", reason)
	}
	if why := a.words(answer.Why); why != "" && why != reason {
		line += a.Say("（%s）", " (%s)", why)
	}
	if next != "" {
		line += a.Say("，下次开放 %s", ", open again %s", strings.Replace(next, "T", " ", 1))
	}
	fmt.Fprintln(a.Out, line)
	if answer.Alarm {
		fmt.Fprintln(a.Out, a.Say("日历里没有这一年", "the calendar does not hold this year"))
	}
	return nil
}

// momentIn reads a moment: local by the clock of the zone, or RFC 3339 with a zone of its own.
func momentIn(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(zone), nil
	}
	return time.ParseInLocation("2006-01-02T15:04", strings.Replace(text, " ", "T", 1), zone)
}
