package check

import (
	"cmp"
	"slices"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Check gives the program of all files its meaning. The files may come in any order and may hold Bad nodes.
// The Program is never nil; the diagnostics are sorted. It may be emitted only if neither these nor those of
// the parser hold an error.
func Check(files []*ast.File, env Env) (*Program, []diag.Diagnostic) {
	c := newChecker(files, env)
	c.all()
	return c.p, diag.Sort(c.diags)
}

// newChecker is a checker that has not looked at anything yet.
func newChecker(files []*ast.File, env Env) *checker {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b *ast.File) int { return cmp.Compare(a.Path, b.Path) })
	texts := make(map[string]string, len(files))
	for _, f := range files {
		texts[f.Path] = f.Text
	}
	if env.Library == nil {
		env.Library = library.Default()
	}
	c := &checker{env: env, texts: texts, locals: map[string]*Symbol{}, p: &Program{
		Files:   files,
		guards:  map[ast.Step]*Guard{},
		labels:  map[*ast.ArmLabel]*Label{},
		fields:  map[ast.Expr]*Ref{},
		columns: map[*ast.Ask]*types.Type{}, rows: map[*ast.Ask]*TableInfo{},
		symbols: map[string]*Symbol{},
		library: map[string]*libraryWords{},
	}, functions: map[*library.Function]*Symbol{}, handled: map[string]*Symbol{}, labels: map[string]*Label{},
		known: &knownWords{of: map[library.Word]int32{}}}
	if env.Occurrences {
		c.p.occurs = map[string][]Occurrence{}
	}
	return c
}

// all checks everything.
func (c *checker) all() {
	c.collect()
	c.sign()
	c.tables()
	c.bodies()
	c.schedules()
	c.whole()
	c.sortOccurrences()
}

// checker holds what is known while a program is checked.
type checker struct {
	p     *Program
	env   Env
	texts map[string]string // the source of each file
	diags []diag.Diagnostic
	kept  *keeping // what Memory needs to take back what came of a flow; nil: nothing is kept

	file string // of what is being checked
	src  string // of that file

	inDays bool // a bare number beside a date is read: it lacks the unit of days

	words   *libraryWords // of that file; nil: none are noted
	unnoted bool          // a check of a few flows notes none

	flow   *FlowInfo          // nil outside of flows
	locals map[string]*Symbol // in scope
	stack  []string           // their names, in the order of declaration

	questions  int       // menus and asks around the step: `again` has something to restart
	loops      int       // loops around the step
	place      string    // "queue", "campaign": where their values may be used
	owner      *FlowInfo // whose names and body are being looked at; nil for what is no flow's
	target     *Symbol
	data       bool             // only steps on data: in a handler of a hang-up
	test       bool             // in a test: `_` and library literals may stand
	marks      map[string]int   // how often each is set
	into       []into           // arguments that are declared things
	queueWords map[*Symbol]bool // prompts that use the values of a queue
	toParam    []paramExit
	eachOf     []eachOf
	counted    []counted
	deadlines  bool               // a ticket type counts working days
	listed     *ast.Ref           // what a for each goes through: a table stands for its rows there
	recordings *recordings        // Env.Files, once it was asked
	played     map[string]bool    // recordings that were opened
	mixed      map[*FlowInfo]bool // flows told to need a call and a message both
	catchable  []string           // outcomes that a handler may name, once it was asked

	// what many references and labels share
	functions map[*library.Function]*Symbol
	handled   map[string]*Symbol // outcomes that handlers name, by their spelling
	labels    map[string]*Label  // those of a tag alone
	known     *knownWords

	// what unknown names are compared with, once there was one
	byKind      map[SymbolKind]*diag.Names
	ofLibrary   *diag.Names
	tickets     *diag.Names
	ticketsSaid diag.Text
}

// paramExit is a goto or do of a parameter.
type paramExit struct {
	flow *FlowInfo
	do   bool
	ref  *ast.Ref
}

// eachOf is a prompt that is said in each language.
type eachOf struct {
	flow *FlowInfo // nil: no flow says it
	file string
	ref  *ast.Ref
}

// report adds a finding in the current file. The pointer is good until the next one.
func (c *checker) report(code diag.Code, span diag.Span, args ...any) *diag.Diagnostic {
	c.diags = append(c.diags, diag.New(code, c.file, span, args...))
	return &c.diags[len(c.diags)-1]
}

// enter makes a file the current one.
func (c *checker) enter(file string) {
	c.file, c.src = file, c.texts[file]
	if c.unnoted {
		return
	}
	if c.words = c.p.library[file]; c.words == nil {
		c.words = &libraryWords{known: c.known}
		c.p.library[file] = c.words
	}
}

