package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"rexian/runtime/campaign"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
)

// Announcements are what carriers say before calls are answered: those that are known, and those that nobody knows.
type Announcements interface {
	Known(ctx context.Context) ([]Announcement, error)
	Unknown(ctx context.Context) ([]store.Cluster, error)
	// Sound is how a kind of unknown announcements sounds, as WAV; store.ErrNoCluster.
	Sound(ctx context.Context, kin string) ([]byte, error)
	Name(ctx context.Context, n campaign.Naming) (campaign.Learned, error)
	// Forget takes a name back; db.ErrConflict if there is none of this id.
	Forget(ctx context.Context, id, by string) error
}

// Announcement is one that is known.
type Announcement struct {
	ID    string `json:"id"`
	Class string `json:"class"` // what it says of a call
	Name  string `json:"name"`
	From  string `json:"from"` // named: by somebody; folder: a recording in the data folder; shipped
	At    int64  `json:"at,omitempty"`
	By    string `json:"by,omitempty"`
}

// UnknownAnnouncement is announcements that sound alike and that nobody knows.
type UnknownAnnouncement struct {
	ID    string `json:"id"`
	Calls int64  `json:"calls"` // before which it was heard
	First int64  `json:"first"`
	Last  int64  `json:"last"`
}

// AnnouncementOrder gives an announcement its name: one that nobody knows, or a recording.
type AnnouncementOrder struct {
	Unknown string `json:"unknown,omitempty"` // the id of an unknown one; or
	File    string `json:"file,omitempty"`    // the name of a recording, .wav or .mp3, and
	Sound   []byte `json:"sound,omitempty"`   // what is in it, base64
	Class   string `json:"class"`
	Name    string `json:"name"`
	Dry     bool   `json:"dry,omitempty"` // only say what would follow
	By      string `json:"by,omitempty"`
}

// Learned is what follows from an announcement's name for the calls before which it was heard.
type Learned struct {
	ID       string  `json:"id"`
	Dry      bool    `json:"dry,omitempty"`
	Kinds    int     `json:"kinds"` // of unknown announcements that have this name now
	Calls    int64   `json:"calls"`
	Outcomes []Moved `json:"outcomes"` // of these calls
	Targets  int64   `json:"targets"`  // of these calls; each is counted in one of the following
	Sooner   int64   `json:"sooner"`   // called sooner than was planned
	Later    int64   `json:"later"`
	Again    int64   `json:"again"`    // were given up, and are called again
	GivenUp  int64   `json:"given_up"` // are not called again any more
	Same     int64   `json:"same"`     // nothing changes for them
	Busy     int64   `json:"busy"`     // are being called now: that call decides
}

// Moved is how many calls ended in another outcome than was thought.
type Moved struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Calls int64  `json:"calls"`
}

// Reasons of what is not done with announcements.
const (
	ReasonNoAnnouncement = "no announcement"
	ReasonClass          = "class"
	ReasonSound          = "sound"
	ReasonNamed          = "named"
	ReasonNoName         = "no name"
)

// longestSound is how long an order with a recording may be, in bytes.
const longestSound = 4 << 20

func (a *admin) announcementOperations() []operation {
	return []operation{
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/announcements", id: "list-announcements",
			summary: "What carriers say before an answer, as far as it is known", list: "announcements",
			out: Announcement{}, do: a.getAnnouncements},
		{needs: RunCampaigns, method: "POST", path: "/api/v1/announcements", id: "name-announcement",
			summary: "Name an announcement: calls before which it was heard are judged anew", in: AnnouncementOrder{},
			out: Learned{}, longest: longestSound, do: a.postAnnouncement},
		{needs: RunCampaigns, method: "DELETE", path: "/api/v1/announcements/{id}", id: "forget-announcement",
			summary: "Take a name back; what it has decided stays", query: []string{"by"}, out: named{},
			do: a.deleteAnnouncement},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/announcements/unknown", id: "list-unknown-announcements",
			summary: "What was said before calls ended and nobody knows, sorted by its sound", list: "unknown",
			out: UnknownAnnouncement{}, do: a.getUnknown},
		{needs: RunCampaigns, method: "GET", path: "/api/v1/announcements/unknown/{id}/audio", id: "play-announcement",
			summary: "How an unknown announcement sounds", media: "audio/wav", do: a.getUnknownAudio},
	}
}

