package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/graph"
	"rexian/lang/ast"
)

// repeat counts down in a register; the last round falls out of the loop.
func (f *function) repeat(x *ast.Repeat) {
	counter := f.temp(1)
	k, _ := f.e.p.ConstOf(x.Most)
	n := k.N / 1_000_000
	f.load(counter, bundle.Const{N: n})
	outerRound, outerStop := f.round, f.stop
	var top, round, stop label
	f.round, f.stop = &round, &stop
	if n > 0 {
		unpin := f.pin(x.Body)
		f.mark(&top)
		f.cover(f.e.edge(x, graph.Branch, "round", nil))
		f.block(x.Body)
		f.mark(&round)
		f.at(x.Span())
		f.jump(bundle.Loop, counter, &top)
		unpin()
	}
	f.cover(f.e.edge(x, graph.Branch, "done", nil))
	f.mark(&stop)
	f.round, f.stop = outerRound, outerStop
}

// each takes an item a round, as long as there are items and rounds.
func (f *function) each(x *ast.ForEach) {
	base := f.temp(4)
	f.present(x.List, base)
	f.load(base+1, bundle.Const{})
	k, _ := f.e.p.ConstOf(x.Most)
	f.load(base+2, bundle.Const{N: k.N / 1_000_000})
	outerRound, outerStop := f.round, f.stop
	var round, done, stop label
	f.round, f.stop = &round, &stop
	unpin := f.pin(x.Body)
	f.mark(&round)
	f.jump(bundle.Each, base, &done)
	if s := f.e.p.LocalOf(x); s != nil {
		f.move(s.Slot, base+3)
	}
	f.cover(f.e.edge(x, graph.Branch, "round", nil))
	f.block(x.Body)
	f.jump(bundle.Jump, 0, &round)
	unpin()
	f.mark(&done)
	f.cover(f.e.edge(x, graph.Branch, "done", nil))
	f.mark(&stop)
	f.round, f.stop = outerRound, outerStop
}
