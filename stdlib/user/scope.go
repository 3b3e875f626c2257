package user

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rexian/stdlib/intake"
)

// Scope is what of the office somebody sees and steers; a list that is empty does not narrow. What belongs to a queue,
// a group of agents and a district is within a scope if it is within all of its lists.
type Scope struct {
	Queues    []string
	Groups    []string
	Districts []string
}

// Team is where an agent belongs.
type Team struct {
	Groups   []string
	District string // "" for none
}

// All tells whether nothing narrows the scope.
func (s *Scope) All() bool { return len(s.Queues) == 0 && !s.Teams() }

// Teams tells whether the scope is narrowed to agents of groups or districts.
func (s *Scope) Teams() bool { return len(s.Groups) > 0 || len(s.Districts) > 0 }

// Queue tells whether one of some queues is within the scope.
func (s *Scope) Queue(queues ...string) bool { return len(s.Queues) == 0 || common(s.Queues, queues) }

// Team tells whether an agent of a team is within the scope.
func (s *Scope) Team(t Team) bool {
	return (len(s.Groups) == 0 || common(s.Groups, t.Groups)) &&
		(len(s.Districts) == 0 || slices.Contains(s.Districts, t.District))
}

// Holds tells whether what belongs to some queues and to agents of some teams is within the scope.
func (s *Scope) Holds(queues []string, teams []Team) bool {
	return s.Queue(queues...) && (!s.Teams() || slices.ContainsFunc(teams, s.Team))
}

// Covers tells whether all that is within another scope is within this one.
func (s *Scope) Covers(o Scope) bool {
	within := func(all, some []string) bool {
		return len(all) == 0 || len(some) > 0 &&
			!slices.ContainsFunc(some, func(x string) bool { return !slices.Contains(all, x) })
	}
	return within(s.Queues, o.Queues) && within(s.Groups, o.Groups) && within(s.Districts, o.Districts)
}

func common(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// stored is a scope as its columns hold it: JSON lists of queues, groups and districts.
type stored struct {
	Queues    string `db:"queues"`
	Teams     string `db:"teams"`
	Districts string `db:"districts"`
}

// store is a scope as it is written: names once each, and none that is empty.
func (s *Scope) store() (out stored, err error) {
	for _, x := range []struct {
		list []string
		to   *string
	}{{s.Queues, &out.Queues}, {s.Groups, &out.Teams}, {s.Districts, &out.Districts}} {
		list := []string{}
		for _, name := range x.list {
			if name = intake.Line(strings.TrimSpace(name), intake.MaxName); name != "" && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		b, err := json.Marshal(list)
		if err != nil {
			return out, fmt.Errorf("write a scope: %w", err)
		}
		*x.to = string(b)
	}
	return out, nil
}

func (s *stored) scope() (out Scope, err error) {
	err = errors.Join(json.Unmarshal([]byte(s.Queues), &out.Queues), json.Unmarshal([]byte(s.Teams), &out.Groups),
		json.Unmarshal([]byte(s.Districts), &out.Districts))
	return out, err
}
