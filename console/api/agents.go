package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/user"
)

// Agent is a person who takes calls, and what they do now.
type Agent struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitempty"`
	Phone      string         `json:"phone"`
	Skills     map[string]int `json:"skills"` // levels, 1 to 10
	Groups     []string       `json:"groups"`
	District   string         `json:"district,omitempty"`    // where they work
	Queues     []string       `json:"queues"`                // that they serve, in any of their steps
	PIN        bool           `json:"pin"`                   // whether there is one
	Locked     time.Time      `json:"locked_until,omitzero"` // after too many wrong PINs
	From       string         `json:"from"`                  // database or configuration
	State      string         `json:"state"`
	Reason     string         `json:"reason,omitempty"`
	Since      time.Time      `json:"since"`
	Next       string         `json:"next,omitempty"` // what follows the call that is on
	Call       string         `json:"call,omitempty"`
	Queue      string         `json:"queue,omitempty"`
	CallsToday int64          `json:"calls_today"`
	TalkToday  int64          `json:"talk_today"` // seconds
	Changed    time.Time      `json:"changed,omitzero"`
	Version    int64          `json:"version,omitempty"` // for If-Match; none of one of the configuration
	By         string         `json:"by,omitempty"`
	SetBy      string         `json:"set_by,omitempty"` // who asked for the state last: the agent, or somebody else
}

// FromConfiguration is whence an agent is that stands in the configuration and not in the database.
const FromConfiguration = "configuration"

// AgentOrder is the body of PUT /api/v1/agents/ID.
type AgentOrder struct {
	Name   string         `json:"name"`
	Phone  string         `json:"phone"`
	PIN    string         `json:"pin,omitempty"` // stays as it is if empty
	Skills map[string]int `json:"skills"`
	Groups []string       `json:"groups,omitempty"`
	// District is where the agent works, as the offices' list names it.
	District string `json:"district,omitempty"`
	By       string `json:"by,omitempty"`
	Was      int64  `json:"-"` // the version that it was made from, as the database has it; 0: any
}

// AgentState is the body of POST /api/v1/agents/ID/state.
type AgentState struct {
	Do     string `json:"do"` // signin, signout, ready or break
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
}

// AgentSegment is a time of an agent's in one state.
type AgentSegment struct {
	Began  time.Time `json:"began"`
	Ended  time.Time `json:"ended"`
	State  string    `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Call   string    `json:"call,omitempty"`
	Node   string    `json:"node,omitempty"`
}

// AgentDay is what an agent did on a day.
type AgentDay struct {
	Agent    string             `json:"agent"`
	Date     string             `json:"date"`
	Seconds  map[string]float64 `json:"seconds"` // by state
	Segments []AgentSegment     `json:"segments"`
}

// Agents are the people who take calls.
type Agents interface {
	Agents() []Agent
	PutAgent(ctx context.Context, id string, o AgentOrder) (Agent, error)
	Remove(ctx context.Context, id string) error
	Ask(ctx context.Context, id, what, reason, by string) (Agent, error)
	Day(ctx context.Context, id, date string) (AgentDay, error)
	// Ratings count a day's talks of a part of the office, by agent or queue.
	Ratings(ctx context.Context, by, date string, of call.Within) ([]Ratings, error)
	// Why is the reason of an error that is the asker's, "" for any other.
	Why(err error) string
}

// The errors of what is asked of agents.
var (
	ErrAgentPhone = errors.New("no telephone of this server has that name")
	ErrAgentVerb  = errors.New("do must be signin, signout, ready or break")
	ErrAgentDate  = errors.New("a date is written 2026-11-30")
)

func (a *admin) getAgents(w http.ResponseWriter, r *http.Request) {
	list := seen(a, r, a.Agents.Agents(), func(x *Agent) Parts { return x.Parts() })
	page(w, r, "agents", list, func(x *Agent) string { return x.ID })
}

func (a *admin) getAgent(w http.ResponseWriter, r *http.Request) {
	list := a.Agents.Agents()
	i := slices.IndexFunc(list, func(x Agent) bool { return x.ID == r.PathValue("id") })
	if i < 0 {
		reply(w, http.StatusNotFound, Fault{Error: "there is no such agent", Reason: ReasonNoAgent})
		return
	}
	tagged(w, list[i].Version)
	reply(w, http.StatusOK, list[i])
}

func (a *admin) putAgent(w http.ResponseWriter, r *http.Request) {
	var in AgentOrder
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	if p := asker(r); !p.Team(user.Team{Groups: in.Groups, District: in.District}) {
		a.outside(w) // nobody puts an agent where they do not see them
		return
	}
	id := r.PathValue("id")
	in.Was = was
	done, err := a.Agents.PutAgent(r.Context(), id, in)
	if err == nil {
		tagged(w, done.Version)
	}
	a.agent(w, "put", id, in.By, err, done)
}

func (a *admin) deleteAgent(w http.ResponseWriter, r *http.Request) {
	id, by := r.PathValue("id"), r.URL.Query().Get("by")
	fixed := func(x Agent) bool { return x.ID == id && x.From == FromConfiguration }
	if slices.ContainsFunc(a.staff(), fixed) {
		reply(w, http.StatusConflict, Fault{Error: "the agent stands in the configuration", Reason: ReasonFixedAgent})
		return
	}
	a.agent(w, "remove", id, by, a.Agents.Remove(r.Context(), id), map[string]string{"id": id})
}

func (a *admin) postAgentState(w http.ResponseWriter, r *http.Request) {
	var in AgentState
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	done, err := a.Agents.Ask(r.Context(), id, in.Do, in.Reason, in.By)
	a.agent(w, in.Do, id, in.By, err, done)
}

func (a *admin) getAgentDay(w http.ResponseWriter, r *http.Request) {
	day, err := a.Agents.Day(r.Context(), r.PathValue("id"), r.URL.Query().Get("date"))
	a.agent(w, "", "", "", err, day)
}

// Reasons of what is not done of agents.
const (
	ReasonNoAgent    = "no agent"
	ReasonFixedAgent = "of the configuration"
	ReasonSignedOut  = "signed out"
	ReasonBadAgent   = "bad agent"
)

// agent answers what came of something that was asked of an agent.
func (a *admin) agent(w http.ResponseWriter, what, id, by string, err error, answer any) {
	reason := ""
	if err != nil {
		reason = a.Agents.Why(err)
	}
	switch {
	case err == nil:
		if what != "" {
			a.Logger.Info("agent", "what", what, "agent", id, "by", by)
		}
		reply(w, http.StatusOK, answer)
	case reason == ReasonChanged:
		outdated(w, err)
	case reason == ReasonNoAgent:
		reply(w, http.StatusNotFound, Fault{Error: err.Error(), Reason: reason})
	case reason != "":
		reply(w, http.StatusUnprocessableEntity, Fault{Error: err.Error(), Reason: reason})
	default:
		a.Logger.Warn("agents", "error", err)
		fault(w, http.StatusServiceUnavailable, "the agents cannot be reached now")
	}
}
