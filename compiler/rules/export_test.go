package rules

import (
	"slices"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/graph"
)

// Reckoner tells tests what single edges are reckoned to take.
type Reckoner struct{ a *arena }

// NewReckoner makes one for a program.
func NewReckoner(p *check.Program, g *graph.Graph, v Voice) Reckoner {
	return Reckoner{&arena{track: newDecider(p, g, v, never).tracking(nil, nil)}}
}

// Cost is what an edge takes at best and at worst where a language is spoken, and how many keys; bound is false where
// nothing bounds it.
func (r Reckoner) Cost(e *graph.Edge, lang string) (best, worst time.Duration, keys int64, bound bool) {
	if e.From.Kind == graph.Entry && e.Kind == graph.Press { // a global key, pressed at a question
		n := int64(len(e.Label))
		return time.Duration(n) * time.Second, time.Duration(n) * time.Second, n, true
	}
	w := r.a.cost(e, int16(slices.Index(r.a.p.Languages, lang)))
	return time.Duration(w.time.best) * time.Millisecond, time.Duration(w.time.worst) * time.Millisecond, w.keys,
		w.open == nil
}
