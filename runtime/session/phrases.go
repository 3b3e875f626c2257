package session

import "slices"

// Origin is what a phrase belongs to: the number of one of these in the program, the others are -1.
type Origin struct {
	Prompt, Question, Table int
	Part                    bool // of a prompt that fills something in
}

// EachPhrase calls f for every fixed phrase that a program may say in a language, in the order of the program: prompts
// without holes as they are spoken, the words between the holes of the others, how each option is offered, and the
// texts of tables, which flows read out. The same words may come several times, from several places.
func (r *Renderer) EachPhrase(lang string, f func(text string, of Origin)) {
	add := func(text string, of Origin) {
		if text != "" {
			f(text, of)
		}
	}
	for i := range r.program.Prompts {
		p := &r.program.Prompts[i]
		if p.Written || r.voice(p, lang) != lang {
			continue
		}
		of := Origin{Prompt: i, Question: -1, Table: -1}
		pieces := p.Wording(lang, r.program.Fallback)
		if !slices.ContainsFunc(pieces, hole) {
			add(r.Spoken(i, nil, lang, 0, Waiting{}), of)
			continue
		}
		of.Part = true
		for _, piece := range pieces {
			if !hole(piece) {
				add(piece.Text, of)
			}
		}
	}
	for q := range r.program.Questions {
		for i := range min(len(r.program.Questions[q].Options), 64) {
			add(r.options(q, 1<<i, lang, 0), Origin{Prompt: -1, Question: q, Table: -1})
		}
	}
	if lang != r.language("") {
		return
	}
	for n, t := range r.program.Tables {
		for _, row := range t.Rows {
			for i, c := range row {
				if c.Text && i < len(t.Columns) && t.Columns[i].Kind == "text" {
					add(c.S, Origin{Prompt: -1, Question: -1, Table: n})
				}
			}
		}
	}
}

// Phrases lists those phrases, each once, sorted. With the readout's vocabulary they are what must have a voice before
// the first call.
func (r *Renderer) Phrases(lang string) []string {
	var list []string
	r.EachPhrase(lang, func(text string, _ Origin) { list = append(list, text) })
	slices.Sort(list)
	return slices.Compact(list)
}
