package session

import (
	"slices"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/readout"
	"rexian/runtime/vm"
)

// Renderer makes words of a program's prompts and the values in their holes. It is immutable and may be shared by
// the calls of a program.
type Renderer struct {
	program *bundle.Program
	zone    *time.Location
	named   map[string]int
	fixed   []map[string]Sound // by prompt and language: those without a hole
}

// NewRenderer prepares a program's prompts. A zone that the system does not know is read as UTC; the compiler has
// checked it.
func NewRenderer(p *bundle.Program) *Renderer {
	r := &Renderer{program: p, zone: time.UTC, named: map[string]int{}}
	if z, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
		r.zone = z
	}
	for i := range p.Prompts {
		if name := p.Prompts[i].Name; name != "" {
			r.named[name] = i
		}
	}
	r.fixed = make([]map[string]Sound, len(p.Prompts))
	for i := range p.Prompts {
		for _, lang := range p.Languages {
			if !slices.ContainsFunc(p.Prompts[i].Wording(lang, p.Fallback), hole) {
				if r.fixed[i] == nil {
					r.fixed[i] = make(map[string]Sound, len(p.Languages))
				}
				r.fixed[i][lang] = r.render(&p.Prompts[i], i, nil, lang, 0, Waiting{})
			}
		}
	}
	return r
}

// hole tells whether a piece of words is filled in when it is spoken.
func hole(p bundle.Piece) bool { return p.Kind != "" || p.From != "" }

// Waiting is what a queue knows about a caller, for the holes {ahead} and {expected_wait}.
type Waiting struct {
	Ahead    int64 // callers before this one
	Expected int64 // milliseconds, below 0 if nobody knows
}

// Spoken returns the words of a prompt for a voice; now is in Unix milliseconds. What is said in a recording is not
// known: there it has no words.
func (r *Renderer) Spoken(prompt int, args []vm.Value, lang string, now int64, w Waiting) string {
	if p := r.prompt(prompt); p != nil {
		return r.spoken(p, p.Wording(lang, r.program.Fallback), args, lang, now, w)
	}
	return ""
}

// spoken returns the words of some pieces of a prompt.
func (r *Renderer) spoken(p *bundle.Prompt, pieces []bundle.Piece, args []vm.Value, lang string, now int64,
	w Waiting) string {
	var b strings.Builder
	for i, piece := range pieces {
		if !hole(piece) {
			b.WriteString(piece.Text)
			continue
		}
		if recorded(piece) {
			continue
		}
		c := readout.Context{Zone: r.zone, Now: now, Prev: b.String()}
		if i+1 < len(pieces) {
			c.Next = pieces[i+1].Text
		}
		b.WriteString(spokenPiece(piece, args, r.voice(p, lang), c, w))
	}
	return b.String()
}

func spokenPiece(piece bundle.Piece, args []vm.Value, lang string, c readout.Context, w Waiting) string {
	style, _ := readout.ParseStyle(piece.Style)
	switch piece.From {
	case "ahead":
		return readout.Speak(lang, readout.Value{Kind: readout.Number, N: w.Ahead * 1_000_000}, style, c)
	case "expected_wait":
		return readout.Speak(lang, readout.Value{Kind: readout.Duration, N: w.Expected}, style, c)
	}
	if int(piece.Arg) >= len(args) {
		return ""
	}
	return readout.Speak(lang, Value(piece.Kind, args[piece.Arg]), style, c)
}

// recorded tells whether a recording is played in place of a piece of words.
func recorded(p bundle.Piece) bool { return p.Kind == "recording" }

// sounds makes a prompt what is heard of it: one sound, or the words around each recording and the recordings.
func (r *Renderer) sounds(prompt int, args []vm.Value, lang string, now int64) []Sound {
	p := r.prompt(prompt)
	if p == nil || p.Args == 0 {
		return []Sound{r.sound(prompt, args, lang, now)}
	}
	pieces := p.Wording(lang, r.program.Fallback)
	if !slices.ContainsFunc(pieces, recorded) {
		return []Sound{r.sound(prompt, args, lang, now)}
	}
	var list []Sound
	voice := r.voice(p, lang)
	for len(pieces) > 0 {
		n := max(slices.IndexFunc(pieces, recorded), 0)
		if n == 0 && !recorded(pieces[0]) {
			n = len(pieces)
		}
		if text := r.spoken(p, pieces[:n], args, lang, now, Waiting{}); strings.Trim(text, " ，。、,.") != "" {
			list = append(list, Sound{Lang: voice, Text: text})
		}
		if n < len(pieces) {
			if at := int(pieces[n].Arg); at < len(args) && !args[at].IsEmpty() {
				list = append(list, Sound{Lang: voice, Recorded: args[at].Str()})
			}
			n++
		}
		pieces = pieces[n:]
	}
	return list
}

