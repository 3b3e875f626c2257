package call

import (
	"context"
	"fmt"
	"math"
	"time"

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
	Leg                                   int
	Kind, Direction, Number               string
	Trunk, Phone, Agent                   *string
	Started                               int64
	Rang, Answered, Ended                 *int64
	Cause                                 *string
	SIP, Q850                             *int
	Codec                                 *string
	Sent, Received, Lost, FarLost, Jitter *int64  // Jitter in microseconds
	MOS                                   *int    // in hundredths
	SIPID                                 *string // the Call-ID of its dialog
}

// Passed is a milestone that a call passed.
type Passed struct {
	Seq, At   int64
	Name, Pos string
}

// LastAgent is the agent who served a number last in a call that began at since or later, "" if none did.
func LastAgent(ctx context.Context, q db.Queryer, number string, since time.Time) (string, error) {
	var agent string
	err := q.Get(ctx, &agent, `SELECT agent FROM calls WHERE caller = ? AND started >= ? AND agent <> ''
		ORDER BY started DESC LIMIT 1`, number, since.UnixMilli())
	if db.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find who served the caller last: %w", err)
	}
	return agent, nil
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
			`SELECT leg, kind, direction, number, trunk, phone, agent, started, rang, answered, ended, cause, sip, q850,
			codec, sent, received, lost, far_lost AS farlost, jitter, mos, sip_id AS sipid FROM call_legs WHERE call_id = ? ORDER BY leg`},
		{&c.Milestones, `SELECT seq, at, name, pos FROM milestones WHERE call_id = ? ORDER BY seq`},
	} {
		if err := q.Select(ctx, part.dst, part.query, id); err != nil {
			return nil, fmt.Errorf("read the call: %w", err)
		}
	}
	return c, nil
}

// Brief is a call in a list.
type Brief struct {
	ID, Direction, Caller, Number, Flow string
	Started                             int64
	Answered, Ended                     *int64
	Result, Agent, Rating, Queue        *string
	Score                               *int
	Legs                                int
	MOS                                 *int // of its worst leg, in hundredths
}

// Running lists the calls that are on, of all nodes but one, the latest first.
func Running(ctx context.Context, q db.Queryer, but string, most int) ([]Brief, error) {
	list := []Brief{}
	if err := q.Select(ctx, &list, `SELECT id, direction, caller, number, flow, started, answered, ended, result, agent, rating,
		score, 0 AS legs, `+lastQueue(q.Engine())+` AS queue FROM calls WHERE ended IS NULL AND node <> ?
		ORDER BY started DESC, id LIMIT ?`, but, most); err != nil {
		return nil, fmt.Errorf("list the calls that are on: %w", err)
	}
	return list, nil
}

// RunsAt is the node that has a call which is on; "" for any other.
func RunsAt(ctx context.Context, q db.Queryer, id string) (node string, err error) {
	err = q.Get(ctx, &node, `SELECT node FROM calls WHERE id = ? AND ended IS NULL`, id)
	if err != nil && !db.IsNotFound(err) {
		return "", fmt.Errorf("find the node of a call: %w", err)
	}
	return node, nil
}

// After is where a page of calls ends and the next begins.
type After struct {
	Started int64 // Unix milliseconds
	ID      string
}

// lastQueue is the queue that a call waited in last, as an expression.
func lastQueue(e db.Engine) string {
	return `(SELECT ` + e.JSONText("e.data", "queue") + ` FROM call_events e WHERE ` + waits(`calls.id`) +
		` ORDER BY e.seq DESC LIMIT 1)`
}

// Parts are the queues that a call waited in, in their order, and the agents who were in it.
func Parts(ctx context.Context, q db.Queryer, id string) (queues, agents []string, err error) {
	queues, agents = []string{}, []string{}
	if err = q.Select(ctx, &queues, `SELECT `+q.Engine().JSONText("e.data", "queue")+` FROM call_events e
		JOIN calls ON calls.id = e.call_id WHERE e.call_id = ? AND `+waits(`calls.id`)+` ORDER BY e.seq`,
		id); err != nil {
		return nil, nil, fmt.Errorf("find the queues of a call: %w", err)
	}
	if err = q.Select(ctx, &agents, `SELECT agent FROM calls WHERE id = ? AND COALESCE(agent, '') <> '' UNION
		SELECT agent FROM call_legs WHERE call_id = ? AND COALESCE(agent, '') <> '' AND answered IS NOT NULL`, id,
		id); err != nil {
		return nil, nil, fmt.Errorf("find the agents of a call: %w", err)
	}
	return queues, agents, nil
}

// Latest lists the calls of a part of the office, the latest first, from after one on; the zero After is before all.
func Latest(ctx context.Context, q db.Queryer, of Within, after After, most int) ([]Brief, error) {
	list := []Brief{}
	byID := "id" + q.Engine().ByteOrder()
	if after.ID == "" {
		after.Started = math.MaxInt64
	}
	query, args := `SELECT id, direction, caller, number, flow, started, answered, ended, result, agent, rating,
		score, `+lastQueue(q.Engine())+` AS queue, (SELECT COUNT(*) FROM call_legs WHERE call_id = calls.id) AS legs,
		(SELECT MIN(mos) FROM call_legs WHERE call_id = calls.id) AS mos
		FROM calls WHERE (started < ? OR started = ? AND `+byID+` > ?)`, []any{after.Started, after.Started, after.ID}
	if condition, with := of.Where(q.Engine(), `calls.id`); condition != "" {
		query, args = query+` AND `+condition, append(args, with...)
	}
	query, args, err := db.In(query+` ORDER BY started DESC, `+byID+` LIMIT ?`, append(args, most)...)
	if err == nil {
		err = q.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("list the calls: %w", err)
	}
	return list, nil
}
