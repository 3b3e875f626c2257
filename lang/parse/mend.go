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

// This file says how to mend what the grammar did not expect, where the place leaves one thing to be meant: quotes
// around words, a keyword that links two parts, braces around a step.

// links are words that people write for the keyword that links two parts of a step or a clause.
var links = map[string][]string{
	words.Enters: {"转到", "进到", "转入", "到", "转", "去"}, words.FromTest: {"来电", "从", "由", "来自", "号码", "主叫号码"},
	words.To: {"到", "向", "发给", "至", "对"}, words.After: {"每隔", "间隔", "等", "过", "等待", "后"}, words.AtMost: {"至多", "不超过"},
	words.ToRule: {"至", "直到"}, words.As: {"为", "叫", "是"}, words.Before: {"之前", "才能", "然后"},
}

// word is a keyword as it is spelled in the tongue of the word at a place.
func (r *reader) word(id string, at diag.Span) string {
	k := words.ByID(words.Contextual, id)
	if r.src[at.Start] < utf8.RuneSelf && !r.written() {
		return k.English[0]
	}
	return k.Chinese[0]
}

// written tells whether the last keyword before the current token is a Chinese one.
func (r *reader) written() bool {
	for i := r.i - 1; i >= 0; i-- {
		if r.marks[i].class == Keyword {
			return r.tokens[i].Text[0] >= utf8.RuneSelf
		}
	}
	return true
}

// mendable tells whether what was just found to be unexpected, d, may be given a fix: it has none, and the token at
// which it stands is known.
func mendable(d *diag.Diagnostic) bool { return d != nil && d.Code == "RX1022" && d.Fix == nil }

// mendWord mends a keyword that is missing between two parts, or that another word stands for.
func (r *reader) mendWord(d *diag.Diagnostic, id string) {
	t := &r.tokens[r.i]
	if !mendable(d) || t.Kind == token.EOF || t.Has(token.FirstOnLine) || t.Kind == token.RBrace {
		return
	}
	word := r.word(id, t.Span)
	text := t.Text
	if t.Kind == token.Range {
		text = r.src[t.Span.Start:t.Span.End]
	}
	if slices.Contains(links[id], text) {
		d.Fix = r.replace(t.Span, word)
		return
	}
	d.Fix = r.insert(t.Span.Start, word+" ")
}

// mendSign mends a sign that is missing, or that a word stands for.
func (r *reader) mendSign(d *diag.Diagnostic, k token.Kind) {
	t, next := &r.tokens[r.i], &r.tokens[min(r.i+1, len(r.tokens)-1)]
	if !mendable(d) || t.Has(token.FirstOnLine) {
		return
	}
	switch k {
	case token.Eq:
		switch {
		case t.Kind == token.Word && slices.Contains([]string{"为", "是", "等于", "设为", "be", words.As, words.Is}, t.Text):
			d.Fix = r.replace(t.Span, "=")
		case t.Kind == token.Colon && next.Kind == token.Eq:
			d.Fix = r.replace(t.Span.Join(next.Span), "=")
		case (t.Kind == token.Plus || t.Kind == token.Minus || t.Kind == token.Star) && next.Kind == token.Eq &&
			r.i > 0:
			d.Fix = r.replace(t.Span.Join(next.Span), "= "+r.tokens[r.i-1].Text+" "+t.Kind.Symbol())
		}
	case token.Colon:
		if t.Kind == token.Word && !r.reserved(r.i) && r.i > 0 {
			d.Fix = r.insert(r.tokens[r.i-1].Span.End, ":")
		}
	case token.Range:
		if t.Kind == token.Word && (t.Text == "到" || t.Text == words.To) {
			d.Fix = r.replace(t.Span, "..")
		}
	}
}

