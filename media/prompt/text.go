package prompt

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// token is one word as it is matched: a word in letters, a figure, one character of a script written without blanks, or
// a breath. A breath's text is its sign: 、 , ; . ?
type token struct {
	text  string
	pause time.Duration // of a breath; 0 is a word
	from  int           // the bytes of the text it stands for
	to    int
}

// How long a voice breathes at a sign. Recordings are trimmed, so all the silence between them is here.
const (
	pauseList     = 120 * time.Millisecond // 、
	pauseClause   = 220 * time.Millisecond // ， , and brackets
	pausePart     = 320 * time.Millisecond // ； ： —
	pauseSentence = 420 * time.Millisecond // 。 . ! ? … and a new line
	pauseEnd      = 220 * time.Millisecond // at the end of what is said: the longest breath there
)

// breath tells how a sign is spoken: its canonical form and its length, "" if it is not spoken at all.
func breath(r rune) (sign string, d time.Duration) {
	switch r {
	case '、', '､':
		return "、", pauseList
	case ',', '，', '(', ')', '[', ']', '{', '}', '【', '】', '「', '」', '『', '』', '/', '|':
		return ",", pauseClause
	case ';', ':', '—', '–', '―', '~', '～', '·', '•':
		return ";", pausePart
	case '.', '。', '｡', '!', '…', '\n', '\r':
		return ".", pauseSentence
	case '?':
		return "?", pauseSentence
	}
	return "", 0
}

// tokens cuts a text into what is spoken one after another. Full-width letters and signs are their ASCII twins,
// capitals are small letters (but a letter alone is spelled: A is not "a"), quotation marks and blanks are nothing, and
// breaths in a row are the longest of them. The text must be valid UTF-8 for the places to be right.
func tokens(text string) []token {
	runes := []rune(text)
	list := make([]token, 0, len(runes))
	at := 0 // the byte offset of runes[i]
	for i := 0; i < len(runes); {
		r := fold(runes[i])
		size := len(string(runes[i]))
		switch {
		case isJoined(r):
			end, bytes := wordEnd(runes, i)
			if capitals(runes[i:end]) {
				end, bytes = i+1, size
			}
			list = append(list, token{text: word(runes[i:end]), from: at, to: at + bytes})
			i, at = end, at+bytes
			continue
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) || strings.ContainsRune("%#*&@-", r):
			if r != '-' {
				list = append(list, token{text: string(r), from: at, to: at + size})
			}
		default:
			if sign, d := breath(r); d > 0 {
				list = appendBreath(list, token{text: sign, pause: d, from: at, to: at + size})
			}
		}
		i, at = i+1, at+size
	}
	return list
}

// appendBreath adds a breath; none stands at the beginning and the longer of two neighbours stays.
func appendBreath(list []token, b token) []token {
	switch last := len(list) - 1; {
	case last < 0:
		return list
	case list[last].pause == 0:
		return append(list, b)
	case list[last].pause < b.pause:
		b.from = list[last].from
		list[last] = b
	default:
		list[last].to = b.to
	}
	return list
}

func fold(r rune) rune {
	if r < 0x80 {
		return r
	}
	if f := width.LookupRune(r).Folded(); f != 0 {
		return f
	}
	return r
}

// isJoined reports a rune that stands in words with its neighbours: Latin, Cyrillic and other letters written with
// blanks between words, and figures. Han, Kana, Thai and their like are spoken character by character.
func isJoined(r rune) bool {
	if '0' <= r && r <= '9' {
		return true
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r)) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao,
			unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// wordEnd finds where the word that begins at i ends, in runes and bytes. Letters and figures do not mix; an
// apostrophe, a hyphen or a dot between letters belongs to the word, and so does the dot that ends an abbreviation with
// dots inside (a.m.); so do point and comma within a figure.
func wordEnd(runes []rune, i int) (end, bytes int) {
	figure := isFigure(fold(runes[i]))
	same := func(k int) bool {
		return k < len(runes) && isJoined(fold(runes[k])) && isFigure(fold(runes[k])) == figure
	}
	dots := 0
	end = i
	for same(end) {
		end++
		if end < len(runes) && same(end+1) {
			inner := fold(runes[end])
			if figure && (inner == '.' || inner == ',') || !figure &&
				(inner == '\'' || inner == '’' || inner == '-' || inner == '.') {
				if inner == '.' {
					dots++
				}
				end++
			}
		}
	}
	if !figure && dots > 0 && end < len(runes) && runes[end] == '.' {
		end++
	}
	for _, r := range runes[i:end] {
		bytes += len(string(r))
	}
	return end, bytes
}

// capitals reports a word of nothing but capital letters: it is spelled, letter by letter, as ids and abbreviations
// are.
func capitals(word []rune) bool {
	for _, r := range word {
		if r = fold(r); r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

func isFigure(r rune) bool { return '0' <= r && r <= '9' }

func word(runes []rune) string {
	var b strings.Builder
	for _, r := range runes {
		r = fold(r)
		if r == '’' {
			r = '\''
		}
		if len(runes) > 1 {
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// phrase is a text's tokens without the breath at its end: what a recording of it is found by.
func phrase(text string) []token {
	list := tokens(strings.ToValidUTF8(text, ""))
	if n := len(list); n > 0 && list[n-1].pause > 0 {
		list = list[:n-1]
	}
	return list
}

// Key is the form of a text by which its recording is found: 系统繁忙 and “系统繁忙！” are one recording. Texts that
// say nothing have the key "".
func Key(text string) string {
	var b strings.Builder
	for i, t := range phrase(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}
