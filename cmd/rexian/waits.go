package main

import (
	"fmt"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/graph"
	"rexian/compiler/rules"
)

// waits prints what follows at each wait of a program, whatever happens there.
func (a *app) waits(path string) error {
	p, err := a.load(path)
	if err != nil {
		return err
	}
	j := p.Decide(p.Options)
	if j.Graph == nil {
		if err := a.print(j.Findings, p.Source); err != nil {
			return err
		}
		return cli.ErrFindings
	}
	list := rules.Waits(j.Checked, j.Graph)
	cells := 0
	for _, w := range list {
		n := w.Node
		fmt.Fprintf(a.Out, "%s:%d  %s\n", p.named(n.File()), lineOf(p.Source(n.File()), n.Span().Start), a.step(p, n))
		for i := 0; i < len(w.Cells); {
			to := a.follows(p, w.Cells[i])
			same := 1
			for i+same < len(w.Cells) && a.follows(p, w.Cells[i+same]) == to {
				same++
			}
			names := make([]string, same)
			for k := range same {
				names[k] = w.Cells[i+k].Event.In(a.Tongue)
			}
			fmt.Fprintf(a.Out, "  %s → %s\n", keysTogether(names, a.Say("、", ", ")), to)
			i += same
			cells += same
		}
		fmt.Fprintln(a.Out)
	}
	fmt.Fprintln(a.Out, a.Say("%d 处等待，%d 种情况，每一种都有去处", "%d [wait|waits], %d [thing|things] that may happen, each with what follows",
		len(list), cells))
	return nil
}

// keysTogether joins the names of what leads to the same: 按 1、2.
func keysTogether(names []string, join string) string {
	word := ""
	for i, n := range names {
		w, key, ok := strings.Cut(n, " ")
		if ok && len(key) == 1 {
			if w == word {
				names[i] = key
			}
			word = w
		}
	}
	return strings.Join(names, join)
}

// follows tells what follows one thing that may happen.
func (a *app) follows(p *program, c rules.Cell) string {
	var list []string
	for _, e := range c.Edges {
		what := a.leadsTo(p, e)
		if tag := rules.Outcome(e); tag.Zh != "" {
			what = tag.In(a.Tongue) + a.Say("：", ": ") + what
		}
		if e.Kind == graph.Tries {
			what = a.Say("次数用完：", "no try left: ") + what
		}
		dup := false
		for _, was := range list {
			dup = dup || was == what
		}
		if !dup {
			list = append(list, what)
		}
	}
	if len(list) == 0 {
		return c.Stays.In(a.Tongue)
	}
	return strings.Join(list, a.Say("；", "; "))
}

// leadsTo tells what comes after an edge.
func (a *app) leadsTo(p *program, e *graph.Edge) string {
	switch to := e.To; {
	case to.Kind == graph.End:
		return a.Say("通话结束", "the call ends")
	case to.Kind == graph.Exit:
		return a.Say("返回", "return")
	case e.Bounded || to.Kind == graph.Round:
		return a.Say("说明原因，再问", "say why, and ask again")
	case to.Kind == graph.Raised || to.Kind == graph.Escaped:
		return a.Say("交给外层的处理", "the handler outside")
	case to.Step == nil && to.Flow() != nil:
		return to.Flow().Name
	default:
		return a.step(p, to)
	}
}

// step is how a step begins in its source.
func (a *app) step(p *program, n *graph.Node) string {
	src, at := p.Source(n.File()), n.Span()
	if at.Start < 0 || at.End > len(src) || at.Start >= at.End {
		return a.Say("继续", "goes on")
	}
	text, _, _ := strings.Cut(string(src[at.Start:at.End]), "\n")
	text, _, _ = strings.Cut(text, " {")
	text = strings.Join(strings.Fields(text), " ")
	if text == "{" && n.Flow() != nil {
		text = a.Say("菜单 ", "menu ") + n.Flow().Name
	}
	const most = 28
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most-1]) + "…"
	}
	return text
}