func (a *admin) getAnnouncements(w http.ResponseWriter, r *http.Request) {
	list, err := a.Announcements.Known(r.Context())
	if err != nil {
		a.announcementFault(w, err)
		return
	}
	page(w, r, "announcements", list, func(x *Announcement) string { return x.ID })
}

func (a *admin) getUnknown(w http.ResponseWriter, r *http.Request) {
	kinds, err := a.Announcements.Unknown(r.Context())
	if err != nil {
		a.announcementFault(w, err)
		return
	}
	list := make([]UnknownAnnouncement, len(kinds))
	for i, k := range kinds {
		list[i] = UnknownAnnouncement{ID: k.Kin, Calls: k.N, First: k.First, Last: k.Last}
	}
	page(w, r, "unknown", list, func(x *UnknownAnnouncement) string { return x.ID })
}

func (a *admin) getUnknownAudio(w http.ResponseWriter, r *http.Request) {
	b, err := a.Announcements.Sound(r.Context(), r.PathValue("id"))
	if err != nil {
		a.announcementFault(w, err)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the client has gone if this fails
}

func (a *admin) postAnnouncement(w http.ResponseWriter, r *http.Request) {
	var o AnnouncementOrder
	if !read(w, r, &o) {
		return
	}
	if (o.Unknown == "") == (len(o.Sound) == 0) {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "name either an unknown one or a recording",
			Reason: ReasonSound})
		return
	}
	l, err := a.Announcements.Name(r.Context(), campaign.Naming{Kin: o.Unknown, File: o.File, Sound: o.Sound,
		Class: o.Class, Name: o.Name, By: o.By, Dry: o.Dry})
	if err != nil {
		a.announcementFault(w, err)
		return
	}
	out := Learned{ID: l.ID, Dry: o.Dry, Kinds: l.Kinds, Calls: l.Attempts, Outcomes: []Moved{}, Targets: l.Targets,
		Sooner: l.Sooner, Later: l.Later, Again: l.Again, GivenUp: l.GivenUp, Same: l.Same, Busy: l.Busy}
	for _, m := range l.Moves {
		out.Outcomes = append(out.Outcomes, Moved{From: m.From, To: m.To, Calls: m.N})
	}
	reply(w, http.StatusOK, out)
}

func (a *admin) deleteAnnouncement(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if err := a.Announcements.Forget(r.Context(), id, r.URL.Query().Get("by")); err != nil {
		if errors.Is(err, db.ErrConflict) {
			err = store.ErrNoCluster
		}
		a.announcementFault(w, err)
		return
	}
	reply(w, http.StatusOK, named{ID: id})
}

// announcementFault says why something is not done with an announcement.
func (a *admin) announcementFault(w http.ResponseWriter, err error) {
	for known, f := range map[error]Fault{
		store.ErrNoCluster: {Status: http.StatusNotFound, Error: "there is no such announcement",
			Reason: ReasonNoAnnouncement},
		campaign.ErrClass: {Status: http.StatusUnprocessableEntity, Error: "there is no such class of announcements",
			Reason: ReasonClass},
		campaign.ErrSound: {Status: http.StatusUnprocessableEntity,
			Error: "nothing is said in the recording, or it is no WAV or MP3", Reason: ReasonSound},
		campaign.ErrNoName: {Status: http.StatusUnprocessableEntity, Error: "the announcement needs a name",
			Reason: ReasonNoName},
		campaign.ErrNamed: {Status: http.StatusConflict, Error: "this sound has a name already", Reason: ReasonNamed},
	} {
		if errors.Is(err, known) {
			reply(w, f.Status, f)
			return
		}
	}
	a.Logger.Warn("announcements", "error", err)
	fault(w, http.StatusServiceUnavailable, "the announcements cannot be read at the moment")
}
