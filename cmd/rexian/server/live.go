package server

import (
	"context"
	"errors"
	"time"

	"rexian/console/api"
	"rexian/stdlib/call"
	"rexian/stdlib/campaign"
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

// LiveQueues makes it api.OfQueues.
func (q queueNow) LiveQueues() []string { return []string{q.Queue} }

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
	campaigns, err := s.standings(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]map[string]any{"calls": calls, "agents": agents, "queues": queues, "campaigns": campaigns}, nil
}

// standingsEvery is how often campaigns are counted for who watches: a list may be long.
const standingsEvery = 2 * time.Second

// standings are the campaigns as they stand, without a guess of their ends.
func (s *Server) standings(ctx context.Context) (map[string]any, error) {
	s.stands.mu.Lock()
	defer s.stands.mu.Unlock()
	if now := s.o.Now(); s.stands.all != nil && now.Sub(s.stands.at) < standingsEvery && !now.Before(s.stands.at) {
		return s.stands.all, nil
	}
	all := map[string]any{}
	for _, name := range s.campaigns.Names() {
		x, err := s.campaigns.Standing(ctx, name)
		if err != nil && !errors.Is(err, campaign.ErrNoRun) {
			return nil, err
		}
		x.Campaign = name
		all[name] = api.ShownCampaign(&x)
	}
	s.stands.at, s.stands.all = s.o.Now(), all
	return all, nil
}
