// Package types is what a value of the flow language can be.
//
// A type is a Kind with what the kind leaves open: how many digits, which record, of what a list is.
// Every kind has a name in both tongues, and one representation in the compiled program, an int64 or a
// string, stated beside it below. There are no subtypes to speak of, and one widening: digits and all the
// numbers people carry (telephone, taxpayer, resident) may go where text is wanted, because as text they
// lose nothing but a check that has been made already.
//
// secret is a property of a type and not a type: what is secret stays what it is, digits or text, but may
// only be handed to a parameter that is secret too.
//
// Bad is the type of what could not be understood. Its fault has been reported; it fits everything, so
// that nothing more is said about it.
package types

import (
	"slices"
	"strconv"

	"rexian/lang/diag"
)

// Kind is a family of values.
type Kind uint8

const (
	Bad        Kind = iota // not understood; reported already
	Nothing                // what a flow without result gives
	None                   // the literal `none`
	Text                   // string
	Digits                 // string of 0-9
	Number                 // millionths
	Money                  // fen
	YesNo                  // 0 or 1
	Date                   // days since 1970-01-01
	Month                  // year*12 + month-1
	Time                   // seconds since midnight
	Moment                 // Unix milliseconds
	Duration               // milliseconds
	Workdays               // a count of working days, in millionths: `3 workdays`
	Months                 // a count of months, in millionths: `3 months`
	Phone                  // string, normalised
	TaxpayerID             // string
	ResidentID             // string
	Language               // string: the language's tag
	Tag                    // string: the tag's canonical English word; Type.Tags says which there are
	Message                // a template with its arguments, rendered when it is sent
	Recording              // string: the recording's id
	ListOf                 // Type.Elem
	RecordOf               // Type.Record
	Queue                  // string: the declared name, as are the following
	Flow
	Prompt
	Hours
	Switch
	Names // a list of the console (名单)
	Mailbox
)

// Type is a kind with its particulars. Types are compared with Same, never by pointer.
type Type struct {
	Kind     Kind
	Secret   bool
	Elem     *Type    // ListOf
	Record   *Record  // RecordOf
	Tags     []string // Tag: the canonical words it may be
	Min, Max int      // Digits: how many; 0, 0 when any number
}

// Record is a kind of record that the library knows, or a row of a table.
type Record struct {
	ID     string // canonical English, such as "taxpayer"; a table's row has the table's name
	Name   diag.Text
	Fields []*Field
	byName map[string]*Field
}

// Field is one field of a record. A table's column has its one name in both tongues.
type Field struct {
	ID    string // canonical English
	Name  diag.Text
	Type  *Type
	Index int // in Record.Fields
}

// NewRecord makes a record; it numbers the fields and makes them findable in both tongues.
func NewRecord(id string, name diag.Text, fields ...*Field) *Record {
	r := &Record{ID: id, Name: name, Fields: fields, byName: make(map[string]*Field, 2*len(fields))}
	for i, f := range fields {
		f.Index = i
		r.byName[f.Name.Zh] = f
		r.byName[f.Name.En] = f
	}
	return r
}

// Field finds a field by its name in either tongue; nil if the record has none of that name.
func (r *Record) Field(name string) *Field { return r.byName[name] }

// FieldNames lists the names of the fields in both tongues, for suggestions.
func (r *Record) FieldNames() []string {
	var list []string
	for _, f := range r.Fields {
		list = append(list, f.Name.Zh)
		if f.Name.En != f.Name.Zh {
			list = append(list, f.Name.En)
		}
	}
	return list
}

// basic holds one shared Type for each kind without particulars.
var basic = func() (all [Mailbox + 1]*Type) {
	for k := range all {
		all[k] = &Type{Kind: Kind(k)}
	}
	return all
}()

// Of returns the type of a kind that has no particulars. It is shared: do not change it.
func Of(k Kind) *Type { return basic[k] }

// List returns the type of lists of elem.
func List(elem *Type) *Type { return &Type{Kind: ListOf, Elem: elem} }

// OfRecord returns the type of a record.
func OfRecord(r *Record) *Type { return &Type{Kind: RecordOf, Record: r} }

// OfTags returns the type of a word out of a set of canonical tags.
func OfTags(tags ...string) *Type { return &Type{Kind: Tag, Tags: tags} }

// DigitsOf returns digits of at least min and at most max places.
func DigitsOf(min, max int) *Type { return &Type{Kind: Digits, Min: min, Max: max} }

// AsSecret returns t as a secret.
func AsSecret(t *Type) *Type {
	s := *t
	s.Secret = true
	return &s
}

// IsBad tells whether t is unknown, nil included: then nothing more is to be said about it.
func (t *Type) IsBad() bool { return t == nil || t.Kind == Bad }

// IsText tells whether values of t are held as text of a person's making.
func (t *Type) IsText() bool {
	switch t.Kind {
	case Text, Digits, Phone, TaxpayerID, ResidentID:
		return true
	}
	return false
}

// IsOrdered tells whether values of t can be more or less than another of t.
func (t *Type) IsOrdered() bool {
	switch t.Kind {
	case Number, Money, Date, Month, Time, Moment, Duration, Workdays, Months:
		return true
	}
	return false
}

// IsNamed tells whether t is a declared thing (a queue, a flow, a prompt…), which may only be passed on as
// a parameter.
func (t *Type) IsNamed() bool { return t.Kind >= Queue }

