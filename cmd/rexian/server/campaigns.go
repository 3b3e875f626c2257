package server

import (
	"context"
	"crypto/rand"
	"time"

	"rexian/runtime/campaign"
	"rexian/runtime/dialer"
	"rexian/stdlib"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/filter"
)

// openCampaigns lets the campaigns of the flows run that were started.
func (s *Server) openCampaigns(context.Context) error {
	e := campaign.New(campaign.Options{Exchange: s.exchange, Deployment: s.deployment,
		Store: s.library.Slices().Campaigns, Outbox: s.library.Slices().Messages, Forbidden: forbidden(s.library),
		Ready: s.library.Ready,
		Dead: func() (list []store.Dead) {
			for _, d := range s.library.Node().Dead() {
				list = append(list, store.Dead{Node: d.Name, Boot: d.Boot})
			}
			return list
		}, Seed: rand.Text, Now: s.o.Now, Agents: s.agents, Logger: s.log,
		Ring:    time.Duration(s.config.Campaigns.Ring),
		Early:   campaign.Early{Days: s.config.Campaigns.EarlyDays, Bytes: int64(s.config.Campaigns.EarlyMB) << 20},
		Relearn: s.known.refresh})
	s.campaigns = e
	ctx, stop := context.WithCancel(s.background)
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.Run(ctx)
	}()
	s.endCampaigns = func(wait bool) {
		stop()
		if wait {
			<-done
		}
	}
	return nil
}

// forbidden tells whether a number is on a list of those who are not called, by the copy in memory.
func forbidden(l *stdlib.Library) func(context.Context, string) (bool, error) {
	return func(ctx context.Context, number string) (bool, error) {
		for _, list := range []string{filter.NoCall, filter.Black} {
			if in, err := l.InList(ctx, list, number); in || err != nil {
				return in, err
			}
		}
		return false, nil
	}
}

// agents are those of this node.
func (s *Server) agents() dialer.Agents {
	ready, busy := s.exchange.ReadyAgents()
	return dialer.Agents{Free: ready, Busy: busy, Waiting: s.exchange.Waiting()}
}
