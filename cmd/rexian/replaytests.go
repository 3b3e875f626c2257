package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/replay"
	"rexian/runtime/score"
)

// testsFit tells what --tests needs.
func (c *replayCmd) testsFit(a *app) error {
	if !c.Choose || c.On == "" || c.List || c.JSON || c.Markdown {
		return a.Usage("--tests 要和 --choose、--on 流程的文件夹 一起用，没有别的格式",
			"--tests goes with --choose and --on FOLDER of the flows, and has no other form")
	}
	return nil
}

// tests writes the chosen calls as tests of a program: those that pass there.
func (c *replayCmd) tests(a *app, d *day) error {
	if _, ok := d.hash(c.On); ok || strings.HasSuffix(c.On, ".rxb") || strings.HasPrefix(c.On, "git:") {
		return a.Usage("写测试要有流程的源文件：--on 后面写文件夹或 .flow",
			"tests need the sources of the flows: give a folder or a .flow to --on")
	}
	p, checked, err := a.sound(c.On, c.settingFlags)
	if err != nil {
		return err
	}
	tongue := p.tongue()
	taken := map[string]bool{}
	for _, t := range checked.Tests {
		if name, ok := t.Decl.Name.Plain(); ok {
			taken[name] = true
		}
	}
	writers := map[string]*replay.Writer{}
	wordless := map[diag.Text]int{}
	bodies := map[string]string{}
	var names []string
	_, _, err = d.each(func(call *kept.Call) error {
		w := writers[call.Version]
		if w == nil {
			v, err := d.version(call.Version)
			if err != nil {
				return err
			}
			w = replay.NewWriter(v, nil)
			writers[call.Version] = w
		}
		name, body, why := w.Test(call)
		if why.Zh != "" {
			wordless[why]++
			return nil
		}
		title := plainName(name.In(tongue))
		for n := 2; taken[title]; n++ {
			title = fmt.Sprintf("%s (%d)", plainName(name.In(tongue)), n)
		}
		taken[title], bodies[title] = true, body
		names = append(names, title)
		return nil
	})
	if err != nil {
		return cli.Wrong(err)
	}
	passed, err := p.side(checked, nil).Passed(bodies)
	if err != nil {
		return cli.Wrong(err)
	}
	came := &score.Proposed{}
	for _, name := range names {
		if passed[name] {
			came.Tests = append(came.Tests, score.Proposal{Name: name, Body: bodies[name]})
		}
	}
	text, err := written(came, tongue)
	if err != nil {
		return err
	}
	out := c.Tests
	if out == "-" {
		out = ""
	}
	if err := (reportFlags{Output: out}).send(a, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}); err != nil {
		return err
	}
	all := len(d.choice.Chosen)
	fmt.Fprintln(a.Err, a.Say("挑出的 %s 通里 %s 通写成了测试，每个都试打通过；%s 通写不出来，%s 通试打没有通过，都没有写",
		"of %s chosen calls %s are tests now, each of them played; %s have no words, %s did not pass when played: they are left out",
		diag.Grouped(all), diag.Grouped(len(came.Tests)), diag.Grouped(all-len(names)),
		diag.Grouped(len(names)-len(came.Tests))))
	for _, why := range slices.SortedFunc(maps.Keys(wordless), func(a, b diag.Text) int {
		return cmp.Or(wordless[b]-wordless[a], strings.Compare(a.Zh, b.Zh))
	}) {
		fmt.Fprintln(a.Err, a.Say("  %s 通写不出来：%s", "  %s without words: %s", diag.Grouped(wordless[why]),
			why.In(a.Tongue)))
	}
	for _, name := range names {
		if !passed[name] && c.Verbose {
			fmt.Fprint(a.Err, a.Say("没有通过：", "does not pass:"), "\n", shifted(meaning.Block(name, bodies[name]), "  "))
		}
	}
	return nil
}

// plainName is a name without what a text of the language would take for something else.
func plainName(s string) string {
	return strings.NewReplacer(`"`, "", "{", "", "}", "", `\`, "", "“", "", "”", "").Replace(s)
}
