// Package call writes the records of calls: the call itself, everything that happened in it with its place in the
// flow's source, its legs, the milestones it passed, and how it ended.
//
// A call never waits for the database. The Recorder takes each record in memory, writes it to a spool on the local disk
// within a moment, and from there in batches into the database:
//
//	call ──Begin, Event, …──▶ queue ──▶ spool (append-only file) ──▶ database
//	                                      ▲ kept while the database is away; read again after a kill
//
// Every record is known by an id (the call's, and the call's own count of events), so that writing it twice is writing
// it once. What the program wrote before it was killed is in the spool or in the database; what its calls lack of an
// end the next start adds: the time of the last event and the result `interrupted`.
//
// Whoever writes an event leaves secrets out of it; nothing here can tell a PIN from a number.
package call

import (
	"bytes"
	"encoding/json"
	"time"
)

// Row is a call that begins.
type Row struct {
	ID        string
	Direction string // in, out
	Caller    string // the other party's number
	Number    string // the number that was dialled
	Program   string // hash of the compiled program
	Flow      string // the flow that the number enters
	Lang      string // tag of the language
	Started   time.Time
}

// Change is what becomes known of a call while it runs. A zero field leaves what is known.
type Change struct {
	Answered time.Time
	Lang     string
	Path     string // the flows it went through
	Agent    string
	Topic    string
	Rating   string // rated, no_input, hung_up, not_invited
	Score    int    // with Rating `rated`
	Data     any    // call data without secrets: what json.Marshal makes an object of
}

// Result is how a call ended.
type Result struct {
	At     time.Time
	Result string // completed, abandoned, transferred, refused, …; Interrupted is for Repair alone
	By     string // who ended it: local, remote, timeout, …
	SIP    int    // final SIP status if it was refused, else 0
	Q850   int    // Q.850 cause, 0 unknown
	Change        // what became known last
}

// Interrupted is the result of a call during which the program ended.
const Interrupted = "interrupted"

// Leg is one leg of a call, as far as it is known. Writing it again with more adds to it.
type Leg struct {
	Leg       int    // the call's own count, the caller's is 0
	Kind      string // caller, agent, transfer, passed_on
	Direction string // in, out
	Number    string // the other party's, masked
	CallID    string // of its SIP dialog, as the far side's log names it
	Trunk     string // that carried it, or
	Phone     string // the telephone of the configuration that it was
	Agent     string
	Started   time.Time
	Rang      time.Time
	Answered  time.Time
	Ended     time.Time
	Cause     string // who or what ended it: local, remote, timeout, …
	SIP       int    // final SIP status of a leg that was never answered
	Q850      int
	Quality
}

// Segment is a time of an agent's in one state, that has ended.
type Segment struct {
	Agent        string
	Began, Ended time.Time
	State        string // ring, talk, hold, wrap, ready, break, out, unknown
	Reason       string
	Call         string // of ring, talk, hold, wrap
}

// Quality is how a leg sounded.
type Quality struct {
	Codec    string // PCMA, PCMU; "" if no sound was agreed
	Sent     uint64 // packets
	Received uint64
	Lost     uint64 // of the far side's packets, that never came
	FarLost  uint64 // of our packets, as the far side says
	Jitter   time.Duration
	MOS      float64 // 1 to 4.5 by the E-model (ITU-T G.107); 0 where nothing was heard
}

// kind tells what a record in the spool is.
type kind string

const (
	begins    kind = "b"
	whole     kind = "w" // a call that has begun and ended: never in the spool, see fold
	event     kind = "e"
	milestone kind = "m"
	leg       kind = "l"
	change    kind = "c"
	ends      kind = "x"
	segment   kind = "s"
	rating    kind = "r"
)

// record is one record as the spool keeps it. Moments are Unix milliseconds, 0 where there is none.
type record struct {
	K         kind            `json:"k"`
	Call      string          `json:"id"`
	Seq       int64           `json:"n,omitempty"`
	At        int64           `json:"t,omitempty"`
	Name      string          `json:"name,omitempty"` // of an event its kind, of a milestone its name
	Pos       string          `json:"pos,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	Node      string          `json:"node,omitempty"`
	Boot      string          `json:"boot,omitempty"`
	Direction string          `json:"dir,omitempty"`
	Caller    string          `json:"from,omitempty"`
	Number    string          `json:"to,omitempty"`
	Program   string          `json:"prog,omitempty"`
	Flow      string          `json:"flow,omitempty"`
	Lang      string          `json:"lang,omitempty"`
	Answered  int64           `json:"ans,omitempty"`
	Ended     int64           `json:"end,omitempty"`
	Path      string          `json:"path,omitempty"`
	Agent     string          `json:"agent,omitempty"`
	Topic     string          `json:"topic,omitempty"`
	Rating    string          `json:"rating,omitempty"`
	Score     int             `json:"score,omitempty"`
	Result    string          `json:"result,omitempty"`
	By        string          `json:"by,omitempty"`
	SIP       int             `json:"sip,omitempty"`
	Q850      int             `json:"q850,omitempty"`
	Leg       *legRecord      `json:"leg,omitempty"`
}

// legRecord is what a leg has beside what all records have.
type legRecord struct {
	CallID   string `json:"sid,omitempty"`
	Trunk    string `json:"trunk,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Rang     int64  `json:"rang,omitempty"`
	Codec    string `json:"codec,omitempty"`
	Sent     uint64 `json:"sent,omitempty"`
	Received uint64 `json:"recv,omitempty"`
	Lost     uint64 `json:"lost,omitempty"`
	FarLost  uint64 `json:"flost,omitempty"`
	Jitter   int64  `json:"jit,omitempty"` // µs
	MOS      int    `json:"mos,omitempty"` // hundredths
}

// ms is a moment as it is stored, 0 for none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// object is data as a JSON object; {} for what is none.
func object(data any) json.RawMessage {
	if data == nil {
		return nil
	}
	b, err := json.Marshal(data)
	if err != nil || len(b) == 0 || b[0] != '{' {
		return nil
	}
	return mend(b)
}

// mend turns the escape of a NUL into that of U+FFFD: PostgreSQL's jsonb refuses it. A backslash that is escaped itself
// escapes nothing.
func mend(b []byte) []byte {
	const nul = `\u0000`
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(nul))
		if i < 0 {
			return b
		}
		i += at
		slashes := 0
		for slashes < i && b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			copy(b[i:], `\ufffd`)
		}
		at = i + len(nul)
	}
}

func (c Change) record(id string) record {
	return record{K: change, Call: id, Answered: ms(c.Answered), Lang: c.Lang, Path: c.Path, Agent: c.Agent,
		Topic:  c.Topic,
		Rating: c.Rating, Score: c.Score, Data: object(c.Data)}
}

// onlyAnswered tells whether a change says no more than that the call was answered.
func (x *record) onlyAnswered() bool {
	return x.Lang == "" && x.Path == "" && x.Agent == "" && x.Topic == "" && x.Rating == "" && x.Score == 0 &&
		len(x.Data) == 0
}
