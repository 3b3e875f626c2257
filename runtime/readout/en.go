package readout

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// English, in words a British, an American and a learner all understand: no "and" inside a number,
// "minus", "zero", the clock with a.m. and p.m., and singulars at one.

var (
	enDigits = [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	enTeens  = [10]string{"ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
		"eighteen", "nineteen"}
	enTens   = [10]string{2: "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	enScales = []struct {
		size uint64
		name string
	}{
		{1e18, "quintillion"}, {1e15, "quadrillion"}, {1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"},
		{1e3, "thousand"},
	}
	// enOrdinals holds the words whose ordinal is not cardinal + "th".
	enOrdinals = map[string]string{
		"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
		"twelve": "twelfth",
	}
	enUnits = [...]string{UnitDay: "day", UnitHour: "hour", UnitMinute: "minute", UnitSecond: "second",
		UnitWorkday: "working day", UnitMonth: "month"}
)

func init() {
	Register(Table{
		Tag:        "en",
		Names:      map[string]string{"en": "English", "zh": "英文"},
		Blank:      " ",
		Comma:      ",",
		Digits:     enDigits,
		Fraction:   enDigits,
		Minus:      "minus",
		Plus:       "plus",
		Point:      "point",
		YesNo:      [2]string{"no", "yes"},
		Hidden:     "hidden",
		Ending:     "ending in",
		MaskedName: func(first string) []string { return []string{first} },
		Cardinal:   enCardinal,
		Count:      enCardinal,
		Ordinal:    func(n uint64, _ Context) []string { return enOrdinal(n) },
		Agree:      func(Context) Style { return Default },
		Percent:    func(number []string) []string { return append(number, "per cent") },
		Money:      enMoney,
		Date:       enDate,
		Weekday: func(day time.Weekday, date []string) []string {
			return append([]string{day.String(), Pause}, date...)
		},
		Near: [4]string{"yesterday", "today", "tomorrow", "the day after tomorrow"},
		Month: func(year int64, month int) []string {
			return append([]string{time.Month(month).String()}, enYear(year)...)
		},
		Quarter: func(year int64, quarter int) []string {
			words := append([]string{"the"}, append(enOrdinal(uint64(quarter)), "quarter")...)
			if year != 0 {
				words = append(append(words, "of"), enYear(year)...)
			}
			return words
		},
		Clock:  enClock,
		Moment: func(date, clock []string) []string { return append(append(date, Pause), clock...) },
		Span:   enSpan,
		Figures: Figures{
			Thousands: ",",
			YesNo:     [2]string{"no", "yes"},
			Money:     func(sign, yuan, fen string) string { return sign + yuan + "." + fen + " yuan" },
			Percent:   func(number string) string { return number + "%" },
			Ordinal:   func(n uint64, _ Context) string { return strconv.FormatUint(n, 10) + enSuffix(n) },
			Date: func(d Civil) string {
				return fmt.Sprintf("%d %s %d", d.Day, time.Month(d.Month), d.Year)
			},
			Weekday: func(day time.Weekday, date string) string { return day.String() + " " + date },
			Month:   func(year int64, month int) string { return fmt.Sprintf("%s %d", time.Month(month), year) },
			Quarter: func(year int64, quarter int) string {
				if year == 0 {
					return fmt.Sprintf("Q%d", quarter)
				}
				return fmt.Sprintf("Q%d %d", quarter, year)
			},
			Moment: func(date, clock string) string { return date + " " + clock },
			Unit: func(number string, unit Unit, one bool) string {
				if one {
					return number + " " + enUnits[unit]
				}
				return number + " " + enUnits[unit] + "s"
			},
			UnitGap: " ",
		},
		Syllables: func(text string) int { return syllables(text, enDigitSyllables) },
	})
}

// enCardinal reads a whole number; twenty-one is one fragment, as it is one recording.
func enCardinal(n uint64) []string {
	if n == 0 {
		return []string{"zero"}
	}
	var words []string
	for _, scale := range enScales {
		if n >= scale.size {
			words = append(append(words, enHundreds(n/scale.size)...), scale.name)
			n %= scale.size
		}
	}
	if n > 0 {
		words = append(words, enHundreds(n)...)
	}
	return words
}

// enHundreds reads 1–999.
func enHundreds(n uint64) []string {
	var words []string
	if n >= 100 {
		words = append(words, enDigits[n/100], "hundred")
		n %= 100
	}
	if n > 0 {
		words = append(words, enTwoPlaces(int(n)))
	}
	return words
}

// enTwoPlaces reads 0–99 as one word.
func enTwoPlaces(n int) string {
	switch {
	case n < 10:
		return enDigits[n]
	case n < 20:
		return enTeens[n-10]
	case n%10 == 0:
		return enTens[n/10]
	}
	return enTens[n/10] + "-" + enDigits[n%10]
}

func enOrdinal(n uint64) []string {
	words := enCardinal(n)
	last := &words[len(words)-1]
	stem, tail := "", *last
	if before, after, ok := strings.Cut(*last, "-"); ok {
		stem, tail = before+"-", after
	}
	switch special := enOrdinals[tail]; {
	case special != "":
		tail = special
	case strings.HasSuffix(tail, "y"):
		tail = strings.TrimSuffix(tail, "y") + "ieth"
	default:
		tail += "th"
	}
	*last = stem + tail
	return words
}

func enSuffix(n uint64) string {
	if tens := n % 100; tens < 11 || tens > 13 {
		switch n % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}

// enMoney reads yuan and fen; English has no jiao. "Yuan" and "fen" have no plural.
func enMoney(yuan uint64, jiao, fen int) []string {
	fen += 10 * jiao
	if fen == 0 {
		return append(enCardinal(yuan), "yuan")
	}
	if yuan == 0 {
		return []string{enTwoPlaces(fen), "fen"}
	}
	return append(enCardinal(yuan), "yuan", "and", enTwoPlaces(fen), "fen")
}

// enYear reads a year in pairs: twenty twenty-six, nineteen oh five; two thousand five.
func enYear(year int64) []string {
	if year < 1000 || year > 9999 {
		neg, n := magnitude(year)
		if neg {
			return append([]string{"minus"}, enCardinal(n)...)
		}
		return enCardinal(n)
	}
	if year%1000 < 10 {
		return enCardinal(uint64(year))
	}
	words := []string{enTwoPlaces(int(year / 100))}
	switch low := int(year % 100); {
	case low == 0:
		return append(words, "hundred")
	case low < 10:
		return append(words, "oh", enDigits[low])
	default:
		return append(words, enTwoPlaces(low))
	}
}

func enDate(d Civil, year bool) []string {
	words := append([]string{time.Month(d.Month).String()}, enOrdinal(uint64(d.Day))...)
	if year {
		words = append(append(words, Pause), enYear(d.Year)...)
	}
	return words
}

// enClock reads a time on the twelve-hour clock; noon and midnight are said, for "twelve p.m." is read
// both ways.
func enClock(h, m, s int) []string {
	hour := enTwoPlaces((h+11)%12 + 1)
	words := []string{hour}
	half := "a.m."
	if h%24 >= 12 {
		half = "p.m."
	}
	if m == 0 && s == 0 && h%12 == 0 {
		if h == 12 {
			return append(words, "noon")
		}
		return append(words, "midnight")
	}
	switch {
	case m == 0 && s > 0:
		words = append(words, "oh", "oh")
	case m > 0 && m < 10:
		words = append(words, "oh", enDigits[m])
	case m > 0:
		words = append(words, enTwoPlaces(m))
	}
	if s > 0 {
		words = append(words, "and", enTwoPlaces(s), plural("second", s == 1))
	}
	return append(words, half)
}

// enSpan reads a duration: one hour, two minutes and five seconds.
func enSpan(parts []Part) []string {
	var words []string
	for i, p := range parts {
		switch {
		case i > 0 && i == len(parts)-1:
			words = append(words, "and")
		case i > 0:
			words = append(words, Pause)
		}
		words = append(words, enCardinal(p.N)...)
		if p.Millis > 0 {
			words = append(words, "point")
			for _, d := range fractionDigits(uint64(p.Millis), 3) {
				words = append(words, enDigits[d-'0'])
			}
		}
		words = append(words, plural(enUnits[p.Unit], p.N == 1 && p.Millis == 0))
	}
	return words
}

func plural(noun string, one bool) string {
	if one {
		return noun
	}
	return noun + "s"
}

// enDigitSyllables counts a digit read aloud: "zero" and "seven" have two.
func enDigitSyllables(r rune) int {
	if r == '0' || r == '7' {
		return 2
	}
	return 1
}

// enWordSyllables estimates an English word by its groups of vowels, without a silent final e. A word
// without vowels, or in capitals, is taken to be spelled; a W alone has three ("double-u").
func enWordSyllables(word string) int {
	if upper := strings.ToUpper(word); word == upper {
		return len(word) + 2*strings.Count(upper, "W")
	}
	word = strings.ToLower(word)
	groups, vowelBefore := 0, false
	for _, r := range word {
		vowel := strings.ContainsRune("aeiouy", r)
		if vowel && !vowelBefore {
			groups++
		}
		vowelBefore = vowel
	}
	if groups > 1 && strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") {
		groups--
	}
	if strings.HasSuffix(word, "ieth") { // twenti-eth
		groups++
	}
	if groups == 0 {
		return len(word)
	}
	return groups
}

// isLatin reports a letter that belongs to a word in Latin letters.
func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }
