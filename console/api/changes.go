package api

import (
	"errors"
	"net/http"

	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

// Changes is what the flows that would be deployed change for callers: the answer of GET /api/v1/deployment/changes.
type Changes struct {
	From    string   `json:"from"` // the version that serves; "" where none does, and nothing is compared
	To      string   `json:"to"`   // that of the flows
	Equal   bool     `json:"equal"`
	Decided bool     `json:"decided"` // false: there may be more than were found
	Day     string   `json:"day,omitempty"`
	List    []Change `json:"differences"`
}

// Change is one thing that callers can notice.
type Change struct {
	Kind     string    `json:"kind"` // of runtime/meaning
	Sentence diag.Text `json:"sentence"`
	People   *int      `json:"people,omitempty"`  // how many callers came there on Day
	Pressed  bool      `json:"pressed,omitempty"` // by a key; else they called the number
}

func (a *admin) getChanges(w http.ResponseWriter, r *http.Request) {
	changes, err := a.Changes(r.Context())
	var refused *deploy.Refused
	switch {
	case errors.As(err, &refused):
		reply(w, http.StatusUnprocessableEntity,
			Fault{Error: "the program has errors; the old version goes on serving", Findings: findings(refused)})
	case err != nil:
		fault(w, http.StatusUnprocessableEntity, err.Error())
	default:
		reply(w, http.StatusOK, changes)
	}
}
