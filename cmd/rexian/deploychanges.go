package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
)

// shows prints what the flows would change for callers, and asks on a terminal whether that is wanted. Elsewhere, and
// with --yes, it goes on: a script that says deploy has decided. It is done if the deployment is not to be ordered.
func (c *deployCmd) shows(a *app) (done bool, err error) {
	var changes api.Changes
	fault, err := c.Ask(&a.App, http.MethodGet, "/api/v1/deployment/changes", nil, &changes)
	if err != nil {
		return true, err
	}
	if fault != nil {
		return true, refusedBy(a, fault, c.JSON)
	}
	if c.JSON {
		return false, nil
	}
	a.changes(&changes)
	if !a.Screen || c.Yes || changes.From == "" || changes.Equal {
		return false, nil
	}
	fmt.Fprint(a.Out, a.Say("发布吗？(y/N) ", "deploy this? (y/N) "))
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); err == nil && (answer == "y" || answer == "yes" ||
		answer == "是") {
		return false, nil
	}
	fmt.Fprintln(a.Out, a.Say("没有发布", "not deployed"))
	return true, cli.ErrFindings
}

// changes prints what a deployment changes for callers.
func (a *app) changes(c *api.Changes) {
	if c.From == "" {
		return
	}
	if c.Equal {
		fmt.Fprintln(a.Out, a.Say("对每一通电话都一样", "equal for every caller"))
		return
	}
	fmt.Fprintln(a.Out, a.Say("来电人会遇到的变化：", "what changes for callers:"))
	for i := range c.List {
		x := &c.List[i]
		fmt.Fprintf(a.Out, "%3d. [%s] %s%s\n", i+1, a.classNamed(x.Kind), cli.Printable(x.Sentence.In(a.Tongue)),
			a.cameThere(c.Day, x))
	}
	if !c.Decided {
		fmt.Fprintln(a.Out, a.Say("  … 可能还有；rexian diff 列出全部", "  … and perhaps more: rexian diff lists all"))
	}
}

// classNamed is a kind of difference by the name that reports give it.
func (a *app) classNamed(kind string) string {
	switch kind {
	case "rule":
		return a.Say("规则", "rule")
	case "person":
		return a.Say("到人工", "to a person")
	}
	class := meaning.Fixed // of what is declared, each kind of which has a name of its own
	for c := meaning.Reaches; c < meaning.Fixed; c++ {
		if c.String() == kind {
			class = c
		}
	}
	return a.class(meaning.Difference{Class: class})
}

func (a *app) cameThere(day string, x *api.Change) string {
	if x.People == nil {
		return ""
	}
	return a.crowd(a.dayNamed(day), *x.People, x.Pressed)
}

// dayNamed is a day as people say it.
func (a *app) dayNamed(day string) string {
	if day == a.Now.AddDate(0, 0, -1).Format(time.DateOnly) {
		return a.Say("昨天", "yesterday")
	}
	return cli.Printable(day)
}

// crowd says how many callers came somewhere.
func (a *app) crowd(when string, n int, pressed bool) string {
	if pressed {
		return a.Say("（%s %s 人按过）", " (%s %s people pressed it)", when, diag.Grouped(n))
	}
	return a.Say("（%s %s 人打进来）", " (%s %s people called)", when, diag.Grouped(n))
}
