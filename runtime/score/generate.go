package score

import (
	"context"
	"fmt"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
	"rexian/runtime/mutate"
	"rexian/runtime/suite"
)

// Proposal is a test that a program lacks.
type Proposal struct {
	Name  string // what happens, in the author's tongue
	Body  string // with Chinese keywords, as package meaning writes it
	Slips int    // how many slips it notices that no test did
	Edges int    // how many edges it takes that no test did
}

// Proposed is what Generate came to.
type Proposed struct {
	Tests []Proposal
	Left  []*Slip      // that none of the tests notices
	Edges []suite.Edge // that none of the tests takes
}

// Generate proposes tests for the edges that no test takes and the slips that none notices: the shortest calls that
// show them. Each was played: it passes on the program, and fails on the slip that it is for. side checks the program
// with further tests.
func (o *Options) Generate(ctx context.Context, r *Report, side meaning.Side, tongue diag.Tongue) (*Proposed, error) {
	want := o.missed(r)
	for i := range r.Slips {
		if s := &r.Slips[i]; s.Fate == Survived || s.Fate == Unmet {
			want = append(want, s)
		}
	}
	names, bodies := o.named(r, want, tongue)
	checked, bodies, err := side.Checked(bodies)
	if err != nil {
		return nil, err
	}
	out, err := emit.Emit(checked, emit.Options{Graph: o.Graph, Cover: true, Tests: true})
	if err != nil {
		return nil, err
	}
	trials, err := suite.NewTrials(ctx, suite.Options{Checked: checked, Program: out.Program, Graph: o.Graph,
		Select: func(name string) bool { return bodies[name] != "" }})
	if err != nil {
		return nil, err
	}
	c := &choice{trials: trials, program: out.Program, chosen: map[string]bool{}, bodies: bodies}
	p := &Proposed{}
	for i, s := range want {
		if ctx.Err() != nil {
			break
		}
		found, err := c.notices(s, names[i])
		if err != nil {
			return nil, err
		}
		if !found && s.Fate != edge {
			p.Left = append(p.Left, s)
		}
	}
	p.Tests = c.order
	p.Edges = c.edges(r.Tests.Coverage.Missed, p.Tests)
	return p, nil
}

// edge is the fate of a slip that stands for an edge that no test takes.
const edge Fate = 255

// missed are slips that show which call takes an edge: behind it all goes wrong.
func (o *Options) missed(r *Report) []*Slip {
	var list []*Slip
	var b basis
	for _, e := range r.Tests.Coverage.Missed {
		m, ok := mutate.Behind(o.Program, e.ID)
		if !ok {
			continue
		}
		c := b.base(o.Program).Compare(m.Apply(o.Program))
		c.Tests(o.Library)
		for i := range c.Differences {
			if d := &c.Differences[i]; d.Test != "" {
				list = append(list, &Slip{Mutant: m, Fate: edge, Than: d, Test: d.Test, Name: d.Name})
				break
			}
		}
	}
	return list
}

// named gives the tests their names: each its own, and none that there is already.
func (o *Options) named(r *Report, want []*Slip, tongue diag.Tongue) (names []string, bodies map[string]string) {
	bodies = map[string]string{}
	taken := map[string]bool{}
	for _, t := range r.Tests.Results {
		taken[t.Name] = true
	}
	by := map[string]string{} // the same call has the same name
	for _, s := range want {
		if s.Test == "" {
			names = append(names, "")
			continue
		}
		name, known := by[s.Test]
		for n := 1; !known; n++ {
			name = strings.NewReplacer(`"`, "", "{", "", "}", "", `\`, "").Replace(s.Name.In(tongue))
			if n > 1 {
				name += fmt.Sprintf(" (%d)", n)
			}
			known = !taken[name]
		}
		taken[name], by[s.Test], bodies[name] = true, name, s.Test
		names = append(names, name)
	}
	return names, bodies
}

// choice chooses among tests.
type choice struct {
	trials  *suite.Trials
	program *bundle.Program
	bodies  map[string]string
	chosen  map[string]bool
	order   []Proposal
}

// notices finds a chosen test that notices a slip, else chooses the one that was written for it if it does.
func (c *choice) notices(s *Slip, own string) (bool, error) {
	changed := s.Apply(c.program)
	by, err := c.trials.NoticedBy(changed, s.Edges, func(name string) bool { return c.chosen[name] })
	if err != nil {
		return false, err
	}
	if by == "" && own != "" {
		if by, err = c.trials.NoticedBy(changed, nil, func(name string) bool { return name == own }); err != nil {
			return false, err
		}
		if by != "" {
			c.chosen[by] = true
			c.order = append(c.order, Proposal{Name: by, Body: c.bodies[by]})
		}
	}
	for i := range c.order {
		if c.order[i].Name == by && s.Fate != edge {
			c.order[i].Slips++
		}
	}
	return by != "", nil
}

// edges counts for each chosen test the missed edges that it takes first, and gives those that none takes.
func (c *choice) edges(missed []suite.Edge, list []Proposal) (left []suite.Edge) {
	for _, e := range missed {
		taken := false
		for i := range list {
			if taken = c.trials.Takes(list[i].Name, e.ID); taken {
				list[i].Edges++
				break
			}
		}
		if !taken {
			left = append(left, e)
		}
	}
	return left
}
