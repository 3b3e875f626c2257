package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/runtime/vm"
)

// eventKind is what may come of a wait.
type eventKind uint8

const (
	begins  eventKind = iota // the call begins
	presses                  // keys: the option or the key of a handler
	answers                  // an accepted value, or the answer of a lookup or a recording
	noInput
	noMatch // n: the reason
	hangsUp
	ends   // tag: the outcome; "" for done
	goesOn // with the next turn of a loop
)

// event is one thing that may come of a wait.
type event struct {
	kind eventKind
	keys string
	tag  string
	n    int64
}

// node is a pair of calls, one of each program, that the same events led to.
type node struct {
	before *node
	event  event // of the wait of before
	old    *state
	new    *state
	facts  *facts // what was taken to hold so far
	epoch  int32
	entry  entry
	oldIn  *leaf // the leaves from which the event led here
	newIn  *leaf
	id     int32 // its number in a Base, -1 for none
	twin   bool  // both calls are the same, in the same place: new is old
}

// product walks two programs in lock-step.
type product struct {
	*pool
	old, new *machine
	lib      *library.Registry
	known    *facts           // of the call that is put into words
	seen     map[string]int32 // the pairs of situations that were come to, numbered
	queue    []*node
	units    int
	over     bool
	found    []found
	told     map[string]bool
	ways     map[[2]*bundle.Site][]event // what may come of two waits that are no questions
	most     int                         // how many differences are looked for; 0: all
	key      keyer
	spare    *node   // that nobody holds any more
	rec      *Base   // a program with itself: what is found out about it is noted here
	again    *rewalk // what is known of the new one
	precise  bool    // it is looked closely: see relevant
	aligned  bool    // the programs are numbered alike, see aligned
	alike    []bool  // functions that are the same but for the instructions that old.touch has
	// apart: flows are looked at one by one, see local. near orders the queue, which is in ahead then, by the waits
	// that lie at least before a difference; wanted are those that there may be, by their keys: when all are told
	// nothing is left to look for. looked is how many situations were come to on the way to know that.
	apart  bool
	near   *near
	ahead  [][]*node
	low    int     // the first of ahead that may hold some
	least  []int32 // by the number of a pair: after how many waits it was come to
	wanted map[string]bool
	looked int
	goal   func(*wait) bool // a wait that is looked for, see comes
}

// found is a difference before it is put into words.
type found struct {
	class    Class
	at       *node
	old, new *leaf
	gone     []act // that only the old one does
	come     []act // that only the new one does
	key      string
}

const maxUnits = 400_000

// entry is where calls begin.
type entry struct {
	kind string // number, message, otherwise, campaign, unreached, value
	name string
	fn   [2]int
}

// letter tells whether what comes in there is a text message.
func (e entry) letter() bool { return e.kind == "message" || e.kind == "otherwise" }

func (x *product) begin(e entry) {
	n := &node{old: x.old.start(e.fn[0], e.letter()), new: x.new.start(e.fn[1], e.letter()), entry: e, id: -1}
	x.push(n)
}

// push keeps a pair to be looked at; it is false for one that was come to before.
func (x *product) push(n *node) bool {
	if n.twin = n.twin || x.twins(n.old, n.new); n.twin {
		n.new = n.old
	}
	if x.apart && n.twin && n.old.jumped && !n.old.gone {
		return false // the flow that it went to is looked at by itself
	}
	n.facts = x.relevant(n)
	k := x.key.of(x, n)
	if x.again != nil {
		if id, known := x.again.x.seen[string(k)]; known {
			x.again.visit(id)
			return false
		}
	}
	id, known := x.seen[string(k)]
	if !known {
		id = int32(len(x.seen))
		x.seen[string(k)] = id
		x.least = append(x.least, n.epoch)
		x.later(n)
		if x.rec != nil {
			x.rec.found(n, id)
		}
	} else if x.near != nil && n.epoch < x.least[id] { // the nearest come first, not the earliest
		x.least[id] = n.epoch
		x.later(n)
		return true
	}
	if x.rec != nil {
		x.rec.led(n, id)
	}
	return !known
}

// unit lets both go on to their next waits and compares what they did.
func (x *product) unit(n *node) {
	x.old.trace, x.old.touched = x.old.trace[:0], false
	mine, ok := x.old.from(n.old.clone(), n.facts, n.epoch)
	if !ok {
		x.over = true
		return
	}
	// what is common comes first, so that the call that shows a difference assumes no more than it must
	slices.SortStableFunc(mine, func(a, b leaf) int { return a.facts.odd(n.facts) - b.facts.odd(n.facts) })
	if x.rec != nil {
		x.rec.came(n, x.old.trace)
		x.alone(n, mine)
		return
	}
	if x.goal != nil {
		for i := range mine {
			if l := &mine[i]; l.wait != nil && x.goal(l.wait) {
				x.found = append(x.found, found{class: Timing, at: n, old: l, new: l})
				return
			}
		}
		x.alone(n, mine)
		return
	}
	if n.twin && x.old.touch != nil && !x.old.touched {
		x.alone(n, mine)
		return
	}
	for i := range mine {
		theirs, ok := x.new.from(n.new.clone(), mine[i].facts, n.epoch)
		if !ok {
			x.over = true
			return
		}
		slices.SortStableFunc(theirs, func(a, b leaf) int { return a.facts.odd(n.facts) - b.facts.odd(n.facts) })
		for j := range theirs {
			if x.units++; x.units > maxUnits {
				x.over = true
				return
			}
			x.pair(n, &mine[i], &theirs[j])
		}
	}
}

