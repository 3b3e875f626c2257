package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
	"rexian/locale"
)

var kindText = map[SymbolKind]diag.Text{
	Local: {Zh: "一个值", En: "a value"}, Param: {Zh: "参数值", En: "a parameter"}, CallData: {Zh: "通话变量", En: "call data"},
	Setting: {Zh: "参数", En: "a setting"}, Switch: {Zh: "开关", En: "a switch"}, NamesList: {Zh: "名单", En: "a list"},
	Table: {Zh: "表格", En: "a table"}, Calendar: {Zh: "日历", En: "a calendar"}, Hours: {Zh: "作息", En: "hours"},
	Prompt: {Zh: "提示语", En: "a prompt"}, Template: {Zh: "模板", En: "a template"}, Mailbox: {Zh: "信箱", En: "a mailbox"},
	Queue: {Zh: "队列", En: "a queue"}, Flow: {Zh: "流程或菜单", En: "a flow or menu"},
	Campaign: {Zh: "外呼任务", En: "a campaign"},
	Target:   {Zh: "呼叫对象", En: "a target"},
	Function: {Zh: "库函数", En: "a library function"}, Tag: {Zh: "标签", En: "a tag"},
	Blank: {Zh: "任意值", En: "any value"},
}

// symbol finds what a name stands for among locals and declarations; nil if it is none of them.
func (c *checker) symbol(name string) *Symbol {
	if s := c.locals[name]; s != nil {
		return s
	}
	return c.p.symbols[name]
}

// ref finds what a reference means and the type of its value. A lookup is let pass only where asked is set.
func (c *checker) ref(e *ast.Ref, want *types.Type, asked bool) *types.Type {
	if e == nil || e.Name == nil || e.Name.Text == "" {
		return bad
	}
	name := e.Name.Text
	if s := c.locals[name]; s != nil && len(e.Tail) == 0 {
		c.used(s)
		c.occurs(e.Name, s)
		c.p.refs.Set(e, s.plain())
		return s.Type
	}
	m := &Ref{Use: &bare}
	c.p.refs.Set(e, m)
	t := c.reference(e, m, want, asked)
	if m.Symbol != nil && m.Use == &bare && !m.Called && m.Used == 0 {
		c.p.refs.Set(e, m.Symbol.plain())
	}
	return t
}

// reference finds what a reference means that is no local's bare name.
func (c *checker) reference(e *ast.Ref, m *Ref, want *types.Type, asked bool) *types.Type {
	name := e.Name.Text
	if s := c.locals[name]; s != nil {
		return c.local(e, m, s)
	}
	if want != nil && want.Kind == types.Tag && len(e.Tail) == 0 {
		if w, ok := library.Tag(name); ok && contains(want.Tags, w.ID) {
			m.Symbol = &Symbol{Kind: Tag, Name: name, Type: want, Tag: w.ID}
			c.occurs(e.Name, m.Symbol)
			c.note(e.Name, w)
			return want
		}
	}
	if s := c.p.symbols[name]; s != nil {
		return c.declared(e, m, s, asked)
	}
	if t := c.tongue(e, m, want); t != nil {
		return t
	}
	if c.test && name == "_" && len(e.Tail) == 0 {
		m.Symbol = &Symbol{Kind: Blank, Name: name, Type: bad}
		return bad
	}
	return c.libraryRef(e, m, want, asked)
}

