package api

import (
	"cmp"
	"net/http"
)

// Ratings are the talks of a day with one agent, or from one queue, by what came of asking the callers to rate them. A
// rate is null where nobody was asked, or nobody answered.
type Ratings struct {
	Name       string   `json:"name"`
	Rated      int64    `json:"rated"`
	NoInput    int64    `json:"no_input"`    // asked, without an answer
	HungUp     int64    `json:"hung_up"`     // while being asked
	NotInvited int64    `json:"not_invited"` // not asked
	Response   *float64 `json:"response"`    // rated ÷ (rated + no_input + hung_up)
	Average    *float64 `json:"average"`     // score
}

// ShownRatings fills in the rates; sum is that of the scores.
func ShownRatings(r Ratings, sum int64) Ratings {
	if asked := r.Rated + r.NoInput + r.HungUp; asked > 0 {
		rate := float64(r.Rated) / float64(asked)
		r.Response = &rate
	}
	if r.Rated > 0 {
		mean := float64(sum) / float64(r.Rated)
		r.Average = &mean
	}
	return r
}

func (a *admin) getRatings(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	by := cmp.Or(v.Get("by"), "agent")
	if by != "agent" && by != "queue" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "by is agent or queue", Reason: ReasonBadQuery})
		return
	}
	list, err := a.Agents.Ratings(r.Context(), by, v.Get("date"), a.within(r))
	if err != nil {
		a.agent(w, "", "", "", err, nil)
		return
	}
	page(w, r, "ratings", list, func(x *Ratings) string { return x.Name })
}
