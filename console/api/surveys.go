package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"rexian/stdlib/survey"
)

// Surveys reads what was answered; *survey.Store does.
type Surveys interface {
	Versions(ctx context.Context, name string, limit int) ([]survey.Version, error)
	// Compare fails with survey.ErrNoVersion, or survey.ErrQuestion where nothing is the same in both.
	Compare(ctx context.Context, name string, first, second int64, question string) (survey.Comparison, error)
	Statistics(ctx context.Context, name string, version int64) (counts []survey.Count, all, complete int64, err error)
	// Design is nil where no response comes from a sample.
	Design(ctx context.Context, name string, version int64) (*survey.Design, error)
}

// Survey is a frozen version of a survey.
type Survey struct {
	Survey    string `json:"survey"`
	Version   int64  `json:"version"`
	Launched  int64  `json:"launched"` // Unix milliseconds
	Quota     int64  `json:"quota,omitempty"`
	Completed int64  `json:"completed"`
}

// SurveyResults are the answers to a version. Of a question asked in a random sample, Low and High bound the share of
// all at 95 % (Wilson).
type SurveyResults struct {
	Survey
	Responses int64        `json:"responses"` // partial ones too
	Answers   []AnswerRate `json:"answers"`
	Design    *Design      `json:"design,omitempty"`
}

// Design is the sample of a campaign that responses come from, and the shares among all of whom it was drawn.
type Design struct {
	Frame     int64        `json:"frame"` // of how many it was drawn
	Strata    int64        `json:"strata"`
	Responses int64        `json:"responses"` // of those who were drawn
	Answers   []AnswerRate `json:"answers"`   // weighted; Low and High with the frame's size taken in
}

// AnswerRate is how often an answer was given to a question.
type AnswerRate struct {
	Question string  `json:"question"`
	Answer   string  `json:"answer"`
	N        int64   `json:"n"`
	Of       int64   `json:"of"` // answers to the question
	Share    float64 `json:"share"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Effect   float64 `json:"effect,omitempty"` // of the design, where it is weighted
}

// ReasonNoSurvey is the reason of a survey, or a version of it, that nobody was asked.
const ReasonNoSurvey = "no survey"

func (a *admin) getSurveys(w http.ResponseWriter, r *http.Request) {
	rows, err := a.Surveys.Versions(r.Context(), "", 1000)
	if err != nil {
		a.surveysAway(w, err)
		return
	}
	list := make([]Survey, len(rows))
	for i, v := range rows {
		list[i] = version(v)
	}
	page(w, r, "surveys", list, func(s *Survey) string { return fmt.Sprintf("%s.%d", s.Survey, s.Version) })
}

func version(v survey.Version) Survey {
	return Survey{Survey: v.Name, Version: v.Version, Launched: v.LaunchedAt, Quota: v.Quota, Completed: v.Completed}
}

func (a *admin) getSurvey(w http.ResponseWriter, r *http.Request) {
	want := int64(0)
	if s := r.URL.Query().Get("version"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			fault(w, http.StatusBadRequest, "version is a number from 1 on")
			return
		}
		want = n
	}
	rows, err := a.Surveys.Versions(r.Context(), r.PathValue("name"), 1000)
	if err != nil {
		a.surveysAway(w, err)
		return
	}
	for _, v := range rows {
		if want != 0 && v.Version != want {
			continue
		}
		out := SurveyResults{Survey: version(v), Answers: []AnswerRate{}}
		counts, all, complete, err := a.Surveys.Statistics(r.Context(), v.Name, v.Version)
		if err != nil {
			a.surveysAway(w, err)
			return
		}
		out.Responses, out.Completed = all, complete
		of := map[int64]int64{}
		for _, c := range counts {
			of[c.Ordinal] += c.N
		}
		for _, c := range counts {
			low, high := survey.Interval(c.N, of[c.Ordinal])
			out.Answers = append(out.Answers,
				AnswerRate{Question: c.Question, Answer: c.Answer, N: c.N, Of: of[c.Ordinal],
					Share: float64(c.N) / float64(of[c.Ordinal]), Low: low, High: high})
		}
		design, err := a.Surveys.Design(r.Context(), v.Name, v.Version)
		if err != nil {
			a.surveysAway(w, err)
			return
		}
		out.Design = designed(design)
		reply(w, http.StatusOK, out)
		return
	}
	reply(w, http.StatusNotFound, Fault{Error: "nobody was asked this survey, or this version of it",
		Reason: ReasonNoSurvey})
}

func designed(d *survey.Design) *Design {
	if d == nil {
		return nil
	}
	out := &Design{Frame: d.Frame, Strata: d.Strata, Responses: d.Responses, Answers: []AnswerRate{}}
	for _, x := range d.Answers {
		out.Answers = append(out.Answers, AnswerRate{Question: x.Question, Answer: x.Answer, N: x.N, Of: x.Of,
			Share: x.Share, Low: x.Low, High: x.High, Effect: x.Effect})
	}
	return out
}

func (a *admin) surveysAway(w http.ResponseWriter, err error) {
	a.Logger.Warn("the surveys cannot be read", "error", err)
	fault(w, http.StatusServiceUnavailable, "the surveys cannot be read at the moment")
}
