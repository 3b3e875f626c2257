package prove

import (
	"maps"
	"slices"
	"strconv"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// agreement compares what menus, questions, surveys and queues say with what they accept, in each language by itself:
// which keys they name, and for what.
func (a *analysis) agreement() {
	for _, file := range a.p.Files {
		g := &listener{analysis: a, file: file}
		for _, n := range file.Outline().Questions {
			g.node(n)
		}
	}
	a.offers()
}

// listener hears the prompts of one file.
type listener struct {
	*analysis
	file *ast.File
	uses []utterance // heard in the question that is looked at
}

// asking is a question: what it says and what it accepts.
type asking struct {
	said    []heard
	at      diag.Span
	must    []option // must be named
	may     []string // may be named
	partial bool     // only a part of what is said is known, so what is not heard may be said nevertheless
	field   func(key string) bool
	read    bool // labels are read
	silent  bool // nothing is said at all
}

// option is a key with what it is for.
type option struct {
	key, label string
	at         diag.Span // of the key; none where the language has fixed it
}

func (g *listener) node(n ast.Node) {
	if g.agreed(n) {
		return
	}
	before := len(g.found)
	g.uses = g.uses[:0]
	switch x := n.(type) {
	case *ast.Menu:
		g.menu(x)
	case *ast.Ask:
		g.question(x)
	case *ast.SurveyAsk:
		g.survey(x)
	}
	if len(g.found) == before {
		g.agrees(n)
	}
}

// options lists the keys of some arms: those that must be named and those that may. Those that 播放 选项 reads are named;
// one that only plays all again needs no name there.
func options(arms []*ast.Arm, read bool) (must []option, may []string) {
	for _, arm := range arms {
		label := ""
		if arm.Label != nil {
			label, _ = arm.Label.Plain()
		}
		for _, k := range arm.Keys {
			if arm.When != nil || arm.Unannounced || read && (arm.Label != nil || replays(arm.Body)) {
				may = append(may, k.Keys)
			} else {
				must = append(must, option{k.Keys, label, k.Span()})
			}
		}
	}
	return must, may
}

func replays(b *ast.Block) bool {
	if b == nil || len(b.Steps) != 1 {
		return false
	}
	w, ok := b.Steps[0].(*ast.Word)
	return ok && w.Kind == words.Again
}

func (g *listener) menu(m *ast.Menu) {
	q := asking{at: m.Span()}
	read := false
	var said []*ast.Said
	for _, s := range m.Lead {
		ast.WalkSteps(s, func(n ast.Node) bool {
			if say, ok := n.(*ast.Say); ok {
				read = read || say.Options
				if say.Said != nil {
					said = append(said, say.Said)
				}
			}
			return true
		})
	}
	q.must, q.may = options(m.Arms, read)
	q.partial = !g.known(said)
	q.said = g.hear(said, nil)
	q.read, q.silent = read, len(said) == 0 && !read
	for _, arm := range m.Arms {
		if len(arm.Keys) > 0 {
			q.at = arm.Keys[0].Span()
			break
		}
	}
	before := len(g.found)
	g.compare(q)
	g.labels(q.said, m.Arms)
	if !q.partial && len(g.found) == before {
		g.sometimes(m)
	}
}

// question compares the prompt of a field with its arms. A digit that the field takes, and its end key, are no options.
func (g *listener) question(x *ast.Ask) {
	q := asking{at: x.Span()}
	var said []*ast.Said
	for _, s := range x.Lead {
		ast.WalkSteps(s, func(n ast.Node) bool {
			if say, ok := n.(*ast.Say); ok && say.Said != nil {
				said = append(said, say.Said)
			}
			return true
		})
	}
	q.said, q.partial = g.hear(said, nil), !g.known(said)
	end, globals := "#", false
	for _, l := range x.Limits {
		switch {
		case l.Kind == words.EndKey && l.Key != nil:
			end = l.Key.Keys
		case l.Kind == words.AllowGlobalKeys:
			globals = true
		case l.Kind == words.Confirm && len(l.Words) > 0:
			g.confirm(l, x.Record)
		}
	}
	t := g.p.AskType(x)
	q.must, q.may = options(x.Arms, false)
	if t.Kind == types.YesNo {
		q.must = append([]option{{key: "1"}, {key: "2"}}, q.must...)
		g.turned(q.said, "2", yesText)
	}
	q.field = func(key string) bool { return check.Takes(t, key, end) }
	if rows := g.p.AskRows(x); rows != nil {
		q.field = func(key string) bool { return key == end || rows.Begins(key) }
		if q.silent = len(said) == 0; t.Max == 1 { // longer ones are codes, which callers may know
			q.must = append(q.must, g.unread(x, rows)...)
			g.rows(q.said, x, rows)
		}
	}
	g.compareIn(q, globals || t.Kind == types.YesNo)
	if globals {
		g.kept(q, end)
	}
}

// kept reports words that tell of a global key which the field takes for what is keyed in. The key that ends the entry
// is told of as such.
func (g *listener) kept(q asking, end string) {
	for _, h := range q.said {
		told := false
		h.each(func(s *spoken, m mention) {
			for _, k := range m.keys {
				if told || !m.verb || k == end || !slices.Contains(g.global, k) || !q.field(k) || q.has(k) {
					continue
				}
				told = true
				g.report(diag.New("RX3019", g.file.Path, s.place(m), diag.Text{Zh: "按 " + k, En: "press " + k},
					diag.Text{Zh: "这里在按键输入，它会当作输入的内容，不是全局键",
						En: "what is keyed here holds this key, so it is no global one"}))
			}
		})
		if told {
			return
		}
	}
}

// has tells whether a key is an option of the question itself.
func (q *asking) has(key string) bool {
	return slices.Contains(q.may, key) || slices.ContainsFunc(q.must, func(o option) bool { return o.key == key })
}

// rows compares the names of the rows with the words beside their keys: the first column of text has them.
func (g *listener) rows(said []heard, x *ast.Ask, rows *check.TableInfo) {
	name := slices.IndexFunc(rows.Row.Fields, func(f *types.Field) bool { return f.Type.Kind == types.Text })
	if name <= 0 {
		return
	}
	var list []named
	for _, r := range rows.Rows {
		list = append(list, named{key: r[0].S, label: r[name].S})
	}
	g.misplaced(said, list, func(int) diag.Span { return x.Type.Span() }, nil)
}

// unread are the rows of a table that a question takes and whose keys its lead does not go through.
func (g *listener) unread(x *ast.Ask, rows *check.TableInfo) (list []option) {
	read := 0
	for _, s := range x.Lead {
		ast.WalkSteps(s, func(n ast.Node) bool {
			each, ok := n.(*ast.ForEach)
			if !ok {
				return true
			}
			of, _ := each.List.(*ast.Ref)
			if most, ok := g.p.ConstOf(each.Most); ok && g.p.SymbolOf(of) == rows.Symbol && g.readsKey(each, rows) {
				read = max(read, int(most.N/1_000_000))
			}
			return true
		})
	}
	for i := read; i < len(rows.Rows); i++ {
		list = append(list, option{key: rows.Rows[i][0].S, at: x.Type.Span()})
	}
	return list
}

// readsKey tells whether a for each says the key of each row.
func (g *listener) readsKey(each *ast.ForEach, rows *check.TableInfo) (says bool) {
	local := g.p.LocalOf(each)
	ast.Walk(each.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.Ref); ok {
			if m := g.p.RefOf(r); m != nil && m.Symbol == local && len(m.Fields) == 1 {
				says = says || m.Fields[0] == rows.Row.Fields[0]
			}
		}
		return true
	})
	return says
}