// alone goes on from where both came by instructions that do the same.
func (x *product) alone(n *node, list []leaf) {
	for i := range list {
		l := &list[i]
		if x.units++; x.units > maxUnits {
			x.over = true
			return
		}
		if l.wait == nil {
			continue
		}
		for _, e := range x.events(l, l) {
			next := x.next(n, l, l, e)
			next.twin = true
			var end *leaf
			if next.old, end = x.old.take(l, e, next.epoch); end == nil {
				if next.new = next.old; !x.push(next) {
					x.old.spare, x.spare = next.old, next
				}
			}
		}
	}
}

// twins tells whether two calls are the same, in the same place of functions that are alike.
func (x *product) twins(a, b *state) bool {
	if !x.aligned || a.lang != b.lang || a.errors != b.errors || a.gone != b.gone || a.letter != b.letter ||
		a.paused != b.paused || a.jumped != b.jumped || a.agent != b.agent ||
		!slices.Equal(a.frames, b.frames) ||
		!slices.Equal(a.stack, b.stack) || !slices.Equal(a.data, b.data) {
		return false
	}
	for i := range a.frames {
		if fn := a.frames[i].fn; x.alike != nil && (int(fn) >= len(x.alike) || !x.alike[fn]) {
			return false
		}
	}
	return true
}

// pair compares two ways to the next wait, and goes on from there if they wait for the same.
func (x *product) pair(n *node, old, new *leaf) {
	gone, come := acts(old.acts, new.acts)
	class, on := x.judge(old, new, gone, come)
	if class != Equal {
		x.tell(found{class: class, at: n, old: old, new: new, gone: gone, come: come})
	}
	if !on || old.wait == nil || new.wait == nil {
		return
	}
	for _, e := range x.events(old, new) {
		x.follow(n, old, new, e)
	}
}

// judge says of two ways what the difference is, and whether it makes sense to go on.
func (x *product) judge(old, new *leaf, gone, come []act) (c Class, on bool) {
	speaks := func(a act) bool { return a.speech }
	switch {
	case (old.wait == nil) != (new.wait == nil),
		old.wait == nil && (over(old.how) != over(new.how) || old.given != new.given):
		return Reaches, false
	case old.wait != nil && old.wait.site.Kind != new.wait.site.Kind:
		return Reaches, false
	case old.wait != nil && x.old.key(old.wait) != x.new.key(new.wait):
		if !collects(old) || len(gone)+len(come) > 0 {
			return Reaches, false
		}
		return Options, x.old.field(old) == x.new.field(new)
	case len(gone)+len(come) > 0:
		c = Records
		if slices.ContainsFunc(gone, speaks) || slices.ContainsFunc(come, speaks) {
			c = Words
			if collects(old) && !alike(gone, come) {
				return Words, false
			}
		}
		return c, true
	case old.wait != nil && !slices.Equal(x.felt(x.old, old.wait), x.felt(x.new, new.wait)):
		return Timing, true
	}
	return Equal, true
}

// over is how a call ends as callers notice it: a flow that comes to its end hangs up too.
func over(how vm.End) vm.End {
	if how == vm.EndHangup {
		return vm.EndReturn
	}
	return how
}

// felt are the times of a wait that a caller can notice: that between two keys plays no part where one key is all.
func (x *product) felt(m *machine, w *wait) []*term {
	if w.site.Kind != bundle.CollectSite {
		return w.timers
	}
	q := &m.prog.Questions[w.site.Index]
	if q.Field == ident.None &&
		!slices.ContainsFunc(q.Options, func(o bundle.Option) bool { return len(o.Keys) > 1 }) {
		return w.timers[:1]
	}
	return w.timers
}

func collects(l *leaf) bool { return l.wait != nil && l.wait.site.Kind == bundle.CollectSite }

func (m *machine) field(l *leaf) ident.Kind {
	return m.prog.Questions[l.wait.site.Index].Field
}

// follow lets both take an event.
func (x *product) follow(n *node, old, new *leaf, e event) {
	next := x.next(n, old, new, e)
	var oldEnd, newEnd *leaf
	next.old, oldEnd = x.old.take(old, e, next.epoch)
	next.new, newEnd = x.new.take(new, e, next.epoch)
	switch {
	case oldEnd != nil && newEnd != nil:
		x.pair(next, oldEnd, newEnd)
	case oldEnd != nil || newEnd != nil:
		// one has ended, the other goes on: as far as its next wait
		m, s, end := x.new, next.new, oldEnd
		if newEnd != nil {
			m, s, end = x.old, next.old, newEnd
		}
		list, ok := m.from(s, next.facts, next.epoch)
		if !ok {
			x.over = true
			return
		}
		for i := range list {
			if newEnd != nil {
				x.pair(next, &list[i], end)
			} else {
				x.pair(next, end, &list[i])
			}
		}
	default:
		x.push(next)
	}
}

