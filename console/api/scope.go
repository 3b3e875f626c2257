package api

import (
	"errors"
	"net/http"
	"slices"

	"rexian/stdlib/call"
	"rexian/stdlib/fn"
	"rexian/stdlib/user"
)

// errScope is for what is outside of the asker's scope.
var errScope = errors.New("this is not of your queues, groups or districts")

// Scope is what of the office somebody sees and steers; a list that is empty does not narrow. A call is of the queues
// that it waited in, and of the groups and the district of the agents who were in it; until one was, of those who serve
// its queues. Of the configuration's agents neither is known, so that only who is not narrowed by them sees those.
type Scope struct {
	Queues    []string `json:"queues"`
	Groups    []string `json:"groups"`
	Districts []string `json:"districts"`
}

func shownScope(s user.Scope) Scope {
	list := func(x []string) []string { return slices.Concat([]string{}, x) }
	return Scope{Queues: list(s.Queues), Groups: list(s.Groups), Districts: list(s.Districts)}
}

func (s Scope) stored() user.Scope {
	return user.Scope{Queues: s.Queues, Groups: s.Groups, Districts: s.Districts}
}

// Parts are what something belongs to: queues, and the agents whose it is; without any it is of those who serve its
// queues.
type Parts struct {
	Queues, Agents []string
	Own            bool // the asker's own
}

// parted finds what the thing belongs to that a request names; nothing if there is no such thing.
type parted func(r *http.Request) (Parts, error)

// Roster are the agents, who tell to which teams something belongs.
type Roster []Agent

// Teams are those that something belongs to.
func (l Roster) Teams(p Parts) (list []user.Team) {
	for i := range l {
		if x := &l[i]; slices.Contains(p.Agents, x.ID) || len(p.Agents) == 0 && common(x.Queues, p.Queues) {
			list = append(list, x.team())
		}
	}
	return list
}

func (x *Agent) team() user.Team { return user.Team{Groups: x.Groups, District: x.District} }

func common(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// staff are the agents of now.
func (a *admin) staff() Roster {
	if a.Agents == nil {
		return nil
	}
	return a.Agents.Agents()
}

// roster are the agents of now; none for whom no team narrows anything.
func (a *admin) roster(p *Principal) Roster {
	if !p.Teams() {
		return nil
	}
	return a.staff()
}

// within is the part of the office that the asker sees, as the records of calls are narrowed to it.
func (a *admin) within(r *http.Request) call.Within {
	p := asker(r)
	w := call.Within{Queues: p.Queues, Teams: p.Teams()}
	for _, x := range a.roster(p) {
		if p.Team(x.team()) {
			w.Agents = append(w.Agents, x.ID)
			for _, q := range x.Queues {
				if !slices.Contains(w.Served, q) {
					w.Served = append(w.Served, q)
				}
			}
		}
	}
	return w
}

// queuesOf are the queues within the asker's scope, of what is of a queue alone; nil for all.
func (a *admin) queuesOf(r *http.Request) []string {
	w := a.within(r)
	switch {
	case w.All():
		return nil
	case !w.Teams:
		return w.Queues
	case len(w.Queues) == 0:
		return append([]string{}, w.Served...)
	}
	return slices.DeleteFunc(append([]string{}, w.Served...),
		func(q string) bool { return !slices.Contains(w.Queues, q) })
}

// holdsAgent tells whether an agent is within somebody's scope.
func (a *admin) holdsAgent(p *Principal, id string) bool {
	return p.All() || slices.ContainsFunc(a.staff(), func(x Agent) bool {
		return x.ID == id && p.Holds(x.Queues, []user.Team{x.team()})
	})
}

// office is what belongs to the office as a whole: only who sees all of it changes that.
func (a *admin) office(*http.Request) (Parts, error) { return Parts{}, nil }

// scoped lets through who may see what a request names: everybody whose scope nothing narrows, and who has it within
// their own. Of what there is not, nobody else is told that there is not.
func (a *admin) scoped(of parted, next http.HandlerFunc) http.HandlerFunc {
	if of == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) {
		p := asker(r)
		if p.All() {
			next(w, r)
			return
		}
		parts, err := of(r)
		switch {
		case err != nil:
			a.Logger.Warn("whose it is cannot be told", "error", err)
			fault(w, http.StatusServiceUnavailable, "whether this is of your queues cannot be told at the moment")
		case !parts.Own && !p.Holds(parts.Queues, a.roster(p).Teams(parts)):
			a.outside(w)
		default:
			next(w, r)
		}
	}
}

// outside answers that something is outside of the asker's scope.
func (a *admin) outside(w http.ResponseWriter) {
	a.refused.WithLabelValues("scope").Inc()
	reply(w, http.StatusForbidden, Fault{Error: errScope.Error(), Reason: ReasonScope})
}

// seen leaves of a list what is within the asker's scope.
func seen[T any](a *admin, r *http.Request, all []T, of func(*T) Parts) []T {
	p := asker(r)
	if p.All() {
		return all
	}
	agents := a.roster(p)
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool {
		parts := of(&x)
		return !parts.Own && !p.Holds(parts.Queues, agents.Teams(parts))
	})
}

// callParts are those of the call of a request.
func (a *admin) callParts(r *http.Request) (Parts, error) {
	return a.Calls.Parts(r.Context(), r.PathValue("id"))
}

// agentParts are the queues that the agent of a request serves, and the agent.
func (a *admin) agentParts(r *http.Request) (Parts, error) {
	for _, x := range a.Agents.Agents() {
		if x.ID == r.PathValue("id") {
			return x.Parts(), nil
		}
	}
	return Parts{Agents: []string{""}}, nil
}

// namedQueue is the queue of a request.
func (a *admin) namedQueue(r *http.Request) (Parts, error) {
	return Parts{Queues: []string{r.PathValue("name")}}, nil
}

// recordingParts are those of the call of a recording or a message, and whom it is of.
func (a *admin) recordingParts(r *http.Request) (Parts, error) {
	f, err := a.Recordings.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, fn.Outcome("not_found")) {
		return Parts{}, nil
	}
	if err != nil {
		return Parts{}, err
	}
	p, err := a.Calls.Parts(r.Context(), f.CallID)
	if f.Agent != "" && !slices.Contains(p.Agents, f.Agent) {
		p.Agents = append(p.Agents, f.Agent)
	}
	return p, err
}
