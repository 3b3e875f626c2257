package emit

import (
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// data emits the declarations that are only data.
func (e *emitter) data() {
	p, out := e.p, e.out
	for _, s := range p.Settings {
		out.Settings = append(out.Settings,
			bundle.Setting{Name: s.Name, Kind: s.Type.Kind.String(), Value: constant(typed(*s.Value, s.Type))})
	}
	for _, s := range p.CallData {
		out.Data = append(out.Data, s.Name)
	}
	for _, s := range p.Switches {
		d, _ := s.Decl.(*ast.SwitchDecl)
		out.Switches = append(out.Switches, bundle.Switch{Name: s.Name, On: d != nil && d.On})
	}
	for _, s := range p.Lists {
		out.Lists = append(out.Lists, s.Name)
	}
	for _, t := range p.Tables {
		table := bundle.Table{Name: t.Name, Rows: [][]bundle.Const{}}
		for _, c := range t.Row.Fields {
			table.Columns = append(table.Columns, param(c.Name.Zh, c.Type))
		}
		for _, row := range t.Rows {
			var cells []bundle.Const
			for i, k := range row {
				if i < len(t.Row.Fields) {
					k = typed(k, t.Row.Fields[i].Type)
				}
				cells = append(cells, constant(k))
			}
			table.Rows = append(table.Rows, cells)
		}
		out.Tables = append(out.Tables, table)
	}
	out.Calendar = -1
	for i, c := range p.Calendars {
		if c == p.Calendar {
			out.Calendar = int32(i)
		}
		out.Calendars = append(out.Calendars, c.Data)
	}
	for _, h := range p.HoursList {
		out.Hours = append(out.Hours, h.Schedule)
	}
	for _, t := range p.Tickets {
		out.Tickets = append(out.Tickets,
			bundle.Ticket{Name: plain(t.Name), Accept: e.workdays(t.Accept), Finish: e.workdays(t.Finish),
				Urge: e.figure(t.Urge, 0)})
	}
	for _, s := range p.Mailboxes {
		m := bundle.Mailbox{Name: s.Name, Greeting: -1}
		if d, ok := s.Decl.(*ast.MailboxDecl); ok {
			m.Longest, m.Silence = e.figure(d.Longest, 0), e.figure(d.Silence, 0)
			for _, n := range d.Notify {
				m.Notify = append(m.Notify, plain(n))
			}
		}
		out.Mailboxes = append(out.Mailboxes, m)
	}
}

// typed gives a constant its type where it carries none.
func typed(k check.Const, t *types.Type) check.Const {
	if k.Type == nil || k.Type.IsBad() {
		k.Type = t
	}
	return k
}

// figure is the value of a constant expression in the units of its type, otherwise if there is none.
func (e *emitter) figure(x ast.Expr, otherwise int64) int64 {
	if x == nil {
		return otherwise
	}
	if k, ok := e.p.ConstOf(x); ok {
		return k.N
	}
	return otherwise
}

// workdays is a constant deadline in working days, in millionths: a time counts as so many days of 24 hours, rounded
// up. 0 for none.
func (e *emitter) workdays(x ast.Expr) int64 {
	if x == nil {
		return 0
	}
	n := e.figure(x, 0)
	if t := e.p.TypeOf(x); t != nil && t.Kind == types.Duration {
		const day = 24 * 3600 * 1000
		n = (n + day - 1) / day * 1_000_000
	}
	return n
}

// count is a constant number as a whole one.
func (e *emitter) count(x ast.Expr, otherwise int64) int64 {
	if x == nil {
		return otherwise
	}
	return e.figure(x, otherwise*1_000_000) / 1_000_000
}

// spoken is the prompt of a text that the host says by itself: music, a greeting, an announcement; -1 for none.
func (e *emitter) spoken(t *ast.Text) int32 {
	switch {
	case t == nil:
		return -1
	case t.Ref != nil:
		return e.promptOf(t.Ref)
	}
	return int32(e.words(t.Words, false).prompt)
}

// queues emits the queues, each with what it inherits.
func (e *emitter) queues() {
	for i, s := range e.p.Mailboxes {
		if d, ok := s.Decl.(*ast.MailboxDecl); ok {
			e.out.Mailboxes[i].Greeting = e.spoken(d.Greeting)
		}
	}
	for _, x := range e.p.Queues {
		q := bundle.Queue{Name: x.Name, Music: -1}
		for _, item := range x.Items {
			e.queueItem(&q, item)
		}
		e.out.Queues = append(e.out.Queues, q)
	}
}

func (e *emitter) queueItem(q *bundle.Queue, x *ast.QueueItem) {
	var strings []string
	for _, s := range x.Strings {
		strings = append(strings, plain(s))
	}
	if x.Tier != nil {
		t := bundle.Tier{After: e.figure(x.Tier, 0), Prompt: -1}
		switch x.Kind {
		case words.Add:
			t.Skills = strings
		case words.Say:
			t.Prompt = e.spoken(x.Said.Text)
		case words.Offer:
			for _, k := range x.Keys {
				t.Offer = append(t.Offer, k.Keys)
			}
		case words.MoveTo:
			t.MoveTo = x.Name.Text
		}
		q.Tiers = append(q.Tiers, t)
		return
	}
	switch x.Kind {
	case words.Skill:
		q.Skills = append(q.Skills, strings...)
	case words.Order:
		if w, ok := library.Tag(x.Name.Text); ok {
			q.Order = w.ID
		}
	case words.LastAgentFirst:
		q.LastAgent = e.figure(x.Value, 0)
	case words.Music:
		q.Music = e.spoken(x.Text)
	case words.Every:
		q.Every = append(q.Every, bundle.Announcement{Interval: e.figure(x.Value, 0), Prompt: e.spoken(x.Said.Text),
			MustHear: x.Said.MustHear})
	case words.Capacity:
		q.Capacity = int32(e.count(x.Value, 0))
	case words.Longest:
		q.Longest = e.figure(x.Value, 0)
	case words.Ring:
		q.Ring = e.figure(x.Value, 0)
	case words.WrapUp:
		q.WrapUp = e.figure(x.Value, 0)
	case words.Misses:
		q.Misses = int32(e.count(x.Value, 0))
	case words.KeepPlace:
		q.KeepPlace = e.figure(x.Value, 0)
	case words.Target:
		q.Share, q.ShareWithin = e.figure(x.Value, 0), e.figure(x.Within, 0)
	}
}

// campaigns emits the campaigns with the functions that work out their parts.
func (e *emitter) campaigns() {
	for _, x := range e.p.Campaigns {
		d := x.Decl
		c := bundle.Campaign{Name: x.Name, Targets: -1, Number: -1, With: -1, WithArgs: -1, SkipIf: -1, Unreached: -1,
			Hours: -1, Show: plain(d.ShowNumber)}
		asked := func(name string, expr ast.Expr, target *check.Symbol) int32 {
			if expr == nil {
				return -1
			}
			return int32(e.value(x.Name+"."+name, x.File, target, func(f *function) int {
				f.at(expr.Span())
				if ref, ok := expr.(*ast.Ref); ok && f.isLookup(ref) {
					return f.lookup(nil, ref, nil)
				}
				r := f.temp(1)
				f.expr(expr, r)
				return r
			}))
		}
		c.Targets = asked("targets", d.Targets, nil)
		c.Number = asked("number", d.Call, x.Target)
		c.SkipIf = asked("skip", d.SkipIf, x.Target)
		if flow := e.p.FlowOf(d.With); flow != nil {
			c.With, c.WithArgs = int32(flow.Index), e.passed(x, ".with", d.With, flow)
		}
		if flow := e.p.FlowOf(d.Beep); flow != nil {
			c.Beep, c.BeepArgs = int32(flow.Index)+1, e.passed(x, ".beep", d.Beep, flow)
		}
		if send := sent(d); send != nil {
			c.Text = true
			c.Number = asked("number", send.To, x.Target)
			c.Send = int32(e.value(x.Name+".send", x.File, x.Target, func(f *function) int {
				f.block(d.Send)
				return -1
			}))
		}
		if d.Daily != nil {
			c.Daily = d.Daily.Seconds/60 + 1
		}
		if d.Unreached != nil {
			c.Unreached = int32(e.value(x.Name+".unreached", x.File, x.Target, func(f *function) int {
				f.block(d.Unreached)
				return -1
			}))
		}
		if d.Hours != nil {
			if s := e.p.Find(d.Hours.Text); s != nil && s.Kind == check.Hours {
				c.Hours = int32(s.Index)
			}
		}
		for _, l := range d.Limits {
			switch l.Kind {
			case words.Sample:
				c.Sample = e.figure(l.Value, 0)
			case words.Quota:
				c.Quota = e.count(l.Value, 0)
			case words.AtOnce:
				c.AtOnce = e.count(l.Value, 0)
			case words.PerSecond:
				c.PerSecond = e.figure(l.Value, 0)
			case words.Tries:
				c.Tries = e.count(l.Value, 0)
			}
		}
		for _, r := range d.Retries {
			if w, ok := library.Tag(r.Outcome.Text); ok {
				c.Retries = append(c.Retries,
					bundle.Retry{Outcome: w.ID, After: e.figure(r.After, 0), UpTo: e.count(r.UpTo, 0)})
			}
		}
		if d.From != nil {
			c.From = d.From.Days
		}
		if d.To != nil {
			c.To = d.To.Days
		}
		e.out.Campaigns = append(e.out.Campaigns, c)
	}
}

// passed emits the function that gives a campaign's arguments of a flow as a list.
func (e *emitter) passed(x *check.CampaignInfo, as string, ref *ast.Ref, flow *check.FlowInfo) int32 {
	return int32(e.value(x.Name+as, x.File, x.Target, func(f *function) int {
		f.at(ref.Span())
		base := f.pass(e.p.RefOf(ref), flow)
		f.abc(bundle.NewList, base, base, len(flow.Params))
		return base
	}))
}

// sent is the step with which a text campaign writes; nil of one that calls.
func sent(d *ast.CampaignDecl) *ast.Send {
	if d.Send == nil || len(d.Send.Steps) != 1 {
		return nil
	}
	s, _ := d.Send.Steps[0].(*ast.Send)
	return s
}

// tests emits the expressions of the test blocks: what lookups are given, what is waited for, what is expected.
func (e *emitter) tests() {
	for i, t := range e.p.Tests {
		for j, item := range t.Decl.Items {
			add := func(x ast.Expr) {
				if x == nil {
					return
				}
				if _, done := e.exprs[x]; done {
					return
				}
				e.exprs[x] = e.value(fmt.Sprintf("test.%d.%d", i, j), t.File, nil, func(f *function) int {
					f.at(x.Span())
					r := f.temp(1)
					f.expr(x, r)
					return r
				})
			}
			add(item.Value)
			add(item.Returns)
			if g := item.Given; g != nil {
				add(g.Returns)
				add(g.After)
				add(g.Is)
				if m := e.p.RefOf(g.Ref); m != nil {
					for _, a := range m.Args {
						if ref, ok := a.(*ast.Ref); ok && ref.Name.Text == "_" {
							continue
						}
						add(a)
					}
				}
			}
			if o := item.Outcome; o != nil {
				add(o.Expr)
				add(o.Priority)
				add(o.To)
				if o.Ref != nil {
					if m := e.p.RefOf(o.Ref); m != nil {
						for _, a := range m.Args {
							if ref, ok := a.(*ast.Ref); ok && ref.Name.Text == "_" {
								continue
							}
							add(a)
						}
					}
				}
			}
		}
	}
}

// whens emits the conditions of the rules, and the parts of those that are joined.
func (e *emitter) whens() {
	for i, r := range e.p.Rules {
		if r.Decl.Claim != nil && r.Decl.Claim.When != nil {
			e.condition(r.Decl.Claim.When, fmt.Sprintf("rule.%d", i), r.File)
		}
	}
}

func (e *emitter) condition(x ast.Expr, name, file string) {
	e.exprs[x] = e.value(name, file, nil, func(f *function) int {
		f.at(x.Span())
		r := f.temp(1)
		f.expr(x, r)
		return r
	})
	if b, ok := x.(*ast.Binary); ok && (b.Op == words.And || b.Op == words.Or) {
		e.condition(b.X, name, file)
		e.condition(b.Y, name, file)
	}
}
