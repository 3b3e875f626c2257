package witness

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// before puts an assumption before the last thing that the caller did, if it is not assumed already.
func (l *led) before(what, answer string) {
	line := "假设 " + what + " 得到 " + answer
	was, known := l.told[what]
	if was == line {
		return
	}
	if known && l.since[what] == l.input {
		l.torn = true
	}
	l.told[what], l.since[what] = line, l.input
	if len(l.lines) == 0 {
		l.givens = append(l.givens, line)
		return
	}
	l.lines = slices.Insert(l.lines, l.input, line)
	l.input++
	l.since[what] = l.input
}

// Lookup answers as the path goes on.
func (l *led) Lookup(e vm.Effect, now int64) (vm.Event, int64) {
	if e.Name == "table" && e.Index >= 0 && e.Index < len(l.program.Tables) && len(e.Args) > 0 {
		return session.Row(&l.program.Tables[e.Index], e.Args[0]), 0
	}
	f := library.ByID(e.Name)
	i := l.find(func(i int) bool {
		m := l.path.Moves[i]
		n := m.Edge.From
		if m.At != nil {
			n = m.At
		}
		if n.Kind != graph.Step || m.At != nil && m.Edge.Kind != graph.Hangup {
			return false
		}
		st, ok := n.Step.(ast.Step)
		if !ok {
			return false
		}
		g := l.p.GuardOf(st)
		return g != nil && g.Lookup != nil && g.Lookup.Symbol != nil && g.Lookup.Symbol.Lib != nil &&
			g.Lookup.Symbol.Lib.ID == e.Name
	})
	if i < 0 && f == nil {
		return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, 0
	}
	var step ast.Node
	if i >= 0 {
		edge := l.path.Moves[i].Edge
		l.pos = i + 1
		step = edge.From.Step
		if edge.Kind == graph.Hangup {
			l.leaving = true
		}
		if at := l.path.Moves[i].At; at != nil {
			step = at.Step
		}
		if f = l.p.GuardOf(step.(ast.Step)).Lookup.Symbol.Lib; edge.Kind == graph.Outcome {
			l.before(called(f), library.TagName(edge.Label).Zh)
			return vm.Event{Kind: vm.Outcome, Tag: edge.Label}, 0
		}
	}
	if f.Result == nil || f.Result.Kind == types.Nothing {
		l.before(called(f), "是"+l.slow())
		return vm.Event{Kind: vm.Done}, l.patience()
	}
	s, ok := l.chosen[choice{step: step}]
	if !ok || step == nil {
		s = shape{items: 1}
	}
	v := s.make(f.Result)
	l.before(called(f), v.text+l.slow())
	return vm.Event{Kind: vm.Answer, Value: v.value}, l.patience()
}

// patience is how long a lookup or an act takes during which the caller hangs up, in milliseconds; nothing for others.
func (l *led) patience() int64 {
	if l.leaving {
		return 3_000
	}
	return 0
}

func (l *led) slow() string { return either(l.leaving, " 隔 3秒", "") }

// called is a function as a test assumes its answers, whatever its arguments are.
func called(f *library.Function) string {
	var path, blanks []string
	for _, w := range f.Path {
		path = append(path, w.Zh)
	}
	for _, p := range f.Params {
		if !p.Optional {
			blanks = append(blanks, "_")
		}
	}
	return strings.Join(path, ".") + "(" + strings.Join(blanks, ", ") + ")"
}

// Query answers for lists, switches and opening hours as chosen.
func (l *led) Query(e vm.Effect, now int64) vm.Event {
	on := func(kind check.SymbolKind, otherwise bool) bool {
		for c, s := range l.chosen {
			if c.symbol != nil && c.symbol.Kind == kind && c.symbol.Index == e.Index && c.name == "" && s.whole != nil {
				return s.whole.value.N != 0
			}
		}
		return otherwise
	}
	switch e.Name {
	case "list":
		in := len(e.Args) > 0 && e.Args[0].Str() == l.caller
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(in && on(check.NamesList, false))}
	case "switch":
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(on(check.Switch, l.program.Switches[e.Index].On))}
	case "hours":
		h := l.schedules[e.Index]
		for c, s := range l.chosen {
			if c.name == closedFor && c.symbol.Index == e.Index {
				return session.AssumeClosed(h, now, s.whole.value.Str())
			}
		}
		return session.Assume(h, now, on(check.Hours, h.At(now, nil).Open))
	}
	return vm.Event{Kind: vm.Fault}
}

// Outcome ends an act as the path goes on.
func (l *led) Outcome(e vm.Effect, _ int64) (string, int64) {
	act := map[bundle.SiteKind]string{bundle.TransferSite: "转接", bundle.CallbackSite: "预约回呼",
		bundle.SMSSite: "发短信", bundle.MailSite: "发邮件", bundle.FaxSite: "传真", bundle.ReceiveFaxSite: "接收传真"}
	i := l.find(func(i int) bool {
		m := l.path.Moves[i]
		n := m.Edge.From
		if m.At != nil {
			if n = m.At; m.Edge.Kind != graph.Hangup {
				return false
			}
		}
		switch n.Step.(type) {
		case *ast.Enqueue:
			return e.Kind == bundle.EnqueueSite
		case *ast.Transfer:
			return e.Kind == bundle.TransferSite
		case *ast.Callback:
			return e.Kind == bundle.CallbackSite
		case *ast.Send:
			return e.Kind == bundle.SMSSite || e.Kind == bundle.MailSite
		case *ast.Fax:
			return e.Kind == bundle.FaxSite
		case *ast.ReceiveFax:
			return e.Kind == bundle.ReceiveFaxSite
		}
		return false
	})
	if i < 0 {
		return "", 0
	}
	edge := l.path.Moves[i].Edge
	if edge.Kind == graph.Hangup && e.Kind != bundle.EnqueueSite {
		l.pos, l.leaving = i+1, true
		l.before(act[e.Kind], either(e.Kind == bundle.TransferSite, "接通", "是")+l.slow())
		return "", l.patience()
	}
	if edge.Kind != graph.Outcome {
		if e.Kind != bundle.EnqueueSite {
			l.pos = i + 1
		}
		return "", 0
	}
	l.pos = i + 1
	name := library.TagName(edge.Label).Zh
	if e.Kind == bundle.EnqueueSite {
		l.before("排队 "+e.Args[0].Str(), name)
	} else {
		l.before(act[e.Kind], name)
	}
	return edge.Label, 0
}
