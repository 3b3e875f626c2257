package prove

import (
	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// walker goes through one flow.
type walker struct {
	*analysis
	flow    *check.FlowInfo
	file    string
	sum     *summary
	tell    bool // report findings: only in the last walk
	change  bool
	loops   []*state // for each loop around: the state at its `stop`s
	asks    int      // menus and questions around
	entered map[*ast.Arm]state
}

// walk goes through f, updates its summary and says whether that changed it.
func (a *analysis) walk(f *check.FlowInfo, tell bool) bool {
	w := &walker{analysis: a, flow: f, file: f.File, sum: a.summaries[f], tell: tell, entered: map[*ast.Arm]state{}}
	start := state{true, true}
	var end state
	switch {
	case f.Menu != nil:
		end = w.menu(f.Menu, start)
	case f.Body != nil:
		for _, h := range f.Handlers {
			if len(h.Keys) > 0 {
				w.block(h.Body, start.active())
			}
			for _, l := range h.Labels {
				if l.Hangup {
					w.block(h.Body, state{live: true})
				}
			}
		}
		end = w.block(f.Body, start)
	}
	if end.live {
		if f.Form == check.SurveyForm || f.Channel == check.Written && (f.Result == nil || f.Result.Kind == types.Nothing) {
			w.returns(end)
		} else if tell {
			w.fallsOff()
		}
	}
	return w.change
}

func (w *walker) fallsOff() {
	at := w.flow.Span
	if w.flow.Body != nil {
		if n := len(w.flow.Body.Steps); n > 0 {
			at = w.flow.Body.Steps[n-1].Span()
		}
	}
	switch {
	case w.flow.Returns:
		w.report(diag.New("RX3002", w.file, at, w.flow.Name))
	default:
		w.report(diag.New("RX3001", w.file, at, w.flow.Name))
	}
}

func (w *walker) returns(s state) {
	if j := w.sum.returns.join(s); j != w.sum.returns {
		w.sum.returns, w.change = j, true
	}
}

func (w *walker) leaves(ref *ast.Ref, s state, do bool) *check.FlowInfo {
	to := w.p.FlowOf(ref)
	if to == nil || !s.live {
		return to
	}
	old, seen := w.sum.exits[to]
	if !seen || s.quiet && !old.quiet {
		w.sum.exits[to] = exit{quiet: s.quiet, do: do, ref: ref, file: w.file}
		w.change = true
	}
	return to
}

// block walks steps in order; what follows a step that never goes on cannot be reached.
func (w *walker) block(b *ast.Block, s state) state {
	if b == nil {
		return s
	}
	for _, step := range b.Steps {
		if _, bad := step.(*ast.Bad); bad {
			continue
		}
		if !s.live {
			if w.tell {
				w.report(diag.New("RX3003", w.file, step.Span()))
			}
			return s
		}
		s = w.step(step, s)
	}
	return s
}

func (w *walker) step(step ast.Step, s state) state {
	switch x := step.(type) {
	case *ast.If:
		out := w.block(x.Then, s)
		if x.Else != nil {
			return out.join(w.block(x.Else, s))
		}
		return out.join(s)
	case *ast.Let:
		if x.Source.Ask != nil {
			return w.ask(x.Source.Ask, s)
		}
		if x.Source.Do != nil {
			s = w.do(x.Source.Do, s)
		}
		return w.guarded(x, x.Source.Guard.Else, s, s)
	case *ast.Do:
		s = w.do(x.Call, s)
		return w.guarded(x, x.Guard.Else, s, s)
	case *ast.MenuStep:
		return w.menu(x.Menu, s)
	case *ast.Enqueue:
		return w.guarded(x, x.Else, s, s)
	case *ast.Transfer:
		return w.guarded(x, x.Else, s, state{}) // a transferred caller is gone
	case *ast.Callback:
		return w.guarded(x, x.Else, s, s)
	case *ast.Send:
		return w.guarded(x, x.Else, s, s)
	case *ast.Fax:
		return w.guarded(x, x.Else, s, s)
	case *ast.ReceiveFax:
		return w.guarded(x, x.Else, s, s)
	case *ast.Goto:
		w.leaves(x.Target, s, false)
		return state{}
	case *ast.Return:
		w.returns(s)
		return state{}
	case *ast.Voicemail:
		return state{}
	case *ast.RunSurvey:
		if sv := w.p.FlowNamed(x.Name.Text); sv != nil && s.live {
			old, seen := w.sum.exits[sv]
			if !seen || s.quiet && !old.quiet {
				w.sum.exits[sv] = exit{quiet: s.quiet, do: true, file: w.file}
				w.change = true
			}
		}
		return s
	case *ast.Match:
		return w.match(x, s)
	case *ast.Repeat:
		return w.loop(x.Body, s, state{})
	case *ast.ForEach:
		return w.loop(x.Body, s, s)
	case *ast.Word:
		return w.word(x, s)
	}
	return s
}

func (w *walker) word(x *ast.Word, s state) state {
	switch x.Kind {
	case "again":
		if w.tell && w.asks > 0 && s.quiet {
			w.report(diag.New("RX3005", w.file, x.Span()))
		}
	case "stop":
		if n := len(w.loops); n > 0 {
			*w.loops[n-1] = w.loops[n-1].join(s)
		}
	case "next":
	case "hangup", "reject":
	default: // continue, pause recording, resume recording
		return s
	}
	return state{}
}

// loop walks a bounded body. After it comes whoever stopped it, whoever came to its end, and those
// for whom it had no round at all (none).
func (w *walker) loop(body *ast.Block, s, none state) state {
	var stops state
	w.loops = append(w.loops, &stops)
	out := w.block(body, s)
	w.loops = w.loops[:len(w.loops)-1]
	if nexts(body) {
		out = out.join(s)
	}
	return out.join(stops).join(none)
}

// nexts tells whether a body has a `next` of its own: then it may come to its last round's end by it.
func nexts(b *ast.Block) bool {
	found := false
	ast.Walk(b, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Word:
			found = found || x.Kind == "next"
		case *ast.Repeat, *ast.ForEach:
			return false
		}
		return !found
	})
	return found
}

