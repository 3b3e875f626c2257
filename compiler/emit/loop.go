package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
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
	k, _ := f.e.p.ConstOf(x.Most)
	ref, _ := x.List.(*ast.Ref)
	if s := f.e.p.SymbolOf(ref); s != nil && s.Kind == check.Table {
		f.rows(f.e.p.Tables[s.Index], int(k.N/1_000_000), base)
	} else {
		f.present(x.List, base)
	}
	f.load(base+1, bundle.Const{})
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

// rows makes a list of the first rows of a table, at most so many.
func (f *function) rows(t *check.TableInfo, most, r int) {
	next := f.next
	defer func() { f.next = next }()
	n := min(most, len(t.Rows))
	list := f.temp(max(n, 1))
	cells := f.temp(len(t.Row.Fields))
	for i, row := range t.Rows[:n] {
		for j := range t.Row.Fields {
			if j < len(row) {
				f.load(cells+j, constant(typed(row[j], t.Row.Fields[j].Type)))
			} else {
				f.abc(bundle.LoadAbsent, cells+j, 0, 0)
			}
		}
		f.abc(bundle.NewRecord, list+i, cells, len(t.Row.Fields))
	}
	f.abc(bundle.NewList, r, list, n)
}
