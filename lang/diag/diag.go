// Package diag is what Rexian says to a person about a source file: a diagnostic is plain data
// (code, place, the values its sentence needs, an optional fix), and rendering it is apart.
//
// The sentence of a diagnostic is never written where the fault is found. Each code has one Entry
// in the catalogue, with its sentence in Chinese and in English and an explanation page; the place
// that finds the fault only supplies the values. So a code means one thing everywhere, and every
// message exists in both tongues.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity ranks a diagnostic. Errors stop a build; warnings do not.
type Severity uint8

const (
	Error Severity = iota
	Warning
	Note
)

// Tongue is the language a message is written for: that of the person who reads it, not that of
// the keywords nor of the callers.
type Tongue uint8

const (
	Zh Tongue = iota
	En
)

// Code names one kind of finding for ever: "RX" and four digits. The first digit tells the family:
// 1 text and grammar, 2 names and types, 3 paths, loops and outcomes, 4 prompts and languages,
// 5 hours and calendars, 6 secrets, 7 tests, 8 files, bundles and settings.
type Code string

// Span is a half-open range of byte offsets within one file.
type Span struct {
	Start, End int
}

// Join returns the smallest span that covers both.
func (s Span) Join(t Span) Span { return Span{min(s.Start, t.Start), max(s.End, t.End)} }

// Edit replaces the text of Span in File by New.
type Edit struct {
	File string
	Span Span
	New  string
}

// Fix is a change that mends the finding; `rexian fix` applies it when Safe, else it is only shown.
type Fix struct {
	Title Text
	Edits []Edit
	Safe  bool
}

// Text is one thing said in both tongues.
type Text struct {
	Zh, En string
}

// Textf is a text of two formats with the same values, as Fill fills them in.
func Textf(zh, en string, args ...any) Text {
	return Text{Zh: fmt.Sprintf(zh, args...), En: Fill(en, args...)}
}

// Same is a text that reads the same in every tongue: a name, what an author wrote.
func Same(s string) Text { return Text{Zh: s, En: s} }

// In returns the text for the reader's tongue.
func (t Text) In(tongue Tongue) string {
	if tongue == Zh {
		return t.Zh
	}
	return t.En
}

// Related points at a second place that explains the first, such as the earlier declaration.
type Related struct {
	File string
	Span Span
	Text Text
}

// Diagnostic is one finding.
type Diagnostic struct {
	Code     Code
	Severity Severity
	File     string // path as the loader named it, relative to the program's root, with "/"
	Span     Span
	// Args fill the holes {0}, {1}… of the sentence in the catalogue. A diag.Text argument reads in
	// the reader's tongue; anything else is printed with fmt.
	Args    []any
	Related []Related
	Notes   []Text // what helps to understand the sentence, such as the documentation of a function; a line each
	Fix     *Fix
}

// New reports code at span in file, with the values its sentence needs and the severity that the
// catalogue states. It panics on a code that the catalogue lacks: that is a fault of ours.
func New(code Code, file string, span Span, args ...any) Diagnostic {
	e, ok := Lookup(code)
	if !ok {
		panic("diag: no catalogue entry for " + string(code))
	}
	return Diagnostic{Code: code, Severity: e.Severity, File: file, Span: span, Args: args}
}

// WithFix returns d with a fix.
func (d Diagnostic) WithFix(f Fix) Diagnostic { d.Fix = &f; return d }

// WithRelated returns d with one more related place.
func (d Diagnostic) WithRelated(file string, span Span, text Text) Diagnostic {
	d.Related = append(slices.Clip(d.Related), Related{file, span, text})
	return d
}

// WithNotes returns d with further notes.
func (d Diagnostic) WithNotes(notes ...Text) Diagnostic {
	d.Notes = append(slices.Clip(d.Notes), notes...)
	return d
}

// Sort orders diagnostics by file, place and code, and drops exact repetitions (same code at the
// same place), so that output is stable and nothing is said twice.
func Sort(list []Diagnostic) []Diagnostic {
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
	})
	return slices.CompactFunc(list, func(a, b Diagnostic) bool {
		return a.File == b.File && a.Span == b.Span && a.Code == b.Code
	})
}

// HasErrors tells whether any finding stops a build.
func HasErrors(list []Diagnostic) bool {
	return slices.ContainsFunc(list, func(d Diagnostic) bool { return d.Severity == Error })
}
