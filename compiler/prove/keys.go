package prove

import (
	"slices"
	"strings"
	"unicode"
)

// mention is one place where words name keys: 请按1, 按1或2, 1号键, press 1 or 2, 2 for complaints.
type mention struct {
	keys     []string // in the order they are said; of a range of single digits all of it
	low, top string   // the ends of a range, as in 按0到10; "" for none
	from, to int      // runes of the words: from the verb to behind the last key
	verb     bool     // it says to press them, or calls them keys; else a figure stands where an option could
}

// words are the words of one prompt in one language, letter case and full-width forms aside. A hole in them is U+FFFC.
type words struct {
	runes []rune
	said  []mention
}

const hole = '\uFFFC'

// listen finds the keys that words name.
func listen(text string) *words {
	w := &words{}
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
		m.verb = told
		w.said = append(w.said, m)
		i = m.to
	}
	return w
}

// verbs say that keys follow, the longest first.
var verbs = []string{"请按下", "按数字键", "按数字", "按下", "按键", "按", "拨打", "拨", "选择", "选", "键入", "输入数字", "输入",
	"press or say ", "press or dial ", "press ", "dial ", "push ", "hit ", "enter ", "select ", "choose ", "key in ",
	"type ", "touch "}

// mentionAt reads the keys that are named from rune i on.
func (w *words) mentionAt(i int) (mention, bool) {
	for _, v := range verbs {
		if w.has(i, v) && (v[0] >= 0x80 || i == 0 || !latin(w.runes[i-1])) {
			if m, ok := w.list(w.skip(i + len([]rune(v)))); ok {
				m.from, m.verb = i, true
				return m, true
			}
		}
	}
	if i > 0 && (latin(w.runes[i-1]) || unicode.IsDigit(w.runes[i-1]) || w.runes[i-1] == '.') {
		return mention{}, false
	}
	start := i
	for _, article := range []string{"the ", "数字", "key "} {
		if w.has(i, article) {
			start = i + len([]rune(article))
		}
	}
	k, ok := w.item(start)
	if !ok || k.text == "" {
		return mention{}, false
	}
	m := mention{keys: []string{k.text}, from: i, to: k.end, verb: k.named || w.has(i, "key ")}
	if m.verb {
		return m, true
	}
	return m, start == i && w.option(i, k)
}

// option tells whether a bare figure stands as those of a list of options do: 1查询，2办理 or 1 for … or 2 for … .
func (w *words) option(i int, k item) bool {
	if len(k.text) != 1 || !k.digit {
		return false
	}
	before := i
	for before > 0 && w.runes[before-1] == ' ' {
		before--
	}
	begins := before == 0 || separates(w.runes[before-1]) || w.endsWith(before, "或") || w.endsWith(before, " or") ||
		w.endsWith(before, " and")
	after := w.skip(k.end)
	ends := after == len(w.runes) || separates(w.runes[after])
	if w.has(k.end, " for ") || w.has(k.end, " to ") {
		return begins
	}
	return begins && after < len(w.runes) && unicode.Is(unicode.Han, w.runes[after]) ||
		ends && before > 0 && unicode.IsLetter(w.runes[before-1])
}