// foretells tells whether a prompt says how long the wait is expected to be.
func (r *Renderer) foretells(prompt int, lang string) bool {
	p := r.prompt(prompt)
	return p != nil && slices.ContainsFunc(p.Wording(lang, r.program.Fallback),
		func(x bundle.Piece) bool { return x.From == "expected_wait" })
}

// Value makes a value of the machine readable: kind is its type's English name. A list is read by nobody and an absent
// value has no words: both are an empty text.
func Value(kind string, v vm.Value) readout.Value {
	k, ok := readout.ParseKind(kind)
	if !ok || v.IsAbsent() {
		return readout.Value{Kind: readout.Text, S: v.Str()}
	}
	out := readout.Value{Kind: k, N: v.N, S: v.Str()}
	if k == readout.Workdays || k == readout.Months {
		out.N /= 1_000_000
	}
	return out
}

// voice is the language in which a prompt is heard when lang is wanted: words that stand for every language are
// read as lang, a fallback's wording as the fallback.
func (r *Renderer) voice(p *bundle.Prompt, lang string) string {
	for _, w := range p.Words {
		if w.Lang == lang || w.Lang == "" {
			return lang
		}
	}
	for _, w := range p.Words {
		if w.Lang == r.program.Fallback {
			return w.Lang
		}
	}
	if len(p.Words) > 0 {
		return p.Words[0].Lang
	}
	return lang
}

func (r *Renderer) prompt(i int) *bundle.Prompt {
	if i < 0 || i >= len(r.program.Prompts) {
		return nil
	}
	return &r.program.Prompts[i]
}

// language is the one a call begins in where nothing says otherwise.
func (r *Renderer) language(tag string) string {
	if tag == "" && len(r.program.Languages) > 0 {
		return r.program.Languages[0]
	}
	return tag
}

// spokenIn lists the languages of the program in which a prompt has words or a recording, the default first.
func (r *Renderer) spokenIn(prompt int) []string {
	p := r.prompt(prompt)
	if p == nil {
		return nil
	}
	var list []string
	for _, lang := range r.program.Languages {
		has := false
		for _, w := range p.Words {
			has = has || w.Lang == lang || w.Lang == ""
		}
		for _, a := range p.Audio {
			has = has || a.Lang == lang
		}
		if has {
			list = append(list, lang)
		}
	}
	return list
}

// Fixed is how a prompt that fills nothing in sounds in a language.
func (r *Renderer) Fixed(prompt int, lang string) Sound { return r.sound(prompt, nil, lang, 0) }

// sound makes a prompt a sound, with its recording if it has one in that language. A prompt with holes is always
// synthesised: its recording could not say them.
func (r *Renderer) sound(prompt int, args []vm.Value, lang string, now int64) Sound {
	return r.waitingSound(prompt, args, lang, now, Waiting{})
}

func (r *Renderer) waitingSound(prompt int, args []vm.Value, lang string, now int64, w Waiting) Sound {
	p := r.prompt(prompt)
	if p == nil {
		return Sound{Lang: lang}
	}
	if s, ok := r.fixed[prompt][lang]; ok {
		return s
	}
	return r.render(p, prompt, args, lang, now, w)
}

func (r *Renderer) render(p *bundle.Prompt, prompt int, args []vm.Value, lang string, now int64, w Waiting) Sound {
	s := Sound{Lang: r.voice(p, lang), Text: r.Spoken(prompt, args, lang, now, w)}
	for _, a := range p.Audio {
		if p.Args == 0 && (a.Lang == s.Lang || a.Lang == "") {
			s.Audio = a.File
		}
	}
	return s
}

// options says which key does what, from the labels of the options on offer.
func (r *Renderer) options(question int, offered uint64, lang string, now int64) string {
	if question < 0 || question >= len(r.program.Questions) {
		return ""
	}
	var parts []string
	for i, o := range r.program.Questions[question].Options {
		if i >= 64 || offered>>i&1 == 0 || o.Label < 0 {
			continue
		}
		label := strings.TrimSpace(r.Spoken(int(o.Label), nil, lang, now, Waiting{}))
		if label != "" {
			parts = append(parts, readout.Offer(lang, label, o.Keys))
		}
	}
	return readout.Offers(lang, parts)
}
