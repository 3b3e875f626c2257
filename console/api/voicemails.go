package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"rexian/stdlib/call"
	"rexian/stdlib/fn"
	"rexian/stdlib/table"
	"rexian/stdlib/voicemail"
)

// Voicemails are what callers left in mailboxes.
type Voicemails interface {
	// Voicemails lists those of a part of the office.
	Voicemails(ctx context.Context, mailbox string, state voicemail.State, of call.Within, after voicemail.After,
		limit int) ([]voicemail.Voicemail, error)
	// Get fails with the outcome not_found, as the others do.
	Get(ctx context.Context, id string) (voicemail.Voicemail, error)
	// Order carries an order out. voicemail.ErrHeld is for what another holds, or what is done already; ErrNoQueue for
	// a queue that the program does not have; ErrNoNumber for a caller who showed none.
	Order(ctx context.Context, id string, o VoicemailOrder) error
}

// Voicemail is a message. Moments are Unix milliseconds, the length is in milliseconds; numbers are masked. Its id is
// that of its recording.
type Voicemail struct {
	ID      string `json:"id"`
	Mailbox string `json:"mailbox"`
	Phone   string `json:"phone,omitempty"`
	At      int64  `json:"at"`
	Length  int64  `json:"length"`
	State   string `json:"state"`            // new, read, done
	Holder  string `json:"holder,omitempty"` // who has taken it
	Reply   string `json:"reply,omitempty"`  // what was done
	Changed int64  `json:"changed"`
}

// VoicemailOrder is the body of POST /api/v1/voicemails/ID.
type VoicemailOrder struct {
	Do    string `json:"do"` // read, done, release, callback
	By    string `json:"by"`
	Reply string `json:"reply,omitempty"` // of done: what was done
	Queue string `json:"queue,omitempty"` // of callback: whose agents call
}

// The errors of orders about messages.
var (
	ErrNoQueue  = errors.New("the program has no queue of this name")
	ErrNoNumber = errors.New("the caller has shown no number")
	ErrNoVerb   = errors.New("do must be read, done, release or callback")
	ErrNobody   = errors.New("say who: by is missing")
)

// Reasons of what is not done with messages, beside those of recordings.
const (
	ReasonNoVoicemail = "no voicemail"
	ReasonTaken       = "taken"
	ReasonNoQueue     = "no queue"
	ReasonNoNumber    = "no number"
	ReasonNoVerb      = "no verb"
)

func shownVoicemail(v *voicemail.Voicemail) Voicemail {
	return Voicemail{ID: v.Recording, Mailbox: v.Mailbox, Phone: table.MaskPhone(v.Phone), At: v.ReceivedAt,
		Length: v.Length, State: string(v.State), Holder: v.Holder, Reply: v.Reply, Changed: v.ChangedAt}
}

func (a *admin) getVoicemails(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	most, bad := 50, ""
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > mostRecordings {
			bad = "limit is from 1 to " + strconv.Itoa(mostRecordings)
		}
		most = n
	}
	state := voicemail.State(v.Get("state"))
	if state != "" && state != voicemail.New && state != voicemail.Read && state != voicemail.Done {
		bad = "state is new, read or done"
	}
	var after voicemail.After
	if s := v.Get("after"); s != "" {
		at, id, ok := strings.Cut(s, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			bad = "after is the next of the page before"
		}
		after = voicemail.After{ReceivedAt: n, Recording: id}
	}
	if bad != "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: bad, Reason: ReasonBadQuery})
		return
	}
	rows, err := a.Voicemails.Voicemails(r.Context(), v.Get("mailbox"), state, a.within(r), after, most+1)
	if err != nil {
		a.voicemailFault(w, r, err)
		return
	}
	out := struct {
		Voicemails []Voicemail `json:"voicemails"`
		Next       string      `json:"next,omitempty"`
	}{Voicemails: []Voicemail{}}
	if len(rows) > most {
		rows = rows[:most]
		last := rows[most-1]
		out.Next = strconv.FormatInt(last.ReceivedAt, 10) + "." + last.Recording
	}
	for i := range rows {
		out.Voicemails = append(out.Voicemails, shownVoicemail(&rows[i]))
	}
	reply(w, http.StatusOK, out)
}

func (a *admin) getVoicemail(w http.ResponseWriter, r *http.Request) {
	v, err := a.Voicemails.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		a.voicemailFault(w, r, err)
		return
	}
	reply(w, http.StatusOK, shownVoicemail(&v))
}

// getVoicemailAudio plays a message. A new one is then of who listens; one that another holds is not played, so that
// two do not answer one caller.
func (a *admin) getVoicemailAudio(w http.ResponseWriter, r *http.Request) {
	who := r.URL.Query().Get("by")
	v, err := a.Voicemails.Get(r.Context(), r.PathValue("id"))
	if err == nil && v.State != voicemail.Done {
		err = a.Voicemails.Order(r.Context(), v.Recording, VoicemailOrder{Do: "read", By: who})
	}
	if err != nil {
		a.voicemailFault(w, r, err)
		return
	}
	a.getAudio(w, r)
}

func (a *admin) postVoicemail(w http.ResponseWriter, r *http.Request) {
	var in VoicemailOrder
	if !read(w, r, &in) {
		return
	}
	id := r.PathValue("id")
	if err := a.Voicemails.Order(r.Context(), id, in); err != nil {
		a.voicemailFault(w, r, err)
		return
	}
	a.Logger.Info("voicemail", "voicemail", id, "what", in.Do, "by", in.By)
	a.getVoicemail(w, r)
}

// voicemailFault answers why something was not done with messages; of one that is taken it says by whom.
func (a *admin) voicemailFault(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, fn.Outcome("not_found")):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such message", Reason: ReasonNoVoicemail})
	case errors.Is(err, voicemail.ErrHeld):
		text := voicemail.ErrHeld.Error()
		if v, err := a.Voicemails.Get(r.Context(), r.PathValue("id")); err == nil {
			text = string(v.State) + " " + v.Holder
		}
		reply(w, http.StatusConflict, Fault{Error: text, Reason: ReasonTaken})
	default:
		for _, k := range []struct {
			err    error
			reason string
		}{{ErrNoQueue, ReasonNoQueue}, {ErrNoNumber, ReasonNoNumber}, {ErrNoVerb, ReasonNoVerb},
			{ErrNobody, ReasonNobody}} {
			if errors.Is(err, k.err) {
				reply(w, http.StatusUnprocessableEntity, Fault{Error: k.err.Error(), Reason: k.reason})
				return
			}
		}
		a.Logger.Warn("voicemails", "error", err)
		fault(w, http.StatusServiceUnavailable, "the messages cannot be reached at the moment")
	}
}
