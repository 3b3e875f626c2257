package ast

// NumberDecl: number "12366", … enters NAME.
type NumberDecl struct {
	Base
	Numbers []*StringLit
	Target  *Name
}

// MessageDecl: message "欠税", "QS" enters NAME [otherwise NAME]; Other for `message other`.
type MessageDecl struct {
	Base
	Words     []*StringLit
	Other     bool
	Target    *Name
	Otherwise *Name // nil if absent
}

// LanguagesDecl: languages zh, en fallback zh.
type LanguagesDecl struct {
	Base
	Languages []*LangLit // first is the default
	Fallback  *LangLit
}

// SettingDecl: setting NAME: Type = Expr.
type SettingDecl struct {
	Base
	Name  *Name
	Type  *Type
	Value Expr
}

// SwitchDecl: switch NAME on|off.
type SwitchDecl struct {
	Base
	Name *Name
	On   bool
}

// ListDecl: list NAME.
type ListDecl struct {
	Base
	Name *Name
}

// TableDecl: table NAME from "file" { columns }.
type TableDecl struct {
	Base
	Name    *Name
	File    *StringLit
	Columns []*Column
}

// Column is `NAME: Type`: a table's column, a parameter.
type Column struct {
	Base
	Name *Name
	Type *Type
}

// Type is `[secret] NAME{.NAME} [n[..m]]`, such as `secret digits 6` or `digits 15..20`.
// Min = Max = -1 when no length is written.
type Type struct {
	Base
	Secret   bool
	Path     []*Name
	Min, Max int
}

// CallDataDecl: call data NAME: Type.
type CallDataDecl struct {
	Base
	Name *Name
	Type *Type
}

// DefaultsDecl: defaults { … }.
type DefaultsDecl struct {
	Base
	Zone     *StringLit // nil if absent
	Calendar *Name      // of the built-ins about working days; nil if absent
	Playing  *Ref       // nil if absent
	Limits   []*Limit
	Handlers []*Arm // Keys or Labels; never Otherwise
}

// CalendarDecl: calendar NAME from "file" | { holidays and periods }.
type CalendarDecl struct {
	Base
	Name     *Name
	File     *StringLit // nil if the items stand here
	Holidays []*Holiday
	Periods  []*Period
}

// Holiday: holiday "国庆节" dates [make up dates].
type Holiday struct {
	Base
	Name   *StringLit
	Days   []*DayRange
	MakeUp []*DayRange
}

// Period: period NAME dates.
type Period struct {
	Base
	Name *Name
	Days []*DayRange
}

// DayRange is one date or first..last, both included.
type DayRange struct {
	Base
	First, Last *DateLit // Last == First for one date
}

// HoursDecl: hours NAME { … }.
type HoursDecl struct {
	Base
	Name     *Name
	Zone     *StringLit // nil if absent
	Calendar *Name      // nil if absent
	Lines    []*HoursLine
}

// HoursLine is a weekly line (`workdays 08:30-12:00, 13:30-17:30 during 征期`) or a dated one
// (`on 2026-12-31 closed`): Dates is empty for the first kind, Days for the second.
type HoursLine struct {
	Base
	Days   []WeekdayRange
	Dates  []*DayRange
	Closed bool
	Spans  []*TimeSpan
	During []*During
}

// WeekdayRange is one day word or first..last. Words are canonical English: monday … sunday,
// weekend, workdays, daily.
type WeekdayRange struct {
	Base
	First, Last string // Last == First for one word
}

// TimeSpan is from-to, seconds of the day in the literals.
type TimeSpan struct {
	Base
	From, To *TimeLit
}

// During is a period's name or dates.
type During struct {
	Base
	Name *Name     // nil if Days
	Days *DayRange // nil if Name
}

// PromptDecl: prompt NAME { wordings }.
type PromptDecl struct {
	Base
	Name     *Name
	Wordings []*Wording
}

// Wording is `zh "…"`, `audio zh "file"` or `audio "file"`.
type Wording struct {
	Base
	Lang  *LangLit // nil: audio for every language
	Audio bool
	Text  *StringLit
}

// TemplateDecl: template NAME [(params)] { wordings }.
type TemplateDecl struct {
	Base
	Name     *Name
	Params   []*Column
	Wordings []*Wording
}

// MailboxDecl: mailbox NAME { … }.
type MailboxDecl struct {
	Base
	Name     *Name
	Greeting *Text // nil if absent
	Longest  Expr  // nil if absent
	Silence  Expr
	Notify   []*StringLit
}

// TicketTypeDecl: ticket type "投诉" { accept … finish … urge … }.
type TicketTypeDecl struct {
	Base
	Name                 *StringLit
	Accept, Finish, Urge Expr // nil if absent
}

// FlowDecl: flow NAME [(params)] [: Type] { handlers steps }.
type FlowDecl struct {
	Base
	Name     *Name
	Params   []*Column
	Result   *Type // nil if it returns nothing
	Handlers []*Arm
	Body     *Block
}

// MenuDecl: menu NAME [(params)] { … }.
type MenuDecl struct {
	Base
	Name   *Name
	Params []*Column
	Menu   *Menu
}

// QueueDecl: queue NAME [like NAME] { items }.
type QueueDecl struct {
	Base
	Name  *Name
	Like  *Name // nil if absent
	Items []*QueueItem
}