// tongue types a reference to a language by its name; nil if it names none.
func (c *checker) tongue(e *ast.Ref, m *Ref, want *types.Type) *types.Type {
	l, ok := locale.ByName(e.Name.Text)
	wanted := want != nil && want.Kind == types.Language
	if len(e.Tail) > 0 || !ok || !wanted && !contains(c.p.Languages, l.Tag) {
		return nil
	}
	if !contains(c.p.Languages, l.Tag) {
		c.report("RX4103", e.Span(), LanguageName(l.Tag))
	}
	t := types.Of(types.Language)
	m.Symbol = &Symbol{Kind: Tongue, Name: e.Name.Text, Type: t, Value: &Const{Type: t, S: l.Tag}}
	c.note(e.Name, library.Word{ID: l.Tag, Text: diag.Text{Zh: l.Name("zh"), En: l.Tag}})
	return t
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (c *checker) local(e *ast.Ref, m *Ref, s *Symbol) *types.Type {
	c.used(s)
	c.occurs(e.Name, s)
	m.Symbol = s
	if len(e.Tail) == 1 && s.Type.Kind == types.Flow && e.Tail[0].Kind == ast.CallTail {
		return s.Type
	}
	return c.fieldsOf(m, e.Tail, s.Type)
}

// declared types a reference to a declaration of the program.
func (c *checker) declared(e *ast.Ref, m *Ref, s *Symbol, asked bool) *types.Type {
	c.used(s)
	c.occurs(e.Name, s)
	m.Symbol = s
	switch s.Kind {
	case Table:
		if e == c.listed && c.p.Tables[s.Index].Row != nil {
			return types.List(types.OfRecord(c.p.Tables[s.Index].Row))
		}
		if len(e.Tail) == 0 || e.Tail[0].Kind != ast.IndexTail {
			c.report("RX2116", e.Span(), s.Name)
			return bad
		}
		m.Used, m.own().Key = 1, e.Tail[0].Index
		var key *types.Type
		t := c.p.Tables[s.Index]
		if t.Row != nil && len(t.Row.Fields) > 0 {
			key = t.Row.Fields[0].Type
		}
		kt := c.expr(m.Key, key)
		if key != nil && !kt.IsBad() && !(kt.IsText() && key.IsText() && !kt.Secret) {
			c.fit(m.Key, kt, key)
		}
		if !asked {
			c.report("RX2117", e.Span(), s.Name)
			return bad
		}
		return c.fieldsOf(m, e.Tail[1:], types.OfRecord(t.Row))
	case Template:
		params := c.p.Templates[s.Index].Params
		rest := c.call(e, m, e.Tail, params)
		return c.fieldsOf(m, rest, s.Type)
	case Flow:
		params := c.p.Flows[s.Index].Params
		if len(e.Tail) > 0 && e.Tail[0].Kind == ast.CallTail {
			c.call(e, m, e.Tail, params)
			if !asked {
				c.report("RX2118", e.Span(), s.Name)
				return bad
			}
			return s.Type
		}
		return c.fieldsOf(m, e.Tail, types.Of(types.Flow))
	case Calendar, Campaign:
		c.report("RX2004", e.Span(), s.Name, kindText[s.Kind], diag.Text{Zh: "一个值", En: "a value"})
		return bad
	case Prompt:
		c.queuePrompt(e, s)
	}
	return c.fieldsOf(m, e.Tail, s.Type)
}

// call takes the arguments of a call from the front of a tail and returns the rest. A template or flow without
// parameters needs no brackets.
func (c *checker) call(e *ast.Ref, m *Ref, tail []ast.Tail, params []*Symbol) []ast.Tail {
	list := make([]library.Param, len(params))
	for i, p := range params {
		list[i] = library.Param{Word: library.Word{ID: p.Name, Text: diag.Text{Zh: p.Name, En: p.Name}}, Type: p.Type}
	}
	rest := c.arguments(e, m, tail, list, false)
	if m.Called {
		for _, a := range tail[0].Args {
			for _, p := range params {
				if a.Name != nil && a.Name.Text == p.Name {
					c.occurs(a.Name, p)
				}
			}
		}
	}
	c.handsOn(m, params)
	return rest
}

// figures are the parameters of the library that have bounds, and the clause of these.
var figures = map[string]string{"round.places": "places", "share.part": "part", "notice.latest.count": "count",
	"notice.by_topic.count": "count", "filter.add.for": "for"}

// arguments matches the arguments of a call to the parameters and checks each.
func (c *checker) arguments(e *ast.Ref, m *Ref, tail []ast.Tail, params []library.Param, ofLibrary bool) []ast.Tail {
	if len(params) > 0 {
		u := m.own()
		u.Args, u.Params = make([]ast.Expr, len(params)), make([]*types.Type, len(params))
	}
	for i, p := range params {
		m.Params[i] = p.Type
	}
	span := e.Span()
	var args []*ast.Arg
	if len(tail) > 0 && tail[0].Kind == ast.CallTail {
		m.Called = true
		m.Used++
		args, tail = tail[0].Args, tail[1:]
	}
	next, astray := 0, false
	index := func(name string) int {
		return slices.IndexFunc(params, func(p library.Param) bool { return p.Zh == name || p.En == name })
	}
	for _, a := range args {
		i, value := next, a.Value
		if k, y := c.equalsForColon(a, index); k >= 0 {
			i, value = k, y
		} else if a.Name != nil {
			if i = index(a.Name.Text); i < 0 {
				var known []string
				for _, p := range params {
					known = append(known, p.Zh, p.En)
				}
				meant := guessedOf(a.Name.Text, known)
				d := c.report("RX2103", a.Name.Span(), a.Name.Text,
					diag.Text{Zh: "不是它的参数" + meant.said().Zh, En: "is no parameter of it" + meant.said().En})
				c.fix(d, a.Name, meant)
				c.expr(a.Value, nil)
				astray = true // it was meant for the one that would seem to be missing
				continue
			}
			if ofLibrary {
				c.note(a.Name, params[i].Word)
			}
		} else {
			next++
			if i >= len(params) {
				c.expr(a.Value, nil)
				if i == len(params) {
					c.report("RX2102", a.Span(), refText(e), len(params), countText(len(args)))
				}
				continue
			}
		}
		if m.Args[i] != nil {
			c.report("RX2103", a.Span(), params[i].Text, diag.Text{Zh: "写了两次", En: "is given twice"})
			c.expr(a.Value, nil)
			continue
		}
		m.Args[i] = value
		if params[i].Type == nil {
			c.expr(value, nil)
		} else {
			c.value(value, params[i].Type)
		}
		if ofLibrary && m.Symbol != nil && m.Symbol.Lib != nil {
			if clause := figures[m.Symbol.Lib.ID+"."+params[i].ID]; clause != "" {
				c.bounded(a.Value, clause)
			}
		}
		if ofLibrary && params[i].ID == "class" && m.Symbol != nil && m.Symbol.Lib != nil &&
			strings.HasPrefix(m.Symbol.Lib.ID, "ticket.") {
			c.ticketClass(a.Value)
		}
	}
	for i, p := range params {
		if m.Args[i] == nil && !p.Optional && !astray {
			c.report("RX2122", span, refText(e), p.Text)
			break
		}
	}
	return tail
}

func countText(n int) diag.Text { return diag.Text{Zh: strconv.Itoa(n) + "个", En: strconv.Itoa(n)} }

// refText is a reference's path as written, for messages.
func refText(e *ast.Ref) string {
	s := e.Name.Text
	if len(e.Tail) > 0 && e.Tail[0].Kind == ast.FieldTail && e.Tail[0].Field != nil {
		s += "." + e.Tail[0].Field.Text
	}
	return s
}

// ownLibrary tells where a function that the library lacks may come from.
var ownLibrary = diag.Text{Zh: "库里没有的查询，可以自己写：运行 rexian library new",
	En: "a lookup that the library lacks can be written: run rexian library new"}

// libraryRef types a reference to the library.
func (c *checker) libraryRef(e *ast.Ref, m *Ref, want *types.Type, asked bool) *types.Type {
	name := e.Name.Text
	f, tail := c.env.Library.Find(name, ""), e.Tail
	if f == nil {
		head, ok := c.env.Library.Head(name)
		if !ok {
			n := len(c.diags)
			c.unknown(e.Name, want)
			if len(e.Tail) > 1 && e.Tail[0].Kind == ast.FieldTail && e.Tail[1].Kind == ast.CallTail &&
				len(c.diags) > n && c.diags[n].Fix == nil {
				c.diags[n] = c.diags[n].WithNotes(ownLibrary) // 社保.查询("1")
			}
			for _, t := range e.Tail {
				for _, a := range t.Args {
					c.expr(a.Value, nil)
				}
			}
			return bad
		}
		if len(tail) == 0 || tail[0].Kind != ast.FieldTail || tail[0].Field == nil {
			if want != nil && want.Kind == types.Tag {
				c.unknown(e.Name, want)
			} else {
				c.report("RX2005", e.Span(), name, "",
					diag.Text{Zh: "后面要写用它的什么，例如“" + name + "." + first(c.env.Library.Second(name)) + "”",
						En: "needs a function after it, such as " + name + "." + first(c.env.Library.Second(name))})
			}
			return bad
		}
		second := tail[0].Field
		f = c.env.Library.Find(name, second.Text)
		if f == nil {
			meant := guessedOf(second.Text, c.env.Library.Second(name))
			d := c.report("RX2005", second.Span(), name, second.Text,
				diag.Text{Zh: "没有“" + second.Text + "”" + meant.said().Zh,
					En: "has no " + second.Text + meant.said().En})
			c.fix(d, second, meant)
			if d.Fix == nil {
				*d = d.WithNotes(ownLibrary)
			}
			for _, t := range tail {
				for _, a := range t.Args {
					c.expr(a.Value, nil)
				}
			}
			return bad
		}
		c.note(e.Name, head)
		c.note(second, f.Path[1])
		m.Used, tail = 1, tail[1:]
	} else {
		c.note(e.Name, f.Path[0])
	}
	m.Symbol = c.function(f)
	c.occurs(e.Name, m.Symbol)
	if m.Used == 1 {
		c.occurs(e.Tail[0].Field, m.Symbol)
	}
	if c.flow != nil && f.ID == "caller" {
		c.flow.Caller = true
	}
	if countsWorkdays[f.ID] {
		c.counted = append(c.counted, counted{c.owner, c.file, refText(e), e.Span()})
	}
	if f.Class == library.Value {
		return c.libraryValue(e, m, f, tail)
	}
	var t *types.Type
	c.documented(f, func() { t = c.libraryCall(e, m, f, tail, asked) })
	return t
}

// function is the symbol of a function of the library: one for all references to it.
func (c *checker) function(f *library.Function) *Symbol {
	s := c.functions[f]
	if s == nil {
		s = &Symbol{Kind: Function, Name: f.ID, Type: f.Result, Lib: f}
		c.functions[f] = s
	}
	return s
}

// libraryCall types a call of a function.
func (c *checker) libraryCall(e *ast.Ref, m *Ref, f *library.Function, tail []ast.Tail, asked bool) *types.Type {
	if len(tail) == 0 || tail[0].Kind != ast.CallTail {
		c.report("RX2123", e.Span(), refText(e))
		return bad
	}
	c.arguments(e, m, tail, f.Params, true)
	tail = tail[1:]
	result := f.Result
	if result == nil && f.Shape == nil {
		result = types.Of(types.Nothing)
	}
	if f.Shape != nil {
		shaped := make([]*types.Type, len(m.Args))
		for i, a := range m.Args {
			if a == nil {
				if !f.Params[i].Optional {
					return bad
				}
				continue
			}
			if shaped[i] = c.p.TypeOf(a); shaped[i].IsBad() {
				return bad
			}
			if shaped[i].Secret {
				c.report("RX6003", a.Span())
				return bad
			}
		}
		if result = f.Shape(shaped); result == nil {
			c.report("RX2124", m.Args[0].Span(), refText(e), shaped[0].Describe())
			return bad
		}
	}
	m.Symbol.Type = result
	if f.Class == library.Lookup && !asked {
		c.report("RX2117", e.Span(), refText(e))
		return bad
	}
	return c.fieldsOf(m, tail, result)
}

func (c *checker) libraryValue(e *ast.Ref, m *Ref, f *library.Function, tail []ast.Tail) *types.Type {
	if f.Where != "" && f.Where != c.place && !(f.Where == "queue" && c.place == "prompt") {
		places := map[string]diag.Text{"queue": {Zh: "队列的播报", En: "what a queue announces"},
			"campaign": {Zh: "外呼任务", En: "a campaign"}}
		c.report("RX2018", e.Span(), e.Name.Text, places[f.Where])
		return bad
	}
	t := f.Result
	if f.ID == "target" {
		if c.target == nil {
			return bad
		}
		m.Symbol, t = c.target, c.target.Type
		c.used(c.target)
	}
	if f.Where == "queue" && c.queueWords != nil && c.flow == nil {
		c.queueWords[nil] = true
	}
	return c.fieldsOf(m, tail, t)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// elsewhere are words that other languages, and spreadsheets, have for the constants of this one.
var elsewhere = map[string]diag.Text{"true": {Zh: "是", En: "yes"}, "false": {Zh: "否", En: "no"},
	"null": {Zh: "无", En: "none"},
	"nil":  {Zh: "无", En: "none"}, "真": {Zh: "是", En: "yes"}, "假": {Zh: "否", En: "no"}, "空": {Zh: "无", En: "none"}}

// unknown reports a name that stands for nothing, with the nearest one that does.
func (c *checker) unknown(n *ast.Name, want *types.Type) {
	if want != nil && want.Kind == types.Tag {
		c.notATag(n, want.Tags)
		return
	}
	if own, ok := elsewhere[strings.ToLower(n.Text)]; ok {
		word := own.En
		if n.Text[0] >= 0x80 {
			word = own.Zh
		}
		d := c.report("RX2001", n.Span(), n.Text,
			diag.Text{Zh: "，这里写“" + own.Zh + "”", En: "; write " + own.En + " here"})
		*d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "改为“" + word + "”", En: "change it to " + word},
			Edits: []diag.Edit{{File: c.file, Span: n.Span(), New: word}}, Safe: true})
		return
	}
	known := []*diag.Names{diag.NamesOf(slices.Collect(maps.Keys(c.locals)))}
	if diag.Nearest(n.Text, known...) == "" {
		known = append(known, c.names(values...)...)
		if want != nil && want.Kind == types.Flow {
			known = append(known, c.names(notValues...)...)
		}
	}
	if diag.Nearest(n.Text, known...) == "" {
		known = append(known, c.libraryNames())
	}
	if apart := c.split(n.Text); apart != "" {
		d := c.report("RX1020", n.Span(), n.Text, apart)
		*d = d.WithFix(c.change(n.Span(), apart))
		return
	}
	meant := guessed(n.Text, known...)
	d := c.report("RX2001", n.Span(), n.Text, meant.said())
	if w := words.Lookup(n.Text); w != nil && len(w.Of(words.Day)) > 0 {
		*d = d.WithNotes(diag.Text{Zh: "星期几写在“作息”里，例如 周一 09:00-12:00，再写 如果 办公时间 开放",
			En: "days of the week stand in hours, such as monday 09:00-12:00; then write if office is open"})
		return
	}
	c.fix(d, n, meant)
}

