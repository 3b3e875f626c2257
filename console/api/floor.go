package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"rexian/stdlib"
)

// Queue is how a queue stands now, on this server.
type Queue struct {
	Name     string `json:"name"`
	Closed   bool   `json:"closed"`
	Version  int64  `json:"version,omitempty"` // of Closed, for If-Match; of one queue alone, none while nobody touched it
	Waiting  int    `json:"waiting"`
	Longest  int64  `json:"longest"` // seconds that the first of them has waited
	SignedIn int    `json:"signed_in"`
	Ready    int    `json:"ready"`
	Busy     int    `json:"busy"`
}

// Floor is what can be done with queues, and with agents and their calls beside [Control]. What is not done fails with
// an [*Undone].
type Floor interface {
	Queues() []Queue
	// QueueVersion is that of a queue's being closed or open; 0 while nobody has touched it.
	QueueVersion(ctx context.Context, name string) (int64, error)
	// SetQueue closes a queue or opens it again, on all servers of the database, and outlives a restart. The versions
	// are as of [Switches].
	SetQueue(ctx context.Context, name string, closed bool, by string, was int64) (version int64, err error)
	TakeOver(ctx context.Context, call, phone, by string) error
	PickUp(ctx context.Context, call, agent, by string) error
	// Emergency rings the supervisors of the queue that a call is of; the first who answers listens.
	Emergency(ctx context.Context, call, by string) error
	// Dial rings an agent's telephone and then calls a number for it; it returns the call when the agent has answered.
	Dial(ctx context.Context, agent, number, by string) (call string, err error)
}

// Reasons of an [Undone] of queues and agents, beside [ReasonNoAgent] and [ReasonNoQueue].
const (
	ReasonNotReady   = "not ready"
	ReasonNotWaiting = "not waiting"
)

// QueueOrder is the body of PUT /api/v1/queues/NAME.
type QueueOrder struct {
	Closed bool   `json:"closed"`
	By     string `json:"by,omitempty"`
}

// Taking is the body of POST /api/v1/calls/ID/takeover (phone) and of POST /api/v1/calls/ID/pickup (agent).
type Taking struct {
	Phone string `json:"phone,omitempty"`
	Agent string `json:"agent,omitempty"`
	By    string `json:"by,omitempty"`
}

// DialOrder is the body of POST /api/v1/agents/ID/dial.
type DialOrder struct {
	Number string `json:"number"`
	By     string `json:"by,omitempty"`
}

func (a *admin) floorOperations() []operation {
	return []operation{
		{needs: ReadAgents, method: "GET", path: "/api/v1/queues", id: "list-queues", narrow: true,
			summary: "Queues, who waits and who could take them", list: "queues", out: Queue{}, do: a.getQueues},
		{needs: ReadAgents, method: "GET", path: "/api/v1/queues/{name}", id: "get-queue", of: a.namedQueue,
			summary: "A queue, with a version for If-Match", out: Queue{}, do: a.getQueue},
		{needs: ChangeAgents, method: "PUT", path: "/api/v1/queues/{name}", id: "close-queue", of: a.namedQueue,
			edits:   true,
			summary: "Close a queue early, or open it again", in: QueueOrder{}, out: map[string]any{}, do: a.putQueue},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/takeover", id: "take-over",
			of: a.callParts, at: a.callNode,
			summary: "Another telephone has the caller from now on", in: Taking{}, out: map[string]any{},
			do: a.postTakeOver},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/pickup", id: "pick-up",
			of: a.callParts, at: a.callNode,
			summary: "An agent who is ready has a caller who waits", in: Taking{}, out: map[string]any{},
			do: a.postPickUp},
		{needs: ControlCalls, method: "POST", path: "/api/v1/agents/{id}/dial", id: "dial", of: a.agentParts,
			summary: "Ring an agent, and then call a number for them", in: DialOrder{}, out: map[string]any{},
			do: a.postDial},
	}
}

func (a *admin) getQueues(w http.ResponseWriter, r *http.Request) {
	list := seen(a, r, a.Floor.Queues(), func(q *Queue) Parts { return Parts{Queues: []string{q.Name}} })
	page(w, r, "queues", list, func(q *Queue) string { return q.Name })
}

func (a *admin) getQueue(w http.ResponseWriter, r *http.Request) {
	list := a.Floor.Queues()
	i := slices.IndexFunc(list, func(q Queue) bool { return q.Name == r.PathValue("name") })
	if i < 0 {
		reply(w, http.StatusNotFound, Fault{Error: "there is no such queue", Reason: ReasonNoQueue})
		return
	}
	version, err := a.Floor.QueueVersion(r.Context(), list[i].Name)
	if err != nil {
		a.switchesAway(w, err)
		return
	}
	list[i].Version = version
	tagged(w, version)
	reply(w, http.StatusOK, list[i])
}

func (a *admin) putQueue(w http.ResponseWriter, r *http.Request) {
	var in QueueOrder
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	name := r.PathValue("name")
	version, err := a.Floor.SetQueue(r.Context(), name, in.Closed, in.By, was)
	if errors.Is(err, stdlib.ErrChanged) {
		outdated(w, err)
		return
	}
	tagged(w, version)
	a.done(w, "queue", name, in.By, err, map[string]any{"name": name, "closed": in.Closed})
}

func (a *admin) postTakeOver(w http.ResponseWriter, r *http.Request) {
	var in Taking
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	err := a.Floor.TakeOver(r.Context(), id, in.Phone, in.By)
	a.done(w, "take over", id, in.By, err, map[string]any{"id": id, "phone": in.Phone})
}

func (a *admin) postPickUp(w http.ResponseWriter, r *http.Request) {
	var in Taking
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	err := a.Floor.PickUp(r.Context(), id, in.Agent, in.By)
	a.done(w, "pick up", id, in.By, err, map[string]any{"id": id, "agent": in.Agent})
}

func (a *admin) postEmergency(w http.ResponseWriter, r *http.Request) {
	var in byWhom
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	a.done(w, "emergency", id, in.By, a.Floor.Emergency(r.Context(), id, in.By), map[string]any{"id": id})
}

func (a *admin) postDial(w http.ResponseWriter, r *http.Request) {
	var in DialOrder
	if !read(w, r, &in) {
		return
	}
	if in.Number == "" {
		fault(w, http.StatusBadRequest, "number is missing")
		return
	}
	agent := r.PathValue("id")
	call, err := a.Floor.Dial(r.Context(), agent, in.Number, in.By)
	a.done(w, "dial", agent, in.By, err, map[string]any{"agent": agent, "call": call})
}
