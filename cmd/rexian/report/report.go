// Package report writes what check and test have found in the forms that other programs read: SARIF for code scanning,
// JUnit for test reports, annotations for GitHub and Azure, code quality for GitLab, a review for Gitea and Forgejo,
// Checkstyle for most other servers, lcov for coverage.
//
// All start from the same records, so that a finding has one place and one sentence whatever shows it. Paths are those
// that the user would name, relative to where the command runs, for the forges look files up by them.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"rexian/lang/diag"
)

// Formats are the names of the forms, the one for people first.
const (
	Text   = "text"
	JSON   = "json"
	SARIF  = "sarif"
	JUnit  = "junit"
	GitHub = "github"
	GitLab = "gitlab"
	Azure  = "azure"
	Gitea  = "gitea"
	Style  = "checkstyle"
)

// Findings are what is written.
type Findings struct {
	Records []diag.Record
	Tongue  diag.Tongue              // of the records
	Version string                   // of the compiler
	Named   func(file string) string // a file of the program as the user would name it, with "/"
	Source  func(file string) []byte // nil where there is none
}

// WriteFindings writes findings in a format of another program.
func WriteFindings(w io.Writer, format string, f Findings) error {
	write := writers[format]
	if write == nil {
		return fmt.Errorf("no format %q for findings", format)
	}
	return write(w, f)
}

// writers are the formats of findings.
var writers = map[string]func(io.Writer, Findings) error{SARIF: writeSARIF, JUnit: writeChecked, GitHub: writeGitHub,
	GitLab: writeGitLab, Azure: writeAzure, Gitea: writeGitea, Style: writeCheckstyle}

// said is the sentence of a record with its notes.
func said(r diag.Record) string {
	return strings.Join(append([]string{r.Message}, r.Notes...), "\n")
}

// prints makes fingerprints: the same finding keeps its own though lines are added above it.
type prints map[string]int

func (p prints) of(r diag.Record, source func(string) []byte) string {
	line := ""
	if source != nil && r.Start.Line > 0 {
		lines := strings.Split(string(source(r.File)), "\n")
		if r.Start.Line <= len(lines) {
			line = strings.TrimSpace(lines[r.Start.Line-1])
		}
	}
	key := string(r.Code) + "\x00" + r.File + "\x00" + line
	p[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, p[key]))
	return hex.EncodeToString(sum[:16])
}
