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
	case *ast.Enqueue:
		els(s.Else)
	case *ast.Transfer:
		els(s.Else)
	case *ast.Callback:
		els(s.Else)
	case *ast.Send:
		els(s.Else)
	case *ast.Fax:
		els(s.Else)
	case *ast.ReceiveFax:
		els(s.Else)
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

// leaves tells whether a block never goes on to what follows it: it ends the call, goes to another flow,
// returns, or restarts or leaves what is around it. What could not be read counts as leaving, since
// nothing can be said about it.
func (c *checker) leaves(b *ast.Block) bool {
	if b == nil {
		return true
	}
	for _, s := range b.Steps {
		if c.stepLeaves(s) {
			return true
		}
	}
	return false
}

func (c *checker) stepLeaves(s ast.Step) bool {
	switch s := s.(type) {
	case *ast.Bad, *ast.Goto, *ast.Return, *ast.Voicemail:
		return true
	case *ast.Word:
		switch s.Kind {
		case "again", "next", "stop", "hangup", "reject":
			return true
		}
	case *ast.If:
		return s.Else != nil && c.leaves(s.Then) && c.leaves(s.Else)
	case *ast.Match:
		return len(s.Arms) > 0 && c.armsLeave(s.Arms)
	case *ast.MenuStep:
		return s.Menu != nil && c.armsLeave(s.Menu.Arms)
	case *ast.Transfer: // a call that was taken does not come back
		return c.elseLeaves(s.Else)
	case *ast.Do: // a flow without `return` ends the call
		if s.Call != nil && s.Call.Name != nil {
			if f := c.p.FlowNamed(s.Call.Name.Text); f != nil {
				return !f.Returns
			}
		}
	}
	return false
}

func (c *checker) elseLeaves(e *ast.Else) bool {
	return e == nil || (e.Body == nil || c.leaves(e.Body)) && c.armsLeave(e.Arms)
}

// armsLeave tells whether all arms leave; a miss goes on to the next try and counts for nothing.
func (c *checker) armsLeave(arms []*ast.Arm) bool {
	for _, a := range arms {
		if !isMiss(a) && !c.leaves(a.Body) {
			return false
		}
	}
	return true
}

// isMiss tells whether an arm is about noinput and nomatch only.
func isMiss(a *ast.Arm) bool {
	for _, l := range a.Labels {
		r, ok := l.Value.(*ast.Ref)
		if !ok || r.Name == nil {
			return false
		}
		switch r.Name.Text {
		case "noinput", "nomatch", "没按键", "按错":
		default:
			return false
		}
	}
	return len(a.Labels) > 0
}
