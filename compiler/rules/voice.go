package rules

import (
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// Voice knows how long words take. Times are milliseconds.
type Voice interface {
	// Spoken is how long a voice of a language takes for a text.
	Spoken(lang, text string) int64
	// Longest is the longest reading of a value of a kind in a style, both by their English names; width is the
	// greatest number of characters of a string kind, 0 if its type does not say.
	Longest(lang, kind, style string, width int) string
	// Recording is how long a recording of the program takes; false if that is not known.
	Recording(file string) (int64, bool)
	// Offers are the words in which a menu reads its options.
	Offers(lang string, labels, keys []string) string
}

// span is the least and the greatest that something takes.
type span struct{ best, worst int64 }

func (s span) plus(t span) span { return span{s.best + t.best, s.worst + t.worst} }

func exactly(ms int64) span { return span{ms, ms} }

// spoken is how long a say takes in a language.
func (d *decider) spoken(s *ast.Said, lang string) span {
	if s == nil || s.Text == nil {
		return span{}
	}
	if !s.Each {
		return d.text(s.Text, lang)
	}
	var sum span
	for _, l := range d.p.Languages {
		if d.worded(s.Text, l) {
			sum = sum.plus(d.text(s.Text, l))
		}
	}
	return sum
}

// worded tells whether a text has words or a recording of a language's own.
func (d *decider) worded(t *ast.Text, lang string) bool {
	if t.Ref == nil {
		for _, w := range t.Words {
			if w.Lang == nil || w.Lang.Tag == lang {
				return true
			}
		}
		return false
	}
	for _, x := range d.prompts(t.Ref) {
		if x.Words[lang] != nil || x.Words[""] != nil || x.Audio[lang] != "" || x.Audio[""] != "" {
			return true
		}
	}
	return len(d.prompts(t.Ref)) == 0
}

// prompts are the prompts that a reference may stand for; none if it is a text.
func (d *decider) prompts(r *ast.Ref) (list []*check.PromptInfo) {
	s := d.p.SymbolOf(r)
	if s == nil {
		return nil
	}
	names := []*check.Symbol{s}
	if s.Kind == check.Param {
		names = d.p.Passed(s)
	}
	for _, n := range names {
		for _, x := range d.p.Prompts {
			if x.Symbol == n {
				list = append(list, x)
			}
		}
	}
	return list
}

func (d *decider) text(t *ast.Text, lang string) span {
	if t.Ref == nil {
		words := map[string]*ast.StringLit{}
		for _, w := range t.Words {
			tag := ""
			if w.Lang != nil {
				tag = w.Lang.Tag
			}
			words[tag] = w.Text
		}
		return d.wording(words, nil, lang)
	}
	prompts := d.prompts(t.Ref)
	if len(prompts) == 0 && d.p.TypeOf(t.Ref).Kind == types.Recording {
		return span{0, d.playing(t.Ref)}
	}
	if len(prompts) == 0 {
		long := d.voice.Longest(lang, kindName(d.p.TypeOf(t.Ref)), "", width(d.p.TypeOf(t.Ref)))
		return span{0, d.voice.Spoken(lang, long)}
	}
	var all span
	for i, x := range prompts {
		one := d.wording(x.Words, x.Audio, lang)
		if i == 0 {
			all = one
			continue
		}
		all = span{min(all.best, one.best), max(all.worst, one.worst)}
	}
	return all
}

// wording is how long the words take that are heard in a language, or the recording that is played for them.
func (d *decider) wording(words map[string]*ast.StringLit, audio map[string]string, lang string) span {
	said, voice := words[lang], lang
	if said == nil {
		said = words[""]
	}
	if said == nil && words[d.p.Fallback] != nil {
		said, voice = words[d.p.Fallback], d.p.Fallback
	}
	if said == nil {
		for _, l := range d.p.Languages {
			if words[l] != nil {
				said, voice = words[l], l
				break
			}
		}
	}
	if said == nil || !holed(said) {
		for _, tag := range []string{voice, ""} {
			if audio[tag] == "" {
				continue
			}
			if ms, ok := d.voice.Recording(audio[tag]); ok {
				return exactly(ms)
			}
		}
	}
	if said == nil {
		return span{}
	}
	var short, long strings.Builder
	played := int64(0)
	for _, part := range said.Parts {
		if part.Hole == nil || part.Hole.Expr == nil {
			short.WriteString(part.Text)
			long.WriteString(part.Text)
			continue
		}
		style := ""
		if st := part.Hole.Style; st != nil {
			if w, ok := library.Style(st.Text); ok {
				style = w.ID
			}
		}
		t := d.p.TypeOf(part.Hole.Expr)
		if t.Kind == types.Recording {
			played += d.playing(part.Hole.Expr)
			continue
		}
		long.WriteString(d.longest(voice, kindName(t), style, width(t)))
	}
	return span{d.voice.Spoken(voice, short.String()), d.voice.Spoken(voice, long.String()) + played}
}

// otherRecording is how long a recording may be of which the program does not say how long it recorded.
const otherRecording = 600_000

// playing is how long it may take to play the recording that an expression stands for.
func (d *decider) playing(x ast.Expr) int64 {
	ref, _ := x.(*ast.Ref)
	if s := d.p.SymbolOf(ref); s != nil && s.Kind == check.Local {
		switch of := s.Decl.(type) {
		case *ast.Let:
			if of.Source != nil && of.Source.Ask != nil {
				return d.recorded(of.Source.Ask)
			}
		case *ast.SurveyAsk:
			return check.LongestRecording
		}
	}
	return otherRecording
}

// recorded is how long the recording of a question may be.
func (d *decider) recorded(a *ast.Ask) int64 {
	if l := check.LimitOf(d.p, a.Limits, "longest"); l != nil {
		return d.constant(l.Value, check.LongestRecording)
	}
	return check.LongestRecording
}

// reading is what a longest reading depends on.
type reading struct {
	lang, kind, style string
	width             int
}

func (d *decider) longest(lang, kind, style string, width int) string {
	k := reading{lang, kind, style, width}
	text, ok := d.readings[k]
	if !ok {
		text = d.voice.Longest(lang, kind, style, width)
		d.readings[k] = text
	}
	return text
}

func holed(s *ast.StringLit) bool {
	for _, part := range s.Parts {
		if part.Hole != nil {
			return true
		}
	}
	return false
}

// kindName is the kind under which a value is read out.
func kindName(t *types.Type) string {
	switch t.Kind {
	case types.Tag, types.Message, types.Bad, types.Queue:
		return types.Text.String()
	}
	return t.Kind.String()
}

// width is the greatest number of characters that a type allows; 0 if it does not say.
func width(t *types.Type) int {
	if t.Kind == types.Digits {
		return t.Max
	}
	return 0
}

// keysOf is how many keys a full answer of a type takes, its end key included.
func keysOf(t *types.Type) int64 {
	switch t.Kind {
	case types.YesNo:
		return 1
	case types.Digits:
		if t.Max > 0 {
			return int64(t.Max) + 1
		}
		return 31
	case types.Number:
		return 12 + 1 + 6 + 1
	case types.Money:
		return 12 + 1 + 2 + 1
	case types.Date:
		return 8 + 1
	case types.Month:
		return 6 + 1
	case types.Time:
		return 4 + 1
	case types.Phone:
		return 17 + 1
	case types.TaxpayerID:
		return 20 + 1
	case types.ResidentID:
		return 18 + 1
	}
	return 31
}
