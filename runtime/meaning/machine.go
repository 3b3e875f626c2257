package meaning

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/runtime/vm"
)

// frame is one flow that runs, as in vm.Frame.
type frame struct {
	fn, pc, base int32
	handling     bool
}

// state is a call of one of the programs, with terms in place of values.
type state struct {
	frames []frame
	stack  []*term
	data   []*term
	agent  *term
	lang   string
	errors int
	gone   bool
	letter bool
	paused bool // between two turns of a loop: see turn
	jumped bool // by goto, since the last wait
	own    [2]frame
}

// clone is a copy. Data are shared, and never written to: see bundle.StoreData.
func (s *state) clone() *state {
	c := *s
	c.frames = append(c.own[:0], s.frames...)
	c.stack = append(make([]*term, 0, len(s.stack)+4), s.stack...)
	return &c
}

// same tells whether two calls are in the same place with the same values.
func (s *state) same(o *state) bool {
	return s.lang == o.lang && s.errors == o.errors && s.gone == o.gone && s.agent == o.agent && s.paused == o.paused &&
		slices.Equal(s.frames, o.frames) && slices.Equal(s.stack, o.stack) && slices.Equal(s.data, o.data)
}

// another is a copy of a call in the place of one that nobody holds any more.
func (m *machine) another(s *state) *state {
	c := m.spare
	if c == nil {
		return s.clone()
	}
	m.spare = nil
	frames, stack := c.frames[:0], c.stack[:0]
	*c = *s
	c.frames, c.stack = append(frames, s.frames...), append(stack, s.stack...)
	return c
}

// machine runs one program on terms: what vm.Machine does, for all callers at once. Where a condition is not known it
// goes both ways.
type machine struct {
	*pool
	prog *bundle.Program
	live [][]window // of each function, see liveness
	// trace are the instructions that were run, for a Base; it is kept only if tracing.
	trace   []instruction
	tracing bool
	// touched is set by an instruction of touch, by function.
	touch   [][]bool
	touched bool
	erred   bool                    // an error was counted
	spare   *state                  // a call that nobody holds any more, for the next one
	open    map[string]*hours.Hours // see schedule
	reads   []bool                  // see read
	spoken  map[spoke]*act          // what was said before, see say
	tags    map[string]bool         // that some handler takes
}

// leaf is where a run came to: what was done on the way, and what it waits for.
type leaf struct {
	s     *state
	facts *facts
	acts  []act
	wait  *wait // nil: it has ended
	how   vm.End
	given *term // what an expression gave
}

// maxLeaves and maxOps bound how many ways there may be from one wait to the next, and how long each may be.
const (
	maxLeaves = 4096
	maxOps    = 1 << 20
)

// manyActs is how much a call does without waiting before it is looked whether it goes on like that for ever, which is
// an end too; maxActs bounds it.
const (
	manyActs = 200
	maxActs  = 4000
	endless  = vm.End(255)
)

// run is one walk from a wait to the next ones.
type run struct {
	*machine
	epoch  int32
	ops    int
	leaves []leaf
	over   bool // too much
}

// start enters a function.
func (m *machine) start(fn int, letter bool) *state {
	s := &state{letter: letter, agent: m.none}
	if len(m.prog.Languages) > 0 {
		s.lang = m.prog.Languages[0]
	}
	for range m.prog.Data {
		s.data = append(s.data, m.none)
	}
	f := &m.prog.Funcs[fn]
	s.frames = []frame{{fn: int32(fn)}}
	s.stack = m.resize(nil, int(f.Registers))
	for i := range f.Params {
		s.stack[i] = m.make("parameter", int64(i), "", 0)
	}
	return s
}

// resize gives a stack of n terms; new ones are zero.
func (m *machine) resize(s []*term, n int) []*term {
	for len(s) < n {
		s = append(s, m.zero)
	}
	return s[:n]
}

// from goes on from a state to all that may be next.
func (m *machine) from(s *state, f *facts, epoch int32) (leaves []leaf, ok bool) {
	r := &run{machine: m, epoch: epoch}
	r.walk(s, f, nil)
	return r.leaves, !r.over
}

func (r *run) leaf(l leaf) {
	if len(r.leaves) >= maxLeaves {
		r.over = true
		return
	}
	r.leaves = append(r.leaves, l)
}

// walk runs until a wait or the end.
func (r *run) walk(s *state, f *facts, acts []act) {
	var mark *state // after many acts: where it was
	var since *facts
	done := 0
	for {
		if r.ops++; r.ops > maxOps || r.over {
			r.over = true
			return
		}
		if len(s.frames) == 0 {
			r.end(s, f, acts, vm.EndReturn, r.zero)
			return
		}
		switch {
		case len(acts) <= manyActs:
		case mark == nil:
			mark, since, done = s.clone(), f, len(acts)
		case f == since && len(acts) > done && s.same(mark) && len(acts)-done <= manyActs/2:
			r.end(s, f, acts, endless, r.zero)
			return
		case len(acts) > maxActs:
			r.over = true
			return
		}
		fr := &s.frames[len(s.frames)-1]
		fn := &r.prog.Funcs[fr.fn]
		if int(fr.pc) >= len(fn.Code) {
			if r.raise(s, f, acts, "error") {
				return
			}
			continue
		}
		c := fn.Code[fr.pc]
		if r.tracing {
			r.trace = append(r.trace, instruction{fr.fn, fr.pc})
		}
		if r.touch != nil && r.touches(fr.fn, fr.pc) {
			r.touched = true
		}
		fr.pc++
		var left bool
		if f, acts, left = r.step(s, f, acts, fr, fn, c); left {
			return
		}
	}
}