// next is the pair of calls that an event leads to, without the calls.
func (x *product) next(n *node, old, theirs *leaf, e event) *node {
	next := x.spare
	if x.spare = nil; next == nil {
		next = new(node)
	}
	*next = node{before: n, event: e, epoch: n.epoch + 1, entry: n.entry, oldIn: old, newIn: theirs,
		facts: theirs.facts, id: -1}
	if e.kind == goesOn {
		next.facts = next.facts.forget(theirs.wait.args[0], theirs.wait.args[1].n)
	}
	return next
}

// take gives a waiting call an event; an end that it comes to by that alone is returned as a leaf.
func (m *machine) take(l *leaf, e event, epoch int32) (*state, *leaf) {
	s, w := m.another(l.s), l.wait
	if e.kind == goesOn {
		s.paused = true
		return s, nil
	}
	fr := &s.frames[len(s.frames)-1]
	site := w.site
	code := m.prog.Funcs[fr.fn].Code[fr.pc-1]
	base := int(fr.base) + code.A()
	ended := func(how vm.End) (*state, *leaf) {
		s.frames = s.frames[:0]
		return s, &leaf{s: s, facts: l.facts, how: how, given: m.zero}
	}
	raise := func(tag string) (*state, *leaf) {
		r := &run{machine: m, epoch: epoch}
		if r.raise(s, l.facts, nil, tag) {
			return s, &r.leaves[0]
		}
		return s, nil
	}
	switch e.kind {
	case hangsUp:
		s.gone = true
		if !m.handle(s, "hangup", "") {
			return ended(vm.EndCaller)
		}
		s.frames = append(s.frames[:0], s.frames[len(s.frames)-1])
	case presses:
		if i := m.option(w, e.keys); i >= 0 {
			fr.pc = site.Options[i]
			return s, nil
		}
		if !m.handle(s, "", e.keys) {
			s.stack[base] = m.number(4)
			fr.pc = site.NoMatch
		}
	case answers:
		if site.Kind == bundle.CollectSite {
			s.stack[base] = m.make(opKeyed, 0, "", epoch)
		} else {
			s.stack[base] = m.make(opAnswer, m.mayBeEmpty(site), w.shown, epoch)
		}
	case noInput:
		fr.pc = site.NoInput
	case noMatch:
		s.stack[base] = m.number(e.n)
		fr.pc = site.NoMatch
	case ends:
		if e.tag == "" {
			switch site.Kind {
			case bundle.VoicemailSite:
				return ended(vm.EndMail)
			case bundle.TransferSite:
				return ended(vm.EndDeparted)
			case bundle.LookupSite:
				s.stack[base] = m.none
			case bundle.EnqueueSite:
				s.agent = m.make(opWorld, 0, "call.agent", epoch)
			}
			return s, nil
		}
		for _, arm := range site.Arms {
			if arm.Tag == e.tag {
				fr.pc = arm.PC
				return s, nil
			}
		}
		if site.Else >= 0 {
			fr.pc = site.Else
			return s, nil
		}
		return raise(e.tag)
	}
	return s, nil
}

// mayBeEmpty is 1 for what a lookup may answer without content.
func (m *machine) mayBeEmpty(site *bundle.Site) int64 {
	for _, l := range m.prog.Lookups {
		if site.Kind == bundle.LookupSite && l.ID == site.Name {
			return truth(strings.HasPrefix(l.Result, "list of ") || l.Result == "text")
		}
	}
	return 0
}

// option is the option on offer that keys choose, -1 if there is none.
func (m *machine) option(w *wait, keys string) int {
	for i, o := range m.prog.Questions[w.site.Index].Options {
		if o.Keys == keys && (w.args[2].op != opNumber || w.args[2].n>>i&1 != 0) {
			return i
		}
	}
	return -1
}

// tell keeps a difference, once for each pair of places.
func (x *product) tell(f found) {
	at := func(l *leaf) string {
		if l.wait == nil {
			return "end" + strconv.Itoa(int(l.how))
		}
		return strconv.Itoa(int(l.wait.fr.fn)) + "." + strconv.Itoa(int(l.wait.fr.pc))
	}
	k := f.class.String() + at(f.old) + "/" + at(f.new)
	for _, a := range f.gone {
		k += "-" + a.file + strconv.Itoa(a.start)
	}
	for _, a := range f.come {
		k += "+" + a.file + strconv.Itoa(a.start)
	}
	if x.told[k] {
		return
	}
	x.told[k], f.key = true, k
	delete(x.wanted, k)
	x.found = append(x.found, f)
}
