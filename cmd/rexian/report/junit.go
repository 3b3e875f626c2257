package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rexian/lang/diag"
)

// Case is one test as JUnit counts it.
type Case struct {
	Name     string
	File     string // as the user would name it
	Line     int
	Millis   int64
	Skipped  string        // why it was not played; "" if it was
	Failures []diag.Record // none if it passed
	Output   string        // the course of the call
}

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		File     string      `xml:"file,attr"`
		Cases    []junitCase `xml:"testcase"`
		millis   int64
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr,omitempty"`
		Skipped *junitSkipped `xml:"skipped"`
		Failure *junitFailure `xml:"failure"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteTests writes tests as JUnit XML: a suite for each file, in the order given. Times are those of the calls, which
// virtual time passes.
func WriteTests(w io.Writer, name string, cases []Case, named func(string) string) error {
	out := junitSuites{Name: name, Suites: []junitSuite{}}
	at := map[string]int{}
	var total int64
	for _, c := range cases {
		i, ok := at[c.File]
		if !ok {
			i = len(out.Suites)
			at[c.File] = i
			out.Suites = append(out.Suites, junitSuite{Name: clean(c.File), File: clean(c.File)})
		}
		s := &out.Suites[i]
		j := junitCase{Name: clean(c.Name), Class: class(c.File), Time: seconds(c.Millis), File: clean(c.File),
			Line:   c.Line,
			Output: clean(c.Output)}
		s.Tests++
		s.millis += c.Millis
		switch {
		case c.Skipped != "":
			j.Skipped = &junitSkipped{clean(c.Skipped)}
			s.Skipped++
		case len(c.Failures) > 0:
			var lines []string
			for _, r := range c.Failures {
				lines = append(lines,
					fmt.Sprintf("%s:%d:%d: %s: %s", named(r.File), r.Start.Line, r.Start.Column, r.Code,
						said(r)))
			}
			j.Failure = &junitFailure{Message: clean(c.Failures[0].Message), Type: string(c.Failures[0].Code),
				Text: clean(strings.Join(lines, "\n"))}
			s.Failures++
		}
		s.Cases = append(s.Cases, j)
	}
	for i := range out.Suites {
		s := &out.Suites[i]
		s.Time = seconds(s.millis)
		out.Tests, out.Failures, out.Skipped = out.Tests+s.Tests, out.Failures+s.Failures, out.Skipped+s.Skipped
		total += s.millis
	}
	out.Time = seconds(total)
	return writeXML(w, out)
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// writeChecked writes findings as JUnit XML: each is a failed test of its file; none at all is one that passed.
func writeChecked(w io.Writer, f Findings) error {
	var cases []Case
	for _, r := range f.Records {
		cases = append(cases, Case{Name: fmt.Sprintf("%s %d:%d", r.Code, r.Start.Line, r.Start.Column),
			File: f.Named(r.File), Line: r.Start.Line, Failures: []diag.Record{r}})
	}
	if len(cases) == 0 {
		cases = []Case{{Name: "check", File: f.Named(".")}}
	}
	return WriteTests(w, "rexian check", cases, f.Named)
}

// class is a file as readers of JUnit group tests: with dots.
func class(file string) string {
	return clean(strings.ReplaceAll(strings.TrimSuffix(file, ".flow"), "/", "."))
}

func seconds(millis int64) string { return strconv.FormatFloat(float64(millis)/1000, 'f', 3, 64) }

// clean takes out what XML 1.0 cannot hold; the encoder would write it as U+FFFD, which no reader expects in a name.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return -1
	}, s)
}
