package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rexian/lang/diag"
)

// writeGitHub writes workflow commands, a line for each finding, which GitHub shows beside the line of the file. Its
// columns are characters from 1, and the end column only counts on one line.
func writeGitHub(w io.Writer, f Findings) error {
	var b strings.Builder
	for _, r := range f.Records {
		kind := map[string]string{"error": "error", "warning": "warning"}[r.Severity]
		if kind == "" {
			kind = "notice"
		}
		fmt.Fprintf(&b, "::%s file=%s", kind, property(f.Named(r.File)))
		if r.Start.Line > 0 {
			fmt.Fprintf(&b, ",line=%d,endLine=%d,col=%d", r.Start.Line, max(r.End.Line, r.Start.Line), r.Start.Column)
			if r.End.Line == r.Start.Line {
				fmt.Fprintf(&b, ",endColumn=%d", r.End.Column)
			}
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property(string(r.Code)), message(said(r)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// message escapes the text of a workflow command.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property escapes a property of a workflow command.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(s))
}

// quality is one issue of GitLab's code quality report.
type quality struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Print       string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
			End   int `json:"end"`
		} `json:"lines"`
	} `json:"location"`
}

// writeGitLab writes the list that GitLab takes as artifacts:reports:codequality.
func writeGitLab(w io.Writer, f Findings) error {
	list := []quality{}
	seen := prints{}
	for _, r := range f.Records {
		q := quality{Description: said(r), Check: string(r.Code), Print: seen.of(r, f.Source), Severity: "info"}
		switch r.Severity {
		case diag.Error.Word(diag.En):
			q.Severity = "major"
		case diag.Warning.Word(diag.En):
			q.Severity = "minor"
		}
		q.Location.Path = f.Named(r.File)
		q.Location.Lines.Begin = max(r.Start.Line, 1)
		q.Location.Lines.End = max(r.End.Line, q.Location.Lines.Begin)
		list = append(list, q)
	}
	return writeIndented(w, list)
}

func writeIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
