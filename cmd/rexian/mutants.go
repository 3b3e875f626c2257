package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
	"rexian/runtime/mutate"
	"rexian/runtime/score"
)

// mutateFlags measure the tests by slips.
type mutateFlags struct {
	Mutate  bool    `help:"mutate"`
	Changed string  `help:"mutate_changed" placeholder:"git:REV"`
	Score   float64 `help:"mutate_score" placeholder:"PERCENT" default:"0"`
}

// asked tells whether the tests are to be measured.
func (f mutateFlags) asked() bool { return f.Mutate || f.Changed != "" || f.Score > 0 }

// measure makes the slips and tells which no test notices.
func (c *testCmd) measure(a *app, path string, p *program, checked *check.Program) error {
	if form := c.form(); form != "text" && form != "json" {
		return a.Usage("--mutate 只有 text 和 json 两种格式", "--mutate reports as text or json")
	}
	if c.Score < 0 || c.Score > 100 {
		return a.Usage("--score 是 0 到 100", "--score is 0 to 100")
	}
	o, err := c.slips(a, path, p, checked)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // what was found until then is told
	defer stop()
	r, err := score.Run(ctx, o)
	if err != nil {
		return err
	}
	if n := r.Count(score.Untried); n > 0 {
		fmt.Fprintln(a.Err, a.Say("中止了：还有 %d 个改动没有试", "stopped: %d [slip was|slips were] not tried", n))
	}
	if r.Tests.Failed > 0 {
		return a.Usage("有 %d 个测试本来就不通过：先改好它们", "%d [test fails|tests fail] as it is: mend that first", r.Tests.Failed)
	}
	err = c.send(a, func(w io.Writer) error { return c.told(a, w, p, r) })
	if err == nil && c.Output != "" {
		fmt.Fprintln(a.Out, a.scored(r))
	}
	if err == nil && r.Score() < c.Score {
		err = cli.ErrFindings
	}
	return err
}

// slips are what is tried on a program, with a meter.
func (c *testCmd) slips(a *app, path string, p *program, checked *check.Program) (o score.Options, err error) {
	changed, err := c.changedLines(a, path, p)
	if err != nil {
		return o, err
	}
	g := graph.Build(checked)
	out, err := a.emit(p, checked, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		return o, err
	}
	o = score.Options{Checked: checked, Program: out.Program, Graph: g, Library: a.registry,
		Sources: map[string][]byte{}}
	if changed != nil {
		o.Select = func(m *mutate.Mutant) bool { return changed.touch(p, m) }
	}
	for _, name := range p.Paths() {
		o.Sources[name] = p.Source(name)
	}
	if c.forPeople() {
		o.Progress = func(done, total int) { a.meter(a.Say("逐个改动", "making slips"), done, total) }
	}
	return o, nil
}

// told writes what became of the slips.
func (c *testCmd) told(a *app, w io.Writer, p *program, r *score.Report) error {
	if c.form() == "json" {
		return c.slipsJSON(a, w, p, r)
	}
	for i := range r.Slips {
		s := &r.Slips[i]
		said := a.fate(s)
		if said == "" && c.Verbose {
			said = a.Say("被“%s”发现", "noticed by %q", s.By)
			if s.Fate == score.Equal {
				said = a.Say("谁也听不出，不算", "nobody could tell, not counted")
			}
		}
		if said == "" {
			continue
		}
		fmt.Fprintf(w, "%s%s%s%s\n", a.at(p, s.File, s.Start), s.What.In(a.Tongue), a.Say("：", ": "), said)
		if c.Verbose && s.Test != "" {
			fmt.Fprint(w, shifted(meaning.Block(s.Name.In(a.Tongue), s.Test), "    "))
		}
	}
	_, err := fmt.Fprintln(w, a.scored(r))
	return err
}

// fate says why a slip survives, "" if it does not.
func (a *app) fate(s *score.Slip) string {
	switch s.Fate {
	case score.Survived:
		return a.Say("没有测试发现", "no test notices")
	case score.Unmet:
		return a.Say("没有测试走到这里", "no test comes here")
	case score.Undecided:
		return a.Say("没有测试发现；情形太多，不知道来电人能不能听出",
			"no test notices, and there are too many situations to say whether a caller could")
	}
	return ""
}

