package emit

import (
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/words"
)

func (f *function) block(b *ast.Block) {
	if b != nil {
		f.steps(b.Steps)
	}
}

func (f *function) steps(list []ast.Step) {
	for _, s := range list {
		next := f.next
		f.at(s.Span())
		f.e.terms = f.e.terms[:0]
		f.step(s)
		if f.goesOn(s) {
			f.cover(f.e.edge(s, graph.Next, "", nil))
		}
		f.next = next
	}
}

// goesOn tells whether a step just leads to the next one. All others count their edges where they take them.
func (f *function) goesOn(st ast.Step) bool {
	switch x := st.(type) {
	case *ast.Say, *ast.Pause, *ast.Language, *ast.Topic, *ast.Reply, *ast.Attach, *ast.Mark:
		return true
	case *ast.Word:
		return x.Kind == words.Continue || x.Kind == words.PauseRecording || x.Kind == words.ResumeRecording
	case *ast.Let:
		if x.Source == nil || x.Source.Expr == nil {
			return false
		}
		ref, ok := x.Source.Expr.(*ast.Ref)
		return !ok || !f.isLookup(ref)
	case *ast.Do:
		return len(f.e.p.FlowsOf(x.Call)) == 0 && !f.isLookup(x.Call)
	}
	return false
}

func (f *function) step(st ast.Step) {
	switch x := st.(type) {
	case *ast.Say:
		if x.Options {
			f.labels()
			return
		}
		f.say(x.Said, x.Early)
	case *ast.Pause:
		f.one(bundle.PauseSite, x.For)
	case *ast.Language:
		f.one(bundle.LanguageSite, x.To)
	case *ast.Topic:
		f.one(bundle.TopicSite, x.Value)
	case *ast.If:
		f.branch(x)
	case *ast.Match:
		f.match(x)
	case *ast.Repeat:
		f.repeat(x)
	case *ast.ForEach:
		f.each(x)
	case *ast.MenuStep:
		f.menu(x, x.Menu)
	case *ast.Let:
		f.let(x)
	case *ast.Do:
		f.do(x)
	case *ast.Goto:
		f.jumpFlow(x)
	case *ast.Return:
		if x.Value == nil {
			f.cover(f.e.edge(x, graph.Next, "", nil))
			f.abc(bundle.ReturnNone, 0, 0, 0)
			return
		}
		r := f.temp(1)
		f.expr(x.Value, r)
		f.cover(f.e.edge(x, graph.Next, "", nil))
		f.abc(bundle.Return, r, 0, 0)
	case *ast.Word:
		f.word(x)
	case *ast.Voicemail:
		f.voicemail(x)
	case *ast.RunSurvey:
		f.survey(x)
	case *ast.SurveyAsk:
		f.surveyAsk(x)
	case *ast.Reply:
		r := f.temp(1)
		f.text(x.Text, r)
		f.effect(r, plainSite(bundle.ReplySite, 1))
	case *ast.Attach:
		r := f.temp(1)
		f.expr(x.Value, r)
		site := plainSite(bundle.AttachSite, 1)
		site.Name, site.Value = x.Name.Text, typeName(f.e.p.TypeOf(x.Value))
		f.effect(r, site)
	case *ast.Mark:
		site := plainSite(bundle.MarkSite, 0)
		site.Name = plain(x.Name)
		f.effect(f.temp(1), site)
	case ast.Act:
		f.act(x)
	}
}

// typeName is a type as logs and screens are told of it: a record by its id.
func typeName(t *types.Type) string {
	switch t.Kind {
	case types.RecordOf:
		return t.Record.ID
	case types.ListOf:
		return "list of " + typeName(t.Elem)
	}
	return t.Kind.String()
}

// optional evaluates an expression, or loads what stands for its absence.
func (f *function) optional(x ast.Expr, r int, k bundle.Const) {
	if x == nil {
		f.load(r, k)
		return
	}
	f.present(x, r)
}

// one emits an effect of one value.
func (f *function) one(k bundle.SiteKind, x ast.Expr) {
	r := f.temp(1)
	f.present(x, r)
	f.effect(r, plainSite(k, 1))
}

func (f *function) branch(x *ast.If) {
	var other, end label
	next := f.next
	c := f.operand(x.Cond)
	f.next = next
	f.jump(bundle.JumpIfNot, c, &other)
	f.cover(f.e.edge(x, graph.Branch, "then", nil))
	f.block(x.Then)
	if x.Else == nil && !f.e.opt.Cover { // nothing to jump over
		f.mark(&other)
		return
	}
	f.jump(bundle.Jump, 0, &end)
	f.mark(&other)
	f.cover(f.e.edge(x, graph.Branch, "else", nil))
	f.block(x.Else)
	f.mark(&end)
}

func (f *function) word(x *ast.Word) {
	leave := func(l *label) {
		f.cover(f.e.edge(x, graph.Next, "", nil))
		if l != nil {
			f.jump(bundle.Jump, 0, l)
		}
	}
	switch x.Kind {
	case words.Again:
		leave(f.again)
	case words.Next:
		leave(f.round)
	case words.Stop:
		leave(f.stop)
	case words.Hangup:
		f.cover(f.e.edge(x, graph.Next, "", nil))
		f.effect(f.temp(1), plainSite(bundle.HangupSite, 0))
	case words.Reject:
		f.cover(f.e.edge(x, graph.Next, "", nil))
		f.effect(f.temp(1), plainSite(bundle.RejectSite, 0))
	case words.PauseRecording:
		f.effect(f.temp(1), plainSite(bundle.PauseRecordingSite, 0))
	case words.ResumeRecording:
		f.effect(f.temp(1), plainSite(bundle.ResumeRecordingSite, 0))
	}
}