// list reads one key, several (1或2, 1、2 or 3) or a range (0到10) from rune i on.
func (w *words) list(i int) (mention, bool) {
	k, ok := w.item(i)
	if !ok {
		return mention{}, false
	}
	m := mention{keys: []string{k.text}, to: k.end}
	for {
		if j := w.connector(m.to, []string{"到", "至", "-", "~", "—", "through ", "to "}); j >= 0 && m.low == "" {
			if end, ok := w.item(j); ok && end.digit && k.digit {
				m.low, m.top, m.to = k.text, end.text, end.end
				m.keys = span(k.text, end.text)
				continue
			}
		}
		j := w.connector(m.to, []string{"或者", "或", "、", "和", "及", "与", "/", "or ", "and "})
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
func (w *words) goesOn(i int) bool {
	k, ok := w.item(i)
	return ok && w.connector(k.end, []string{"或者", "或", "、", "和", "or ", "and ", ",or ", ", or "}) >= 0
}

// connector passes one of some words, with blanks around it; -1 if none stands there.
func (w *words) connector(i int, list []string) int {
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

// signs are the keys that have names.
var signs = []struct{ word, key string }{
	{"星号", "*"}, {"米字", "*"}, {"井号", "#"}, {"井字", "#"}, {"asterisk", "*"}, {"star", "*"}, {"pound", "#"}, {"hash", "#"},
	{"*", "*"}, {"#", "#"},
}

var numerals = []struct{ word, key string }{
	{"零", "0"}, {"〇", "0"}, {"幺", "1"}, {"一", "1"}, {"二", "2"}, {"三", "3"}, {"四", "4"}, {"五", "5"}, {"六", "6"},
	{"七", "7"}, {"八", "8"}, {"九", "9"},
	{"zero", "0"}, {"one", "1"}, {"two", "2"}, {"three", "3"}, {"four", "4"}, {"five", "5"}, {"six", "6"},
	{"seven", "7"}, {"eight", "8"}, {"nine", "9"},
}

// item reads one key from rune i on. A figure that counts something is none: 3天, 1.5倍, 16 digits.
func (w *words) item(i int) (item, bool) {
	for _, article := range []string{"the ", "number ", "digit ", "数字键", "数字"} {
		if w.has(i, article) {
			i = w.skip(i + len([]rune(article)))
		}
	}
	for _, s := range signs {
		if w.has(i, s.word) {
			end := i + len([]rune(s.word))
			if latin(rune(s.word[0])) && end < len(w.runes) && latin(w.runes[end]) {
				continue
			}
			return w.called(item{text: s.key, end: end}), true
		}
	}
	end := i
	for end < len(w.runes) && w.runes[end] >= '0' && w.runes[end] <= '9' {
		end++
	}
	if end > i {
		k := w.called(item{text: string(w.runes[i:end]), end: end, digit: true})
		return k, k.named || !w.counts(end)
	}
	for _, n := range numerals {
		if w.has(i, n.word) {
			k := w.called(item{text: n.key, end: i + len([]rune(n.word))})
			return k, k.named || w.alone(k.end, n.word[0] < 0x80)
		}
	}
	return item{}, false
}

// called passes what calls a figure or a sign a key.
func (w *words) called(k item) item {
	for _, c := range []string{"号键", "键", " key"} {
		if w.has(k.end, c) && (c != " key" || !w.letterAt(k.end+4)) {
			k.end += len([]rune(c))
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

var counted = []string{"digit", "time", "number", "minute", "second", "hour", "day", "week", "month", "year",
	"character", "percent", "yuan",
	"of ", "or more", "st ", "nd ", "rd ", "th ", "more", "%"}

// counts tells whether the figure that ends at rune i counts something, or is a part of a larger one.
func (w *words) counts(i int) bool {
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
	for _, c := range counted {
		if w.has(j, c) {
			return true
		}
	}
	if w.has(i, "小时") || w.has(i, "公里") || w.has(i, "平方") {
		return true
	}
	but, measure := measures[w.runes[i]]
	return measure && (i+1 >= len(w.runes) || !strings.ContainsRune(but, w.runes[i+1]))
}

// alone tells whether a numeral in words stands by itself at its end: 按一， but not 按一定比例 or "one of".
func (w *words) alone(i int, english bool) bool {
	if english {
		return !w.letterAt(i) && !w.counts(i)
	}
	if i >= len(w.runes) || !unicode.IsLetter(w.runes[i]) {
		return true
	}
	return strings.ContainsRune("或和到至转返听退", w.runes[i])
}

// skip passes blanks and quotes.
func (w *words) skip(i int) int {
	for i < len(w.runes) && strings.ContainsRune(" \t“”\"「」『』'‘’", w.runes[i]) {
		i++
	}
	return i
}

func (w *words) has(i int, text string) bool {
	for _, r := range text {
		if i >= len(w.runes) || w.runes[i] != r {
			return false
		}
		i++
	}
	return true
}

func (w *words) endsWith(i int, text string) bool {
	n := len([]rune(text))
	return i >= n && w.has(i-n, text)
}

func (w *words) letterAt(i int) bool { return i < len(w.runes) && unicode.IsLetter(w.runes[i]) }

func latin(r rune) bool { return 'a' <= r && r <= 'z' }

// separates tells whether a character ends a clause.
func separates(r rune) bool { return strings.ContainsRune(",.;:!?。!?\n()", r) }

// ends tells whether a character ends a sentence.
func ends(r rune) bool { return strings.ContainsRune(".;!?。\n", r) }
