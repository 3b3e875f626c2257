// Package explore looks for what the compiler promises that cannot happen: it writes random programs, asks the checker
// for its verdict, and plays each that is accepted with callers who press, wait and hang up, and a world that fails.
//
// # What must never be seen
//
//   - a call that stands still, with nothing to come and nobody to wait for;
//   - a call that goes on for ever with a caller who does nothing;
//   - a flow that runs off its end, or leaves the machine;
//   - an outcome of a lookup or an act that nothing catches;
//   - a secret in anything that leaves the call: words, messages, names, arguments not declared secret, the log;
//   - a long silence while no question is open and nobody talks;
//   - a rule of the program that a call breaks.
//
// A secret is found by its digits, which are drawn anew for each call: what is found is played again with other digits,
// so that a program which happens to say the same ones is told from one that leaks.
package explore

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// Kind names a promise that was broken.
type Kind string

// The promises.
const (
	Stuck    Kind = "stuck"
	Endless  Kind = "endless"
	FellOff  Kind = "fell off the end"
	Uncaught Kind = "uncaught outcome"
	Leak     Kind = "leak of a secret"
	Silence  Kind = "silence"
	Rule     Kind = "broken rule"
	Crash    Kind = "crash"
)

// Finding is a broken promise and what the caller and the world did until then.
type Finding struct {
	Kind   Kind
	What   string
	Course []string
}

// Verdict is what became of one program.
type Verdict struct {
	Source string
	Codes  []diag.Code // the checker's errors; none: it was accepted
	Calls  int         // how many were played
	Found  []Finding
}

// Explorer plays programs. It may be used by one goroutine at a time.
type Explorer struct {
	library  *library.Registry
	careless bool // also what the checker refuses is played, to see what it is refused for
	samples  map[string]vm.Value

	forbids, tells bool // the rules of the program at hand: see rulesOf
}

// New makes an explorer over the library built in.
func New() (*Explorer, error) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return nil, fmt.Errorf("exploring: %w", err)
	}
	samples, err := suite.Samples(nil, zone)
	if err != nil {
		return nil, fmt.Errorf("exploring: %w", err)
	}
	return &Explorer{library: library.Default(), samples: samples}, nil
}

// Random writes the program of a seed and plays it, the same for the same seed.
func (x *Explorer) Random(seed uint64, calls int) Verdict {
	return x.Program(Write(seed), seed, calls)
}

// Program checks a program of one file and plays so many calls of it.
func (x *Explorer) Program(src string, seed uint64, calls int) (v Verdict) {
	v.Source = src
	defer func() {
		if r := recover(); r != nil {
			v.Found = append(v.Found, Finding{Kind: Crash, What: fmt.Sprintf("%v\n%s", r, debug.Stack())})
		}
	}()
	im, codes, err := compiled(src, x.careless)
	if err != nil {
		v.Found = append(v.Found, Finding{Kind: Crash, What: err.Error()})
		return v
	}
	if v.Codes = codes; len(codes) > 0 && !x.careless {
		return v
	}
	x.forbids, x.tells = rulesOf(src)
	entries := x.entries(im.Program)
	for i := range calls {
		if len(entries) == 0 {
			break
		}
		v.Calls++
		entry := entries[(int(seed%97)+i)%len(entries)]
		found := x.play(im, entry, seed+uint64(i), 0)
		if found != nil && found.Kind == Leak {
			found = x.play(im, entry, seed+uint64(i), 1) // the same call with another secret
		}
		if found != nil {
			v.Found = append(v.Found, *found)
			return v
		}
	}
	return v
}

// compiled checks and compiles a source. One with errors gives their codes and no image, unless whoever is careless
// asks for it and it can be had.
func compiled(src string, careless bool) (*vm.Image, []diag.Code, error) {
	tree, found := parse.Parse("program.flow", []byte(src))
	p, more := check.Check([]*ast.File{tree},
		check.Env{ReadFile: func(name string) ([]byte, error) { return []byte(tables[name]), nil }})
	found = append(found, more...)
	var g *graph.Graph
	if !diag.HasErrors(found) {
		g, more = prove.Program(p)
		found = append(found, more...)
	}
	if len(p.Rules) > 0 && !diag.HasErrors(found) {
		for _, v := range rules.Decide(p, g, nil) {
			if d, not := v.Finding(); not {
				found = append(found, d)
			}
		}
	}
	var codes []diag.Code
	for _, d := range found {
		if d.Severity == diag.Error {
			codes = append(codes, d.Code)
		}
	}
	if len(codes) > 0 && !careless {
		return nil, codes, nil
	}
	out, err := emit.Emit(p, emit.Options{Graph: g})
	if err != nil {
		if len(codes) > 0 {
			return nil, codes, nil
		}
		return nil, nil, fmt.Errorf("emitting: %w", err)
	}
	b, err := bundle.Encode(out.Program)
	if err != nil {
		return nil, nil, err
	}
	q, err := bundle.Decode(b)
	if err != nil {
		return nil, nil, err
	}
	im, err := vm.Load(q)
	return im, codes, err
}

// tables are those of every program, by their files.
var tables = map[string]string{
	"t.csv": "代码,名称,电话\n01,历下区税务局,0531-88880001\n02,市中区税务局,0531-88880002\n",
	"n.csv": "序号,名称,电话\n1,历下,0531-88880001\n2,市中,0531-88880002\n5,槐荫,0531-88880003\n",
}

// seeded is a source of random numbers; stream tells those of one seed apart.
func seeded(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
