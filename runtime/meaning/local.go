package meaning

import "rexian/compiler/bundle"

// local looks only at the flows that have an instruction that does something else, each by itself: a call comes there
// with whatever it may hold, and is given up where both programs go alike to another flow, since that is looked at by
// itself too, or does the same in both.
//
//	          ┌────────── flow ──────────┐
//	anything ─▶ … ─▶ ● touched ─▶ … goto ─▶ another flow, alike: given up
//	          └─▶ …                      │
//
// What is found so is all that may differ, and more: whether a call can come there with what it holds is not known yet.
// Where nothing is found nothing differs, for anybody.
func (x *product) local(list []entry) *product {
	y := &product{pool: x.pool, old: x.old, new: x.new, lib: x.lib, seen: map[string]int32{}, told: map[string]bool{},
		ways:    x.ways,
		aligned: true, alike: x.alike, apart: true}
	if x.most == 1 {
		y.most = 1
	}
	for _, e := range list {
		if fn := e.fn[0]; fn != e.fn[1] || fn >= len(x.alike) || !x.alike[fn] {
			y.begin(e)
		}
	}
	y.run()
	touched := x.touchedFuncs()
	roots := x.roots(list)
	letters := x.lettered(list)
	for fn := range touched {
		if !touched[fn] {
			continue
		}
		if roots[fn] {
			y.anywhere(frame{fn: int32(fn)}, false, false)
		}
		if roots[fn] && letters[fn] {
			y.anywhere(frame{fn: int32(fn)}, true, false)
		}
		if fn == int(x.old.prog.Defaults) {
			for _, h := range x.old.prog.Funcs[fn].Handlers {
				y.anywhere(frame{fn: int32(fn), pc: h.PC, handling: true}, false, h.Tag == "hangup")
			}
		}
	}
	return y
}

// opHeld is what a call holds of which nothing is known, not even whether it is there.
const opHeld = "held"

// anywhere begins in a place with anything that a call may hold there, in each language; with one or two errors behind
// it where errors play a part.
func (x *product) anywhere(at frame, letter, gone bool) {
	langs := x.old.prog.Languages
	if len(langs) == 0 {
		langs = []string{""}
	}
	x.old.erred, x.new.erred = false, false
	for errors := range mostErrors {
		if errors > 0 && !x.old.erred && !x.new.erred {
			return
		}
		for _, lang := range langs {
			s := x.old.start(int(at.fn), letter)
			s.frames[0], s.lang, s.errors, s.gone = at, lang, errors, gone
			for i := range s.data {
				s.data[i] = x.make(opHeld, int64(i), "", -1)
			}
			for i := range x.old.prog.Funcs[at.fn].Params {
				s.stack[i] = x.make(opHeld, int64(i), "parameter", -1)
			}
			s.agent = x.make(opWorld, 0, "call.agent", 0)
			x.push(&node{old: s, new: s, id: -1, twin: true})
		}
		x.run()
	}
}

// touchedFuncs are the functions with an instruction that does something else, and those that call one.
func (x *product) touchedFuncs() []bool {
	list := make([]bool, len(x.alike))
	for more := true; more; {
		more = false
		for fn := range list {
			if list[fn] || !x.alike[fn] {
				continue
			}
			for pc, c := range x.old.prog.Funcs[fn].Code {
				if x.old.touches(int32(fn), int32(pc)) ||
					c.Op() == bundle.Call && c.Bx() < len(list) && list[c.Bx()] {
					list[fn], more = true, true
					break
				}
			}
		}
	}
	return list
}

// roots are the functions that a call may be in with no other around it: where it enters, and goes to.
func (x *product) roots(list []entry) []bool {
	roots := make([]bool, len(x.alike))
	add := func(fn int) {
		if fn >= 0 && fn < len(roots) {
			roots[fn] = true
		}
	}
	for _, e := range list {
		add(e.fn[0])
		add(e.fn[1])
	}
	for _, p := range []*bundle.Program{x.old.prog, x.new.prog} {
		for i := range p.Funcs {
			for _, c := range p.Funcs[i].Code {
				if c.Op() == bundle.Goto {
					add(c.Bx())
				}
			}
		}
	}
	return roots
}

// lettered are the functions that what comes in as a message may lead to.
func (x *product) lettered(list []entry) []bool {
	seen := make([]bool, max(len(x.old.prog.Funcs), len(x.new.prog.Funcs)))
	var todo []int
	add := func(fn int) {
		if fn >= 0 && fn < len(seen) && !seen[fn] {
			seen[fn] = true
			todo = append(todo, fn)
		}
	}
	for _, e := range list {
		if e.letter() {
			add(e.fn[0])
			add(e.fn[1])
		}
	}
	for len(todo) > 0 {
		fn := todo[0]
		todo = todo[1:]
		for _, p := range []*bundle.Program{x.old.prog, x.new.prog} {
			if fn >= len(p.Funcs) {
				continue
			}
			for _, c := range p.Funcs[fn].Code {
				if c.Op() == bundle.Goto || c.Op() == bundle.Call {
					add(c.Bx())
				}
			}
		}
	}
	return seen
}
