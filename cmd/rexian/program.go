package main

import (
	"errors"
	"os"
	"path/filepath"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/lang/diag"
)

// program is what a command works on.
type program struct {
	*source.Program
	shown string // the root as the user named it
}

// load reads a program, and the values that are given to its settings. A path to a file is a program of that file
// alone.
func (a *app) load(path string, set ...settingFlags) (*program, error) {
	src, err := source.OpenAmong(a.texts, a.File(path), a.registry)
	if errors.Is(err, os.ErrNotExist) {
		return nil, a.Usage("找不到 %s", "%s is not there", path)
	}
	if err != nil {
		return nil, cli.Wrong(err)
	}
	p := &program{Program: src, shown: path}
	p.Options.Today = compiler.Today(a.Now)
	if paths := p.Paths(); len(paths) == 1 && paths[0] == filepath.Base(path) {
		p.shown = filepath.Dir(path)
	}
	for _, f := range set {
		if err := f.given(a, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// path is where a file of the program lies.
func (p *program) path(name string) string {
	return filepath.Join(p.Root(), filepath.FromSlash(name))
}

// named is a file of the program as the user would name it.
func (p *program) named(name string) string {
	return filepath.ToSlash(filepath.Join(p.shown, filepath.FromSlash(name)))
}

// writeFile writes a file anew by way of a temporary one, so that a crash leaves the old or the new.
func writeFile(path string, src []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".rexian-*")
	if err != nil {
		return err
	}
	_, err = f.Write(src)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// shown is how many findings of one code a person is shown: whoever mends so many runs check again.
const shown = 50

// print shows findings to a person.
func (a *app) print(found []diag.Diagnostic, source func(string) []byte) error {
	printer := a.plain(source)
	printer.Colour = a.Colour
	return printer.Print(a.Out, found)
}

// plain is what prints findings without colours.
func (a *app) plain(source func(string) []byte) diag.Printer {
	return diag.Printer{Tongue: a.Tongue, Source: source, Most: shown}
}

// count tells how many errors and warnings there are.
func count(found []diag.Diagnostic) (failed, warned int) {
	for _, d := range found {
		switch d.Severity {
		case diag.Error:
			failed++
		case diag.Warning:
			warned++
		}
	}
	return failed, warned
}