// confirm compares the words that read an answer back: 1 keeps it, 2 asks again. Of a recording 2 plays it again, and 3
// records again.
func (g *listener) confirm(l *ast.Limit, record bool) {
	q := asking{said: g.hear(nil, l.Words), at: l.Span()}
	q.must = []option{{key: "1"}, {key: "2"}}
	if record {
		q.must = append(q.must, option{key: "3"})
		g.compare(q)
		g.turned(q.said, "3", recordText)
		return
	}
	g.compare(q)
	g.turned(q.said, "2", keepText)
}

func (g *listener) survey(x *ast.SurveyAsk) {
	q := asking{said: g.hear(nil, x.Words), at: x.Span(), may: []string{"#"}}
	var list []named
	for _, c := range x.Choices {
		label := ""
		if c.Label != nil {
			label, _ = c.Label.Plain()
		}
		q.must = append(q.must, option{c.Key, label, c.Span()})
		list = append(list, named{key: c.Key, label: label})
	}
	switch x.Kind {
	case words.Choice, words.Several:
		g.compare(q)
		g.misplaced(q.said, list, func(i int) diag.Span { return x.Choices[i].Span() }, nil)
	case words.NPS:
		g.scale(q.said, 0, 10)
	case words.Scale:
		if x.Min >= 0 {
			g.scale(q.said, x.Min, x.Max)
			g.grades(q.said, x)
		}
	}
}

// known tells whether the words of all that is said are known: a parameter may be any prompt, and a recording may have
// no words.
func (g *listener) known(said []*ast.Said) bool {
	for _, s := range said {
		if s.Text != nil && s.Text.Ref != nil {
			if p := g.prompt(s.Text.Ref); p == nil || len(p.Words) == 0 {
				return false
			}
		}
	}
	return true
}