// at is a place in the sources, with a space; "" for what stands nowhere.
func (a *app) at(p *program, file string, start int) string {
	src := p.Source(file)
	if file == "" || src == nil || start > len(src) {
		return ""
	}
	return fmt.Sprintf("%s:%d ", a.seen(p)(file), diag.Place(src, start).Line)
}

// scored sums the slips up.
func (a *app) scored(r *score.Report) string {
	n := len(r.Slips) - r.Count(score.Equal) - r.Count(score.Untried)
	return a.Say("%d 处改动，测试发现 %d 处：%.1f%%（另有 %d 处谁也听不出，不算）",
		"%d [slip|slips], %d of them noticed: %.1f%% (%d more that nobody could tell [is|are] not counted)", n,
		r.Count(score.Noticed), r.Score(), r.Count(score.Equal))
}

// slipsJSON writes the slips as data.
func (c *testCmd) slipsJSON(a *app, w io.Writer, p *program, r *score.Report) error {
	type slip struct {
		Kind string `json:"kind"`
		What string `json:"what"`
		File string `json:"file,omitempty"`
		Line int    `json:"line,omitempty"`
		Fate string `json:"fate"`
		By   string `json:"by,omitempty"`   // the test that notices
		Test string `json:"test,omitempty"` // the body of one that would
	}
	out := struct {
		Score   float64 `json:"score"`
		Noticed int     `json:"noticed"`
		Missed  int     `json:"missed"`
		Equal   int     `json:"equal"`
		Slips   []slip  `json:"slips"`
	}{Score: r.Score(), Noticed: r.Count(score.Noticed), Equal: r.Count(score.Equal), Slips: []slip{}}
	for i := range r.Slips {
		s := &r.Slips[i]
		one := slip{Kind: s.Kind, What: s.What.In(a.Tongue), Fate: s.Fate.String(), By: s.By}
		if src := p.Source(s.File); s.File != "" && src != nil && s.Start <= len(src) {
			one.File, one.Line = a.seen(p)(s.File), diag.Place(src, s.Start).Line
		}
		one.Test = s.Test
		if s.Fate.Counts() && s.Fate != score.Noticed {
			out.Missed++
		}
		out.Slips = append(out.Slips, one)
	}
	return cli.WriteJSON(w, out)
}

// changedLines are the lines of a program that differ from a revision, by file.
type changedLines map[string]map[int]bool

// changedLines reads them; nil if all count.
func (c *testCmd) changedLines(a *app, path string, p *program) (changedLines, error) {
	if c.Changed == "" {
		return nil, nil
	}
	rev, ok := strings.CutPrefix(c.Changed, "git:")
	if !ok {
		return nil, a.Usage("--changed 要写成 git:版本，如 git:HEAD~1", "--changed is git:REVISION, such as git:HEAD~1")
	}
	if !strings.Contains(rev, ":") {
		rev += ":" + path
	}
	dir, clean, err := a.revision(rev)
	if err != nil {
		return nil, err
	}
	defer clean()
	old, err := a.load(dir)
	if err != nil {
		return nil, err
	}
	lines := changedLines{}
	for _, name := range p.Paths() {
		lines[name] = added(old.Source(name), p.Source(name))
	}
	return lines, nil
}

// added are the numbers of the lines that only the new text has.
func added(old, now []byte) map[int]bool {
	lines := map[int]bool{}
	at := 0
	for _, l := range bytes.Split(diff.Diff("old", old, "new", now), []byte("\n")) {
		switch {
		case bytes.HasPrefix(l, []byte("@@ ")):
			_, to, _ := strings.Cut(string(l), " +")
			first, _, _ := strings.Cut(to, ",")
			at, _ = strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(first, " @@"))) // written by the library
		case bytes.HasPrefix(l, []byte("+++ ")) || at == 0:
		case bytes.HasPrefix(l, []byte("+")):
			lines[at] = true
			at++
		case bytes.HasPrefix(l, []byte(" ")):
			at++
		}
	}
	return lines
}

// touch tells whether a slip is about a line that changed.
func (l changedLines) touch(p *program, m *mutate.Mutant) bool {
	src := p.Source(m.File)
	if m.File == "" || src == nil || m.End > len(src) {
		return false
	}
	for n := diag.Place(src, m.Start).Line; n <= diag.Place(src, m.End).Line; n++ {
		if l[m.File][n] {
			return true
		}
	}
	return false
}
