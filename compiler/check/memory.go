package check

import (
	"crypto/sha256"
	"maps"
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Memory checks a program again and again while somebody writes it. Where only the bodies of some flows, menus or
// surveys have changed since a check that found nothing, it takes back what came of these and looks at them and
// at what is told of the program as a whole; everywhere else it checks as Check does. What it finds is what Check
// finds. The zero value has checked nothing.
//
// The Program of one call is changed by the next. The places in Missing and LibraryName are those of the last check of
// everything.
type Memory struct {
	last   *checker // which found nothing when it looked at everything; nil: there was none
	base   map[*FlowInfo]flowBase
	faulty []*FlowInfo // in which something has been found since
	again  int         // checks since everything was checked
}

// flowBase is what a flow was before the program was looked at as a whole.
type flowBase struct {
	header  string // its text up to its body
	exits   int
	channel Channel
}

// mostAgain is how many checks may go by before everything is checked: what is known of steps that are no longer there
// is kept until then.
const mostAgain = 400

// wholeProgram owns what is noted of the program as a whole.
var wholeProgram = &FlowInfo{}

// keeping is what a checker keeps so that what came of a flow can be taken back. All methods do nothing on nil.
type keeping struct {
	uses   map[*FlowInfo][]*Symbol
	marks  map[*FlowInfo][]string
	names  map[*Symbol]*ast.Name // where a symbol is declared
	reads  map[string]string     // hashes of files that were read; "": it could not be
	bodies map[*FlowInfo]flowBase
	params []*Symbol // of the flow whose names are looked at again
}

func newKeeping() *keeping {
	return &keeping{uses: map[*FlowInfo][]*Symbol{}, marks: map[*FlowInfo][]string{}, names: map[*Symbol]*ast.Name{},
		reads: map[string]string{}, bodies: map[*FlowInfo]flowBase{}}
}

// left notes what came of the body of a flow.
func (k *keeping) left(f *FlowInfo) {
	if k != nil {
		k.bodies[f] = flowBase{exits: len(f.Exits), channel: f.Channel}
	}
}

func (k *keeping) use(s *Symbol, by *FlowInfo) {
	if k != nil && by != nil {
		k.uses[by] = append(k.uses[by], s)
	}
}

func (k *keeping) mark(name string, by *FlowInfo) {
	if k != nil {
		k.marks[by] = append(k.marks[by], name)
	}
}

func (k *keeping) named(s *Symbol, n *ast.Name) {
	if k != nil {
		k.names[s] = n
	}
}

// param is the symbol of a name that is being declared: others know that of a parameter, so it stays the same.
func (k *keeping) param(kind SymbolKind) *Symbol {
	if k == nil || kind != Param || len(k.params) == 0 {
		return &Symbol{}
	}
	s := k.params[0]
	k.params = k.params[1:]
	return s
}

// Check checks the files. same says that nothing but their text has changed since the last call; else the files that
// the program names are compared.
func (m *Memory) Check(files []*ast.File, env Env, same bool) (*Program, []diag.Diagnostic) {
	if m.last != nil && (m.again >= mostAgain || !m.like(env) || !same && !m.unchanged(env)) {
		m.last = nil
	}
	if m.last != nil {
		if changed, ok := m.changed(files); ok {
			m.again++
			return m.bodies(files, env, changed)
		}
	}
	c := newChecker(files, env)
	c.kept = newKeeping()
	if read := c.env.ReadFile; read != nil {
		c.env.ReadFile = func(name string) ([]byte, error) {
			b, err := read(name)
			c.kept.reads[name] = hashOf(b, err)
			return b, err
		}
	}
	c.all()
	found := diag.Sort(c.diags)
	if len(found) == 0 {
		m.keep(c, env)
	}
	return c.p, found
}

// keep remembers a check that found nothing.
func (m *Memory) keep(c *checker, env Env) {
	env.Library = c.env.Library
	c.env = env
	m.last, m.again, m.faulty, m.base = c, 0, nil, make(map[*FlowInfo]flowBase, len(c.p.Flows))
	for _, f := range c.p.Flows {
		header, _ := headerOf(f.Decl, c.texts[f.File])
		m.base[f] = flowBase{header, c.kept.bodies[f].exits, c.kept.bodies[f].channel}
	}
}

// like tells whether the program has around it what it had.
func (m *Memory) like(env Env) bool {
	was := m.last.env
	return (env.Library == nil || env.Library == was.Library) && env.Today == was.Today && env.Lasting == was.Lasting &&
		env.Occurrences == was.Occurrences && maps.Equal(env.Settings, was.Settings) &&
		maps.Equal(env.SettingsAt, was.SettingsAt)
}

// unchanged tells whether the files that the program names are as they were.
func (m *Memory) unchanged(env Env) bool {
	if (env.ReadFile == nil) != (m.last.env.ReadFile == nil) || m.last.recordings != nil && (env.Files == nil ||
		!slices.Equal(m.last.recordings.files, env.Files())) {
		return false
	}
	for name, was := range m.last.kept.reads {
		if hashOf(env.ReadFile(name)) != was {
			return false
		}
	}
	return true
}

// hashOf tells one content of a file from another; "" where it could not be read.
func hashOf(b []byte, err error) string {
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return string(sum[:])
}

// headerOf is the text of a flow, a menu or a survey up to its body; false for other declarations.
func headerOf(d ast.Node, text string) (string, bool) {
	var body ast.Node
	switch d := d.(type) {
	case *ast.FlowDecl:
		if d.Body != nil {
			body = d.Body
		}
	case *ast.MenuDecl:
		if d.Menu != nil {
			body = d.Menu
		}
	case *ast.SurveyDecl:
		if d.Body != nil {
			body = d.Body
		}
	}
	if body == nil || body.Span().Start < d.Span().Start || body.Span().Start > len(text) {
		return "", false
	}
	return text[d.Span().Start:body.Span().Start], true
}

// change is a flow with its new declaration.
type change struct {
	flow *FlowInfo
	decl ast.Decl
}

// changed finds the flows whose bodies have changed; false if anything else has.
func (m *Memory) changed(files []*ast.File) ([]change, bool) {
	was := m.last.p.Files
	if len(was) != len(files) {
		return nil, false
	}
	byDecl := map[ast.Node]*FlowInfo{}
	for _, f := range m.last.p.Flows {
		byDecl[f.Decl] = f
	}
	var list []change
	for i, f := range files {
		if f.Path != was[i].Path || len(f.Decls) != len(was[i].Decls) {
			return nil, false
		}
		for k, d := range f.Decls {
			old := was[i].Decls[k]
			if d == old {
				continue
			}
			flow := byDecl[old]
			header, ok := headerOf(d, f.Text)
			if flow == nil || !ok || header != m.base[flow].header || returnsOf(d) != flow.Returns {
				return nil, false
			}
			list = append(list, change{flow, d})
		}
	}
	for _, f := range m.faulty {
		if !slices.ContainsFunc(list, func(x change) bool { return x.flow == f }) {
			list = append(list, change{f, f.Decl.(ast.Decl)})
		}
	}
	return list, true
}

// returnsOf tells whether a flow, a menu or a survey returns to who runs it.
func returnsOf(d ast.Decl) bool {
	switch d := d.(type) {
	case *ast.FlowDecl:
		return returns(d.Body) || returnsInArms(d.Handlers)
	case *ast.MenuDecl:
		return d.Menu != nil && returnsInArms(d.Menu.Arms)
	case *ast.SurveyDecl:
		return returns(d.Body)
	}
	return false
}

// bodies checks the flows that changed and the program as a whole. Nothing is found anywhere else.
func (m *Memory) bodies(files []*ast.File, env Env, changed []change) (*Program, []diag.Diagnostic) {
	c := m.last
	m.last = nil // a check that breaks off leaves nothing half taken back behind
	env.Library = c.env.Library
	c.env = env
	c.words, c.unnoted = nil, true
	p := *c.p
	c.p, p.Files = &p, slices.Clone(files)
	for _, f := range files {
		c.texts[f.Path] = f.Text
	}
	gone := map[*FlowInfo]bool{wholeProgram: true}
	for _, x := range changed {
		gone[x.flow] = true
	}
	c.takeBack(gone)
	for _, f := range p.Flows {
		f.Exits, f.Channel = f.Exits[:m.base[f].exits:m.base[f].exits], m.base[f].channel
	}
	c.diags, m.faulty = nil, nil
	for _, x := range changed {
		before := len(c.diags)
		if c.renew(x); len(c.diags) > before {
			m.faulty = append(m.faulty, x.flow)
		}
	}
	c.placed()
	c.whole()
	c.sortOccurrences()
	for _, x := range changed {
		b := m.base[x.flow]
		b.exits, b.channel = c.kept.bodies[x.flow].exits, c.kept.bodies[x.flow].channel
		m.base[x.flow] = b
	}
	m.last = c
	return c.p, diag.Sort(c.diags)
}

// takeBack takes back what came of some flows.
func (c *checker) takeBack(gone map[*FlowInfo]bool) {
	for f := range gone {
		for _, s := range c.kept.uses[f] {
			s.Uses--
		}
		for _, name := range c.kept.marks[f] {
			c.marks[name]--
		}
		delete(c.mixed, f)
		delete(c.kept.uses, f)
		delete(c.kept.marks, f)
		for _, s := range f.Locals {
			delete(c.kept.names, s)
		}
	}
	c.into = slices.DeleteFunc(c.into, func(x into) bool { return gone[x.flow] })
	c.toParam = slices.DeleteFunc(c.toParam, func(x paramExit) bool { return gone[x.flow] })
	c.eachOf = slices.DeleteFunc(c.eachOf, func(x eachOf) bool { return gone[x.flow] })
	c.p.Missing = slices.DeleteFunc(c.p.Missing, func(x Missing) bool { return gone[x.flow] })
	c.counted = slices.DeleteFunc(c.counted, func(x counted) bool { return gone[x.flow] })
	for file, list := range c.p.occurs {
		c.p.occurs[file] = slices.DeleteFunc(list, func(x Occurrence) bool { return gone[x.owner] })
	}
}

// renew looks at a flow that has another body.
func (c *checker) renew(x change) {
	f, old := x.flow, x.flow.Decl
	f.Decl = x.decl
	f.Loops, f.Caller, f.Exits, f.Channel, f.Locals = false, false, nil, AnyChannel, nil
	var was, is *ast.Name
	switch d := x.decl.(type) {
	case *ast.FlowDecl:
		f.Handlers, f.Body = d.Handlers, d.Body
		was, is = old.(*ast.FlowDecl).Name, d.Name
	case *ast.MenuDecl:
		f.Menu = d.Menu
		was, is = old.(*ast.MenuDecl).Name, d.Name
	case *ast.SurveyDecl:
		f.Body = d.Body
		was, is = old.(*ast.SurveyDecl).Name, d.Name
	}
	c.kept.names[f.Symbol] = is
	for i := range c.p.occurs[f.File] {
		if o := &c.p.occurs[f.File][i]; o.name == was {
			o.name = is
		}
	}
	c.kept.params = f.Params
	c.signFlow(f)
	c.kept.params = nil
	c.body(f)
}

// placed gives the symbols and names of the program the places where they stand now.
func (c *checker) placed() {
	for s, n := range c.kept.names {
		s.Span = n.Span()
	}
	if f := c.p.DefaultsFlow; f != nil {
		f.Span = f.Decl.Span()
	}
	for _, list := range c.p.occurs {
		for i := range list {
			list[i].At = list[i].name.Span()
		}
	}
}
