package token

import (
	"strings"

	"rexian/lang/words"
)

// word reads a word, or the few tokens that a word without blanks is known to hide: 按星号 is 按 and a
// key, 周一至周五 a range of days.
func (l *lexer) word() {
	n, wide := l.letters(l.pos, true)
	from := l.pos
	raw := l.src[from : from+n]
	text := raw
	if wide || !l.nfc {
		text = l.canonical(raw, wide)
	}
	w := words.Lookup(text)
	if w == nil && len(text) == len(raw) {
		if l.hidden(from, text) {
			return
		}
	}
	l.one(from, from+n, text, w)
}

// one adds a single word; 至 is a range.
func (l *lexer) one(from, to int, text string, w *words.Word) {
	if text == "至" {
		l.add(Range, from, to, "..")
		return
	}
	l.add(Word, from, to, text).Word = w
}

// hidden splits the words that are accepted glued, and reports spoken times such as 下午2点半.
func (l *lexer) hidden(from int, text string) bool {
	if key, ok := strings.CutPrefix(text, "按"); ok && words.Key(key) != "" {
		l.one(from, from+len("按"), "按", words.Lookup("按"))
		l.one(l.pos, l.pos+len(key), key, nil)
		return true
	}
	if first, last, ok := strings.Cut(text, "至"); ok &&
		(isDay(first) && (last == "" || isDay(last)) || first == "" && isDay(last)) {
		if first != "" {
			l.one(from, from+len(first), first, words.Lookup(first))
		}
		l.add(Range, l.pos, l.pos+len("至"), "..")
		if last != "" {
			l.one(l.pos, l.pos+len(last), last, words.Lookup(last))
		}
		return true
	}
	return l.spoken(from, text)
}

func isDay(text string) bool {
	w := words.Lookup(text)
	return w != nil && len(w.Of(words.Day)) > 0
}

// halves says how many hours a spoken half of the day adds to a clock of twelve.
var halves = []struct {
	word string
	add  int64
}{{"凌晨", 0}, {"早上", 0}, {"早晨", 0}, {"上午", 0}, {"中午", 12}, {"下午", 12}, {"傍晚", 12}, {"晚上", 12}}

// spoken reads 下午2点半: an error whose fix is the time on a clock of twenty-four hours.
func (l *lexer) spoken(from int, text string) bool {
	for _, h := range halves {
		rest, ok := strings.CutPrefix(text, h.word)
		if !ok {
			continue
		}
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		tail := rest[len(digits):]
		hour, ok := small(digits)
		if !ok || hour > 24 || !strings.HasPrefix(tail, "点") && !strings.HasPrefix(tail, "时") {
			return false
		}
		minute, n, ok := minutes(tail[len("点"):])
		if !ok || n != len(tail)-len("点") {
			return false
		}
		if hour < 12 && !(h.word == "中午" && hour >= 10) {
			hour += h.add
		}
		if hour == 12 && h.word == "凌晨" {
			hour = 0
		}
		to := from + len(text)
		clock := clockText(hour, minute)
		l.mend(l.report("RX1012", from, to, text, clock), from, to, clock, true)
		l.add(Time, from, to, clock).N = hour*3600 + minute*60
		return true
	}
	return false
}

// minutes reads what may follow 点: nothing, 半, 整, 一刻, 三刻 or 30分. It returns the bytes read.
func minutes(s string) (minute int64, n int, ok bool) {
	for _, m := range []struct {
		word   string
		minute int64
	}{{"半", 30}, {"整", 0}, {"一刻", 15}, {"三刻", 45}} {
		if strings.HasPrefix(s, m.word) {
			return m.minute, len(m.word), true
		}
	}
	digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
	if digits == "" {
		return 0, 0, true
	}
	minute, ok = small(digits)
	n = len(digits)
	if strings.HasPrefix(s[n:], "分钟") {
		return 0, 0, false
	}
	if strings.HasPrefix(s[n:], "分") {
		n += len("分")
	}
	return minute, n, ok && minute < 60
}
