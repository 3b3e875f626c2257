package readout

import (
	"maps"
	"slices"
	"sync"
)

// A voice that speaks values without synthesis needs a recording of every word a reading can hold. Vocabulary
// lists them from the tables themselves: it takes readings of every kind and style and collects their fragments, so a
// language added tomorrow has its list tomorrow. Words spoken one by one sound chopped; the list therefore also holds
// the short runs that many readings share: 二十六, 两角, 十月, 九点; "twenty twenty-six", "five minutes".

// Vocabulary returns every fragment, without pauses, from which the readings of all values but texts can be put
// together in the language, in a fixed order. Each is the text of one recording. Texts that a reading passes on (a
// name, a letter of a script other than Latin) are not in it. A language that is not registered has none.
func Vocabulary(lang string) []string {
	t, ok := Lookup(lang)
	if !ok {
		return nil
	}
	vocabularies.Lock()
	defer vocabularies.Unlock()
	if vocabularies.byTag[t.Tag] == nil {
		vocabularies.byTag[t.Tag] = slices.Sorted(maps.Keys(t.vocabulary()))
	}
	return slices.Clone(vocabularies.byTag[t.Tag])
}

var vocabularies = struct {
	sync.Mutex
	byTag map[string][]string
}{byTag: map[string][]string{}}

// example is one value and the circumstances in which it is read.
type example struct {
	value Value
	style Style
	ctx   Context
}

// vocabulary maps each fragment to an example that is read with it.
func (t *Table) vocabulary() map[string]example {
	all := map[string]example{}
	add := func(words []string, e example) {
		if text := t.Join(words); text != "" {
			if _, known := all[text]; !known {
				all[text] = e
			}
		}
	}
	numerals := map[string]bool{}
	for e := range t.examples() {
		whole := e.value.Kind == Number && e.value.N >= 0 && e.value.N%1_000_000 == 0 && e.style != Percentage
		for _, word := range t.fragments(e.value, e.style, e.ctx) {
			if word != Pause {
				add([]string{word}, e)
			}
			if whole || e.value.Kind == Digits && e.value.S == "0123456789" {
				numerals[word] = true
			}
		}
	}
	for e := range t.wholes() {
		add(t.fragments(e.value, e.style, e.ctx), e)
	}
	for run, e := range t.sharedRuns(numerals) {
		all[run] = e
	}
	return all
}

// examples yields values whose readings together hold every word of the language's readings: all small values,
// each digit at each place, each month, hour and minute, each sign.
func (t *Table) examples() func(yield func(example) bool) {
	kinds := map[Kind][]Style{
		Number: {Default, Count, Ordinal, Percentage}, Percent: {Default}, Money: {Default}, Workdays: {Default},
		Months:   {Default},
		Duration: {Default}, Time: {Default}, Month: {Default}, Quarter: {Default}, Date: {Default, Weekday},
		YesNo: {Default}, Moment: {Default},
	}
	return func(yield func(example) bool) {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			for n := range amounts() {
				for _, style := range kinds[kind] {
					if !yield(example{value: Value{Kind: kind, N: n}, style: style}) {
						return
					}
				}
			}
		}
		for n := int64(0); n < 366; n++ { // days of a year, minutes of a day; seconds past the minute
			for _, v := range []Value{{Kind: Date, N: n}, {Kind: Time, N: n * 4 * 60},
				{Kind: Time, N: (n%60+1)*60 + n%60}} {
				if !yield(example{value: v, style: Weekday}) {
					return
				}
			}
		}
		const midnight = 10 * 86_400_000
		for day := int64(9); day <= 12; day++ {
			if !yield(example{value: Value{Kind: Date, N: day}, style: Near, ctx: Context{Now: midnight}}) {
				return
			}
		}
		for _, s := range []string{"0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "+1", "-1", "1.1"} {
			if !yield(example{value: Value{Kind: Digits, S: s}}) {
				return
			}
		}
		if !yield(example{value: Value{Kind: Digits, S: "12345678"}, style: Masked}) ||
			!yield(example{value: Value{Kind: Money}, style: Masked}) {
			return
		}
		for _, tag := range Languages() {
			if !yield(example{value: Value{Kind: Language, S: tag}}) {
				return
			}
		}
	}
}

