package token

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexian/lang/diag"
	"rexian/lang/words"
)

const byteOrderMark = "\uFEFF"

// Scan cuts a file into tokens, the last of them EOF. It never fails: what it cannot read becomes Bad
// tokens and diagnostics. Time and memory are linear in the length of the text.
func Scan(path string, src []byte) ([]Token, []diag.Diagnostic) {
	return ScanInto(nil, path, string(src))
}

// ScanInto is Scan into the room of tokens that are no longer wanted. The tokens' words are parts of text.
func ScanInto(room []Token, path, text string) ([]Token, []diag.Diagnostic) {
	l := begin(path, text)
	l.tokens = room[:0]
	if cap(room) == 0 {
		l.tokens = make([]Token, 0, len(text)/3+16)
	}
	l.run(len(text))
	return l.tokens, l.diags
}

// begin is a lexer at the beginning of a file.
func begin(path, text string) *lexer {
	l := &lexer{path: path, src: text, nfc: isNormal(text)}
	l.checkText()
	l.checkInvisible()
	if strings.HasPrefix(text, byteOrderMark) {
		l.pos = len(byteOrderMark)
	}
	l.lineStart, l.atLine, l.last, l.first = l.pos, l.pos, -1, true
	return l
}

// ScanWithin cuts text[from:to] into tokens with the offsets of the whole text, for the expression
// in a string's hole, into the room of tokens that are no longer wanted. The text has been scanned before, so encoding
// faults are not reported again.
func ScanWithin(room []Token, path, text string, from, to int) ([]Token, []diag.Diagnostic) {
	l := lexer{path: path, src: text[:to], pos: from, lineStart: -1, atLine: -1, last: -1, tokens: room[:0]}
	l.nfc = isNormal(text[from:to])
	l.run(to)
	return l.tokens, l.diags
}

type lexer struct {
	path      string
	src       string
	pos       int
	lineStart int // where the first line begins; -1 within a line
	atLine    int // where the line of the next token begins
	last      int // the end of the token before, -1 at the beginning
	lineEnd   int // the end of the line that was last asked for
	searched  int // the end of the line that was last searched for the end of a string beyond MaxText
	// absent tells of a closing quote how far it has been searched for in vain.
	absent map[rune]int
	// paired are the closing brackets that were told of at their opening ones.
	paired map[int]bool
	open   int // where the last unclosed string begins, 0 if it has been closed
	nfc    bool
	first  bool // only white space stands before the next token on its line
	depth  int  // of the braces, while the file is read in parts
	parts  func(*Token) bool
	most   int // tokens of a part, if one can end there
	tokens []Token
	diags  []diag.Diagnostic
}

func (l *lexer) report(code diag.Code, from, to int, args ...any) *diag.Diagnostic {
	l.diags = append(l.diags, diag.New(code, l.path, diag.Span{Start: from, End: to}, args...))
	return &l.diags[len(l.diags)-1]
}

// mend adds a fix that replaces from..to.
func (l *lexer) mend(d *diag.Diagnostic, from, to int, text string, safe bool) {
	d.Fix = &diag.Fix{
		Title: diag.Text{Zh: "改为 " + text, En: "write " + text},
		Edits: []diag.Edit{{File: l.path, Span: diag.Span{Start: from, End: to}, New: text}},
		Safe:  safe,
	}
}

// checkText reports what no text file should hold: bytes that are not UTF-8 and control characters.
// A run of bad bytes is one finding.
func (l *lexer) checkText() {
	if !utf8.ValidString(l.src) {
		for i := 0; i < len(l.src); {
			r, n := utf8.DecodeRuneInString(l.src[i:])
			if r != utf8.RuneError || n != 1 {
				i += n
				continue
			}
			from := i
			for i < len(l.src) && r == utf8.RuneError && n == 1 {
				i += n
				r, n = utf8.DecodeRuneInString(l.src[i:])
			}
			l.report("RX1001", from, i)
		}
	}
	for i := 0; i < len(l.src); i++ {
		if c := l.src[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			from := i
			for i+1 < len(l.src) && l.src[i+1] == c {
				i++
			}
			l.report("RX1002", from, i+1)
		}
	}
}

