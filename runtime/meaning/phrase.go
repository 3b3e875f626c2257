package meaning

import "strings"

// Phrase is the last clause of what is said that can be told from other words, with … for what is computed; "" if
// there is none.
func Phrase(shown string) string { return phrase(shown, true) }

// longestPhrase is how many letters of what is said are enough to tell it from other words.
const longestPhrase = 24

// phrase is a part of what is said that can be told from other words: its last clause, or its longest run of words
// between what is computed.
func phrase(shown string, last bool) string {
	best := ""
	for _, part := range strings.Split(shown, "…") {
		for _, clause := range strings.FieldsFunc(part,
			func(r rune) bool { return strings.ContainsRune("。！？.!?\n", r) }) {
			clause = strings.Trim(clause, " ，,、；;：:")
			if strings.ContainsAny(clause, "{}\"\\♪") || len([]rune(clause)) < 2 {
				continue
			}
			if last || len([]rune(clause)) > len([]rune(best)) {
				best = clause
			}
		}
	}
	if r := []rune(best); len(r) > longestPhrase {
		best = string(r[len(r)-longestPhrase:])
		if at := strings.IndexAny(best, " ，,、；;"); at >= 0 { // not from the middle of a word, or of a part
			rest := strings.Trim(best[at:], " ，,、；;")
			if len([]rune(rest)) >= longestPhrase/3 {
				best = rest
			}
		}
	}
	return strings.TrimSpace(best)
}
