package server

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"rexian/console/api"
	"rexian/runtime/exchange"
	"rexian/stdlib/db"
)

// floor is what the administration may do with queues and agents. That a queue is closed stands among the switches, so
// that it is so on all servers and outlives a restart.
type floor struct{ s *Server }

// closedQueue is what stands before a queue's name among the switches; no switch of a flow has a stroke in its name.
const closedQueue = "queue/"

// closedEvery is how often it is looked which queues are closed.
const closedEvery = time.Second

// Queues are all of them.
func (f floor) Queues() []api.Queue {
	list := []api.Queue{}
	for _, q := range f.s.exchange.Queues() {
		list = append(list,
			api.Queue{Name: q.Name, Closed: q.Closed, Waiting: q.Waiting, Longest: q.Longest / 1000,
				SignedIn: q.SignedIn, Ready: q.Ready, Busy: q.Busy})
	}
	return list
}

// QueueVersion is that of a queue's being closed or open.
func (f floor) QueueVersion(ctx context.Context, name string) (int64, error) {
	all, err := f.s.library.SwitchesSet(ctx)
	return all[closedQueue+name].Changed, err
}

// SetQueue closes a queue, or opens it again.
func (f floor) SetQueue(ctx context.Context, name string, closed bool, by string, was int64) (int64, error) {
	if !slices.ContainsFunc(f.Queues(), func(q api.Queue) bool { return q.Name == name }) {
		return 0, undone(exchange.ErrNoQueue)
	}
	version, err := f.s.library.SetSwitch(ctx, closedQueue+name, closed, by, was)
	if err != nil {
		return 0, err
	}
	return version, undone(f.s.exchange.CloseQueue(name, closed))
}

// follow closes and opens queues as it was asked for at any server, until ctx ends.
func (f floor) follow(ctx context.Context) {
	tick := time.NewTicker(closedEvery)
	defer tick.Stop()
	for {
		f.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (f floor) look(ctx context.Context) {
	all, err := f.s.library.Switches(ctx)
	if err != nil && !db.IsUnavailable(err) && ctx.Err() == nil {
		f.s.log.Debug("which queues are closed", "error", err)
	}
	for name, closed := range all {
		if queue, ok := strings.CutPrefix(name, closedQueue); ok {
			_ = f.s.exchange.CloseQueue(queue, closed) // it may be a queue of another version
		}
	}
}

// TakeOver gives the caller of a call to another telephone.
func (f floor) TakeOver(ctx context.Context, call, phone, by string) error {
	return undone(f.s.exchange.TakeOver(ctx, call, phone, by))
}

// PickUp gives a caller who waits to an agent.
func (f floor) PickUp(ctx context.Context, call, agent, by string) error {
	return undone(f.s.exchange.PickUp(ctx, call, agent, by))
}

// Emergency rings the supervisors of the queue that a call is of: the telephones of users who may come into calls,
// whose scope it is within.
func (f floor) Emergency(ctx context.Context, call, by string) error {
	var of api.Parts
	for _, b := range f.s.doings.now() {
		if b.ID == call {
			of = api.ShownCall(&b).Parts()
		}
	}
	teams := f.s.staff.teams(of)
	users, err := f.s.library.Slices().Users.Phones(ctx)
	if err != nil {
		return err
	}
	var phones []string
	for _, u := range users {
		if api.Supervises(u.Roles) && u.Holds(of.Queues, teams) && f.s.lines.has(u.Phone) &&
			!slices.Contains(phones, u.Phone) {
			phones = append(phones, u.Phone)
		}
	}
	return undone(f.s.exchange.Alarm(ctx, call, phones, by))
}

// Dial rings an agent, and calls a number for them.
func (f floor) Dial(ctx context.Context, agent, number, by string) (string, error) {
	id := strings.ToLower(rand.Text()[:13])
	f.s.log.Info("a call is placed for an agent", "agent", agent, "to", exchange.Masked(number), "by", by, "call",
		id)
	return id, undone(f.s.exchange.DialFor(ctx, id, agent, number))
}
