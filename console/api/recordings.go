package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rexian/stdlib/fn"
	"rexian/stdlib/recording"
	"rexian/stdlib/table"
)

// Recordings are the index of recordings and the files on this node's disk.
type Recordings interface {
	Find(ctx context.Context, q recording.Query) ([]recording.Found, error)
	// Get fails with the outcome not_found.
	Get(ctx context.Context, id string) (recording.Found, error)
	Plays(ctx context.Context, id string) ([]recording.Play, error)
	// Open writes down who listens, or takes the recording along, and opens its file. An *ElsewhereError is for one on
	// another node's disk, recording.ErrDeleted for one that is gone.
	Open(ctx context.Context, r *recording.Found, who, how string) (io.ReadSeekCloser, error)
	// Heard tells whether somebody has been listening to a recording lately, so that moving to another place in it is
	// not listening anew.
	Heard(ctx context.Context, id, who string) (bool, error)
	Peaks(ctx context.Context, r *recording.Found, parts int) (Peaks, error)
	Hold(ctx context.Context, id string, on bool, who, why string) error
	Delete(ctx context.Context, id, who, why string) error
	Check(ctx context.Context) (RecordingCheck, error)
}

// ElsewhereError is for a recording that lies on another node's disk: ask that one.
type ElsewhereError struct{ Node string }

func (e *ElsewhereError) Error() string { return "the recording lies on the node " + e.Node }

// Recording is one recording. Moments are Unix milliseconds, the length is in milliseconds; numbers are masked.
type Recording struct {
	ID      string            `json:"id"`
	Call    string            `json:"call,omitempty"`
	Kind    string            `json:"kind"` // call, step, voicemail
	At      int64             `json:"at"`
	Length  int64             `json:"length"`
	Phone   string            `json:"phone,omitempty"` // the other party's
	Number  string            `json:"number,omitempty"`
	Flow    string            `json:"flow,omitempty"`
	Agent   string            `json:"agent,omitempty"`
	Queue   string            `json:"queue,omitempty"`
	Ticket  string            `json:"ticket,omitempty"`
	Rating  string            `json:"rating,omitempty"`
	Score   int64             `json:"score,omitempty"`
	Gap     bool              `json:"gap,omitempty"` // something is missing
	Node    string            `json:"node,omitempty"`
	Plays   int64             `json:"plays"`
	Held    *RecordingNote    `json:"held,omitempty"`
	Deleted *RecordingNote    `json:"deleted,omitempty"`
	Heard   []RecordingPlayed `json:"heard,omitempty"` // of one alone: who listened, the latest first
}

// RecordingNote is who did something with a recording, when and why.
type RecordingNote struct {
	At  int64  `json:"at"`
	By  string `json:"by"`
	Why string `json:"why"`
}

// RecordingPlayed is that somebody listened (play) or took the recording along (export).
type RecordingPlayed struct {
	At  int64  `json:"at"`
	Who string `json:"who"`
	How string `json:"how"`
}

// RecordingOrder is the body of PUT /api/v1/recordings/ID/hold.
type RecordingOrder struct {
	On     bool   `json:"on"`
	By     string `json:"by,omitempty"`
	Reason string `json:"reason"`
}

// Peaks are how loud a recording is, 0 to 255, in parts of the same length: what was heard, then what was said.
type Peaks struct {
	Length int64   `json:"length"` // milliseconds
	Peaks  [][]int `json:"peaks"`
}

// RecordingCheck is what the index and the disk of this node do not agree on.
type RecordingCheck struct {
	Node     string   `json:"node"`
	Rows     int      `json:"rows"`     // of the index that lie here
	Files    int      `json:"files"`    // on the disk
	Missing  []string `json:"missing"`  // ids whose file is not there
	Unlisted []string `json:"unlisted"` // files that the index does not have
	Leftover []string `json:"leftover"` // files of recordings that are deleted
	Running  int      `json:"running"`  // files that are being written
}

// Reasons of what is not done with recordings.
const (
	ReasonNoRecording = "no recording"
	ReasonHeld        = "held"
	ReasonDeleted     = "deleted"
	ReasonElsewhere   = "elsewhere"
	ReasonNobody      = "nobody"
	ReasonBadQuery    = "bad query"
	ReasonTooMany     = "too many"
	ReasonNoFile      = "no file"
)

