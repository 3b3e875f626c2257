package prove

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mention is one place where words name keys: 请按1, 按1或2, 1号键, press 1 or 2, 2 for complaints.
type mention struct {
	keys     []string // in the order they are said; of a range of single digits all of it
	low, top string   // the ends of a range, as in 按0到10; "" for none
	from, to int      // runes of the words: from the verb to behind the last key
	verb     bool     // it says to press them, or calls them keys; else a figure stands where an option could
	alone    bool     // it is all of its clause (for billing, 1): a key only if an option has it
}

// wording is the words of one prompt in one language, letter case and full-width forms aside. A hole in them is U+FFFC.
type wording struct {
	*lexicon
	runes []rune
	said  []mention
}

const hole = '\uFFFC'

// listen finds the keys that words of a language name.
func listen(text, lang string) *wording {
	w := &wording{lexicon: lexiconOf(lang)}
	for _, r := range text {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
			r -= 0xFF01 - '!'
		case r == '\u3000' || r == '\u00A0':
			r = ' '
		}
		w.runes = append(w.runes, unicode.ToLower(r))
	}
	told := false // keys have been told, so that a bare figure goes on with them
	for i := 0; i < len(w.runes); {
		m, ok := w.mentionAt(i)
		if !ok {
			i++
			continue
		}
		told = told || m.verb
		m.verb = told && !m.alone
		w.said = append(w.said, m)
		i = m.to
	}
	return w
}

// mentionAt reads the keys that are named from rune i on.
func (w *wording) mentionAt(i int) (mention, bool) {
	for _, v := range w.press {
		if w.has(i, v) && (!begins(v) || i == 0 || !latin(w.runes[i-1])) {
			if m, ok := w.list(w.skip(i + len([]rune(v)))); ok {
				m.from, m.verb = i, true
				return m, true
			}
		}
	}
	if i > 0 && (latin(w.runes[i-1]) || unicode.IsDigit(w.runes[i-1]) || w.runes[i-1] == '.') {
		return mention{}, false
	}
	start, called := w.pass(i, w.key), false
	if called = start > i; !called {
		start = w.pass(i, w.article)
	}
	k, ok := w.item(start)
	if !ok || k.text == "" {
		return mention{}, false
	}
	m := mention{keys: []string{k.text}, from: i, to: k.end, verb: k.named || called}
	if m.verb {
		return m, true
	}
	if start == i {
		ok, m.alone = w.option(i, k)
	}
	return m, ok && start == i
}

// option tells whether a bare figure stands as those of a list of options do: 1查询，2办理 or 1 for … or 2 for … ; alone
// that it has a clause for itself.
func (w *wording) option(i int, k item) (is, alone bool) {
	if len(k.text) != 1 || !k.digit {
		return false, false
	}
	before := i
	for before > 0 && w.runes[before-1] == ' ' {
		before--
	}
	first := before == 0 || separates(w.runes[before-1]) || slices.ContainsFunc(w.or, func(or string) bool {
		if or = strings.TrimSpace(or); begins(or) {
			or = " " + or
		}
		return w.endsWith(before, or)
	})
	after := w.skip(k.end)
	ends := after == len(w.runes) || separates(w.runes[after])
	for _, p := range w.purpose {
		if w.has(k.end, " "+p) {
			return first && !w.rated(k.end+1+len([]rune(p))), false
		}
		word := strings.TrimSpace(p)
		if from := before - len([]rune(word)) - 1; w.endsWith(before, word) && from > 0 && w.runes[from] == ' ' &&
			unicode.IsDigit(w.runes[from-1]) { // 2 for 1
			return false, false
		}
	}
	if ends && before > 0 && unicode.IsLetter(w.runes[before-1]) ||
		first && after < len(w.runes) && unicode.Is(unicode.Han, w.runes[after]) {
		return true, false
	}
	return first && ends, first && ends
}

// rated tells whether what stands at rune i makes a rate of the figure before: 2 for 1, 1 for each.
func (w *wording) rated(i int) bool {
	return i < len(w.runes) && unicode.IsDigit(w.runes[i]) || w.pass(i, w.rate) > i
}

// list reads one key, several (1或2, 1、2 or 3) or a range (0到10) from rune i on.
func (w *wording) list(i int) (mention, bool) {
	k, ok := w.item(i)
	if !ok {
		return mention{}, false
	}
	m := mention{keys: []string{k.text}, to: k.end}
	for {
		if j := w.connector(m.to, w.through); j >= 0 && m.low == "" {
			if end, ok := w.item(j); ok && end.digit && k.digit {
				m.low, m.top, m.to = k.text, end.text, end.end
				m.keys = span(k.text, end.text)
				continue
			}
		}
		j := w.connector(m.to, w.between)
		if j < 0 {
			if j = w.connector(m.to, []string{","}); j < 0 || !w.goesOn(j) {
				break
			}
		}
		next, ok := w.item(j)
		if !ok {
			break
		}
		m.keys, m.to, k = append(m.keys, next.text), next.end, next
	}
	m.keys = slices.DeleteFunc(m.keys, func(k string) bool { return k == "" })
	return m, len(m.keys) > 0 || m.low != ""
}

// goesOn tells whether the list that a comma may belong to goes on behind its next key: 1, 2 or 3.
func (w *wording) goesOn(i int) bool {
	k, ok := w.item(i)
	if !ok {
		return false
	}
	if j := w.connector(k.end, []string{","}); j >= 0 { // 1, 2, or 3
		return w.connector(j, w.or) >= 0
	}
	return w.connector(k.end, w.between) >= 0
}

