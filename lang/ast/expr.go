package ast

// Binary: Op is canonical: or, and, +, -, *, /, or a relation: is, is not, in, not in, at least,
// no more than, more than, less than, contains. The sign spellings (`>=`) and the words of dates
// (`later than`, `not earlier than`, …) have become these already.
type Binary struct {
	Base
	Op   string
	X, Y Expr
}

// Unary: Op is "not" or "-".
type Unary struct {
	Base
	Op string
	X  Expr
}

// State: X is empty. Kind: empty, open, closed, on, off, mobile; Not for `is not …`.
type State struct {
	Base
	Kind string
	Not  bool
	X    Expr
}

// NumberLit is a number with its unit: N in millionths; Unit canonical English ("" if none): s, m, h,
// d, workdays, months, yuan, wan yuan, yi yuan, keys, levels, items, %.
type NumberLit struct {
	Base
	N    int64
	Unit string
}

// StringLit is one or more adjacent strings, joined.
type StringLit struct {
	Base
	Parts []Part
}

// Plain returns the text when no hole is in it.
func (s *StringLit) Plain() (string, bool) {
	switch {
	case len(s.Parts) == 0:
		return "", true
	case len(s.Parts) == 1 && s.Parts[0].Hole == nil:
		return s.Parts[0].Text, true
	}
	return "", false
}

// Part is a run of text, or a hole; adjacent runs are one part.
type Part struct {
	Text string
	Hole *Hole
}

// Hole is {expr} or {expr:style} in a string; spans are those of the file.
type Hole struct {
	Base
	Expr  Expr
	Style *Name // nil if absent
}

// DateLit is a date, Days since 1970-01-01; with Time it is a moment in the program's zone.
type DateLit struct {
	Base
	Days int64
	Time *TimeLit // nil if absent
}

// TimeLit is a time of day in seconds; 24:00 is 86400.
type TimeLit struct {
	Base
	Seconds int64
}

// MonthLit is year*12 + month-1.
type MonthLit struct {
	Base
	Month int64
}

// BoolLit is yes or no.
type BoolLit struct {
	Base
	Yes bool
}

// None is the absent value.
type None struct{ Base }

// LangLit is a language of the callers, by whatever name: zh, 英文, fr. Tag is the name itself where no language has it.
type LangLit struct {
	Base
	Tag string
}

// Ref is a name and its tail: NAME{.NAME | (args) | [key]}.
type Ref struct {
	Base
	Name *Name
	Tail []Tail
}

// Tail is one step of a Ref's or a parenthesis' tail. Kind says which field holds.
type Tail struct {
	Base
	Kind  TailKind
	Field *Name
	Args  []*Arg
	Index Expr
}

// TailKind tells the three tails apart.
type TailKind uint8

const (
	FieldTail TailKind = iota
	CallTail
	IndexTail
)

// Arg is a call's argument; Name is nil when it goes by position. `_` is a Ref named "_".
type Arg struct {
	Base
	Name  *Name
	Value Expr
}

// Paren is (Expr) with a tail.
type Paren struct {
	Base
	X    Expr
	Tail []Tail
}

// Cond is (if C then A otherwise B) with a tail.
type Cond struct {
	Base
	C, Then, Else Expr
	Tail          []Tail
}

// List is [a, b].
type List struct {
	Base
	Items []Expr
}

// Record is {name: value, …}.
type Record struct {
	Base
	Fields []*Field
}

// Field is one field of a record.
type Field struct {
	Base
	Name  *Name
	Value Expr
}

func (*Binary) expr()    {}
func (*Unary) expr()     {}
func (*State) expr()     {}
func (*NumberLit) expr() {}
func (*StringLit) expr() {}
func (*DateLit) expr()   {}
func (*TimeLit) expr()   {}
func (*MonthLit) expr()  {}
func (*BoolLit) expr()   {}
func (*None) expr()      {}
func (*LangLit) expr()   {}
func (*Ref) expr()       {}
func (*Paren) expr()     {}
func (*Cond) expr()      {}
func (*List) expr()      {}
func (*Record) expr()    {}
