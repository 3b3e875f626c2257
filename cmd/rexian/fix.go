package main

import (
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"rexian/lang/diag"
)

type fixCmd struct {
	DryRun bool   `short:"n" help:"${dry}"`
	Path   string `arg:"" help:"${path}" default:"."`
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
	for name, src := range p.files {
		before[name] = src
	}
	done := 0
	var found []diag.Diagnostic
	for range rounds {
		_, found = p.check(a)
		n := p.mend(found)
		if n == 0 {
			break
		}
		done += n
		p.parse()
	}
	for _, name := range p.paths {
		if string(before[name]) == string(p.files[name]) {
			continue
		}
		if c.DryRun {
			if _, err := a.out.Write(diff.Diff(name, before[name], name, p.files[name])); err != nil {
				return err
			}
			continue
		}
		if err := p.replace(name, p.files[name]); err != nil {
			return usageError{err}
		}
	}
	if c.DryRun {
		fmt.Fprintln(a.out, a.say("可改 %d 处", "%d fixes to apply", done))
		return nil
	}
	fmt.Fprintln(a.out, a.say("改好 %d 处", "%d fixes applied", done))
	if failed, warned := count(found); failed > 0 {
		if err := a.print(found, p.source); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "\n%s\n", a.tally(len(p.paths), failed, warned))
		return errFindings
	}
	return nil
}

// mend applies the safe fixes of findings to the files in memory, and returns how many. Of two that
// touch the same text the first is applied; the other is found again.
func (p *program) mend(found []diag.Diagnostic) int {
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
		src := string(p.files[name])
		for _, e := range list {
			src = src[:e.Span.Start] + e.New + src[e.Span.End:]
		}
		p.files[name] = []byte(src)
	}
	return n
}

// holds tells whether an edit lies within a file of the program.
func (p *program) holds(e diag.Edit) bool {
	src, ok := p.files[e.File]
	return ok && e.Span.Start >= 0 && e.Span.Start <= e.Span.End && e.Span.End <= len(src)
}
