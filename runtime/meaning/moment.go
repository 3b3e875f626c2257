package meaning

import (
	"slices"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/runtime/dialer"
)

// moment chooses when the call is made, so that the opening hours that it asks for are as they must be.
func (s *script) moment() bool {
	type need struct {
		name   string
		open   *bool
		reason string
		not    []string
		again  *bool // it is known when it opens again, or not: the calendar may end before
	}
	needs := map[string]*need{}
	for _, f := range s.facts {
		t := f.t
		var field *term
		switch {
		case t.op == opField:
			field = t
		case len(t.args) > 0 && t.args[0].op == opField:
			field = t.args[0]
		}
		if field == nil || field.args[0].op != opHours {
			continue
		}
		n := needs[field.args[0].s]
		if n == nil {
			n = &need{name: field.args[0].s}
			needs[n.name] = n
		}
		switch {
		case t == field && t.n == hoursOpen:
			n.open = &f.yes
		case t.op == opEqS && field.n == hoursReason && f.yes:
			n.reason = t.args[1].s
		case t.op == opNone && field.n == hoursNext:
			known := !f.yes
			n.again = &known
		case t.op == opEqS && field.n == hoursReason:
			n.not = append(n.not, t.args[1].s)
		}
	}
	s.when = "2026-10-12 09:30"
	defer func() { s.lines = append([]string{"  时间 " + s.when}, s.lines...) }()
	called := s.due()
	if len(needs) == 0 && !s.byCalendar() && called == nil && s.dates == nil {
		return true
	}
	fits := func(at int64) bool {
		for _, n := range needs {
			known := false
			for _, m := range []*machine{s.x.old, s.x.new} {
				h := m.schedule(n.name)
				if h == nil {
					continue // of the other program only
				}
				known = true
				a := h.Now(at, nil)
				reason := a.Reason.Words().En
				if n.open != nil && *n.open != a.Open || !a.Open && n.reason != "" && n.reason != reason ||
					!a.Open && slices.Contains(n.not, reason) || n.again != nil && *n.again != h.At(at, nil).HasNext {
					return false
				}
			}
			if !known {
				return false
			}
		}
		return called == nil || called(at)
	}
	zone, err := time.LoadLocation(s.x.new.prog.Zone)
	if err != nil {
		return false
	}
	for _, day := range s.days() {
		y, m, d := day.Civil()
		date := time.Date(y, m, d, 0, 0, 0, 0, zone)
		if !s.clocked(date) {
			continue
		}
		for _, clock := range []int{570, 600, 750, 1200, 1320, 180} {
			at := date.Add(time.Duration(clock) * time.Minute)
			if fits(at.UnixMilli()) && (s.tells == nil || s.tells(at)) {
				s.when = at.Format("2006-01-02 15:04")
				return true
			}
		}
	}
	if s.dates != nil {
		return false
	}
	for _, n := range needs {
		switch {
		case n.open != nil && !*n.open && n.reason != "":
			s.line("假设 %s 得到 %s", n.name, library.TagName(n.reason).Zh)
		case n.open != nil:
			s.line("假设 %s %s", n.name, map[bool]string{true: "开放", false: "休息"}[*n.open])
		}
	}
	return true
}

// days are those on which the call may be made, the likeliest first.
func (s *script) days() []hours.Date {
	if s.dates != nil {
		return s.dates
	}
	list, first := make([]hours.Date, 0, 370+farDays), hours.DateOf(2026, 10, 12)
	for d := range 370 + farDays {
		at := first + hours.Date((d+365)%370-365)
		if d >= 370 {
			at = first + hours.Date(d)
		}
		list = append(list, at)
	}
	return list
}

// due tells when the campaign of a call may call in both programs; nil for a call of somebody else.
func (s *script) due() func(at int64) bool {
	e := s.chain[0].entry
	if s.campaign(e) == nil {
		return nil
	}
	var rules []*dialer.Rules
	for _, m := range []*machine{s.x.old, s.x.new} {
		if _, r := campaignOf(m.prog, e.name); r != nil {
			rules = append(rules, r)
		}
	}
	return func(at int64) bool {
		return !slices.ContainsFunc(rules, func(r *dialer.Rules) bool {
			return r.Judge(caller, dialer.Standing{}, at).Do != dialer.Dial
		})
	}
}

// farDays is how many days beyond a year are tried: as far as the next years, of which no calendar tells yet.
const farDays = 800
