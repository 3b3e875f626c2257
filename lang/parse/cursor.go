package parse

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// reader is one reading of one file: the tokens, how far it is, and what it has found wrong.
//
// A production reads tokens through tok, accept, need and name. When it meets something it cannot
// read it calls fail, which reports once and sets failing; from then on tok shows the end of the file,
// so that every production up the stack falls through without moving and without another word. The
// nearest loop over siblings (body) then clears failing and goes on at the next sibling.
type reader struct {
	path   string
	src    string
	tokens []token.Token // without comments and separators
	marks  []mark        // one per token: what it stood as
	i      int
	file   []token.Token // those of the file, while tokens are those of a hole
	room   *room         // where these lie
	keep   bool          // the tokens of holes are wanted when the file has been read
	diags  []diag.Diagnostic

	draft     *Draft      // what is known of the text as it was before; nil: nothing
	was       []*declared // its declarations
	lexed     int         // diags up to here are about the tokens
	faults    int         // how much has been found wrong, also what was taken back since
	consulted bool        // the rest of the file was asked about a word

	inHole  bool // tokens are those of a string's hole
	failing bool
	muted   bool   // a guess is being read: its faults are follow-ons
	here    *place // of the nearest block, outside brackets: what a line of it may begin with
	apart   bool   // within a list: strings side by side on a line do not join
	bare    bool   // a step stands in an arm without braces
	// armStart is the token at which the step of the last arm without braces begins.
	armStart int
	depth    int
	// operators is how many of the expression that is being read have been read.
	operators int
	deep      bool // "nested too deep" has been said of this declaration

	pile     []ast.Step // those of the blocks that are being read, one block's behind the other's
	braces   []int      // tokens of the open braces
	suspect  int        // token of a { whose } was probably forgotten, -1
	closedAt int        // where missing braces have been reported, -1
	unpaired bool       // a missing { has been reported in this declaration

	numbers  ast.Numbers
	comments []ast.Comment
	holes    map[int][]holeTokens // by offset of the string token
	known    map[string]bool      // words that stand alone somewhere in the file; made on demand
	names    map[string]bool      // words that the file declares; made on demand
	returns  []*ast.Return        // `return name`, judged when all names of the file are known
	result   bool                 // the flow being read has a result type
	probe    *probing             // nil: nobody asks what may stand somewhere
}

// mark is what a token stood as at its place.
type mark struct {
	id    string
	class Class
	rest  bool // a later word of a phrase
}

var end = token.Token{Kind: token.EOF}

// tok returns the current token; the end of the file while failing.
func (r *reader) tok() *token.Token {
	if r.failing {
		return &end
	}
	return &r.tokens[r.i]
}

// ahead returns the token n places further on, at most the last.
func (r *reader) ahead(n int) *token.Token {
	if r.failing {
		return &end
	}
	return &r.tokens[min(r.i+n, len(r.tokens)-1)]
}

func (r *reader) advance() {
	if !r.failing && r.i < len(r.tokens)-1 {
		r.i++
	}
}

// span covers the tokens from number from up to the current one, which is not included. Of nothing, it
// is the end of the token before.
func (r *reader) span(from int) diag.Span {
	switch {
	case r.i > from:
		return diag.Span{Start: r.tokens[from].Span.Start, End: r.tokens[r.i-1].Span.End}
	case from > 0:
		at := r.tokens[from-1].Span.End
		return diag.Span{Start: at, End: at}
	}
	at := r.tokens[from].Span.Start
	return diag.Span{Start: at, End: at}
}

// done gives a node its span and its number and returns it.
func done[N ast.Node](r *reader, from int, n N) N {
	n.SetSpan(r.span(from))
	r.numbers.Give(n)
	return n
}

func (r *reader) is(k token.Kind) bool { return r.tok().Kind == k }

func (r *reader) accept(k token.Kind) bool {
	if !r.failing && r.tokens[r.i].Kind == k {
		r.advance()
		return true
	}
	return false
}

// ahead0 is ahead, also while failing.
func (r *reader) ahead0(n int) *token.Token { return &r.tokens[min(r.i+n, len(r.tokens)-1)] }

// need reads a symbol or fails.
func (r *reader) need(k token.Kind) bool {
	if r.accept(k) {
		return true
	}
	if k == token.Eq && r.is(token.Colon) && r.ahead(1).Kind != token.Eq {
		r.colonForEquals()
		return false
	}
	r.mendSign(r.unexpected(diag.Text{Zh: "“" + k.Symbol() + "”", En: "`" + k.Symbol() + "`"}), k)
	return false
}

// plain tells whether token i is a word that is never a keyword: after a dot, or right before a colon.
func (r *reader) plain(i int) bool {
	return i > 0 && r.tokens[i-1].Kind == token.Dot || i+1 < len(r.tokens) && r.tokens[i+1].Kind == token.Colon
}

