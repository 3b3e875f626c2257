package server

import (
	"context"
	"errors"
	"time"

	"rexian/console/api"
	"rexian/stdlib/call"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db"
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

// Parts makes it api.Parted.
func (q queueNow) Parts() api.Parts { return api.Parts{Queues: []string{q.Queue}} }

// ongoing is what goes on: calls of this node as they go on and of the others as they are written down, agents and
// queues of this one, callers who are owed a call, and campaigns.
type ongoing struct{ s *Server }

// Topic is what there is of a topic.
func (l ongoing) Topic(ctx context.Context, topic string) (map[string]any, error) {
	s, all := l.s, map[string]any{}
	switch topic {
	case "calls":
		list, err := call.Running(ctx, s.library.DB(), s.library.Node().Name(), mostLiveCalls)
		if err != nil && !db.IsUnavailable(err) {
			return nil, err
		}
		for i := range list {
			all[list[i].ID] = api.ShownCall(&list[i])
		}
		for _, b := range s.doings.now() {
			all[b.ID] = api.ShownCall(&b)
		}
	case "agents":
		for _, a := range s.staff.Agents() {
			all[a.ID] = a
		}
	case "queues":
		v := s.deployment.Stable()
		for i := 0; v != nil && i < len(v.Program.Queues); i++ {
			q := queueNow{Queue: v.Program.Queues[i].Name}
			q.SignedIn, q.Ready, q.Busy, q.Waiting = s.exchange.Queue(q.Queue)
			all[q.Queue] = q
		}
	case "callbacks":
		for _, c := range s.callbacks.now() {
			all[c.ID] = api.ShownCallback(&c)
		}
	case "campaigns":
		return s.standings(ctx)
	}
	return all, nil
}

// Watch has somebody told of what changes here.
func (l ongoing) Watch(changed func(topic string)) { l.s.doings.watch(changed) }

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