func (w *walker) do(call *ast.Ref, s state) state {
	to := w.leaves(call, s, true)
	if to == nil {
		return s // a library function, or a name that was not found
	}
	r := w.summaries[to].returns
	return state{live: s.live && r.live, quiet: s.quiet && r.quiet}
}

// guarded walks the arms of a step that may have another outcome, and the handlers further out that
// catch what they do not. ok is the state after success.
func (w *walker) guarded(step ast.Step, e *ast.Else, s, ok state) state {
	out := ok
	if e != nil {
		if e.Body != nil {
			out = out.join(w.block(e.Body, s))
		}
		for _, arm := range e.Arms {
			in := s
			if len(arm.Keys) > 0 {
				in = s.active()
			}
			out = out.join(w.block(arm.Body, in))
		}
	}
	w.handlers(step, s)
	return out
}

// handlers walks those handlers of the flow and of defaults that catch an outcome of step.
func (w *walker) handlers(step ast.Step, s state) {
	g := w.p.GuardOf(step)
	if g == nil {
		return
	}
	for _, c := range g.Catches {
		if c.Arm == nil || c.By != check.ByFlow && c.By != check.ByDefaults && c.By != check.ByCaller {
			continue
		}
		before := w.entered[c.Arm]
		if now := before.join(s); now != before {
			w.entered[c.Arm] = now
			file, tell := w.file, w.tell
			if c.By != check.ByFlow {
				w.file, w.tell = w.defaultsFile, false
			}
			w.block(c.Arm.Body, now)
			w.file, w.tell = file, tell
		}
	}
}

// match walks the arms; without `otherwise` the checker has seen that they cover everything.
func (w *walker) match(m *ast.Match, s state) state {
	var out state
	whole := false
	for _, arm := range m.Arms {
		out = out.join(w.block(arm.Body, s))
		whole = whole || arm.Otherwise
		for _, l := range arm.Labels {
			if info := w.p.LabelOf(l); info != nil && info.Tag != "" {
				whole = true
			}
		}
	}
	if !whole {
		out = out.join(s)
	}
	return out
}

func (w *walker) ask(q *ast.Ask, s state) state {
	w.asks++
	defer func() { w.asks-- }()
	out := s.active()
	if q.Record {
		out = s // a recording ends by itself as well
	}
	return out.join(w.arms(q.Arms, s))
}

func (w *walker) menu(m *ast.Menu, s state) state {
	w.asks++
	defer func() { w.asks-- }()
	for _, l := range m.Lead {
		s = w.step(l, s)
	}
	return w.arms(m.Arms, s)
}

// arms walks the arms of a question. A miss goes on to the next try, which the tries bound.
func (w *walker) arms(arms []*ast.Arm, s state) state {
	var out state
	for _, arm := range arms {
		in, miss := s, false
		if len(arm.Keys) > 0 {
			in = s.active()
		}
		for _, l := range arm.Labels {
			if info := w.p.LabelOf(l); info != nil && (info.Tag == "noinput" || info.Tag == "nomatch") {
				miss = true
			}
		}
		if after := w.block(arm.Body, in); !miss {
			out = out.join(after)
		}
	}
	return out
}
