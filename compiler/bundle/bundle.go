// Package bundle is the compiled program: what the compiler leaves and the machine runs.
//
// # The model
//
// A Program is immutable plain data: functions of bytecode, and tables of all the things that the code
// names by index (prompts, questions, queues, schedules, …). There is no pointer and no map in it, so that
// the same sources always give the same bytes and every reader sees the same thing.
//
// A flow, a declared menu and a survey are one Func each; so are the program's defaults (handlers only)
// and the small expressions of campaigns and tests. A Func has a window of at most 250 registers. Its code
// names constants, effect Sites and exact arithmetic by index into tables of its own.
//
//	register window of a call           the callee's window lies over it
//	┌───────────┬────────┬──────────┐   ┌──────────────┬─────────
//	│ parameters│ locals │ args of a│ = │ its parameters│ its locals
//	└───────────┴────────┴──────────┘   └──────────────┴─────────
//
// All that reaches outside is a Site: the code names it with Effect, the machine suspends, and the answer
// decides where the code goes on: at the next instruction with a result, or at the arm that names the
// outcome. What no arm takes is raised: the nearest handler outward takes it.
//
// Words are Prompts: per language, pieces of text and holes. Nothing is rendered here.
package bundle

import (
	"rexian/compiler/hours"
	"rexian/compiler/ident"
)

// FormatVersion is the version of the layout that is written. What was written from version OldestFormat on is read:
// later ones only added to it.
const (
	FormatVersion = 6
	OldestFormat  = 3
)

// MaxFrames is how many flows may run at a time in a call, each done by the one before.
const MaxFrames = 200

// MaxOptions is how many options a question may have: a set of them is a number of the machine.
const MaxOptions = 48

// Program is a compiled program. Lists named in code by index keep the order they are emitted in; others are
// sorted by name.
type Program struct {
	Hash      string `json:"-"` // hex SHA-256 of the encoded content: the version's name
	Zone      string
	Languages []string // tags; the first is the default
	Fallback  string
	Tongues   []string `json:",omitempty"` // the program's own languages, as their files describe them
	Playing   int32    // prompt played during lookups by default, -1 for none
	Defaults  int32    // function with the handlers of `defaults`, -1 for none
	Calendar  int32    // by which working days and deadlines are counted, -1 for none
	Apology   int32    // prompt said when the third error of a call ends it
	Regret    int32    // prompt replied when the flow of a message fails

	Numbers   []Entry
	Messages  []Entry
	Funcs     []Func
	Prompts   []Prompt
	Questions []Question
	Settings  []Setting
	Data      []string // names of the call data
	Switches  []Switch
	Lists     []string
	Tables    []Table
	Calendars []hours.Calendar
	Hours     []hours.Schedule
	Mailboxes []Mailbox
	Queues    []Queue
	Campaigns []Campaign
	Surveys   []Survey `json:",omitempty"`
	Tickets   []Ticket
	Builtins  []string // ids of built-in functions
	Worlds    []string // ids of values of the call and the clock
	Lookups   []Lookup // what the library must offer
	Files     []string // sources, for the source map
	Edges     int32    // number of edges of the graph, for coverage
}

// Entry leads a telephone number, or the keyword of a message, into a function.
type Entry struct {
	Text      string // "" for `message other`
	Func      int32
	Otherwise int32 // message: when the words do not fill the parameters; -1 if absent
}

// Func is a flow, menu, survey, the defaults, or an expression.
type Func struct {
	Name      string
	Kind      FuncKind
	Params    []Param
	Returns   bool
	Registers int32 // size of the window, arguments of calls included
	Code      []Code
	Places    []Place // one for each instruction
	Consts    []Const
	Sites     []Site
	Exacts    []ExactProgram
	Handlers  []Handler
	Jumps     []JumpTable `json:",omitempty"`
}

// JumpTable sends a number to an instruction: the whole number Low+i to To[i], another whole one to Else, and one with
// a fraction to Fraction.
type JumpTable struct {
	Low            int64
	To             []int32
	Else, Fraction int32
}

