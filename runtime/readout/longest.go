package readout

import (
	"fmt"
	"strconv"
	"strings"
)

// Longest returns the longest reading a value of this kind can have in the language, for the compiler's worst
// case: no value a caller can meet takes more Syllables. width is the greatest number of characters of a string kind,
// from its type (digits 20); 0 takes what the kind allows: 12 digits of a phone, 20 of a taxpayer number,
// 32 of other digits and texts. Durations are bounded by 999 days, numbers and money by twelve digits
// before the point, years by four.
func Longest(lang string, kind Kind, style Style, width int) string {
	if t, ok := Lookup(lang); ok {
		return longests.of(reading{t, kind, style, width}, func() string {
			return longestReading(lang, kind, style, width)
		})
	}
	return longestReading(lang, kind, style, width)
}

// reading is what Longest is asked for.
type reading struct {
	table *Table
	kind  Kind
	style Style
	width int
}

// longests keeps what was found: there are few kinds, styles and widths.
var longests memo[reading, string]

// digitsOf are numbers of so many digits in a language.
type digitsOf struct {
	table  *Table
	digits int
}

// longestNumbers keeps which of them takes longest to say: most kinds ask for it.
var longestNumbers memo[digitsOf, int64]

func longestReading(lang string, kind Kind, style Style, width int) string {
	longest, most := "", -1
	for _, v := range longestValues(lang, kind, style, width) {
		for _, c := range []Context{{}, {Now: 1}} {
			if s := Speak(lang, v, style, c); Syllables(lang, s) > most {
				longest, most = s, Syllables(lang, s)
			}
		}
	}
	return longest
}

// figuresOf is how many figures a kind has at most, for a style that spells them.
var figuresOf = map[Kind]int{Number: 18, Percent: 12, Money: 14, YesNo: 1, Date: 8, Month: 6, Quarter: 5, Time: 6,
	Moment: 14, Duration: 11, Workdays: 3, Months: 3}

