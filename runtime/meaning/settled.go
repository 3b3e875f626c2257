package meaning

import (
	"slices"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
	"rexian/runtime/dialer"
	"rexian/runtime/session"
)

// settled writes a call that shows a difference of what no call decides, and what happens in it: a queue, a switch that
// begins otherwise, when a campaign calls again. The test holds of the new program. It is "" where no call shows it.
func (c *Comparison) settled(d *Difference) (test string, name diag.Text) {
	switch {
	case c.new == nil || d.of == "":
	case d.Kind == "queue":
		return c.queueTest(d)
	case d.Kind == "switch":
		return c.switchTest(d)
	case d.Kind == "campaign":
		return c.campaignTest(d)
	}
	return "", name
}

// comes is the shortest call that comes to a step: at tells of an instruction whether it may be that, is of a wait.
func comes(p *bundle.Program, at func(*bundle.Func, bundle.Code) bool, is func(*wait) bool) (*product, *found) {
	x := newProduct(p, p)
	x.new, x.aligned, x.most, x.goal = x.old, true, 1, is
	x.old.touch = make([][]bool, len(p.Funcs))
	for fn := range p.Funcs {
		f := &p.Funcs[fn]
		x.old.touch[fn] = make([]bool, len(f.Code))
		for pc, c := range f.Code {
			x.old.touch[fn][pc] = at(f, c)
		}
	}
	x.near = newNear(x.old)
	var calls []entry
	for _, e := range entries(p, p) {
		if e.kind == "number" {
			calls = append(calls, e)
		}
	}
	x.from(calls)
	if len(x.found) == 0 {
		return x, nil
	}
	return x, &x.found[0]
}

// switchTest is a call, or an attempt of a campaign, that goes by a switch nobody has flipped.
func (c *Comparison) switchTest(d *Difference) (string, diag.Text) {
	find := func(p *bundle.Program) int {
		return slices.IndexFunc(p.Switches, func(s bundle.Switch) bool { return s.Name == d.of })
	}
	i, j := find(c.old), find(c.new)
	if i < 0 || j < 0 {
		return "", diag.Text{}
	}
	was, is := stuck(c.new, j, c.old.Switches[i].On), stuck(c.new, j, c.new.Switches[j].On)
	came := Compare(was, is, Limits{Most: 1})
	came.Tests(c.lib)
	for i := range came.Differences {
		if d := &came.Differences[i]; d.Test != "" {
			return d.Test, d.Name
		}
	}
	return "", diag.Text{}
}

// stuck is a program in which a switch stands one way for ever.
func stuck(p *bundle.Program, index int, on bool) *bundle.Program {
	c := *p
	c.Funcs = slices.Clone(p.Funcs)
	for fn := range c.Funcs {
		f := &c.Funcs[fn]
		own := false
		for pc, code := range f.Code {
			if code.Op() != bundle.Effect {
				continue
			}
			if s := &f.Sites[code.Bx()]; s.Kind != bundle.QuerySite || s.Name != "switch" ||
				int(s.Index) != index {
				continue
			}
			if !own {
				f.Code, own = slices.Clone(f.Code), true
			}
			f.Code[pc] = bundle.MakeABx(bundle.LoadI, code.A(), int(truth(on)))
		}
	}
	return &c
}

// attempts is how often a campaign is tried at most to see how it goes on.
const attempts = 10

// campaignTest calls somebody who is not reached, until both versions go on differently.
func (c *Comparison) campaignTest(d *Difference) (string, diag.Text) {
	var sides [2]struct {
		c *bundle.Campaign
		r *dialer.Rules
	}
	for i, p := range []*bundle.Program{c.old, c.new} {
		own, rules := campaignOf(p, d.of)
		if rules == nil || own.Text {
			return "", diag.Text{}
		}
		sides[i].c, sides[i].r = own, rules
	}
	own := sides[1].c
	s := newProduct(c.new, c.new).script(c.lib)
	who := s.target(entry{kind: "campaign", name: d.of, fn: [2]int{int(own.With), int(own.With)}})
	if own.With < 0 || who == "" {
		return "", diag.Text{}
	}
	var ends []string
	for i := range sides {
		for _, r := range sides[i].c.Retries {
			if !slices.Contains(ends, r.Outcome) {
				ends = append(ends, r.Outcome)
			}
		}
	}
	was, is := sides[0].r, sides[1].r
	for _, end := range ends {
		for _, at := range moments(is.Zone) {
			if was.Judge(caller, dialer.Standing{}, at).Do != dialer.Dial ||
				is.Judge(caller, dialer.Standing{}, at).Do != dialer.Dial {
				continue
			}
			if test, name := redials(was, is, end, at,
				"拨出 "+d.of+" 给 "+who+" 得到 "+tagged(end).Zh); test != "" {
				return test, diag.Text{Zh: d.of + name.Zh, En: d.of + name.En}
			}
		}
	}
	return "", diag.Text{}
}

