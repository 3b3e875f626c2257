package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/stdlib/callback"
	"rexian/stdlib/table"
)

// Callbacks are the callers who are owed a call.
type Callbacks interface {
	Page(ctx context.Context, queue string, state callback.State, among []string, after callback.After, limit int) (
		[]callback.Callback, error)
	Get(ctx context.Context, id string) (callback.Callback, error)
	Again(ctx context.Context, id string, now time.Time) error
	Take(ctx context.Context, c callback.Callback, who string, now time.Time) error
	Finish(ctx context.Context, id, who, note string, now time.Time) error
}

// Callback is a caller who is owed a call. Moments are Unix milliseconds.
type Callback struct {
	ID      string `json:"id"`
	Call    string `json:"call"`
	Queue   string `json:"queue"`
	Phone   string `json:"phone"` // masked, but for who may call it, in get-callback
	Since   int64  `json:"since"` // the place in the queue that is kept
	Cause   string `json:"cause"` // asked, interrupted
	State   string `json:"state"` // new, calling, missed, task, done
	Holder  string `json:"holder,omitempty"`
	Note    string `json:"note,omitempty"`
	Changed int64  `json:"changed"`
	Lang    string `json:"lang,omitempty"`
}

// Parts makes it [Parted].
func (c Callback) Parts() Parts { return Parts{Queues: []string{c.Queue}} }

// CallbackOrder is the body of POST /api/v1/callbacks/ID.
type CallbackOrder struct {
	Do    string `json:"do"`              // again, dial, finish
	Agent string `json:"agent,omitempty"` // of dial: who calls
	Note  string `json:"note,omitempty"`  // of finish: what came of it, or why nobody calls
	By    string `json:"by"`
}

// Reasons of what is not done with callbacks, beside those of an [Undone].
const (
	ReasonNoCallback    = "no callback"
	ReasonCallbackState = "callback state"
)

func (a *admin) callbackOperations() []operation {
	return []operation{
		{needs: ReadCallbacks, method: "GET", path: "/api/v1/callbacks", id: "list-callbacks", narrow: true,
			summary: "Who is owed a call, who waits longest first", list: "callbacks",
			query: []string{"queue", "state"}, out: Callback{}, do: a.getCallbacks},
		{needs: ReadCallbacks, method: "GET", path: "/api/v1/callbacks/{id}", id: "get-callback", of: a.callbackParts,
			summary: "A callback, with its number for who may call it", out: Callback{}, do: a.getCallback},
		{needs: TakeCallbacks, method: "POST", path: "/api/v1/callbacks/{id}", id: "order-callback",
			of:      a.callbackParts,
			summary: "Have a server call once more, call by hand from an agent's telephone, or finish",
			in:      CallbackOrder{}, out: Callback{}, do: a.postCallback},
	}
}

// ShownCallback is a callback as lists show it.
func ShownCallback(c *callback.Callback) Callback {
	return Callback{ID: c.ID, Call: c.CallID, Queue: c.Queue, Phone: table.MaskPhone(c.Number), Since: c.Since,
		Cause: string(c.Cause), State: string(c.State), Holder: c.DoneBy, Note: c.Note, Changed: c.Changed,
		Lang: c.Lang}
}

// callbackParts is the queue of the callback of a request.
func (a *admin) callbackParts(r *http.Request) (Parts, error) {
	c, err := a.Callbacks.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, callback.ErrNone) {
		return Parts{}, nil
	}
	return Parts{Queues: []string{c.Queue}}, err
}

var callbackStates = []callback.State{"", callback.New, callback.Calling, callback.Missed, callback.Task, callback.Done}

func (a *admin) getCallbacks(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	most, ok := listed(w, r)
	if !ok {
		return
	}
	state := callback.State(v.Get("state"))
	if !slices.Contains(callbackStates, state) {
		badQuery(w, "state is new, calling, missed, task or done")
		return
	}
	var after callback.After
	if s := v.Get("after"); s != "" {
		at, id, cut := strings.Cut(s, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if !cut || err != nil {
			badQuery(w, "after is the next of the page before")
			return
		}
		after = callback.After{Since: n, ID: id}
	}
	rows, err := a.Callbacks.Page(r.Context(), v.Get("queue"), state, a.queuesOf(r), after, most+1)
	if err != nil {
		a.callbackFault(w, err)
		return
	}
	list, body := []Callback{}, map[string]any{}
	if len(rows) > most {
		rows = rows[:most]
		body["next"] = strconv.FormatInt(rows[most-1].Since, 10) + "." + rows[most-1].ID
	}
	for i := range rows {
		list = append(list, ShownCallback(&rows[i]))
	}
	body["callbacks"] = list
	reply(w, http.StatusOK, body)
}

func (a *admin) getCallback(w http.ResponseWriter, r *http.Request) {
	c, err := a.Callbacks.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		a.callbackFault(w, err)
		return
	}
	out := ShownCallback(&c)
	if asker(r).may(TakeCallbacks) {
		out.Phone = c.Number
	}
	reply(w, http.StatusOK, out)
}

func (a *admin) postCallback(w http.ResponseWriter, r *http.Request) {
	var in CallbackOrder
	if !read(w, r, &in) {
		return
	}
	if in.By == "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: ErrNobody.Error(), Reason: ReasonNobody})
		return
	}
	id, now := r.PathValue("id"), a.Now()
	c, err := a.Callbacks.Get(r.Context(), id)
	switch {
	case err != nil:
	case in.Do == "again":
		err = a.Callbacks.Again(r.Context(), id, now)
	case in.Do == "finish":
		err = a.Callbacks.Finish(r.Context(), id, in.By, in.Note, now)
	case in.Do == "dial":
		a.dialCallback(w, r, c, in)
		return
	default:
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "do must be again, dial or finish", Reason: ReasonNoVerb})
		return
	}
	if err != nil {
		a.callbackFault(w, err)
		return
	}
	a.Logger.Info("callback", "callback", id, "what", in.Do, "by", in.By)
	a.getCallback(w, r)
}

// dialCallback rings an agent and then calls who is to be called by hand: no server calls them at the same time. It
// ends when the agent has answered.
func (a *admin) dialCallback(w http.ResponseWriter, r *http.Request, c callback.Callback, in CallbackOrder) {
	if !a.holdsAgent(asker(r), in.Agent) {
		a.outside(w)
		return
	}
	if err := a.Callbacks.Take(r.Context(), c, in.Agent, a.Now()); err != nil {
		a.callbackFault(w, err)
		return
	}
	call, err := a.Floor.Dial(r.Context(), in.Agent, c.Number, in.By)
	out := ShownCallback(&c)
	out.Holder, out.Phone = in.Agent, c.Number
	a.done(w, "dial a callback", call, in.By, err, out)
}

// callbackFault says why something is not done with callbacks.
func (a *admin) callbackFault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, callback.ErrNone):
		reply(w, http.StatusNotFound, Fault{Error: callback.ErrNone.Error(), Reason: ReasonNoCallback})
	case errors.Is(err, callback.ErrState), errors.Is(err, callback.ErrDone):
		reply(w, http.StatusConflict, Fault{Error: callback.ErrState.Error(), Reason: ReasonCallbackState})
	default:
		a.Logger.Warn("callbacks", "error", err)
		fault(w, http.StatusServiceUnavailable, "the callbacks cannot be reached at the moment")
	}
}
