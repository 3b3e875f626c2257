package rules

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// A key takes a second. A lookup that does not say within how long is given up after five, and a transfer after thirty.
const (
	keyTime      = 1_000
	lookupWithin = 5_000
	ringWithin   = 30_000
)

// arena is what a caller and the machine can come to from some flow on, each place with who chooses there and what the
// ways on cost. Flows in progress are part of a place, so that what comes back comes back to who did it.
type arena struct {
	*track
	usual  bool // hours are closed by their schedule only, never by an emergency, which is rare
	places []place
	index  map[placeKey]int32
	stacks []stack
	known  map[stack]int32
	loops  []int32 // the places at the head of a loop
	full   bool    // it was given up: too many places
}

// placeKey is a place: the flows in progress, the node, what is known there, the language.
type placeKey struct {
	stack, node int32
	facts       facts
	lang        int16
}

type place struct {
	placeKey
	choice bool // the caller chooses
	ways   []way
	back   []int32 // the places that lead here
}

// way leads from one place to another.
type way struct {
	to   int32
	edge *graph.Edge
	at   *graph.Node // where an event came; nil for all others
	time span        // milliseconds
	keys int64
	// open is set where only the construct it names bounds the time, and does not.
	open *diag.Text
}

// stack is a flow in progress: the step that did it, and what is in progress below.
type stack struct {
	below int32
	site  int32 // a node
	own   facts // what is known of the flow's locals
}

const mostPlaces = 400_000

// build explores from the beginning of a flow, with what may be known there.
func (t *track) build(fl *graph.Flow, langs []int, known []facts, usual bool) (a *arena, begins []int32) {
	a = &arena{track: t, usual: usual, index: map[placeKey]int32{}, stacks: []stack{{below: -1, site: -1}},
		known: map[stack]int32{}}
	for _, f := range known {
		for _, l := range langs {
			begins = append(begins, a.place(placeKey{0, fl.Entry.ID, f, int16(l)}))
		}
	}
	for i := 0; i < len(a.places); i++ {
		if i > mostPlaces {
			a.full = true
			return a, begins
		}
		a.expand(int32(i))
	}
	for i := range a.places {
		for _, w := range a.places[i].ways {
			if b := &a.places[w.to]; len(b.back) == 0 || b.back[len(b.back)-1] != int32(i) {
				b.back = append(b.back, int32(i))
			}
		}
	}
	return a, begins
}

// place is the place of a key. At the head of a loop what a round may change is not known.
func (a *arena) place(k placeKey) int32 {
	if len(a.tracked) > 0 && a.g.Nodes[k.node].Kind == graph.Loop {
		k.facts = a.lasting(k.facts)
	}
	if i, ok := a.index[k]; ok {
		return i
	}
	i := int32(len(a.places))
	a.index[k] = i
	a.places = append(a.places, place{placeKey: k, choice: a.g.Nodes[k.node].Kind == graph.Question})
	if a.g.Nodes[k.node].Kind == graph.Loop {
		a.loops = append(a.loops, i)
	}
	return i
}

func (a *arena) push(s stack) int32 {
	if i, ok := a.known[s]; ok {
		return i
	}
	i := int32(len(a.stacks))
	a.known[s] = i
	a.stacks = append(a.stacks, s)
	return i
}

// heard are the edges that a caller who hears all and misses nothing takes.
func heard(e *graph.Edge) bool {
	switch e.Kind {
	case graph.Hangup, graph.Error, graph.NoInput, graph.NoMatch, graph.Tries:
		return false
	case graph.Press:
		return e.From.Kind == graph.Question
	}
	return true
}

// expand finds the ways on from a place.
func (a *arena) expand(i int32) {
	k := a.places[i].placeKey
	n := a.g.Nodes[k.node]
	var ways []way
	for _, e := range a.g.Out(n) {
		if e.Needs != nil || !heard(e) || n.Kind == graph.Entry && e.Arm != nil {
			continue
		}
		f, ok := a.open(k.facts, e)
		if !ok {
			continue
		}
		to := placeKey{k.stack, e.To.ID, f, k.lang}
		switch {
		case e.Kind == graph.Goto:
			to.stack, to.facts = 0, a.global(f)
		case e.Kind == graph.Do:
			to.stack, to.facts = a.push(stack{k.stack, n.ID, a.locals(f)}), a.global(f)
		case n.Kind == graph.Escaped && k.stack != 0:
			continue
		}
		w := way{edge: e}
		for _, lang := range a.languages(n, k.lang) {
			to.lang = lang
			w.to = a.place(to)
			ways = append(ways, w)
		}
	}
	if (n.Kind == graph.Exit || n.Kind == graph.Escaped) && k.stack != 0 {
		s := a.stacks[k.stack]
		for _, e := range a.g.Out(a.g.Nodes[s.site]) {
			if e.Needs != n {
				continue
			}
			if f, ok := a.take(a.back(s.own, k.facts), e); ok {
				ways = append(ways, way{to: a.place(placeKey{s.below, e.To.ID, f, k.lang}), edge: e})
			}
		}
	}
	if n.Kind == graph.Question {
		ways = a.globals(ways, k, n)
	}
	a.places[i].ways = ways
}

