package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/table"
)

// Calls reads the records of calls.
type Calls interface {
	// Latest lists the calls of a part of the office.
	Latest(ctx context.Context, of call.Within, after call.After, most int) ([]call.Brief, error)
	// Parts are the queues that a call waited in, and the agents who were in it.
	Parts(ctx context.Context, id string) (Parts, error)
	// Node is the node that has a call that is on; "" for any other.
	Node(ctx context.Context, id string) (string, error)
	// Read fails with an error for which db.IsNotFound holds if there is no call of that id.
	Read(ctx context.Context, id string) (*call.Call, error)
}

// Brief is a call in a list. Moments are Unix milliseconds, 0 where there is none; numbers are masked.
type Brief struct {
	ID        string  `json:"id"`
	Direction string  `json:"direction"`
	Caller    string  `json:"caller"`
	Number    string  `json:"number"`
	Flow      string  `json:"flow"`
	Started   int64   `json:"started"`
	Answered  int64   `json:"answered,omitempty"`
	Ended     int64   `json:"ended,omitempty"`
	Result    string  `json:"result,omitempty"`
	Agent     string  `json:"agent,omitempty"`
	Queue     string  `json:"queue,omitempty"`  // that it waited in last
	Rating    string  `json:"rating,omitempty"` // rated, no_input, hung_up, not_invited: of the last talk with an agent
	Score     int     `json:"score,omitempty"`  // of rated
	Legs      int     `json:"legs"`
	MOS       float64 `json:"mos,omitempty"` // of its worst leg
}

// Call is one call with its legs and what happened in it, without what was said and keyed.
type Call struct {
	Brief
	Node   string  `json:"node"`
	Path   string  `json:"path,omitempty"`
	By     string  `json:"ended_by,omitempty"`
	SIP    int     `json:"sip,omitempty"`
	Q850   int     `json:"q850,omitempty"`
	List   []Leg   `json:"list"` // its legs
	Events []Event `json:"events"`
}

// Leg is a leg of a call. Packets, jitter and MOS are there where sound was agreed.
type Leg struct {
	Leg       int     `json:"leg"`
	Kind      string  `json:"kind"`      // caller, agent, transfer, passed_on, supervisor
	Direction string  `json:"direction"` // in, out
	Number    string  `json:"number"`
	Trunk     string  `json:"trunk,omitempty"`
	Phone     string  `json:"phone,omitempty"`
	Agent     string  `json:"agent,omitempty"`
	Started   int64   `json:"started"`
	Rang      int64   `json:"rang,omitempty"`
	Answered  int64   `json:"answered,omitempty"`
	Ended     int64   `json:"ended,omitempty"`
	Cause     string  `json:"cause,omitempty"`
	SIP       int     `json:"sip,omitempty"`
	Q850      int     `json:"q850,omitempty"`
	Codec     string  `json:"codec,omitempty"`
	Sent      int64   `json:"sent,omitempty"`
	Received  int64   `json:"received,omitempty"`
	Lost      int64   `json:"lost,omitempty"`
	FarLost   int64   `json:"far_lost,omitempty"`
	Jitter    float64 `json:"jitter_ms,omitempty"`
	MOS       float64 `json:"mos,omitempty"`
	CallID    string  `json:"call_id,omitempty"` // of its SIP dialog
}

// Event is something that happened in a call.
type Event struct {
	At   int64  `json:"at"`
	Kind string `json:"kind"`
	Pos  string `json:"pos,omitempty"` // in the flow's source
	// Note is what it was about: a question, a queue, an outcome, how many keys. What was keyed or said is not there.
	Note string `json:"note,omitempty"`
}

// mostCalls is how many calls are listed at most, someCalls how many unless the request says.
const (
	mostCalls = 1000
	someCalls = 20
)

func (a *admin) getCalls(w http.ResponseWriter, r *http.Request) {
	most := someCalls
	if v := r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > mostCalls {
			fault(w, http.StatusBadRequest, "limit must be from 1 to "+strconv.Itoa(mostCalls))
			return
		}
		most = n
	}
	var after call.After
	if s := r.URL.Query().Get("after"); s != "" {
		at, id, ok := strings.Cut(s, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil || id == "" {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "after is the next of the page before",
				Reason: ReasonBadQuery})
			return
		}
		after = call.After{Started: n, ID: id}
	}
	rows, err := a.Calls.Latest(r.Context(), a.within(r), after, most+1)
	if err != nil {
		a.away(w, err)
		return
	}
	body := map[string]any{}
	if len(rows) > most {
		rows = rows[:most]
		body["next"] = strconv.FormatInt(rows[most-1].Started, 10) + "." + rows[most-1].ID
	}
	list := make([]Brief, len(rows))
	for i := range rows {
		list[i] = brief(&rows[i])
	}
	body["calls"] = list
	reply(w, http.StatusOK, body)
}

