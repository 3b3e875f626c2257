package check

import (
	"slices"
	"time"

	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// sign gives every declaration its signature: languages, defaults, types of parameters, results, settings and columns,
// and the words of prompts. Bodies come after, when all signatures are known.
func (c *checker) sign() {
	p := c.p
	c.marks, c.queueWords = map[string]int{}, map[*Symbol]bool{}
	var languages, defaults, other ast.Node
	for _, f := range p.Files {
		c.enter(f.Path)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.LanguagesDecl:
				if c.single(&languages, d, spelt("语种", "languages")) {
					for _, l := range d.Languages {
						if l.Tag != "" && c.spokenTongue(l) && !contains(p.Languages, l.Tag) {
							p.Languages = append(p.Languages, l.Tag)
						}
					}
					if d.Fallback != nil && len(p.Languages) > 0 {
						p.Fallback = c.languageTag(d.Fallback)
					}
				}
			case *ast.DefaultsDecl:
				if c.single(&defaults, d, spelt("缺省", "defaults")) {
					p.Defaults = d
					p.DefaultsFlow = &FlowInfo{Symbol: &Symbol{Kind: Flow, File: f.Path, Span: d.Span(), Decl: d},
						Form:   HandlersForm,
						Result: types.Of(types.Nothing), Handlers: d.Handlers, Channel: Voice}
				}
			case *ast.MessageDecl:
				if d.Other {
					c.single(&other, d, spelt("来信 其他", "message other"))
				}
			}
		}
	}
	if len(p.Languages) == 0 {
		p.Languages = []string{"zh"}
	}
	if p.Fallback == "" {
		p.Fallback = p.Languages[0]
	}
	c.zones()
	for _, t := range p.Tables {
		c.enter(t.File)
		c.columns(t)
	}
	for _, f := range p.Flows {
		c.signFlow(f)
	}
	for _, x := range p.Templates {
		c.enter(x.File)
		d := x.Decl.(*ast.TemplateDecl)
		c.locals, c.stack = map[string]*Symbol{}, nil
		x.Params = c.params(d.Params)
		for i, s := range x.Params {
			s.Slot = i
		}
	}
	for _, s := range p.Settings {
		c.enter(s.File)
		c.setting(s, s.Decl.(*ast.SettingDecl))
	}
	c.unknownSettings()
	for _, s := range p.CallData {
		c.enter(s.File)
		d := s.Decl.(*ast.CallDataDecl)
		s.Type = c.typ(d.Type)
		switch {
		case s.Type.IsBad():
		case s.Type.Secret:
			c.report("RX6004", d.Type.Span())
			s.Type = bad
		case s.Type.IsNamed() || s.Type.Kind == types.Message:
			c.report("RX2128", d.Type.Span(), s.Type.Describe())
			s.Type = bad
		}
	}
	c.place = "prompt"
	for _, x := range p.Prompts {
		c.enter(x.File)
		c.wordings(x, x.Decl.(*ast.PromptDecl).Wordings, true)
		if c.queueWords[nil] {
			c.queueWords[x.Symbol] = true
			delete(c.queueWords, nil)
		}
	}
	c.place = ""
	for _, x := range p.Templates {
		c.enter(x.File)
		c.locals, c.stack = map[string]*Symbol{}, nil
		for _, s := range x.Params {
			c.locals[s.Name] = s
		}
		c.wordings(x, x.Decl.(*ast.TemplateDecl).Wordings, false)
		c.locals = map[string]*Symbol{}
	}
}

// signFlow gives a flow, a menu or a survey its parameters and its result.
func (c *checker) signFlow(f *FlowInfo) {
	c.enter(f.File)
	f.Result = types.Of(types.Nothing)
	var params []*ast.Column
	switch d := f.Decl.(type) {
	case *ast.FlowDecl:
		params = d.Params
		if d.Result != nil {
			if f.Result = c.typ(d.Result); f.Result.IsNamed() {
				c.report("RX2128", d.Result.Span(), f.Result.Describe())
				f.Result = bad
			}
		}
	case *ast.MenuDecl:
		params = d.Params
	}
	f.Type = f.Result
	c.inFlow(f, func() { f.Params = c.params(params) })
	f.Locals = slices.Clone(f.Params)
}

