package api

import (
	"errors"
	"net/http"
	"strconv"

	"rexian/stdlib/survey"
)

// Comparison is two versions of a survey beside each other.
type Comparison struct {
	Survey      string       `json:"survey"`
	First       int64        `json:"first"`
	Second      int64        `json:"second"`
	Differences []Difference `json:"differences"`
	Refused     []string     `json:"refused"` // questions that are not the same in both: they are not compared
}

// Difference is how the share of an answer differs: the second's less the first's, between Low and High at 95 %.
type Difference struct {
	Question string  `json:"question"`
	Answer   string  `json:"answer"`
	First    int64   `json:"first"`
	OfFirst  int64   `json:"of_first"`
	Second   int64   `json:"second"`
	OfSecond int64   `json:"of_second"`
	Share    float64 `json:"share"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Certain  bool    `json:"certain"` // no difference at all lies outside of them
}

// ReasonQuestion is the reason of a comparison of questions that are not the same.
const ReasonQuestion = "question"

func (a *admin) getComparison(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	first, err := strconv.ParseInt(q.Get("first"), 10, 64)
	second, err2 := strconv.ParseInt(q.Get("second"), 10, 64)
	if errors.Join(err, err2) != nil {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "first and second are versions", Reason: ReasonBadQuery})
		return
	}
	name := r.PathValue("name")
	c, err := a.Surveys.Compare(r.Context(), name, first, second, q.Get("question"))
	switch {
	case errors.Is(err, survey.ErrNoVersion):
		reply(w, http.StatusNotFound, Fault{Error: err.Error(), Reason: ReasonNoSurvey})
		return
	case errors.Is(err, survey.ErrQuestion):
		reply(w, http.StatusConflict, Fault{Error: err.Error(), Reason: ReasonQuestion})
		return
	case err != nil:
		a.surveysAway(w, err)
		return
	}
	out := Comparison{Survey: name, First: c.First, Second: c.Second, Differences: []Difference{}, Refused: []string{}}
	out.Refused = append(out.Refused, c.Refused...)
	for _, d := range c.Differences {
		out.Differences = append(out.Differences, Difference(d))
	}
	reply(w, http.StatusOK, out)
}
