package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rexian/cmd/rexian/report"
	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// reportFlags say in what form, and where to, a command reports.
type reportFlags struct {
	JSON   bool   `help:"json"`
	Format string `help:"format" enum:",text,json,sarif,junit,github,gitlab,azure,gitea,checkstyle" default:"" placeholder:"${formats}"`
	Output string `help:"report_file" placeholder:"FILE"`
}

// form is the form that is asked for.
func (f reportFlags) form() string {
	switch {
	case f.Format != "":
		return f.Format
	case f.JSON:
		return report.JSON
	}
	return report.Text
}

// forPeople tells whether what goes to the screen is the text for people: also where a file gets another form.
func (f reportFlags) forPeople() bool { return f.Output != "" || f.form() == report.Text }

// send writes a report to where it belongs: the file that was named, else the screen.
func (f reportFlags) send(a *app, write func(io.Writer) error) error {
	if f.Output == "" {
		return write(a.Out)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(a.File(f.Output), b.Bytes(), 0o644); err != nil {
		return a.Usage("写不了 %s：%v", "%s cannot be written: %v", f.Output, err)
	}
	return nil
}

// findings are a program's as package report takes them.
func (a *app) findings(p *program, found []diag.Diagnostic) report.Findings {
	return report.Findings{Records: diag.Records(found, a.Tongue, p.Source), Tongue: a.Tongue, Version: Version,
		Named: a.seen(p), Source: p.Source}
}

// seen names the files of a program as whoever reads a report finds them: from the folder where the command runs.
func (a *app) seen(p *program) func(string) string {
	return func(name string) string {
		path := p.named(name)
		if !filepath.IsAbs(path) {
			return path
		}
		if rel, err := filepath.Rel(a.Dir, path); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
		return path
	}
}

// cases are tests as JUnit counts them.
func (c *testCmd) cases(a *app, p *program, r *suite.Report) []report.Case {
	var list []report.Case
	for _, t := range r.Results {
		one := report.Case{Name: t.Name, File: a.seen(p)(t.File), Line: t.Line, Millis: t.Millis,
			Failures: diag.Records(t.Failures, a.Tongue, p.Source)}
		if t.Skipped != nil {
			one.Skipped = t.Skipped.In(a.Tongue)
		}
		if !t.Passed || c.Verbose {
			var lines []string
			for _, l := range t.Transcript {
				lines = append(lines, strings.TrimSpace(a.transcribed(l)))
			}
			one.Output = strings.Join(lines, "\n")
		}
		list = append(list, one)
	}
	return list
}

// report writes the tests in the form that is asked for.
func (c *testCmd) report(a *app, p *program, r *suite.Report, covered bool) error {
	if c.forPeople() {
		if err := c.text(a, p, r, covered); err != nil {
			return err
		}
	}
	if c.Coverage != "" {
		if !covered {
			return a.Usage("打到别处的服务器，不知道走过哪些分支：不能用 --coverage",
				"what another server goes through is not known: --coverage cannot be used")
		}
		to := reportFlags{Output: c.Coverage}
		if err := to.send(a, func(w io.Writer) error {
			return report.WriteCoverage(w, c.Coverage, r.Coverage, a.Tongue, a.seen(p), p.Source)
		}); err != nil {
			return err
		}
	}
	if c.form() == report.Text && c.Output == "" {
		return nil
	}
	return c.send(a, func(w io.Writer) error {
		switch c.form() {
		case report.Text:
			screen := a.Out
			defer func() { a.Out = screen }()
			a.Out = w
			return c.text(a, p, r, covered)
		case report.JSON:
			return c.json(a, w, p, r)
		case report.JUnit:
			return report.WriteTests(w, "rexian test", c.cases(a, p, r), a.seen(p))
		}
		var found []diag.Diagnostic
		for _, t := range r.Results {
			found = append(found, t.Failures...)
		}
		return report.WriteFindings(w, c.form(), a.findings(p, found))
	})
}
