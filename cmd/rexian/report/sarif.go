package report

import (
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"rexian/lang/diag"
)

// The parts of SARIF 2.1.0 (OASIS, errata 01) that a finding has. Columns count UTF-16 code units from 1.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		Language   string        `json:"language"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string      `json:"id"`
		Short   sarifText   `json:"shortDescription"`
		Full    sarifText   `json:"fullDescription"`
		Help    sarifText   `json:"help"`
		Default sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string            `json:"ruleId"`
		RuleIndex int               `json:"ruleIndex"`
		Level     string            `json:"level"`
		Message   sarifText         `json:"message"`
		Locations []sarifLocation   `json:"locations"`
		Related   []sarifLocation   `json:"relatedLocations,omitempty"`
		Prints    map[string]string `json:"partialFingerprints"`
		Fixes     []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// hole is a place of a sentence that a finding fills.
var hole = regexp.MustCompile(`\{\d\}`)

func writeSARIF(w io.Writer, f Findings) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}, Language: "zh-CN",
		Tool: sarifTool{sarifDriver{Name: "rexian", Version: f.Version, Rules: []sarifRule{}}}}
	if f.Tongue == diag.En {
		run.Language = "en-US"
	}
	var rules []string
	for _, r := range f.Records {
		if !slices.Contains(rules, string(r.Code)) {
			rules = append(rules, string(r.Code))
		}
	}
	slices.Sort(rules)
	for _, code := range rules {
		e, _ := diag.Lookup(diag.Code(code))
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: code,
			Short: sarifText{hole.ReplaceAllString(e.Message.In(f.Tongue), "…")},
			Full:  sarifText{e.Explain.In(f.Tongue)}, Help: sarifText{e.Explain.In(f.Tongue)},
			Default: sarifConfig{e.Severity.Word(diag.En)}})
	}
	seen := prints{}
	for _, r := range f.Records {
		res := sarifResult{RuleID: string(r.Code), RuleIndex: slices.Index(rules, string(r.Code)), Level: r.Severity,
			Message: sarifText{said(r)}, Locations: []sarifLocation{f.location(r.File, r.Start, r.End)},
			Prints: map[string]string{"rexian/v1": seen.of(r, f.Source)}}
		for i, other := range r.Related {
			l := f.location(other.File, other.Start, other.End)
			l.ID, l.Message = &i, &sarifText{other.Message}
			res.Related = append(res.Related, l)
		}
		if r.Fix != nil {
			if fix, ok := f.fix(r.Fix); ok {
				res.Fixes = append(res.Fixes, fix)
			}
		}
		run.Results = append(run.Results, res)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{run}})
}

func (f Findings) location(file string, start, end diag.Position) sarifLocation {
	return sarifLocation{Physical: sarifPhysical{Artifact: f.artifact(file), Region: region(start, end)}}
}

// artifact is a path as a relative reference: each of its parts is escaped, and a file URI where it is absolute.
func (f Findings) artifact(file string) sarifArtifact {
	parts := strings.Split(f.Named(file), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	uri := strings.Join(parts, "/")
	if strings.HasPrefix(uri, "/") {
		uri = "file://" + uri
	}
	return sarifArtifact{uri}
}

// region is where a finding is; nil where it is about the whole file, or one whose text is not known.
func region(start, end diag.Position) *sarifRegion {
	if start.Line < 1 || end.Line < start.Line {
		return nil
	}
	return &sarifRegion{start.Line, start.UTF16 + 1, end.Line, end.UTF16 + 1}
}

// fix is false for one that changes a text whose places are not known.
func (f Findings) fix(x *diag.FixRecord) (sarifFix, bool) {
	out := sarifFix{Description: sarifText{x.Title}}
	at := map[string]int{}
	for _, e := range x.Edits {
		deleted := region(e.Start, e.End)
		if deleted == nil {
			return out, false
		}
		i, ok := at[e.File]
		if !ok {
			i = len(out.Changes)
			at[e.File] = i
			out.Changes = append(out.Changes, sarifChange{Artifact: f.artifact(e.File)})
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, sarifReplacement{*deleted, sarifText{e.New}})
	}
	return out, len(out.Changes) > 0
}
