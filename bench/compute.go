package main

import (
	"fmt"
	"time"
)

// compute makes the section of one program of programs/: ours and every peer's.
func compute(name, title string) func(config) (*table, error) {
	return func(c config) (*table, error) {
		t := &table{title: title, head: []string{"machine", "best", "median", "× ours"}}
		machines := []peer{ours}
		if c.peers {
			machines = append(machines, peers...)
		}
		runs := make([]func() error, len(machines))
		var want int64
		for i, m := range machines {
			run, err := prepared(name, m)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			if i == 0 {
				if want, err = run(); err != nil {
					return nil, fmt.Errorf("%s: %w", m.name, err)
				}
			}
			runs[i] = func() error {
				got, err := run()
				if err == nil && got != want {
					err = fmt.Errorf("computed %d, %s %d", got, machines[0].name, want)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", m.name, err)
				}
				return nil
			}
		}
		took, err := measure(c.rounds, runs...)
		if err != nil {
			return nil, err
		}
		for i, m := range machines {
			t.add(m.name, millis(took[i].best), millis(took[i].median), times(took[i].best, took[0].best))
		}
		t.notes = []string{"budget of rexian: " + budget(budgets[name])}
		t.within("rexian", took[0].best, budgets[name])
		if c.peers {
			t.notes = append(t.notes, peerNotes[name]...)
		}
		return t, nil
	}
}

// budgets are what our machine may take for each program.
var budgets = map[string]time.Duration{"arith": 3 * time.Millisecond / 2, "calls": 10 * time.Millisecond,
	"menu": 12 * time.Millisecond}

// peerNotes say where a peer does the work in another way.
var peerNotes = map[string][]string{
	"arith": {
		"numbers: ours are exact decimals that fault on overflow, goja's and gopher-lua's floating point, the others' integers.",
		"expr has no assignment: it sums ranges with reduce and sum, so it keeps no variable n.",
	},
	"calls": {"expr has no functions of its own: the called function is Go's, called from reduce."},
	"menu":  {"expr has no statements: the match is a chain of ?: within reduce, and the key is # % 10."},
}

// prepared makes programs/name ready on a machine.
func prepared(name string, m peer) (runner, error) {
	src, err := program(name + m.ext)
	if err != nil {
		return nil, err
	}
	run, err := m.prepare(src)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", name, err)
	}
	return run, nil
}
