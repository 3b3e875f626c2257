package api

import (
	"context"
	"errors"
	"net/http"
)

// Control is what can be done with calls that are on. What is not done fails with an [*Undone].
type Control interface {
	// Supervise rings a telephone and lets it listen, whisper or barge; it returns when that has answered. One that
	// supervises the call already changes.
	Supervise(ctx context.Context, call, phone, mode, by string) error
	// Add calls a third party into the talk; it returns when that has answered.
	Add(ctx context.Context, call, number, by string) error
	// Transfer passes the caller on to a number; it returns when that has answered.
	Transfer(ctx context.Context, call, number, by string) error
	// Consult calls a colleague for who talks to the caller, who hears music; it returns when that has answered.
	// Complete gives the caller to the colleague, Back hangs the colleague up and takes the caller back.
	Consult(ctx context.Context, call, number, by string) error
	Complete(ctx context.Context, call, by string) error
	Back(ctx context.Context, call, by string) error
	// Drop hangs one up who is in the call beside the caller, by telephone, number or agent.
	Drop(ctx context.Context, call, party, by string) error
	Hold(ctx context.Context, call string, on bool, by string) error
	Hangup(ctx context.Context, call, by string) error
}

// Undone says why something was not done with a call.
type Undone struct{ Reason string }

// Error is the reason in words.
func (u *Undone) Error() string {
	switch u.Reason {
	case ReasonNoCall:
		return "there is no such call on this node now"
	case ReasonRings:
		return "the call has not been answered yet"
	case ReasonAlone:
		return "nobody talks to the caller"
	case ReasonCrowded:
		return "the call has as many parties as it may have"
	case ReasonNoPhone:
		return "no telephone of this server has that name"
	case ReasonNoMode:
		return "mode must be listen, whisper or barge"
	}
	if text, ok := map[string]string{ReasonNoAgent: "there is no such agent", ReasonNoQueue: "there is no such queue",
		ReasonNotReady:   "the agent is not ready",
		ReasonNotWaiting: "the caller waits in no queue",
		ReasonNoConsult:  "nobody is asked in the call",
		ReasonConsults:   "somebody is asked already, or the caller is being passed on",
		ReasonNoParty:    "nobody of that name is in the call"}[u.Reason]; ok {
		return text
	}
	return "not reached: " + u.Reason
}

// Reasons of an [Undone], beside [ReasonNoCall]. Any other is why somebody was not reached, as flows name it: busy,
// no_answer, refused, vacant_number …
const (
	ReasonRings   = "not answered"
	ReasonAlone   = "alone"
	ReasonCrowded = "full"
	ReasonNoPhone = "no telephone"
	ReasonNoMode  = "no mode"
	ReasonNoParty = "no party"

	ReasonNoConsult = "no consultation"
	ReasonConsults  = "consulting"
)

// Supervision is the body of PUT /api/v1/calls/ID/supervisors/PHONE.
type Supervision struct {
	Mode string `json:"mode"` // listen, whisper or barge
	By   string `json:"by,omitempty"`
}

// Party is the body of POST /api/v1/calls/ID/parties, …/transfer and …/consult.
type Party struct {
	Number string `json:"number"`
	By     string `json:"by,omitempty"`
}

// Holding is the body of PUT /api/v1/calls/ID/hold.
type Holding struct {
	On bool   `json:"on"`
	By string `json:"by,omitempty"`
}

func (a *admin) putSupervisor(w http.ResponseWriter, r *http.Request) {
	var in Supervision
	if !read(w, r, &in) {
		return
	}
	id, phone := r.PathValue("id"), r.PathValue("phone")
	err := a.Control.Supervise(r.Context(), id, phone, in.Mode, in.By)
	a.done(w, "supervise", id, in.By, err, map[string]any{"id": id, "phone": phone, "mode": in.Mode})
}

func (a *admin) postParty(w http.ResponseWriter, r *http.Request) {
	a.party(w, r, "add", a.Control.Add)
}

func (a *admin) postTransfer(w http.ResponseWriter, r *http.Request) {
	a.party(w, r, "transfer", a.Control.Transfer)
}

func (a *admin) postConsult(w http.ResponseWriter, r *http.Request) {
	a.party(w, r, "consult", a.Control.Consult)
}

func (a *admin) postComplete(w http.ResponseWriter, r *http.Request) {
	var in byWhom
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	a.done(w, "complete", id, in.By, a.Control.Complete(r.Context(), id, in.By), map[string]any{"id": id})
}

func (a *admin) deleteConsult(w http.ResponseWriter, r *http.Request) {
	id, by := r.PathValue("id"), r.URL.Query().Get("by")
	a.done(w, "back", id, by, a.Control.Back(r.Context(), id, by), map[string]any{"id": id})
}

// party does something with a call and a number.
func (a *admin) party(w http.ResponseWriter, r *http.Request, what string,
	do func(ctx context.Context, call, number, by string) error) {
	var in Party
	if !read(w, r, &in) {
		return
	}
	if in.Number == "" {
		fault(w, http.StatusBadRequest, "number is missing")
		return
	}
	id := r.PathValue("id")
	a.done(w, what, id, in.By, do(r.Context(), id, in.Number, in.By), map[string]any{"id": id})
}

func (a *admin) deleteParty(w http.ResponseWriter, r *http.Request) {
	id, by := r.PathValue("id"), r.URL.Query().Get("by")
	a.done(w, "drop", id, by, a.Control.Drop(r.Context(), id, r.PathValue("phone"), by), map[string]any{"id": id})
}

func (a *admin) putHold(w http.ResponseWriter, r *http.Request) {
	var in Holding
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	a.done(w, "hold", id, in.By, a.Control.Hold(r.Context(), id, in.On, in.By), map[string]any{"id": id, "on": in.On})
}

func (a *admin) deleteCall(w http.ResponseWriter, r *http.Request) {
	id, by := r.PathValue("id"), r.URL.Query().Get("by")
	a.done(w, "hang up", id, by, a.Control.Hangup(r.Context(), id, by), map[string]any{"id": id})
}

// done answers what came of something that was to be done with a call, and logs it.
func (a *admin) done(w http.ResponseWriter, what, call, by string, err error, answer any) {
	var undone *Undone
	switch {
	case errors.As(err, &undone) && undone.Reason == ReasonNoCall:
		reply(w, http.StatusNotFound, Fault{Error: undone.Error(), Reason: undone.Reason})
	case errors.As(err, &undone):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: undone.Error(), Reason: undone.Reason})
	case err != nil:
		fault(w, http.StatusServiceUnavailable, err.Error())
	default:
		a.Logger.Info("call control", "what", what, "call", call, "by", by)
		reply(w, http.StatusOK, answer)
	}
}