// Same tells whether two types are one, secrecy and lengths apart.
func Same(a, b *Type) bool {
	if a.IsBad() || b.IsBad() {
		return true
	}
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case ListOf:
		return Same(a.Elem, b.Elem)
	case RecordOf:
		return a.Record == b.Record
	case Tag:
		return slices.Equal(a.Tags, b.Tags)
	}
	return true
}

// Fits tells whether a value of type t may go where want is wanted, secrecy apart. Unknown types fit.
func (t *Type) Fits(want *Type) bool {
	switch {
	case t.IsBad() || want.IsBad():
		return true
	case want.Kind == Text:
		return t.IsText() || t.Kind == Tag
	case t.Kind == Message && want.Kind == Text, t.Kind == Text && want.Kind == Message:
		return want.Kind == Message // words in place may be sent where a template may
	case t.Kind == ListOf && want.Kind == ListOf && t.Elem.IsBad():
		return true // the empty list
	case t.Kind == Digits && want.Kind == Digits && want.Max > 0:
		return t.Min >= want.Min && t.Max <= want.Max && t.Max > 0
	}
	return Same(t, want)
}

// Join is the type of a value that may be either: the wider of the two, and secret if either is. It is a, and ok is
// false, where neither fits where the other is wanted.
func Join(a, b *Type) (t *Type, ok bool) {
	switch {
	case a.IsBad() || b.Kind == None:
		t, ok = a, true
	case b.IsBad() || a.Kind == None:
		t, ok = b, true
	case b.Fits(a):
		t, ok = a, true
	case a.Fits(b):
		t, ok = b, true
	default:
		t = a
	}
	if secret := a != nil && a.Secret || b != nil && b.Secret; secret && !t.IsBad() && !t.Secret {
		t = AsSecret(t)
	}
	return t, ok
}

// names of the kinds, in the order of the constants. The kinds that a flow can write as a type come again
// in Lookup.
var names = [...]diag.Text{
	Bad: {Zh: "未知", En: "unknown"}, Nothing: {Zh: "没有结果", En: "nothing"}, None: {Zh: "无", En: "none"},
	Text: {Zh: "文本", En: "text"}, Digits: {Zh: "数字", En: "digits"}, Number: {Zh: "数值", En: "number"},
	Money: {Zh: "金额", En: "money"}, YesNo: {Zh: "是否", En: "yesno"}, Date: {Zh: "日期", En: "date"},
	Month: {Zh: "月份", En: "month"}, Time: {Zh: "时刻", En: "time"}, Moment: {Zh: "时间点", En: "moment"},
	Duration: {Zh: "时长", En: "duration"}, Workdays: {Zh: "工作日数", En: "workdays"}, Months: {Zh: "月数", En: "months"},
	Phone: {Zh: "电话", En: "phone"}, TaxpayerID: {Zh: "税号", En: "taxpayer_id"},
	ResidentID: {Zh: "身份证号", En: "resident_id"},
	Language:   {Zh: "语言", En: "language"}, Tag: {Zh: "标签", En: "tag"}, Message: {Zh: "短信", En: "message"},
	Recording: {Zh: "录音", En: "recording"}, ListOf: {Zh: "列表", En: "list"}, RecordOf: {Zh: "记录", En: "record"},
	Queue: {Zh: "队列", En: "queue"}, Flow: {Zh: "流程", En: "flow"}, Prompt: {Zh: "提示语", En: "prompt"},
	Hours: {Zh: "作息", En: "hours"}, Switch: {Zh: "开关", En: "switch"}, Names: {Zh: "名单", En: "list"},
	Mailbox: {Zh: "信箱", En: "mailbox"},
}

// Name returns the kind's name in both tongues, as types and messages spell it.
func (k Kind) Name() diag.Text { return names[k] }

// String is the kind's English name, for dumps and tests.
func (k Kind) String() string { return names[k].En }

// Describe says in both tongues what t is, for messages: 金额, 6 位数字, 欠税的列表.
func (t *Type) Describe() diag.Text {
	if t == nil {
		return names[Bad]
	}
	d := names[t.Kind]
	switch t.Kind {
	case ListOf:
		if !t.Elem.IsBad() {
			e := t.Elem.Describe()
			d = diag.Text{Zh: e.Zh + "的列表", En: "list of " + e.En}
		}
	case RecordOf:
		d = t.Record.Name
	case Digits:
		if t.Max > 0 {
			n := strconv.Itoa(t.Min)
			if t.Max != t.Min {
				n += ".." + strconv.Itoa(t.Max)
			}
			d = diag.Text{Zh: n + "位数字", En: n + " digits"}
		}
	}
	if t.Secret {
		d = diag.Text{Zh: "保密的" + d.Zh, En: "secret " + d.En}
	}
	return d
}

func (t *Type) String() string { return t.Describe().En }

// writable are the kinds that a flow may write as a type.
var writable = []Kind{Text, Digits, Number, Money, YesNo, Date, Month, Time, Moment, Duration, Phone, TaxpayerID,
	ResidentID, Language, Message, Recording, Queue, Flow, Prompt, Hours, Mailbox}

var byName = func() map[string]Kind {
	m := map[string]Kind{}
	for _, k := range writable {
		m[names[k].Zh] = k
		m[names[k].En] = k
	}
	return m
}()

// Lookup finds the kind that a word names as a type, in either tongue.
func Lookup(word string) (Kind, bool) { k, ok := byName[word]; return k, ok }

// Words lists the names of the types in both tongues, for suggestions.
func Words() []string {
	var list []string
	for _, k := range writable {
		list = append(list, names[k].Zh, names[k].En)
	}
	return list
}