// mostRecordings is how many recordings are listed at most.
const mostRecordings = 200

func shown(f *recording.Found) Recording {
	number := f.Number // ours, of a call that came in
	if f.Direction != "in" {
		number = table.MaskPhone(number)
	}
	r := Recording{ID: f.ID, Call: f.CallID, Kind: f.Kind, At: f.MadeAt, Length: f.Length,
		Phone:  table.MaskPhone(f.Phone),
		Number: number, Flow: f.Flow, Agent: f.Agent, Queue: f.Queue, Ticket: f.Ticket, Rating: f.Rating,
		Score: f.Score,
		Gap:   f.Gap, Node: f.Node, Plays: f.Plays}
	if f.HeldAt > 0 {
		r.Held = &RecordingNote{At: f.HeldAt, By: f.HeldBy, Why: f.HeldWhy}
	}
	if f.At > 0 {
		r.Deleted = &RecordingNote{At: f.At, By: f.By, Why: f.Why}
	}
	return r
}

// recordingQuery reads what a search is narrowed by; false if something cannot be read, which is answered.
func (a *admin) recordingQuery(w http.ResponseWriter, r *http.Request) (recording.Query, bool) {
	v := r.URL.Query()
	q := recording.Query{Phone: v.Get("number"), Agent: v.Get("agent"), Queue: v.Get("queue"), Ticket: v.Get("ticket"),
		CallID: v.Get("call"), Kind: v.Get("kind"), Rating: v.Get("rating"), Gone: v.Get("deleted") == "true",
		Limit: 50}
	bad := ""
	moment := func(key string, to *time.Time) {
		if s := v.Get(key); s != "" {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				bad = key + " is written 2026-11-30T08:00:00+08:00"
			}
			*to = t
		}
	}
	length := func(key string, to *time.Duration) {
		if s := v.Get(key); s != "" {
			d, err := time.ParseDuration(s)
			if err != nil || d < 0 {
				bad = key + " is written 90s or 5m"
			}
			*to = d
		}
	}
	number := func(key string, most int, to *int) {
		if s := v.Get(key); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1 || n > most {
				bad = key + " is from 1 to " + strconv.Itoa(most)
			}
			*to = n
		}
	}
	moment("from", &q.From)
	moment("to", &q.To)
	length("longer", &q.Longer)
	length("shorter", &q.Shorter)
	number("score", 100, &q.Score)
	number("limit", mostRecordings, &q.Limit)
	if after := v.Get("after"); after != "" {
		at, id, ok := strings.Cut(after, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil || id == "" {
			bad = "after is the next of the page before"
		}
		q.After = recording.After{MadeAt: n, ID: id}
	}
	if bad != "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: bad, Reason: ReasonBadQuery})
		return q, false
	}
	if q.Within = a.within(r); q.Queue != "" && !asker(r).Queue(q.Queue) {
		a.outside(w)
		return q, false
	}
	return q, true
}

// recording is the one that a request names.
func (a *admin) recording(r *http.Request) (recording.Found, error) {
	return a.Recordings.Get(r.Context(), r.PathValue("id"))
}

func (a *admin) getRecordings(w http.ResponseWriter, r *http.Request) {
	q, ok := a.recordingQuery(w, r)
	if !ok {
		return
	}
	most := q.Limit
	q.Limit++
	rows, err := a.Recordings.Find(r.Context(), q)
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	out := struct {
		Recordings []Recording `json:"recordings"`
		Next       string      `json:"next,omitempty"`
	}{Recordings: []Recording{}}
	if len(rows) > most {
		rows = rows[:most]
		last := rows[most-1]
		out.Next = strconv.FormatInt(last.MadeAt, 10) + "." + last.ID
	}
	for i := range rows {
		out.Recordings = append(out.Recordings, shown(&rows[i]))
	}
	reply(w, http.StatusOK, out)
}

func (a *admin) getRecording(w http.ResponseWriter, r *http.Request) {
	f, err := a.recording(r)
	var plays []recording.Play
	if err == nil {
		plays, err = a.Recordings.Plays(r.Context(), f.ID)
	}
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	out := shown(&f)
	for _, p := range plays {
		out.Heard = append(out.Heard, RecordingPlayed{At: p.At, Who: p.Who, How: p.How})
	}
	reply(w, http.StatusOK, out)
}

