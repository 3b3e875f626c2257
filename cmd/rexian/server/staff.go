package server

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/runtime/acd"
	"rexian/runtime/exchange"
	"rexian/stdlib"
	"rexian/stdlib/agent"
	"rexian/stdlib/agent/day"
	"rexian/stdlib/call"
	"rexian/stdlib/user"
)

// staff are the agents of a server: those of the configuration, and those in the database, which go before where both
// have an id. What they asked for last outlives a restart; each second of theirs is written down.
type staff struct {
	s      *Server
	mu     sync.Mutex
	rows   []agent.Agent
	states []agent.State
	kept   map[string]agent.State // what was asked for here
	days   day.Writers            // whose days are written here
	day    string
	desk   []stdlib.Own   // what the flows of telephones ask
	fixed  []config.Agent // of the configuration
}

// staffEvery is how often it is looked whether another server has changed the agents.
const staffEvery = 5 * time.Second

// staffTime is how long the database may take for it.
const staffTime = 5 * time.Second

func newStaff(s *Server) *staff {
	f := &staff{s: s, kept: map[string]agent.State{}}
	f.desk = f.deskLibrary()
	return f
}

// read reads the agents anew; false if nothing has changed or the database is away.
func (f *staff) read(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, staffTime)
	defer cancel()
	store := f.s.library.Slices().Agents
	rows, err := store.List(ctx)
	if err != nil {
		f.s.log.Debug("agents", "error", err)
		return false
	}
	states, err := store.States(ctx)
	if err != nil {
		f.s.log.Debug("agents", "error", err)
		return false
	}
	f.mu.Lock()
	changed := !reflect.DeepEqual(rows, f.rows)
	asked := f.asked(states)
	f.rows, f.states = rows, states
	f.mu.Unlock()
	if f.s.exchange != nil {
		f.follow(asked)
	}
	return changed
}

// list are the agents of a configuration and of the database.
func (f *staff) list(c *config.Config) []exchange.Agent {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fixed = c.Agents
	all := map[string]exchange.Agent{}
	var order []string
	for _, a := range c.Agents {
		all[a.ID] = exchange.Agent{ID: a.ID, Phone: a.Phone, Skills: a.Skills}
		order = append(order, a.ID)
	}
	for _, r := range f.rows {
		if _, there := all[r.ID]; !there {
			order = append(order, r.ID)
		}
		all[r.ID] = exchange.Agent{ID: r.ID, Name: r.Name, Phone: r.Phone,
			Skills: slices.Sorted(maps.Keys(r.Skills)), Levels: r.Skills}
	}
	list := make([]exchange.Agent, 0, len(order))
	for _, id := range order {
		a := all[id]
		for _, x := range f.states {
			if x.Agent == id {
				a.First, a.Reason = acd.State(x.State), x.Reason
			}
		}
		list = append(list, a)
	}
	return list
}

// run follows what other servers change, until the server stops.
func (f *staff) run(ctx context.Context) {
	tick := time.NewTicker(staffEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if f.read(ctx) {
			f.take()
		}
		if day := f.s.o.Now().In(f.s.library.Zone()).Format(time.DateOnly); day != f.day {
			if f.day != "" {
				f.s.exchange.NewDay()
			}
			f.day = day
		}
	}
}

// take lets the exchange have the agents as they are now.
func (f *staff) take() {
	f.s.reloading.Lock()
	defer f.s.reloading.Unlock()
	f.s.exchange.SetAgents(f.list(f.s.taken))
}

// segments are the names of states as they are written down.
var segments = map[acd.State]string{acd.Out: "out", acd.Break: "break", acd.Ready: "ready", acd.Reserved: "ring",
	acd.Ringing: "ring", acd.Talking: "talk", acd.Hold: "hold", acd.WrapUp: "wrap", acd.Unknown: "unknown"}

// told writes down what an agent did.
func (f *staff) told(d acd.Decision) {
	for _, r := range f.parts(d) {
		f.s.library.Calls().Segment(call.Segment{Agent: r.Agent, Began: time.UnixMilli(r.Began),
			Ended: time.UnixMilli(r.Ended), State: r.State, Reason: r.Reason, Call: r.Call})
	}
	if d.Now == acd.Out && d.NowWhy == acd.Missed {
		f.s.log.Warn("an agent who missed calls is signed out", "agent", d.Agent)
		f.s.running.Go(func() { f.keep(f.s.background, d.Agent, acd.Out, d.NowWhy, "") })
	}
}

