package check

import (
	"maps"
	"slices"

	"rexian/compiler/table"
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// SettingPlace is where a deployment gives a setting its value: the spans of the name and of the value in a file that
// is no flow file.
type SettingPlace struct {
	File        string
	Name, Value diag.Span
}

// override gives a setting the deployment's value, if there is one and it fits. A value of a known place is faulted
// there, else at the declaration.
func (c *checker) override(s *Symbol, kind table.Kind, declared diag.Span) {
	text, given := c.env.Settings[s.Name]
	if !given {
		return
	}
	wrong := func() {
		if at, known := c.env.SettingsAt[s.Name]; known {
			c.diags = append(c.diags, diag.New("RX8006", at.File, at.Value, s.Name, text, s.Type.Describe()).
				WithRelated(c.file, declared, diag.Text{Zh: "参数在这里声明", En: "the setting is declared here"}))
			return
		}
		c.report("RX8006", declared, s.Name, text, s.Type.Describe())
	}
	if s.Type.Kind == types.Language {
		for _, tag := range c.p.Languages {
			if name := LanguageName(tag); text == tag || text == name.Zh || text == name.En {
				s.Value = &Const{Type: s.Type, S: tag}
				return
			}
		}
		wrong()
		return
	}
	v, err := table.ParseCell(table.Column{Kind: kind, Min: s.Type.Min, Max: s.Type.Max}, text)
	if err != nil {
		wrong()
		return
	}
	s.Value = &Const{Type: s.Type, N: v.N, S: v.S}
}

// unknownSettings reports the deployment's values that no setting of the program takes.
func (c *checker) unknownSettings() {
	known := make([]string, len(c.p.Settings))
	for i, s := range c.p.Settings {
		known[i] = s.Name
	}
	names := diag.NamesOf(known)
	for _, name := range slices.Sorted(maps.Keys(c.env.Settings)) {
		if names.Has(name) {
			continue
		}
		at, placed := c.env.SettingsAt[name]
		if !placed {
			at.File = "."
		}
		meant := guessed(name, names)
		d := diag.New("RX8017", at.File, at.Name, name, meant.said())
		if s := meant.near; s != "" && placed {
			d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "改为“" + s + "”", En: "change it to " + s},
				Edits: []diag.Edit{{File: at.File, Span: at.Name, New: s}}})
		}
		c.diags = append(c.diags, d)
	}
}
