package main

import (
	"fmt"
	"os"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/compiler"
	"rexian/compiler/chart"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/replay"
	"rexian/runtime/suite"
)

type graphCmd struct {
	SVG     string `name:"svg" help:"graph_svg" placeholder:"FILE"`
	HTML    string `name:"html" help:"graph_html" placeholder:"FILE"`
	DOT     string `name:"dot" help:"graph_dot" placeholder:"FILE"`
	Traffic string `help:"graph_traffic" placeholder:"DATA"`
	Day     string `help:"graph_day" placeholder:"2026-11-29"`
	settingFlags
	Path string `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (graphCmd) Help() string {
	return "  rexian graph --html calls.html flows\n  rexian graph --svg calls.svg flows\n  rexian graph --svg - flows\n" +
		"  rexian graph --dot - flows | dot -Tpdf -o calls.pdf\n" +
		"  rexian graph --html calls.html --traffic data flows"
}

// Run draws the call tree of a program.
func (c *graphCmd) Run(a *app) error {
	if c.SVG == "" && c.HTML == "" && c.DOT == "" {
		return a.Usage("写明画到哪里：--html 文件、--svg 文件 或 --dot 文件",
			"say what to draw: --html FILE, --svg FILE or --dot FILE")
	}
	p, _, err := a.sound(c.Path, c.settingFlags)
	if err != nil {
		return err
	}
	j := p.Decide(p.Options)
	o := chart.Options{Tongue: a.Tongue, Source: p.Source, Title: a.Say("来电去向", "Where calls go"),
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
	if c.Traffic != "" {
		if err := c.traffic(a, p, j, &o); err != nil {
			return err
		}
	} else if c.Day != "" {
		return a.Usage("--day 要和 --traffic 一起用", "--day goes with --traffic")
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
			if _, err := a.Out.Write(b); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(a.File(f.name), b, 0o644); err != nil { //nolint:gosec // a picture for others to see
			return cli.Wrong(err)
		}
		fmt.Fprintln(a.Out, a.Say("%s：%d 个框，%d KB", "%s: %d [box|boxes], %d KB", f.name, len(drawn.Boxes),
			(len(b)+1023)/1024))
	}
	return nil
}

// traffic lays over a chart where the calls of a day go: those that a server kept, run on the program that is drawn.
func (c *graphCmd) traffic(a *app, p *program, j compiler.Judged, o *chart.Options) error {
	var d *day
	var err error
	if c.Day == "" {
		d, err = a.latest(c.Traffic)
	} else if d, err = a.traces(c.Traffic); err == nil {
		err = d.choose(a, c.Day)
	}
	if err != nil {
		return err
	}
	out, err := a.emit(p, j.Checked, emit.Options{Graph: j.Graph, Cover: true})
	if err != nil {
		return err
	}
	on, err := deploy.Ready(out.Program, nil, deploy.Files{})
	if err != nil {
		return cli.Wrong(err)
	}
	torn, flows := 0, make([]string, out.Program.Edges)
	for _, e := range j.Graph.Edges {
		if f := e.From.Flow(); f != nil && e.ID >= 0 && int(e.ID) < len(flows) {
			flows[e.ID] = f.Name
		}
	}
	came, err := replay.Cross(d.version, on, flows, func(do func([]byte) error) (err error) {
		torn, err = d.read(do)
		return err
	})
	switch {
	case err != nil:
		return cli.Wrong(err)
	case came.Calls == 0:
		return d.none(a)
	}
	a.damaged(torn, 0)
	if n := came.Unknown; n > 0 {
		fmt.Fprintln(a.Err, a.Say("%s 通没有画进去：当时的版本没有保存，或者走出来不一样",
			"%s calls are not drawn: their version is not kept, or they come out otherwise on it", diag.Grouped(n)))
	}
	if n := came.Open; n > 0 {
		fmt.Fprintln(a.Err, a.Say("%s 通在这个版本上只走到知道的地方为止",
			"%s calls are drawn as far as is known: they go another way here", diag.Grouped(n)))
	}
	entrances := map[chart.Kind]string{chart.Number: "in", chart.Message: "message", chart.Campaign: "out"}
	o.Traffic = &chart.Traffic{When: d.from.Format(time.DateOnly), Calls: came.Calls,
		Edge: func(id int32) int {
			if id < 0 || int(id) >= len(came.Edges) {
				return 0
			}
			return came.Edges[id]
		},
		Flow: func(flow string) (calls, hungUp int) { v := came.Flows[flow]; return v.Calls, v.HungUp },
		Entered: func(kind chart.Kind, flow string) int {
			return came.Entered[replay.Entrance{Direction: entrances[kind], Flow: flow}]
		}}
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