// parts are what is to be written here of a state that has ended.
func (f *staff) parts(d acd.Decision) []day.Row {
	id, _, _ := strings.Cut(d.Caller, "/")
	f.mu.Lock()
	defer f.mu.Unlock()
	if d.State == acd.Unknown && d.Now != acd.Out && (d.Reason == exchange.AtOtherNode || f.days.Elsewhere(d.Agent)) {
		f.days.Came(d.Agent, d.At) // what was before is written where the agent was
	}
	return f.days.Cut(day.Row{Agent: d.Agent, Began: d.From, Ended: d.At, State: segments[d.State], Reason: d.Reason,
		Call: id})
}

// keep writes what an agent asked for, so that it outlives a restart.
func (f *staff) keep(ctx context.Context, id string, state acd.State, reason, by string) {
	ctx, cancel := context.WithTimeout(ctx, staffTime)
	defer cancel()
	x := agent.State{Agent: id, State: string(state), Reason: reason, Since: f.s.o.Now().UnixMilli(), By: by}
	f.mu.Lock()
	f.kept[id] = x
	f.mu.Unlock()
	err := f.s.library.Slices().Agents.SetState(ctx, x)
	if err != nil {
		f.s.log.Warn("what an agent asked for does not outlive a restart", "agent", id, "error", err)
	}
}

// verbs are what may be asked of an agent, with the state that is kept.
var verbs = map[string]struct {
	kind acd.EventKind
	kept acd.State
}{"signin": {acd.SignIn, acd.Ready}, "signout": {acd.SignOut, acd.Out}, "ready": {acd.SetReady, acd.Ready},
	"break": {acd.SetBreak, acd.Break}}

