package check

import (
	"strings"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/locale"
)

// use says what a text is for: some things may be shown that cannot be spoken.
type use uint8

const (
	spoken  use = iota // say: words, a prompt, a text
	written            // send, reply: words, a template, a text
)

// holes checks what the braces of a string hold. A hole may hold any value that can be read out; that of spoken words
// also a recording, which is played there.
func (c *checker) holes(s *ast.StringLit, u use) {
	if s == nil {
		return
	}
	for i := range s.Parts {
		h := s.Parts[i].Hole
		if h == nil || h.Expr == nil {
			continue
		}
		t := c.expr(h.Expr, nil)
		if h.Style != nil && h.Style.Text != "" {
			c.style(h.Style, t)
		}
		if t.IsBad() {
			continue
		}
		switch {
		case t.Secret:
			c.leaked("RX6001", h.Expr)
		case u == spoken && t.Kind == types.Recording:
		case !readable(t):
			c.report("RX2125", h.Expr.Span(), t.Describe())
		}
	}
}

// readable tells whether values of t can be read out or written.
func readable(t *types.Type) bool {
	switch t.Kind {
	case types.Nothing, types.None, types.Message, types.Recording, types.ListOf, types.RecordOf:
		return false
	}
	return !t.IsNamed() || t.Kind == types.Queue
}

// style checks a readout after the colon of a hole.
func (c *checker) style(n *ast.Name, t *types.Type) {
	w, ok := library.Style(n.Text)
	if !ok {
		var known []string
		for _, s := range library.Styles {
			known = append(known, s.Zh, s.En)
		}
		c.fix(c.report("RX2016", n.Span(), n.Text), n, guessedOf(n.Text, known))
		return
	}
	c.note(n, w)
	if t.IsBad() {
		return
	}
	suits := t.IsText() || t.Kind == types.Number
	switch w.ID {
	case "weekday":
		suits = t.Kind == types.Date
	case "short", "near":
		suits = t.Kind == types.Date || t.Kind == types.Moment
	case "ordinal", "count", "percent":
		suits = t.Kind == types.Number
	case "masked":
		suits = t.IsText()
	}
	if !suits {
		c.report("RX2126", n.Span(), n.Text, t.Describe())
	}
}

// worded checks words in place: one wording without language, or one for each language.
func (c *checker) worded(list []*ast.Worded, u use, each bool) {
	seen := map[string]bool{}
	var span diag.Span
	for i, w := range list {
		if i == 0 {
			span = w.Span()
		}
		span = span.Join(w.Span())
		c.holes(w.Text, u)
		c.worth(w.Text)
		tag := ""
		if w.Lang != nil {
			if tag = c.languageTag(w.Lang); tag == "" {
				return
			}
		}
		if seen[tag] {
			c.report("RX4104", w.Span(), LanguageName(tag))
		}
		seen[tag] = true
	}
	if len(list) > 0 {
		c.coverage(nil, span, seen, each)
	}
}

// coverage checks that the languages of a text suffice: each of them where all are spoken, the fallback
// everywhere. What is missing otherwise is listed. A wording without language serves all.
func (c *checker) coverage(s *Symbol, span diag.Span, have map[string]bool, each bool) {
	all := have[""] && s == nil
	for _, tag := range c.p.Languages {
		if have[tag] || all && tag == c.p.Fallback {
			continue
		}
		switch {
		case each && !have[tag]:
			c.report("RX4102", span, LanguageName(tag))
			return
		case tag == c.p.Fallback || !have[c.p.Fallback] && !all:
			c.report("RX4101", span, LanguageName(c.p.Fallback))
			return
		default:
			c.p.Missing = append(c.p.Missing,
				Missing{Symbol: s, File: c.file, Span: span, Language: tag, flow: c.owner})
		}
	}
}

// LanguageName is what a language is called in either tongue; its tag, where nobody knows it.
func LanguageName(tag string) diag.Text {
	if l, ok := locale.Lookup(tag); ok {
		return diag.Text{Zh: l.Name("zh"), En: l.Name("en")}
	}
	return diag.Text{Zh: tag, En: tag}
}

// spokenTongue tells whether a language is known, and says which are if it is not.
func (c *checker) spokenTongue(l *ast.LangLit) bool {
	if known, ok := locale.Lookup(l.Tag); ok && known.Tag == l.Tag {
		return true
	}
	var zh, en []string
	for _, tag := range locale.Tags() {
		n := LanguageName(tag)
		zh, en = append(zh, "“"+n.Zh+"”"), append(en, tag+" ("+n.En+")")
	}
	c.report("RX4108", l.Span(), l.Tag, diag.Text{Zh: strings.Join(zh, ""), En: strings.Join(en, ", ")})
	return false
}

