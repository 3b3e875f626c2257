package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/followup"
	"rexian/stdlib/table"
)

// FollowUps are those that people do.
type FollowUps interface {
	// Items are those of a campaign, or the tickets of a class that wait to be followed up.
	Items(ctx context.Context, campaign, class string) ([]followup.Item, error)
	Share(ctx context.Context, items []followup.Item, to []string, by string, now int64) (made int, err error)
	List(ctx context.Context, of, state string, after followup.Mark, limit int) ([]followup.FollowUp, error)
	Get(ctx context.Context, id string) (followup.FollowUp, []followup.Move, error)
	Hand(ctx context.Context, f followup.FollowUp, to, note, by string, now int64) error
	Close(ctx context.Context, f followup.FollowUp, note, by string, now int64) error
}

// FollowUp is a follow-up. Lists mask its number and have no moves.
type FollowUp struct {
	ID       string         `json:"id"`
	About    string         `json:"about"`  // the campaign, or the ticket's class
	Source   string         `json:"source"` // run/ordinal of a target, or the ticket's number
	Phone    string         `json:"phone"`
	Assignee string         `json:"assignee"`
	State    string         `json:"state"` // open, done
	Changed  int64          `json:"changed"`
	Moves    []FollowUpMove `json:"moves,omitempty"`
}

// FollowUpMove is a step of a follow-up: whose it became, nobody's when it was done.
type FollowUpMove struct {
	At       int64  `json:"at"`
	By       string `json:"by"`
	Assignee string `json:"assignee,omitempty"`
	Note     string `json:"note,omitempty"`
}

// FollowUpShare is the body of POST /api/v1/follow-ups: whom a campaign gave up, or answered tickets, go to people.
type FollowUpShare struct {
	Campaign string   `json:"campaign,omitempty"`
	Tickets  bool     `json:"tickets,omitempty"`
	Class    string   `json:"class,omitempty"` // of the tickets; all if there is none
	To       []string `json:"to"`
	By       string   `json:"by"`
}

// FollowUpShared tells how many follow-ups are new.
type FollowUpShared struct {
	Made int `json:"made"`
}

// FollowUpOrder is the body of POST /api/v1/follow-ups/{id}: hand it to another, or tell what came of it.
type FollowUpOrder struct {
	Do   string `json:"do"` // hand, done
	To   string `json:"to,omitempty"`
	Note string `json:"note,omitempty"`
	By   string `json:"by"`
}

// Reasons of what is not done with follow-ups.
const (
	ReasonNoFollowUp = "no follow-up"
	ReasonNoPerson   = "nobody is named"
	ReasonMoved      = "changed by another"
)

func shownFollowUp(f followup.FollowUp, phone string) FollowUp {
	return FollowUp{ID: f.ID, About: f.About, Source: f.Source, Phone: phone, Assignee: f.Assignee, State: f.State,
		Changed: f.ChangedAt}
}

func (a *admin) getFollowUps(w http.ResponseWriter, r *http.Request) {
	state := r.URL.Query().Get("state")
	switch state {
	case "":
		state = followup.Open
	case followup.Open, followup.Done:
	default:
		fault(w, http.StatusBadRequest, "state is open or done")
		return
	}
	most, ok := listed(w, r)
	if !ok {
		return
	}
	var after followup.Mark
	if s := r.URL.Query().Get("after"); s != "" {
		at, id, _ := strings.Cut(s, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil || id == "" {
			badQuery(w, "after is the next of the page before: begin anew")
			return
		}
		after = followup.Mark{At: n, ID: id}
	}
	out := []FollowUp{}
	for len(out) <= most { // what is not seen is left out: more may have to be read
		list, err := a.FollowUps.List(r.Context(), r.URL.Query().Get("of"), state, after, mostListed)
		if err != nil {
			a.followUpFault(w, err)
			return
		}
		var shown []FollowUp
		for _, f := range list {
			after = followup.Mark{At: f.ChangedAt, ID: f.ID}
			shown = append(shown, shownFollowUp(f, table.MaskPhone(f.Phone)))
		}
		if out = append(out, a.seenFollowUps(r, shown)...); len(list) < mostListed {
			break
		}
	}
	body := map[string]any{"follow_ups": out}
	if len(out) > most {
		last := out[most-1]
		body["follow_ups"], body["next"] = out[:most], fmt.Sprintf("%d.%s", last.Changed, last.ID)
	}
	reply(w, http.StatusOK, body)
}

// assigneeParts are whose a follow-up is: of the agent who has it, whose number or name it says, and of the queues that
// they serve. One that somebody else has is of the whole office.
func (a *admin) assigneeParts(name string) (p Parts) {
	for _, x := range a.staff() {
		if name != "" && (x.ID == name || x.Name == name) {
			p.Queues, p.Agents = append(p.Queues, x.Queues...), append(p.Agents, x.ID)
		}
	}
	if p.Agents == nil {
		p.Agents = []string{""}
	}
	return p
}

// followUpParts are those of the follow-up of a request.
func (a *admin) followUpParts(r *http.Request) (Parts, error) {
	f, _, err := a.FollowUps.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, followup.ErrNone) {
		return Parts{}, nil
	}
	if p := asker(r); err == nil && f.Assignee == p.Name {
		return Parts{Own: true}, nil
	}
	return a.assigneeParts(f.Assignee), err
}

