package session

import (
	"slices"

	"rexian/compiler/bundle"
)

// Phrases lists all fixed words that a program may say in a language, sorted: prompts without holes as they are spoken,
// the words between the holes of the others, how each option is offered, and the texts of tables, which flows read out.
// With the readout's vocabulary they are what must have a voice before the first call.
func (r *Renderer) Phrases(lang string) []string {
	set := map[string]bool{}
	add := func(s string) {
		if s != "" {
			set[s] = true
		}
	}
	for i := range r.program.Prompts {
		p := &r.program.Prompts[i]
		if p.Written || r.voice(p, lang) != lang {
			continue
		}
		pieces := p.Wording(lang, r.program.Fallback)
		if !slices.ContainsFunc(pieces, func(piece bundle.Piece) bool { return piece.Kind != "" || piece.From != "" }) {
			add(r.Spoken(i, nil, lang, 0, Waiting{}))
			continue
		}
		for _, piece := range pieces {
			if piece.Kind == "" && piece.From == "" {
				add(piece.Text)
			}
		}
	}
	for q := range r.program.Questions {
		for i := range min(len(r.program.Questions[q].Options), 64) {
			add(r.options(q, 1<<i, lang, 0))
		}
	}
	if lang == r.language("") {
		for _, t := range r.program.Tables {
			for _, row := range t.Rows {
				for i, c := range row {
					if c.Text && i < len(t.Columns) && t.Columns[i].Kind == "text" {
						add(c.S)
					}
				}
			}
		}
	}
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}