// alphabet lists the digits, and other signs.
func alphabet(more ...string) []string {
	return append([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, more...)
}

// longestFigures offers negative numbers of so many digits, among which the longest of a language is found: languages
// group their digits by three or by four, so the longest group of either, over and over.
func longestFigures(lang string, digits int) []int64 {
	list := []int64{0}
	two, _ := longestBelow(lang, 2)
	three, _ := longestBelow(lang, 3)
	for _, figures := range []string{"7", two, three} {
		figures = strings.Repeat(figures, digits)
		whole, _ := strconv.ParseInt(figures[len(figures)-digits:], 10, 64) // its last group is a whole one
		first, _ := strconv.ParseInt(figures[:digits], 10, 64)              // its first is
		list = append(list, -whole, -first)
	}
	return list
}

// longestBelow is the number of so many digits at most that takes longest to say, and its figures.
func longestBelow(lang string, digits int) (figures string, best int64) {
	find := func() int64 {
		above := int64(1)
		for range digits {
			above *= 10
		}
		return longestOf(lang, above, func(n int64) Value { return Value{Kind: Workdays, N: n} })
	}
	if t, ok := Lookup(lang); ok {
		best = longestNumbers.of(digitsOf{t, digits}, find)
	} else {
		best = find()
	}
	return fmt.Sprintf("%0*d", digits, best), best
}

// longestOf is the number below another whose value takes longest to say.
func longestOf(lang string, above int64, value func(int64) Value) (best int64) {
	most := -1
	for n := range above {
		if k := Syllables(lang, Speak(lang, value(n), Default, Context{})); k > most {
			best, most = n, k
		}
	}
	return best
}

const sevens = 7*3600 + 7*60 + 7 // 07:07:07, in seconds

// longestValues offers the values among which a kind's longest reading is found. Sevens, because a digit
// other than zero is never shorter than a zero and seven is among the longest words in most languages;
// for what has few values (months, hours), all of them.
func longestValues(lang string, kind Kind, style Style, width int) []Value {
	var values []Value
	add := func(ns ...int64) {
		for _, n := range ns {
			values = append(values, Value{Kind: kind, N: n})
		}
	}
	text := func(fallback int, alphabet ...string) {
		if width <= 0 {
			width = fallback
		}
		for _, a := range alphabet {
			values = append(values, Value{Kind: kind, S: strings.Repeat(a, min(width, 10_000))})
		}
	}
	if n, ok := figuresOf[kind]; ok && style == Spelled {
		for _, d := range alphabet() {
			values = append(values, Value{Kind: Digits, S: "-" + strings.Repeat(d, n) + ".Q"})
		}
		return values
	}
	switch kind {
	case Number:
		add(longestFigures(lang, 18)...)
		for _, n := range longestFigures(lang, 12) {
			add(n * 1_000_000)
		}
	case Percent:
		add(longestFigures(lang, 12)...)
	case Money:
		add(longestFigures(lang, 14)...)
	case YesNo:
		add(0, 1)
	case Date, Moment:
		values = longestDays(lang, kind, style)
	case Month, Quarter:
		per := int64(12)
		if kind == Quarter {
			per = 4
		}
		for i := range per {
			for d := range int64(10) {
				add((1000+d*111)*per+i, (2000+d*111)*per+i, (1000+d)*per+i, (2000+d*10+d)*per+i)
			}
		}
	case Time:
		for s := int64(0); s <= 86_400; s += 1 + 60*6 {
			add(s)
		}
		add(sevens, 17*3600+27*60+57, 23*3600+27*60+57, 11*3600+37*60+27)
		hour := longestOf(lang, 24, func(h int64) Value { return Value{Kind: Time, N: h * 3600} })
		minute := longestOf(lang, 60, func(m int64) Value { return Value{Kind: Time, N: hour*3600 + m*60} })
		add(hour*3600 + minute*60 + longestOf(lang, 60, func(s int64) Value {
			return Value{Kind: Time, N: hour*3600 + minute*60 + s}
		}))
	case Duration:
		_, days := longestBelow(lang, 3)
		_, parts := longestBelow(lang, 2)
		for _, unit := range []int64{57, min(parts, 59)} {
			for _, hours := range []int64{17, 23} {
				add(-(777*86_400_000 + hours*3_600_000 + unit*60_000 + unit*1000 + 777),
					-(days*86_400_000 + hours*3_600_000 + unit*60_000 + unit*1000 + 444))
			}
		}
	case Workdays, Months:
		_, most := longestBelow(lang, 3)
		add(-777, -most)
	case Phone:
		text(12, alphabet("W")...)
	case TaxpayerID:
		text(20, alphabet("W")...)
	case ResidentID:
		text(18, alphabet("X")...)
	case Language:
		for _, tag := range Languages() {
			values = append(values, Value{Kind: kind, S: tag})
		}
	case Digits:
		text(32, alphabet()...)
	default:
		text(32, "字")
	}
	return values
}

// longestDays offers the days among which the longest reading of a date is found, at 23:27 and at the
// time that takes longest. Year, month and day are read one after the other, so the longest of each is looked for by
// itself.
func longestDays(lang string, kind Kind, style Style) (values []Value) {
	hour := longestOf(lang, 24, func(h int64) Value { return Value{Kind: Time, N: h * 3600} })
	clock := longestOf(lang, 60, func(m int64) Value { return Value{Kind: Time, N: hour*3600 + m*60} })
	clock = hour*3600 + clock*60
	at := func(year, month, day int) (list []Value) {
		n, ok := daysOf(year, month, day)
		switch {
		case !ok:
		case kind == Date:
			list = append(list, Value{Kind: kind, N: n})
		default:
			const ms = 86_400_000
			list = append(list, Value{Kind: kind, N: n*ms + (ms-1)*977/1000}, Value{Kind: kind, N: n*ms + clock*1000})
		}
		return list
	}
	most := func(list []Value) (n int) {
		for _, v := range list {
			for _, c := range []Context{{}, {Now: 1}} {
				n = max(n, Syllables(lang, Speak(lang, v, style, c)))
			}
		}
		return n
	}
	year, month, day := 2777, 12, 27
	longest := func(of *int, among []int) {
		best, was := -1, *of
		for _, k := range among {
			*of = k
			list := at(year, month, day)
			values = append(values, list...)
			if n := most(list); n > best {
				best, was = n, k
			}
		}
		*of = was
	}
	longest(&month, upTo(12))
	longest(&day, upTo(31))
	_, low := longestBelow(lang, 3)
	years := []int{2007, 2027, 1000 + int(low), 2000 + int(low)}
	for d := range 10 {
		years = append(years, 1000+111*d, 2000+111*d)
	}
	longest(&year, years)
	longest(&month, upTo(12)) // a month that has this day
	return values
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}
