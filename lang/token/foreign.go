package token

import (
	"strings"

	"rexian/lang/diag"
)

// pairs are brackets that people write for braces and for quotes.
var pairs = map[string]struct {
	close     string
	open, end string // what is meant
}{"【": {"】", "{", "}"}, "《": {"》", `"`, `"`}, "〔": {"〕", "{", "}"}, "〈": {"〉", `"`, `"`}}

// brackets reports foreign brackets and takes them for what is meant, both of a pair at once.
func (l *lexer) brackets(char string) bool {
	p, opens := pairs[char]
	from := l.pos
	if !opens {
		if l.paired[from] { // told at its beginning
			l.add(RBrace, from, from+len(char), "}")
			return true
		}
		if strings.ContainsAny(char, "→➔⇒➜") {
			to := from + len(char)
			for to < len(l.src) && l.src[to] == ' ' {
				to++
			}
			l.report("RX1003", from, from+len(char), char).Fix = &diag.Fix{Title: diag.Text{Zh: "删去", En: "delete it"},
				Safe: true, Edits: []diag.Edit{{File: l.path, Span: diag.Span{Start: from, End: to}}}}
			l.pos = from + len(char)
			return true
		}
		return false
	}
	within := l.line()
	if p.open == "{" {
		within = l.src[from:]
	}
	i := strings.Index(within, p.close)
	if i < 0 {
		return false
	}
	end := from + i
	d := l.report("RX1026", from, from+len(char), char, p.open)
	d.Fix = &diag.Fix{Title: diag.Text{Zh: "改为 " + p.open + "…" + p.end, En: "write " + p.open + "…" + p.end},
		Safe: true,
		Edits: []diag.Edit{{File: l.path, Span: diag.Span{Start: from, End: from + len(char)}, New: p.open},
			{File: l.path, Span: diag.Span{Start: end, End: end + len(p.close)}, New: p.end}}}
	if p.open == "{" {
		if l.paired == nil {
			l.paired = map[int]bool{}
		}
		l.paired[end] = true
		l.add(LBrace, from, from+len(char), "{")
		return true
	}
	text := within[len(char):i]
	t := l.add(String, from, end+len(p.close), text)
	if strings.ContainsAny(text, "{}｛｝\\") {
		t.Flags |= Holes
	}
	return true
}