// getAudio plays a recording. A request that does not begin in the middle is a playing, and written down before a byte
// is sent; one that does goes on with a playing of the same person, and is one itself where there is none.
func (a *admin) getAudio(w http.ResponseWriter, r *http.Request) {
	who := r.URL.Query().Get("by")
	if who == "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "say who listens: ?by=NAME", Reason: ReasonNobody})
		return
	}
	f, err := a.recording(r)
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	how := "play"
	if p := asker(r); p.forwarded && r.Header.Get(forwardedHow) == takenAlong {
		how = takenAlong
	} else if span := r.Header.Get("Range"); span != "" && !strings.HasPrefix(span, "bytes=0-") {
		going, err := a.Recordings.Heard(r.Context(), f.ID, who)
		if err != nil {
			a.recordingFault(w, err)
			return
		}
		if going {
			how = ""
		}
	}
	file, err := a.Recordings.Open(r.Context(), &f, who, how)
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	defer file.Close()
	if how != "" {
		a.Logger.Info("a recording is played", "recording", f.ID, "by", who)
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("ETag", `"`+f.ID+"-"+strconv.FormatInt(f.Length, 10)+`"`)
	http.ServeContent(w, r, "", time.Time{}, file)
}

func (a *admin) getPeaks(w http.ResponseWriter, r *http.Request) {
	parts := 800
	if s := r.URL.Query().Get("parts"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 4000 {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "parts is from 1 to 4000", Reason: ReasonBadQuery})
			return
		}
		parts = n
	}
	f, err := a.recording(r)
	var p Peaks
	if err == nil {
		p, err = a.Recordings.Peaks(r.Context(), &f, parts)
	}
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	reply(w, http.StatusOK, p)
}

func (a *admin) putRecordingHold(w http.ResponseWriter, r *http.Request) {
	var in RecordingOrder
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	if _, err := a.recording(r); err != nil {
		a.recordingFault(w, err)
		return
	}
	if err := a.Recordings.Hold(r.Context(), id, in.On, in.By, in.Reason); err != nil {
		a.recordingFault(w, err)
		return
	}
	a.Logger.Info("a recording is held or released", "recording", id, "on", in.On, "by", in.By, "why", in.Reason)
	a.getRecording(w, r)
}

func (a *admin) deleteRecording(w http.ResponseWriter, r *http.Request) {
	id, by, why := r.PathValue("id"), r.URL.Query().Get("by"), r.URL.Query().Get("reason")
	if _, err := a.recording(r); err != nil {
		a.recordingFault(w, err)
		return
	}
	if err := a.Recordings.Delete(r.Context(), id, by, why); err != nil {
		a.recordingFault(w, err)
		return
	}
	a.Logger.Info("a recording is deleted", "recording", id, "by", by, "why", why)
	a.getRecording(w, r)
}

func (a *admin) getRecordingCheck(w http.ResponseWriter, r *http.Request) {
	c, err := a.Recordings.Check(r.Context())
	if err != nil {
		a.recordingFault(w, err)
		return
	}
	reply(w, http.StatusOK, c)
}

// recordingFault answers why something was not done with recordings.
func (a *admin) recordingFault(w http.ResponseWriter, err error) {
	if e := (*ElsewhereError)(nil); errors.As(err, &e) {
		reply(w, http.StatusMisdirectedRequest, Fault{Error: e.Error(), Reason: ReasonElsewhere, Node: e.Node})
		return
	}
	for _, k := range []struct {
		err    error
		status int
		reason string
	}{{fn.Outcome("not_found"), http.StatusNotFound, ReasonNoRecording},
		{recording.ErrHeld, http.StatusConflict, ReasonHeld},
		{recording.ErrDeleted, http.StatusGone, ReasonDeleted},
		{recording.ErrWhy, http.StatusUnprocessableEntity, ReasonNobody},
		{ErrNoFile, http.StatusNotFound, ReasonNoFile}} {
		if errors.Is(err, k.err) {
			text := k.err.Error()
			if k.reason == ReasonNoRecording {
				text = "there is no such recording"
			}
			reply(w, k.status, Fault{Error: text, Reason: k.reason})
			return
		}
	}
	a.Logger.Warn("recordings", "error", err)
	fault(w, http.StatusServiceUnavailable, "the recordings cannot be reached at the moment")
}

// ErrNoFile is for a recording whose file is not on the disk.
var ErrNoFile = errors.New("the file of the recording is not there")
