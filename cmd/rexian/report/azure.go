package report

import (
	"fmt"
	"io"
	"strings"

	"rexian/lang/diag"
)

// writeAzure writes logging commands, a line for each finding, which Azure Pipelines shows as issues of the run and
// beside the file. It knows errors and warnings only.
func writeAzure(w io.Writer, f Findings) error {
	var b strings.Builder
	for _, r := range f.Records {
		kind := "warning"
		if r.Severity == diag.Error.Word(diag.En) {
			kind = "error"
		}
		fmt.Fprintf(&b, "##vso[task.logissue type=%s;sourcepath=%s", kind, azureProperty(f.Named(r.File)))
		if r.Start.Line > 0 {
			fmt.Fprintf(&b, ";linenumber=%d;columnnumber=%d", r.Start.Line, r.Start.Column)
		}
		fmt.Fprintf(&b, ";code=%s]%s\n", azureProperty(string(r.Code)), azureMessage(said(r)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// azureMessage escapes the text of a logging command.
func azureMessage(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// azureProperty escapes a property of a logging command.
func azureProperty(s string) string {
	return strings.NewReplacer(";", "%3B", "]", "%5D").Replace(azureMessage(s))
}
