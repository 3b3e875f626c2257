package token

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"rexian/lang/diag"
)

// MaxText is how many bytes a text in quotes may take, strings side by side joined: far above any prompt.
const MaxText = 8 << 10

// wrapped is over how many lines a writer may have wrapped a text in quotes: a lone quote at a line's end
// that soon after an unclosed one closes it.
const wrapped = 8

// quoted reads a string from its opening quote, which is n bytes long, to the closing one of its kind.
// Pairs of its own kind nest within it; other quotes are text. It ends on its line.
func (l *lexer) quoted(open, close rune, n int) {
	from := l.pos
	line, whole := l.line(), l.line()
	if len(line) > MaxText {
		cut := MaxText
		for cut > n && !utf8.RuneStart(line[cut]) {
			cut--
		}
		line = line[:cut]
	}
	body := line[n:]
	if l.absent[close] > from {
		l.unclosed(from, n, whole, open, close)
		return
	}
	end, after, flags := stringEnd(body, open, close)
	if end < 0 && len(whole) > len(line) && l.tooLong(from, n, whole, open, close) {
		return
	}
	if end < 0 {
		if !strings.ContainsRune(body, close) && close != '"' {
			if l.absent == nil {
				l.absent = map[rune]int{}
			}
			l.absent[close] = from + len(line)
		}
		l.unclosed(from, n, whole, open, close)
		return
	}
	if other := misclosed(body[:end], open); other >= 0 && strings.Count(body[after:], string(close))%2 == 1 {
		// "欢迎” 转到 "…: the quotes of the line do not pair up, and the wrong one stands in here.
		l.mismatched(from, n, body, other, close)
		return
	}
	if more := quotedInHole(body, end, after, close); more > 0 {
		end, after = more, more+1
	}
	l.add(String, from, from+n+after, body[:end]).Flags = flags
}

// tooLong reports a string that ends on its line, but beyond MaxText. A line is searched to its end once: one of
// unmatched quotes would else be searched for each of them.
func (l *lexer) tooLong(from, n int, line string, open, close rune) bool {
	if l.searched == l.lineEnd {
		return false
	}
	l.searched = l.lineEnd
	end, after, flags := stringEnd(line[n:], open, close)
	if end < 0 {
		return false
	}
	l.report("RX1049", from, from+n, MaxText>>10, MaxText/3/100*100)
	l.add(String, from, from+n+after, line[n:n+end]).Flags = flags
	return true
}

// quotedInHole looks whether the quote at body[end:] stands within the braces of the string, as in
// "您有{数量(查("12"))}笔": then the string goes on, and the braces are found faulty when they are read.
// It returns where the string ends, 0 if it ends where it seemed to.
func quotedInHole(body string, end, after int, close rune) int {
	if close != '"' || strings.LastIndexByte(body[:end], '{') <= strings.LastIndexByte(body[:end], '}') {
		return 0
	}
	next, _ := utf8.DecodeRuneInString(body[after:])
	brace := strings.IndexByte(body[after:], '}')
	if brace < 0 || !unicode.IsLetter(next) && !unicode.IsDigit(next) {
		return 0
	}
	quote := strings.IndexByte(body[after+brace:], '"')
	if quote < 0 {
		return 0
	}
	return after + brace + quote
}

// stringEnd finds the closing quote in body: where the text ends and where the string ends.
func stringEnd(body string, open, close rune) (end, after int, flags Flags) {
	depth := 0
	for i := 0; i < len(body); {
		c := body[i]
		if c < 0x80 {
			switch c {
			case '\\':
				flags |= Holes
				i++
				if i < len(body) {
					_, m := utf8.DecodeRuneInString(body[i:])
					i += m
				}
				continue
			case '{', '}':
				flags |= Holes
			case '"':
				if close == '"' {
					return i, i + 1, flags
				}
			}
			i++
			continue
		}
		if c != 0xE2 && c != 0xE3 && c != 0xEF { // no quote or brace begins with another byte
			_, m := utf8.DecodeRuneInString(body[i:])
			i += m
			continue
		}
		r, m := utf8.DecodeRuneInString(body[i:])
		switch {
		case r == '｛' || r == '｝':
			flags |= Holes
		case r == '＂' && close == '"':
			return i, i + m, flags
		case r == close || open == '”' && r == '“':
			if depth == 0 {
				return i, i + m, flags
			}
			depth--
		case r == open && open != close:
			depth++
		}
		i += m
	}
	return -1, -1, flags
}

// misclosed finds a closing quote of another kind that nothing opened; -1 if there is none.
func misclosed(text string, open rune) int {
	depth := 0
	for i, r := range text {
		switch r {
		case '“', '「', '『':
			depth++
		case '”', '」', '』':
			if depth == 0 && open == '"' {
				return i
			}
			depth--
		}
	}
	return -1
}

// mismatched reports a string that begins with one kind of quote and ends, at body[at:], with another.
func (l *lexer) mismatched(from, n int, body string, at int, close rune) {
	r, m := utf8.DecodeRuneInString(body[at:])
	start := from + n + at
	d := l.report("RX1006", start, start+m, string(r), string(close))
	l.mend(d, start, start+m, string(close), true)
	t := l.add(String, from, start+m, body[:at])
	if strings.ContainsAny(body[:at], "{}｛｝\\") {
		t.Flags |= Holes
	}
}

// unclosed reports a string that does not end on its line. If a quote of another kind stands where the
// string should end, that is the fault.
func (l *lexer) unclosed(from, n int, line string, open, close rune) {
	body := line[n:]
	at := -1
	if open == '"' {
		at = misclosed(body, open)
	} else {
		at = strings.IndexAny(body, "\"＂”」』")
		if open == '”' {
			at = strings.IndexAny(body, "\"＂")
		}
	}
	if at >= 0 {
		l.mismatched(from, n, body, at, close)
		return
	}
	text := strings.TrimRight(body, " \t\u3000")
	if i := strings.Index(text, "//"); i > 0 {
		text = strings.TrimRight(text[:i], " \t\u3000")
	}
	to := from + n + len(text)
	if text == "" && l.open > 0 && strings.Count(l.src[l.open:from], "\n") <= wrapped {
		l.open = 0 // it closes what a line further up opened: one fault, told there
	} else {
		d := l.report("RX1005", from, from+n, string(close))
		if !strings.ContainsAny(text, "{}｛｝") && text != "" {
			d.Fix = &diag.Fix{Title: diag.Text{Zh: "补上 " + string(close), En: "insert " + string(close)},
				Edits: []diag.Edit{{File: l.path, Span: diag.Span{Start: to, End: to}, New: string(close)}}}
		}
		l.open = from
	}
	l.add(Bad, from, to, text)
}