// mendQuotes puts words that stand bare into quotes: up to the next keyword, brace or string, or the end of the line.
func (r *reader) mendQuotes(d *diag.Diagnostic) {
	t := &r.tokens[r.i]
	if !mendable(d) || r.muted || t.Has(token.FirstOnLine) || t.Kind != token.Word && t.Kind != token.Number ||
		r.reserved(r.i) {
		return
	}
	end := r.i
	for k := r.i + 1; k < len(r.tokens); k++ {
		x := &r.tokens[k]
		keyword := r.begins(everyPlace, k)
		glued := x.Has(token.Touching)
		if t.Kind == token.Word && t.Text[0] < utf8.RuneSelf && x.Kind == token.Word { // words of English stand apart
			keyword, glued = keyword && r.begins(stepPlace, k), true
		}
		if x.Has(token.FirstOnLine) || keyword && !glued || keyword && x.Kind == token.Word && r.begins(stepPlace, k) ||
			!(glued || x.Kind == token.Comma || x.Kind == token.Word && r.tokens[k-1].Kind == token.Comma) {
			break
		}
		switch x.Kind {
		case token.Word, token.Number, token.Dot, token.Slash, token.Minus, token.Bad, token.Unit, token.Measure:
			end = k
			continue
		case token.Comma:
			continue
		}
		break
	}
	at := t.Span.Join(r.tokens[end].Span)
	// What the quotes take in is no fault of its own.
	inside := func(x diag.Diagnostic) bool { return x.Span.Start > at.Start && x.Span.End <= at.End }
	kept := r.diags[:0]
	for _, x := range r.diags {
		if !inside(x) {
			kept = append(kept, x)
		}
	}
	r.diags = kept
	r.diags[len(r.diags)-1].Fix = r.quote(at)
	r.lexed = min(r.lexed, len(r.diags))
}

func (r *reader) quote(at diag.Span) *diag.Fix {
	return &diag.Fix{Title: diag.Text{Zh: "加上引号", En: "put it in quotes"}, Safe: true, Edits: []diag.Edit{
		{File: r.path, Span: diag.Span{Start: at.Start, End: at.Start}, New: `"`},
		{File: r.path, Span: diag.Span{Start: at.End, End: at.End}, New: `"`},
	}}
}

// mendName takes the quotes off a name.
func (r *reader) mendName(d *diag.Diagnostic) {
	t := &r.tokens[r.i]
	if !mendable(d) || t.Kind != token.String || t.Text == "" {
		return
	}
	first, _ := utf8.DecodeRuneInString(t.Text)
	if !unicode.IsLetter(first) || strings.ContainsFunc(t.Text, func(c rune) bool { return !wordRune(c) }) {
		return
	}
	d.Fix = r.replace(t.Span, t.Text)
}

// lineEndFrom is where the line of token i ends: behind its last token, or before a brace that closes what was open.
func (r *reader) lineEndFrom(i int) int {
	depth, end := 0, r.tokens[i].Span.End
	for k := i; k < len(r.tokens) && r.tokens[k].Kind != token.EOF; k++ {
		t := &r.tokens[k]
		if k > i && t.Has(token.FirstOnLine) && depth == 0 {
			break
		}
		switch t.Kind {
		case token.LBrace:
			depth++
		case token.RBrace:
			if depth == 0 {
				return end
			}
			depth--
		}
		end = t.Span.End
	}
	return end
}

// inBracesFix puts what stands from one byte to another into braces.
func (r *reader) inBracesFix(from, to int) *diag.Fix {
	return &diag.Fix{Title: diag.Text{Zh: "加上花括号", En: "put it in braces"}, Edits: []diag.Edit{
		{File: r.path, Span: diag.Span{Start: from, End: from}, New: "{ "},
		{File: r.path, Span: diag.Span{Start: to, End: to}, New: " }"},
	}}
}

