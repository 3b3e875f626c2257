package main

import (
	"strings"
	"testing"
)

// Every section runs through and has figures; how good they are is no matter for a test.
func TestSections(t *testing.T) {
	for _, s := range sections {
		t.Run(s.name, func(t *testing.T) {
			tab, err := s.run(config{rounds: 1, flows: "../flows"})
			if err != nil {
				t.Fatal(err)
			}
			if len(tab.rows) == 0 {
				t.Error("no figures")
			}
			for _, row := range tab.rows {
				if len(row) != len(tab.head) {
					t.Errorf("row %q has %d cells, the head %d", row, len(row), len(tab.head))
				}
			}
		})
	}
}

func TestReportRefusesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		rounds int
		only   string
		want   string
	}{{0, "read", "round"}, {1, "nothing", "no such section"}} {
		var b strings.Builder
		err := report(&b, config{rounds: c.rounds, flows: "../flows"}, c.only)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("-n %d -only %s: error %v, want one of %q", c.rounds, c.only, err, c.want)
		}
	}
}
