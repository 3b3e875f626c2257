package main

import (
	"fmt"
	"time"

	"rexian/runtime/suite"
)

const (
	suiteCalls  = 1_000           // calls that the suite section plays
	suiteBudget = 2 * time.Second // for all of them
)

// runSuite plays test blocks of the generated hotline, each a call from the welcome to its end, on a virtual clock.
func runSuite(c config) (*table, error) {
	t := &table{title: fmt.Sprintf("%d virtual calls: test blocks of the generated hotline", suiteCalls),
		head: []string{"", "best", "median", "budget"}}
	p, err := loadTested(Generate())
	if err != nil {
		return nil, err
	}
	if n := len(p.checked.Tests); n < suiteCalls {
		return nil, fmt.Errorf("the generated hotline has %d tests, %d are wanted", n, suiteCalls)
	}
	var spoken int64
	edges := 0
	took, err := measure(c.rounds, func() error {
		left := suiteCalls
		report, err := suite.Run(suite.Options{Checked: p.checked, Program: p.out.Program, Graph: p.graph,
			Select: func(string) bool { left--; return left >= 0 }})
		if err != nil {
			return err
		}
		spoken, edges = 0, report.Coverage.Covered
		for _, r := range report.Results {
			if !r.Passed {
				if len(r.Failures) > 0 {
					return fmt.Errorf("test %s: %w", r.Name, firstError(r.Failures))
				}
				return fmt.Errorf("test %s failed", r.Name)
			}
			spoken += r.Millis
		}
		if len(report.Results) != suiteCalls {
			return fmt.Errorf("%d calls were played", len(report.Results))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.add("all of them", millis(took[0].best), millis(took[0].median), budget(suiteBudget))
	t.within("all of them", took[0].best, suiteBudget)
	t.notes = []string{fmt.Sprintf("%.1f hours of talk; %d edges of the flow graph covered, coverage counted",
		float64(spoken)/3_600_000, edges)}
	return t, nil
}
