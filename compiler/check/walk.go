package check

import "rexian/lang/ast"

// blocks calls f with every block that hangs directly on a step.
func blocks(s ast.Step, f func(*ast.Block)) {
	els := func(e *ast.Else) {
		if e == nil {
			return
		}
		if e.Body != nil {
			f(e.Body)
		}
		for _, a := range e.Arms {
			f(a.Body)
		}
	}
	arms := func(list []*ast.Arm) {
		for _, a := range list {
			f(a.Body)
		}
	}
	lead := func(list []ast.Step) {
		for _, s := range list {
			blocks(s, f)
		}
	}
	switch s := s.(type) {
	case *ast.If:
		f(s.Then)
		if s.Else != nil {
			f(s.Else)
		}
	case *ast.Let:
		if s.Source == nil {
			return
		}
		if a := s.Source.Ask; a != nil {
			lead(a.Lead)
			arms(a.Arms)
		}
		if s.Source.Guard != nil {
			els(s.Source.Guard.Else)
		}
	case *ast.Do:
		if s.Guard != nil {
			els(s.Guard.Else)
		}
	case *ast.MenuStep:
		if s.Menu != nil {
			lead(s.Menu.Lead)
			arms(s.Menu.Arms)
		}
	case ast.Act:
		els(s.Otherwise())
	case *ast.Match:
		arms(s.Arms)
	case *ast.Repeat:
		f(s.Body)
	case *ast.ForEach:
		f(s.Body)
	}
}

// returns tells whether a block holds a return at any depth.
func returns(b *ast.Block) bool {
	if b == nil {
		return false
	}
	for _, s := range b.Steps {
		if _, ok := s.(*ast.Return); ok {
			return true
		}
		found := false
		blocks(s, func(inner *ast.Block) { found = found || returns(inner) })
		if found {
			return true
		}
	}
	return false
}

func returnsInArms(arms []*ast.Arm) bool {
	for _, a := range arms {
		if returns(a.Body) {
			return true
		}
	}
	return false
}
