package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/check"
	"rexian/lang/format"
	"rexian/locale"
)

type fmtCmd struct {
	Stdout bool     `help:"stdout" xor:"mode"`
	Diff   bool     `short:"d" help:"diff" xor:"mode"`
	Check  bool     `help:"check_only" xor:"mode"`
	Lang   string   `help:"fmt_lang" enum:",zh,en" default:"" placeholder:"zh|en"`
	Paths  []string `arg:"" help:"paths" default:"."`
}

func (fmtCmd) Help() string {
	return "  rexian fmt flows\n  rexian fmt -d flows/main.flow\n  rexian fmt --check flows examples\n  rexian fmt --lang en flows/main.flow"
}

func (c *fmtCmd) Run(a *app) error {
	bad := false
	for _, path := range c.Paths {
		if path == "-" {
			ok, err := c.stdin(a)
			if err != nil {
				return err
			}
			bad = bad || !ok
			continue
		}
		p, err := a.load(path)
		if err != nil {
			return err
		}
		var checked *check.Program
		if c.Lang != "" {
			checked, _ = p.Check()
		}
		spoken := map[string]bool{}
		for _, name := range p.Paths() {
			learnAlong(p.path("."), p.path(name), spoken)
			ok, err := c.one(a, p, name, checked)
			if err != nil {
				return err
			}
			bad = bad || !ok
		}
	}
	if bad {
		return cli.ErrFindings
	}
	return nil
}

// learnAlong makes the languages known that stand in the folders from root to a file: a folder of many programs may be
// formatted at once, and each may have languages of its own. What is wrong with one is told by check.
func learnAlong(root, file string, done map[string]bool) {
	for dir := filepath.Dir(file); !done[dir] && len(dir) > len(root); dir = filepath.Dir(dir) {
		done[dir] = true
		locale.LearnAll(os.DirFS(dir))
	}
}

// stdin formats the standard input. Names of the library stay as they are: there is no program to tell them
// by.
func (c *fmtCmd) stdin(a *app) (bool, error) {
	src, err := io.ReadAll(a.In)
	if err != nil {
		return false, cli.Wrong(err)
	}
	return c.format(a, "-", "", src, format.Options{Tongue: tongues[c.Lang]})
}

var tongues = map[string]format.Tongue{"": format.Keep, "zh": format.Zh, "en": format.En}

// one formats a file of a program.
func (c *fmtCmd) one(a *app, p *program, name string, checked *check.Program) (bool, error) {
	opt := format.Options{Tongue: tongues[c.Lang]}
	if checked != nil {
		opt.Library = func(at int) (zh, en string, ok bool) {
			w, ok := checked.LibraryName(name, at)
			return w.Zh, w.En, ok
		}
	}
	return c.format(a, p.named(name), p.path(name), p.Source(name), opt)
}

// format formats a text; false if it has errors, or is not formatted where only that is asked. path is
// where to write it, "" for the standard output.
func (c *fmtCmd) format(a *app, shown, path string, src []byte, opt format.Options) (bool, error) {
	out, err := format.Format(shown, src, opt)
	var faults *format.SyntaxError
	switch {
	case errors.As(err, &faults):
		printer := a.plain(func(string) []byte { return src })
		if err := printer.Print(a.Err, faults.Diagnostics); err != nil {
			return false, err
		}
		fmt.Fprintln(a.Err, a.Say("%s：有错误，没有改动", "%s: not formatted, it has errors", shown))
		return false, nil
	case err != nil:
		fmt.Fprintln(a.Err, a.Say("%s：没有改动：%v", "%s: left alone: %v", shown, err))
		return false, nil
	}
	same := bytes.Equal(src, out)
	switch {
	case c.Check:
		if !same {
			fmt.Fprintln(a.Out, shown)
		}
		return same, nil
	case c.Diff:
		_, err = a.Out.Write(diff.Diff(shown, src, shown, out))
	case !c.Stdout && path != "":
		if !same {
			err = writeFile(path, out)
			fmt.Fprintln(a.Out, shown)
		}
	default:
		_, err = a.Out.Write(out)
	}
	if errors.Is(err, os.ErrPermission) {
		err = cli.Wrong(err)
	}
	return true, err
}
