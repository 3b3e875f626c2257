package server

import (
	"rexian/runtime/acd"
	"rexian/stdlib/agent"
)

// elsewhere takes which agents are other servers' from now on: those write their day. Some of them are on a call there
// while their telephone has come here.
func (f *staff) elsewhere(theirs, taken map[string]bool) {
	now := f.s.o.Now().UnixMilli()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.days.Theirs(theirs, now, func(id string) bool { return taken[id] || f.s.claims.fixed(id) })
}

// asked are the states that agents have asked for at other servers since they were read last. It is called with the
// lock, before the new ones are taken.
func (f *staff) asked(states []agent.State) []agent.State {
	known := make(map[string]agent.State, len(f.states))
	for _, x := range f.states {
		known[x.Agent] = x
	}
	var list []agent.State
	for _, x := range states {
		if x != known[x.Agent] && x != f.kept[x.Agent] {
			list = append(list, x)
		}
	}
	return list
}

// follow lets agents be what they have asked for at other servers.
func (f *staff) follow(list []agent.State) {
	for _, x := range list {
		for _, v := range verbs {
			if v.kept != acd.State(x.State) || v.kind == acd.SetReady {
				continue
			}
			_, err := f.s.exchange.SetAgent(x.Agent, v.kind, x.Reason)
			if err == nil && v.kind == acd.SignIn { // who was on a break is ready, too
				_, err = f.s.exchange.SetAgent(x.Agent, acd.SetReady, "")
			}
			if err != nil {
				f.s.log.Debug("what an agent asked for at another server", "agent", x.Agent, "error", err)
			}
		}
	}
}
