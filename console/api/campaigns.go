package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"rexian/runtime/campaign"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/table"
)

// Campaigns are the outbound campaigns of a server; *campaign.Engine has them.
type Campaigns interface {
	Names() []string
	// Queues are those that the calls of a campaign may come to.
	Queues(name string) []string
	Preview(ctx context.Context, name string) (campaign.Preview, error)
	Start(ctx context.Context, o campaign.Order) (store.Run, error)
	Pause(ctx context.Context, name, by string) (store.Run, error)
	Resume(ctx context.Context, name, by string) (store.Run, error)
	Stop(ctx context.Context, name, by string) (store.Run, error)
	Status(ctx context.Context, name string) (campaign.Status, error)
	Attempts(ctx context.Context, name string, after store.Attempt, limit int) ([]store.Attempt, error)
	Tally(ctx context.Context, name string, by store.By) ([]campaign.Group, error)
}

// Preflight is what would happen if a campaign were started. Moments are Unix milliseconds, 0 where there is none.
type Preflight struct {
	Campaign string           `json:"campaign"`
	Text     bool             `json:"text,omitempty"` // it writes instead of calling
	Listed   int              `json:"listed"`
	Kept     int              `json:"kept"`
	Dropped  map[string]int64 `json:"dropped"` // by reason
	Begins   int64            `json:"begins,omitempty"`
	Ends     Ends             `json:"ends"`
}

// Ends is when a campaign is likely to be done.
type Ends struct {
	Early  int64 `json:"early,omitempty"`
	Likely int64 `json:"likely,omitempty"`
	Late   int64 `json:"late,omitempty"`
}

// Campaign is a campaign and how its latest run stands. One that was never started has a name only.
type Campaign struct {
	Campaign string           `json:"campaign"`
	Text     bool             `json:"text,omitempty"` // it writes: attempts has the states of its messages
	Run      string           `json:"run,omitempty"`
	State    string           `json:"state,omitempty"` // running, paused, halted, done, stopped
	Why      string           `json:"why,omitempty"`   // of halted: sick_line, program_changed
	Started  int64            `json:"started,omitempty"`
	By       string           `json:"by,omitempty"`
	Changed  int64            `json:"changed,omitempty"`
	Changer  string           `json:"changed_by,omitempty"`
	Priority int64            `json:"priority,omitempty"`
	Program  string           `json:"program,omitempty"` // hash of the version it was started with
	Seed     string           `json:"seed,omitempty"`    // of its sample
	Frame    string           `json:"frame,omitempty"`   // hash of the list that the sample was drawn from
	Share    int64            `json:"share,omitempty"`   // millionths of it that were drawn
	Sample   string           `json:"sample,omitempty"`  // how: random, systematic, stratified
	Strata   string           `json:"strata,omitempty"`  // by which field of the targets
	Targets  int64            `json:"targets"`           // that are called
	Ready    int64            `json:"done"`              // of these, those who are done
	Reached  int64            `json:"reached"`
	Live     int64            `json:"live"`               // calls that are on
	States   map[string]int64 `json:"states,omitempty"`   // targets by state
	Dropped  map[string]int64 `json:"dropped,omitempty"`  // by reason
	Attempts map[string]int64 `json:"attempts,omitempty"` // by outcome; on: that have no end yet
	Ends     *Ends            `json:"ends,omitempty"`
	Queues   []string         `json:"queues,omitempty"` // that its calls may come to: whose it is
}

// Parts makes it [Parted]: a campaign is of the queues that its calls may come to, and without any of the whole office.
func (c Campaign) Parts() Parts { return Parts{Queues: c.Queues} }

// campaignParts are those of the campaign of a request.
func (a *admin) campaignParts(r *http.Request) (Parts, error) {
	return Parts{Queues: a.Campaigns.Queues(r.PathValue("name"))}, nil
}

