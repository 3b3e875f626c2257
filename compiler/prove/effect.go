package prove

import (
	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// This file finds clauses that nothing ever comes of: words for a miss that ends the question, a silence that is longer
// than the recording, a retry where nobody is called twice; and where a caller hears nothing for long: loops that say
// nothing, questions without words.

// MaxSilence is how long a loop may keep a caller without a sound, in milliseconds: who hears nothing for a minute
// takes the call for lost.
const MaxSilence = 60_000

// effects looks at one file after the other.
type effects struct {
	*analysis
	file string
}

// effects reports what no caller ever meets, and where he meets nothing.
func (a *analysis) effects() {
	e := &effects{analysis: a}
	for _, f := range a.p.Flows {
		e.file = f.File
		e.survey(f)
		e.under(f.Body, f.Channel != check.Written)
		e.under(f.Menu, true)
		for _, h := range f.Handlers {
			e.under(h, !onHangup(h) && f.Channel != check.Written)
		}
	}
	if f := a.p.DefaultsFlow; f != nil {
		e.file = f.File
		for _, h := range f.Handlers {
			e.under(h, !onHangup(h))
		}
	}
	for _, s := range a.p.Mailboxes {
		if d, ok := s.Decl.(*ast.MailboxDecl); ok {
			e.file = s.File
			e.silence(d.Silence, d.Longest)
		}
	}
	for _, x := range a.p.Campaigns {
		e.file = x.File
		e.campaign(x.Decl)
	}
}

func onHangup(a *ast.Arm) bool {
	for _, l := range a.Labels {
		if l.Hangup {
			return true
		}
	}
	return false
}

// none reports a clause that nothing comes of.
func (e *effects) none(at ast.Node, clause, why diag.Text) {
	e.report(diag.New("RX3019", e.file, at.Span(), clause, why))
}

// under looks at the steps below a node; somebody listens unless they are done for a caller who is gone, or in writing.
func (e *effects) under(n ast.Node, listens bool) {
	ast.WalkSteps(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Menu:
			e.misses(x.Arms, x.Limits)
		case *ast.Ask:
			e.question(x)
		case *ast.Repeat:
			return !listens || !e.loop(x, x.Most, x.Body)
		case *ast.ForEach:
			return !listens || !e.loop(x, x.Most, x.Body)
		case *ast.Arm:
			if onHangup(x) {
				e.under(x.Body, false)
				return false
			}
		}
		return true
	})
}

// survey finds one that asks nothing.
func (e *effects) survey(f *check.FlowInfo) {
	if f.Form != check.SurveyForm || f.Body == nil {
		return
	}
	asks := false
	ast.WalkSteps(f.Body, func(n ast.Node) bool {
		_, is := n.(*ast.SurveyAsk)
		asks = asks || is
		return !asks
	})
	if !asks {
		e.report(diag.New("RX3019", e.file, f.Span, diag.Same(f.Name),
			diag.Text{Zh: "这份问卷什么也没有问", En: "this survey asks nothing"}))
	}
}

// question looks at a question and at a recording.
func (e *effects) question(x *ast.Ask) {
	e.misses(x.Arms, x.Limits)
	if x.Record {
		var silence, longest ast.Expr
		for _, l := range x.Limits {
			switch l.Kind {
			case words.Silence:
				silence = l.Value
			case words.Longest:
				longest = l.Value
			}
		}
		e.silence(silence, longest)
		return
	}
	if rows := e.p.AskRows(x); rows != nil && len(rows.Rows) == 0 {
		e.none(x.Type, diag.Same(rows.Name), diag.Text{Zh: "这张表格一行也没有，按什么键都是按错",
			En: "this table has no row, so that every key is a wrong one"})
	}
	if len(x.Lead) == 0 && !x.Faulty {
		e.report(diag.New("RX4208", e.file, x.Span()))
	}
}

// silence compares the pause that ends a recording with how long the recording may be.
func (e *effects) silence(silence, longest ast.Expr) {
	s, l := e.millis(silence), e.millis(longest)
	if s > 0 && l > 0 && s >= l {
		e.none(silence, diag.Text{Zh: "静默", En: "silence"},
			diag.Text{Zh: "录音到“最长”就结束了，等不到这么久的静默", En: "at its longest a recording has ended before"})
	}
}

// millis is a duration that is known, 0 if it is not.
func (e *effects) millis(x ast.Expr) int64 {
	if x == nil {
		return 0
	}
	k, ok := e.p.ConstOf(x)
	if !ok || k.Type == nil || k.Type.Kind != types.Duration {
		return 0
	}
	return k.N
}

// misses finds arms for a miss that no try is left for.
func (e *effects) misses(arms []*ast.Arm, limits []*ast.Limit) {
	tries := check.TriesOf(e.p, limits)
	for _, a := range arms {
		for _, l := range a.Labels {
			m := e.p.LabelOf(l)
			if m == nil || m.Tag != "noinput" && m.Tag != "nomatch" {
				continue
			}
			// the last miss is followed by `otherwise`, unless the arm leaves itself
			if n := max(m.Count, 1); n > tries || n == tries && !e.g.Leaves(a) {
				e.none(l, diag.Text{Zh: "没按键、按错", En: "noinput, nomatch"},
					diag.Textf("一共只问 %d 次，最后一次没答好就走“否则”", "at the last of %d [try|tries] otherwise follows", tries))
			}
		}
	}
}