// mendOpen mends a missing brace: around the step of an `if`, around the words of a prompt.
func (r *reader) mendOpen(d *diag.Diagnostic, p *place) {
	t := &r.tokens[r.i]
	if !mendable(d) || t.Has(token.FirstOnLine) {
		return
	}
	switch {
	case p == wordingPlace:
		text := t
		if t.Kind == token.Eq || t.Kind == token.Colon {
			text = &r.tokens[min(r.i+1, len(r.tokens)-1)]
		}
		if text.Kind == token.String {
			d.Fix = r.replace(t.Span.Join(text.Span),
				"{ "+r.tongueOf(text)+" "+r.src[text.Span.Start:text.Span.End]+" }")
		}
	default:
		if r.begins(p, r.i) {
			d.Fix = r.inBracesFix(t.Span.Start, r.lineEndFrom(r.i))
		}
	}
}

// tongueOf is the keyword for the language that words are in.
func (r *reader) tongueOf(t *token.Token) string {
	id := words.En
	if strings.ContainsFunc(t.Text, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
		id = words.Zh
	}
	k := words.ByID(words.Contextual, id)
	if r.written() {
		return k.Chinese[0]
	}
	return k.English[0]
}

// mendSibling mends what stands where a sibling should begin: a number or a dash before it, as lists have them,
// brackets behind a step that takes none, words of a language without its name.
func (r *reader) mendSibling(d *diag.Diagnostic, p *place) {
	t, next := &r.tokens[r.i], &r.tokens[min(r.i+1, len(r.tokens)-1)]
	if !mendable(d) {
		return
	}
	behind := r.begins(p, min(r.i+1, len(r.tokens)-1))
	switch {
	case t.Has(token.FirstOnLine) && t.Kind == token.Minus && behind:
		d.Fix = r.delete(diag.Span{Start: t.Span.Start, End: next.Span.Start})
	case t.Has(token.FirstOnLine) && t.Kind == token.Number && (next.Kind == token.Dot || next.Kind == token.Comma) &&
		next.Has(token.Touching):
		after := min(r.i+2, len(r.tokens)-1)
		if w := r.tokens[after].Word; w != nil && slices.ContainsFunc(w.Senses, func(s words.Sense) bool {
			return s.Keyword.Class <= words.Contextual && p.has(s.Keyword.ID)
		}) {
			d.Fix = r.delete(diag.Span{Start: t.Span.Start, End: r.tokens[after].Span.Start})
		}
	case t.Kind == token.Number && t.Has(token.FirstOnLine) && p.has(words.Press) && next.Kind == token.String:
		d.Fix = r.insert(t.Span.Start, r.word(words.Press, t.Span)+" ")
	case t.Kind == token.Minus && next.Kind == token.Gt && next.Has(token.Touching): // ->
		d.Fix = r.delete(diag.Span{Start: t.Span.Start, End: r.ahead0(2).Span.Start})
	case t.Kind == token.LParen && next.Kind == token.RParen && !t.Has(token.FirstOnLine):
		d.Fix = r.delete(t.Span.Join(next.Span))
	case t.Kind == token.String && p == wordingPlace:
		d.Fix = r.insert(t.Span.Start, r.tongueOf(t)+" ")
	case t.Kind == token.Time && p == hoursPlace && r.i > 0 && r.tokens[r.i-1].Kind == token.Time:
		d.Fix = r.insert(r.tokens[r.i-1].Span.End, ",")
	case t.Kind == token.Eq && r.i > 0 && (next.Kind == token.String || next.Kind == token.Word):
		d.Fix = r.delete(t.Span)
	}
}

// begins tells whether a keyword of a place stands at token i, also while failing.
func (r *reader) begins(p *place, i int) bool {
	failing := r.failing
	r.failing = false
	_, ok := r.whichAt(p, i)
	r.failing = failing
	return ok
}

// joins passes an unknown word that people write for `and` and `or` between two conditions.
func (r *reader) joins(id string) bool {
	t := r.tok()
	return t.Kind == token.Word && t.Word == nil && r.instead(id)
}

// instead passes a word that people write for a keyword which may stand here, and reports it.
func (r *reader) instead(id string) bool {
	t := r.tok()
	if t.Kind != token.Word || r.reserved(r.i) || synonym(t.Text, []string{id}) != id ||
		t.Has(token.FirstOnLine) && r.ahead(1).Kind != token.LBrace {
		return false
	}
	r.misspelt(id)
	r.marks[r.i] = mark{class: Keyword, id: id}
	r.advance()
	return true
}