// CampaignOrder is the body of POST /api/v1/campaigns/NAME.
type CampaignOrder struct {
	Do       string `json:"do"`                 // start, pause, resume, stop
	Seed     string `json:"seed,omitempty"`     // of start: of its sample, to draw the same again
	Priority int64  `json:"priority,omitempty"` // of start: the greater first where the lines do not suffice
	Sample   string `json:"sample,omitempty"`   // of start: random unless it is systematic or stratified
	Strata   string `json:"strata,omitempty"`   // of stratified: the field of the targets, such as office
	By       string `json:"by,omitempty"`
}

// Attempt is one call of a campaign; its number is masked.
type Attempt struct {
	Target   int64  `json:"target"` // its place in the list, from 1
	Attempt  int64  `json:"attempt"`
	Number   string `json:"number"`
	Call     string `json:"call"` // among the records of calls, if it was answered
	Begun    int64  `json:"begun"`
	Answered int64  `json:"answered,omitempty"`
	Ended    int64  `json:"ended,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
	SIP      int64  `json:"sip,omitempty"`
	Q850     int64  `json:"q850,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Trunk    string `json:"trunk,omitempty"`
}

// Reasons for which an order for a campaign is not carried out.
const (
	ReasonNoCampaign = "no campaign"
	ReasonNoRun      = "not started"
	ReasonActive     = "active"
	ReasonState      = "state"
	ReasonEmpty      = "empty"
	ReasonList       = "list"
	ReasonSample     = "sample"
)

func (a *admin) getCampaigns(w http.ResponseWriter, r *http.Request) {
	list := []Campaign{}
	for _, name := range a.Campaigns.Names() {
		s, err := a.Campaigns.Status(r.Context(), name)
		if err != nil && !errors.Is(err, store.ErrNoRun) {
			a.campaignFault(w, err)
			return
		}
		s.Run.Campaign = name
		list = append(list, ShownCampaign(&s))
	}
	list = seen(a, r, list, func(c *Campaign) Parts { return c.Parts() })
	page(w, r, "campaigns", list, func(c *Campaign) string { return c.Campaign })
}

func (a *admin) getCampaign(w http.ResponseWriter, r *http.Request) {
	s, err := a.Campaigns.Status(r.Context(), r.PathValue("name"))
	if err != nil {
		a.campaignFault(w, err)
		return
	}
	reply(w, http.StatusOK, ShownCampaign(&s))
}

func (a *admin) getPreflight(w http.ResponseWriter, r *http.Request) {
	p, err := a.Campaigns.Preview(r.Context(), r.PathValue("name"))
	if err != nil {
		a.campaignFault(w, err)
		return
	}
	reply(w, http.StatusOK, Preflight{Campaign: p.Campaign, Text: p.Text, Listed: p.Listed, Kept: p.Kept,
		Dropped: p.Dropped,
		Begins:  p.Begins, Ends: Ends(p.Ends)})
}

func (a *admin) postCampaign(w http.ResponseWriter, r *http.Request) {
	var o CampaignOrder
	if !read(w, r, &o) {
		return
	}
	name := r.PathValue("name")
	var err error
	switch o.Do {
	case "start":
		_, err = a.Campaigns.Start(r.Context(),
			campaign.Order{Campaign: name, Seed: o.Seed, Priority: o.Priority, By: o.By, Method: o.Sample,
				Strata: o.Strata})
	case "pause":
		_, err = a.Campaigns.Pause(r.Context(), name, o.By)
	case "resume":
		_, err = a.Campaigns.Resume(r.Context(), name, o.By)
	case "stop":
		_, err = a.Campaigns.Stop(r.Context(), name, o.By)
	default:
		fault(w, http.StatusBadRequest, "do must be start, pause, resume or stop")
		return
	}
	if err != nil {
		a.campaignFault(w, err)
		return
	}
	a.getCampaign(w, r)
}

// mostAttempts is how many attempts one answer has.
const mostAttempts = 1000

