package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
)

// shows prints what the flows would change for callers, and asks on a terminal whether that is wanted. Elsewhere, and
// with --yes, it goes on: a script that says deploy has decided. It is done if the deployment is not to be ordered.
func (c *deployCmd) shows(a *app) (done bool, err error) {
	var changes api.Changes
	fault, err := c.ask(a, http.MethodGet, "/api/v1/deployment/changes", nil, &changes)
	if err != nil {
		return true, err
	}
	if fault != nil {
		return true, c.findings(a, fault)
	}
	if c.JSON {
		return false, nil
	}
	a.changes(&changes)
	if !a.screen || c.Yes || changes.From == "" || changes.Equal {
		return false, nil
	}
	fmt.Fprint(a.out, a.say("发布吗？(y/N) ", "deploy this? (y/N) "))
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); err == nil && (answer == "y" || answer == "yes" ||
		answer == "是") {
		return false, nil
	}
	fmt.Fprintln(a.out, a.say("没有发布", "not deployed"))
	return true, errFindings
}

// changes prints what a deployment changes for callers.
func (a *app) changes(c *api.Changes) {
	if c.From == "" {
		return
	}
	if c.Equal {
		fmt.Fprintln(a.out, a.say("对每一通电话都一样", "equal for every caller"))
		return
	}
	fmt.Fprintln(a.out, a.say("来电人会遇到的变化：", "what changes for callers:"))
	for i := range c.List {
		x := &c.List[i]
		fmt.Fprintf(a.out, "%3d. [%s] %s%s\n", i+1, a.classNamed(x.Kind), printable(x.Sentence.In(a.tongue)),
			a.cameThere(c.Day, x))
	}
	if !c.Decided {
		fmt.Fprintln(a.out, a.say("  … 可能还有；rexian diff 列出全部", "  … and perhaps more: rexian diff lists all"))
	}
}

// classNamed is a kind of difference by the name that reports give it.
func (a *app) classNamed(kind string) string {
	switch kind {
	case "rule":
		return a.say("规则", "rule")
	case "person":
		return a.say("到人工", "to a person")
	}
	for c := meaning.Reaches; c <= meaning.Fixed; c++ {
		if c.String() == kind {
			return a.class(meaning.Difference{Class: c})
		}
	}
	return printable(kind)
}

func (a *app) cameThere(day string, x *api.Change) string {
	if x.People == nil {
		return ""
	}
	return a.crowd(a.dayNamed(day), *x.People, x.Pressed)
}

// dayNamed is a day as people say it.
func (a *app) dayNamed(day string) string {
	if day == a.now.AddDate(0, 0, -1).Format(time.DateOnly) {
		return a.say("昨天", "yesterday")
	}
	return printable(day)
}

// crowd says how many callers came somewhere.
func (a *app) crowd(when string, n int, pressed bool) string {
	if pressed {
		return a.say("（%s %s 人按过）", " (%s %s people pressed it)", when, diag.Grouped(n))
	}
	return a.say("（%s %s 人打进来）", " (%s %s people called)", when, diag.Grouped(n))
}