// run cuts the text up to end into tokens; in parts it pauses where one ends.
func (l *lexer) run(end int) {
	for {
		// White space.
		for l.pos < end {
			c := l.src[l.pos]
			switch {
			case c == ' ' || c == '\t':
				l.pos++
				continue
			case c == '\n' || c == '\r':
				l.pos++
				l.first, l.atLine = true, l.pos
				continue
			case c == 0xE3 && strings.HasPrefix(l.src[l.pos:], "\u3000"):
				l.pos += 3
				continue
			case c == 0xC2 && (strings.HasPrefix(l.src[l.pos:], "\u00A0") ||
				strings.HasPrefix(l.src[l.pos:], "\u00AD")):
				l.pos += 2
				continue
			case (c == 0xE2 || c == 0xEF) && l.unseen():
				l.pos += 3
				continue
			}
			break
		}
		from, at := l.pos, len(l.tokens)
		if l.pos >= end {
			l.add(EOF, end, end, "")
		} else {
			l.next(end)
		}
		var f Flags
		if l.first {
			f |= FirstOnLine
			if from == l.atLine {
				f |= AtColumn1
			}
			l.first = false
		}
		if from == l.last {
			f |= Touching
		}
		if at < len(l.tokens) {
			l.tokens[at].Flags |= f
			for i := at + 1; i < len(l.tokens); i++ {
				l.tokens[i].Flags |= Touching
			}
		}
		l.last = l.pos
		if l.tokens[len(l.tokens)-1].Kind == EOF || l.parts != nil && l.ended(at) {
			return
		}
	}
}

func (l *lexer) add(k Kind, from, to int, text string) *Token {
	if len(l.tokens) == cap(l.tokens) {
		l.grow()
	}
	l.tokens = append(l.tokens, Token{Kind: k, Span: diag.Span{Start: from, End: to}, Text: text})
	l.pos = to
	return &l.tokens[len(l.tokens)-1]
}

// grow makes room for as many tokens as the text will have if it goes on as it began.
func (l *lexer) grow() {
	n := len(l.tokens)
	if l.pos > 0 && l.lineStart >= 0 && l.parts == nil {
		n = max(n/8, int(int64(n)*int64(len(l.src)-l.pos)/int64(l.pos)*9/8))
	}
	l.tokens = slices.Grow(l.tokens, n+16)
}

func (l *lexer) symbol(k Kind, n int) { l.add(k, l.pos, l.pos+n, spellings[k]) }

// next reads one token (or a few that touch) at l.pos, which is not white space nor the end.
func (l *lexer) next(end int) {
	c := l.src[l.pos]
	switch {
	case c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80:
		l.word()
		return
	case c >= '0' && c <= '9':
		l.number()
		return
	case c < 0x80:
		l.ascii(c, 1)
		return
	}
	r, n := utf8.DecodeRuneInString(l.src[l.pos:])
	if r >= 0x4E00 && r <= 0x9FFF {
		l.word()
		return
	}
	twin := ascii(r)
	switch {
	case twin >= '0' && twin <= '9':
		l.number()
	case twin == '_' || twin|0x20 >= 'a' && twin|0x20 <= 'z':
		l.word()
	case twin != 0:
		l.ascii(twin, n)
	case unicode.IsLetter(r):
		l.word()
	default:
		l.wide(r, n)
	}
}

// ascii reads a symbol that begins with the ASCII character c, spelled in n bytes.
func (l *lexer) ascii(c byte, n int) {
	next, m := l.peek(n)
	switch c {
	case '"':
		l.quoted('"', '"', n)
	case '{':
		l.symbol(LBrace, n)
	case '}':
		l.symbol(RBrace, n)
	case '(':
		l.symbol(LParen, n)
	case ')':
		l.symbol(RParen, n)
	case '[':
		l.symbol(LBracket, n)
	case ']':
		l.symbol(RBracket, n)
	case ',':
		l.symbol(Comma, n)
	case ':':
		l.symbol(Colon, n)
	case ';':
		l.add(Sep, l.pos, l.pos+n, ";")
	case '.':
		if next == '.' {
			l.symbol(Range, n+m)
		} else {
			l.symbol(Dot, n)
		}
	case '=':
		if next == '=' {
			n += m
		} else if k, sign := Ge, ">="; next == '>' || next == '<' { // => and =<
			if next == '<' {
				k, sign = Le, "<="
			}
			l.mend(l.report("RX1026", l.pos, l.pos+n+m, l.src[l.pos:l.pos+n+m], sign), l.pos, l.pos+n+m, sign, true)
			l.symbol(k, n+m)
			return
		}
		l.symbol(Eq, n)
	case '!':
		if next == '=' {
			l.symbol(Ne, n+m)
		} else {
			l.bad(n)
		}
	case '<', '>':
		strict, wide := Lt, Le
		if c == '>' {
			strict, wide = Gt, Ge
		}
		if next == '=' {
			l.symbol(wide, n+m)
		} else if c == '<' && next == '>' {
			l.mend(l.report("RX1026", l.pos, l.pos+n+m, "<>", "!="), l.pos, l.pos+n+m, "!=", true)
			l.symbol(Ne, n+m)
		} else {
			l.symbol(strict, n)
		}
	case '+':
		l.symbol(Plus, n)
	case '-', '~':
		l.symbol(Minus, n)
	case '*':
		l.symbol(Star, n)
	case '/':
		if next == '/' {
			l.comment(n + m)
		} else {
			l.symbol(Slash, n)
		}
	case '#':
		l.symbol(Hash, n)
	case '%':
		l.symbol(Percent, n)
	case '\'', '`':
		l.single(rune(c), n)
	default:
		l.bad(n)
	}
}

