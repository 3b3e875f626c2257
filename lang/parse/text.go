package parse

import (
	"strings"
	"unicode/utf8"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

var stringWanted = diag.Text{Zh: "带引号的文字", En: "words in quotes"}

// holeTokens are the tokens of one hole of a string, for the formatter.
type holeTokens struct {
	span   diag.Span // braces included
	tokens []token.Token
	marks  []mark
}

// str reads String = STRING { STRING }: adjacent strings join. It never returns nil.
func (r *reader) str() *ast.StringLit {
	from := r.i
	s := &ast.StringLit{}
	if !r.is(token.String) {
		r.mendQuotes(r.unexpected(stringWanted))
		return done(r, from, s)
	}
	bytes := 0
	for r.is(token.String) {
		before := bytes
		if bytes += len(r.tok().Text); before <= token.MaxText && bytes > token.MaxText && before > 0 {
			r.report("RX1049", r.tok().Span, token.MaxText>>10, token.MaxText/3/100*100)
		}
		r.parts(s, r.tok())
		r.advance()
		if r.apart && !r.tok().Has(token.FirstOnLine) {
			break
		}
	}
	join(s)
	return done(r, from, s)
}

// oneStr reads a single STRING, where strings do not join (lists of them, keys).
func (r *reader) oneStr() *ast.StringLit {
	from := r.i
	s := &ast.StringLit{}
	if r.is(token.String) {
		r.parts(s, r.tok())
		r.advance()
		join(s)
	} else {
		r.mendQuotes(r.unexpected(stringWanted))
	}
	return done(r, from, s)
}

// strs reads Strings = STRING { "," STRING }.
func (r *reader) strs() []*ast.StringLit {
	list := []*ast.StringLit{r.oneStr()}
	for r.comma() || r.is(token.String) && r.commaMissing() {
		list = append(list, r.oneStr())
	}
	return list
}

// comma passes a comma of an open list. One at a line's end counts only if the list goes on with what
// the list holds.
func (r *reader) comma() bool {
	if !r.is(token.Comma) {
		return false
	}
	if next := r.ahead(1); next.Has(token.FirstOnLine) {
		switch next.Kind {
		case token.String, token.Number, token.Date, token.Star, token.Hash:
		case token.Word:
			if _, ok := r.whichAt(everyPlace, r.i+1); ok {
				return false
			}
		default:
			return false
		}
	}
	r.advance()
	return true
}

func add(s *ast.StringLit, text string) {
	if text != "" {
		s.Parts = append(s.Parts, ast.Part{Text: text})
	}
}

// join makes one part of adjacent runs of text.
func join(s *ast.StringLit) {
	parts := s.Parts[:0]
	for i := 0; i < len(s.Parts); {
		j := i + 1
		for s.Parts[i].Hole == nil && j < len(s.Parts) && s.Parts[j].Hole == nil {
			j++
		}
		part := s.Parts[i]
		if j > i+1 {
			var b strings.Builder
			for _, p := range s.Parts[i:j] {
				b.WriteString(p.Text)
			}
			part.Text = b.String()
		}
		parts = append(parts, part)
		i = j
	}
	s.Parts = parts
}

// parts reads the escapes and holes of a string token.
func (r *reader) parts(s *ast.StringLit, t *token.Token) {
	if !t.Has(token.Holes) {
		add(s, token.Normal(t.Text))
		return
	}
	_, open := utf8.DecodeRuneInString(r.src[t.Span.Start:])
	base := t.Span.Start + open
	body := t.Text
	run := 0
	flush := func(to int) { add(s, token.Normal(body[run:to])) }
	for i := 0; i < len(body); {
		c, n := utf8.DecodeRuneInString(body[i:])
		switch c {
		case '\\':
			flush(i)
			next, m := utf8.DecodeRuneInString(body[i+n:])
			switch next {
			case 'n':
				add(s, "\n")
			case '"', '\\', '{', '}', '“', '”':
				add(s, string(next))
			default:
				if windows := strings.Contains(body, ".") && !strings.ContainsAny(body, " ，。"); !windows {
					r.report("RX1008", diag.Span{Start: base + i, End: base + i + n + m}, body[i:i+n+m])
				} else if i == strings.IndexByte(body, '\\') { // a path of Windows: all of it at once
					d := r.report("RX1008", diag.Span{Start: base + i, End: base + i + n + m}, body[i:i+n+m])
					at := diag.Span{Start: base, End: base + len(body)}
					d.Fix = r.replace(at, strings.ReplaceAll(body, "\\", "/"))
				}
				add(s, body[i+n:i+n+m])
			}
			i += n + m
			run = i
		case '{', '｛':
			flush(i)
			length := strings.IndexAny(body[i+n:], "}｝")
			if length < 0 {
				r.report("RX1009", diag.Span{Start: base + i, End: base + i + n})
				run = len(body)
				i = run
				continue
			}
			_, m := utf8.DecodeRuneInString(body[i+n+length:])
			to := i + n + length + m
			if inner := strings.IndexAny(body[i+n:i+n+length], "{｛"); inner >= 0 {
				at := base + i + n + inner
				r.report("RX1009", diag.Span{Start: at, End: at + 1})
			} else {
				r.hole(s, t, diag.Span{Start: base + i, End: base + to}, base+i+n, base+i+n+length)
			}
			i = to
			run = i
		case '}', '｝':
			r.report("RX1031", diag.Span{Start: base + i, End: base + i + n})
			i += n
		default:
			i += n
		}
	}
	flush(len(body))
}

// hole reads the expression between the braces at span, from byte from to byte to.
func (r *reader) hole(s *ast.StringLit, t *token.Token, span diag.Span, from, to int) {
	if strings.TrimSpace(r.src[from:to]) == "" {
		r.report("RX1032", span)
		return
	}
	if i := strings.IndexAny(r.src[from:to], "\"“”「」『』"); i >= 0 {
		at := from + i
		_, n := utf8.DecodeRuneInString(r.src[at:])
		r.report("RX1033", diag.Span{Start: at, End: at + n})
		return
	}
	if r.keep {
		r.room.hole, r.room.inner = nil, nil
	}
	tokens, faults := token.ScanWithin(r.room.hole, r.path, r.src, from, to)
	r.room.hole = tokens
	r.faults += len(faults)
	if !r.muted {
		r.diags = append(r.diags, faults...)
	}
	kept := tokens[:0]
	for _, k := range tokens {
		if k.Kind != token.Sep && k.Kind != token.Comment {
			kept = append(kept, k)
		}
	}
	outer := struct {
		tokens  []token.Token
		marks   []mark
		i       int
		failing bool
		here    *place
	}{r.tokens, r.marks, r.i, r.failing, r.here}
	r.room.inner = marksFor(len(kept), r.room.inner)
	r.tokens, r.marks, r.i, r.failing, r.inHole = kept, r.room.inner, 0, false, true
	r.here = nil
	h := &ast.Hole{}
	h.SetSpan(span)
	h.Expr = r.expr()
	if r.accept(token.Colon) {
		h.Style = r.name(Style)
	}
	if !r.failing && !r.is(token.EOF) {
		r.unexpected(diag.Text{Zh: "“}”", En: "`}`"})
	}
	marks := r.marks
	r.tokens, r.marks, r.i, r.failing, r.inHole = outer.tokens, outer.marks, outer.i, outer.failing, false
	r.here = outer.here
	if r.keep {
		if r.holes == nil {
			r.holes = map[int][]holeTokens{}
		}
		r.holes[t.Span.Start] = append(r.holes[t.Span.Start], holeTokens{span, kept, marks})
	}
	s.Parts = append(s.Parts, ast.Part{Hole: h})
}

// worded reads Words = String | Lang String { Lang String }.
func (r *reader) worded() []*ast.Worded {
	from := r.i
	if !r.langHere() {
		return []*ast.Worded{done(r, from, &ast.Worded{Text: r.str()})}
	}
	var list []*ast.Worded
	for r.langHere() {
		at := r.i
		w := &ast.Worded{Lang: r.lang()}
		w.Text = r.str()
		list = append(list, done(r, at, w))
	}
	return list
}

// text reads Text = Words | Ref.
func (r *reader) text() *ast.Text {
	from := r.i
	t := &ast.Text{}
	switch {
	case r.is(token.String), r.langHere():
		t.Words = r.worded()
		if r.is(token.Plus) && !r.tok().Has(token.FirstOnLine) {
			r.fail("RX2110", r.tok().Span).Fix = r.joinedTexts(from) // "您的号码是" + 来电号码
		}
	case r.is(token.LParen) && r.ahead(1).Kind == token.String && r.ahead(2).Kind == token.RParen: // say("Hello")
		at := r.tok().Span.Join(r.ahead(2).Span)
		words := r.ahead(1).Span
		r.fail("RX1026", at, r.src[at.Start:at.End], r.src[words.Start:words.End]).Fix =
			r.replace(at, " "+r.src[words.Start:words.End])
	case r.nameHere() && !r.failing && r.tok().Word == nil && r.ahead(1).Kind == token.String &&
		!r.ahead(1).Has(token.FirstOnLine): // 播放 语音 "您好"
		at := r.tok().Span
		r.fail("RX1025", at, r.tok().Text,
			stringWanted).Fix = r.delete(diag.Span{Start: at.Start, End: r.ahead0(1).Span.Start})
	case r.nameHere() && r.unquoted():
		r.mendQuotes(r.fail("RX1022", r.tok().Span, stringWanted, r.tok().Text))
	case r.nameHere():
		t.Ref = r.ref()
	default:
		r.mendQuotes(r.unexpected(diag.Text{Zh: "带引号的文字，或提示语的名称", En: "words in quotes, or the name of a prompt"}))
	}
	return done(r, from, t)
}

// behindText may follow the words of a step on their line.
var behindText = newPlace("", "", words.When, words.InEachLanguage, words.Subject, words.Otherwise)

// unquoted tells whether words to be spoken stand here without quotes: 播放 您好，欢迎致电. An unknown word
// is followed on its line by what cannot follow a name.
func (r *reader) unquoted() bool {
	next := r.ahead(1)
	if r.tok().Word != nil || next.Has(token.FirstOnLine) || r.inHole ||
		r.probe != nil && next.Span.Start == r.probe.at { // what may stand behind a name is asked for
		return false
	}
	switch next.Kind {
	case token.Comma:
		return !r.ahead(2).Has(token.FirstOnLine) && r.ahead(2).Kind == token.Word
	case token.Word:
		after := r.ahead(2)
		return next.Word == nil && !r.declared(r.tok().Text) &&
			(after.Kind == token.Word || after.Has(token.FirstOnLine)) ||
			next.Word != nil && after.Kind == token.Word && !after.Has(token.FirstOnLine) && r.tok().Text[0] < 0x80 &&
				!r.begins(stepPlace, r.i+1) && !r.begins(behindText, r.i+1) && !r.declared(r.tok().Text)
	}
	return false
}

// said reads Said = [ "must hear" ] Text [ "in each language" ].
func (r *reader) said() *ast.Said {
	from := r.i
	s := &ast.Said{MustHear: r.keyword(words.MustHear), Text: r.text()}
	s.Each = r.keyword(words.InEachLanguage)
	return done(r, from, s)
}