// FuncKind tells what a function was declared as.
type FuncKind uint8

const (
	FlowFunc FuncKind = iota
	MenuFunc
	SurveyFunc
	DefaultsFunc
	ExprFunc // a value of a campaign or a test
)

// Param is one parameter. Kind is its type's English name; it tells how the words of a message fill it.
type Param struct {
	Name     string
	Kind     string
	Min, Max int32 // digits
	Secret   bool
}

// Place is where an instruction comes from. File indexes Program.Files, -1 for nowhere; Start and End are byte offsets.
type Place struct {
	File, Start, End int32
}

// Const is a constant: one of a number, a text, or the absent value.
type Const struct {
	N      int64  `json:",omitempty"`
	S      string `json:",omitempty"`
	Text   bool   `json:",omitempty"`
	Absent bool   `json:",omitempty"`
}

// Handler stands at the head of a flow, or in a question. Exactly one of Tag ("hangup", "error", "unavailable", …) and
// Keys is set. That of a question is in force only from instruction From up to To; To is 0 for one of the whole flow.
// Where several fit the first in the list is the nearest.
type Handler struct {
	Tag      string
	Keys     string
	PC       int32
	Edge     int32 // -1: none
	From, To int32 `json:",omitempty"`
}

// SiteKind is what a site asks of the outside.
type SiteKind uint8

const (
	SaySite      SiteKind = iota // Index: prompt; arguments its holes
	SayNamedSite                 // argument 0: a prompt's name; only in bundles of format 4 and before
	OptionsSite                  // Index: question; argument 0: mask of options on offer
	PauseSite                    // argument 0: milliseconds
	LanguageSite                 // argument 0: tag
	CollectSite                  // Index: question; arguments: wait, between, mask, from, to
	// Name: library function or "table"; Index: table; arguments its own, the last one `within`
	LookupSite
	QuerySite     // Name: "list", "switch", "hours"; Index: which; arguments: the member asked for
	RecordSite    // Index: the key that ends it, 0 for any; arguments: longest, silence
	VoicemailSite // Index: mailbox
	EnqueueSite   // arguments: queue, priority
	TransferSite  // arguments: number, within
	CallbackSite  // arguments: queue, number
	SMSSite       // arguments: to, text
	MailSite      // arguments: to, text, subject
	FaxSite       // arguments: file, number; without a number on this call
	ReceiveFaxSite
	AnswerSite // Name: the survey's question; arguments: the answer
	AttachSite // Name: what; argument 0: the value
	TopicSite  // argument 0: text
	MarkSite   // Name
	PauseRecordingSite
	ResumeRecordingSite
	ReplySite // argument 0: text
	HangupSite
	RejectSite
	// Name and Index: the survey that begins; with an argument, whether the caller is asked, which the answer tells. No
	// name: it has come to its end
	SurveySite
	ApologySite
	siteEnd
)

var siteNames = [...]string{"say", "say named", "options", "pause", "language", "collect", "lookup", "query", "record",
	"voicemail",
	"enqueue", "transfer", "callback", "sms", "mail", "fax", "receive fax", "answer", "attach", "topic", "mark",
	"pause recording", "resume recording", "reply", "hangup", "reject", "survey", "apology"}

// String returns the kind's name, as logs and the disassembler print it.
func (k SiteKind) String() string {
	if int(k) < len(siteNames) {
		return siteNames[k]
	}
	return "?"
}

// Site is one place where a call waits for the outside.
type Site struct {
	Kind     SiteKind
	Name     string  `json:",omitempty"`
	Index    int32   // see SiteKind
	Args     int32   // how many values from the instruction's register on
	Playing  int32   // prompt heard meanwhile, -1 for none
	Played   bool    `json:",omitempty"` // lookup: the last argument is the number of that prompt
	Value    string  `json:",omitempty"` // attach, answer: the value's type
	MustHear bool    `json:",omitempty"`
	Each     bool    `json:",omitempty"` // in each language
	Early    bool    `json:",omitempty"` // say: before answering
	Named    bool    `json:",omitempty"` // sms: the program names the recipient; no caller chose it
	Arms     []Arm   `json:",omitempty"`
	Else     int32   // every other outcome, error and hang-up apart; -1: raise it
	Options  []int32 `json:",omitempty"` // collect: where each option goes
	NoInput  int32   // collect
	NoMatch  int32   // collect; the reason is left in the first register, a number of collect.Reason
	HangEdge int32   // edge of a hang-up here, -1: none
	OutEdge  int32   // edge of a step that ends the call when it is done (voicemail, transfer), -1: none
}

