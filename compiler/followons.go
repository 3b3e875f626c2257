package compiler

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// withoutFollowOns takes out of what the checker found that which may only follow from the errors of the
// parser: all it says about a declaration that could not be read in full, since the steps that are missing
// there may have set the very names it misses; and every unknown name while whole declarations could not be
// read, since they may declare it; and that a flow returns, when some flow could not be read. Those come back once the
// syntax is mended; until then a beginner sees one finding for one mistake. files are those that were checked, syntax
// what the parser said about them. found is not changed.
func withoutFollowOns(files []*ast.File, syntax, found []diag.Diagnostic) []diag.Diagnostic {
	// it does not return: to go there was meant
	if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "RX1035" }) {
		found = slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return d.Code == "RX2013" })
	}
	if !diag.HasErrors(syntax) {
		return found
	}
	if slices.ContainsFunc(syntax, func(d diag.Diagnostic) bool { return d.Code == "RX1004" || d.Code == "RX8009" }) {
		// a whole file is missing: what others lack may stand there
		found = slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool {
			return d.Code == "RX2001" || d.Code == "RX2007" || d.Code == "RX3008" || d.Code == "RX3009"
		})
	}
	unread := slices.ContainsFunc(syntax, func(s diag.Diagnostic) bool { return s.Code == "RX1023" })
	spoilt := map[string][]diag.Span{} // declarations by file
	for _, f := range files {
		for _, d := range f.Decls {
			_, bad := d.(*ast.Bad)
			unread = unread || bad
			if bad || slices.ContainsFunc(syntax, func(s diag.Diagnostic) bool {
				return s.Severity == diag.Error && s.File == f.Path && d.Span().Start <= s.Span.Start &&
					s.Span.Start <= d.Span().End
			}) {
				spoilt[f.Path] = append(spoilt[f.Path], d.Span())
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool {
		return unread && d.Code == "RX2001" || len(spoilt) > 0 && d.Code == "RX5006" || len(spoilt) > 0 &&
			d.Code == "RX2013" ||
			slices.ContainsFunc(spoilt[d.File], func(s diag.Span) bool {
				return s.Start <= d.Span.Start && d.Span.Start <= s.End
			})
	})
}
