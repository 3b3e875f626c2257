package prove

import (
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// agreement compares what menus, yes/no questions and queues say with what they accept. It looks at
// nothing else: in the prompt of a number, 按 is about the end key, or gives an example.
func (a *analysis) agreement() {
	for _, file := range a.p.Files {
		g := &listener{analysis: a, file: file.Path}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FlowDecl, *ast.SurveyDecl:
				ast.Walk(d, g.node)
			case *ast.MenuDecl:
				ast.Walk(d, g.node)
			}
		}
	}
	a.offers()
}

// listener hears the prompts of one file.
type listener struct {
	*analysis
	file string
}

// heard is what a question's prompts say in one language.
type heard struct {
	lang  string
	keys  []string
	place map[string]diag.Span // of each key: the words that say it
	any   bool                 // something is said at all
}

func (g *listener) node(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.Menu:
		g.menu(x)
	case *ast.Ask:
		if t := g.p.AskType(x); t.Kind == types.YesNo {
			g.yesNo(x)
		}
		for _, l := range x.Limits {
			if l.Kind == "confirm" && len(l.Words) > 0 {
				g.compare(g.hear(nil, l.Words), []string{"1", "2"}, nil, l.Span(), false)
			}
		}
	case *ast.SurveyAsk:
		if len(x.Choices) > 0 && x.Kind != "several" {
			var keys []string
			for _, c := range x.Choices {
				keys = append(keys, c.Key)
			}
			// A survey may name its keys in a list ("satisfied 1, fair 2"), so only what it does say counts.
			g.compare(g.hear(nil, x.Words), keys, []string{"#"}, x.Span(), true)
		}
	}
	return true
}

func (g *listener) menu(m *ast.Menu) {
	var keys, more []string
	var at diag.Span
	for _, arm := range m.Arms {
		for _, k := range arm.Keys {
			if arm.When == nil {
				keys = append(keys, k.Keys)
			} else {
				more = append(more, k.Keys)
			}
			if at == (diag.Span{}) {
				at = k.Span()
			}
		}
	}
	known, options := true, false
	var said []*ast.Said
	for _, s := range m.Lead {
		ast.Walk(s, func(n ast.Node) bool {
			if say, ok := n.(*ast.Say); ok {
				options = options || say.Options
				if say.Said != nil {
					said = append(said, say.Said)
					known = known && (say.Said.Text == nil || say.Said.Text.Ref == nil || g.prompt(say.Said.Text.Ref) != nil)
				}
			}
			return true
		})
	}
	g.compareAt(g.hear(said, nil), keys, more, m.Arms, at, options || !known)
}

func (g *listener) yesNo(q *ast.Ask) {
	var more []string
	for _, arm := range q.Arms {
		for _, k := range arm.Keys {
			more = append(more, k.Keys)
		}
	}
	var said []*ast.Said
	known := true
	for _, s := range q.Lead {
		if say, ok := s.(*ast.Say); ok && say.Said != nil {
			said = append(said, say.Said)
			known = known && (say.Said.Text == nil || say.Said.Text.Ref == nil || g.prompt(say.Said.Text.Ref) != nil)
		}
	}
	g.compare(g.hear(said, nil), []string{"1", "2"}, more, q.Span(), !known)
}

func (g *listener) prompt(r *ast.Ref) *check.PromptInfo {
	s := g.p.SymbolOf(r)
	if s == nil || s.Kind != check.Prompt || s.Index >= len(g.p.Prompts) {
		return nil
	}
	return g.p.Prompts[s.Index]
}

// hear lists what is said, in each language that has any words of its own.
func (g *listener) hear(said []*ast.Said, words []*ast.Worded) []heard {
	byLang := map[string]*heard{}
	var order []string
	each := false
	hear := func(lang string, text *ast.StringLit, at diag.Span) {
		h := byLang[lang]
		if h == nil {
			h = &heard{lang: lang, place: map[string]diag.Span{}}
			byLang[lang] = h
			order = append(order, lang)
		}
		h.any = true
		for _, part := range text.Parts {
			for _, k := range spokenKeys(part.Text) {
				h.keys = append(h.keys, k)
				if _, seen := h.place[k]; !seen {
					h.place[k] = at
				}
			}
		}
	}
	main := "zh"
	if len(g.p.Languages) > 0 {
		main = g.p.Languages[0]
	}
	wordsOf := func(list []*ast.Worded) {
		for _, w := range list {
			lang := main
			if w.Lang != nil {
				lang = w.Lang.Tag
			}
			hear(lang, w.Text, w.Text.Span())
		}
	}
	wordsOf(words)
	for _, s := range said {
		each = each || s.Each
		switch {
		case s.Text == nil:
		case s.Text.Ref != nil:
			if p := g.prompt(s.Text.Ref); p != nil {
				for lang, text := range p.Words {
					hear(lang, text, s.Text.Ref.Span())
				}
			}
		default:
			wordsOf(s.Text.Words)
		}
	}
	slices.SortFunc(order, strings.Compare)
	if each { // said one after the other: all of it is heard by everybody
		all := heard{place: map[string]diag.Span{}, any: len(order) > 0}
		for _, l := range order {
			all.keys = append(all.keys, byLang[l].keys...)
			for k, at := range byLang[l].place {
				all.place[k] = at
			}
		}
		return []heard{all}
	}
	var out []heard
	for _, l := range order {
		out = append(out, *byLang[l])
	}
	return out
}

