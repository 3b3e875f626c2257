package prove

import (
	"maps"
	"slices"
	"strconv"
	"sync"

	"rexian/locale"
)

// lexicon holds the words by which prompts of a language name keys: its own, and those of Chinese and English, which
// stand within sentences of any language. Longer words come first.
type lexicon struct {
	press, or, between, through, article, key, called []string
	counted, fillers, purpose, rate, consent, refusal []string
	signs, numerals                                   []meaning
}

// meaning is a word for a key.
type meaning struct{ word, key string }

// lexicons are those that were made, by their language.
var lexicons = struct {
	sync.Mutex
	of map[*locale.Language]*lexicon
}{of: map[*locale.Language]*lexicon{}}

func lexiconOf(lang string) *lexicon {
	own, ok := locale.Lookup(lang)
	if !ok {
		own, _ = locale.Lookup("en")
	}
	lexicons.Lock()
	defer lexicons.Unlock()
	if x, ok := lexicons.of[own]; ok {
		return x
	}
	x := &lexicon{}
	for _, tag := range slices.Compact([]string{own.Tag, "zh", "en"}) {
		if l, ok := locale.Lookup(tag); ok {
			x.add(l.Keys)
		}
	}
	for _, list := range []*[]string{&x.press, &x.or, &x.between, &x.through, &x.article, &x.key, &x.called, &x.counted,
		&x.fillers, &x.purpose} {
		longest(*list, func(s string) string { return s })
	}
	x.signs = append(x.signs, meaning{"*", "*"}, meaning{"#", "#"})
	longest(x.signs, func(m meaning) string { return m.word })
	longest(x.numerals, func(m meaning) string { return m.word })
	lexicons.of[own] = x
	return x
}

func (x *lexicon) add(k locale.Keys) {
	for _, list := range []struct {
		to   *[]string
		from []string
	}{
		{&x.press, k.Press}, {&x.or, k.Or}, {&x.between, slices.Concat(k.Or, k.And)}, {&x.through, k.Through},
		{&x.article, k.Article}, {&x.key, k.Key}, {&x.called, k.Called}, {&x.counted, k.Counted},
		{&x.fillers, k.Fillers}, {&x.purpose, k.Purpose}, {&x.rate, k.Rate}, {&x.consent, k.Consent},
		{&x.refusal, k.Refusal},
	} {
		*list.to = append(*list.to, list.from...)
	}
	for _, word := range k.Star {
		x.signs = append(x.signs, meaning{word, "*"})
	}
	for _, word := range k.Pound {
		x.signs = append(x.signs, meaning{word, "#"})
	}
	for i, word := range k.Numerals {
		x.numerals = append(x.numerals, meaning{word, strconv.Itoa(i)})
	}
	for _, word := range slices.Sorted(maps.Keys(k.Aliases)) {
		x.numerals = append(x.numerals, meaning{word, k.Aliases[word]})
	}
}

// longest orders words so that none stands before one that begins with it.
func longest[T any](list []T, word func(T) string) {
	slices.SortStableFunc(list, func(a, b T) int { return len(word(b)) - len(word(a)) })
}