// Arm is where an outcome goes. What the outcome carries is left in the registers from Bind on.
type Arm struct {
	Tag  string
	Bind int32 // -1: nothing is bound
	PC   int32
}

// ExactProgram is an expression in postfix form, computed exactly and rounded once. Money is in fen and
// numbers in millionths: Unit says in which unit the result is, in parts of one (100 or 1,000,000).
type ExactProgram struct {
	Steps []ExactStep
	Unit  int64
}

// ExactStep pushes a register (divided by its Unit), or replaces the top two by their sum, difference, product
// or quotient, or negates the top.
type ExactStep struct {
	Op   byte // 'r', '+', '-', '*', '/', 'n'
	Reg  uint8
	Unit int64
}

// Prompt is something said or written.
type Prompt struct {
	Name    string    `json:",omitempty"` // "" for words in place
	Words   []Wording // by language tag
	Audio   []Audio   `json:",omitempty"`
	Args    int32     // how many values its holes take
	Written bool      `json:",omitempty"` // a template
}

// Wording is a prompt in one language; Lang is "" for words that stand for every language.
type Wording struct {
	Lang   string
	Pieces []Piece
}

// Audio is a recording, Lang "" for every language.
type Audio struct {
	Lang, File string
}

// Piece is a run of text, or a hole if Kind is set.
type Piece struct {
	Text  string `json:",omitempty"`
	Kind  string `json:",omitempty"` // English name of the value's type
	Style string `json:",omitempty"` // English name of the readout style, "" for the type's own
	Arg   int32  `json:",omitempty"` // which value
	From  string `json:",omitempty"` // "ahead", "expected_wait": a queue's own value, not an argument
}

// Words returns the wording for a language: its own, else the fallback's, else any. nil if there are none.
func (p *Prompt) Wording(lang, fallback string) []Piece {
	var any, fall []Piece
	for i := range p.Words {
		switch w := &p.Words[i]; w.Lang {
		case lang, "":
			return w.Pieces
		case fallback:
			fall = w.Pieces
		default:
			any = w.Pieces
		}
	}
	if fall != nil {
		return fall
	}
	return any
}

// Question is one menu, ask or survey question, as far as it is known before the call.
type Question struct {
	Name        string     // flow, or flow and variable, for reports
	Field       ident.Kind // None for a menu
	MinLen      int32
	MaxLen      int32
	EndKey      byte
	AllowGlobal bool     `json:",omitempty"`
	Secret      bool     `json:",omitempty"`
	Options     []Option `json:",omitempty"`
	Ranged      bool     `json:",omitempty"`
	Retry       bool     `json:",omitempty"` // a confirmation: the key buffer is cleared before it
	Rows        int32    `json:",omitempty"` // 1 + the table whose keys can be answered, which gives the row; 0: none
}

// Option is one option of a question.
type Option struct {
	Keys  string
	Label int32 // prompt of its label, -1 for none
}

// Setting is a setting with its value, deployments' overrides applied.
type Setting struct {
	Name  string
	Kind  string
	Value Const
}

// Switch is a switch and its state before anybody flips it.
type Switch struct {
	Name string
	On   bool
}

// Table is a table's rows. The first column is the key; rows are found by its text, or its number where Keyed
// is by number.
type Table struct {
	Name    string
	Columns []Param
	Rows    [][]Const
}

// Mailbox is a voice mailbox. Times are milliseconds, 0 where not stated.
type Mailbox struct {
	Name             string
	Greeting         int32 // prompt, -1 for none
	Longest, Silence int64
	Notify           []string
}

