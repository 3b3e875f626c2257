package exchange

import (
	"context"
	"errors"
	"time"

	"rexian/media/sip"
	"rexian/runtime/acd"
)

// Claims settles with other servers which of them rings an agent. Its methods are safe for use by several goroutines.
type Claims interface {
	// Claim takes an agent for a call before the telephone rings; ErrTaken if another server has the agent.
	Claim(ctx context.Context, agent, call string) error
	// Confirm fails if the claim holds no more when the telephone has answered.
	Confirm(ctx context.Context, agent string) error
	// Release gives an agent back who may be claimed; it returns at once.
	Release(agent string)
}

// ErrTaken means that an agent is another server's.
var ErrTaken = errors.New("another server has the agent")

// claimTime is how long a claim or its confirmation may take: a caller waits.
const claimTime = time.Second

// AtOtherNode is the reason of an agent's being unknown who is another server's.
const AtOtherNode = "node"

// claims takes an agent for a caller; the reason of a refusal if that fails.
func (q *queues) claims(ctx context.Context, w *waiter, agent string) (refused string) {
	if q.x.o.Claims == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	err := q.x.o.Claims.Claim(ctx, agent, w.c.id)
	switch {
	case err == nil:
		return ""
	case errors.Is(ctx.Err(), context.Canceled):
		return acd.Withdrawn
	case !errors.Is(err, ErrTaken):
		w.c.log.Warn("an agent cannot be claimed", "agent", agent, "error", err)
	}
	return acd.Taken
}

// confirms tells whether an agent who has answered is still this server's; the leg is hung up if not.
func (q *queues) confirms(w *waiter, agent string, leg *sip.Call) bool {
	if q.x.o.Claims == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), claimTime)
	defer cancel()
	if err := q.x.o.Claims.Confirm(ctx, agent); err != nil {
		w.c.log.Warn("an agent who answered is another server's by now", "agent", agent, "error", err)
		dismiss(leg)
		return false
	}
	return true
}

// frees gives an agent back whose call, with what is to be done after it, is over.
func (q *queues) frees(d acd.Decision) {
	if q.x.o.Claims != nil && q == q.x.queues && (d.Now == acd.Ready || d.Now == acd.Break || d.Now == acd.Out ||
		d.Now == acd.Unknown) {
		q.x.o.Claims.Release(d.Agent)
	}
}

// Elsewhere tells which agents are other servers': here they are offered nobody, until they are told no more.
func (x *Exchange) Elsewhere(theirs map[string]bool) {
	var events []acd.Event
	q := x.queues
	q.mu.Lock()
	for _, s := range q.acd.Agents() {
		gone := s.State == acd.Unknown || s.Next == acd.Unknown
		switch {
		case theirs[s.ID] && !gone && s.State != acd.Out:
			events = append(events, acd.Event{Kind: acd.Lost, Agent: s.ID, Reason: AtOtherNode})
		case !theirs[s.ID] && s.State == acd.Unknown && s.Reason == AtOtherNode:
			events = append(events, acd.Event{Kind: acd.Found, Agent: s.ID})
			if x.o.Reachable != nil && !x.o.Reachable(q.agents[s.ID].Phone) {
				events = append(events, acd.Event{Kind: acd.Lost, Agent: s.ID, Reason: noPhone})
			}
		}
	}
	q.mu.Unlock()
	if len(events) > 0 {
		q.tell(events...)
	}
}
