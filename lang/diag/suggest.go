package diag

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Suggest finds the candidate that the writer of a word most likely meant, "" if none is near or two
// are equally near. Distance counts inserted, dropped, replaced and swapped characters, not bytes: a
// Chinese word of two characters may differ in one, if they share the other; a longer word in a third
// of its characters.
func Suggest(word string, candidates []string) string {
	w := []rune(word)
	if len(w) < 2 {
		return ""
	}
	best, nearest, tied := "", len(w)+1, false
	for _, c := range candidates {
		n := utf8.RuneCountInString(c)
		if n < 2 || c == word {
			continue
		}
		limit := max(1, min(len(w), n)/3)
		if n-len(w) > limit || len(w)-n > limit {
			continue
		}
		if strange(w, c, limit) {
			continue
		}
		d := distance(w, []rune(c))
		if d > limit {
			continue
		}
		switch {
		case d < nearest:
			best, nearest, tied = c, d, false
		case d == nearest && c != best:
			tied = true
		}
	}
	if tied {
		return ""
	}
	return best
}

// strange tells that one of two words has more than so many characters which the other has not: each is replaced,
// dropped or inserted, so that the words are farther from each other than that. Of thousands of names most are.
func strange(a []rune, b string, most int) bool {
	n := 0
	for _, r := range a {
		if !strings.ContainsRune(b, r) {
			n++
		}
	}
	if n > most {
		return true
	}
	n = 0
	for _, r := range b {
		if !slices.Contains(a, r) {
			n++
		}
	}
	return n > most
}

// distance is the optimal string alignment distance of two words.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