func (a *admin) getAttempts(w http.ResponseWriter, r *http.Request) {
	after := store.Attempt{Ordinal: -1}
	if s := r.URL.Query().Get("after"); s != "" {
		first, second, _ := strings.Cut(s, ".")
		ordinal, err := strconv.ParseInt(first, 10, 64)
		attempt, err2 := strconv.ParseInt(second, 10, 64)
		if err = errors.Join(err, err2); err != nil {
			fault(w, http.StatusBadRequest, "after is TARGET.ATTEMPT, as next of the answer before says it")
			return
		}
		after.Ordinal, after.Attempt = ordinal-1, attempt
	}
	most := mostAttempts
	if s := r.URL.Query().Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > mostAttempts {
			fault(w, http.StatusBadRequest, "limit is from 1 to "+strconv.Itoa(mostAttempts))
			return
		}
		most = n
	}
	rows, err := a.Campaigns.Attempts(r.Context(), r.PathValue("name"), after, most)
	if err != nil {
		a.campaignFault(w, err)
		return
	}
	list := make([]Attempt, len(rows))
	for i, x := range rows {
		list[i] = Attempt{Target: x.Ordinal + 1, Attempt: x.Attempt, Number: table.MaskPhone(x.Number), Call: x.CallID,
			Begun: x.BegunAt, Answered: x.AnsweredAt, Ended: x.EndedAt, Outcome: x.Outcome, SIP: x.SIP, Q850: x.Q850,
			Detail: x.Detail, Trunk: x.Trunk}
	}
	body := map[string]any{"attempts": list}
	if len(list) == most {
		last := list[len(list)-1]
		body["next"] = fmt.Sprintf("%d.%d", last.Target, last.Attempt)
	}
	reply(w, http.StatusOK, body)
}

// campaignFault says why an order for a campaign is not carried out.
func (a *admin) campaignFault(w http.ResponseWriter, err error) {
	for known, f := range map[error]Fault{
		campaign.ErrNone:   {Error: "the program has no campaign of this name", Reason: ReasonNoCampaign},
		store.ErrNoRun:     {Error: "the campaign was never started", Reason: ReasonNoRun},
		store.ErrActive:    {Error: "the campaign runs already, or is paused", Reason: ReasonActive},
		campaign.ErrState:  {Error: "the campaign is in no state for this", Reason: ReasonState},
		campaign.ErrEmpty:  {Error: "nobody is to be called", Reason: ReasonEmpty},
		campaign.ErrSample: {Error: "the campaign draws no sample, or none of this kind", Reason: ReasonSample},
	} {
		if errors.Is(err, known) {
			status := http.StatusConflict
			if known == campaign.ErrNone || known == store.ErrNoRun {
				status = http.StatusNotFound
			}
			reply(w, status, f)
			return
		}
	}
	a.Logger.Warn("a campaign", "error", err)
	if errors.Is(err, campaign.ErrList) && !db.IsUnavailable(err) {
		reply(w, http.StatusConflict, Fault{Error: "the list of the campaign cannot be read", Reason: ReasonList})
		return
	}
	fault(w, http.StatusServiceUnavailable, "the campaigns cannot be read at the moment")
}

// ShownCampaign is a status as the interface shows it.
func ShownCampaign(s *campaign.Status) Campaign {
	c := Campaign{Campaign: s.Run.Campaign, Text: s.Text, Run: s.ID, State: s.State, Why: s.Why, Started: s.StartedAt,
		By:      s.StartedBy,
		Changed: s.ChangedAt, Changer: s.ChangedBy, Priority: s.Priority, Program: s.Program, Seed: s.Seed,
		Frame: s.Frame,
		Share: s.Share, Queues: s.Queues, Targets: s.Called, Ready: s.Ready, Reached: s.Reached, Live: s.Live}
	for _, x := range s.Targets {
		if c.States == nil {
			c.States, c.Dropped = map[string]int64{}, map[string]int64{}
		}
		c.States[x.State] += x.N
		if x.State == store.Dropped {
			c.Dropped[x.Why] += x.N
		}
	}
	for _, x := range s.Outcomes {
		if c.Attempts == nil {
			c.Attempts = map[string]int64{}
		}
		if x.Outcome == "" {
			x.Outcome = "on"
		}
		c.Attempts[x.Outcome] += x.N
	}
	if c.Share > 0 {
		c.Sample, c.Strata = s.Method, s.Strata
	}
	if s.Ends != (campaign.Ends{}) {
		e := Ends(s.Ends)
		c.Ends = &e
	}
	return c
}
