package main

import "fmt"

// compute makes the section of one program of programs/: ours and every peer's.
func compute(name, title string) func(config) (*table, error) {
	return func(c config) (*table, error) {
		t := &table{title: title, head: []string{"machine", "best", "median", "× ours"}}
		machines := []peer{ours}
		if c.peers {
			machines = append(machines, peers...)
		}
		var first timing
		var want int64
		for i, m := range machines {
			took, got, err := runProgram(c, name, m)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			if i == 0 {
				first, want = took, got
			}
			if got != want {
				return nil, fmt.Errorf("%s computed %d, %s %d", m.name, got, machines[0].name, want)
			}
			t.add(m.name, millis(took.best), millis(took.median), times(took.best, first.best))
		}
		if c.peers {
			t.notes = exprNotes[name]
		}
		return t, nil
	}
}

// exprNotes say where expr, which has expressions only, does the work in another way.
var exprNotes = map[string][]string{
	"arith": {"expr has no assignment: it sums ranges with reduce and sum, so it keeps no variable n."},
	"calls": {"expr has no functions of its own: the called function is Go's, called from reduce."},
	"menu":  {"expr has no statements: the match is a chain of ?: within reduce, and the key is # % 10."},
}

// runProgram prepares programs/name for a machine and measures it. It returns what the program computed.
func runProgram(c config, name string, m peer) (took timing, result int64, err error) {
	src, err := program(name + m.ext)
	if err != nil {
		return timing{}, 0, err
	}
	run, err := m.prepare(src)
	if err != nil {
		return timing{}, 0, fmt.Errorf("preparing %s: %w", name, err)
	}
	took, err = measure(c.rounds, func() error {
		n, err := run()
		if err == nil && result != 0 && n != result {
			err = fmt.Errorf("computed %d, and %d before", n, result)
		}
		result = n
		return err
	})
	return took, result, err
}
