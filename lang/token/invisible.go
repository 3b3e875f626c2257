package token

import (
	"slices"
	"strings"

	"rexian/lang/diag"
)

// invisible are characters that take no room: they come along when text is copied from a page or a chat.
var invisible = []string{"\u200B", "\u2060", "\uFEFF", "\u00AD"}

// checkInvisible reports characters that nobody sees.
func (l *lexer) checkInvisible() {
	for _, c := range invisible {
		for i := 0; ; {
			n := strings.Index(l.src[i:], c)
			if n < 0 {
				break
			}
			i += n
			if i > 0 || c != byteOrderMark {
				d := l.report("RX1002", i, i+len(c))
				d.Fix = &diag.Fix{Title: diag.Text{Zh: "删去", En: "delete it"}, Safe: true,
					Edits: []diag.Edit{{File: l.path, Span: diag.Span{Start: i, End: i + len(c)}}}}
			}
			i += len(c)
		}
	}
}

// unseen tells whether an invisible character of three bytes stands here.
func (l *lexer) unseen() bool {
	return slices.ContainsFunc(invisible, func(c string) bool { return strings.HasPrefix(l.src[l.pos:], c) })
}