// QueueItem is one clause of a queue. Kind is the canonical word: skill, order, last agent first,
// music, every, capacity, longest, ring, wrap up, misses, keep place, target; or of a tier (`from 40s …`):
// add, say, offer, move to.
type QueueItem struct {
	Base
	Kind    string
	Tier    Expr         // the wait after which it holds; nil if it is no tier
	Value   Expr         // capacity, longest, every's interval, …; target's share
	Within  Expr         // target: the wait that the share keeps
	Strings []*StringLit // skill, add skill
	Name    *Name        // order, move to
	Text    *Text        // music
	Said    *Said        // every, say
	Keys    []*Key       // offer
}

// CampaignDecl: campaign NAME { items }, or text campaign NAME { items } with Send instead of Call. A nil field is
// absent.
type CampaignDecl struct {
	Base
	Text       bool // it writes to its targets
	Name       *Name
	Targets    Expr
	Limits     []*CampaignLimit // sample, quota, at once, per second, tries
	Hours      *Name
	Call       Expr // the number to call
	With       *Ref // the flow
	Beep       *Ref // the flow that leaves a message with a machine
	Retries    []*Retry
	SkipIf     Expr
	Unreached  *Block
	ShowNumber *StringLit
	From, To   *DateLit
	Send       *Block   // one Send
	Daily      *TimeLit // when it starts by itself
}

// CampaignLimit is a figure of a campaign; Kind: sample, quota, at once, per second, tries.
type CampaignLimit struct {
	Base
	Kind  string
	Value Expr
}

// Retry: OUTCOME after Value [up to Value].
type Retry struct {
	Base
	Outcome *Name
	After   Expr
	UpTo    Expr // nil if absent
}

// SurveyDecl: survey NAME { quota sample steps }.
type SurveyDecl struct {
	Base
	Name   *Name
	Limits []*CampaignLimit // quota, sample
	Body   *Block
}

// RuleDecl: rule "name" { claim }.
type RuleDecl struct {
	Base
	Name  *StringLit
	Claim *Claim
}

// Claim is what a rule demands. Kind: "every path says", "every path does", "no path reaches",
// "to" (from F to P at most …), "every menu at most", "every menu press".
type Claim struct {
	Base
	Kind   string
	From   *Name // nil if absent
	Ref    *Ref  // what is said or done before
	Points []*Point
	Most   []Expr
	When   Expr // nil if absent
	Key    *Key
	Only   Step
}

// Point is a place in a flow that a rule speaks of: a Ref, or a step word (record, enqueue, transfer,
// voicemail, callback, hangup, send sms, send mail), or mark "…" with Mark set.
type Point struct {
	Base
	Ref  *Ref
	Word string
	Mark *StringLit
}

// TestDecl: test "name" { items }.
type TestDecl struct {
	Base
	Name  *StringLit
	Items []*TestItem
}

// TestItem is one line of a test. Kind: at, given, call, text, dial, answer, hear, not hear, press,
// wait, say nothing, hangup, agent answers, agent hangs up, agent signs in, agent signs out,
// agent ready, agent break, expect, expect not.
type TestItem struct {
	Base
	Kind    string
	Date    *DateLit     // at
	Time    *TimeLit     // at
	Given   *Given       // given
	Number  *StringLit   // call: the number dialled; text: the words
	From    *StringLit   // call, text
	Name    *Name        // dial: the campaign
	Value   Expr         // dial's target; wait's or press-after's time
	Returns Expr         // dial … returns; nil if absent
	Words   *StringLit   // hear, not hear
	Key     *Key         // press
	Slowly  bool         // press "12" slowly
	Skills  []*StringLit // agent signs in: those that the agent has; none: all
	Outcome *Outcome     // expect, expect not
}

// Given is what a test assumes: a function, queue, list, switch, hours or setting and its answer; or how an act of the
// call ends.
type Given struct {
	Base
	Enqueue bool
	Ref     *Ref         // nil if Act is set
	Act     string       // transfer, callback, send sms, send mail, fax, receive fax; "" if absent
	To      Expr         // Act: whom it reaches; nil stands for all
	Returns Expr         // returns Value; nil if absent
	After   Expr         // returns … after 2s; nil if absent
	Has     []*StringLit // has "139…"
	Is      Expr         // is Value
	State   string       // is open, is closed, is on, is off; "" if absent
}

// Outcome is what a test expects. Kind: "expr", hangup, mark, enqueue, transfer, voicemail, callback,
// send sms, send mail, reply, called, redial.
type Outcome struct {
	Base
	Kind     string
	Expr     Expr // expr; transfer's number; callback's number
	Mark     *StringLit
	Ref      *Ref // enqueue, callback, called
	Priority Expr // nil if absent
	Name     *Name
	To       Expr       // send sms, send mail
	Contains *StringLit // nil if absent
	Date     *DateLit   // redial
	Time     *TimeLit
}

func (*NumberDecl) decl()     {}
func (*MessageDecl) decl()    {}
func (*LanguagesDecl) decl()  {}
func (*SettingDecl) decl()    {}
func (*SwitchDecl) decl()     {}
func (*ListDecl) decl()       {}
func (*TableDecl) decl()      {}
func (*CallDataDecl) decl()   {}
func (*DefaultsDecl) decl()   {}
func (*CalendarDecl) decl()   {}
func (*HoursDecl) decl()      {}
func (*PromptDecl) decl()     {}
func (*TemplateDecl) decl()   {}
func (*MailboxDecl) decl()    {}
func (*TicketTypeDecl) decl() {}
func (*FlowDecl) decl()       {}
func (*MenuDecl) decl()       {}
func (*QueueDecl) decl()      {}
func (*CampaignDecl) decl()   {}
func (*SurveyDecl) decl()     {}
func (*RuleDecl) decl()       {}
func (*TestDecl) decl()       {}
