package readout

import (
	"strings"
	"time"
	"unicode"

	"rexian/locale"
)

// SyllableTime is how long a voice takes for one syllable, prompts being spoken slowly on a telephone: the figure
// the compiler's time bounds are reckoned with.
const SyllableTime = 250 * time.Millisecond

// Searchable reduces words to what can be compared by ear: no blanks, no punctuation or symbols, small
// letters, ASCII digits. A test's `hear "合计：1200元"` is searched in what was spoken after both went
// through here. A text of signs alone becomes "", which is contained in everything: refuse it.
func Searchable(s string) string {
	return strings.Map(func(r rune) rune {
		if isWordRune(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, locale.Fold(s))
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// Syllables estimates the syllables of a text as a voice of the language reads it, and does not fall short of them;
// digits are taken one by one, which is never the shorter reading by much. Languages not known count each letter.
func Syllables(lang, text string) int {
	if t, ok := Lookup(lang); ok {
		return t.syllables(text)
	}
	return len([]rune(Searchable(text)))
}

// SpokenTime estimates how long a voice takes for a text, without pauses between sentences.
func SpokenTime(lang, text string) time.Duration {
	return time.Duration(Syllables(lang, text)) * SyllableTime
}

// syllables counts a text of mixed scripts: a word in Latin letters by its vowels, a digit as the language says it,
// any other letter as one. Signs that are read out (%) count as words of three.
func (t *Table) syllables(text string) int {
	total := 0
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			total += t.wordSyllables(word.String())
			word.Reset()
		}
	}
	for _, r := range locale.Fold(text) {
		if isLatin(r) || r == '\'' && word.Len() > 0 {
			word.WriteRune(r)
			continue
		}
		flush()
		switch {
		case '0' <= r && r <= '9':
			total += t.digitSyllables(int(r - '0'))
		case r == '%':
			total += 3
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			total++
		}
	}
	flush()
	return total
}

// digitSyllables counts a digit read aloud: "zero" has two.
func (t *Table) digitSyllables(d int) int {
	n := 0
	for _, word := range strings.FieldsFunc(t.Digits[d], func(r rune) bool { return !isLatin(r) }) {
		n += t.wordSyllables(word)
	}
	if n == 0 {
		return len([]rune(t.Digits[d]))
	}
	return n
}

// wordSyllables estimates a word in Latin letters by its groups of vowels; where the language has none of its own, as
// an English one is. A word without vowels, or in capitals, is taken to be spelled; a W alone has three ("double-u").
func (t *Table) wordSyllables(word string) int {
	if upper := strings.ToUpper(word); word == upper && len([]rune(word)) > 0 {
		return len([]rune(word)) + 2*strings.Count(upper, "W")
	}
	vowels, silent := t.Speech.Vowels, t.Speech.SilentEnding
	if vowels == "" {
		vowels, silent = "aeiouy", []string{"e"}
	}
	word = strings.ToLower(word)
	groups, before := 0, false
	for _, r := range word {
		vowel := strings.ContainsRune(vowels, r)
		if vowel && !before {
			groups++
		}
		before = vowel
	}
	for _, ending := range silent {
		if groups > 1 && strings.HasSuffix(word, ending) && !strings.HasSuffix(word, "l"+ending) {
			groups--
		}
	}
	if strings.HasSuffix(word, "ieth") { // twenti-eth
		groups++
	}
	if groups == 0 {
		return len([]rune(word))
	}
	return groups
}

// isLatin reports a letter that belongs to a word in Latin letters.
func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }
