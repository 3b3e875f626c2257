package exchange

import (
	"strconv"
	"time"

	"rexian/media/sip"
	"rexian/stdlib/call"
)

// rated is what is known of how the caller rates the latest talk with an agent. It belongs to the call's goroutine. The
// survey that comes after the talk asks; its first answer that is a number is the score.
type rated struct {
	talks        int // with agents so far
	at           time.Time
	agent, queue string
	asking       bool // the survey is on
	rating       string
	score        int
}

// ratesTalk begins the rating of a talk; what came of the one before is known now.
func (c *telephone) ratesTalk(agent, queue string) {
	c.ratingKnown()
	r := &c.rate
	*r = rated{talks: r.talks + 1, at: c.stamp(), agent: agent, queue: queue, rating: call.NotInvited}
}

// servedBy notes that the caller has been passed on: who talks last is rated, and has the call. Who is no agent of ours
// leaves both as they are. The legs tell who else was in it.
func (c *telephone) servedBy(leg *sip.Call) {
	agent := c.x.queues.at(leg.Leg().Phone)
	c.talksWith(agent)
	if c.rate.rating != "" && agent != "" {
		c.rate.agent = agent
	}
}

// ratingAsked notes that a survey begins or ends.
func (c *telephone) ratingAsked(on bool) {
	r := &c.rate
	if r.asking = on && r.rating != ""; r.asking && r.rating == call.NotInvited {
		r.rating = call.NoInput
	}
}

// ratingAnswered takes an answer to the survey.
func (c *telephone) ratingAnswered(written string) {
	r := &c.rate
	score, err := strconv.Atoi(written)
	if err == nil && r.asking && r.rating == call.NoInput {
		r.rating, r.score = call.Rated, score
	}
}

// ratingKnown writes down what came of asking; nothing more can.
func (c *telephone) ratingKnown() {
	r := &c.rate
	if r.rating == "" {
		return
	}
	if r.asking && c.ended && r.rating == call.NoInput {
		r.rating = call.HungUp
	}
	c.rows.change.Rating, c.rows.change.Score = r.rating, r.score
	c.x.o.Journal.Rating(c.id, call.Rating{Talk: r.talks, At: r.at, Agent: r.agent, Queue: r.queue, Rating: r.rating,
		Score: r.score})
	r.rating = ""
}
