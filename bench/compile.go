package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/prove"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/vm"
)

// today is the day on which the benchmarks' programs are checked, 2026-10-12, in days since 1970-01-01.
const today = 20_738

// folder writes files into a new folder, for a use of them, and removes it.
func folder(files []Source, use func(root string) error) (err error) {
	root, err := os.MkdirTemp("", "rexian-bench-")
	if err != nil {
		return fmt.Errorf("making a folder for the program: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(root)) }()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(root, f.Path), f.Text, 0o600); err != nil {
			return fmt.Errorf("writing the program: %w", err)
		}
	}
	return use(root)
}

// opened reads and parses the program under a root anew.
func opened(root string) (*compiler.Workspace, error) {
	w, err := compiler.Open(root)
	if err != nil {
		return nil, err
	}
	return w, w.Load()
}

// checked gives a program its meaning and proves its paths. Any finding that is an error is an error here.
func checked(w *compiler.Workspace) (*check.Program, error) {
	return checkedAs(w, compiler.Options{Today: today})
}

func checkedAs(w *compiler.Workspace, o compiler.Options) (*check.Program, error) {
	p, found := w.Check(o)
	return p, firstError(found)
}

// edit changes what a menu in the midst of a file says.
func edit(text []byte, n int) []byte {
	say := []byte("播放 \"")
	at := len(text)/2 + bytes.Index(text[len(text)/2:], say) + len(say)
	return slices.Concat(text[:at], fmt.Appendf(nil, "第%d次，", n), text[at:])
}

// load compiles a program and makes it ready to run.
func load(files []Source) (im *vm.Image, err error) {
	err = folder(files, func(root string) error {
		w, err := opened(root)
		if err != nil {
			return err
		}
		program, found, err := w.Build(compiler.Options{Today: today})
		if err != nil {
			return errors.Join(err, firstError(found))
		}
		im, err = vm.Load(program)
		return err
	})
	return im, err
}

// tested is a program compiled for a run of its test blocks.
type tested struct {
	checked *check.Program
	graph   *graph.Graph
	out     *emit.Output
}

// loadTested compiles a program with its test blocks and with counting of the edges taken.
func loadTested(files []Source) (p tested, err error) {
	err = folder(files, func(root string) error {
		w, err := opened(root)
		if err != nil {
			return err
		}
		if p.checked, err = checked(w); err != nil {
			return err
		}
		p.graph = graph.Build(p.checked)
		p.out, err = emit.Emit(p.checked, emit.Options{Graph: p.graph, Cover: true, Tests: true})
		return err
	})
	return p, err
}

// compileHotline measures the compiler on the generated hotline: as a whole, stage by stage, and after a change in one
// file.
func compileHotline(c config) (*table, error) {
	files := Generate()
	size := 0
	for _, f := range files {
		size += len(f.Text)
	}
	t := &table{
		title: fmt.Sprintf("a generated hotline: %d files, %d lines, %.2f MB", GenFiles, GenFiles*GenLines,
			float64(size)/1e6),
		head: []string{"", "best", "median", "budget"},
	}
	err := folder(files, func(root string) error { return compileStages(c, t, root, files[GenFiles/2]) })
	return t, err
}

// compileStages adds the rows of compileHotline; changed is the file that an editor saves.
func compileStages(c config, t *table, root string, changed Source) error {
	w, err := opened(root)
	if err != nil {
		return err
	}
	program, err := checked(w)
	if err != nil {
		return err
	}
	var trees []*ast.File
	for _, path := range w.Paths() {
		trees = append(trees, w.Tree(path))
	}
	edits := 0
	rows := []struct {
		name   string
		budget time.Duration
		f      func() error
	}{
		{"files to bundle, whole", 600 * time.Millisecond, func() error {
			w, err := opened(root)
			if err != nil {
				return err
			}
			_, found, err := w.Build(compiler.Options{Today: today})
			return errors.Join(err, firstError(found))
		}},
		{"  read and parse, all cores", 0, func() error { _, err := opened(root); return err }},
		{"  check", 150 * time.Millisecond, func() error {
			_, found := check.Check(trees, check.Env{ReadFile: w.ReadFile, Today: today})
			return firstError(found)
		}},
		{"  prove (paths, loops, menus)", 0, func() error { return firstError(proved(program)) }},
		{"  emit", 0, func() error { _, err := emit.Emit(program, emit.Options{}); return err }},
		{"again, one file of 2,000 lines changed: load, check, prove", 30 * time.Millisecond, func() error {
			edits++
			w.Overlay(changed.Path, edit(changed.Text, edits))
			if err := w.Load(); err != nil {
				return err
			}
			_, err := checkedAs(w, compiler.Options{Today: today, Again: true})
			return err
		}},
	}
	for _, r := range rows {
		took, err := measure(c.rounds, r.f)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		t.add(r.name, millis(took[0].best), millis(took[0].median), budget(r.budget))
		if r.budget > 0 {
			t.within(strings.TrimSpace(r.name), took[0].best, r.budget)
		}
	}
	return nil
}

// proved are the findings of the proofs.
func proved(p *check.Program) []diag.Diagnostic {
	_, found := prove.Program(p)
	return found
}
