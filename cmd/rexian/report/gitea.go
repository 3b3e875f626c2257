package report

import (
	"fmt"
	"io"
	"strings"

	"rexian/lang/diag"
)

// review is the body of a pull request's review as Gitea and Forgejo take it: POST …/pulls/{index}/reviews. Neither of
// them reads the annotations that a job prints.
type review struct {
	Event    string          `json:"event"`
	Body     string          `json:"body"`
	Comments []reviewComment `json:"comments"`
}

type reviewComment struct {
	Path string `json:"path"`
	Line int    `json:"new_position"` // in the new file
	Body string `json:"body"`
}

// writeGitea writes a review that comments on each finding at its line. What has no place stands in its body.
func writeGitea(w io.Writer, f Findings) error {
	out := review{Event: "COMMENT", Comments: []reviewComment{}}
	failed, warned := 0, 0
	var placeless []string
	for _, r := range f.Records {
		switch r.Severity {
		case diag.Error.Word(diag.En):
			failed++
		case diag.Warning.Word(diag.En):
			warned++
		}
		text := fmt.Sprintf("**%s** %s", r.Code, said(r))
		if r.Start.Line > 0 {
			out.Comments = append(out.Comments, reviewComment{f.Named(r.File), r.Start.Line, text})
		} else {
			placeless = append(placeless, text)
		}
	}
	tally := diag.Text{Zh: fmt.Sprintf("rexian：%d 个错误，%d 个警告", failed, warned),
		En: diag.Fill("rexian: %d [error|errors], %d [warning|warnings]", failed, warned)}
	out.Body = strings.Join(append([]string{tally.In(f.Tongue)}, placeless...), "\n\n")
	return writeIndented(w, out)
}