// prompts are those that a reference may stand for: several for a parameter. A key that any of them names is accepted.
func (g *listener) prompts(r *ast.Ref) []*check.PromptInfo {
	var list []*check.PromptInfo
	for _, s := range g.p.ThingsOf(r) {
		if s.Kind == check.Prompt && s.Index < len(g.p.Prompts) {
			list = append(list, g.p.Prompts[s.Index])
		}
	}
	return list
}

func (g *listener) prompt(r *ast.Ref) *check.PromptInfo {
	s := g.p.SymbolOf(r)
	if s == nil || s.Kind != check.Prompt || s.Index >= len(g.p.Prompts) {
		return nil
	}
	return g.p.Prompts[s.Index]
}

func (g *listener) compare(q asking) { g.compareIn(q, true) }

// compareIn reports the keys that are named and not accepted, and those that are accepted and not named.
func (g *listener) compareIn(q asking, globals bool) {
	accepted := slices.Clone(q.may)
	for _, o := range q.must {
		accepted = append(accepted, o.key)
	}
	if globals {
		accepted = append(accepted, g.global...)
	}
	if q.silent && len(q.must) > 0 {
		g.report(diag.New("RX4203", g.file.Path, q.at, diag.Text{}))
		return
	}
	if len(q.said) == 0 { // only the labels are read
		q.said = []heard{{}}
	}
	if g.otherKey(q, accepted) {
		return
	}
	told := map[string]bool{} // a key that two languages lack is one fault
	for _, h := range q.said {
		name, in := g.language(h.lang)
		listed := h.listed(q.must)
		h.each(func(s *spoken, m mention) {
			for _, k := range m.keys {
				if !m.named(listed) || len(k) > 1 || slices.Contains(accepted, k) || q.field != nil && q.field(k) ||
					told["+"+k] {
					continue
				}
				told["+"+k] = true
				g.report(diag.New("RX4201", g.file.Path, s.place(m), k, in))
			}
		})
		if q.partial {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(q.must), func(o option) bool { return h.names(o.key) })
		if len(missing) > 1 && len(missing) == len(q.must) && !q.read {
			if !told["all"] {
				g.report(diag.New("RX4203", g.file.Path, q.at, name))
			}
			told["all"] = true
			continue
		}
		for _, o := range missing {
			if told["-"+o.key] {
				continue
			}
			told["-"+o.key] = true
			at := o.at
			if at == (diag.Span{}) && len(h.texts) > 0 {
				at = h.texts[0].at
			}
			g.report(diag.New("RX4202", g.file.Path, at, o.key, name))
		}
	}
}

// otherKey reports words that name one key which there is not, where one that there is is not named: one slip, and
// either key may be the wrong one.
func (g *listener) otherKey(q asking, accepted []string) bool {
	if q.partial || q.read || len(q.said) != 1 {
		return false
	}
	h := q.said[0]
	var at *spoken
	var wrong mention
	extra, listed := map[string]bool{}, h.listed(q.must)
	h.each(func(s *spoken, m mention) {
		for _, k := range m.keys {
			if m.named(listed) && len(k) == 1 && !slices.Contains(accepted, k) && (q.field == nil || !q.field(k)) {
				extra[k] = true
				at, wrong = s, m
			}
		}
	})
	missing := slices.DeleteFunc(slices.Clone(q.must), func(o option) bool { return h.names(o.key) })
	if len(extra) != 1 || len(missing) != 1 || missing[0].at == (diag.Span{}) {
		return false
	}
	right := missing[0]
	key := slices.Collect(maps.Keys(extra))[0]
	_, in := g.language(h.lang)
	d := diag.New("RX4201", g.file.Path, at.place(wrong), key, in).WithRelated(g.file.Path, right.at,
		diag.Text{Zh: "按 " + right.key + " 没有说到", En: "press " + right.key + " is not told of"})
	if place, ok := at.digit(wrong, key); ok {
		d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "改为 " + right.key, En: "say " + right.key},
			Edits: []diag.Edit{{File: g.file.Path, Span: place, New: right.key}}})
	}
	g.report(d)
	return true
}

// language names one of several languages, and how it is said in it, for a sentence; both are empty where there is but
// one.
func (g *listener) language(tag string) (name, in diag.Text) {
	if tag == "" || len(g.p.Languages) < 2 {
		return name, in
	}
	n := check.LanguageName(tag)
	return diag.Text{Zh: n.Zh, En: " " + n.En}, diag.Text{Zh: "用" + n.Zh, En: " in " + n.En}
}