// notATag reports a word that is none of the tags of its place.
func (c *checker) notATag(n *ast.Name, tags []string) {
	var known []string
	var zh, en string
	for i, id := range tags {
		w := library.TagName(id)
		known = append(known, w.Zh, w.En)
		if i > 0 {
			zh, en = zh+"、", en+", "
		}
		zh, en = zh+w.Zh, en+w.En
	}
	d := c.report("RX2011", n.Span(), n.Text, diag.Text{Zh: zh, En: en})
	c.fix(d, n, guessedOf(n.Text, known))
}

// mailbox checks the name of a mailbox, or of a parameter that stands for one.
func (c *checker) mailbox(n *ast.Name) {
	if n == nil {
		return
	}
	s := c.locals[n.Text]
	if s != nil && s.Kind == Param && s.Type.Kind == types.Mailbox {
		c.used(s)
		c.occurs(n, s)
	} else if s = c.wants(n, Mailbox); s == nil {
		return
	}
	if c.p.named == nil {
		c.p.named = map[*ast.Name]*Symbol{}
	}
	c.p.named[n] = s
}

// wants finds a declared name of one kind; nil, with a finding, if the name is unknown or of another kind.
func (c *checker) wants(n *ast.Name, kind SymbolKind) *Symbol {
	if n == nil || n.Text == "" {
		return nil
	}
	s := c.symbol(n.Text)
	if s == nil {
		meant := guessed(n.Text, c.names(kind)...)
		c.fix(c.report("RX2001", n.Span(), n.Text, meant.said()), n, meant)
		return nil
	}
	c.used(s)
	c.occurs(n, s)
	if s.Kind != kind {
		c.report("RX2004", n.Span(), n.Text, kindText[s.Kind], kindText[kind])
		return nil
	}
	return s
}
