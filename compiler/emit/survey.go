package emit

import (
	"encoding/json"
	"slices"

	"rexian/compiler/bundle"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// posed is a question of a survey in its definition.
type posed struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind,omitempty"`
	Low     int         `json:"low,omitempty"`
	High    int         `json:"high,omitempty"`
	Words   []string    `json:"words"`
	Choices [][2]string `json:"choices,omitempty"` // key and answer
}

// surveys emits the surveys as their responses are kept.
func (e *emitter) surveys() {
	for _, f := range e.p.Files {
		for _, d := range f.Decls {
			if s, ok := d.(*ast.SurveyDecl); ok && s.Name != nil {
				e.out.Surveys = append(e.out.Surveys, e.survey(s))
			}
		}
	}
}

func (e *emitter) survey(d *ast.SurveyDecl) bundle.Survey {
	s := bundle.Survey{Name: d.Name.Text}
	for _, l := range d.Limits {
		switch l.Kind {
		case words.Quota:
			s.Quota = e.count(l.Value, 0)
		case words.Sample:
			s.Sample = e.figure(l.Value, 0)
		}
	}
	var list []posed
	ast.Walk(d, func(n ast.Node) bool {
		x, ok := n.(*ast.SurveyAsk)
		if !ok || x.Name == nil {
			return true
		}
		q := posed{Name: x.Name.Text, Kind: x.Kind}
		if x.Kind == words.Scale {
			q.Low, q.High = x.Min, x.Max
		}
		for _, w := range x.Words {
			q.Words = append(q.Words, plain(w.Text))
		}
		for _, c := range x.Choices {
			q.Choices = append(q.Choices, [2]string{c.Key, plain(c.Label)})
		}
		s.Questions, list = append(s.Questions, q.Name), append(list, q)
		return true
	})
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // of texts and numbers
	}
	s.Definition = string(b)
	return s
}

// surveyOf is the place of a survey among those of the program; -1 if it has none.
func (e *emitter) surveyOf(name string) int32 {
	return int32(slices.IndexFunc(e.out.Surveys, func(s bundle.Survey) bool { return s.Name == name }))
}
