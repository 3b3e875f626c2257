package check

import (
	"path"
	"slices"
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// recording reports a recording that is not among the program's files, and the file that was most likely meant.
func (c *checker) recording(at *ast.StringLit) {
	if c.env.Files == nil || at == nil {
		return
	}
	name := plain(at)
	if c.recordings == nil {
		c.recordings = c.env.Files()
		if c.recordings == nil {
			c.recordings = []string{}
		}
	}
	if name == "" {
		return
	}
	if slices.Contains(c.recordings, name) {
		c.playable(at, name)
		return
	}
	s := likelyFile(name, c.recordings)
	said := diag.Text{}
	if s != "" {
		said = diag.Text{Zh: "，是不是“" + s + "”？", En: "; did you mean " + s + "?"}
	}
	d := c.report("RX8014", at.Span(), name, said)
	if s != "" {
		*d = d.WithFix(diag.Fix{Title: diag.Text{Zh: "改为“" + s + "”", En: "change it to " + s},
			Edits: []diag.Edit{{File: c.file, Span: at.Span(), New: `"` + s + `"`}}})
	}
}

// playable opens a recording, and reports one that cannot be played where it is first named.
func (c *checker) playable(at *ast.StringLit, name string) {
	if c.env.Playable == nil || c.env.ReadFile == nil || c.played[name] {
		return
	}
	if c.played == nil {
		c.played = map[string]bool{}
	}
	c.played[name] = true
	b, err := c.env.ReadFile(name)
	why := diag.Text{Zh: "读不了", En: "it cannot be read"}
	if err == nil {
		why = c.env.Playable(name, b)
	}
	if why.En != "" {
		c.report("RX8021", at.Span(), name, why)
	}
}

// likelyFile is the file that a wrong path most likely means: the one of the same name elsewhere, or of nearly the same
// path; "" if none is, or several are.
func likelyFile(name string, files []string) string {
	found := ""
	stem := func(s string) string { return strings.TrimSuffix(path.Base(s), path.Ext(s)) }
	for _, f := range files {
		if !strings.EqualFold(stem(f), stem(name)) {
			continue
		}
		if found != "" {
			return diag.Suggest(name, files)
		}
		found = f
	}
	if found != "" {
		return found
	}
	return diag.Suggest(name, files)
}
