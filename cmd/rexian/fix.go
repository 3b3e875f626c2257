package main

import (
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
)

type fixCmd struct {
	DryRun bool   `short:"n" help:"dry"`
	Path   string `arg:"" help:"path" default:"."`
}

func (fixCmd) Help() string { return "  rexian fix flows\n  rexian fix -n flows/main.flow" }

// rounds is how often the fixes of what is then found are applied: mending one fault lets the parser
// see the next.
const rounds = 10

func (c *fixCmd) Run(a *app) error {
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	before := map[string][]byte{}
	done := 0
	var found []diag.Diagnostic
	for range rounds {
		_, found = p.Check()
		n := p.mend(found, before)
		if n == 0 {
			break
		}
		done += n
		if err := p.Load(); err != nil {
			return cli.Wrong(err)
		}
	}
	for _, name := range p.Paths() {
		old, changed := before[name]
		if !changed {
			continue
		}
		if c.DryRun {
			if _, err := a.Out.Write(diff.Diff(name, old, name, p.Source(name))); err != nil {
				return err
			}
			continue
		}
		if err := writeFile(p.path(name), p.Source(name)); err != nil {
			return cli.Wrong(err)
		}
	}
	if c.DryRun {
		fmt.Fprintln(a.Out, a.Say("可改 %d 处", "%d [fix|fixes] to apply", done))
		return nil
	}
	fmt.Fprintln(a.Out, a.Say("改好 %d 处", "%d [fix|fixes] applied", done))
	if failed, warned := count(found); failed > 0 {
		if err := a.print(found, p.Source); err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "\n%s\n", a.tally(len(p.Paths()), failed, warned))
		return cli.ErrFindings
	}
	return nil
}

// mend applies the safe fixes of findings to the files in memory, and returns how many. The text that a
// file had before its first fix is kept in before. Of two fixes that touch the same text the first is applied; the
// other is found again.
func (p *program) mend(found []diag.Diagnostic, before map[string][]byte) int {
	edits := map[string][]diag.Edit{}
	overlaps := func(e diag.Edit) bool {
		return slices.ContainsFunc(edits[e.File], func(o diag.Edit) bool {
			return e.Span.Start < o.Span.End && o.Span.Start < e.Span.End || e.Span == o.Span
		})
	}
	n := 0
	for _, d := range found {
		if d.Fix == nil || !d.Fix.Safe || len(d.Fix.Edits) == 0 || slices.ContainsFunc(d.Fix.Edits, overlaps) ||
			slices.ContainsFunc(d.Fix.Edits, func(e diag.Edit) bool { return !p.holds(e) }) {
			continue
		}
		for _, e := range d.Fix.Edits {
			edits[e.File] = append(edits[e.File], e)
		}
		n++
	}
	for name, list := range edits {
		slices.SortStableFunc(list, func(a, b diag.Edit) int { return b.Span.Start - a.Span.Start })
		src := string(p.Source(name))
		if _, kept := before[name]; !kept {
			before[name] = []byte(src)
		}
		for _, e := range list {
			if e.Span.Start == 0 && e.New == src { // another encoding: the text was read as what it is to be
				continue
			}
			src = src[:e.Span.Start] + e.New + src[e.Span.End:]
		}
		p.Overlay(name, []byte(src))
	}
	return n
}

// holds tells whether an edit lies within a file of the program.
func (p *program) holds(e diag.Edit) bool {
	src := p.Source(e.File)
	return src != nil && e.Span.Start >= 0 && e.Span.Start <= e.Span.End && e.Span.End <= len(src)
}