// touches tells whether an instruction does something else in the other program.
func (m *machine) touches(fn, pc int32) bool {
	return int(fn) >= len(m.touch) || m.touch[fn] == nil || m.touch[fn][pc]
}

// end is the end of a call.
func (r *run) end(s *state, f *facts, acts []act, how vm.End, given *term) {
	if s.gone && how == vm.EndReturn {
		how = vm.EndCaller
	}
	s.frames = s.frames[:0]
	r.leaf(leaf{s: s, facts: f, acts: acts, how: how, given: given})
}

// fork goes both ways on a condition that is not known: the way of no is walked at once, by other, and that of yes goes
// on with the facts that are returned. ok is false where there is no way of yes.
func (r *run) fork(s *state, f *facts, t *term, other func(*state, *facts)) (after *facts, ok bool) {
	yes, known := f.decide(t)
	if known {
		if !yes {
			other(s, f)
		}
		return f, yes
	}
	c, want := s.clone(), true
	for t.op == opNot {
		t, want = t.args[0], !want
	}
	other(c, f.with(t, !want))
	return f.with(t, want), true
}

// fault goes on where an error in the code leads, and walks from there.
func (r *run) fault(acts []act) func(*state, *facts) {
	return func(s *state, f *facts) {
		if !r.raise(s, f, acts, "error") {
			r.walk(s, f, acts)
		}
	}
}

// mostErrors is by which error a call ends.
const mostErrors = 3

// raise finds who takes an outcome, as vm.Machine does. It is true where the call has ended by that.
func (r *run) raise(s *state, f *facts, acts []act, tag string) bool {
	if s.gone {
		r.end(s, f, acts, vm.EndCaller, r.zero)
		return true
	}
	if tag != "error" && r.handle(s, tag, "") {
		return false
	}
	if r.asked(s) {
		r.end(s, f, acts, vm.EndApology, r.zero)
		return true
	}
	s.errors++
	r.erred = true
	if s.errors < mostErrors && r.handle(s, "error", "") {
		return false
	}
	if s.letter {
		acts = and(acts, r.reply(r.written(int(r.prog.Regret), nil, s.lang)))
	} else {
		acts = and(acts, r.say(int(r.prog.Apology), nil, s.lang, nil))
	}
	r.end(s, f, acts, vm.EndApology, r.zero)
	return true
}

// handle goes to the nearest handler of a tag or a key.
func (m *machine) handle(s *state, tag, key string) bool {
	for i := len(s.frames) - 1; i >= 0; i-- {
		fr := &s.frames[i]
		if h := m.handler(fr, tag, key); h != nil {
			s.frames = s.frames[:i+1]
			fr.pc, fr.handling = h.PC, fr.handling || h.To == 0
			top := 0
			for _, fr := range s.frames {
				top = max(top, int(fr.base)+int(m.prog.Funcs[fr.fn].Registers))
			}
			s.stack = m.resize(s.stack, top)
			return true
		}
	}
	d := m.prog.Defaults
	if d < 0 || s.letter || m.asked(s) || len(s.frames) > 0 && s.frames[0].fn == d {
		return false
	}
	h := m.handler(&frame{fn: d}, tag, key)
	if h == nil {
		return false
	}
	s.stack = m.resize(s.stack[:0], int(m.prog.Funcs[d].Registers))
	s.frames = append(s.frames[:0], frame{fn: d, pc: h.PC, handling: true})
	return true
}

// asked tells whether a value is computed for a campaign: what `defaults` say and do is for callers.
func (m *machine) asked(s *state) bool {
	return len(s.frames) > 0 && m.prog.Funcs[s.frames[0].fn].Kind == bundle.ExprFunc
}

func (m *machine) handler(fr *frame, tag, key string) *bundle.Handler {
	list := m.prog.Funcs[fr.fn].Handlers
	for i := range list {
		h := &list[i]
		if h.To == 0 && fr.handling || h.To > 0 && (fr.pc <= h.From || fr.pc > h.To) {
			continue
		}
		if tag != "" && h.Tag == tag || key != "" && h.Keys == key {
			return h
		}
	}
	return nil
}

// globals are the keys of the handlers in force.
func (m *machine) globals(s *state) string {
	keys := ""
	add := func(list []bundle.Handler) {
		for _, h := range list {
			if h.Keys != "" && !strings.Contains(keys, h.Keys) {
				keys += h.Keys
			}
		}
	}
	for i := len(s.frames) - 1; i >= 0; i-- {
		if !s.frames[i].handling {
			add(m.prog.Funcs[s.frames[i].fn].Handlers)
		}
	}
	if d := m.prog.Defaults; d >= 0 && len(s.frames) > 0 && s.frames[0].fn != d {
		add(m.prog.Funcs[d].Handlers)
	}
	return keys
}