// Queue is a waiting line. Times are milliseconds, 0 where not stated.
type Queue struct {
	Name      string
	Skills    []string
	Order     string // canonical tag
	LastAgent int64  // how long the last agent comes first
	Music     int32  // prompt, -1 for none
	Every     []Announcement
	Capacity  int32 // 0: no limit
	Longest   int64
	Ring      int64
	WrapUp    int64
	Misses    int32
	KeepPlace int64
	// The target: so many millionths of the callers are answered within the time. 0: the usual 80 % in 15 s.
	Share       int64 `json:",omitempty"`
	ShareWithin int64 `json:",omitempty"`
	Tiers       []Tier
}

// Announcement is said to those who wait every Interval.
type Announcement struct {
	Interval int64
	Prompt   int32
	MustHear bool
}

// Tier is what changes for a caller who has waited After.
type Tier struct {
	After  int64
	Skills []string
	Prompt int32 // -1 for none
	Offer  []string
	MoveTo string
}

// Campaign is an outbound task. Functions take the target; -1 where absent. Times are milliseconds, dates days.
type Campaign struct {
	Name      string
	Targets   int32 // function without arguments: the list
	Number    int32 // the number to call
	With      int32 // flow to run when answered
	WithArgs  int32 // function that gives the flow's arguments as a list
	SkipIf    int32
	Unreached int32
	Hours     int32
	Sample    int64 // millionths, 0: all
	Quota     int64
	AtOnce    int64
	PerSecond int64 // in millionths, 0: not said; up to 100 it is a whole number, as it was written before
	Tries     int64
	Retries   []Retry
	Show      string
	From, To  int64
	Text      bool  `json:",omitempty"` // it writes to its targets instead of calling them
	Send      int32 `json:",omitempty"` // of one that writes: the function that does
	// Beep is the flow that takes the place of With once a machine has answered and its beep was heard, from 1;
	// 0: none. BeepArgs is the function that gives its arguments as a list.
	Beep     int32 `json:",omitempty"`
	BeepArgs int32 `json:",omitempty"`
	Daily    int64 `json:",omitempty"` // minute of the day at which it starts by itself, from 1; 0: it does not
}

// Retry is when an attempt that ended so is made again. UpTo 0: as often as the campaign's tries.
type Retry struct {
	Outcome string
	After   int64
	UpTo    int64
}

// Survey is a survey as its responses are kept: another definition is another version.
type Survey struct {
	Name       string
	Quota      int64    `json:",omitempty"` // of complete responses
	Sample     int64    `json:",omitempty"` // millionths of the calls that are asked, 0: all
	Questions  []string // their names, in their order
	Definition string   // JSON of the questions: name, kind, bounds, words, choices
}

// Limited tells whether not everybody is asked.
func (s *Survey) Limited() bool { return s.Quota > 0 || s.Sample > 0 && s.Sample < 1_000_000 }

// Ticket is a type of ticket with its deadlines: working days in millionths, a share in millionths.
type Ticket struct {
	Name                 string
	Accept, Finish, Urge int64
}

// Lookup is a library function that the program calls, with the types it was checked against: a deployment whose
// library differs refuses the bundle.
type Lookup struct {
	ID       string
	Params   []string
	Result   string
	Outcomes []string
}

// Place returns where an instruction comes from: the file's path and byte offsets; ok is false for code of no place.
func (p *Program) Place(fn, pc int) (file string, start, end int, ok bool) {
	if fn < 0 || fn >= len(p.Funcs) || pc < 0 || pc >= len(p.Funcs[fn].Places) {
		return "", 0, 0, false
	}
	at := p.Funcs[fn].Places[pc]
	if at.File < 0 || int(at.File) >= len(p.Files) {
		return "", 0, 0, false
	}
	return p.Files[at.File], int(at.Start), int(at.End), true
}

// FuncNamed finds a function that was declared, by name; -1 if there is none.
func (p *Program) FuncNamed(name string) int {
	for i := range p.Funcs {
		if p.Funcs[i].Name == name && p.Funcs[i].Kind != ExprFunc {
			return i
		}
	}
	return -1
}
