package parse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// body reads `{ siblings }`. item reads the rest of one sibling after its keyword, which has been
// passed; an empty id means that no keyword of the place stands here and item, if the place allows
// such things, reads all of it and returns true. bad is told of each sibling that could not be read.
func (r *reader) body(p *place, item func(id string, from int) bool, bad func(diag.Span)) {
	if !r.open(p) {
		return
	}
	// Even where a guess led here, what stands in braces explains itself.
	bare, here, guessed := r.bare, r.here, r.muted
	r.bare, r.here, r.muted = false, p, false
	r.depth++
	defer func() { r.depth--; r.bare, r.here, r.muted = bare, here, guessed }()
	if r.depth > MaxDepth {
		r.tooDeep("RX1034")
		from := r.i
		r.failing = false
		for !r.is(token.RBrace) && !r.is(token.EOF) && !r.declarationLine() {
			r.skip()
		}
		bad(r.span(from))
	}
	for {
		from := r.i
		switch {
		case r.is(token.RBrace):
			r.close()
			return
		case r.is(token.EOF) || r.closedAt == r.i:
			r.unclosed()
			return
		case r.is(token.Comma) && (r.ahead(1).Has(token.FirstOnLine) || r.ahead(1).Kind == token.EOF):
			r.advance() // a comma at a line's end, as in prose
			continue
		}
		if r.outgrown(p, here) {
			return
		}
		muted := r.muted
		if s, ok := r.which(p); ok {
			r.take(s)
			item(s.Keyword.ID, from)
		} else if p.other && item("", from) {
		} else if r.declarationLine() {
			r.unclosed()
			return
		} else if id := r.guess(p); id != "" {
			item(id, from)
		}
		r.muted = muted
		if r.failing {
			bad(r.resync(from, p))
		}
	}
}

// open reads the opening brace. If it was forgotten but what should follow it stands here, reading goes
// on as if it were there.
func (r *reader) open(p *place) bool {
	if r.is(token.LBrace) {
		r.braces = append(r.braces, r.i)
		r.advance()
		return true
	}
	if _, ok := r.whichAt(p, r.i); ok && !r.failing && r.tok().Has(token.FirstOnLine) {
		at := r.tokens[max(r.i-1, 0)].Span.End
		r.report("RX1030", diag.Span{Start: at, End: at}).Fix = r.insert(at, " {")
		r.unpaired = true
		r.braces = append(r.braces, max(r.i-1, 0))
		return true
	}
	r.mendOpen(r.unexpected(diag.Text{Zh: "“{”", En: "`{`"}), p)
	return false
}

// close passes the closing brace. One that stands further left than the line its block began on
// belongs to an outer block: the inner one was not closed.
func (r *reader) close() {
	b := r.braces[len(r.braces)-1]
	r.braces = r.braces[:len(r.braces)-1]
	if t := r.tok(); r.suspect < 0 && t.Has(token.FirstOnLine) &&
		r.indent(t.Span.Start) < r.indent(r.tokens[b].Span.Start) {
		r.suspect = b
	}
	r.advance()
}

// unclosed ends a block whose } is missing, and says so once for all the blocks that end here.
func (r *reader) unclosed() {
	b := r.braces[len(r.braces)-1]
	r.braces = r.braces[:len(r.braces)-1]
	if r.closedAt == r.i || r.failing {
		return
	}
	r.closedAt = r.i
	if r.unpaired { // a { was missing before: that its } closed another block is told with it
		return
	}
	if r.suspect >= 0 {
		b = r.suspect
	}
	r.suspect = -1
	at := r.tokens[b].Span
	d := r.report("RX1028", at)
	last := r.tokens[max(r.i-1, 0)].Span.End
	d.Related = append(d.Related, diag.Related{File: r.path, Span: diag.Span{Start: last, End: last},
		Text: diag.Text{Zh: "读到这里还没有“}”", En: "no `}` up to here"}})
}

// outgrown ends a menu or a question whose } is missing, at a step of the block around it: a line that
// begins no further right than the one the block began on, with a step that cannot stand in it, or that
// only its lead could hold though its `otherwise` has been read.
func (r *reader) outgrown(p, around *place) bool {
	t := r.tok()
	if p != menuPlace && p != askPlace || around == nil || !t.Has(token.FirstOnLine) {
		return false
	}
	b := r.braces[len(r.braces)-1]
	if _, fits := r.whichAt(around, r.i); !fits || r.indent(t.Span.Start) > r.indent(r.tokens[b].Span.Start) {
		return false
	}
	if s, ok := r.which(p); ok {
		closed := slices.ContainsFunc(r.marks[b:r.i],
			func(m mark) bool { return m.class == Keyword && m.id == words.Otherwise })
		if !closed || armPlace.has(s.Keyword.ID) || limitPlace.has(s.Keyword.ID) {
			return false
		}
	}
	r.unclosed()
	r.closedAt = -1
	return true
}

// lineOf returns the offset where the line of an offset begins.
func (r *reader) lineOf(at int) int { return strings.LastIndexByte(r.src[:at], '\n') + 1 }

// indent counts the columns of white space that the line of an offset begins with.
func (r *reader) indent(at int) int {
	n := 0
	for _, c := range r.src[r.lineOf(at):] {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4
		case '\u3000':
			n += 2
		default:
			return n
		}
	}
	return n
}