// wide reads a symbol that has no ASCII twin of its own code.
func (l *lexer) wide(r rune, n int) {
	switch r {
	case '“':
		l.quoted('“', '”', n)
	case '”': // typed twice by many an input method: taken for an opening one
		l.quoted('”', '”', n)
	case '「':
		l.quoted('「', '」', n)
	case '『':
		l.quoted('『', '』', n)
	case '、':
		l.symbol(Comma, n)
	case '。':
		l.add(Sep, l.pos, l.pos+n, ";")
	case '–', '—', '−', '〜':
		for strings.HasPrefix(l.src[l.pos+n:], string(r)) { // —— is one dash
			n += utf8.RuneLen(r)
		}
		l.symbol(Minus, n)
	case '≥':
		l.symbol(Ge, n)
	case '≤':
		l.symbol(Le, n)
	case '≠':
		l.symbol(Ne, n)
	case '×':
		l.symbol(Star, n)
	case '÷':
		l.symbol(Slash, n)
	case '‘', '’':
		l.single(r, n)
	default:
		l.bad(n)
	}
}

// peek returns the ASCII twin of the character n bytes ahead and its own length; 0 if it has none.
func (l *lexer) peek(n int) (byte, int) {
	if l.pos+n >= len(l.src) {
		return 0, 0
	}
	if c := l.src[l.pos+n]; c < 0x80 {
		return c, 1
	}
	r, m := utf8.DecodeRuneInString(l.src[l.pos+n:])
	return ascii(r), m
}

// ascii returns the ASCII twin of a full-width form (U+FF01…U+FF5E), 0 if it has none.
func ascii(r rune) byte {
	if r < 0x80 {
		return byte(r)
	}
	if r >= 0xFF01 && r <= 0xFF5E {
		return byte(r - 0xFF01 + '!')
	}
	return 0
}

func (l *lexer) comment(n int) {
	to := strings.IndexByte(l.src[l.pos:], '\n')
	if to < 0 {
		to = len(l.src)
	} else {
		to += l.pos
	}
	for to > l.pos+n && (l.src[to-1] == '\r' || l.src[to-1] == ' ' || l.src[to-1] == '\t') {
		to--
	}
	l.add(Comment, l.pos, to, l.src[l.pos+n:to])
}

// bad takes one character that no token begins with, and the same ones after it.
func (l *lexer) bad(n int) {
	char := l.src[l.pos : l.pos+n]
	if l.foreign(char) {
		return
	}
	to := l.pos + n
	for strings.HasPrefix(l.src[to:], char) {
		to += n
	}
	// Control characters and broken bytes have been reported as such.
	if r, _ := utf8.DecodeRuneInString(char); r >= ' ' && r != 0x7f && r != utf8.RuneError {
		l.report("RX1003", l.pos, to, char)
	}
	l.add(Bad, l.pos, to, l.src[l.pos:to])
}

