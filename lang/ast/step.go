package ast

// Block is `{ steps }`. A trailing `return` is its last step.
type Block struct {
	Base
	Steps []Step
}

// Said is what a say speaks: [must hear] Text [in each language].
type Said struct {
	Base
	MustHear bool
	Each     bool
	Text     *Text
}

// Text is words in place, or a reference to a prompt, a template call or a text value.
type Text struct {
	Base
	Words []*Worded // words in place: one without language, or one per language
	Ref   *Ref      // nil if Words
}

// Worded is one wording in place; Lang is nil where the words stand without a language.
type Worded struct {
	Base
	Lang *LangLit
	Text *StringLit
}

// Say: say [before answering] [must hear] text [in each language]; Options for `say options` in a menu's lead.
type Say struct {
	Base
	Said    *Said // nil if Options
	Options bool
	Early   bool // before answering
}

// If: if Cond Then [otherwise Else]. Else holds one *If step for `otherwise if …`.
type If struct {
	Base
	Cond Expr
	Then *Block
	Else *Block // nil if absent
}

// Let: let NAME = Source, or set NAME = Source when Set.
type Let struct {
	Base
	Set    bool
	Name   *Name
	Source *Source
}

// Do: do f(…) guard; a flow that returns, or a library function whose result is dropped.
type Do struct {
	Base
	Call  *Ref
	Guard *Guard
}

// Source is the right side of let and set. Exactly one of Ask, Do, Expr is set.
type Source struct {
	Base
	Ask   *Ask
	Do    *Ref // do f(…), with Guard
	Expr  Expr // an expression or a lookup, with Guard
	Guard *Guard
}

// Guard is what may follow a lookup: [within Value] [playing Ref] [otherwise …]. Never nil after
// the parser; its fields may be.
type Guard struct {
	Base
	Within  Expr
	Playing *Ref
	Else    *Else
}

// Else is the part after `otherwise`: either arms, or steps for every outcome.
type Else struct {
	Base
	Arms []*Arm // set if `{ on … }`
	Body *Block // set if one step, return, or `{ steps }`
	// Faulty is set when an arm could not be read and was left out; it has been reported.
	Faulty bool
}

// Arm is one arm of a menu, ask, match, else or handler:
// press Keys [label] [when Cond] body, on Labels body, or otherwise body.
type Arm struct {
	Base
	Keys  []*Key
	Label *StringLit // press 1 "业务咨询"; nil if absent
	When  Expr       // nil if absent
	// Unannounced is set where no prompt is to name the keys.
	Unannounced bool
	Labels      []*ArmLabel
	Otherwise   bool
	Body        *Block
}

// ArmLabel is what an `on` arm names: hangup, a value, a range of values, or an outcome tag with
// what it carries (`closed(reason, until)`).
type ArmLabel struct {
	Base
	Hangup bool
	Value  Expr
	To     Expr // value..To; nil if absent
}

// Key is `1`, `*`, `#`, or a string of several keys.
type Key struct {
	Base
	Keys string
}

// Ask is a question: ask Type { says limits arms }, or record { … } when Record (Type nil).
type Ask struct {
	Base
	Record bool
	Type   *Type
	Lead   []Step // say, pause, for each, if
	Limits []*Limit
	Arms   []*Arm
	Faulty bool // a part could not be read and was left out; it has been reported
}

// Limit is a timer, a cap or a clause of a question. Kind: wait, between, tries, longest, silence,
// confirm, range, end key, allow global keys.
type Limit struct {
	Base
	Kind  string
	Value Expr // wait, between, tries, longest, silence; range's lower end
	To    Expr // range's upper end
	Words []*Worded
	Key   *Key
}

// Menu is the body of a declared menu or of a menu step.
type Menu struct {
	Base
	Lead   []Step // say, pause, for each, if
	Limits []*Limit
	Arms   []*Arm
	Faulty bool // a part could not be read and was left out; it has been reported
}

// MenuStep: menu { … } as a step.
type MenuStep struct {
	Base
	Menu *Menu
}

