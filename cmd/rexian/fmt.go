package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/diff"

	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/lang/format"
)

type fmtCmd struct {
	Write bool     `short:"w" help:"${write}" xor:"mode"`
	Diff  bool     `short:"d" help:"${diff}" xor:"mode"`
	Check bool     `help:"${check_only}" xor:"mode"`
	Lang  string   `help:"${fmt_lang}" enum:",zh,en" default:"" placeholder:"zh|en"`
	Paths []string `arg:"" help:"${paths}" default:"."`
}

func (fmtCmd) Help() string {
	return "  rexian fmt -w flows\n  rexian fmt -d flows/main.flow\n  rexian fmt --check flows examples\n  rexian fmt --lang en flows/main.flow"
}

func (c *fmtCmd) Run(a *app) error {
	bad := false
	for _, path := range c.Paths {
		p := &program{root: ".", paths: []string{"-"}}
		if path == "-" {
			src, err := io.ReadAll(a.in)
			if err != nil {
				return usageError{err}
			}
			p.files = map[string][]byte{"-": src}
			p.parse()
		} else {
			loaded, err := a.load(path)
			if err != nil {
				return err
			}
			p = loaded
		}
		var checked *check.Program
		if c.Lang != "" {
			checked, _ = p.check(a)
		}
		for _, name := range p.paths {
			ok, err := c.one(a, p, name, checked)
			if err != nil {
				return err
			}
			bad = bad || !ok
		}
	}
	if bad {
		return errFindings
	}
	return nil
}

// one formats a file; false if it has errors, or is not formatted where only that is asked.
func (c *fmtCmd) one(a *app, p *program, name string, checked *check.Program) (bool, error) {
	src := p.files[name]
	opt := format.Options{Tongue: map[string]format.Tongue{"zh": format.Zh, "en": format.En}[c.Lang]}
	if checked != nil {
		opt.Library = func(at int) (zh, en string, ok bool) {
			w, ok := checked.LibraryName(name, at)
			return w.Zh, w.En, ok
		}
	}
	shown := name
	if name != "-" {
		shown = filepath.ToSlash(filepath.Join(p.root, filepath.FromSlash(name)))
	}
	out, err := format.Format(name, src, opt)
	var faults *format.SyntaxError
	switch {
	case errors.As(err, &faults):
		printer := diag.Printer{Tongue: a.tongue, Source: p.source}
		if err := printer.Print(a.err, faults.Diagnostics); err != nil {
			return false, err
		}
		fmt.Fprintln(a.err, a.say("%s：有错误，没有改动", "%s: not formatted, it has errors", shown))
		return false, nil
	case err != nil:
		fmt.Fprintln(a.err, a.say("%s：没有改动：%v", "%s: left alone: %v", shown, err))
		return false, nil
	}
	same := bytes.Equal(src, out)
	switch {
	case c.Check:
		if !same {
			fmt.Fprintln(a.out, shown)
		}
		return same, nil
	case c.Diff:
		_, err = a.out.Write(diff.Diff(shown, src, shown, out))
	case c.Write && name != "-":
		if !same {
			err = writeFile(filepath.Join(p.root, filepath.FromSlash(name)), out)
			fmt.Fprintln(a.out, shown)
		}
	default:
		_, err = a.out.Write(out)
	}
	if errors.Is(err, os.ErrPermission) {
		err = usageError{err}
	}
	return true, err
}
