package prove

import (
	"rexian/compiler/check"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// MaxRounds is how many rounds loops within each other may take, those of flows that are done in them included: far
// below what the machine lets a call do between two events.
const MaxRounds = 100_000

// rounds multiplies the caps of loops that stand within each other.
type rounds struct {
	*analysis
	file string
	of   map[*check.FlowInfo]int64 // the most rounds that loops of a flow take; 0 while it is being found
}

// rounds reports loops that together take more rounds than MaxRounds.
func (a *analysis) rounds() {
	r := &rounds{analysis: a, of: map[*check.FlowInfo]int64{}}
	for _, f := range a.p.Flows {
		r.flow(f)
	}
	if f := a.p.DefaultsFlow; f != nil {
		r.flow(f)
	}
	for _, x := range a.p.Campaigns {
		r.file = x.File
		r.under(x.Decl.Unreached, 1)
	}
}

func (r *rounds) flow(f *check.FlowInfo) int64 {
	if n, known := r.of[f]; known {
		return max(n, 1) // a flow that does itself is told as such
	}
	r.of[f] = 0
	file := r.file
	r.file = f.File
	most := int64(1)
	if f.Loops {
		most = max(r.under(f.Body, 1), r.under(f.Menu, 1))
		for _, h := range f.Handlers {
			most = max(most, r.under(h, 1))
		}
	}
	for _, x := range f.Exits {
		if x.Do {
			most = max(most, r.flow(x.Target))
		}
	}
	r.file, r.of[f] = file, most
	return most
}

// under finds the most rounds of the loops below a node, which is reached so many times itself.
func (r *rounds) under(n ast.Node, times int64) int64 {
	most := times
	loop := func(rounds ast.Expr, body *ast.Block) bool {
		k := int64(1)
		if c, ok := r.p.ConstOf(rounds); ok {
			k = max(c.N/1_000_000, 1)
		}
		if r.tooMany(times, k, rounds) {
			return false
		}
		most = max(most, r.under(body, times*k))
		return false
	}
	do := func(f *check.FlowInfo, at ast.Node) {
		if f == nil {
			return
		}
		if k := r.flow(f); !r.tooMany(times, k, at) {
			most = max(most, times*k)
		}
	}
	ast.WalkSteps(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Repeat:
			return loop(x.Most, x.Body)
		case *ast.ForEach:
			return loop(x.Most, x.Body)
		case *ast.Do:
			for _, f := range r.called(x.Call) {
				do(f, x)
			}
		case *ast.Source:
			for _, f := range r.called(x.Do) {
				do(f, x)
			}
		case *ast.RunSurvey:
			do(r.p.FlowNamed(x.Name.Text), x)
		}
		return true
	})
	return most
}

func (r *rounds) called(ref *ast.Ref) []*check.FlowInfo {
	if ref == nil {
		return nil
	}
	return r.p.FlowsOf(ref)
}

func (r *rounds) tooMany(times, k int64, at ast.Node) bool {
	if times*k <= MaxRounds {
		return false
	}
	r.report(diag.New("RX3012", r.file, at.Span(), MaxRounds, times*k))
	return true
}