// single reports a declaration that may stand only once in a program; the first counts.
func (c *checker) single(have *ast.Node, d ast.Node, name diag.Text) bool {
	if *have != nil {
		c.report("RX2008", d.Span(), name)
		return false
	}
	*have = d
	return true
}

// zones checks the time zones and the presence of defaults.
func (c *checker) zones() {
	p := c.p
	if p.Defaults == nil {
		switch {
		case len(p.Flows) > 0:
			c.enter(p.Flows[0].File)
			c.report("RX2007", p.Flows[0].Span)
		case len(p.Files) > 0 && c.empty():
			c.enter(p.Files[0].Path)
			c.report("RX2007", diag.Span{})
		}
		return
	}
	c.enter(p.DefaultsFlow.File)
	d := p.Defaults
	if d.Zone == nil {
		c.report("RX2009", d.Span(), spelt("时区", "zone"))
	} else if c.zone(d.Zone) {
		p.Zone = plain(d.Zone)
	}
	if handlerOf(d.Handlers, "error") == nil {
		c.report("RX2009", d.Span(), spelt("当 出错", "on error"))
	}
}

// empty tells whether no file declares anything. Where declarations could not be read, that has been told.
func (c *checker) empty() bool {
	for _, f := range c.p.Files {
		if len(f.Decls) > 0 {
			return false
		}
	}
	return true
}

// zone checks the name of a time zone of the IANA database.
func (c *checker) zone(s *ast.StringLit) bool {
	if s == nil {
		return false
	}
	name := plain(s)
	if _, err := time.LoadLocation(name); name == "" || name == "Local" || err != nil {
		c.report("RX2015", s.Span(), name)
		return false
	}
	return true
}

// params declares parameters in the current scope.
func (c *checker) params(list []*ast.Column) []*Symbol {
	var params []*Symbol
	for _, col := range list {
		if col.Name == nil {
			continue
		}
		params = append(params, c.declare(Param, col.Name, c.typ(col.Type), col))
	}
	return params
}

// typ reads a type.
func (c *checker) typ(t *ast.Type) *types.Type {
	if t == nil || len(t.Path) == 0 || t.Path[0] == nil || t.Path[0].Text == "" {
		return bad
	}
	n := t.Path[0]
	var r *types.Type
	kind, ok := types.Lookup(n.Text)
	switch {
	case len(t.Path) > 1:
		c.report("RX2140", t.Span(), n.Text+"."+t.Path[1].Text, diag.Text{})
		return bad
	case ok:
		r = types.Of(kind)
		c.note(n, library.Word{ID: kind.Name().En, Text: kind.Name()})
	case c.env.Library.Record(n.Text) != nil:
		rec := c.env.Library.Record(n.Text)
		r = types.OfRecord(rec)
		c.note(n, library.Word{ID: rec.ID, Text: rec.Name})
	default:
		known := types.Words()
		for _, rec := range c.env.Library.Records() {
			known = append(known, rec.Name.Zh, rec.Name.En)
		}
		meant := guessedOf(n.Text, known)
		c.fix(c.report("RX2140", n.Span(), n.Text, meant.said()), n, meant)
		return bad
	}
	if t.Min >= 0 {
		if kind != types.Digits || !ok {
			c.report("RX2147", t.Span(), r.Describe())
		} else if t.Max < t.Min || t.Min < 1 || t.Max > 64 {
			c.report("RX2148", t.Span())
		} else {
			r = types.DigitsOf(t.Min, t.Max)
		}
	}
	if t.Secret {
		if r.IsNamed() {
			c.report("RX6006", t.Span(), r.Describe())
			return bad
		}
		r = types.AsSecret(r)
	}
	return r
}

// setting checks a setting, and takes the deployment's value for it.
func (c *checker) setting(s *Symbol, d *ast.SettingDecl) {
	s.Type = c.typ(d.Type)
	if s.Type.IsBad() {
		c.expr(d.Value, nil)
		return
	}
	if s.Type.Secret {
		c.report("RX6004", d.Type.Span())
		s.Type = bad
		return
	}
	kind, plainType := cellKinds[s.Type.Kind]
	if !plainType && s.Type.Kind != types.Language {
		c.report("RX2128", d.Type.Span(), s.Type.Describe())
		s.Type = bad
		return
	}
	t := c.value(d.Value, s.Type)
	if k, ok := c.p.ConstOf(d.Value); ok && !k.None {
		k.Type = s.Type
		s.Value = &k
	} else if _, literal := d.Value.(*ast.NumberLit); !t.IsBad() && !literal { // of a literal the fault has been told
		c.report("RX2135", d.Value.Span())
	}
	c.override(s, kind, d.Name.Span())
}

