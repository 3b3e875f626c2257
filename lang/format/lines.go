package format

import (
	"bytes"
	"strings"

	"rexian/lang/parse"
	"rexian/lang/token"
)

// line is one line of the output.
type line struct {
	pieces []*piece
	blank  bool // an empty line before it
	indent int
	// under is the piece of an earlier line that the first one stands under; nil if indent says it.
	under     *piece
	underLine *line
}

// frame is an open bracket as far as indentation goes.
type frame struct {
	level int  // of the line that opened it, in steps of two blanks
	block bool // holds steps, arms or clauses, not a list of values or columns
	steps bool // holds steps, so that an `otherwise` there goes on with the step before
	words bool // of a prompt or a template, where wordings are siblings
}

const continued = 4 // blanks of a line that goes on with the one before

// breakLines puts the pieces on lines where the author broke them and indents the lines.
func breakLines(pieces []*piece) []*line {
	marks(pieces)
	spans(pieces)
	var lines []*line
	for i, p := range pieces {
		if i == 0 || p.breaks > 0 || pieces[i-1].is(token.Comment) {
			lines = append(lines, &line{blank: i > 0 && p.breaks > 1 && !pieces[i-1].opens() && !p.closes()})
		}
		l := lines[len(lines)-1]
		l.pieces = append(l.pieces, p)
	}
	in := indenter{pieces: pieces}
	at := 0
	for _, l := range lines {
		in.line(l, at)
		at += len(l.pieces)
	}
	return lines
}

type indenter struct {
	pieces []*piece
	open   []frame
	head   string // the keyword that the next block belongs to
	last   *piece // the last one that is no comment
	words  *piece // where a chain of strings, or of wordings, began
	lang   *piece // the language before it, nil if there is none
	line0  *line  // the line of words
	langAt *line  // the line of lang
}

// line indents one line, whose first piece is number at, and takes note of its brackets.
func (in *indenter) line(l *line, at int) {
	first := l.pieces[0]
	open := in.open
	closing := false
	level := 0
	for _, p := range l.pieces {
		if !p.closes() || len(open) == 0 {
			break
		}
		level = open[len(open)-1].level
		open = open[:len(open)-1]
		closing = true
	}
	if !closing && len(open) > 0 {
		level = open[len(open)-1].level + 1
	}
	l.indent = 2 * level
	if !closing && !first.is(token.Comment) && in.last != nil {
		in.goesOn(l, first, open)
	} else if first.is(token.Comment) && in.last != nil && in.unfinished(in.last, in.top(open)) {
		l.indent += continued
	}
	for k, p := range l.pieces {
		in.note(l, p, at+k, level)
	}
}

func (in *indenter) top(open []frame) frame {
	if len(open) == 0 {
		return frame{block: true}
	}
	return open[len(open)-1]
}

// goesOn settles where a line stands that continues the one before.
func (in *indenter) goesOn(l *line, first *piece, open []frame) {
	top := in.top(open)
	if !top.block {
		return
	}
	switch {
	case first.is(token.String) && in.words != nil && (in.last.is(token.String) || in.last.is(token.Comma)):
		l.under, l.underLine = in.words, in.line0
	case first.language() && in.last.is(token.String) && in.lang != nil && !top.words:
		l.under, l.underLine = in.lang, in.langAt
	case first.is(token.String), in.unfinished(in.last, top), in.clause(first, top):
		l.indent += continued
	}
}

// unfinished tells whether something must follow a piece.
func (in *indenter) unfinished(p *piece, top frame) bool {
	if !top.block {
		return false
	}
	switch p.lex.Kind {
	case token.Comma, token.Colon, token.Dot, token.Range, token.Eq, token.Ne, token.Lt, token.Le, token.Gt, token.Ge,
		token.Plus, token.Minus, token.Slash:
		return true
	case token.Word:
		return p.lex.Class == parse.Keyword && !complete[p.lex.ID]
	}
	return false
}

// complete are the keywords that may end a step or a clause.
var complete = set("again", "next", "stop", "continue", "hangup", "reject", "return", "pause recording",
	"resume recording",
	"confirm", "allow global keys", "on this call", "in each language", "closed", "is empty", "is not empty", "is open",
	"is closed", "is on", "is off", "is mobile", "is not mobile", "other", "off", "on.switch", "zh", "en", "nps",
	"record",
	"answer", "agent answers", "agent hangs up", "agent signs in", "agent signs out", "agent ready", "agent break",
	"options",
	"yes", "no", "none", "slowly", "say nothing", "choice", "several", "scale", "enqueue", "transfer", "voicemail",
	"callback",
	"send sms", "send mail", "reply")

