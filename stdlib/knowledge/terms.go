package knowledge

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// The weights of the places in which a term stands; a document's score is their sum over the terms asked for.
const (
	inTitle    = 100
	inKeywords = 10
	inBody     = 1
)

// maxTerms bounds the terms of one question and of one document.
const maxAsked, maxTerms = 32, 20_000

// weigh lists the terms of a document, each with the weight of the best place where it stands.
func weigh(d Document) map[string]int64 {
	all := map[string]int64{}
	for _, part := range []struct {
		text   string
		weight int64
	}{{d.Title, inTitle}, {d.Keywords, inKeywords}, {d.Number, inKeywords}, {d.Category, inKeywords},
		{d.Summary, inBody}, {d.Body, inBody}} {
		for _, term := range split(part.text, true) {
			if len(all) < maxTerms || all[term] > 0 {
				all[term] = max(all[term], part.weight)
			}
		}
	}
	return all
}

// ask lists the terms that a document must hold to be found by some words, each once.
func ask(words string) []string {
	var list []string
	seen := map[string]bool{}
	for _, term := range split(words, false) {
		if !seen[term] && len(list) < maxAsked {
			seen[term] = true
			list = append(list, term)
		}
	}
	return list
}

// split cuts a text into terms: pairs of neighbouring Chinese characters, and words of other letters and digits in
// lower case. A Chinese character that stands alone is a term by itself when it is asked for; in a document (every)
// each is.
func split(text string, every bool) []string {
	var terms []string
	var run []rune // of Chinese characters, or of others
	chinese := false
	flush := func() {
		switch {
		case len(run) == 0:
		case !chinese:
			terms = append(terms, string(run[:min(len(run), 64)]))
		default:
			if every || len(run) == 1 {
				for _, r := range run {
					terms = append(terms, string(r))
				}
			}
			for i := range len(run) - 1 {
				terms = append(terms, string(run[i:i+2]))
			}
		}
		run = run[:0]
	}
	for _, r := range strings.ToLower(width.Fold.String(text)) {
		han := unicode.Is(unicode.Han, r)
		switch {
		case !han && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case han != chinese:
			flush()
			chinese = han
		}
		run = append(run, r)
	}
	flush()
	return terms
}
