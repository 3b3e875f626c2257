package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Time is how long it takes, and how many keys, from a flow to the points of a rule.
type Time struct {
	Numbers []string // those by which calls come to the flow
	Hours   []Hours  // the state of the hours that matter, by name
	Reached bool     // false: no call comes there then
	// Best and Worst are bounds of the time, keys of its presses. Worst is negative where it has no bound.
	Best, Worst         time.Duration
	BestKeys, WorstKeys int64 // likewise
	// Quickest and Slowest are the ways that take Best and Worst; nil where there is none, or no bound.
	Quickest, Slowest *Path
}

// Hours is a state of opening hours.
type Hours struct {
	Name string
	Open bool
}

// mostHours is how many opening hours are told apart.
const mostHours = 4

// within proves the worst case from a flow to some points, in time and in keys.
func (c *claim) within() {
	if c.From == nil {
		return
	}
	f := c.p.FlowNamed(c.From.Text)
	if f == nil {
		return
	}
	if c.voice == nil {
		c.give(nil, diag.Text{Zh: "不知道话要说多久", En: "it is not known how long words take"})
		return
	}
	fl := c.g.FlowOf(f)
	limits := c.limits()
	numbers := c.numbersTo(fl)
	any := false
	begins := c.way(fl.Entry, nil)
	met := c.When == nil || begins == nil
	for _, state := range c.states(fl) {
		t := Time{Numbers: numbers, Hours: state.hours, Best: endless, BestKeys: endless}
		for _, given := range state.given {
			if begins != nil && len(given) > 0 {
				way := c.way(fl.Entry, given)
				if way == nil {
					continue // no call of this kind comes to the flow
				}
				begins = way
			}
			met = true
			c.measure(fl, given, limits, &t)
		}
		if !t.Reached {
			t.Best, t.BestKeys = 0, 0
		}
		any = any || t.Reached
		c.v.Times = append(c.v.Times, t)
	}
	if !any && met && c.v.State == Proved {
		c.refute(fl.File, f.Span, diag.Text{Zh: "没有路径走到那里", En: "no path leads there"}, begins)
	}
}

// limit is what a claim allows; -1 for nothing said.
type limit struct{ time, keys int64 }

func (c *claim) limits() limit {
	l := limit{-1, -1}
	for _, m := range c.Most {
		n, ok := m.(*ast.NumberLit)
		if !ok {
			continue
		}
		if n.Unit == "keys" {
			l.keys = n.N / 1_000_000
		} else if k, ok := c.p.ConstOf(n); ok && k.Type.Kind == types.Duration {
			l.time = k.N
		}
	}
	return l
}

// state is one state of the hours that matter.
type state struct {
	hours []Hours
	given []fixed // the ways in which the rule's `when` is so then
}

// states lists the states of the hours that conditions behind a flow ask for, together with the rule's `when`.
func (c *claim) states(fl *graph.Flow) []state {
	seen := c.g.Reachable(fl.Entry)
	asked := map[*check.Symbol]int{} // the atom that it is open
	var names []*check.Symbol
	for id, a := range c.atoms {
		if s := a.volatile; s != nil && s.Kind == check.Hours && opens(a) &&
			c.asks(seen, id) {
			if _, ok := asked[s]; !ok {
				names = append(names, s)
			}
			asked[s] = id
		}
	}
	slices.SortFunc(names, func(x, y *check.Symbol) int { return strings.Compare(x.Name, y.Name) })
	if len(names) > mostHours {
		names = nil
	}
	when := c.when()
	list := []state{}
	for bits := range 1 << len(names) {
		s := state{}
		all := fixed{}
		for i, name := range names {
			all[asked[name]] = yes
			if bits>>i&1 == 1 {
				all[asked[name]] = no
			}
			s.hours = append(s.hours, Hours{name.Name, bits>>i&1 == 0})
		}
		if s.given = joined(when, []fixed{all}); len(s.given) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// asks tells whether a condition that can be come to has an atom in it.
func (c *claim) asks(seen []bool, a int) bool {
	for _, n := range c.g.Nodes {
		if !seen[n.ID] {
			continue
		}
		for _, e := range c.g.Out(n) {
			if mentions(c.decider, e, a) {
				return true
			}
		}
	}
	return false
}

// numbersTo lists the numbers by which calls come to a flow.
func (d *decider) numbersTo(fl *graph.Flow) (list []string) {
	for _, e := range d.p.Numbers {
		if from := d.g.FlowOf(e.Flow); from == fl || d.g.Reachable(from.Entry)[fl.Entry.ID] {
			list = append(list, e.Text)
		}
	}
	return list
}

// spokenAt are the languages in which calls come to a flow: the first where a number enters it, else any.
func (d *decider) spokenAt(fl *graph.Flow) (langs []int) {
	for _, b := range d.begins {
		if d.g.FlowOf(b.Flow) == fl {
			return []int{0}
		}
	}
	for i := range max(len(d.p.Languages), 1) {
		langs = append(langs, i)
	}
	return langs
}

// seconds is a time as messages write it.
func seconds(ms int64) diag.Text {
	s := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", float64(ms)/1000), "0"), ".")
	return diag.Text{Zh: s + "秒", En: s + "s"}
}