// seenFollowUps leaves of a list what is within the asker's scope, and the asker's own.
func (a *admin) seenFollowUps(r *http.Request, list []FollowUp) []FollowUp {
	return seen(a, r, list, func(f *FollowUp) Parts {
		if f.Assignee == asker(r).Name {
			return Parts{Own: true}
		}
		return a.assigneeParts(f.Assignee)
	})
}

// givesTo tells whether the asker may give work of some parts to people: of what they see, to whom they see; else it is
// answered.
func (a *admin) givesTo(w http.ResponseWriter, r *http.Request, of Parts, to ...string) bool {
	p := asker(r)
	if p.All() {
		return true
	}
	within := func(x Parts) bool { return p.Holds(x.Queues, a.roster(p).Teams(x)) }
	if !within(of) || slices.ContainsFunc(to, func(name string) bool { return !within(a.assigneeParts(name)) }) {
		a.outside(w)
		return false
	}
	return true
}

func (a *admin) getFollowUp(w http.ResponseWriter, r *http.Request) {
	a.tellFollowUp(w, r, r.PathValue("id"))
}

// tellFollowUp tells of one with its number and its steps: who has it calls it.
func (a *admin) tellFollowUp(w http.ResponseWriter, r *http.Request, id string) {
	f, moves, err := a.FollowUps.Get(r.Context(), id)
	if err != nil {
		a.followUpFault(w, err)
		return
	}
	out := shownFollowUp(f, f.Phone)
	for _, m := range moves {
		out.Moves = append(out.Moves, FollowUpMove{At: m.At, By: m.Actor, Assignee: m.Assignee, Note: m.Note})
	}
	reply(w, http.StatusOK, out)
}

func (a *admin) postFollowUps(w http.ResponseWriter, r *http.Request) {
	var in FollowUpShare
	if !read(w, r, &in) {
		return
	}
	if (in.Campaign == "") != in.Tickets {
		fault(w, http.StatusUnprocessableEntity, "either a campaign or tickets")
		return
	}
	if !a.givesTo(w, r, Parts{Queues: a.Campaigns.Queues(in.Campaign)}, in.To...) {
		return
	}
	items, err := a.FollowUps.Items(r.Context(), in.Campaign, in.Class)
	if err == nil && len(items) == 0 && in.Campaign != "" && !slices.Contains(a.Campaigns.Names(), in.Campaign) {
		if _, err := a.Campaigns.Attempts(r.Context(), in.Campaign, store.Attempt{}, 1); err != nil {
			a.campaignFault(w, err) // the flows have none of this name, and never had
			return
		}
	}
	made := 0
	if err == nil {
		made, err = a.FollowUps.Share(r.Context(), items, in.To, in.By, a.Now().UnixMilli())
	}
	if err != nil {
		a.followUpFault(w, err)
		return
	}
	a.Logger.Info("follow-ups were shared out", "made", made, "among", len(in.To), "by", in.By)
	reply(w, http.StatusOK, FollowUpShared{made})
}

func (a *admin) postFollowUp(w http.ResponseWriter, r *http.Request) {
	var in FollowUpOrder
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	if in.Do == "hand" && !a.givesTo(w, r, a.assigneeParts(in.To), in.To) {
		return
	}
	f, _, err := a.FollowUps.Get(r.Context(), id)
	now := a.Now().UnixMilli()
	switch {
	case err != nil:
	case in.Do == "hand":
		err = a.FollowUps.Hand(r.Context(), f, in.To, in.Note, in.By, now)
	case in.Do == "done":
		err = a.FollowUps.Close(r.Context(), f, in.Note, in.By, now)
	default:
		fault(w, http.StatusUnprocessableEntity, "do is hand or done")
		return
	}
	if err != nil {
		a.followUpFault(w, err)
		return
	}
	a.tellFollowUp(w, r, id)
}

func (a *admin) followUpFault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, followup.ErrNone):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such follow-up", Reason: ReasonNoFollowUp})
	case errors.Is(err, followup.ErrNobody):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "nobody is named", Reason: ReasonNoPerson})
	case errors.Is(err, db.ErrConflict):
		reply(w, http.StatusConflict, Fault{Error: "it is done, or another has changed it", Reason: ReasonMoved})
	default:
		a.Logger.Warn("follow-ups cannot be read or changed", "error", err)
		fault(w, http.StatusServiceUnavailable, "follow-ups cannot be read or changed at the moment")
	}
}