// note records that a word of the library stands at a name.
func (c *checker) note(n *ast.Name, w library.Word) { c.words.note(n.Span().Start, w) }

// collect finds the declared names. A name declared twice keeps its first meaning.
func (c *checker) collect() {
	p := c.p
	for _, f := range p.Files {
		c.enter(f.Path)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.SettingDecl:
				if s := c.global(Setting, d.Name, d); s != nil {
					p.Settings = append(p.Settings, s)
				}
			case *ast.SwitchDecl:
				if s := c.global(Switch, d.Name, d); s != nil {
					s.Type = types.Of(types.Switch)
					p.Switches = append(p.Switches, s)
				}
			case *ast.ListDecl:
				if s := c.global(NamesList, d.Name, d); s != nil {
					s.Type = types.Of(types.Names)
					p.Lists = append(p.Lists, s)
				}
			case *ast.CallDataDecl:
				if s := c.global(CallData, d.Name, d); s != nil {
					p.CallData = append(p.CallData, s)
				}
			case *ast.TableDecl:
				if s := c.global(Table, d.Name, d); s != nil {
					p.Tables = append(p.Tables, &TableInfo{Symbol: s, Decl: d})
				}
			case *ast.CalendarDecl:
				if s := c.global(Calendar, d.Name, d); s != nil {
					p.Calendars = append(p.Calendars, &CalendarInfo{Symbol: s, Decl: d})
				}
			case *ast.HoursDecl:
				if s := c.global(Hours, d.Name, d); s != nil {
					s.Type = types.Of(types.Hours)
					p.HoursList = append(p.HoursList, &HoursInfo{Symbol: s, Decl: d})
				}
			case *ast.PromptDecl:
				if s := c.global(Prompt, d.Name, d); s != nil {
					s.Type = types.Of(types.Prompt)
					p.Prompts = append(p.Prompts, &PromptInfo{Symbol: s})
				}
			case *ast.TemplateDecl:
				if s := c.global(Template, d.Name, d); s != nil {
					s.Type = types.Of(types.Message)
					p.Templates = append(p.Templates, &PromptInfo{Symbol: s})
				}
			case *ast.MailboxDecl:
				if s := c.global(Mailbox, d.Name, d); s != nil {
					s.Type = types.Of(types.Mailbox)
					p.Mailboxes = append(p.Mailboxes, s)
				}
			case *ast.QueueDecl:
				if s := c.global(Queue, d.Name, d); s != nil {
					s.Type = types.Of(types.Queue)
					p.Queues = append(p.Queues, &QueueInfo{Symbol: s, Decl: d})
				}
			case *ast.CampaignDecl:
				if s := c.global(Campaign, d.Name, d); s != nil {
					p.Campaigns = append(p.Campaigns, &CampaignInfo{Symbol: s, Decl: d})
				}
			case *ast.FlowDecl:
				if s := c.global(Flow, d.Name, d); s != nil {
					p.Flows = append(p.Flows, &FlowInfo{Symbol: s, Form: FlowForm, Handlers: d.Handlers, Body: d.Body,
						Returns: returns(d.Body) || returnsInArms(d.Handlers)})
				}
			case *ast.MenuDecl:
				if s := c.global(Flow, d.Name, d); s != nil {
					p.Flows = append(p.Flows,
						&FlowInfo{Symbol: s, Form: MenuForm, Menu: d.Menu,
							Returns: d.Menu != nil && returnsInArms(d.Menu.Arms)})
				}
			case *ast.SurveyDecl:
				if s := c.global(Flow, d.Name, d); s != nil {
					p.Flows = append(p.Flows,
						&FlowInfo{Symbol: s, Form: SurveyForm, Body: d.Body, Returns: returns(d.Body)})
				}
			case *ast.RuleDecl:
				p.Rules = append(p.Rules, Located[*ast.RuleDecl]{f.Path, d})
			case *ast.TestDecl:
				p.Tests = append(p.Tests, Located[*ast.TestDecl]{f.Path, d})
			case *ast.TicketTypeDecl:
				p.Tickets = append(p.Tickets, d)
			}
		}
	}
	number(p.Settings, func(s *Symbol) *Symbol { return s })
	number(p.Switches, func(s *Symbol) *Symbol { return s })
	number(p.Lists, func(s *Symbol) *Symbol { return s })
	number(p.CallData, func(s *Symbol) *Symbol { return s })
	number(p.Tables, func(t *TableInfo) *Symbol { return t.Symbol })
	number(p.Calendars, func(x *CalendarInfo) *Symbol { return x.Symbol })
	number(p.HoursList, func(h *HoursInfo) *Symbol { return h.Symbol })
	number(p.Prompts, func(x *PromptInfo) *Symbol { return x.Symbol })
	number(p.Templates, func(x *PromptInfo) *Symbol { return x.Symbol })
	number(p.Mailboxes, func(s *Symbol) *Symbol { return s })
	number(p.Queues, func(q *QueueInfo) *Symbol { return q.Symbol })
	number(p.Campaigns, func(x *CampaignInfo) *Symbol { return x.Symbol })
	number(p.Flows, func(f *FlowInfo) *Symbol { return f.Symbol })
	slices.SortStableFunc(p.Rules, func(a,
		b Located[*ast.RuleDecl]) int {
		return cmp.Compare(plain(a.Decl.Name), plain(b.Decl.Name))
	})
}

