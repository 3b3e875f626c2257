package diag

import (
	"cmp"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Names is a set of names among which those that misspelt words stand for are looked for. It remembers what it was
// asked and, once it was asked often, looks only at names that share a rare character with the word: many misspelt
// words beside many names cost about what the words alone cost. It is not safe for concurrent use.
type Names struct {
	list  []string
	has   map[string]bool // made when it is first asked for
	words []spelling      // the list as characters; made when a name is first looked for
	said  map[string]guess
	with  map[trait][]int32 // the words that have it; made once they were asked often
	rows  []int
	all   []int32

	longest int // characters of the longest
}

// spelling is a word as characters.
type spelling struct {
	text []rune
	bag  bag
}

// spell makes the characters of a word.
func spell(word string) spelling {
	w := spelling{text: []rune(word)}
	for _, t := range traits(w.text) {
		h := (uint32(t.char)*31 + uint32(t.time)) * 2654435769 >> 25 // 0..127
		w.bag[h/64] |= 1 << (h % 64)
	}
	return w
}

// bag is a bit for each trait of a word; some traits have the same.
type bag [2]uint64

// beyond tells that one of two words has more than so many traits which the other has not: each is replaced, dropped
// or inserted, so that the words are farther from each other than that. Of thousands of names most are.
func (b bag) beyond(o bag, most int) bool {
	return bits.OnesCount64(b[0]&^o[0])+bits.OnesCount64(b[1]&^o[1]) > most ||
		bits.OnesCount64(o[0]&^b[0])+bits.OnesCount64(o[1]&^b[1]) > most
}

// trait is a character that a word has at least so many times.
type trait struct {
	char rune
	time int
}

// often is how many words are compared with every name before those names are sorted by their characters, which takes
// about as long as twenty comparisons with each.
const often = 16

// NamesOf makes a set of a list. The list must not be changed any more.
func NamesOf(list []string) *Names { return &Names{list: list} }

// Has tells whether a name is in the set.
func (n *Names) Has(name string) bool {
	if n.has == nil {
		n.has = make(map[string]bool, len(n.list))
		for _, s := range n.list {
			n.has[s] = true
		}
	}
	return n.has[name]
}

// nearest finds what is nearest to a word within the limit.
func (n *Names) nearest(word string) guess {
	if len(n.list) == 0 {
		return guess{}
	}
	if g, known := n.said[word]; known {
		return g
	}
	n.spell()
	if size := utf8.RuneCountInString(word); size < 2 || size > n.longest+limit(n.longest, n.longest) {
		return guess{}
	}
	g := n.search(word, spell(word))
	if n.said == nil {
		n.said = map[string]guess{}
	}
	n.said[word] = g
	return g
}

// spell makes the characters of the names.
func (n *Names) spell() {
	if n.words != nil {
		return
	}
	n.words = make([]spelling, len(n.list))
	n.all = make([]int32, len(n.list))
	for i, s := range n.list {
		n.words[i] = spell(s)
		n.all[i] = int32(i)
		n.longest = max(n.longest, len(n.words[i].text))
	}
	n.rows = make([]int, 3*(n.longest+1))
}

// search looks for the nearest name: for those one character away, then two, to the limit of the longest words. A word
// has at most so many characters that such a name has not; of any more of its characters the name has one. So only the
// names are looked at that have one of the word's rarest, one more than the distance.
func (n *Names) search(word string, w spelling) guess {
	if len(n.said) == often {
		n.sort()
	}
	var rare []trait
	if n.with != nil {
		rare = traits(w.text)
		slices.SortStableFunc(rare, func(a, b trait) int { return cmp.Compare(len(n.with[a]), len(n.with[b])) })
	}
	var best guess
	for most := 1; most <= limit(len(w.text), len(w.text)) && best.name == ""; most++ {
		if rare == nil {
			n.among(n.all, most, word, w, &best)
			continue
		}
		for _, t := range rare[:min(most+1, len(rare))] {
			n.among(n.with[t], most, word, w, &best)
			if best.tied && best.distance == 1 {
				return best
			}
		}
	}
	return best
}

// among looks through some of the names for one that is at most so far away, or as near as the best.
func (n *Names) among(some []int32, most int, word string, w spelling, best *guess) {
	for _, i := range some {
		c := &n.words[i]
		if len(c.text) < 2 || abs(len(c.text)-len(w.text)) > most || w.bag.beyond(c.bag, most) {
			continue
		}
		within := min(most, limit(len(w.text), len(c.text)))
		if best.name != "" {
			within = min(within, best.distance)
		}
		if n.list[i] == word {
			continue
		}
		if d := distance(w.text, c.text, within, n.rows); d <= within {
			best.join(guess{name: n.list[i], distance: d})
		}
	}
}

// sort notes which names have which characters.
func (n *Names) sort() {
	n.with = map[trait][]int32{}
	for i, w := range n.words {
		for _, t := range traits(w.text) {
			n.with[t] = append(n.with[t], int32(i))
		}
	}
}

// traits are the characters of a word: of those that stand in it twice the second time too, and so on.
func traits(w []rune) []trait {
	all := make([]trait, 0, len(w))
	for i, r := range w {
		t := trait{char: r}
		for _, earlier := range w[:i] {
			if earlier == r {
				t.time++
			}
		}
		all = append(all, t)
	}
	return all
}

func abs(n int) int { return max(n, -n) }