// globalKeys are those of any handler, each once: which of them covers a place depends on the callers, and a prompt
// that names one of them is right.
func globalKeys(p *check.Program) []string {
	var keys []string
	seen := map[string]bool{}
	collect := func(handlers []*ast.Arm) {
		for _, h := range handlers {
			for _, k := range h.Keys {
				if !seen[k.Keys] {
					seen[k.Keys] = true
					keys = append(keys, k.Keys)
				}
			}
		}
	}
	if p.Defaults != nil {
		collect(p.Defaults.Handlers)
	}
	for _, f := range p.Flows {
		collect(f.Handlers)
	}
	return keys
}

// labels compares the labels of a menu's arms with the words beside their keys.
func (g *listener) labels(said []heard, arms []*ast.Arm) {
	var list []named
	var keys []*ast.Key
	for _, arm := range arms {
		if arm.Label == nil || len(arm.Keys) != 1 {
			continue
		}
		label, _ := arm.Label.Plain()
		list = append(list, named{key: arm.Keys[0].Keys, label: label})
		keys = append(keys, arm.Keys[0])
	}
	g.misplaced(said, list, func(i int) diag.Span { return keys[i].Span() }, keys)
}

// misplaced reports the first key that is announced as another one is labelled.
func (g *listener) misplaced(said []heard, list []named, at func(int) diag.Span, keys []*ast.Key) {
	for _, h := range said {
		for i := range list {
			list[i].words = h.words(list[i].key)
		}
		i, j := swapped(list)
		if i < 0 {
			continue
		}
		name, _ := g.language(h.lang)
		d := diag.New("RX4205", g.file.Path, at(i), list[i].key, list[i].label, list[j].label, name)
		if keys != nil {
			d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "对调这两个键", En: "exchange the two keys"}, Edits: []diag.Edit{
				{File: g.file.Path, Span: at(i), New: g.source(at(j))},
				{File: g.file.Path, Span: at(j), New: g.source(at(i))}}})
		}
		g.report(d)
		return
	}
}

// grades reports grades of a scale that are not told of where others are by themselves: 满意请按3，不满意请按1。
func (g *listener) grades(said []heard, x *ast.SurveyAsk) {
	for _, h := range said {
		told, spans := map[string]bool{}, false
		h.each(func(_ *spoken, m mention) {
			spans = spans || m.low != ""
			for _, k := range m.keys {
				told[k] = told[k] || m.verb
			}
		})
		n := 0
		var lacks []string
		for k := x.Min; k <= min(x.Max, 9); k++ {
			if told[strconv.Itoa(k)] {
				n++
			} else {
				lacks = append(lacks, strconv.Itoa(k))
			}
		}
		if spans || n < 2 || len(lacks) == 0 || x.Max > 9 {
			continue
		}
		name, _ := g.language(h.lang)
		g.report(diag.New("RX4202", g.file.Path, x.Span(), lacks[0], name))
		return
	}
}

func (g *listener) source(at diag.Span) string { return g.file.Text[at.Start:at.End] }

var (
	yesText  = [2]diag.Text{{Zh: "是", En: "yes"}, {Zh: "否", En: "no"}}
	keepText = [2]diag.Text{{Zh: "正确", En: "it is kept"}, {Zh: "重新输入", En: "it is asked again"}}

	recordText = [2]diag.Text{{Zh: "确认", En: "it is kept"}, {Zh: "重录", En: "it is recorded again"}}
)

// turned reports words that give 1 and another key to each other's meaning, where the language has fixed them.
func (g *listener) turned(said []heard, other string, meaning [2]diag.Text) {
	for _, h := range said {
		if !lexiconOf(h.lang).turned(h.words("1"), h.words(other)) {
			continue
		}
		name, _ := g.language(h.lang)
		s, m := h.mention("1")
		d := diag.New("RX4206", g.file.Path, s.place(m), meaning[0], meaning[1], name, other)
		s2, m2 := h.mention(other)
		if one, ok := s.digit(m, "1"); ok {
			if two, ok := s2.digit(m2, other); ok {
				title := diag.Text{Zh: "对调 1 和 " + other, En: "exchange 1 and " + other}
				d = d.WithFix(diag.Fix{Title: title, Edits: []diag.Edit{
					{File: g.file.Path, Span: one, New: other}, {File: g.file.Path, Span: two, New: "1"}}})
			}
		}
		g.report(d)
		return
	}
}

// scale reports a range that is said and is not that of the question.
func (g *listener) scale(said []heard, low, top int) {
	for _, h := range said {
		told := false
		h.each(func(s *spoken, m mention) {
			if m.low == "" || m.low == strconv.Itoa(low) && m.top == strconv.Itoa(top) || told {
				return
			}
			told = true
			g.report(diag.New("RX4207", g.file.Path, s.place(m), m.low, m.top, low, top))
		})
		if told {
			return
		}
	}
}
