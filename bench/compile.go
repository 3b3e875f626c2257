package main

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"rexian/compiler/analyse"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/vm"
)

// today is the day on which the benchmarks' programs are checked, 2026-10-12, in days since 1970-01-01.
const today = 20_738

// compiled is a program after the steps of the compiler.
type compiled struct {
	trees   []*ast.File
	checked *check.Program
	graph   *graph.Graph // only if tests are to be run
	out     *emit.Output
}

// readAll parses files on all cores. The findings are of all files.
func readAll(files []Source) ([]*ast.File, []diag.Diagnostic) {
	trees := make([]*ast.File, len(files))
	found := make([][]diag.Diagnostic, len(files))
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	for i, f := range files {
		slots <- struct{}{}
		wg.Go(func() {
			trees[i], found[i] = parse.Parse(f.Path, f.Text)
			<-slots
		})
	}
	wg.Wait()
	return trees, slices.Concat(found...)
}

// compileAll takes files to a bundle. With tests it carries what a run of the test blocks needs. Any finding that is
// an error is an error here.
func compileAll(files []Source, tests bool) (compiled, error) {
	var c compiled
	var found []diag.Diagnostic
	c.trees, found = readAll(files)
	if err := firstError(found); err != nil {
		return c, err
	}
	c.checked, found = check.Check(c.trees, check.Env{Today: today})
	if err := firstError(found); err != nil {
		return c, err
	}
	if err := firstError(analyse.Program(c.checked)); err != nil {
		return c, err
	}
	var o emit.Options
	if tests {
		c.graph = graph.Build(c.checked)
		o = emit.Options{Graph: c.graph, Cover: true, Tests: true}
	}
	out, err := emit.Emit(c.checked, o)
	if err != nil {
		return c, fmt.Errorf("emitting: %w", err)
	}
	c.out = out
	return c, nil
}

// load compiles a program and makes it ready to run.
func load(files []Source) (*vm.Image, error) {
	c, err := compileAll(files, false)
	if err != nil {
		return nil, err
	}
	return vm.Load(c.out.Program)
}

// compileHotline measures the compiler on the generated hotline: as a whole, step by step, and after a change in one file.
func compileHotline(c config) (*table, error) {
	files := Generate()
	size := 0
	for _, f := range files {
		size += len(f.Text)
	}
	t := &table{
		title: fmt.Sprintf("a generated hotline: %d files, %d lines, %.2f MB", GenFiles, GenFiles*GenLines, float64(size)/1e6),
		head:  []string{"", "best", "median"},
	}
	all, err := compileAll(files, false)
	if err != nil {
		return nil, err
	}
	changed := files[GenFiles/2]
	rows := []struct {
		name string
		f    func() error
	}{
		{"source to bundle, whole", func() error { _, err := compileAll(files, false); return err }},
		{"  parse, all cores", func() error { _, ds := readAll(files); return firstError(ds) }},
		{"  check", func() error { _, ds := check.Check(all.trees, check.Env{Today: today}); return firstError(ds) }},
		{"  analyse (paths, loops, rules)", func() error { return firstError(analyse.Program(all.checked)) }},
		{"  emit", func() error { _, err := emit.Emit(all.checked, emit.Options{}); return err }},
		{"one file of 2,000 lines changed: parse it, check all", func() error {
			tree, ds := parse.Parse(changed.Path, changed.Text)
			if err := firstError(ds); err != nil {
				return err
			}
			trees := slices.Clone(all.trees)
			trees[GenFiles/2] = tree
			_, ds = check.Check(trees, check.Env{Today: today})
			return firstError(ds)
		}},
	}
	for _, r := range rows {
		took, err := measure(c.rounds, r.f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		t.add(r.name, millis(took.best), millis(took.median))
	}
	return t, nil
}