// connector passes one of some words, with blanks around it; -1 if none stands there.
func (w *wording) connector(i int, list []string) int {
	i = w.skip(i)
	for _, c := range list {
		if w.has(i, c) {
			return w.skip(i + len([]rune(c)))
		}
	}
	return -1
}

// span lists the keys from one digit to another; none if an end has several digits.
func span(low, top string) []string {
	var keys []string
	if len(low) == 1 && len(top) == 1 {
		for k := low[0]; k <= top[0]; k++ {
			keys = append(keys, string(rune(k)))
		}
	}
	return keys
}

// item is one key as it is said.
type item struct {
	text  string
	end   int  // the rune behind it
	digit bool // figures; else a sign or a numeral in words
	named bool // it is called a key: 1号键, the 1 key
}

// item reads one key from rune i on. A figure that counts something is none: 3天, 1.5倍, 16 digits.
func (w *wording) item(i int) (item, bool) {
	for _, list := range [][]string{w.key, w.article, w.article} { // the number 1
		if j := w.pass(i, list); j > i {
			i = w.skip(j)
		}
	}
	for _, s := range w.signs {
		if w.has(i, s.word) {
			end := i + len([]rune(s.word))
			if begins(s.word) && end < len(w.runes) && latin(w.runes[end]) {
				continue
			}
			return w.calledKey(item{text: s.key, end: end}), true
		}
	}
	end := i
	for end < len(w.runes) && w.runes[end] >= '0' && w.runes[end] <= '9' {
		end++
	}
	if end > i {
		k := w.calledKey(item{text: string(w.runes[i:end]), end: end, digit: true})
		return k, k.named || !w.counts(end)
	}
	for _, n := range w.numerals {
		if w.has(i, n.word) {
			k := w.calledKey(item{text: n.key, end: i + len([]rune(n.word))})
			return k, k.named || w.alone(k.end, begins(n.word))
		}
	}
	return item{}, false
}

// calledKey passes what calls a figure or a sign a key.
func (w *wording) calledKey(k item) item {
	for _, c := range w.called {
		if n := len([]rune(c)); w.has(k.end, c) && (c[0] != ' ' || !w.letterAt(k.end+n)) {
			k.end += n
			k.named = true
			return k
		}
	}
	if w.has(k.end, "号") && !w.letterAt(k.end+1) { // 按1号
		k.end++
	}
	return k
}

// measures are what a figure may count, with the characters that make another word of it: 0人工 is no number of people.
var measures = map[rune]string{'天': "", '日': "报", '年': "度报检", '月': "报", '周': "边", '个': "人税体", '次': "", '位': "", '笔': "",
	'条': "例款", '路': "况线政", '通': "话知用行过", '人': "工员事", '份': "", '倍': "", '元': "", '块': "", '角': "", '分': "期公局类", '秒': "",
	'点': "播击", '时': "事", '成': "功品", '%': "", '‰': "", '级': "", '类': "", '档': "", '种': "", '项': "目", '户': "口籍主",
	'万': "", '亿': "", '千': "", '百': "", '十': "", '米': "", '吨': "", '度': "", '遍': "", '页': "", '室': "", '楼': "", '层': "",
	'号': "",
	'下': "载一个级属发单", '折': "扣"}

// counts tells whether the figure that ends at rune i counts something, or is a part of a larger one.
func (w *wording) counts(i int) bool {
	if i >= len(w.runes) {
		return false
	}
	switch r := w.runes[i]; r {
	case '.', ':':
		return i+1 < len(w.runes) && unicode.IsDigit(w.runes[i+1])
	case hole:
		return true
	}
	j := w.skip(i)
	if w.has(j, "-") {
		j++
	}
	if w.has(j, "%") || w.pass(j, w.counted) > j {
		return true
	}
	but, measure := measures[w.runes[i]]
	return measure && (i+1 >= len(w.runes) || !strings.ContainsRune(but, w.runes[i+1]))
}

// alone tells whether a numeral in words stands by itself at its end: 按一， but not 按一定比例 or "one of".
func (w *wording) alone(i int, spaced bool) bool {
	if spaced {
		return !w.letterAt(i) && !w.counts(i)
	}
	if i >= len(w.runes) || !unicode.IsLetter(w.runes[i]) {
		return true
	}
	return strings.ContainsRune("或和到至转返听退", w.runes[i])
}

// pass passes the first of some words that stands at rune i; i itself if none does.
func (w *wording) pass(i int, list []string) int {
	for _, text := range list {
		if w.has(i, text) {
			return i + len([]rune(text))
		}
	}
	return i
}

// skip passes blanks and quotes.
func (w *wording) skip(i int) int {
	for i < len(w.runes) && strings.ContainsRune(" \t“”\"【】「」『』'‘’", w.runes[i]) {
		i++
	}
	return i
}

func (w *wording) has(i int, text string) bool {
	for _, r := range text {
		if i >= len(w.runes) || w.runes[i] != r {
			return false
		}
		i++
	}
	return true
}

func (w *wording) endsWith(i int, text string) bool {
	n := len([]rune(text))
	return i >= n && w.has(i-n, text)
}

func (w *wording) letterAt(i int) bool { return i < len(w.runes) && unicode.IsLetter(w.runes[i]) }

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// begins tells whether words are of a script that parts them by blanks.
func begins(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return latin(r)
}

// separates tells whether a character ends a clause.
func separates(r rune) bool { return strings.ContainsRune(",.;:!?。!?\n()", r) }

// ends tells whether a character ends a sentence.
func ends(r rune) bool { return strings.ContainsRune(".;!?。\n", r) }