// price finds what the ways cost that lead to a target. The others are not asked for.
func (a *arena) price(leads []bool) {
	for i := range a.places {
		if !leads[i] {
			continue
		}
		p := &a.places[i]
		for j := range p.ways {
			if w := &p.ways[j]; leads[w.to] && w.at == nil && w.edge.From.ID == p.node {
				c := a.cost(w.edge, p.lang)
				w.time, w.keys, w.open = c.time, c.keys, c.open
			}
		}
	}
}

// globals adds what a caller may do with a global key at a question.
func (a *arena) globals(ways []way, k placeKey, n *graph.Node) []way {
	for _, ev := range a.events {
		if ev.kind != graph.Press || !a.comes(ev, n) {
			continue
		}
		for _, e := range a.keyed(k, n.Of, ev) {
			if a.avoids(e.edge) {
				continue
			}
			ways = append(ways, way{to: a.place(placeKey{e.stack, e.edge.To.ID, e.facts, k.lang}), edge: e.edge, at: n,
				time: exactly(keyTime * int64(len(ev.keys))), keys: int64(len(ev.keys))})
		}
	}
	return ways
}

type handled struct {
	edge  *graph.Edge
	stack int32
	facts facts
}

// keyed finds the nearest handlers of a global key: of the flow, of those that did it, of defaults.
func (a *arena) keyed(k placeKey, fl *graph.Flow, ev event) []handled {
	s, f := k.stack, k.facts
	find := func(fl *graph.Flow) (list []handled) {
		for _, e := range a.g.Out(fl.Entry) {
			if e.Arm != nil && e.Kind == ev.kind && e.Label == ev.keys {
				list = append(list, handled{e, s, f})
			}
		}
		return list
	}
	for {
		if list := find(fl); len(list) > 0 {
			return list
		}
		if s == 0 {
			f = a.global(f)
			return find(a.g.Defaults())
		}
		by := a.stacks[s]
		fl, s, f = a.g.Nodes[by.site].Of, by.below, a.back(by.own, f)
	}
}

// open tells whether an edge can be taken by what a rule's `when` says and what is known, and what is known behind it.
// An option that may not be on offer is none to count on.
func (a *arena) open(f facts, e *graph.Edge) (facts, bool) {
	if e.Kind == graph.Press && e.Arm != nil && e.Arm.When != nil &&
		a.logic.of(e.Arm.When).eval(&view{a.track, f}) != yes {
		return f, false
	}
	if a.usual && e.Arm != nil && slices.ContainsFunc(e.Arm.Labels, func(l *ast.ArmLabel) bool {
		k := a.p.LabelOf(l)
		return k != nil && k.Tag == "emergency"
	}) {
		return f, false
	}
	return a.take(f, e)
}

// languages are those in which a call goes on after a step.
func (a *arena) languages(n *graph.Node, lang int16) []int16 {
	x, ok := n.Step.(*ast.Language)
	if !ok {
		return []int16{lang}
	}
	var list []int16
	to, fixed := a.p.ConstOf(x.To)
	for i, tag := range a.p.Languages {
		if !fixed || to.S == tag {
			list = append(list, int16(i))
		}
	}
	return list
}

func (d *decider) tag(lang int16) string {
	if int(lang) < len(d.p.Languages) {
		return d.p.Languages[lang]
	}
	return ""
}

// cost is what a step takes when it is left by an edge.
func (a *arena) cost(e *graph.Edge, lang int16) way {
	w := way{edge: e}
	n := e.From
	switch x := n.Step.(type) {
	case *ast.Say:
		if n.Kind == graph.Step {
			w.time = a.saying(x, n, lang)
		}
	case *ast.Pause:
		w.time = exactly(a.constant(x.For, 0))
	case *ast.Let:
		switch {
		case n.Kind == graph.Question:
			w.time, w.keys = a.answer(x.Source.Ask, e, lang)
		case x.Source != nil && x.Source.Guard != nil:
			w.time = a.lookup(x, x.Source.Guard)
		}
	case *ast.Do:
		if x.Guard != nil && e.Kind != graph.Do {
			w.time = a.lookup(x, x.Guard)
		}
	case *ast.Menu, *ast.MenuStep:
		if e.Kind == graph.Press {
			w.keys = int64(len(e.Label))
			w.time = exactly(keyTime * w.keys)
		}
	case *ast.SurveyAsk:
		words := &ast.Said{Text: &ast.Text{Words: x.Words}}
		w.keys = 1
		w.time = a.spoken(words, a.tag(lang)).plus(exactly(keyTime))
	case *ast.Transfer:
		w.time = span{0, a.constant(x.Within, ringWithin)}
	case *ast.Enqueue:
		w.time, w.open = a.queueing(x)
	case *ast.Fax, *ast.ReceiveFax:
		w.open = &diag.Text{Zh: "传真要多久说不准", En: "a fax takes as long as it takes"}
	}
	return w
}