// synonym is which of some keywords people mean by a word that is not near it in spelling, "" if none.
func synonym(text string, ids []string) string {
	for _, id := range synonyms[text] {
		if slices.Contains(ids, id) {
			return id
		}
	}
	return ""
}

// secondStep reports a step behind the one that an arm holds without braces, with both of them in braces.
func (r *reader) secondStep() {
	t := r.tok()
	d := r.fail("RX1037", t.Span, t.Text)
	if from := r.armStart; from > 0 && from < r.i && !r.tokens[r.i].Has(token.FirstOnLine) {
		d.Fix = r.inBracesFix(r.tokens[from].Span.Start, r.lineEndFrom(from))
	}
}

// keywordBeforeColon reports a colon behind a keyword that stands where it may not begin anything: 否则：挂机.
func (r *reader) keywordBeforeColon() bool {
	t, colon := r.tok(), r.ahead(1)
	if t.Kind != token.Word || t.Word == nil || colon.Kind != token.Colon || !colon.Has(token.Touching) ||
		!slices.ContainsFunc(t.Word.Senses, func(s words.Sense) bool {
			return s.Keyword.Class <= words.Contextual && len(s.Rest) == 0
		}) {
		return false
	}
	r.fail("RX1021", colon.Span, t.Text).Fix = r.uncolon(colon.Span)
	return true
}

// dotted reports a full stop between two parts of a name of the library: 纳税人。查找(…).
func (r *reader) dotted() bool {
	t := r.tok()
	if r.i == 0 || t.Kind != token.Word || r.ahead(1).Kind != token.LParen {
		return false
	}
	at := diag.Span{Start: r.tokens[r.i-1].Span.End, End: t.Span.Start}
	if r.tokens[r.i-1].Kind != token.Word || r.src[at.Start:at.End] != "。" {
		return false
	}
	r.fail("RX1026", at, "。", ".").Fix = r.replace(at, ".")
	return true
}

// joinedTexts writes texts and values that stand side by side on a line, or are added, as one text with the values in
// braces: "您有" 户数 "户". from is the token of the first text; nil if that is not all there is.
func (r *reader) joinedTexts(from int) *diag.Fix {
	if from < 0 || r.tokens[from].Kind != token.String {
		return nil
	}
	var b strings.Builder
	b.WriteByte('"')
	last, values := from, 0
	for k := from; k < len(r.tokens); k++ {
		t := &r.tokens[k]
		if k > from && t.Has(token.FirstOnLine) {
			break
		}
		keyword := r.begins(everyPlace, k)
		switch {
		case t.Kind == token.String && !strings.Contains(t.Text, `"`):
			b.WriteString(t.Text)
			last = k
			continue
		case t.Kind == token.Word && !keyword && !r.plain(k):
			b.WriteString("{" + t.Text + "}")
			last = k
			values++
			continue
		case t.Kind == token.Plus:
			continue
		}
		break
	}
	if values == 0 {
		return nil
	}
	b.WriteByte('"')
	return r.replace(r.tokens[from].Span.Join(r.tokens[last].Span), b.String())
}

// besideText reports a value that stands beside a text: 播放 "您有" 户数 "户。".
func (r *reader) besideText() bool {
	t := r.tok()
	if r.i == 0 || r.tokens[r.i-1].Kind != token.String || t.Has(token.FirstOnLine) || t.Kind != token.Word ||
		r.reserved(r.i) {
		return false
	}
	from := r.i - 1
	for from > 0 && r.tokens[from-1].Kind == token.String && !r.tokens[from].Has(token.FirstOnLine) {
		from--
	}
	if from == 0 || r.marks[from-1].id != words.Say {
		return false
	}
	fix := r.joinedTexts(from)
	if fix == nil {
		return false
	}
	r.fail("RX2110", t.Span).Fix = fix
	return true
}
