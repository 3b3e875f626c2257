package readout

import "strings"

// Longest returns the longest reading a value of this kind can have in the language, for the compiler's worst
// case: no value a caller can meet takes more Syllables. width is the greatest number of characters of a string kind,
// from its type (digits 20); 0 takes what the kind allows: 12 digits of a phone, 20 of a taxpayer number,
// 32 of other digits and texts. Durations are bounded by 999 days, numbers and money by twelve digits
// before the point, years by four.
func Longest(lang string, kind Kind, style Style, width int) string {
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
	switch kind {
	case Number:
		add(-777_777_777_777_777_777, -777_777_777_777_000_000)
	case Percent:
		add(-777_777_777_777)
	case Money:
		add(-77_777_777_777_777)
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
			add(1777*per+i, 2777*per+i)
		}
	case Time:
		for s := int64(0); s <= 86_400; s += 1 + 60*6 {
			add(s)
		}
		add(sevens, 17*3600+27*60+57, 23*3600+27*60+57, 11*3600+37*60+27)
	case Duration:
		add(-(777*86_400_000 + 17*3_600_000 + 57*60_000 + 57_777))
	case Workdays, Months:
		add(-777)
	case Phone:
		text(12, "0", "7", "W")
	case TaxpayerID:
		text(20, "0", "7", "W")
	case ResidentID:
		text(18, "0", "7", "X")
	case Language:
		for _, tag := range Languages() {
			values = append(values, Value{Kind: kind, S: tag})
		}
	case Digits:
		text(32, "0", "7")
	default:
		text(32, "字")
	}
	return values
}

// longestDays offers the days among which the longest reading of a date is found, at 23:27 and, for a style that spells
// digits, at 07:07:07. Year, month and day are read one after the other, so the longest of each is looked for by
// itself.
func longestDays(lang string, kind Kind, style Style) (values []Value) {
	at := func(year, month, day int) (list []Value) {
		n, ok := daysOf(year, month, day)
		switch {
		case !ok:
		case kind == Date:
			list = append(list, Value{Kind: kind, N: n})
		default:
			const ms = 86_400_000
			list = append(list, Value{Kind: kind, N: n*ms + (ms-1)*977/1000}, Value{Kind: kind, N: n*ms + sevens*1000})
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
	longest(&year, []int{1777, 2007, 2027, 2777})
	longest(&month, upTo(12)) // a month that has this day
	return values
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}