// follows are the keywords that never begin a step or a clause of their own.
var follows = set("and", "or", "is", "is not", "in", "not in", "at least", "no more than", "more than", "less than",
	"contains", "later than", "earlier than", "not later than", "not earlier than", "is empty", "is not empty",
	"is open",
	"is closed", "is on", "is off", "is mobile", "is not mobile", "then", "within", "priority", "as", "at most", "to",
	"to.rule",
	"after", "up to", "with", "enters", "fallback", "before", "only", "when", "during", "make up", "from.table",
	"from.test",
	"in each language", "on this call", "subject", "returns", "has", "says", "does", "reaches", "slowly")

func set(ids ...string) map[string]bool {
	m := make(map[string]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// clause tells whether a line's first piece is a later part of the step before.
func (in *indenter) clause(p *piece, top frame) bool {
	switch p.lex.Kind {
	case token.Comma, token.Colon, token.Dot, token.Range, token.Eq, token.Ne, token.Lt, token.Le, token.Gt, token.Ge,
		token.Plus, token.Minus, token.Slash, token.LBracket:
		return true
	}
	if p.keyword("otherwise", parse.Else) {
		return top.steps && !in.last.is(token.RBrace)
	}
	if p.keyword("playing") {
		return top.steps
	}
	return p.lex.Class == parse.Keyword && follows[p.lex.ID]
}

// heads are the keywords that say what the block after them holds.
var heads = set("flow", "menu", "ask", "record", "match", "if", "for each", "repeat", "otherwise", parse.Else, "press",
	"on", "survey",
	"prompt", "template", "defaults", "queue", "campaign", "text campaign", "test", "rule", "hours", "calendar",
	"table", "mailbox",
	"ticket type", "if unreached")

// note takes account of piece number i, which stands on a line of a level.
func (in *indenter) note(l *line, p *piece, i, level int) {
	if p.is(token.Comment) {
		return
	}
	switch {
	case p.opens():
		f := frame{level: level}
		if p.is(token.LBrace) {
			next := in.after(i)
			column := next != nil && next.lex.Class == parse.Declared
			f.block = !p.record && !(column && in.head == "table")
			f.words = in.head == "prompt" || in.head == "template"
			switch in.head {
			case "flow", "if", "for each", "repeat", "press", "on", "survey", "if unreached", parse.Else:
				f.steps = true
			case "otherwise":
				f.steps = next == nil || !next.keyword("on", "press", "otherwise")
			}
		}
		in.open = append(in.open, f)
	case p.closes():
		if len(in.open) > 0 {
			in.open = in.open[:len(in.open)-1]
		}
	case p.lex.Class == parse.Keyword && heads[p.lex.ID]:
		in.head = p.lex.ID
	}
	in.chain(l, p)
	in.last = p
}

// chain remembers where a run of strings began, so that the next line's string can stand under it.
func (in *indenter) chain(l *line, p *piece) {
	switch {
	case p.language():
		if in.lang == nil || in.last == nil || !in.last.is(token.String) {
			in.lang, in.langAt = p, l
		}
		in.words = nil
	case p.is(token.String):
		if in.words == nil {
			in.words, in.line0 = p, l
		}
	case p.is(token.Comma) && in.last != nil && in.last.is(token.String):
	default:
		in.words, in.lang = nil, nil
	}
}

func (in *indenter) after(i int) *piece {
	for i++; i < len(in.pieces); i++ {
		if !in.pieces[i].is(token.Comment) {
			return in.pieces[i]
		}
	}
	return nil
}

// start is the cell at which a piece of a line will stand.
func (l *line) start(p *piece) int {
	at := l.indent
	for i, q := range l.pieces {
		if i > 0 {
			at += q.before
		}
		if q == p {
			return at
		}
		at += q.width
	}
	return at
}

// write writes the lines; the file ends with one line end, and an empty one is empty.
func write(b *bytes.Buffer, lines []*line) {
	var under *piece
	at := 0
	for _, l := range lines {
		if l.under != nil {
			if l.under != under { // a run of strings stands under one piece
				under, at = l.under, l.underLine.start(l.under)
			}
			l.indent = at
		}
		if l.blank {
			b.WriteByte('\n')
		}
		b.WriteString(strings.Repeat(" ", l.indent))
		for i, p := range l.pieces {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", p.before))
			}
			b.WriteString(p.text)
		}
		b.WriteByte('\n')
	}
}