// Enqueue: enqueue Queue [priority Value] [otherwise …].
type Enqueue struct {
	Base
	Queue    Expr
	Priority Expr // nil if absent
	Else     *Else
}

// Transfer: transfer Number [within Value] [otherwise …].
type Transfer struct {
	Base
	Number Expr
	Within Expr
	Else   *Else
}

// Callback: callback Queue to Number [otherwise …].
type Callback struct {
	Base
	Queue  Expr
	Number Expr
	Else   *Else
}

// Send: send sms|mail to Recipient Text [subject "…"] [otherwise …]. To is a *StringLit or a *Ref.
type Send struct {
	Base
	Mail    bool
	To      Expr
	Text    *Text
	Subject *StringLit
	Else    *Else
}

// Fax: fax File to Number | on this call [otherwise …]; To is nil on this call.
type Fax struct {
	Base
	File Expr
	To   Expr
	Else *Else
}

// ReceiveFax: receive fax NAME [otherwise …].
type ReceiveFax struct {
	Base
	Name *Name
	Else *Else
}

// Pause: pause Value.
type Pause struct {
	Base
	For Expr
}

// Language: language Value.
type Language struct {
	Base
	To Expr
}

// Goto: goto F(…).
type Goto struct {
	Base
	Target *Ref
}

// Match: match Value { arms }.
type Match struct {
	Base
	Value Expr
	Arms  []*Arm
	// Faulty is set when an arm could not be read and was left out; it has been reported.
	Faulty bool
}

// Repeat: repeat at most N { … }.
type Repeat struct {
	Base
	Most Expr
	Body *Block
}

// ForEach: for each List as NAME at most N { … }.
type ForEach struct {
	Base
	List Expr
	Name *Name
	Most Expr
	Body *Block
}

// Word is a step of one word. Kind: again, next, stop, continue, hangup, reject, pause recording,
// resume recording.
type Word struct {
	Base
	Kind string
}

// Return: return [Value].
type Return struct {
	Base
	Value Expr // nil if absent
}

// Voicemail: voicemail NAME.
type Voicemail struct {
	Base
	Name *Name
}

// RunSurvey: run survey NAME.
type RunSurvey struct {
	Base
	Name *Name
}

// Reply: reply Text.
type Reply struct {
	Base
	Text *Text
}

// Attach: attach NAME = Value.
type Attach struct {
	Base
	Name  *Name
	Value Expr
}

// Mark: mark "milestone".
type Mark struct {
	Base
	Name *StringLit
}

// Topic: topic Value.
type Topic struct {
	Base
	Value Expr
}

// SurveyAsk is a survey's question: ask NAME [kind] Words [{ 1 "…" 2 "…" }]. Kind: choice (also when
// none is written), several, scale, nps, record.
type SurveyAsk struct {
	Base
	Name     *Name
	Kind     string
	Min, Max int // scale's ends; -1 when none is written
	Words    []*Worded
	Choices  []*Choice
}

// Choice is one answer of a survey's question.
type Choice struct {
	Base
	Key   string
	Label *StringLit
}

func (*Say) step()        {}
func (*If) step()         {}
func (*Let) step()        {}
func (*Do) step()         {}
func (*MenuStep) step()   {}
func (*Enqueue) step()    {}
func (*Transfer) step()   {}
func (*Callback) step()   {}
func (*Send) step()       {}
func (*Fax) step()        {}
func (*ReceiveFax) step() {}
func (*Pause) step()      {}
func (*Language) step()   {}
func (*Goto) step()       {}
func (*Match) step()      {}
func (*Repeat) step()     {}
func (*ForEach) step()    {}
func (*Word) step()       {}
func (*Return) step()     {}
func (*Voicemail) step()  {}
func (*RunSurvey) step()  {}
func (*Reply) step()      {}
func (*Attach) step()     {}
func (*Mark) step()       {}
func (*Topic) step()      {}
func (*SurveyAsk) step()  {}
