package readout

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// SyllableTime is how long a voice takes for one syllable, prompts being spoken slowly on a telephone: the figure
// the compiler's time bounds are reckoned with.
const SyllableTime = 250 * time.Millisecond

// Fold brings full-width letters, digits and signs to their ASCII twins and composes accents (NFC), so that
// １２３６６ and 12366 are the same number.
func Fold(s string) string { return norm.NFC.String(width.Fold.String(s)) }

// Searchable reduces words to what can be compared by ear: no blanks, no punctuation or symbols, small
// letters, ASCII digits. A test's `hear "合计：1200元"` is searched in what was spoken after both went
// through here. A text of signs alone becomes "", which is contained in everything: refuse it.
func Searchable(s string) string {
	return strings.Map(func(r rune) rune {
		if isWordRune(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, Fold(s))
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// Syllables estimates the syllables of a text as a voice of the language reads it; digits are taken one
// by one, which is never the shorter reading by much. Languages not registered count each letter.
func Syllables(lang, text string) int {
	if t, ok := Lookup(lang); ok {
		return t.Syllables(text)
	}
	return len([]rune(Searchable(text)))
}

// SpokenTime estimates how long a voice takes for a text, without pauses between sentences.
func SpokenTime(lang, text string) time.Duration {
	return time.Duration(Syllables(lang, text)) * SyllableTime
}

// syllables counts a text of mixed scripts: a word in Latin letters by its vowels, a digit as digit says, any
// other letter as one. Signs that are read out (%) count as words of three.
func syllables(text string, digit func(rune) int) int {
	total := 0
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			total += enWordSyllables(word.String())
			word.Reset()
		}
	}
	for _, r := range Fold(text) {
		if isLatin(r) || r == '\'' && word.Len() > 0 {
			word.WriteRune(r)
			continue
		}
		flush()
		switch {
		case '0' <= r && r <= '9':
			total += digit(r)
		case r == '%':
			total += 3
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			total++
		}
	}
	flush()
	return total
}
