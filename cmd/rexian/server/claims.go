package server

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"rexian/runtime/exchange"
	"rexian/stdlib/agent"
	"rexian/stdlib/db"
)

// claims settles with the other servers on the database which of them rings an agent. An agent is the server's with
// whose registrar the telephone has registered last; one at a fixed address is whose call claims the agent.
//
// While the database is away, or too slow for a caller to wait for it, each server goes on with its own: nobody else
// may offer those. Agents at fixed addresses wait then, but where this server was alone before. What was so decided is
// written down when the database is back.
type claims struct {
	s    *Server
	mu   sync.Mutex
	held map[string]*hold // by agent
	want map[string]bool  // telephones that came (true) or went, which the database does not know yet
}

// hold is an agent who is claimed here.
type hold struct {
	call  string
	epoch int64 // 0: claimed while the database was away, or about to be
	asked bool  // the database is being asked
}

// claimsEvery is how often it is looked what other servers have claimed.
const claimsEvery = time.Second

// ownTime is how long the database is waited for where its answer is not needed: who has just come back, and writes
// down what happened meanwhile, or is under load, would keep callers from agents whom nobody else may ring.
const ownTime = 250 * time.Millisecond

func newClaims(s *Server) *claims {
	return &claims{s: s, held: map[string]*hold{}, want: map[string]bool{}}
}

// Claim takes an agent for a call.
func (c *claims) Claim(ctx context.Context, id, call string) error {
	h := &hold{call: call, asked: true}
	c.mu.Lock()
	c.held[id] = h
	c.mu.Unlock()
	limited, cancel := c.patience(ctx, id)
	epoch, err := c.asks(limited, id, call)
	cancel()
	if err != nil && ctx.Err() == nil && db.IsUnavailable(err) && c.mine(id) {
		epoch, err = 0, nil // should it be written down after all, the next look claims anew or gives back
	}
	c.mu.Lock()
	h.epoch, h.asked = epoch, false
	if err != nil && c.held[id] == h {
		delete(c.held, id)
	}
	c.mu.Unlock()
	if errors.Is(err, agent.ErrTaken) || db.IsUnavailable(err) {
		return exchange.ErrTaken
	}
	return err
}

// patience is how long the database may take to say who has an agent.
func (c *claims) patience(ctx context.Context, id string) (context.Context, context.CancelFunc) {
	if !c.fixed(id) {
		return context.WithTimeout(ctx, ownTime)
	}
	return context.WithCancel(ctx)
}

func (c *claims) asks(ctx context.Context, id, call string) (int64, error) {
	if !c.s.library.Ready() {
		return 0, db.ErrUnavailable
	}
	return c.s.library.Claims().Claim(ctx, id, call, c.fixed(id))
}

// fixed tells whether an agent has no telephone that registers.
func (c *claims) fixed(id string) bool {
	phone, _ := c.s.exchange.PhoneOf(id)
	return !c.s.lines.has(phone)
}

// mine tells whether an agent may be rung without asking anybody.
func (c *claims) mine(id string) bool {
	return !c.fixed(id) || c.s.library.Node().Alone()
}

// Confirm fails if a claim holds no more.
func (c *claims) Confirm(ctx context.Context, id string) error {
	c.mu.Lock()
	h := c.held[id]
	c.mu.Unlock()
	switch {
	case h == nil:
		return exchange.ErrTaken
	case h.epoch == 0:
		return nil
	}
	ctx, cancel := c.patience(ctx, id)
	defer cancel()
	err := c.s.library.Claims().Confirm(ctx, id, h.epoch)
	switch {
	case errors.Is(err, agent.ErrTaken):
		return exchange.ErrTaken
	case err != nil && c.mine(id): // the database is away
		return nil
	}
	return err
}

// Release gives an agent back. Should it not be written down, the next look does it.
func (c *claims) Release(id string) {
	c.mu.Lock()
	h := c.held[id]
	delete(c.held, id)
	c.mu.Unlock()
	if h == nil || h.epoch == 0 {
		return
	}
	c.s.running.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.s.background), staffTime)
		defer cancel()
		if err := c.s.library.Claims().Release(ctx, id, h.epoch); err != nil && !db.IsUnavailable(err) {
			c.s.log.Warn("an agent is given back later", "agent", id, "error", err)
		}
	})
}

// phone is told that the telephone of agents came or went.
func (c *claims) phone(agents []string, there bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range agents {
		c.want[id] = there
	}
}

// run looks again and again what other servers have, until ctx ends.
func (c *claims) run(ctx context.Context) {
	tick := time.NewTicker(claimsEvery)
	defer tick.Stop()
	told := ""
	for {
		if c.s.library.Ready() {
			err := c.look(ctx)
			if err != nil && ctx.Err() == nil && !db.IsUnavailable(err) && err.Error() != told {
				told = err.Error()
				c.s.log.Warn("whose agents are whose", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look tells the database what it does not know yet, and the exchange which agents are other servers'.
func (c *claims) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, staffTime)
	defer cancel()
	taken, err := c.settle(ctx)
	if err != nil {
		return err
	}
	list, err := c.s.library.Claims().List(ctx)
	if err != nil {
		return err
	}
	dead := map[string]string{}
	for _, d := range c.s.library.Node().Dead() {
		dead[d.Name] = d.Boot
	}
	theirs, me := map[string]bool{}, c.s.library.Node().Name()
	for _, x := range list {
		switch {
		case x.Node == me:
			if x.Call != "" && !c.holds(x.Agent) { // of an earlier start, or one that could not be given back
				if err := c.s.library.Claims().Release(ctx, x.Agent, x.Epoch); err != nil {
					return err
				}
			}
		case dead[x.Node] == x.Boot:
		default:
			if (x.Call != "" || !c.fixed(x.Agent)) && (taken[x.Agent] || !c.came(x.Agent)) {
				theirs[x.Agent] = true
			}
		}
	}
	c.s.staff.elsewhere(theirs, taken)
	c.s.exchange.Elsewhere(theirs)
	return nil
}

func (c *claims) holds(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id] != nil
}

// came tells whether the telephone of an agent has come here, which the database does not know yet.
func (c *claims) came(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.want[id]
}

// settle writes down what was decided while the database was away, and which telephones came and went. It returns the
// agents whose telephone has come here while another server has them on a call.
func (c *claims) settle(ctx context.Context) (taken map[string]bool, err error) {
	taken = map[string]bool{}
	c.mu.Lock()
	want, held := maps.Clone(c.want), map[string]*hold{}
	for id, h := range c.held {
		if h.epoch == 0 && !h.asked {
			held[id] = h
		}
	}
	c.mu.Unlock()
	for id, there := range want {
		do := c.s.library.Claims().Disown
		if there {
			do = c.s.library.Claims().Own
		}
		err := do(ctx, id)
		if errors.Is(err, agent.ErrTaken) {
			taken[id] = true // after that
			continue
		}
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		if c.want[id] == there {
			delete(c.want, id)
		}
		c.mu.Unlock()
	}
	for id, h := range held {
		epoch, err := c.asks(ctx, id, h.call)
		if errors.Is(err, agent.ErrTaken) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		h.epoch = epoch
		c.mu.Unlock() // given back meanwhile: the look behind this releases it
	}
	return taken, nil
}

// leave gives all agents back at the server's end.
func (c *claims) leave() {
	if !c.s.library.Ready() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), staffTime)
	defer cancel()
	if err := c.s.library.Claims().Leave(ctx); err != nil && !db.IsUnavailable(err) {
		c.s.log.Warn("agents are not given back", "error", err)
	}
}
