package prove

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// sometimes reports an option that is always there and is told of only under a condition. Where several steps of the
// lead tell of it under conditions, these may be all there are.
func (g *listener) sometimes(m *ast.Menu) {
	if !slices.ContainsFunc(m.Lead, func(s ast.Step) bool { _, ok := s.(*ast.If); return ok }) {
		return
	}
	for _, arm := range m.Arms {
		if arm.When != nil || arm.Unannounced {
			continue
		}
		for _, k := range arm.Keys {
			always, at := false, 0
			for _, s := range m.Lead {
				may, must := g.tells(s, arm, k.Keys)
				if always = always || must; may {
					at++
				}
			}
			if !always && at == 1 {
				g.report(diag.New("RX4209", g.file.Path, k.Span(), k.Keys))
				return
			}
		}
	}
}

// tells tells whether a step of a lead may name a key, and whether it does in any case.
func (g *listener) tells(s ast.Step, arm *ast.Arm, key string) (may, must bool) {
	switch x := s.(type) {
	case *ast.Say:
		if x.Options {
			return arm.Label != nil, arm.Label != nil
		}
		for _, h := range g.hear([]*ast.Said{x.Said}, nil) {
			may = may || h.names(key)
		}
		return may, may
	case *ast.If:
		may, must = g.anyTells(x.Then, arm, key)
		elseMay, elseMust := g.anyTells(x.Else, arm, key)
		return may || elseMay, must && elseMust
	case *ast.ForEach:
		may, _ = g.anyTells(x.Body, arm, key)
		return may, may // a list that may be empty is not looked into
	}
	return false, false
}

func (g *listener) anyTells(b *ast.Block, arm *ast.Arm, key string) (may, must bool) {
	if b == nil {
		return false, false
	}
	for _, s := range b.Steps {
		m, n := g.tells(s, arm, key)
		may, must = may || m, must || n
	}
	return may, must
}