// fits tells whether the words of a sense stand from token i on.
func (r *reader) fits(i int, s words.Sense) bool {
	for _, w := range s.Rest {
		i++
		if i >= len(r.tokens) || r.tokens[i].Kind != token.Word || r.tokens[i].Text != w {
			return false
		}
	}
	return len(s.Rest) == 0 || !r.plain(i)
}

// at tells whether the keyword stands here. It does not look for longer phrases: where two may stand,
// ask for the longer one first.
func (r *reader) at(id string) bool {
	_, ok := r.sense(id)
	return ok
}

func (r *reader) sense(id string) (words.Sense, bool) {
	t := r.tok()
	if r.probe != nil {
		r.asked(r.i, id)
	}
	if t.Kind != token.Word || t.Word == nil {
		return words.Sense{}, false
	}
	s, ok := t.Word.Sense(id)
	if !ok || r.plain(r.i) && len(s.Rest) == 0 || !r.fits(r.i, s) {
		return words.Sense{}, false
	}
	return s, true
}

// keyword reads the keyword if it stands here.
func (r *reader) keyword(id string) bool {
	s, ok := r.sense(id)
	if ok {
		r.take(s)
	}
	return ok
}

// take marks the words of a sense as a keyword and passes them.
func (r *reader) take(s words.Sense) {
	r.marks[r.i] = mark{class: Keyword, id: s.Keyword.ID}
	for n := 1; n <= len(s.Rest); n++ {
		r.marks[r.i+n] = mark{class: Keyword, id: s.Keyword.ID, rest: true}
	}
	r.i += len(s.Rest)
	r.advance()
}

// needWord reads the keyword or fails.
func (r *reader) needWord(id string) bool {
	if r.keyword(id) {
		return true
	}
	if !r.failing {
		if t := r.tok(); t.Kind == token.Word && !t.Word.IsReserved() && r.near(t.Text, []string{id}) == id {
			r.misspelt(id)
			r.advance()
			return true
		}
	}
	r.mendWord(r.unexpected(spelled(id)), id)
	return false
}

// which returns the keyword of a place that stands here, the longest phrase first, without reading it.
func (r *reader) which(p *place) (words.Sense, bool) {
	if r.probe != nil {
		r.asked(r.i, p.ids...)
	}
	return r.whichAt(p, r.i)
}

func (r *reader) whichAt(p *place, i int) (words.Sense, bool) {
	if r.failing {
		return words.Sense{}, false
	}
	t := &r.tokens[i]
	if t.Kind != token.Word || t.Word == nil || r.plain(i) {
		return words.Sense{}, false
	}
	for _, s := range t.Word.Senses {
		if s.Keyword.Class <= words.Contextual && p.has(s.Keyword.ID) && r.fits(i, s) {
			return s, true
		}
	}
	return words.Sense{}, false
}

// reserved tells whether a reserved keyword stands at token i, so that no name can.
func (r *reader) reserved(i int) bool {
	t := &r.tokens[i]
	if t.Kind != token.Word || t.Word == nil || r.plain(i) {
		return false
	}
	for _, s := range t.Word.Senses {
		if s.Keyword.Class == words.Reserved && r.fits(i, s) {
			return true
		}
	}
	return false
}

var nameWanted = diag.Text{Zh: "名称", En: "a name"}

// name reads a name: any word that is not reserved. It never returns nil.
func (r *reader) name(role Class) *ast.Name {
	if r.probe != nil {
		r.askedName(role)
	}
	from := r.i
	t := r.tok()
	if t.Kind == token.Word && !r.reserved(r.i) {
		r.marks[r.i] = mark{class: role}
		r.advance()
		return done(r, from, &ast.Name{Text: t.Text})
	}
	if t.Kind == token.Word && !r.failing {
		switch r.ahead(1).Kind {
		case token.Eq, token.LBrace, token.LParen: // it stands as a name does, and what follows can be read
			r.report("RX1023", t.Span, t.Text)
			r.marks[r.i] = mark{class: role}
			r.advance()
			return done(r, from, &ast.Name{Text: t.Text})
		}
		r.fail("RX1023", t.Span, t.Text)
	} else {
		if t.Kind == token.Number { // 12366流程: what follows is no unit, and no fault of its own
			if bad := r.ahead(1); bad.Kind == token.Bad && bad.Has(token.Touching) {
				r.faults++
				r.diags = slices.DeleteFunc(r.diags, func(d diag.Diagnostic) bool { return d.Span == bad.Span })
				r.fail("RX1022", t.Span, nameWanted, t.Text)
				return done(r, from, &ast.Name{})
			}
		}
		r.mendName(r.unexpected(nameWanted))
	}
	return done(r, from, &ast.Name{})
}

// nameHere tells whether a name can stand here.
func (r *reader) nameHere() bool { return r.is(token.Word) && !r.reserved(r.i) }

// senseID is the ID of a sense's keyword, "" for no sense.
func senseID(s words.Sense) string {
	if s.Keyword == nil {
		return ""
	}
	return s.Keyword.ID
}
