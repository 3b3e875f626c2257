// Package readout turns a typed value into what a person hears or reads: 1200.50 yuan is spoken
// 一千二百元五角 and written 1200.50元.
//
// # The model
//
// A Value is a kind and a plain number or string, in the same units the machine uses. A prompt puts it
// into a sentence, so how it is read depends on three more things: the listener's language, the Style the
// flow asked for ({n:ordinal}), and a Context: the words around it (2 is 二 after 第 and 两 before 位),
// the zone, and the present moment (an opening later today is read as a time only).
//
// A language is data (package locale): how it says a whole number, a decimal, money, a date, a clock and so on, and
// how it writes them. Nothing else here or in the product knows a language by name, so a further language is one
// further folder. What all languages share is done once, in this file and phone.go: choosing the reading for a kind and
// style, splitting days into a date, phone numbers into groups, and masking.
//
// A reading is first a list of fragments ("一", "千", "二", "百", "元"), each small enough to be one
// recording, and only then joined to text for a synthesised voice. The constant Pause among them is a
// breath: a comma in text, a short silence between recordings.
//
// Nothing here fails: every int64 and every string has a reading in every language. What a language's
// table does not know (a letter of another script) is passed on as it is.
package readout

import (
	"slices"
	"strings"
	"time"

	"rexian/locale"
)

// Kind says what a value is, and so which reading it gets. The unit of Value.N is given with each.
type Kind uint8

const (
	Text       Kind = iota // S, passed on as it is
	Digits                 // S, one character at a time
	Number                 // N in millionths
	Percent                // N in millionths of the whole: 0.05% is 500
	Money                  // N in fen
	YesNo                  // N 0 or 1
	Date                   // N in days since 1970-01-01, proleptic Gregorian
	Month                  // N is year*12 + month-1
	Quarter                // N is year*4 + quarter-1; below 4 the year is left out
	Time                   // N in seconds since midnight; 86400 is 24:00
	Moment                 // N in milliseconds since 1970-01-01T00:00Z
	Duration               // N in milliseconds
	Workdays               // N counts working days
	Months                 // N counts months
	Phone                  // S, digits; "+86", blanks and dashes are taken off
	TaxpayerID             // S
	ResidentID             // S
	Language               // S, a language tag
	kinds
)

// Style is the reading a flow may ask for in place of the kind's own: {n:digits}.
type Style uint8

const (
	Default    Style = iota
	Spelled          // digits, 逐位: one digit at a time
	Ordinal          // ordinal, 序数: 第二, second
	Count            // count, 计数: before a measure word, 两
	Masked           // masked, 脱敏: only as much as may be heard by a bystander
	Percentage       // percent, 百分比: 0.05 as 百分之五
	Weekday          // weekday, 星期: a date with its day of the week
	Short            // short, 简短: a date without its year, if that is the present one
	Near             // near, 相对: yesterday, today, tomorrow and the day after by these words, others short
	styles
)

// Value is what is read. Kind says which of N and S counts, and N's unit.
type Value struct {
	Kind Kind
	N    int64
	S    string
}

// Context is what stands around the value. The zero Context is a value on its own, in UTC, at an unknown
// time.
type Context struct {
	Zone *time.Location // in which moments are told; nil is UTC
	Now  int64          // the present in Unix milliseconds; 0 means unknown, then dates are told in full
	Prev string         // the sentence before the value
	Next string         // the sentence after it; its first letter may be a measure word
}

// Pause is the fragment that stands for a breath.
const Pause = ","

// Speak returns the words for a voice, in the language tagged lang ("zh", "en"; "zh-CN" finds "zh").
// A language that is not registered gets the plain figures, so a caller never hears silence.
func Speak(lang string, v Value, style Style, c Context) string {
	t, ok := Lookup(lang)
	if !ok {
		return figures(v, style)
	}
	return t.Join(t.fragments(v, style, c))
}

// Fragments returns the same words one by one, each small enough to be a recording; Pause is a breath.
// A language that is not registered yields the plain figures as one fragment.
func Fragments(lang string, v Value, style Style, c Context) []string {
	t, ok := Lookup(lang)
	if !ok {
		return []string{figures(v, style)}
	}
	return t.fragments(v, style, c)
}

