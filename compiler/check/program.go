// Package check gives a program its meaning: it finds what every name stands for, gives every expression a
// type, finds who catches each outcome, and reports what does not fit.
//
// # The model
//
// All files of a root are one program, and all declarations, parameters and locals share one space of
// names in which nothing hides anything else. The names of the library are no declarations: they are
// found only where no declared name is, and the tags (outcomes, reasons) only where a tag is expected.
//
// The tree is not changed. Everything that was found out is kept beside it in a Program, under the node it
// is about, and the later stages (graph, prove, emit, format) ask for it there:
//
//	TypeOf(expr)     the type of an expression
//	RefOf(ref)       what a reference means: the symbol, the call with its arguments in the parameters'
//	                 order, the fields of the rest of its tail
//	GuardOf(step)    the outcomes a step may have, and the arm or handler that catches each
//	LabelOf(label)   what an `on` label names and binds
//	ConstOf(expr)    the value of a literal or a setting
//	LocalOf(node)    the local that a let, a for each, a survey's question… declares
//
// # One fault, one finding
//
// What could not be understood has the type Bad, and everything about a Bad value is silent. A node that
// the parser could not read is an ast.Bad and is passed over.
package check

import (
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// SymbolKind tells what a name stands for.
type SymbolKind uint8

const (
	Local     SymbolKind = iota // a let, for each, bound name of an arm, answer of a survey
	Param                       // of a flow, menu or template
	CallData                    // one value per call
	Setting                     // Value has its value, overrides applied
	Switch                      // read at run time
	NamesList                   // list NAME: membership is asked at run time
	Table
	Calendar
	Hours
	Prompt
	Template
	Mailbox
	Queue
	Flow // a flow, a menu or a survey
	Campaign
	Target   // `target` in a campaign: one of its targets
	Function // a lookup, built-in or value of the library: Lib
	Tag      // a word of a fixed set: Tag
	Blank    // `_` in a test's given: anything
	Tongue   // a language of the program: Value has its tag
)

// Symbol is what a name stands for. Which fields hold depends on the kind.
type Symbol struct {
	Kind SymbolKind
	Name string
	Type *types.Type // of its value; for a flow or template that of its result
	File string      // where it is declared; "" for the library's
	Span diag.Span   // of the name in its declaration
	Decl ast.Node    // the declaration, or the step that declares a local

	Slot  int    // Local, Param: its number in its flow, parameters first, each name its own
	Index int    // the declared things: their place in the Program's list of their kind
	Value *Const // Setting; nil if it could not be read

	Lib *library.Function // Function
	Tag string            // Tag: canonical
	// Uses counts references, for the finding of what is never used.
	Uses int

	named *Ref // what its bare name means
}

// plain is the reference that a local's bare name is. All of them share one.
func (s *Symbol) plain() *Ref {
	if s.named == nil {
		s.named = &Ref{Symbol: s, Use: &bare}
	}
	return s.named
}

// Const is a value known while compiling: N for numbers, money and times in the representation of its
// type, S for text. List and Fields are for the literals of tests.
type Const struct {
	Type *types.Type
	N    int64
	S    string
	None bool
}

// Ref is what a reference means.
//
// The tail of an ast.Ref is read from the left. Its first Used parts belong to the symbol itself: the second
// word of a library path, the arguments of a call, the key of a table. The parts after are fields, one
// types.Field each in Fields; a field of a list is that field of each item.
type Ref struct {
	Symbol *Symbol
	Used   int
	Called bool // with brackets: a flow, template, function
	*Use
}

// Use is what only some references have. Bare names share one that is empty.
type Use struct {
	Args   []ast.Expr     // one for each parameter, in their order; nil where left out
	Key    ast.Expr       // table[key]
	Fields []*types.Field // of the rest of the tail
	Types  []*types.Type  // the type after each of Fields
	Params []*types.Type  // of the parameters, for conversions of the arguments
}

// bare is the Use of a bare name: nothing, and nobody writes to it.
var bare Use

// own is the Use of a reference to write to.
func (r *Ref) own() *Use {
	if r.Use == &bare {
		r.Use = &Use{}
	}
	return r.Use
}

// Label is what an arm's label means.
type Label struct {
	Tag    string      // canonical outcome, reason or state; "" if it is a value or a range
	Count  int         // noinput(2), nomatch(2): which miss; 0 for every
	Fields []LabelPart // what stands in the brackets: closed(reason, until)
}

// LabelPart is one place of a label's brackets: a new name that binds (Bind), or a value that compares.
type LabelPart struct {
	Type    *types.Type
	Bind    *Symbol  // nil if it compares
	Compare ast.Expr // nil if it binds
}

// Source says who catches an outcome.
type Source uint8

const (
	ByArm       Source = iota // an arm of the step: Arm, Label
	ByOtherwise               // the step's `otherwise`, whole or as its last arm: Body
	Raised                    // none of the step: it goes outward to the nearest handler, which the graph knows
)

// Catch is one outcome of a step and who catches it.
type Catch struct {
	Tag   string
	By    Source
	Arm   *ast.Arm      // ByArm, an `otherwise` arm
	Label *ast.ArmLabel // ByArm with a tag
	Body  *ast.Block    // where it goes on; nil if not here
}

// Guard is what may happen at a step instead of its next step.
type Guard struct {
	Lookup  *Ref // the lookup or table; nil for enqueue, transfer…
	Result  *types.Type
	Catches []Catch // in the order of the signature
}

// Channel is how a caller reaches a flow.
type Channel uint8

const (
	AnyChannel Channel = iota
	Voice
	Written // a text message or a mail
)

// FlowInfo is a flow, menu or survey.
type FlowInfo struct {
	*Symbol
	Form     Form
	Params   []*Symbol
	Result   *types.Type // Nothing if it returns no value
	Locals   []*Symbol   // parameters first; Symbol.Slot indexes it
	Handlers []*ast.Arm
	Body     *ast.Block // of a flow or survey
	Menu     *ast.Menu  // of a menu
	Channel  Channel
	Returns  bool   // has a `return`, so it is entered by `do` or a message only
	Caller   bool   // names the number of the caller
	Loops    bool   // has a repeat or a for each
	Exits    []Exit // the flows it names in goto and do, in the order of the text
}

// Form tells what declared a flow.
type Form uint8

const (
	FlowForm Form = iota
	MenuForm
	SurveyForm
	// HandlersForm is no flow: it holds the handlers of defaults, or what a campaign does for a target that it
	// could not reach.
	HandlersForm
)

// Exit is one goto or do of a flow, handlers included.
type Exit struct {
	Do     bool
	Target *FlowInfo
	Ref    *ast.Ref
}

// TableInfo is a table with its rows, read and typed.
type TableInfo struct {
	*Symbol
	Row     *types.Record // of its columns; the first column is the key
	Rows    [][]Const
	ByKey   map[string]int // the key's text to its row
	Decl    *ast.TableDecl
	Content string // of the file, hex of SHA-256
}

// PromptInfo is a prompt or a template.
type PromptInfo struct {
	*Symbol
	Params []*Symbol
	Words  map[string]*ast.StringLit // by language; never a language that is not declared
	Audio  map[string]string         // by language, "" for every language: the file's path
}

// QueueInfo is a queue with what it inherits: Items are its own clauses and those of the queue it is like,
// the nearer first, each kind as Effective says.
type QueueInfo struct {
	*Symbol
	Decl  *ast.QueueDecl
	Like  *QueueInfo
	Items []*ast.QueueItem // effective: own clauses, and inherited kinds that it does not state itself
}

// CampaignInfo is a campaign.
type CampaignInfo struct {
	*Symbol
	Decl   *ast.CampaignDecl
	Target *Symbol // its `target`
	// Unreached holds the steps of `if unreached`, with the target in slot 0; nil if there are none.
	Unreached *FlowInfo
	// Send holds the step with which a text campaign writes, with the target in slot 0; nil if it calls.
	Send *FlowInfo
}

// Entry is a telephone number or a keyword of a message, and the flow it enters.
type Entry struct {
	Text      string // the number as dialled, normalised; the keyword; "" for `message other`
	Flow      *FlowInfo
	Otherwise *FlowInfo // message: when the words do not fill the parameters; nil if absent
	File      string
	Span      diag.Span
}

// Missing is a wording that a prompt does not have in one of the languages; the fallback stands in.
type Missing struct {
	Symbol   *Symbol // the prompt or template; nil for words in place
	File     string
	Span     diag.Span
	Language string

	flow *FlowInfo // nil: it stands in none
}

// Program is a checked program. Its lists are ordered by name, so that everything made of it is
// reproducible. If the diagnostics had errors it is still whole, with Bad in the places of the faults.
type Program struct {
	Files     []*ast.File // by path
	Languages []string    // tags; the first is the default
	Fallback  string
	Zone      string // of defaults
	Defaults  *ast.DefaultsDecl
	// DefaultsFlow holds the handlers of defaults and their locals; nil if there are no defaults.
	DefaultsFlow *FlowInfo
	// Calendar is the one that the built-ins about working days and deadlines count by: that which defaults name, else
	// the only one; nil if there is none, or if nothing says which.
	Calendar *CalendarInfo

	Numbers  []Entry // by number
	Messages []Entry // by keyword, `other` last

	Settings  []*Symbol
	Switches  []*Symbol
	Lists     []*Symbol
	CallData  []*Symbol
	Tables    []*TableInfo
	Calendars []*CalendarInfo
	HoursList []*HoursInfo
	Prompts   []*PromptInfo
	Templates []*PromptInfo
	Mailboxes []*Symbol
	Tickets   []*ast.TicketTypeDecl
	Flows     []*FlowInfo
	Queues    []*QueueInfo
	Campaigns []*CampaignInfo
	Rules     []Located[*ast.RuleDecl]
	Tests     []Located[*ast.TestDecl]
	Missing   []Missing
	Marks     []string // the milestones, sorted

	types   ast.Table[*types.Type] // of expressions
	refs    ast.Table[*Ref]        // of those that are an ast.Ref
	guards  map[ast.Step]*Guard
	labels  map[*ast.ArmLabel]*Label
	locals  ast.Table[*Symbol]
	fields  map[ast.Expr]*Ref // of Paren and Cond with a tail
	columns map[*ast.Ask]*types.Type
	rows    map[*ast.Ask]*TableInfo
	symbols map[string]*Symbol
	library map[string]*libraryWords // by file
	passed  map[*Symbol][]*Symbol    // what parameters of named types may stand for
	named   map[*ast.Name]*Symbol    // what a voicemail is left in
	occurs  map[string][]Occurrence  // by file; nil unless they were asked for
}

// Located is a declaration with its file.
type Located[T any] struct {
	File string
	Decl T
}

// TypeOf returns the type of an expression; Bad if it is unknown, never nil.
func (p *Program) TypeOf(e ast.Expr) *types.Type {
	if e != nil {
		if t := p.types.Of(e); t != nil {
			return t
		}
	}
	return types.Of(types.Bad)
}

// RefOf returns what a reference means; nil if it could not be found.
func (p *Program) RefOf(r *ast.Ref) *Ref {
	if r == nil {
		return nil
	}
	return p.refs.Of(r)
}

// SymbolOf returns the symbol of a reference; nil if it could not be found.
func (p *Program) SymbolOf(r *ast.Ref) *Symbol {
	if m := p.RefOf(r); m != nil {
		return m.Symbol
	}
	return nil
}

// TailOf returns the fields of the tail of a Paren or a Cond; nil if it has none.
func (p *Program) TailOf(e ast.Expr) *Ref { return p.fields[e] }

// GuardOf returns the outcomes of a let, set, do, enqueue, transfer, callback, send, fax or receive fax; nil for a step
// that has none, such as a let of a pure value or of a question.
func (p *Program) GuardOf(s ast.Step) *Guard { return p.guards[s] }

// LabelOf returns what a label means; nil for a hang-up and for what could not be understood.
func (p *Program) LabelOf(l *ast.ArmLabel) *Label { return p.labels[l] }

// LocalOf returns the local that a node declares: a Let (also of call data, for set), a ForEach, a SurveyAsk, a
// ReceiveFax, an ast.Ref that binds in a label's brackets, an ast.Column; nil if it declares none.
func (p *Program) LocalOf(n ast.Node) *Symbol { return p.locals.Of(n) }

// AskRows returns the table of whose rows a question asks for one; nil for other questions.
func (p *Program) AskRows(a *ast.Ask) *TableInfo { return p.rows[a] }

// AskType returns the type of what is keyed for a question, that of the key where it asks for a row of a table;
// Recording for `record`.
func (p *Program) AskType(a *ast.Ask) *types.Type {
	if t := p.columns[a]; t != nil {
		return t
	}
	return types.Of(types.Bad)
}

// Named returns the mailbox, or the parameter of that kind, that a voicemail names; nil if there is none.
func (p *Program) Named(n *ast.Name) *Symbol { return p.named[n] }

// Find finds a declared thing by name; nil if there is none.
func (p *Program) Find(name string) *Symbol { return p.symbols[name] }

// FlowNamed finds a flow, menu or survey; nil if there is none.
func (p *Program) FlowNamed(name string) *FlowInfo {
	if s := p.symbols[name]; s != nil && s.Kind == Flow && s.Index < len(p.Flows) {
		return p.Flows[s.Index]
	}
	return nil
}

// FlowOf returns the flow that a goto or do enters; nil if it is none.
func (p *Program) FlowOf(r *ast.Ref) *FlowInfo {
	if s := p.SymbolOf(r); s != nil && s.Kind == Flow {
		return p.Flows[s.Index]
	}
	return nil
}

// LibraryName returns the word of the library that begins at a byte offset of a file, also within the braces of a
// string: a type, a tag, a part of a function's path, a parameter, a field, a readout style. The formatter
// converts it between the tongues.
func (p *Program) LibraryName(file string, offset int) (library.Word, bool) {
	return p.library[file].at(offset)
}

// ConstOf returns the value of a literal, or of a setting, in the representation of its type. false if it is
// only known at run time.
func (p *Program) ConstOf(e ast.Expr) (Const, bool) {
	switch x := e.(type) {
	case *ast.NumberLit:
		return numberConst(x)
	case *ast.StringLit:
		if s, ok := x.Plain(); ok {
			return Const{Type: p.TypeOf(e), S: s}, true
		}
	case *ast.DateLit:
		if x.Time == nil {
			return Const{Type: types.Of(types.Date), N: x.Days}, true
		}
	case *ast.TimeLit:
		return Const{Type: types.Of(types.Time), N: x.Seconds}, true
	case *ast.MonthLit:
		return Const{Type: types.Of(types.Month), N: x.Month}, true
	case *ast.BoolLit:
		c := Const{Type: types.Of(types.YesNo)}
		if x.Yes {
			c.N = 1
		}
		return c, true
	case *ast.LangLit:
		return Const{Type: types.Of(types.Language), S: x.Tag}, true
	case *ast.None:
		return Const{Type: types.Of(types.None), None: true}, true
	case *ast.Unary:
		if c, ok := p.ConstOf(x.X); ok && x.Op == "-" && c.Type != nil &&
			(c.Type.Kind == types.Number || c.Type.Kind == types.Money || c.Type.Kind == types.Duration) {
			c.N = -c.N
			return c, true
		}
	case *ast.Paren:
		if len(x.Tail) == 0 {
			return p.ConstOf(x.X)
		}
	case *ast.Ref:
		m := p.refs.Of(x)
		if m != nil && m.Symbol != nil && (m.Symbol.Kind == Setting || m.Symbol.Kind == Tongue) && len(m.Fields) == 0 {
			if m.Symbol.Value == nil { // it could not be read, which has been told
				return Const{}, true
			}
			return *m.Symbol.Value, true
		}
	}
	return Const{}, false
}

// numberConst turns a number and its unit into the value of its type; false if it is too large for it.
func numberConst(n *ast.NumberLit) (Const, bool) {
	const million = 1_000_000
	kind, mul, div := types.Number, int64(1), int64(1)
	switch n.Unit {
	case "s":
		kind, mul, div = types.Duration, 1000, million
	case "m":
		kind, mul, div = types.Duration, 60_000, million
	case "h":
		kind, mul, div = types.Duration, 3_600_000, million
	case "d":
		kind, mul, div = types.Duration, 86_400_000, million
	case "yuan":
		kind, mul, div = types.Money, 100, million
	case "wan yuan":
		kind, mul, div = types.Money, 1_000_000, million
	case "yi yuan":
		kind, mul, div = types.Money, 10_000_000_000, million
	case "workdays":
		kind = types.Workdays
	case "months":
		kind = types.Months
	case "%":
		div = 100
	}
	whole, rest := n.N/div, n.N%div
	if mul > 1 && (whole > maxInt/mul || whole < -maxInt/mul) {
		return Const{}, false
	}
	v := whole*mul + rest*mul/div
	if kind == types.Duration && v > longestDuration || kind == types.Money && v >= value.MoneyLimit {
		return Const{}, false
	}
	exact := rest*mul%div == 0
	if kind == types.Workdays || kind == types.Months {
		exact = v%million == 0
	}
	return Const{Type: types.Of(kind), N: v}, exact
}

// longestDuration is a hundred years, in milliseconds.
const longestDuration = 36525 * dayMS

const maxInt = int64(^uint64(0) >> 1)
