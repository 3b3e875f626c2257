// Package talent is the work with the person whose voice a program has: the script of what is to be recorded, whether
// a recording can be used, and what is lacking or is said no more since it was recorded.
package talent

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"rexian/compiler/bundle"
	"rexian/lang/diag"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/stdlib"
)

// Kind is what a line is for.
type Kind int

const (
	Sentence Kind = iota // heard as it stands
	Part                 // the words before, between and after what a sentence fills in
	Reading              // of what numbers, amounts, dates and records are read with
)

// Name is the kind in the reader's tongue.
func (k Kind) Name() diag.Text {
	return [...]diag.Text{{Zh: "整句", En: "sentence"}, {Zh: "句中的一段", En: "part of a sentence"},
		{Zh: "读数字、日期、名称用", En: "for reading numbers, dates, names"}}[k]
}

// Line is one thing to be recorded.
type Line struct {
	Key   string // the name of its file, without the ending: the same words have the same key, whatever the marks
	Lang  string // tag
	Text  string
	Kind  Kind
	Heard []string      // where: flow and place in the source, or queue, mailbox, table
	Limit time.Duration // what is longer was read too slowly
	Least time.Duration // what is shorter is cut off
}

// Script lists all lines of a version in a language: sentences in the order of the program, then those that the server
// itself says, then what is read with.
func Script(v *deploy.Version, lang string, said []string) []Line {
	heard := places(v)
	var list []Line
	byKey := map[string]int{}
	add := func(text string, kind Kind, places ...string) {
		key := KeyOf(lang, text)
		if key == "" {
			return
		}
		at, ok := byKey[key]
		if !ok {
			at = len(list)
			byKey[key] = at
			spoken := max(readout.SpokenTime(lang, text), readout.SyllableTime)
			list = append(list, Line{Key: key, Lang: lang, Text: text, Kind: kind, Limit: 2*spoken + time.Second,
				Least: spoken / 4})
		}
		line := &list[at]
		line.Kind = min(line.Kind, kind)
		for _, p := range places {
			if !slices.Contains(line.Heard, p) {
				line.Heard = append(line.Heard, p)
			}
		}
	}
	v.Renderer.EachPhrase(lang, func(text string, of session.Origin) {
		switch {
		case of.Question >= 0:
			add(text, Sentence, heard.questions[of.Question]...)
		case of.Table >= 0:
			add(text, Reading, v.Program.Tables[of.Table].Name)
		case of.Part:
			add(text, Part, heard.prompts[of.Prompt]...)
		default:
			add(text, Sentence, heard.prompts[of.Prompt]...)
		}
	})
	for _, text := range append(readout.Vocabulary(lang), stdlib.Spoken(lang)...) {
		add(text, Reading)
	}
	for _, text := range said {
		add(text, Sentence)
	}
	slices.SortStableFunc(list, func(a, b Line) int { return cmp.Compare(a.Kind, b.Kind) })
	return list
}

// KeyOf names the file of a text in a language: zh-3f0a…; "" for a text that says nothing.
func KeyOf(lang, text string) string {
	key := prompt.Key(text)
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return lang + "-" + hex.EncodeToString(sum[:5])
}

// found are the places where prompts and questions are heard, by their numbers.
type found struct{ prompts, questions [][]string }

func (f *found) prompt(i int32, place string) {
	if i >= 0 && int(i) < len(f.prompts) && place != "" {
		f.prompts[i] = append(f.prompts[i], place)
	}
}

func places(v *deploy.Version) *found {
	p := v.Program
	f := &found{prompts: make([][]string, len(p.Prompts)), questions: make([][]string, len(p.Questions))}
	for fn := range p.Funcs {
		for pc, c := range p.Funcs[fn].Code {
			if c.Op() == bundle.Effect {
				f.site(v, fn, pc, &p.Funcs[fn].Sites[c.Bx()])
			}
		}
	}
	for _, q := range p.Queues {
		f.prompt(q.Music, q.Name)
		for _, e := range q.Every {
			f.prompt(e.Prompt, q.Name)
		}
		for _, t := range q.Tiers {
			f.prompt(t.Prompt, q.Name)
		}
	}
	for _, m := range p.Mailboxes {
		f.prompt(m.Greeting, m.Name)
	}
	for i := range p.Prompts { // where it is heard nowhere in particular, its own name tells
		if len(f.prompts[i]) == 0 {
			f.prompt(int32(i), p.Prompts[i].Name)
		}
	}
	return f
}

// site enters what is heard at one step.
func (f *found) site(v *deploy.Version, fn, pc int, s *bundle.Site) {
	place := v.Program.Funcs[fn].Name
	if at := v.At(fn, pc); at != "" {
		place = fmt.Sprintf("%s (%s)", place, at)
	}
	switch s.Kind {
	case bundle.SaySite:
		f.prompt(s.Index, place)
	case bundle.OptionsSite:
		if s.Index >= 0 && int(s.Index) < len(f.questions) {
			f.questions[s.Index] = append(f.questions[s.Index], place)
		}
	}
	f.prompt(s.Playing, place)
}
