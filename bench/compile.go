package main

import (
	"runtime"
	"sync"

	"rexian/compiler/analyse"
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// today is the day on which the benchmarks' programs are checked, 2026-10-12, in days since 1970-01-01.
const today = 20_738

// trees reads files on all cores.
func trees(files []Source) ([]*ast.File, []diag.Diagnostic) {
	list := make([]*ast.File, len(files))
	found := make([][]diag.Diagnostic, len(files))
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	for i, f := range files {
		slots <- struct{}{}
		wg.Go(func() {
			list[i], found[i] = parse.Parse(f.Path, f.Text)
			<-slots
		})
	}
	wg.Wait()
	var all []diag.Diagnostic
	for _, ds := range found {
		all = append(all, ds...)
	}
	return list, all
}

// judge gives parsed files their meaning and proves what there is to prove. It returns all findings.
func judge(list []*ast.File) (*check.Program, []diag.Diagnostic) {
	p, ds := check.Check(list, check.Env{Today: today})
	if diag.HasErrors(ds) {
		return p, ds
	}
	return p, append(ds, analyse.Program(p)...)
}