// foreign reports the signs of other languages that a word or a unit stands for here, and takes them for it: && and ||,
// ¥100.
func (l *lexer) foreign(char string) bool {
	from := l.pos
	if l.brackets(char) {
		return true
	}
	switch char {
	case "&", "|", "＆", "｜":
		if !strings.HasPrefix(l.src[from+len(char):], char) {
			return false
		}
		word := map[string][2]string{"&": {"且", "and"}, "＆": {"且", "and"}, "|": {"或", "or"},
			"｜": {"或", "or"}}[char][l.tongue()]
		to := from + 2*len(char)
		l.mend(l.report("RX1026", from, to, l.src[from:to], word), from, to, word, true)
		l.add(Word, from, to, word).Word = words.Lookup(word)
		return true
	case "!", "！":
		word := [2]string{"非", "not"}[l.tongue()]
		next, _ := l.at(from + len(char))
		space := map[bool]string{true: "", false: " "}[next == ' ']
		l.mend(l.report("RX1026", from, from+len(char), char, word), from, from+len(char), word+space, true)
		l.add(Word, from, from+len(char), word).Word = words.Lookup(word)
		return true
	case "¥", "￥":
		figures, i := l.digits(from + len(char))
		if c, m := l.at(i); figures != "" && c == '.' {
			if f, j := l.digits(i + m); f != "" {
				figures, i = figures+"."+f, j
			}
		}
		whole, fraction, _ := strings.Cut(figures, ".")
		value, ok := millionths(whole, fraction)
		if n, _ := l.letters(i, false); figures == "" || n > 0 || !ok {
			return false
		}
		unit := [2]string{"元", " yuan"}[l.tongue()]
		l.mend(l.report("RX1026", from, i, l.src[from:i], figures+unit), from, i, figures+unit, true)
		l.add(Number, from, i, figures).N = value
		unit = strings.TrimSpace(unit)
		l.add(Unit, i, i, unit).Word = words.Lookup(unit)
		return true
	}
	return false
}

// tongue tells which spelling of a word suits the file: 0 Chinese, 1 English. The word before decides.
func (l *lexer) tongue() int {
	for i := len(l.tokens) - 1; i >= 0; i-- {
		if l.tokens[i].Kind == Word && l.tokens[i].Word != nil {
			if l.tokens[i].Text[0] < utf8.RuneSelf {
				return 1
			}
			return 0
		}
	}
	return 0
}

// single takes 'words in single quotes', which are no strings.
func (l *lexer) single(open rune, n int) {
	close := open
	if open == '‘' {
		close = '’'
	}
	from, line := l.pos, l.line()
	if i := strings.IndexRune(line[n:], close); i > 0 {
		inner := line[n : n+i]
		to := from + n + i + utf8.RuneLen(close)
		d := l.report("RX1007", from, to)
		if !strings.ContainsRune(inner, '"') {
			l.mend(d, from, to, `"`+inner+`"`, true)
		}
		l.add(String, from, to, inner)
		return
	}
	l.bad(n)
}

// line returns the text from l.pos to the end of its line.
func (l *lexer) line() string {
	if l.pos >= l.lineEnd {
		l.lineEnd = len(l.src)
		if i := strings.IndexAny(l.src[l.pos:], "\r\n"); i >= 0 {
			l.lineEnd = l.pos + i
		}
	}
	return l.src[l.pos:l.lineEnd]
}

// canonical returns the NFC of a piece of the source with full-width forms made ASCII.
func (l *lexer) canonical(s string, wide bool) string {
	if wide {
		s = strings.Map(func(r rune) rune {
			if c := ascii(r); c != 0 {
				return rune(c)
			}
			return r
		}, s)
	}
	if !l.nfc {
		s = Normal(s)
	}
	return s
}

// letters returns how many bytes from position i spell letters, and whether full-width ones are among
// them; with digits, digits and marks after the first letter belong to it, as in a word.
func (l *lexer) letters(i int, digits bool) (n int, wide bool) {
	from := i
	for i < len(l.src) {
		c := l.src[i]
		if c < 0x80 {
			letter := c == '_' && digits || c|0x20 >= 'a' && c|0x20 <= 'z'
			if !letter {
				if !(digits && c >= '0' && c <= '9') || touches(l.src[from:i]) {
					break
				}
			}
			i++
			continue
		}
		r, m := utf8.DecodeRuneInString(l.src[i:])
		if r >= 0x4E00 && r <= 0x9FFF {
			i += m
			continue
		}
		if t := ascii(r); t != 0 {
			letter := t == '_' && digits || t|0x20 >= 'a' && t|0x20 <= 'z'
			if !letter {
				if !(digits && t >= '0' && t <= '9') || touches(l.src[from:i]) {
					break
				}
			}
			wide = true
		} else if !unicode.IsLetter(r) && !unicode.In(r, unicode.Mn, unicode.Mc) && !(digits && unicode.IsDigit(r)) {
			break
		}
		i += m
	}
	return i - from, wide
}

// longestTouch bounds the words that are looked up, in bytes: the longest touch word has five characters.
const longestTouch = 16

// touches tells whether a word ends where a digit begins.
func touches(s string) bool {
	if len(s) > longestTouch {
		return false
	}
	w := words.Lookup(s)
	return w != nil && w.Touch
}