// Join makes one text of fragments: pauses become the language's comma, and only a pause is followed by
// a blank in languages that write blanks between words.
func (t *Table) Join(fragments []string) string {
	var b strings.Builder
	for _, f := range fragments {
		switch {
		case f == Pause:
			if b.Len() > 0 {
				b.WriteString(t.Speech.Comma)
			}
			continue
		case b.Len() > 0:
			b.WriteString(t.Speech.Blank)
		}
		b.WriteString(f)
	}
	return b.String()
}

// keyed tells whether a digit is a key that the words before it say to press: 请按一, and not 幺 as in an account.
func (t *Table) keyed(digits, before string) bool {
	return len(digits) == 1 && digits[0] >= '0' && digits[0] <= '9' &&
		slices.ContainsFunc(t.Keys.Press, func(verb string) bool { return strings.HasSuffix(before, verb) })
}

// fragments chooses the reading. Styles that do not suit a kind fall back to the kind's own reading: the
// compiler warns of them, the caller must not suffer for them.
func (t *Table) fragments(v Value, style Style, c Context) []string {
	if style == Default && v.Kind == Digits && t.keyed(v.S, c.Prev) {
		return t.spelled("number", uint64(v.S[0]-'0'))
	}
	if style == Default && v.Kind == Number {
		style = t.Agree(c)
	}
	switch style {
	case Spelled:
		return t.spell(plain(v))
	case Masked:
		return t.masked(v)
	}
	switch v.Kind {
	case Number, Workdays, Months:
		return t.number(v, style, c)
	case Percent:
		return t.percent(v.N)
	case Money:
		return t.money(v.N)
	case YesNo:
		return []string{locale.Plain([2]string{t.Speech.No, t.Speech.Yes}[truth(v.N)])}
	case Date:
		if style == Short || style == Near {
			return t.near(v.N, style, c)
		}
		d := civil(v.N)
		words := t.date(d, true)
		if style == Weekday {
			words = t.phrase(t.Phrases.Weekday, map[string]locale.Value{
				"date": said(words), "weekday": {N: uint64(d.Weekday), Rule: "weekday"},
			})
		}
		return words
	case Month:
		y, m := floorDiv(v.N, 12)
		return t.month(y, int(m)+1)
	case Quarter:
		y, q := floorDiv(v.N, 4)
		return t.quarter(y, int(q)+1)
	case Time:
		return t.time(v.N)
	case Moment:
		if style == Near && c.Now != 0 {
			day, second := local(v.N, c.Zone)
			return t.dayAndTime(t.near(day, style, c), t.time(second/60*60))
		}
		return t.moment(v.N, c)
	case Duration:
		return t.duration(v.N)
	case Digits, TaxpayerID:
		return t.spell(v.S)
	case ResidentID:
		return t.spellGroups(residentGroups(v.S))
	case Phone:
		return t.spellGroups(PhoneGroups(v.S))
	case Language:
		return []string{languageName(v.S, t.Tag)}
	}
	if v.S == "" {
		return nil
	}
	return []string{v.S}
}

// number reads a Number, or a count of working days or months, in the given style.
func (t *Table) number(v Value, style Style, c Context) []string {
	neg, n := magnitude(v.N)
	whole, millionths := n, uint64(0)
	if v.Kind == Number {
		whole, millionths = n/1_000_000, n%1_000_000
	}
	var words []string
	switch {
	case v.Kind == Workdays || v.Kind == Months:
		words = t.spelled(v.Kind.String(), whole)
	case style == Percentage:
		return t.percent(v.N)
	case millionths > 0:
		words = t.decimal(whole, millionths, 6)
	case style == Ordinal && !neg:
		return t.ordinal(whole, c)
	case style == Count:
		words = t.spelled("count", whole)
	default:
		words = t.spelled("number", whole)
	}
	return t.signed(neg, words)
}

// decimal reads whole.fraction; fraction is in units of 10^-places and its trailing zeros are silent.
func (t *Table) decimal(whole, fraction uint64, places int) []string {
	words := append(t.spelled("number", whole), locale.Plain(t.Speech.Point))
	for _, d := range fractionDigits(fraction, places) {
		words = append(words, t.Fraction[d-'0'])
	}
	return words
}

func (t *Table) percent(n int64) []string {
	neg, u := magnitude(n)
	whole, rest := u/10_000, u%10_000
	words := t.spelled("number", whole)
	if rest > 0 {
		words = t.decimal(whole, rest, 4)
	}
	return t.signed(neg, t.phrase(t.Phrases.Percent, map[string]locale.Value{"number": said(words)}))
}

