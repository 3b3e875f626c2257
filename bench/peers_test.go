package main

import "testing"

// results are what every machine must compute for each program.
var results = map[string]int64{"arith": 150_050_000, "calls": 100_000, "menu": 2_270_000}

// A comparison counts only if all do the same work.
func TestMachinesComputeTheSame(t *testing.T) {
	for name, want := range results {
		for _, p := range append([]peer{ours}, peers...) {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				src, err := program(name + p.ext)
				if err != nil {
					t.Fatal(err)
				}
				run, err := p.prepare(src)
				if err != nil {
					t.Fatal(err)
				}
				got, err := run()
				if err != nil {
					t.Fatal(err)
				}
				if got != want {
					t.Errorf("%d, want %d", got, want)
				}
			})
		}
	}
}