// languageTag checks that a language is one of the program's; "" if it is not.
func (c *checker) languageTag(l *ast.LangLit) string {
	if l == nil || l.Tag == "" {
		return ""
	}
	if !contains(c.p.Languages, l.Tag) {
		c.report("RX4103", l.Span(), LanguageName(l.Tag))
		return ""
	}
	return l.Tag
}

// said checks what a say speaks.
func (c *checker) said(s *ast.Said, announced bool) {
	if s == nil {
		return
	}
	c.text(s.Text, spoken, s.Each, announced)
}

// text checks a text in its place. announced: a queue says it, so the values of a queue are known.
func (c *checker) text(t *ast.Text, u use, each, announced bool) {
	if t == nil {
		return
	}
	place := c.place
	if announced {
		c.place = "queue"
	}
	defer func() { c.place = place }()
	if t.Ref == nil {
		c.worded(t.Words, u, each)
		return
	}
	got := c.expr(t.Ref, nil)
	m := c.p.RefOf(t.Ref)
	if got.IsBad() {
		return
	}
	if got.Secret {
		c.leaked("RX6001", t.Ref)
		return
	}
	switch {
	case got.Kind == types.Prompt && u == spoken:
		if each && m != nil {
			c.eachOf = append(c.eachOf, eachOf{c.owner, c.file, t.Ref})
		}
	case got.Kind == types.Message && u == written:
	case got.IsText():
	case got.Kind == types.Recording && u == spoken && c.flow != nil:
	case u == spoken:
		d := c.report("RX2101", t.Ref.Span(), diag.Text{Zh: "提示语、文字或录音", En: "a prompt, words or a recording"},
			got.Describe())
		c.mendSpoken(d, t.Ref, got)
	default:
		c.report("RX2101", t.Ref.Span(), diag.Text{Zh: "模板或文字", En: "a template or words"}, got.Describe())
	}
}

// queuePrompt reports a prompt with the values of a queue where no queue speaks it.
func (c *checker) queuePrompt(e *ast.Ref, s *Symbol) {
	if c.queueWords[s] && c.place != "queue" {
		c.report("RX2018", e.Span(), s.Name, diag.Text{Zh: "队列的播报", En: "what a queue announces"})
	}
}

// wordings reads the words and recordings of a prompt or template.
func (c *checker) wordings(x *PromptInfo, list []*ast.Wording, mayBeMusic bool) {
	x.Words, x.Audio = map[string]*ast.StringLit{}, map[string]string{}
	have := map[string]bool{}
	u := spoken
	if x.Kind == Template {
		u = written
	}
	for _, w := range list {
		tag := ""
		if w.Lang != nil {
			if tag = c.languageTag(w.Lang); tag == "" {
				c.holes(w.Text, u)
				have["?"] = true
				continue
			}
		}
		if w.Audio {
			if _, twice := x.Audio[tag]; twice {
				c.report("RX4104", w.Span(), LanguageName(tag))
			}
			x.Audio[tag] = plain(w.Text)
			if w.Text != nil {
				c.holesForbidden(w.Text)
				c.recording(w.Text)
			}
			continue
		}
		if x.Words[tag] != nil {
			c.report("RX4104", w.Span(), LanguageName(tag))
		} else {
			x.Words[tag] = w.Text
		}
		have[tag] = true
		c.holes(w.Text, u)
		c.worth(w.Text)
	}
	if have["?"] || len(list) == 0 && x.Decl != nil && x.Name == "" {
		return
	}
	for tag := range x.Audio {
		have[tag] = true
	}
	if len(x.Audio) > 0 && len(x.Words) == 0 && x.Audio[""] != "" && mayBeMusic {
		return // music, or a recording for all languages
	}
	if len(have) == 0 {
		c.report("RX4105", x.Span, x.Name)
		return
	}
	c.coverage(x.Symbol, x.Span, have, false)
}

// holesForbidden reports a hole where a text must be fixed: the name of a file, a milestone, a skill.
func (c *checker) holesForbidden(s *ast.StringLit) {
	if s == nil {
		return
	}
	for i := range s.Parts {
		if h := s.Parts[i].Hole; h != nil {
			c.report("RX2127", h.Span())
			return
		}
	}
}
