package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
)

// readText measures the lexer and the parser on the hotline's own text, repeated to a megabyte.
func readText(c config) (*table, error) {
	text, err := flowText(c.flows)
	if err != nil {
		return nil, err
	}
	n := len(text)
	t := &table{title: fmt.Sprintf("%.2f MB of the hotline's own text, one thread", float64(n)/1e6),
		head: []string{"", "best", "median"}}
	took, err := measure(c.rounds, func() error {
		_, ds := token.Scan("a.flow", text)
		return firstError(ds)
	}, func() error {
		_, ds := parse.Parse("a.flow", text)
		return firstError(ds)
	})
	if err != nil {
		return nil, err
	}
	for i, name := range []string{"lexing", "parsing (lexing included)"} {
		t.add(name, rate(n, took[i].best), rate(n, took[i].median))
	}
	return t, nil
}

// flowText is all *.flow files under a folder, one after the other, as often as a megabyte takes.
func flowText(folder string) ([]byte, error) {
	var b strings.Builder
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".flow" {
			return err
		}
		text, err := os.ReadFile(path)
		b.Write(text)
		b.WriteByte('\n')
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the flows: %w", err)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("reading the flows: there are none under %s", folder)
	}
	return []byte(strings.Repeat(b.String(), 1+1_000_000/b.Len())), nil
}

// firstError is the first finding that is an error: a benchmark measures sound programs only.
func firstError(ds []diag.Diagnostic) error {
	for _, d := range ds {
		if d.Severity == diag.Error {
			return fmt.Errorf("%s at byte %d: %s %s", d.File, d.Span.Start, d.Code, d.Sentence(diag.En))
		}
	}
	return nil
}