// number sorts a list by name and tells each symbol its place.
func number[T any](list []T, of func(T) *Symbol) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(of(a).Name, of(b).Name) })
	for i, x := range list {
		of(x).Index = i
	}
}

// MaxName is how long a name may be, in bytes: it stands in logs, in the way of each call and on the office's pages.
const MaxName = 300

// nameFits checks the length of a name that is declared.
func (c *checker) nameFits(n *ast.Name) {
	if len(n.Text) > MaxName {
		c.report("RX2159", n.Span(), MaxName/3)
	}
}

// global declares a name for the whole program; nil if it cannot.
func (c *checker) global(kind SymbolKind, n *ast.Name, d ast.Node) *Symbol {
	if n == nil || n.Text == "" {
		return nil
	}
	c.nameFits(n)
	if old := c.p.symbols[n.Text]; old != nil {
		*c.report("RX2002", n.Span(), n.Text) = diag.New("RX2002", c.file, n.Span(), n.Text).WithRelated(old.File,
			old.Span,
			diag.Text{Zh: "先在这里声明", En: "first declared here"})
		return nil
	}
	s := &Symbol{Kind: kind, Name: n.Text, File: c.file, Span: n.Span(), Decl: d}
	c.kept.named(s, n)
	c.p.symbols[n.Text] = s
	c.declares(n, s)
	return s
}

// declare brings a local name into scope, with a slot of its own. The symbol is made even where the name is taken,
// so that what follows has a type.
func (c *checker) declare(kind SymbolKind, n *ast.Name, t *types.Type, node ast.Node) *Symbol {
	c.nameFits(n)
	s := c.kept.param(kind)
	*s = Symbol{Kind: kind, Name: n.Text, Type: t, File: c.file, Span: n.Span(), Decl: node}
	c.kept.named(s, n)
	if c.flow != nil {
		s.Slot = len(c.flow.Locals)
		c.flow.Locals = append(c.flow.Locals, s)
	}
	c.p.locals.Set(node, s)
	c.declares(n, s)
	if n.Text == "" {
		return s
	}
	old := c.locals[n.Text]
	if old == nil {
		old = c.p.symbols[n.Text]
	}
	if old != nil {
		*c.report("RX2003", n.Span(), n.Text) = diag.New("RX2003", c.file, n.Span(), n.Text).WithRelated(old.File,
			old.Span,
			diag.Text{Zh: "这里已经用了这个名称", En: "the name is taken here"})
		if c.locals[n.Text] != nil {
			return s
		}
	}
	c.locals[n.Text] = s
	c.stack = append(c.stack, n.Text)
	return s
}

// used counts a use of a symbol.
func (c *checker) used(s *Symbol) {
	s.Uses++
	c.kept.use(s, c.owner)
}

// scope runs f and forgets the names that it declared.
func (c *checker) scope(f func()) {
	n := len(c.stack)
	f()
	for _, name := range c.stack[n:] {
		delete(c.locals, name)
	}
	c.stack = c.stack[:n]
}

// inFlow runs f with a flow as the current one and no locals but its own.
func (c *checker) inFlow(w *FlowInfo, f func()) {
	flow, locals, stack, questions, loops, owner := c.flow, c.locals, c.stack, c.questions, c.loops, c.owner
	c.flow, c.locals, c.stack, c.questions, c.loops, c.owner = w, map[string]*Symbol{}, nil, 0, 0, w
	f()
	c.flow, c.locals, c.stack, c.questions, c.loops, c.owner = flow, locals, stack, questions, loops, owner
}

// plain is a string without holes, "" where it has some.
func plain(s *ast.StringLit) string {
	if s == nil {
		return ""
	}
	t, _ := s.Plain()
	return t
}