// ReasonNoCall is the reason of a call that there is none of.
const ReasonNoCall = "no call"

func (a *admin) getCall(w http.ResponseWriter, r *http.Request) {
	c, err := a.Calls.Read(r.Context(), r.PathValue("id"))
	switch {
	case db.IsNotFound(err):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such call", Reason: ReasonNoCall})
	case err != nil:
		a.away(w, err)
	default:
		reply(w, http.StatusOK, whole(c))
	}
}

// away tells that the database does not answer.
func (a *admin) away(w http.ResponseWriter, err error) {
	a.Logger.Warn("the records of calls cannot be read", "error", err)
	fault(w, http.StatusServiceUnavailable, "the records of calls cannot be read at the moment")
}

// ShownCall is a call as lists show it.
func ShownCall(b *call.Brief) Brief { return brief(b) }

func brief(b *call.Brief) Brief {
	number := b.Number // ours, of a call that came in
	if b.Direction != "in" {
		number = table.MaskPhone(number)
	}
	return Brief{ID: b.ID, Direction: b.Direction, Caller: table.MaskPhone(b.Caller), Number: number, Flow: b.Flow,
		Started: b.Started, Answered: or(b.Answered), Ended: or(b.Ended), Result: or(b.Result),
		Agent: or(b.Agent), Queue: or(b.Queue), Rating: or(b.Rating), Score: or(b.Score), Legs: b.Legs,
		MOS: float64(or(b.MOS)) / 100}
}

func whole(c *call.Call) Call {
	b := call.Brief{ID: c.ID, Direction: c.Direction, Caller: c.Caller, Number: c.Number, Flow: c.Flow,
		Started: c.Started, Answered: c.Answered, Ended: c.Ended, Result: c.Result, Agent: c.Agent,
		Rating: c.Rating, Score: c.Score, Legs: len(c.Legs)}
	for _, e := range c.Events {
		var d struct{ Queue string }
		if (e.Kind == "enqueue" || e.Kind == "moved") && json.Unmarshal([]byte(e.Data), &d) == nil {
			b.Queue = &d.Queue
		}
	}
	for _, l := range c.Legs {
		if l.MOS != nil && (b.MOS == nil || *l.MOS < *b.MOS) {
			b.MOS = l.MOS
		}
	}
	out := Call{Brief: brief(&b), Node: c.Node, Path: c.Path, By: or(c.EndedBy), SIP: or(c.SIP), Q850: or(c.Q850),
		List: make([]Leg, len(c.Legs)), Events: make([]Event, len(c.Events))}
	for i, l := range c.Legs {
		out.List[i] = Leg{Leg: l.Leg, Kind: l.Kind, Direction: l.Direction, Number: l.Number, Trunk: or(l.Trunk),
			Phone: or(l.Phone), Agent: or(l.Agent), Started: l.Started, Rang: or(l.Rang), Answered: or(l.Answered),
			Ended: or(l.Ended), Cause: or(l.Cause), SIP: or(l.SIP), Q850: or(l.Q850), Codec: or(l.Codec),
			Sent: or(l.Sent), Received: or(l.Received), Lost: or(l.Lost), FarLost: or(l.FarLost),
			Jitter: float64(or(l.Jitter)) / 1000, MOS: float64(or(l.MOS)) / 100, CallID: or(l.SIPID)}
	}
	for i, e := range c.Events {
		out.Events[i] = Event{At: e.At, Kind: e.Kind, Pos: e.Pos, Note: note(e.Data)}
	}
	return out
}

// note is what the data of an event may be shown of.
func note(data string) string {
	var d map[string]any
	if json.Unmarshal([]byte(data), &d) != nil {
		return ""
	}
	var parts []string
	for _, key := range []string{"name", "question", "queue", "mailbox", "agent", "tag", "miss", "phone", "mode",
		"by"} {
		if s, ok := d[key].(string); ok && s != "" {
			parts = append(parts, s)
		}
	}
	if keys, ok := d["keys"].(string); ok {
		parts = append(parts, strings.Repeat("•", utf8.RuneCountInString(keys)))
	}
	return strings.Join(parts, " ")
}

// or is what a pointer points to, or the zero value.
func or[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