// pass evaluates the arguments of a flow from register base on.
func (f *function) pass(m *check.Ref, target *check.FlowInfo) int {
	base := f.temp(max(len(target.Params), 1))
	for i := range target.Params {
		if i < len(m.Args) && m.Args[i] != nil {
			f.expr(m.Args[i], base+i)
		} else {
			f.abc(bundle.LoadAbsent, base+i, 0, 0)
		}
	}
	return base
}

func (f *function) jumpFlow(x *ast.Goto) {
	f.flows(x.Target, func(target *check.FlowInfo, _ string) {
		base := f.pass(f.e.p.RefOf(x.Target), target)
		f.cover(f.e.edge(x, graph.Goto, target.Name, nil))
		f.abx(bundle.Goto, base, target.Index)
	})
}

// callFlow runs a flow and leaves its result in the register it returns.
func (f *function) callFlow(r *ast.Ref, target *check.FlowInfo, through string, st ast.Step) int {
	m := f.e.p.RefOf(r)
	// The callee's window lies over all registers from its arguments on, so they are the last in use.
	base := f.pass(m, target)
	f.cover(f.e.edge(st, graph.Do, target.Name, nil))
	f.abx(bundle.Call, base, target.Index)
	f.cover(f.e.edge(st, graph.Next, through, nil))
	return base
}

func (f *function) let(x *ast.Let) {
	if x.Source == nil {
		return
	}
	r := f.temp(1)
	var store func(from int)
	s := f.e.p.LocalOf(x)
	store = func(from int) {
		switch {
		case s == nil:
		case s.Kind == check.CallData:
			f.abx(bundle.StoreData, from, s.Index)
		default:
			f.move(s.Slot, from)
		}
	}
	switch {
	case x.Source.Ask != nil:
		f.ask(x, x.Source.Ask, store)
	case x.Source.Do != nil:
		if target := f.e.p.FlowOf(x.Source.Do); target != nil {
			store(f.callFlow(x.Source.Do, target, "", x))
			return
		}
		store(f.lookup(x, x.Source.Do, x.Source.Guard))
	case x.Source.Expr != nil:
		if ref, ok := x.Source.Expr.(*ast.Ref); ok && f.isLookup(ref) {
			store(f.lookup(x, ref, x.Source.Guard))
			return
		}
		if s != nil && (s.Kind == check.Local || s.Kind == check.Param) && certain(x.Source.Expr) {
			f.expr(x.Source.Expr, s.Slot)
			return
		}
		f.expr(x.Source.Expr, r)
		store(r)
	}
}

func (f *function) do(x *ast.Do) {
	if len(f.e.p.FlowsOf(x.Call)) > 0 {
		f.flows(x.Call, func(target *check.FlowInfo, through string) { f.callFlow(x.Call, target, through, x) })
		return
	}
	if f.isLookup(x.Call) {
		f.lookup(x, x.Call, x.Guard)
		return
	}
	f.expr(x.Call, f.temp(1))
}

// isLookup tells whether a reference asks another system or a table.
func (f *function) isLookup(r *ast.Ref) bool {
	m := f.e.p.RefOf(r)
	if m == nil || m.Symbol == nil {
		return false
	}
	return m.Key != nil || m.Symbol.Kind == check.Function && m.Symbol.Lib.Class == 0
}

// survey runs a survey and comes back.
func (f *function) survey(x *ast.RunSurvey) {
	s := f.e.p.Find(x.Name.Text)
	if s == nil || s.Kind != check.Flow {
		return
	}
	target := f.e.p.Flows[s.Index]
	site := plainSite(bundle.SurveySite, 0)
	site.Name, site.Index = s.Name, f.e.surveyOf(s.Name)
	base := f.temp(1)
	var after label
	if site.Index >= 0 && f.e.out.Surveys[site.Index].Limited() {
		site.Args = 1
		f.load(base, bundle.Const{N: 1})
		f.effect(base, site)
		f.jump(bundle.JumpIfNot, base, &after)
	} else {
		f.effect(base, site)
	}
	f.cover(f.e.edge(x, graph.Do, target.Name, nil))
	f.abx(bundle.Call, base, target.Index)
	end := plainSite(bundle.SurveySite, 0)
	end.Index = -1
	f.effect(base, end)
	f.mark(&after)
	f.cover(f.e.edge(x, graph.Next, "", nil))
}

// moment is a date, or a moment in the program's zone.
func (e *emitter) moment(x *ast.DateLit) int64 {
	if x.Time == nil {
		return x.Days
	}
	zone, err := time.LoadLocation(e.out.Zone)
	if err != nil {
		zone = time.UTC
	}
	day := time.Unix(x.Days*86_400, 0).UTC()
	s := int(x.Time.Seconds)
	return time.Date(day.Year(), day.Month(), day.Day(), s/3600, s/60%60, s%60, 0, zone).UnixMilli()
}