// amounts yields whole numbers with each digit at each place, their millionths, thousandths and hundredths, and
// negative ones: a kind counts in one of these units, and for the others the values do no harm.
func amounts() func(yield func(int64) bool) {
	return func(yield func(int64) bool) {
		for n := int64(-99); n < 100; n++ {
			for _, unit := range []int64{1, 100, 1000, 10_000, 60_000, 1_000_000, 3_600_000, 86_400_000} {
				if !yield(n * unit) {
					return
				}
			}
		}
		for place := int64(100); place <= 1_000_000_000_000_000_000; place *= 10 {
			for d := int64(1); d <= 9; d++ {
				if !yield(d*place) || d < 9 && !yield(d*place+place/10+1) {
					return
				}
			}
			if place == 1_000_000_000_000_000_000 {
				return // ten times that is more than an int64 holds
			}
		}
	}
}

// wholes yields the values whose whole reading is one recording: numbers below a hundred, full hundreds and
// thousands, ordinals of a month's days.
func (t *Table) wholes() func(yield func(example) bool) {
	return func(yield func(example) bool) {
		number := func(n int64, style Style) bool {
			return yield(example{value: Value{Kind: Number, N: n * 1_000_000}, style: style})
		}
		for n := int64(0); n < 100; n++ {
			if !number(n, Default) || !number(n, Count) || n > 0 && n < 32 && !number(n, Ordinal) {
				return
			}
		}
		for n := int64(1); n < 10; n++ {
			if !number(n*100, Default) || !number(n*1000, Default) {
				return
			}
		}
	}
}

// sharedRuns finds the runs of words that end with a unit or a breath and occur in at least two readings of dates,
// times, amounts and durations as callers hear them daily.
func (t *Table) sharedRuns(numerals map[string]bool) map[string]example {
	type sighting struct {
		first example
		text  string // the reading it was first seen in
		again bool
	}
	seen := map[string]*sighting{}
	for e := range daily() {
		words := t.fragments(e.value, e.style, e.ctx)
		text, from := t.Join(words), 0
		for i, word := range words {
			last := i == len(words)-1
			if word != Pause && numerals[word] && !last {
				continue
			}
			to := i + 1
			if word == Pause {
				to = i
			}
			if run := t.Join(words[from:to]); to-from > 1 {
				switch s := seen[run]; {
				case s == nil:
					seen[run] = &sighting{first: e, text: text}
				case s.text != text:
					s.again = true
				}
			}
			from = i + 1
		}
	}
	runs := map[string]example{}
	for run, s := range seen {
		if s.again {
			runs[run] = s.first
		}
	}
	return runs
}

// Years whose names are single recordings: the births of the living are said digit by digit.
const firstYear, lastYear = 2015, 2035

// daily yields every date of those years, every minute of a day, amounts below a hundred yuan in steps that meet every
// jiao and fen, and durations and counts of few units, each also beside another unit.
func daily() func(yield func(example) bool) {
	return func(yield func(example) bool) {
		value := func(kind Kind, n int64) bool { return yield(example{value: Value{Kind: kind, N: n}}) }
		first, _ := daysOf(firstYear, 1, 1)
		last, _ := daysOf(lastYear, 12, 31)
		for day := first; day <= last; day++ {
			if !value(Date, day) {
				return
			}
		}
		for minute := int64(0); minute < 24*60; minute++ {
			if !value(Time, minute*60) {
				return
			}
		}
		for n := int64(0); n < 100; n++ {
			for _, fen := range []int64{0, n%9 + 1, 10 * (n%9 + 1)} {
				if !value(Money, n*100+fen) {
					return
				}
			}
			for _, d := range []struct{ unit, most, beside int64 }{
				{1000, 11, 120_000}, {60_000, 60, 7_200_000}, {3_600_000, 24, 172_800_000}, {86_400_000, 32, 3_600_000},
			} {
				if n < d.most && (!value(Duration, n*d.unit) || !value(Duration, n*d.unit+d.beside)) {
					return
				}
			}
			if n <= 30 && (!value(Workdays, n) || !value(Workdays, -n)) || n <= 12 &&
				(!value(Months, n) || !value(Months, -n)) {
				return
			}
		}
	}
}
