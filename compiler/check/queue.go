package check

import (
	"slices"
	"strings"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// queue checks the clauses of a queue.
func (c *checker) queue(q *QueueInfo) {
	if q.Decl.Like != nil {
		if s := c.wants(q.Decl.Like, Queue); s != nil {
			q.Like = c.p.Queues[s.Index]
		}
	}
	seen := map[string]bool{}
	for _, item := range q.Decl.Items {
		if item.Tier == nil {
			if seen[item.Kind] {
				c.report("RX2010", item.Span())
			}
			seen[item.Kind] = true
		} else {
			c.figure(item.Tier, types.Of(types.Duration), "from.queue")
		}
		switch item.Kind {
		case words.Skill, words.Add:
			for _, s := range item.Strings {
				c.fixed(s)
			}
		case words.Order:
			if item.Name != nil && item.Name.Text != "" {
				if w, ok := library.Tag(item.Name.Text); ok && contains(library.Orders, w.ID) {
					c.note(item.Name, w)
				} else {
					c.notATag(item.Name, library.Orders)
				}
			}
		case words.Music:
			c.text(item.Text, spoken, false, true)
		case words.Every:
			c.figure(item.Value, types.Of(types.Duration), "every")
			c.said(item.Said, true)
		case words.Say:
			c.said(item.Said, true)
		case words.MoveTo:
			c.wants(item.Name, Queue)
		case words.Capacity, words.Misses:
			c.figure(item.Value, types.Of(types.Number), item.Kind)
		case words.Target:
			c.figure(item.Value, types.Of(types.Number), "target")
			c.figure(item.Within, types.Of(types.Duration), "target.within")
		case words.Longest:
			c.figure(item.Value, types.Of(types.Duration), "longest.queue")
		case words.Ring, words.WrapUp, words.KeepPlace, words.LastAgentFirst:
			c.figure(item.Value, types.Of(types.Duration), item.Kind)
		}
	}
}

// inherit gives every queue the clauses of the queue it is like, where it has none of that kind. Tiers of a
// kind are inherited together: a queue that states one of them states them all.
func (c *checker) inherit() {
	done := map[*QueueInfo]bool{}
	var fill func(q *QueueInfo, below []*QueueInfo)
	fill = func(q *QueueInfo, below []*QueueInfo) {
		if done[q] {
			return
		}
		if slices.Contains(below, q) {
			c.enter(q.File)
			c.report("RX2012", q.Decl.Like.Span(), q.Name)
			q.Like = nil
		}
		if q.Like != nil {
			fill(q.Like, append(below, q))
		}
		done[q] = true
		q.Items = slices.Clone(q.Decl.Items)
		if q.Like == nil {
			return
		}
		stated := map[string]bool{}
		for _, i := range q.Decl.Items {
			stated[i.Kind] = true
		}
		for _, i := range q.Like.Items {
			if !stated[i.Kind] {
				q.Items = append(q.Items, i)
			}
		}
	}
	for _, q := range c.p.Queues {
		fill(q, nil)
		c.tiers(q)
	}
}

// tiers reports what a queue would do for callers who wait longer than it lets anybody wait.
func (c *checker) tiers(q *QueueInfo) {
	var longest *ast.QueueItem
	for _, it := range q.Items {
		if it.Kind == words.Longest {
			longest = it
		}
	}
	if longest == nil {
		return
	}
	c.enter(q.File)
	most, known := c.p.ConstOf(longest.Value)
	for _, it := range q.Items {
		at := it.Tier
		if it.Kind == words.Every && at == nil {
			at = it.Value
		}
		if at == nil {
			continue
		}
		after, ok := c.p.ConstOf(at)
		if !known || !ok || after.N < most.N {
			continue
		}
		if !slices.Contains(q.Decl.Items, it) { // inherited, and told there if it does not fit there
			if at = longest.Value; !slices.Contains(q.Decl.Items, longest) {
				continue
			}
		}
		c.report("RX2154", at.Span(), shownValue(types.Duration, after.N, false),
			shownValue(types.Duration, most.N, false))
		return
	}
}

// campaign checks a campaign: whom it calls, when, and with what.
func (c *checker) campaign(x *CampaignInfo) {
	d := x.Decl
	steps := d.Unreached
	if d.Text {
		steps = d.Send
	}
	x.Unreached = &FlowInfo{Symbol: &Symbol{Kind: Flow, Name: x.Name, File: x.File, Span: x.Span, Decl: d},
		Form:   HandlersForm,
		Result: types.Of(types.Nothing), Body: steps}
	x.Target = &Symbol{Kind: Target, Name: "target", Type: bad, File: x.File, Span: x.Span, Decl: d}
	x.Unreached.Locals = []*Symbol{x.Target}
	c.inFlow(x.Unreached, func() {
		c.place, c.target = "campaign", x.Target
		defer func() { c.place, c.target = "", nil }()
		if d.Targets == nil {
			c.report("RX2149", x.Span, spelt(map[bool]string{true: "发送名单", false: "呼叫名单"}[d.Text], "targets"))
		} else if t, _, _ := c.source(d.Targets, nil); !t.IsBad() {
			if t.Kind != types.ListOf {
				c.report("RX2101", d.Targets.Span(), types.Of(types.ListOf).Describe(), t.Describe())
			} else {
				x.Target.Type = t.Elem
			}
		}
		c.campaignLimits(d.Limits)
		c.wants(d.Hours, Hours)
		switch {
		case d.Text && d.Send == nil:
			c.report("RX2149", x.Span, spelt("发短信 给 …", "send sms to …"))
		case d.Text:
		case d.Call == nil:
			c.report("RX2149", x.Span, spelt("呼叫 … 接通后 …", "call … with …"))
		default:
			c.value(d.Call, types.Of(types.Phone))
			c.enterFlow(d.With, false)
			if d.Beep != nil {
				c.enterFlow(d.Beep, false)
			}
		}
		again := map[string]bool{}
		for _, r := range d.Retries {
			c.retry(r, again)
		}
		if d.SkipIf != nil {
			c.skipIf(d.SkipIf)
		}
		c.shownNumber(d.ShowNumber)
		if d.Daily != nil && d.Daily.Seconds >= 24*3600 {
			c.report("RX2136", d.Daily.Span(), spelt("每天启动", "start daily at"),
				diag.Text{Zh: "一天里的时刻，从 00:00 到 23:59", En: "a time of a day, from 00:00 to 23:59"})
		}
		if d.From != nil && d.To != nil && d.From.Days > d.To.Days {
			c.report("RX5005", d.From.Span().Join(d.To.Span()))
		}
		c.data = true
		c.block(steps)
		c.data = false
	})
	if d.Text {
		x.Send = x.Unreached
	}
	if d.Unreached == nil {
		x.Unreached = nil
	}
	if d.Send == nil {
		x.Send = nil
	}
}

// skipIf checks the condition before each dialling: a pure one, or one lookup that answers yes or no.
func (c *checker) skipIf(e ast.Expr) {
	inner := e
	for {
		u, ok := inner.(*ast.Unary)
		if !ok || u.Op != words.Not {
			break
		}
		c.p.types.Set(u, types.Of(types.YesNo))
		inner = u.X
	}
	t, _, _ := c.source(inner, types.Of(types.YesNo))
	c.fit(inner, t, types.Of(types.YesNo))
}

// shownNumber checks the number that the called see: a fixed one, that can be dialled.
func (c *checker) shownNumber(s *ast.StringLit) {
	c.holesForbidden(s)
	if text, whole := plain(s), s != nil && !hasHoles(s); whole {
		if digits := strings.TrimPrefix(text, "+"); len(digits) < 3 || len(text) > longestNumber ||
			strings.Trim(digits, "0123456789") != "" {
			c.report("RX2150", s.Span(), text)
		}
	}
}

func hasHoles(s *ast.StringLit) bool {
	_, whole := s.Plain()
	return !whole
}

// retry checks after which outcome, and when, a target is called again; again are those that were named before.
func (c *checker) retry(r *ast.Retry, again map[string]bool) {
	if r.Outcome != nil && r.Outcome.Text != "" {
		if w, ok := library.Tag(r.Outcome.Text); ok && contains(library.CallOutcomes, w.ID) {
			c.note(r.Outcome, w)
			if again[w.ID] {
				c.report("RX3103", r.Outcome.Span(), r.Outcome.Text)
			}
			again[w.ID] = true
		} else {
			c.notATag(r.Outcome, library.CallOutcomes)
		}
	}
	c.figure(r.After, types.Of(types.Duration), "after")
	c.figure(r.UpTo, types.Of(types.Number), "up to")
}

// campaignLimits checks the figures of a campaign or survey.
func (c *checker) campaignLimits(list []*ast.CampaignLimit) {
	seen := map[string]bool{}
	for _, l := range list {
		if seen[l.Kind] {
			c.report("RX2010", l.Span())
		}
		seen[l.Kind] = true
		if l.Kind == words.Tries {
			c.cap(l.Value, 10)
		} else {
			c.figure(l.Value, types.Of(types.Number), l.Kind)
		}
	}
}
