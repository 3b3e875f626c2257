package report

import (
	"encoding/xml"
	"io"

	"rexian/lang/diag"
)

// The form of Checkstyle's reports, which Jenkins, Bitbucket, TeamCity and most other servers read.
type (
	checkstyle struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr,omitempty"`
		Column   int    `xml:"column,attr,omitempty"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// writeCheckstyle writes findings file by file, in the order in which they come.
func writeCheckstyle(w io.Writer, f Findings) error {
	out := checkstyle{Version: "8.0"}
	at := map[string]int{}
	for _, r := range f.Records {
		name := clean(f.Named(r.File))
		i, ok := at[name]
		if !ok {
			i = len(out.Files)
			at[name] = i
			out.Files = append(out.Files, checkstyleFile{Name: name})
		}
		one := checkstyleError{Line: r.Start.Line, Column: r.Start.Column, Severity: "info", Message: clean(said(r)),
			Source: "rexian." + string(r.Code)}
		switch r.Severity {
		case diag.Error.Word(diag.En):
			one.Severity = "error"
		case diag.Warning.Word(diag.En):
			one.Severity = "warning"
		}
		out.Files[i].Errors = append(out.Files[i].Errors, one)
	}
	return writeXML(w, out)
}
