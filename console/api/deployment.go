package api

import (
	"errors"
	"net/http"

	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

// Order is the body of POST /api/v1/deployment.
type Order struct {
	Action  string `json:"action"`            // deploy, canary, promote, abandon or rollback
	Percent int    `json:"percent,omitempty"` // the share of new calls of a canary, 1 to 99
	By      string `json:"by,omitempty"`      // who orders it, for the history
}

func (a *admin) getDeployment(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, a.Deployment.Status())
}

func (a *admin) postDeployment(w http.ResponseWriter, r *http.Request) {
	var order Order
	if !read(w, r, &order) {
		return
	}
	if order.By == "" {
		order.By = "http"
	}
	var err error
	switch order.Action {
	case "deploy":
		err = a.Deploy(r.Context(), 0, order.By)
	case "canary":
		err = a.Deploy(r.Context(), order.Percent, order.By)
	case "promote":
		err = a.Deployment.Promote(order.By)
	case "abandon":
		err = a.Deployment.Abandon(order.By)
	case "rollback":
		err = a.Deployment.Rollback(order.By)
	default:
		fault(w, http.StatusBadRequest, "action must be deploy, canary, promote, abandon or rollback")
		return
	}
	var refused *deploy.Refused
	switch {
	case errors.As(err, &refused):
		reply(w, http.StatusUnprocessableEntity,
			Fault{Error: "the program has errors; the old version goes on serving", Findings: findings(refused)})
	case errors.Is(err, deploy.ErrNothing):
		fault(w, http.StatusConflict, err.Error())
	case err != nil:
		fault(w, http.StatusUnprocessableEntity, err.Error())
	default:
		a.Adopt()
		reply(w, http.StatusOK, a.Deployment.Status())
	}
}

func findings(r *deploy.Refused) []Finding {
	var list []Finding
	severity := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "note"}
	sources := diag.Sources{Source: r.Source}
	for _, d := range r.Findings {
		at := diag.Place(nil, 0)
		if lines := sources.Lines(d.File); lines != nil {
			at = lines.Place(d.Span.Start)
		}
		list = append(list, Finding{Code: string(d.Code), Severity: severity[d.Severity],
			File: d.File, Line: at.Line, Column: at.Column, Zh: d.Sentence(diag.Zh), En: d.Sentence(diag.En)})
	}
	return list
}
