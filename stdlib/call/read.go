package call

import (
	"context"
	"fmt"

	"rexian/stdlib/db"
)

// Call is a call's row as it is stored, with what happened in it. Moments are Unix milliseconds; what is not known is
// nil.
type Call struct {
	ID, Node, Boot, Direction, Caller, Number, Program, Flow, Lang string
	Started                                                        int64
	Answered, Ended                                                *int64
	Path                                                           string
	Result                                                         *string
	EndedBy                                                        *string `db:"ended_by"`
	SIP, Q850                                                      *int
	Agent, Topic, Rating                                           *string
	Score                                                          *int
	Data                                                           string // a JSON object

	Events     []Event   `db:"-"`
	Legs       []CallLeg `db:"-"`
	Milestones []Passed  `db:"-"`
}

// Event is an event of a call as it is stored.
type Event struct {
	Seq, At         int64
	Kind, Pos, Data string
}

// CallLeg is a leg of a call as it is stored.
type CallLeg struct {
	Leg             int
	Kind, Number    string
	Agent           *string
	Started         int64
	Answered, Ended *int64
	Cause           *string
	SIP, Q850       *int
}

// Passed is a milestone that a call passed.
type Passed struct {
	Seq, At   int64
	Name, Pos string
}

// Read fetches one call with everything that is in the database by now; an error for which db.IsNotFound holds if there
// is none of that id.
func Read(ctx context.Context, q db.Queryer, id string) (*Call, error) {
	c := &Call{}
	if err := q.Get(ctx, c, `SELECT * FROM calls WHERE id = ?`, id); err != nil {
		return nil, fmt.Errorf("read the call: %w", err)
	}
	for _, part := range []struct {
		dst   any
		query string
	}{
		{&c.Events, `SELECT seq, at, kind, pos, data FROM call_events WHERE call_id = ? ORDER BY seq`},
		{&c.Legs,
			`SELECT leg, kind, number, agent, started, answered, ended, cause, sip, q850 FROM call_legs WHERE call_id = ? ORDER BY leg`},
		{&c.Milestones, `SELECT seq, at, name, pos FROM milestones WHERE call_id = ? ORDER BY seq`},
	} {
		if err := q.Select(ctx, part.dst, part.query, id); err != nil {
			return nil, fmt.Errorf("read the call: %w", err)
		}
	}
	return c, nil
}