// campaignOf is a campaign by its name, with the rules that it calls by; nil where there is none, or none can be told.
func campaignOf(p *bundle.Program, name string) (*bundle.Campaign, *dialer.Rules) {
	at := slices.IndexFunc(p.Campaigns, func(c bundle.Campaign) bool { return c.Name == name })
	schedules, err := session.Schedules(p)
	zone, err2 := time.LoadLocation(p.Zone)
	if at < 0 || err != nil || err2 != nil {
		return nil, nil
	}
	rules := dialer.Of(&p.Campaigns[at], schedules, zone)
	return &p.Campaigns[at], &rules
}

// moments are some at which campaigns call, from Monday 2026-10-12 on.
func moments(zone *time.Location) (list []int64) {
	for day := range 14 {
		for _, clock := range []int{9*60 + 30, 10*60 + 30, 15 * 60, 16*60 + 30, 19 * 60} {
			list = append(list, time.Date(2026, 10, 12+day, clock/60, clock%60, 0, 0, zone).UnixMilli())
		}
	}
	return list
}

// redials tries again, always with the same end and at the same moment, until one calls at another time than the other,
// or no more.
func redials(was, is *dialer.Rules, end string, at int64, dial string) (string, diag.Text) {
	const whole = 60_000 // tests tell minutes
	clock := func(ms int64) string { return time.UnixMilli(ms).In(is.Zone).Format("2006-01-02 15:04") }
	lines := []string{"  时间 " + clock(at)}
	var before, now dialer.History
	for n := range attempts {
		lines = append(lines, "  "+dial)
		var a, b dialer.Next
		before.Same, now.Same = int64(n+1), int64(n+1)
		a, before = was.After(caller, end, before, at)
		b, now = is.After(caller, end, now, at)
		again := b.Step == dialer.Again
		if a == b {
			if !again {
				break
			}
			continue
		}
		how := tagged(end)
		times := diag.Textf("第 %d 次%s", ": attempt %d is %s", n+1, how.Zh)
		times.En = diag.Textf("", ": attempt %d is %s", n+1, how.En).En
		switch {
		case again && b.At%whole == 0:
			return strings.Join(append(lines, "  应当 重拨 于 "+clock(b.At)), "\n"),
				diag.Text{Zh: times.Zh + "，" + clock(b.At) + " 重拨",
					En: times.En + ", again at " + clock(b.At)}
		case a.Step == dialer.Again && a.At%whole == 0:
			return strings.Join(append(lines, "  不应 重拨 于 "+clock(a.At)), "\n"),
				diag.Text{Zh: times.Zh + "，" + clock(a.At) + " 不重拨",
					En: times.En + ", not again at " + clock(a.At)}
		}
		break
	}
	return "", diag.Text{}
}

// tableCourse is a call that keys the key of a row which differs, up to what is said of it: what that is shows when it
// is played on both.
func (c *Comparison) tableCourse(d *Difference) (course string, name diag.Text) {
	index := func(p *bundle.Program) int {
		return slices.IndexFunc(p.Tables, func(t bundle.Table) bool { return t.Name == d.of })
	}
	for _, p := range []*bundle.Program{c.new, c.old} {
		i := index(p)
		if i < 0 {
			return "", name
		}
		table := &p.Tables[i]
		if !slices.ContainsFunc(table.Rows, func(r []bundle.Const) bool {
			return len(r) > 0 && r[0].Text && r[0].S == d.row
		}) {
			continue // it is in the other one
		}
		x, f := comes(p, func(f *bundle.Func, c bundle.Code) bool {
			return c.Op() == bundle.Effect && f.Sites[c.Bx()].Kind == bundle.LookupSite &&
				f.Sites[c.Bx()].Name == "table"
		}, func(w *wait) bool {
			return w.site.Kind == bundle.LookupSite && w.site.Name == "table" && int(w.site.Index) == i &&
				len(w.args) > 0 && w.args[0].op == opKeyed
		})
		if f == nil {
			return "", name
		}
		s := x.script(c.lib)
		key := x.compare(opEqS, f.new.wait.args[0], x.text(d.row))
		f.new.facts = f.new.facts.with(key, true)
		if s.way(f) {
			s.line("等待 20秒") // for what is said then
			return strings.Join(s.lines, "\n"), diag.Textf("%s查到 %s", "%s is asked for %s", d.of, d.row)
		}
	}
	return "", name
}