func (g *listener) compare(said []heard, keys, more []string, at diag.Span, partial bool) {
	g.compareAt(said, keys, more, nil, at, partial)
}

// compareAt reports the keys that are said and not accepted, and, unless only part of what is said is
// known, those that are accepted and never said. more may be said or not.
func (g *listener) compareAt(said []heard, keys, more []string, arms []*ast.Arm, at diag.Span, partial bool) {
	global := g.globalKeys()
	told := map[string]bool{}
	for _, h := range said {
		for _, k := range h.keys {
			if !slices.Contains(keys, k) && !slices.Contains(more, k) && !slices.Contains(global, k) && !told["+"+k] {
				told["+"+k] = true
				g.report(diag.New("RX4201", g.file, h.place[k], k))
			}
		}
		if partial || !h.any {
			continue
		}
		for _, k := range keys {
			if !slices.Contains(h.keys, k) && len(k) == 1 && !told["-"+k] {
				told["-"+k] = true
				g.report(diag.New("RX4202", g.file, keyPlace(arms, k, at), k))
			}
		}
	}
	if len(said) == 0 && !partial && len(keys) > 0 && arms != nil {
		g.report(diag.New("RX4203", g.file, at))
	}
}

func keyPlace(arms []*ast.Arm, key string, otherwise diag.Span) diag.Span {
	for _, arm := range arms {
		for _, k := range arm.Keys {
			if k.Keys == key {
				return k.Span()
			}
		}
	}
	return otherwise
}

// globalKeys are those of any handler: which of them covers a place depends on the callers, and a prompt
// that names one of them is right.
func (g *listener) globalKeys() []string {
	var keys []string
	collect := func(handlers []*ast.Arm) {
		for _, h := range handlers {
			for _, k := range h.Keys {
				keys = append(keys, k.Keys)
			}
		}
	}
	if g.p.Defaults != nil {
		collect(g.p.Defaults.Handlers)
	}
	for _, f := range g.p.Flows {
		collect(f.Handlers)
	}
	return keys
}

// offers compares what each queue says with the keys it offers, and those with the arms of the steps
// that enqueue there.
func (a *analysis) offers() {
	offered := map[*check.QueueInfo][]string{}
	for _, q := range a.p.Queues {
		g := &listener{analysis: a, file: q.File}
		var said []*ast.Said
		for _, it := range q.Items {
			for _, k := range it.Keys {
				offered[q] = append(offered[q], k.Keys)
			}
			if it.Said != nil {
				said = append(said, it.Said)
			}
		}
		if q.Like == nil || len(q.Decl.Items) > 0 && slices.ContainsFunc(q.Decl.Items, func(it *ast.QueueItem) bool { return it.Said != nil || len(it.Keys) > 0 }) {
			g.compare(g.hear(said, nil), offered[q], nil, q.Span, false)
		}
	}
	passed := a.passedQueues()
	for _, file := range a.p.Files {
		for _, d := range file.Decls {
			ast.Walk(d, func(n ast.Node) bool {
				if e, ok := n.(*ast.Enqueue); ok {
					a.enqueue(file.Path, e, offered, passed)
				}
				return true
			})
		}
	}
}

// passedQueues are those that some call hands on, so that a parameter may stand for them.
func (a *analysis) passedQueues() map[*check.Symbol]bool {
	passed := map[*check.Symbol]bool{}
	for _, file := range a.p.Files {
		for _, d := range file.Decls {
			ast.Walk(d, func(n ast.Node) bool {
				if arg, ok := n.(*ast.Arg); ok {
					if r, isRef := arg.Value.(*ast.Ref); isRef {
						if s := a.p.SymbolOf(r); s != nil && s.Kind == check.Queue {
							passed[s] = true
						}
					}
				}
				return true
			})
		}
	}
	return passed
}

func (a *analysis) enqueue(file string, e *ast.Enqueue, offered map[*check.QueueInfo][]string, passed map[*check.Symbol]bool) {
	var takes []string
	if e.Else != nil {
		for _, arm := range e.Else.Arms {
			for _, k := range arm.Keys {
				takes = append(takes, k.Keys)
			}
		}
	}
	ref, ok := e.Queue.(*ast.Ref)
	if !ok {
		return
	}
	s := a.p.SymbolOf(ref)
	told := map[string]bool{}
	for _, q := range a.p.Queues {
		if s == nil || s.Kind == check.Queue && q.Symbol != s || s.Kind != check.Queue && !passed[q.Symbol] {
			continue
		}
		for _, k := range offered[q] {
			if !slices.Contains(takes, k) && !told[k] {
				told[k] = true
				a.report(diag.New("RX4204", file, e.Queue.Span(), q.Name, k))
			}
		}
	}
}
