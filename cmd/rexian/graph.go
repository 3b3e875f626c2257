package main

import (
	"fmt"
	"os"

	"rexian/compiler/chart"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/runtime/suite"
)

type graphCmd struct {
	SVG  string `name:"svg" help:"graph_svg" placeholder:"FILE"`
	HTML string `name:"html" help:"graph_html" placeholder:"FILE"`
	DOT  string `name:"dot" help:"graph_dot" placeholder:"FILE"`
	settingFlags
	Path string `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (graphCmd) Help() string {
	return "  rexian graph --html calls.html flows\n  rexian graph --svg calls.svg flows\n  rexian graph --svg - flows\n" +
		"  rexian graph --dot - flows | dot -Tpdf -o calls.pdf"
}

// Run draws the call tree of a program.
func (c *graphCmd) Run(a *app) error {
	if c.SVG == "" && c.HTML == "" && c.DOT == "" {
		return a.usage("写明画到哪里：--html 文件、--svg 文件 或 --dot 文件",
			"say what to draw: --html FILE, --svg FILE or --dot FILE")
	}
	p, _, err := a.sound(c.Path, c.settingFlags)
	if err != nil {
		return err
	}
	j := p.Decide(p.Options)
	o := chart.Options{Tongue: a.tongue, Source: p.Source, Title: a.say("来电去向", "Where calls go"),
		Times: rules.ToPerson(j.Checked, j.Graph, p.Options.Voice, j.Checked.Flows)}
	if len(j.Checked.Tests) > 0 {
		out, err := a.emit(p, j.Checked, emit.Options{Graph: j.Graph, Cover: true, Tests: true})
		if err != nil {
			return err
		}
		came, err := suite.Run(suite.Options{Checked: j.Checked, Program: out.Program, Graph: j.Graph})
		if err != nil {
			return err
		}
		covered(&o, came.Coverage)
	}
	drawn := chart.Make(j.Checked, j.Graph, o)
	for _, f := range []struct {
		name string
		make func() ([]byte, error)
	}{{c.SVG, func() ([]byte, error) { return drawn.SVG(), nil }}, {c.HTML, drawn.HTML},
		{c.DOT, func() ([]byte, error) { return drawn.DOT(), nil }}} {
		if f.name == "" {
			continue
		}
		b, err := f.make()
		if err != nil {
			return err
		}
		if f.name == "-" {
			if _, err := a.out.Write(b); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(a.file(f.name), b, 0o644); err != nil { //nolint:gosec // a picture for others to see
			return usageError{err}
		}
		fmt.Fprintln(a.out, a.say("%s：%d 个框，%d KB", "%s: %d boxes, %d KB", f.name, len(drawn.Boxes),
			(len(b)+1023)/1024))
	}
	return nil
}

// covered lays over a chart what the tests took.
func covered(o *chart.Options, c suite.Coverage) {
	taken, of := map[int32]bool{}, map[string]chart.Coverage{}
	for _, e := range c.All {
		taken[int32(e.ID)] = e.Taken
		n := of[e.Flow]
		n.Of++
		if e.Taken {
			n.Taken++
		}
		of[e.Flow] = n
	}
	o.Covered = func(flow string) (chart.Coverage, bool) { n, ok := of[flow]; return n, ok }
	o.Taken = func(id int32) bool { was, counted := taken[id]; return was || !counted }
}
