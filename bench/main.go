// Bench prints how fast Rexian is, beside other machines that a Go program can embed.
//
//	make bench                 everything
//	go run . -only menu        one section
//	go run . -peers=false      ours alone
//	go run . -n 20             at least 20 rounds of each
//
// # What is measured
//
// Three programs that do nothing but compute stand in programs/, once in the flow language and once for each peer:
// a hundred thousand rounds of arithmetic, calls and decisions each. All return the same number
// or the run fails. Preparing a program is not timed, running it is; the garbage of the round before is collected
// outside the clock, and the machines take turns. Each row gives the best round and the median, and how many times ours
// the best is.
//
// The comparison is of machines, not of arithmetic: our numbers are exact decimals that fault on overflow, goja's and
// gopher-lua's are floating point, starlark's and expr's are integers.
//
// The other sections measure ours alone: reading source text, checking and compiling a hotline of 20,000 lines that
// Generate writes, what a waiting call costs, and how long a suite of calls takes in virtual time.
//
// At the end stands the verdict: which figures are within their budgets. The best round is judged: the budgets are of
// the program, not of what else the machine had to do.
//
// The module is apart from the product's, so that no peer is among the product's dependencies.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// config is what the flags say.
type config struct {
	rounds int
	peers  bool
	flows  string
}

// section is one table of the report.
type section struct {
	name string
	run  func(config) (*table, error)
}

var sections = []section{
	{"arith", compute("arith", "100,000 rounds of exact arithmetic: total + n * 3 - 1")},
	{"calls", compute("calls", "100,000 calls of another flow")},
	{"menu", compute("menu", "100,000 decisions: match, if, a text built and measured")},
	{"read", readText},
	{"compile", compileHotline},
	{"call", waitingCall},
	{"suite", runSuite},
}

func main() {
	var c config
	var names []string
	for _, s := range sections {
		names = append(names, s.name)
	}
	only := flag.String("only", "", "run one section: "+strings.Join(names, ", "))
	flag.IntVar(&c.rounds, "n", 5, "least rounds of each measurement; short ones get more")
	flag.BoolVar(&c.peers, "peers", true, "measure the other machines too")
	flag.StringVar(&c.flows, "flows", "../flows", "folder of *.flow files to read")
	flag.Parse()
	if err := report(os.Stdout, c, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// report measures and prints the sections, all or the one named. A section that fails says so and prints no figures;
// the others go on.
func report(w io.Writer, c config, only string) error {
	if c.rounds < 1 {
		return fmt.Errorf("-n %d: at least one round is needed", c.rounds)
	}
	fmt.Fprintf(w, "rexian bench: %s %s/%s, %d cores, at least %d rounds each\n", runtime.Version(), runtime.GOOS,
		runtime.GOARCH, runtime.NumCPU(), c.rounds)
	found := false
	var failed error
	var bars []bar
	for _, s := range sections {
		if only != "" && only != s.name {
			continue
		}
		found = true
		t, err := s.run(c)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("section %s: %w", s.name, err))
			continue
		}
		fmt.Fprintf(w, "\n%s  %s\n", s.name, t.title)
		if err := t.print(w); err != nil {
			return fmt.Errorf("printing section %s: %w", s.name, err)
		}
		for _, b := range t.bars {
			b.what = s.name + ", " + b.what
			bars = append(bars, b)
		}
	}
	if !found {
		return fmt.Errorf("-only %s: there is no such section", only)
	}
	if len(bars) > 0 {
		failed = errors.Join(failed, verdict(w, bars))
	}
	return failed
}
