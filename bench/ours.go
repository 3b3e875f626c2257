package main

import (
	"fmt"

	"rexian/runtime/vm"
)

// defaults is what every program has, beside the text of a benchmark.
const defaults = `languages en fallback en
defaults { zone "Asia/Shanghai"  on error { say "Sorry." hangup } }
`

// moment is the clock of the benchmarks' calls, 2026-10-12 09:30 in Shanghai, in Unix milliseconds.
const moment = 1_791_768_600_000

// ours is the machine that all others are measured against.
var ours = peer{"rexian", ".flow", prepareOurs}

func prepareOurs(src string) (runner, error) {
	im, err := load(sources(src))
	if err != nil {
		return nil, err
	}
	work := im.Program.FuncNamed("work")
	return func() (int64, error) {
		m := im.New(vm.Call{})
		if e := m.Start(work, nil, moment); e.How != vm.EndReturn {
			return 0, fmt.Errorf("the flow did not return: it stopped for %s, ended as %s", e.Kind, e.How)
		}
		const million = 1_000_000 // a number is in millionths
		return m.Result().N / million, nil
	}, nil
}

// sources is a benchmark's program: its text, and the defaults.
func sources(src string) []Source {
	return []Source{{"defaults.flow", []byte(defaults)}, {"program.flow", []byte(src)}}
}