func (t *Table) money(fen int64) []string {
	neg, u := magnitude(fen)
	return t.signed(neg, t.spelled("money", u))
}

// time reads a time of day. Values outside 00:00–24:00 cannot be typed by a flow; they are brought into the
// day so that they still sound like a time.
func (t *Table) time(seconds int64) []string {
	h, m, s := clock(seconds)
	return t.spelled("clock", uint64(h*3600+m*60+s))
}

func (t *Table) dayAndTime(day, time []string) []string {
	return t.phrase(t.Phrases.Moment, map[string]locale.Value{"date": said(day), "clock": said(time)})
}

// moment reads a moment in the context's zone, to the minute: the time alone if it is on the present day,
// the date and time without the year if it is in the present year, all of it otherwise.
func (t *Table) moment(ms int64, c Context) []string {
	day, second := local(ms, c.Zone)
	words := t.time(second / 60 * 60)
	if c.Now != 0 {
		today, _ := local(c.Now, c.Zone)
		if day == today {
			return words
		}
		d := civil(day)
		return t.dayAndTime(t.date(d, d.Year != civil(today).Year), words)
	}
	return t.dayAndTime(t.date(civil(day), true), words)
}

// near tells a day by its distance from the present one, if it is as near as that, else without the present year. At an
// unknown time it is told in full.
func (t *Table) near(day int64, style Style, c Context) []string {
	d := civil(day)
	if c.Now == 0 {
		return t.date(d, true)
	}
	today, _ := local(c.Now, c.Zone)
	if far := day - today + 1; style == Near && far >= 0 && far < int64(len(t.Speech.Near)) {
		return []string{locale.Plain(t.Speech.Near[far])}
	}
	return t.date(d, d.Year != civil(today).Year)
}

// duration reads milliseconds as days, hours, minutes and seconds.
func (t *Table) duration(ms int64) []string {
	neg, u := magnitude(ms)
	return t.signed(neg, t.spelled("span", u))
}

func (t *Table) signed(neg bool, words []string) []string {
	if !neg {
		return words
	}
	return append([]string{locale.Plain(t.Speech.Minus)}, words...)
}

// spell reads a string one character at a time: digits by the table, letters as capital letters, the dot
// and the signs by name. A blank, a dash inside or other punctuation is a breath.
func (t *Table) spell(s string) []string {
	var words []string
	for i, r := range locale.Fold(s) {
		switch {
		case '0' <= r && r <= '9':
			words = append(words, t.Digits[r-'0'])
		case r == '.':
			words = append(words, locale.Plain(t.Speech.Point))
		case r == '+':
			words = append(words, locale.Plain(t.Speech.Plus))
		case r == '-' && i == 0:
			words = append(words, locale.Plain(t.Speech.Minus))
		case isWordRune(r):
			words = append(words, strings.ToUpper(string(r)))
		case len(words) > 0 && words[len(words)-1] != Pause:
			words = append(words, Pause)
		}
	}
	return trimPause(words)
}

func (t *Table) spellGroups(groups []string) []string {
	var words []string
	for _, g := range groups {
		words = append(append(words, t.spell(g)...), Pause)
	}
	return trimPause(words)
}

// masked says only as much of a value as may be heard by a bystander: the last four characters of a number or id,
// the first of a name. Of amounts, dates and the like nothing is said but that they are hidden.
func (t *Table) masked(v Value) []string {
	s := []rune(locale.Fold(v.S))
	switch v.Kind {
	case Phone:
		s = []rune(NormalPhone(v.S))
		fallthrough
	case Digits, TaxpayerID, ResidentID:
		if keep := visibleTail(len(s)); keep > 0 {
			return append([]string{locale.Plain(t.Speech.Ending)}, t.spell(string(s[len(s)-keep:]))...)
		}
	case Text:
		if len(s) > 1 {
			return t.phrase(t.Speech.Masked, map[string]locale.Value{"first": said([]string{string(s[0])})})
		}
	}
	return []string{locale.Plain(t.Speech.Hidden)}
}

func trimPause(words []string) []string {
	for len(words) > 0 && words[len(words)-1] == Pause {
		words = words[:len(words)-1]
	}
	return words
}

func truth(n int64) int {
	if n == 0 {
		return 0
	}
	return 1
}