// shown is an agent as the administration shows one.
func (f *staff) shown(a exchange.AgentNow, serves map[string][]string) api.Agent {
	out := api.Agent{ID: a.ID, Name: a.Name, Phone: a.Phone, Skills: map[string]int{}, Groups: []string{},
		Queues: slices.Concat([]string{}, serves[a.ID]),
		State:  string(a.State), Reason: a.Reason, Since: time.UnixMilli(a.Since).UTC(), Next: string(a.Next),
		Queue: a.Queue, CallsToday: a.Calls, TalkToday: a.Talk / 1000}
	out.Call, _, _ = strings.Cut(a.Caller, "/")
	for _, s := range a.Skills {
		out.Skills[s.Name] = s.Level
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out.From = api.FromConfiguration
	if i := slices.IndexFunc(f.fixed, func(x config.Agent) bool { return x.ID == a.ID }); i >= 0 {
		out.Groups, out.District = append(out.Groups, f.fixed[i].Groups...), f.fixed[i].District
	}
	last := f.kept[a.ID]
	for _, x := range f.states {
		if x.Agent == a.ID && x.Since > last.Since {
			last = x
		}
	}
	out.SetBy = last.By
	for _, r := range f.rows {
		if r.ID == a.ID {
			out.From, out.PIN, out.Changed, out.By = "database", r.HasPIN, time.UnixMilli(r.Changed).UTC(), r.By
			out.Version = r.Changed
			if r.Locked > f.s.o.Now().UnixMilli() {
				out.Locked = time.UnixMilli(r.Locked).UTC()
			}
			out.Groups, out.District = append([]string{}, r.Teams...), r.District
		}
	}
	return out
}

// Agents are all of them.
func (f *staff) Agents() []api.Agent {
	list, serves := []api.Agent{}, f.s.exchange.Serves()
	for _, a := range f.s.exchange.AgentList() {
		list = append(list, f.shown(a, serves))
	}
	return list
}

// teams are those that something belongs to.
func (f *staff) teams(p api.Parts) []user.Team { return api.Roster(f.Agents()).Teams(p) }

// PutAgent enters an agent, or changes one.
func (f *staff) PutAgent(ctx context.Context, id string, o api.AgentOrder) (api.Agent, error) {
	if o.Phone != "" && !strings.HasPrefix(o.Phone, "sip:") && !f.s.lines.has(o.Phone) {
		return api.Agent{}, api.ErrAgentPhone
	}
	err := f.s.library.Slices().Agents.Put(ctx, agent.Agent{ID: id, Name: o.Name, Phone: o.Phone, Skills: o.Skills,
		Teams: o.Groups, District: o.District, By: o.By, Was: o.Was}, o.PIN, f.s.o.Now())
	if err != nil {
		return api.Agent{}, err
	}
	return f.again(ctx, id)
}

// again takes in what was written, and shows one of the agents.
func (f *staff) again(ctx context.Context, id string) (api.Agent, error) {
	if f.read(ctx) {
		f.take()
	}
	for _, a := range f.Agents() {
		if a.ID == id {
			return a, nil
		}
	}
	return api.Agent{ID: id}, nil
}

// Remove takes an agent out of the database.
func (f *staff) Remove(ctx context.Context, id string) error {
	if err := f.s.library.Slices().Agents.Remove(ctx, id); err != nil {
		return err
	}
	_, err := f.again(ctx, id)
	return err
}

// Ask signs an agent in or out, or begins or ends a break.
func (f *staff) Ask(ctx context.Context, id, what, reason, by string) (api.Agent, error) {
	v, ok := verbs[what]
	if !ok {
		return api.Agent{}, api.ErrAgentVerb
	}
	a, err := f.s.exchange.SetAgent(id, v.kind, reason)
	if err != nil {
		return api.Agent{}, err
	}
	f.keep(ctx, id, v.kept, reason, by)
	if by != seatedAt(a.Phone) && by != id {
		f.s.running.Go(func() { f.tells(a.Phone, id, what, reason, by) })
	}
	return f.shown(a, f.s.exchange.Serves()), nil
}

// Day is what an agent did on a day, by the zone of the library: what has ended, and what goes on.
func (f *staff) Day(ctx context.Context, id, date string) (api.AgentDay, error) {
	from, to, err := f.span(date)
	if err != nil {
		return api.AgentDay{}, err
	}
	if err := f.s.library.Calls().Flush(ctx); err != nil {
		return api.AgentDay{}, err
	}
	list, err := f.s.library.Slices().Agents.Day(ctx, id, from, to)
	if err != nil {
		return api.AgentDay{}, err
	}
	out := api.AgentDay{Agent: id, Date: from.Format(time.DateOnly), Seconds: map[string]float64{},
		Segments: []api.AgentSegment{}}
	add := func(began, ended int64, state, reason, call, node string) {
		began, ended = max(began, from.UnixMilli()), min(ended, to.UnixMilli())
		if ended <= began {
			return
		}
		out.Seconds[state] += float64(ended-began) / 1000
		out.Segments = append(out.Segments, api.AgentSegment{Began: time.UnixMilli(began).UTC(),
			Ended: time.UnixMilli(ended).UTC(), State: state, Reason: reason, Call: call, Node: node})
	}
	for _, x := range list {
		add(x.Began, x.Ended, x.State, x.Reason, x.Call, x.Node)
	}
	known, last := len(list) > 0, int64(0)
	if known {
		last = list[len(list)-1].Ended
	}
	for _, a := range f.s.exchange.AgentList() {
		if a.ID == id {
			known = true
			call, _, _ := strings.Cut(a.Caller, "/")
			if last > 0 { // until the state ends that goes on, no row says what was before it
				add(last, a.Since, day.Unknown, day.Restart, "", "")
			}
			add(max(a.Since, last), f.s.o.Now().UnixMilli(), segments[a.State], a.Reason, call,
				f.s.library.Node().Name())
		}
	}
	if !known {
		return out, exchange.ErrNoAgent
	}
	return out, nil
}

// Why is the reason of an error as the administration tells it, "" for one that is not the asker's.
func (f *staff) Why(err error) string {
	switch {
	case errors.Is(err, exchange.ErrNoAgent), errors.Is(err, agent.ErrNone):
		return api.ReasonNoAgent
	case errors.Is(err, exchange.ErrOut):
		return api.ReasonSignedOut
	case errors.Is(err, agent.ErrChanged):
		return api.ReasonChanged
	case errors.Is(err, agent.ErrBad), errors.Is(err, agent.ErrPIN), errors.Is(err, api.ErrAgentPhone),
		errors.Is(err, api.ErrAgentVerb), errors.Is(err, api.ErrAgentDate):
		return api.ReasonBadAgent
	}
	return ""
}