// campaign finds what a campaign does not come to.
func (e *effects) campaign(d *ast.CampaignDecl) {
	for _, l := range d.Limits {
		if k, ok := e.p.ConstOf(l.Value); !ok || l.Kind != words.Tries || k.N != 1_000_000 {
			continue
		}
		for _, r := range d.Retries {
			e.none(r, diag.Text{Zh: "重拨", En: "retry"},
				diag.Text{Zh: "“最多 1次”，谁也不打第二次", En: "with tries 1 nobody is called twice"})
		}
	}
	if d.Hours == nil {
		return
	}
	begin, end := int64(8*3600), int64(22*3600) // of a day, in seconds
	none := diag.Text{Zh: "8:00 以前和 22:00 以后不外呼，这个时段里谁也不会呼叫", En: "nobody is called before 8:00 or from 22:00 on"}
	if d.Text {
		end = 21 * 3600
		none = diag.Text{Zh: "21:00 到 8:00 不发通知，这个时段里一条也不会发", En: "no notices are sent from 21:00 to 8:00"}
	}
	for _, h := range e.p.HoursList {
		if h.Name != d.Hours.Text {
			continue
		}
		spans, day := 0, 0
		count := func(from, to int64) {
			if spans++; to < from || from < end && to > begin {
				day++
			}
		}
		for _, l := range h.Schedule.Lines {
			for _, s := range l.Spans {
				count(s.From, s.To)
			}
		}
		for _, l := range h.Schedule.Dated {
			for _, s := range l.Spans {
				count(s.From, s.To)
			}
		}
		if spans > 0 && day == 0 {
			e.none(d.Hours, diag.Text{Zh: "时段", En: "hours"}, none)
		}
	}
}

// loop reports a loop in which a caller may hear nothing for long; true if it did, so that those within it need no
// look.
func (e *effects) loop(at ast.Node, most ast.Expr, body *ast.Block) bool {
	heard, round := e.silent(body)
	silent := round * e.cap(most)
	if heard || silent <= MaxSilence {
		return false
	}
	e.report(diag.New("RX3020", e.file, at.Span(), silent/1000))
	return true
}

// silent is how long the steps of a block take at most while nothing is heard, in milliseconds; heard tells that each
// way through them is heard.
func (e *effects) silent(b *ast.Block) (heard bool, ms int64) {
	if b == nil {
		return false, 0
	}
	for _, s := range b.Steps {
		h, n := e.step(s)
		if h {
			return true, 0
		}
		ms += n
	}
	return false, ms
}

func (e *effects) step(s ast.Step) (heard bool, ms int64) {
	either := func(blocks ...*ast.Block) (bool, int64) {
		all, most := len(blocks) > 0, int64(0)
		for _, b := range blocks {
			h, n := e.silent(b)
			if all = all && h; !h {
				most = max(most, n)
			}
		}
		return all, most
	}
	switch x := s.(type) {
	case *ast.Say, *ast.MenuStep, *ast.Enqueue, *ast.Transfer, *ast.Voicemail, *ast.RunSurvey, *ast.Goto, *ast.Fax,
		*ast.ReceiveFax:
		return true, 0 // or what is done elsewhere, which is looked at there
	case *ast.Pause:
		return false, e.millis(x.For)
	case *ast.If:
		return either(x.Then, x.Else)
	case *ast.Match:
		blocks := make([]*ast.Block, len(x.Arms))
		for i, a := range x.Arms {
			blocks[i] = a.Body
		}
		return either(blocks...)
	case *ast.Repeat:
		h, n := e.silent(x.Body)
		return h, n * e.cap(x.Most)
	case *ast.ForEach:
		h, n := e.silent(x.Body)
		if h {
			n = 0 // there may be no item
		}
		return false, n * e.cap(x.Most)
	case *ast.Do:
		return e.lookup(x, x.Guard, x.Call)
	case *ast.Let:
		if x.Source == nil {
			return false, 0
		}
		if x.Source.Ask != nil {
			return true, 0
		}
		return e.lookup(x, x.Source.Guard, x.Source.Do)
	}
	return false, 0
}

// cap is how many rounds a loop takes at most.
func (e *effects) cap(most ast.Expr) int64 {
	if k, ok := e.p.ConstOf(most); ok {
		return max(k.N/1_000_000, 1)
	}
	return 1
}

// lookup is how long a lookup may take. A flow that is done is looked at by itself.
func (e *effects) lookup(s ast.Step, g *ast.Guard, flow *ast.Ref) (heard bool, ms int64) {
	if flow != nil && len(e.p.FlowsOf(flow)) > 0 || g != nil && g.Playing != nil {
		return true, 0
	}
	known := e.p.GuardOf(s)
	if known == nil || known.Lookup == nil || known.Lookup.Symbol == nil || known.Lookup.Symbol.Kind == check.Table {
		return false, 0
	}
	if g != nil && g.Within != nil {
		return false, e.millis(g.Within)
	}
	return false, lookupTime
}

// lookupTime is how long a lookup may take that does not say, in milliseconds.
const lookupTime = 5000
