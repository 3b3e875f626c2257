package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/promise"
	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
)

type diffCmd struct {
	Format  string `help:"diff_format" enum:"text,markdown,json" default:"text"`
	Output  string `short:"o" help:"report_file" placeholder:"FILE"`
	Tests   bool   `help:"diff_tests"`
	Most    int    `help:"diff_most" default:"0"`
	Traffic string `help:"diff_traffic" placeholder:"DATA"`
	Old     string `arg:"" help:"diff_old"`
	New     string `arg:"" optional:"" help:"diff_new" default:"."`
}

func (diffCmd) Help() string {
	return "  rexian diff git:HEAD~1:flows flows\n  rexian diff --tests yesterday.rxb flows\n" +
		"  rexian diff --format markdown --output change.md git:origin/main:flows flows\n  rexian diff --format json old.rxb new.rxb\n" +
		"  rexian diff --traffic data git:HEAD:flows flows"
}

// compared is one side of a diff.
type compared struct {
	shown   string
	program *bundle.Program
	source  *program         // nil for a bundle
	judged  *compiler.Judged // what the source means, its rules not decided yet; nil for a bundle
	sound   meaning.Recordings
	clean   func()
}

func (c *diffCmd) Run(a *app) error {
	a.sparing()
	old, new, err := a.sides(c.Old, c.New)
	if err != nil {
		return err
	}
	defer old.clean()
	defer new.clean()
	var calls *traffic
	if c.Traffic != "" {
		if calls, err = a.trafficOf(c.Traffic); err != nil {
			return err
		}
	}
	came, err := a.compare(old, new, c.Most)
	if err != nil {
		return err
	}
	if err := c.report(a, old, new, came, calls); err != nil {
		return err
	}
	if !came.Same() {
		return cli.ErrFindings
	}
	return nil
}

// sides reads both programs at once. The errors of the old one are told first.
func (a *app) sides(before, after string) (old, new *compared, err error) {
	var wrong error
	var said bytes.Buffer // the second waits for the first
	second := *a
	second.Err = &said
	a.texts = &compiler.Texts{}
	second.texts = a.texts
	var both sync.WaitGroup
	both.Go(func() { new, wrong = second.compared(after) })
	old, err = a.compared(before)
	both.Wait()
	switch {
	case err != nil:
		if wrong == nil {
			new.clean()
		}
		return nil, nil, err
	case wrong != nil:
		old.clean()
		_, err = a.Err.Write(said.Bytes())
		return nil, nil, errors.Join(wrong, err)
	}
	return old, new, nil
}

// compare finds what callers can notice, writes the calls that show it and plays them where the sources are at hand.
func (a *app) compare(old, new *compared, most int) (*meaning.Comparison, error) {
	var both sync.WaitGroup
	var promised []meaning.Difference
	if old.judged != nil && new.judged != nil {
		both.Go(func() {
			promised = promise.Differences(&promise.Side{Judged: old.judged, Voice: old.source.Options.Voice},
				&promise.Side{Judged: new.judged, Voice: new.source.Options.Voice})
		})
	}
	came := meaning.Compare(old.program, new.program, meaning.Limits{Most: most, Old: old.sound, New: new.sound,
		Library: a.known(new)})
	both.Wait()
	came.Differences = append(came.Differences, promised...)
	came.Tests(a.known(new))
	if old.source == nil || new.source == nil {
		return came, nil
	}
	return came, came.Play(old.side(), new.side())
}

// known are the functions that a side's flows call by their names.
func (a *app) known(v *compared) *library.Registry {
	if v.source != nil {
		return v.source.Options.Library
	}
	return a.registry
}

// side is a checked program, free of errors, of which tests can be played; g is its graph, nil if it is not at hand.
func (p *program) side(checked *check.Program, g *graph.Graph) meaning.Side {
	return meaning.Side{Graph: g, Check: func(tests []byte) (*check.Program, []diag.Diagnostic) {
		return p.Tested(checked, p.Options, meaning.TestFile, tests)
	}}
}

// side is a side of which tests can be played.
func (v *compared) side() meaning.Side { return v.source.side(v.judged.Checked, v.judged.Graph) }

// compared reads one side: a folder or flow file, a bundle, or either in a revision of git.
func (a *app) compared(name string) (*compared, error) {
	v := &compared{shown: name, clean: func() {}}
	path := name
	if rest, ok := strings.CutPrefix(name, "git:"); ok {
		dir, clean, err := a.revision(rest)
		if err != nil {
			return nil, err
		}
		path, v.clean = dir, clean
	}
	if filepath.Ext(path) == source.Bundle {
		encoded, err := os.ReadFile(a.File(path))
		if err != nil {
			v.clean()
			return nil, cli.Wrong(err)
		}
		if v.program, err = bundle.Decode(encoded); err != nil {
			v.clean()
			return nil, cli.Wrong(a.Usage("%s：%v", "%s: %v", name, err))
		}
		v.sound = source.Recordings(func(name string) ([]byte, error) { return source.Beside(a.File(path), name) })
		return v, nil
	}
	if err := a.built(v, path); err != nil {
		v.clean()
		return nil, err
	}
	return v, nil
}