// bodies checks what the declarations hold.
func (c *checker) bodies() {
	p := c.p
	if f := p.DefaultsFlow; f != nil {
		c.enter(f.File)
		c.inFlow(f, func() {
			if p.Defaults.Playing != nil {
				c.value(p.Defaults.Playing, types.Of(types.Prompt))
			}
			for _, l := range p.Defaults.Limits {
				c.limit(l, nil, false, false)
			}
			c.handlerArms(p.Defaults.Handlers)
		})
	}
	for _, f := range p.Flows {
		c.body(f)
	}
	for _, q := range p.Queues {
		c.enter(q.File)
		c.queue(q)
	}
	c.inherit()
	for _, x := range p.Campaigns {
		c.enter(x.File)
		c.campaign(x)
	}
	for _, s := range p.Mailboxes {
		c.enter(s.File)
		d := s.Decl.(*ast.MailboxDecl)
		c.text(d.Greeting, spoken, false, false)
		c.figure(d.Longest, types.Of(types.Duration), "longest")
		c.figure(d.Silence, types.Of(types.Duration), "silence")
		for _, n := range d.Notify {
			c.holesForbidden(n)
			if text, whole := n.Plain(); !whole || !ident.IsMobile(text) {
				c.address(n)
			}
		}
	}
	tickets := map[string]diag.Related{}
	for _, f := range p.Files {
		c.enter(f.Path)
		for _, d := range f.Decls {
			if t, ok := d.(*ast.TicketTypeDecl); ok {
				c.ticketType(t)
				name := plain(t.Name)
				if old, twice := tickets[name]; twice {
					*c.report("RX2002", t.Name.Span(), name) = diag.New("RX2002", c.file, t.Name.Span(),
						name).WithRelated(old.File, old.Span,
						diag.Text{Zh: "先在这里声明", En: "first declared here"})
				} else if name != "" {
					tickets[name] = diag.Related{File: c.file, Span: t.Name.Span()}
				}
			}
		}
	}
	for _, r := range p.Rules {
		c.enter(r.File)
		c.rule(r.Decl)
	}
	for _, t := range p.Tests {
		c.enter(t.File)
		c.testBlock(t.Decl)
	}
}

// body checks what a flow, a menu or a survey does.
func (c *checker) body(f *FlowInfo) {
	defer c.kept.left(f)
	c.enter(f.File)
	c.inFlow(f, func() {
		for _, s := range f.Params {
			if c.locals[s.Name] == nil {
				c.locals[s.Name] = s
				c.stack = append(c.stack, s.Name)
			}
		}
		c.handlerArms(f.Handlers)
		switch d := f.Decl.(type) {
		case *ast.MenuDecl:
			c.use(Voice, d)
			if d.Menu != nil {
				c.menu(d.Menu)
			}
		case *ast.SurveyDecl:
			c.use(Voice, d)
			c.campaignLimits(d.Limits)
		}
		c.block(f.Body)
	})
}

// ticketType checks the deadlines of a kind of ticket: working days or a time, and a share for the urging.
func (c *checker) ticketType(t *ast.TicketTypeDecl) {
	c.fixed(t.Name)
	deadline := func(e ast.Expr, clause string) (millis int64) {
		if e == nil {
			return 0
		}
		switch k := c.expr(e, types.Of(types.Workdays)); k.Kind {
		case types.Bad:
		case types.Workdays:
			c.deadlines = true
			c.bounded(e, clause)
		case types.Duration:
			c.bounded(e, "deadline")
		default:
			c.report("RX2101", e.Span(), types.Of(types.Workdays).Describe(), k.Describe())
		}
		k, _ := c.p.ConstOf(e)
		if k.Type != nil && k.Type.Kind == types.Workdays {
			return k.N / one * dayMS
		}
		return k.N
	}
	accept, finish := deadline(t.Accept, "accept"), deadline(t.Finish, "finish")
	if accept > finish && finish > 0 {
		c.report("RX2152", t.Accept.Span())
	}
	c.figure(t.Urge, types.Of(types.Number), "urge")
}
