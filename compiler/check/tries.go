package check

import (
	"rexian/lang/ast"

	"rexian/lang/words"
)

// DefaultTries is how often a question is asked when neither it nor `defaults` says.
const DefaultTries = 3

// TriesOf is how often a question with these clauses is asked at most.
func TriesOf(p *Program, limits []*ast.Limit) int {
	if l := LimitOf(p, limits, "tries"); l != nil && l.Value != nil {
		if k, ok := p.ConstOf(l.Value); ok {
			return int(k.N / 1_000_000)
		}
	}
	return DefaultTries
}

// LongestRecording is how long a recording may be where neither it nor `defaults` says, milliseconds.
const LongestRecording = 120_000

// Confirms finds the clause of a question that reads its answer back; nil if there is none.
func Confirms(a *ast.Ask) *ast.Limit {
	for _, l := range a.Limits {
		if l.Kind == words.Confirm {
			return l
		}
	}
	return nil
}

// LimitOf finds a clause of a question, else that of `defaults`; nil if neither states it.
func LimitOf(p *Program, limits []*ast.Limit, kind string) *ast.Limit {
	for _, l := range limits {
		if l.Kind == kind {
			return l
		}
	}
	if p.Defaults != nil {
		for _, l := range p.Defaults.Limits {
			if l.Kind == kind {
				return l
			}
		}
	}
	return nil
}
