package readout

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"rexian/locale"
)

// Table is how one language speaks and writes values: its data (see package locale), with what all languages have in
// common. The methods get magnitudes; signs, kinds, styles and calendar arithmetic are the package's. They return
// fragments (see Fragments).
type Table struct {
	*locale.Language
	Digits   [10]string // a digit on its own, in identifiers
	Fraction [10]string // a digit after the decimal point
}

// Unit is the unit of one part of a duration, in the order of the language's units.
type Unit uint8

const (
	UnitDay Unit = iota
	UnitHour
	UnitMinute
	UnitSecond
	UnitWorkday
	UnitMonth
)

var tables memo[*locale.Language, *Table]

// Lookup finds a language by its tag, or by the primary part of a longer one: "zh-Hans-CN" finds "zh".
func Lookup(tag string) (*Table, bool) {
	l, ok := locale.Lookup(tag)
	if !ok {
		return nil, false
	}
	if t, ok := tables.get(l); ok {
		return t, true
	}
	return tables.of(l, func() *Table {
		t := &Table{Language: l}
		for i := range 10 {
			t.Digits[i], t.Fraction[i] = locale.Plain(l.Speech.Digits[i]), locale.Plain(l.Speech.Fraction[i])
		}
		return t
	}), true
}

// Languages returns the tags of all languages, in alphabetical order.
func Languages() []string { return locale.Tags() }

// languageName is what speakers of the language in call the one tagged of; its own name if they have none,
// the tag itself if it is unknown.
func languageName(of, in string) string {
	l, ok := locale.Lookup(of)
	if !ok {
		return of
	}
	return l.Name(in)
}

// spelled is a number by a set of rules.
func (t *Table) spelled(set string, n uint64) []string { return locale.Words(t.Rules.Spell(set, n)) }

// phrase is a phrase with its places filled.
func (t *Table) phrase(phrase string, values map[string]locale.Value) []string {
	return locale.Words(t.Fill(phrase, values))
}

// said puts words into a phrase.
func said(words []string) locale.Value { return locale.Value{Text: locale.Joined(words)} }

// Agree is the style that a bare number takes between the words around it: 第{n} is an ordinal, {n}笔 counts.
func (t *Table) Agree(c Context) Style {
	if t.Speech.Ordinal != "" && strings.HasSuffix(c.Prev, t.Speech.Ordinal) {
		return Ordinal
	}
	if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(c.Next, " ")); c.Next != "" &&
		strings.ContainsRune(t.Speech.CountBefore, r) {
		return Count
	}
	return Default
}

func (t *Table) ordinal(n uint64, c Context) []string {
	words := t.spelled("ordinal", n)
	if prefix := t.Speech.Ordinal; prefix != "" && !strings.HasSuffix(c.Prev, prefix) {
		return append([]string{prefix}, words...)
	}
	return words
}

// year fills the place of a year in what is spoken.
func (t *Table) year(year int64) locale.Value {
	neg, n := magnitude(year)
	v := locale.Value{N: n, Rule: "year"}
	if neg {
		v.Text = t.Speech.Minus + " "
	}
	return v
}

func (t *Table) date(d Civil, year bool) []string {
	phrase := t.Phrases.Date
	if !year {
		phrase = t.Phrases.DateShort
	}
	return t.phrase(phrase, map[string]locale.Value{
		"year": t.year(d.Year), "month": {N: uint64(d.Month), Rule: "month"}, "day": {N: uint64(d.Day), Rule: "day"},
	})
}

func (t *Table) month(year int64, month int) []string {
	return t.phrase(t.Phrases.Month, map[string]locale.Value{
		"year": t.year(year), "month": {N: uint64(month), Rule: "month"},
	})
}

// quarter reads a quarter; that of no year if the year is 0.
func (t *Table) quarter(year int64, quarter int) []string {
	phrase := t.Phrases.Quarter
	if year == 0 {
		phrase = t.Phrases.QuarterAlone
	}
	return t.phrase(phrase, map[string]locale.Value{
		"year": t.year(year), "quarter": {N: uint64(quarter), Rule: "quarter"},
	})
}

// Written.

func figure(n int64) locale.Value {
	_, size := magnitude(n)
	return locale.Value{Text: strconv.FormatInt(n, 10), N: size}
}

func (t *Table) writtenDate(d Civil) string {
	return t.Fill(t.Written.Date, map[string]locale.Value{
		"year": figure(d.Year), "month": figure(int64(d.Month)), "day": figure(int64(d.Day)),
	})
}

func (t *Table) writtenMonth(year int64, month int) string {
	return t.Fill(t.Written.Month, map[string]locale.Value{"year": figure(year), "month": figure(int64(month))})
}

func (t *Table) writtenQuarter(year int64, quarter int) string {
	phrase := t.Written.Quarter
	if year == 0 {
		phrase = t.Written.QuarterAlone
	}
	return t.Fill(phrase, map[string]locale.Value{"year": figure(year), "quarter": figure(int64(quarter))})
}

func (t *Table) writtenOrdinal(n uint64, c Context) string {
	figures := strconv.FormatUint(n, 10)
	if prefix := t.Speech.Ordinal; prefix != "" && strings.HasSuffix(c.Prev, prefix) {
		return figures
	}
	return t.Fill(t.Written.Ordinal, map[string]locale.Value{"n": {Text: figures, N: n}})
}

func (t *Table) writtenUnit(number string, unit Unit, one bool) string {
	name := t.Written.Many[unit]
	if one {
		name = t.Written.One[unit]
	}
	return t.Fill(t.Written.Unit, map[string]locale.Value{"number": {Text: number}, "unit": {Text: name}})
}

// text fills a phrase of what is written with texts.
func (t *Table) text(phrase string, texts map[string]string) string {
	values := make(map[string]locale.Value, len(texts))
	for name, s := range texts {
		values[name] = locale.Value{Text: s}
	}
	return t.Fill(phrase, values)
}