// constant is the value of a literal or a setting, in milliseconds.
func (d *decider) constant(e ast.Expr, otherwise int64) int64 {
	if e == nil {
		return otherwise
	}
	if k, ok := d.p.ConstOf(e); ok {
		return k.N
	}
	return otherwise
}

// lookup is how long a lookup may take: as long as it is waited for. A table answers at once.
func (a *arena) lookup(st ast.Step, g *ast.Guard) span {
	k := a.p.GuardOf(st)
	if k == nil || k.Lookup == nil || k.Lookup.Symbol != nil && k.Lookup.Symbol.Kind == check.Table {
		return span{}
	}
	return span{0, a.constant(g.Within, lookupWithin)}
}

// answer is what a question takes: its keys, and reading them back.
func (a *arena) answer(ask *ast.Ask, e *graph.Edge, lang int16) (t span, keys int64) {
	if e.Kind == graph.Press {
		keys = int64(len(e.Label))
		return exactly(keyTime * keys), keys
	}
	if ask.Record {
		t = span{0, a.recorded(ask)}
	} else {
		keys = keysOf(a.p.AskType(ask))
		if a.p.AskRows(ask) != nil { // no other key could follow the longest
			keys--
		}
		t = exactly(keyTime * keys)
	}
	if l := check.Confirms(ask); l != nil {
		words := l.Words
		switch {
		case len(words) > 0:
			t = t.plus(a.spoken(&ast.Said{Text: &ast.Text{Words: words}}, a.tag(lang)))
		case ask.Record:
			t = t.plus(span{0, a.recorded(ask) + readBack})
		default:
			t = t.plus(span{0, a.voice.Spoken(a.tag(lang), a.longest(a.tag(lang), kindName(a.p.AskType(ask)), "",
				width(a.p.AskType(ask)))) + readBack})
		}
		t, keys = t.plus(exactly(keyTime)), keys+1
	}
	return t, keys
}

// readBack is how long the standard words of a read-back take without the value.
const readBack = 6_000

// saying is how long a say takes; `say options` reads the labels of its menu.
func (a *arena) saying(x *ast.Say, n *graph.Node, lang int16) span {
	if !x.Options {
		return a.spoken(x.Said, a.tag(lang))
	}
	m := a.menuAround(n)
	if m == nil {
		return span{}
	}
	var labels, keys []string
	for _, arm := range m.Arms {
		if arm.Label == nil || len(arm.Keys) == 0 {
			continue
		}
		label, _ := arm.Label.Plain()
		labels, keys = append(labels, label), append(keys, arm.Keys[0].Keys)
	}
	return span{0, a.voice.Spoken(a.tag(lang), a.voice.Offers(a.tag(lang), labels, keys))}
}

// menuAround is the menu in whose lead a step stands.
func (a *arena) menuAround(n *graph.Node) (m *ast.Menu) {
	for _, q := range a.g.Nodes {
		if q.Of != n.Of {
			continue
		}
		if x := menuOf(q); x != nil && x.Span().Start <= n.Span().Start && n.Span().End <= x.Span().End {
			m = x
		}
	}
	return m
}

// queueing is how long a caller waits at most.
func (a *arena) queueing(x *ast.Enqueue) (span, *diag.Text) {
	r, _ := x.Queue.(*ast.Ref)
	s := a.p.SymbolOf(r)
	names := []*check.Symbol{s}
	if s != nil && s.Kind == check.Param {
		names = a.p.Passed(s)
	}
	most := int64(0)
	for _, name := range names {
		longest := int64(-1)
		for _, q := range a.p.Queues {
			if q.Symbol != name {
				continue
			}
			for _, it := range q.Items {
				if it.Kind == words.Longest && it.Value != nil {
					longest = a.constant(it.Value, -1)
				}
			}
		}
		if longest < 0 {
			return span{}, &diag.Text{Zh: "排队没有写最长多久", En: "the queue does not say how long callers wait at longest"}
		}
		most = max(most, longest)
	}
	return span{0, most}, nil
}
