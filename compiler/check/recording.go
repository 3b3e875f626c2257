package check

import (
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// recording reports a recording that is not among the program's files, and the file that was most likely meant.
func (c *checker) recording(at *ast.StringLit) {
	if c.env.Files == nil || at == nil {
		return
	}
	name := plain(at)
	if name == "" {
		return
	}
	if c.recordings == nil {
		c.recordings = recordingsOf(c.env.Files())
	}
	if c.recordings.names.Has(name) {
		c.playable(at, name)
		return
	}
	meant := guess{near: c.recordings.likely(name)}
	c.fixText(c.report("RX8014", at.Span(), name, meant.said()), at, meant.near)
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