// declarationLine tells whether a declaration begins at the very start of this line.
func (r *reader) declarationLine() bool { return r.declarationAt(r.i) }

func (r *reader) declarationAt(i int) bool {
	if r.failing || !r.tokens[i].Has(token.AtColumn1) {
		return false
	}
	s, ok := r.whichAt(declPlace, i)
	if !ok {
		return false
	}
	next := &r.tokens[min(i+1+len(s.Rest), len(r.tokens)-1)]
	switch s.Keyword.ID {
	case words.Number, words.Rule, words.Test, words.TicketType:
		return next.Kind == token.String
	case words.Message:
		return next.Kind == token.String || next.Kind == token.Word
	case words.Defaults:
		return next.Kind == token.LBrace
	}
	return next.Kind == token.Word
}

// resync clears a failure and goes to the next token that can begin a sibling, or that ends the block.
// It returns what was passed over, from the faulty sibling's first token on.
func (r *reader) resync(from int, p *place) diag.Span {
	r.faults++
	r.failing = false
	if r.i == from {
		if k := r.tok().Kind; k == token.RBrace || k == token.EOF {
			return r.span(from)
		}
		r.skip()
	}
	for !r.sibling(p) {
		r.skip()
	}
	return r.span(from)
}

func (r *reader) sibling(p *place) bool {
	t := r.tok()
	switch t.Kind {
	case token.EOF, token.RBrace:
		return true
	case token.Word:
		if s, ok := r.whichAt(p, r.i); ok {
			// A contextual word in the midst of a spoilt line may well be a name.
			return r.reserved(r.i) || t.Has(token.FirstOnLine) || len(s.Rest) > 0
		}
		return p.other && t.Has(token.FirstOnLine) || r.declarationLine()
	}
	return false
}

// skip passes one token, or a whole `{ … }`, or what brackets hold on their line; it stops before a line
// that begins a declaration.
func (r *reader) skip() {
	switch r.tok().Kind {
	case token.LBrace:
	case token.LParen:
		for i := r.i + 1; i < len(r.tokens) && !r.tokens[i].Has(token.FirstOnLine) && i < r.i+64; i++ {
			if k := r.tokens[i].Kind; k == token.LBrace || k == token.RBrace || k == token.LParen {
				break
			} else if k == token.RParen {
				r.i = i
				break
			}
		}
		r.advance()
		return
	default:
		r.advance()
		return
	}
	depth := 0
	for {
		switch r.tok().Kind {
		case token.LBrace:
			depth++
		case token.RBrace:
			depth--
		case token.EOF:
			return
		}
		r.advance()
		if depth == 0 || r.declarationLine() {
			return
		}
	}
}

// report adds a diagnostic unless a guess is being read, or what nests too deep.
func (r *reader) report(code diag.Code, at diag.Span, args ...any) *diag.Diagnostic {
	d := diag.New(code, r.path, at, args...)
	r.faults++
	if r.muted || r.deep {
		return &d
	}
	r.diags = append(r.diags, d)
	return &r.diags[len(r.diags)-1]
}

// fail reports and begins to fall through to the nearest loop over siblings.
func (r *reader) fail(code diag.Code, at diag.Span, args ...any) *diag.Diagnostic {
	r.faults++
	if r.failing {
		return &diag.Diagnostic{}
	}
	r.answered()
	d := r.report(code, at, args...)
	r.failing = true
	return d
}

// tooDeep fails where a declaration nests deeper than MaxDepth. Nothing more is said about it: what stands
// that deep is torn apart, and there is a lot of it.
func (r *reader) tooDeep(code diag.Code) {
	if r.failing {
		return
	}
	r.report(code, r.tok().Span, MaxDepth)
	r.deep, r.failing = true, true
}

func (r *reader) replace(at diag.Span, text string) *diag.Fix {
	return &diag.Fix{Title: diag.Text{Zh: "改为 " + text, En: "write " + text}, Safe: true,
		Edits: []diag.Edit{{File: r.path, Span: at, New: text}}}
}

// uncolon deletes a colon, and leaves a blank for it where words would touch.
func (r *reader) uncolon(at diag.Span) *diag.Fix {
	if next, _ := utf8.DecodeRuneInString(r.src[at.End:]); unicode.IsLetter(next) ||
		unicode.IsDigit(next) && (r.i == 0 || !r.touch(at)) {
		return &diag.Fix{Title: diag.Text{Zh: "删去冒号", En: "delete the colon"}, Safe: true,
			Edits: []diag.Edit{{File: r.path, Span: at, New: " "}}}
	}
	return r.delete(at)
}

func (r *reader) insert(at int, text string) *diag.Fix {
	t := strings.TrimSpace(text)
	return &diag.Fix{Title: diag.Text{Zh: "补上 " + t, En: "insert " + t}, Safe: false,
		Edits: []diag.Edit{{File: r.path, Span: diag.Span{Start: at, End: at}, New: text}}}
}

// raw is a token as written, shortened for a message.
func (r *reader) raw(t *token.Token) string {
	s := r.src[t.Span.Start:t.Span.End]
	if utf8.RuneCountInString(s) > 16 {
		s = string([]rune(s)[:15]) + "…"
	}
	return s
}