// built compiles the side of a diff. Its errors are printed, and are wrong usage: there is nothing to compare.
func (a *app) built(v *compared, path string) error {
	p, err := a.load(path)
	if err != nil {
		return err
	}
	p.Silent = true
	j := p.Prove(compiler.Options{Library: p.Options.Library, Settings: p.Options.Settings})
	if !diag.HasErrors(j.Findings) {
		out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph})
		if err == nil {
			v.program, v.source, v.judged, v.sound = out.Program, p, &j, source.Recordings(p.ReadFile)
			return nil
		}
		large, ok := errors.AsType[*emit.TooLarge](err)
		if !ok {
			return fmt.Errorf("%s: %w", v.shown, err)
		}
		j.Findings = append(j.Findings, large.Finding())
	}
	printer := a.plain(p.Source)
	if err := printer.Print(a.Err, j.Findings); err != nil {
		return err
	}
	return a.Usage("%s 有错误，没法比较", "%s has errors and cannot be compared", v.shown)
}

// report writes what was found.
func (c *diffCmd) report(a *app, old, new *compared, came *meaning.Comparison, calls *traffic) error {
	w := a.Out
	var file *os.File
	if c.Output != "" {
		f, err := os.Create(a.File(c.Output))
		if err != nil {
			return cli.Wrong(err)
		}
		w, file = f, f
	}
	err := c.write(a, w, old, new, came, calls)
	if file != nil {
		err = errors.Join(err, file.Close())
		fmt.Fprintln(a.Out, a.verdict(came))
	}
	return err
}

func (c *diffCmd) write(a *app, w io.Writer, old, new *compared, came *meaning.Comparison, calls *traffic) error {
	switch c.Format {
	case "json":
		type difference struct {
			meaning.Difference
			Line   int  `json:"line,omitempty"`
			People *int `json:"people,omitempty"` // who came there on the day of --traffic
		}
		out := struct {
			Old         string       `json:"old"`
			New         string       `json:"new"`
			Equal       bool         `json:"equal"`
			Decided     bool         `json:"decided"`
			States      int          `json:"states"`
			Differences []difference `json:"differences"`
		}{old.shown, new.shown, came.Same(), came.Decided, came.States, []difference{}}
		for _, d := range came.Differences {
			out.Differences = append(out.Differences, difference{d, new.line(d), calls.came(&d)})
		}
		return cli.WriteJSON(w, out)
	case "markdown":
		fmt.Fprintf(w, "## %s\n\n%s\n", a.Say("来电人会遇到的变化", "What changes for callers"), a.verdict(came))
		for _, d := range came.Differences {
			fmt.Fprintf(w, "\n- **%s** %s%s%s\n", a.class(d), d.Sentence.In(a.Tongue), a.people(calls, &d), a.proof(d))
			if d.Test != "" {
				fmt.Fprintf(w, "\n  <details><summary>%s</summary>\n\n  ```flow\n%s  ```\n  </details>\n",
					a.Say("最短的一通电话", "the shortest call"), shifted(meaning.Block(a.class(d), d.Test), "  "))
			}
		}
		return nil
	}
	for i, d := range came.Differences {
		fmt.Fprintf(w, "%d. [%s] %s%s%s\n", i+1, a.class(d), d.Sentence.In(a.Tongue), a.people(calls, &d), a.proof(d))
		if line := new.line(d); line > 0 {
			fmt.Fprintf(w, "   %s:%d\n", new.source.named(d.File), line)
		}
		if c.Tests && d.Test != "" {
			fmt.Fprint(w, shifted(meaning.Block(fmt.Sprint(a.class(d), " ", i+1), d.Test), "   "))
		}
	}
	_, err := fmt.Fprintln(w, a.verdict(came))
	return err
}

// line is where a difference is in the source, 0 where that is not at hand.
func (v *compared) line(d meaning.Difference) int {
	if v.source == nil || d.File == "" {
		return 0
	}
	src := v.source.Source(d.File)
	if src == nil || d.Start > len(src) {
		return 0
	}
	return diag.Place(src, d.Start).Line
}

func shifted(text, by string) string {
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		if lines[i] != "" {
			lines[i] = by + lines[i]
		}
	}
	return strings.Join(lines, "")
}

// class names a kind of difference.
func (a *app) class(d meaning.Difference) string {
	names := map[meaning.Class]diag.Text{meaning.Reaches: {Zh: "去处", En: "where it leads"},
		meaning.Options: {Zh: "按键", En: "keys"}, meaning.Words: {Zh: "文字", En: "words"},
		meaning.Timing: {Zh: "时间", En: "timing"}, meaning.Records: {Zh: "记录", En: "records"},
		meaning.Fixed: {Zh: "设定", En: "settings"}}
	return names[d.Class].In(a.Tongue)
}

// proof says whether a difference was played.
func (a *app) proof(d meaning.Difference) string {
	if d.Seen {
		return a.Say(" ✔ 已试打", " ✔ played")
	}
	return ""
}

// verdict sums a comparison up.
func (a *app) verdict(came *meaning.Comparison) string {
	switch n := len(came.Differences); {
	case came.Same() && came.Identical:
		return a.Say("对每一通电话都一样（编译出来完全相同）", "equal for every caller (compiled into the very same)")
	case came.Same():
		return a.Say("对每一通电话都一样（比过 %d 种情形）", "equal for every caller (%d [situation|situations] compared)", came.States)
	case !came.Decided:
		return a.Say("找到 %s 处不同；情形太多，没有比完", "%s; there are too many situations to compare all", a.differences(n))
	default:
		return a.Say("%s 处不同", "%s", a.differences(n))
	}
}

// differences counts them for a sentence, in English with the noun.
func (a *app) differences(n int) string {
	return diag.Text{Zh: strconv.Itoa(n), En: diag.Many(n, "difference")}.In(a.Tongue)
}
