// Package meaning compares two programs by what callers can notice.
//
// # The model
//
// A program is run on terms in place of values: an answer of a lookup, a key, whether a number is in a list are
// unknowns, and a condition on them is gone both ways. Old and new run in lock-step: both get the same events, and what
// they do between two waits is compared. So all calls that are possible are looked at, once for each pair of states
// that they can lead to.
//
//	old ─┬─ says, marks … ─▶ wait ─┐ same key, same answer,   ┌▶ …
//	     │  the same?       the same? same outcome, hang-up ──┤
//	new ─┴─ says, marks … ─▶ wait ─┘                          └▶ …
//
// What counts: words and recordings in each language, what must be heard, what is asked and for how long it is waited,
// which keys lead where, lookups with their arguments, queues, transfers, messages, milestones, attachments, answers,
// how a call ends. What does not: names of flows, variables and prompts, how a program is divided into flows and
// files, the tongue of its keywords, the order in which milestones of one moment are noted. What does not depend on a
// call (opening hours, tables, queues, campaigns) is compared for itself: see Static.
//
// Equal is a fact about every call. A difference may in rare cases rest on a condition that no call can meet, since
// numbers are compared with constants and not with each other; so each is played on both programs before it is told as
// seen: see Difference.Seen.
package meaning

import (
	"reflect"
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

// Class says what kind a difference is of.
type Class uint8

const (
	Equal   Class = iota
	Reaches       // a call comes to something else
	Options       // what is asked takes other keys
	Words         // other words
	Timing        // other times
	Records       // other milestones, attachments, answers
	Fixed         // what no call decides: hours, tables, queues …
)

var classNames = [...]string{"equal", "reaches", "options", "words", "timing", "records", "fixed"}

// String is the class's name in reports.
func (c Class) String() string { return classNames[c] }

// Limits say how far to look, and what else is at hand.
type Limits struct {
	Most int // differences to look for; 0: all
	// Old and New are the recordings of both programs, which are compared by what is heard; without them by name.
	Old, New Recordings
	Library  *library.Registry // in which lookups have their names; nil: what is built in
}

// Comparison is what became of comparing two programs.
type Comparison struct {
	Differences []Difference
	// Decided is false where the programs have more ways than can be looked at: then there may be more differences than
	// were found.
	Decided bool
	// Identical is true for programs that were compiled into the very same, of which nothing need be looked at.
	Identical bool
	States    int // pairs of states that were looked at
	// Cut is true where as many were found as were looked for: there may be more.
	Cut bool

	old, new *bundle.Program // that are compared
	lib      *library.Registry
}

// Same tells whether nobody can notice anything.
func (c *Comparison) Same() bool { return c.Decided && len(c.Differences) == 0 }

// Difference is one thing that somebody can notice.
type Difference struct {
	Class    Class     `json:"-"`
	Kind     string    `json:"kind"`
	Sentence diag.Text `json:"sentence"`
	Old      diag.Text `json:"old,omitzero"`
	New      diag.Text `json:"new,omitzero"`
	File     string    `json:"file,omitempty"` // of the new program, else of the old one
	Start    int       `json:"start,omitempty"`
	// Test is the body of the shortest call that shows it, as a test of the language; "" where no call can.
	Test string `json:"test,omitempty"`
	// Name is what happens in that call, as a name for the test.
	Name diag.Text `json:"-"`
	// Seen is true if the call was played on both and differed; Breaks, if it is the old one of which the test holds.
	Seen   bool `json:"seen"`
	Breaks bool `json:"breaks,omitempty"`

	// Variants are the same difference on other ways, or while something else is so.
	Variants []diag.Text `json:"variants,omitempty"`

	brief   string    // what is told once, however calls come there; "": it goes by where it shows
	alike   diag.Text // the sentence with \x00 for the name, where several may change alike
	row     string    // the key of a table's row
	of      string    // the name of what no call decides
	course  string    // of the shortest call, up to where it shows
	found   *found
	others  []*found // of the variants
	product *product
}

// Compare looks for all that callers can notice. Two programs that were compiled into the very same need no looking at.
func Compare(old, new *bundle.Program, l Limits) *Comparison {
	old, new = heardAs(old, new, l)
	if identical(old, new) {
		return &Comparison{Decided: true, Identical: true}
	}
	x := walk(old, new, l.Most, false)
	if l.Library != nil {
		x.lib = l.Library
	}
	c := &Comparison{Decided: !x.over, States: x.situations(), old: old, new: new}
	c.Differences, c.Cut = append(Static(old, new), x.gathered()...), l.Most > 0 && len(x.found) >= l.Most
	return c
}

// identical tells whether two programs are the same but for where in the sources each of it stands.
func identical(old, new *bundle.Program) bool {
	bare := func(p *bundle.Program) *bundle.Program {
		c := *p
		c.Hash, c.Files = "", nil
		c.Funcs = slices.Clone(p.Funcs)
		for i := range c.Funcs {
			c.Funcs[i].Places = nil
		}
		return &c
	}
	return old == new || reflect.DeepEqual(bare(old), bare(new))
}

// walk runs two programs in lock-step from all their entries; precise: it takes five times as long, and comes to fewer
// calls that nobody can make.
func walk(old, new *bundle.Program, most int, precise bool) *product {
	x, list := paired(old, new)
	x.most, x.precise = most, precise
	if x.aligned && !precise && x.nothing(list) {
		return x
	}
	x.from(list)
	return x
}

// paired are two programs, numbered alike where they can be, and where calls begin in both.
func paired(old, new *bundle.Program) (*product, []entry) {
	p, touch, alike, ok := aligned(old, new)
	x := newProduct(p, new)
	if ok {
		x.aligned, x.alike, x.old.touch = true, alike, touch
		x.old.readAlike(x.new, touch)
	}
	return x, entries(p, new)
}

// from walks from where calls begin.
func (x *product) from(list []entry) {
	for _, e := range list {
		x.begin(e)
	}
	x.run()
}

// nothing tells whether nothing can differ, by looking at flows one by one. Else it notes what may, and the shortest
// way there.
func (x *product) nothing(list []entry) bool {
	y := x.local(list)
	x.looked = len(y.seen)
	if y.over {
		return false
	}
	if len(y.found) == 0 {
		return true
	}
	x.near, x.wanted = newNear(x.old), y.told
	return false
}

// situations is how many pairs of situations were looked at.
func (x *product) situations() int { return x.looked + len(x.seen) }

func newProduct(old, new *bundle.Program) *product {
	p := newPool()
	return &product{pool: p, old: &machine{pool: p, prog: old}, new: &machine{pool: p, prog: new},
		lib:  library.Default(),
		seen: map[string]int32{}, told: map[string]bool{}, ways: map[[2]*bundle.Site][]event{}}
}

// entries are where calls, messages and campaigns begin in both programs.
func entries(old, new *bundle.Program) []entry {
	var list []entry
	seen := map[[2]int]bool{}
	add := func(kind, name string, a, b int32) {
		fn := [2]int{int(a), int(b)}
		if a < 0 || b < 0 || seen[fn] {
			return
		}
		seen[fn] = true
		list = append(list, entry{kind: kind, name: name, fn: fn})
	}
	for _, a := range old.Numbers {
		for _, b := range new.Numbers {
			if a.Text == b.Text {
				add("number", a.Text, a.Func, b.Func)
			}
		}
	}
	for _, a := range old.Messages {
		for _, b := range new.Messages {
			if a.Text == b.Text {
				add("message", a.Text, a.Func, b.Func)
				add("otherwise", a.Text, a.Otherwise, b.Otherwise)
			}
		}
	}
	for i := range old.Campaigns {
		for j := range new.Campaigns {
			a, b := &old.Campaigns[i], &new.Campaigns[j]
			if a.Name != b.Name {
				continue
			}
			add("campaign", a.Name, a.With, b.With)
			if a.Beep != 0 && b.Beep != 0 {
				add("after beep", a.Name, a.Beep-1, b.Beep-1)
				add("arguments after the beep", a.Name, a.BeepArgs, b.BeepArgs)
			}
			add("unreached", a.Name, a.Unreached, b.Unreached)
			if a.Text && b.Text {
				add("written", a.Name, a.Send, b.Send)
			}
			add("targets", a.Name, a.Targets, b.Targets)
			add("number of", a.Name, a.Number, b.Number)
			add("arguments", a.Name, a.WithArgs, b.WithArgs)
			add("skip", a.Name, a.SkipIf, b.SkipIf)
		}
	}
	return list
}
