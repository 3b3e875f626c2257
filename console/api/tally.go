package api

import (
	"cmp"
	"net/http"
	"slices"

	store "rexian/stdlib/campaign"
)

// CallGroup is the calls of a run that have something in common.
type CallGroup struct {
	Key      string           `json:"key"` // "" where it is not known
	Calls    int64            `json:"calls"`
	Answered int64            `json:"answered"`
	Promised int64            `json:"promised"` // calls in which a payment was promised
	Outcomes map[string]int64 `json:"outcomes"`
}

// tallied are what the calls of a run are counted by: the first where a query does not say.
var tallied = []store.By{store.ByOutcome, store.ByHour, store.ByClass, store.ByOffice, store.ByTax}

func (a *admin) getTally(w http.ResponseWriter, r *http.Request) {
	by := cmp.Or(store.By(r.URL.Query().Get("by")), store.ByOutcome)
	if !slices.Contains(tallied, by) {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "by is outcome, hour, class, office or tax",
			Reason: ReasonBadQuery})
		return
	}
	groups, err := a.Campaigns.Tally(r.Context(), r.PathValue("name"), by)
	if err != nil {
		a.campaignFault(w, err)
		return
	}
	list := []CallGroup{}
	for _, g := range groups {
		list = append(list, CallGroup(g))
	}
	slices.SortFunc(list, func(x, y CallGroup) int { return cmp.Compare(x.Key, y.Key) })
	page(w, r, "groups", list, func(g *CallGroup) string { return g.Key })
}
