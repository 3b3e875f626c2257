package server

import (
	"context"

	"rexian/console/api"
	"rexian/stdlib/call"
)

// mostLiveCalls is how many calls are shown as they go on: the latest.
const mostLiveCalls = 2000

// queueNow is how a queue of this node stands.
type queueNow struct {
	Queue    string `json:"queue"`
	SignedIn int    `json:"signed_in"`
	Ready    int    `json:"ready"`
	Busy     int    `json:"busy"`
	Waiting  int    `json:"waiting"`
}

// live is what goes on: calls of all nodes as they are written down, agents and queues of this one.
func (s *Server) live(ctx context.Context) (map[string]map[string]any, error) {
	calls, agents, queues := map[string]any{}, map[string]any{}, map[string]any{}
	list, err := call.Running(ctx, s.library.DB(), mostLiveCalls)
	if err != nil {
		return nil, err
	}
	for i := range list {
		calls[list[i].ID] = api.ShownCall(&list[i])
	}
	for _, a := range s.staff.Agents() {
		agents[a.ID] = a
	}
	if v := s.deployment.Stable(); v != nil {
		for i := range v.Program.Queues {
			q := queueNow{Queue: v.Program.Queues[i].Name}
			q.SignedIn, q.Ready, q.Busy, q.Waiting = s.exchange.Queue(q.Queue)
			queues[q.Queue] = q
		}
	}
	return map[string]map[string]any{"calls": calls, "agents": agents, "queues": queues}, nil
}
