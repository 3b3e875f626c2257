package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"rexian/compiler/analyse"
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// program is the *.flow files under one root, read and parsed.
type program struct {
	root  string   // folder
	paths []string // relative to root, with "/", in order
	files map[string][]byte
	trees []*ast.File
	found []diag.Diagnostic // of the parser
}

// load reads a program. A path to a file is a program of that file alone.
func (a *app) load(path string) (*program, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, a.usage("找不到 %s", "%s is not there", path)
	}
	p := &program{root: path, files: map[string][]byte{}}
	if info.IsDir() {
		p.paths, err = flowFiles(path)
	} else {
		p.root, p.paths = filepath.Dir(path), []string{filepath.Base(path)}
	}
	if err != nil {
		return nil, usageError{err}
	}
	if len(p.paths) == 0 {
		return nil, a.usage("%s 里没有 .flow 文件", "there is no .flow file in %s", path)
	}
	for _, name := range p.paths {
		src, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(name)))
		if err != nil {
			return nil, usageError{err}
		}
		p.files[name] = src
	}
	p.parse()
	return p, nil
}

// flowFiles lists the *.flow files under a folder, those in hidden folders left out.
func flowFiles(root string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(d.Name(), ".flow") {
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			paths = append(paths, filepath.ToSlash(name))
		}
		return nil
	})
	slices.Sort(paths)
	return paths, err
}

// parse reads the files, as many at a time as there are processors.
func (p *program) parse() {
	p.trees = make([]*ast.File, len(p.paths))
	found := make([][]diag.Diagnostic, len(p.paths))
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, name := range p.paths {
		wg.Go(func() {
			turn <- struct{}{}
			p.trees[i], found[i] = parse.Parse(name, p.files[name])
			<-turn
		})
	}
	wg.Wait()
	p.found = slices.Concat(found...)
}

// check gives the program its meaning and returns all findings, sorted.
func (p *program) check(a *app) (*check.Program, []diag.Diagnostic) {
	checked, found := check.Check(p.trees, check.Env{ReadFile: p.readFile, Today: today(a.now.Unix())})
	found = append(slices.Clone(p.found), found...)
	if !diag.HasErrors(found) {
		found = append(found, analyse.Program(checked)...)
	}
	return checked, diag.Sort(found)
}

// today is the day of a Unix time in the zone of the bureau's calendars, which are Chinese.
func today(unix int64) int64 { return (unix + 8*3600) / 86400 }

// readFile reads a file that the program names; it cannot leave the root.
func (p *program) readFile(name string) ([]byte, error) {
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return nil, err
	}
	src, err := root.ReadFile(filepath.FromSlash(name))
	return src, errors.Join(err, root.Close())
}

func (p *program) source(name string) []byte { return p.files[name] }

// replace writes a file anew by way of a temporary one, so that a crash leaves the old or the new, and
// parses it again.
func (p *program) replace(name string, src []byte) error {
	if err := writeFile(filepath.Join(p.root, filepath.FromSlash(name)), src); err != nil {
		return err
	}
	p.files[name] = src
	p.parse()
	return nil
}

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

// print shows findings to a person, and how many there were.
func (a *app) print(found []diag.Diagnostic, source func(string) []byte) error {
	printer := diag.Printer{Tongue: a.tongue, Colour: a.colour, Source: source}
	return printer.Print(a.out, found)
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
