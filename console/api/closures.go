package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"rexian/stdlib"
	"rexian/stdlib/db"
)

// Closures are opening hours that are closed in an emergency.
type Closures interface {
	Closures(ctx context.Context) ([]stdlib.Closure, error)
	// ClosuresVersion counts the changes of all of them, from 1 on.
	ClosuresVersion(ctx context.Context) (int64, error)
	// SetClosure and LiftClosure change them from a version of all, db.Fresh for none yet, 0 for any; they fail with
	// stdlib.ErrChanged where it is another by now.
	SetClosure(ctx context.Context, c stdlib.Closure, was int64) (stdlib.Closure, error)
	LiftClosure(ctx context.Context, id int64, by string, was int64) error
}

// Closure is an emergency closure.
type Closure struct {
	ID    int64             `json:"id"`
	Hours string            `json:"hours,omitempty"` // all if there are none
	From  time.Time         `json:"from"`
	Until time.Time         `json:"until,omitzero"` // until it is lifted if there is none
	Text  map[string]string `json:"text"`           // what callers are told, by language
	By    string            `json:"by"`
	Set   time.Time         `json:"set"`
}

// ClosureOrder is the body of POST /api/v1/closures.
type ClosureOrder struct {
	Hours string            `json:"hours,omitempty"` // a name of the program's; all if there is none
	From  time.Time         `json:"from,omitzero"`   // now if there is none
	Until time.Time         `json:"until,omitzero"`
	Text  map[string]string `json:"text,omitempty"`
	By    string            `json:"by"`
}

// Reasons of what is not done with closures.
const (
	ReasonNoClosure  = "no closure"
	ReasonNoHours    = "no hours"
	ReasonNoLanguage = "no language"
	ReasonBadClosure = "bad closure"
)

func shownClosure(c *stdlib.Closure) Closure {
	out := Closure{ID: c.ID, Hours: c.Hours, From: time.UnixMilli(c.From).UTC(), Text: c.Words, By: c.By,
		Set: time.UnixMilli(c.SetAt).UTC()}
	if c.Until != 0 {
		out.Until = time.UnixMilli(c.Until).UTC()
	}
	return out
}

func (a *admin) getClosures(w http.ResponseWriter, r *http.Request) {
	// The version first: what is changed between the two makes the list newer than it says, never older.
	version, err := a.Closures.ClosuresVersion(r.Context())
	if err != nil && !db.IsUnavailable(err) {
		a.closureFault(w, err)
		return
	}
	list, err := a.Closures.Closures(r.Context())
	if err != nil {
		a.closureFault(w, err)
		return
	}
	tagged(w, version)
	out := []Closure{}
	for i := range list {
		out = append(out, shownClosure(&list[i]))
	}
	page(w, r, "closures", out, func(c *Closure) string { return strconv.FormatInt(c.ID, 10) })
}

func (a *admin) postClosure(w http.ResponseWriter, r *http.Request) {
	var in ClosureOrder
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	v := a.Deployment.Stable()
	known, langs := in.Hours == "", map[string]bool{}
	if v != nil {
		for i := range v.Program.Hours {
			known = known || v.Program.Hours[i].Name == in.Hours
		}
		for _, lang := range v.Program.Languages {
			langs[lang] = true
		}
	}
	if !known {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "the program has no hours of this name",
			Reason: ReasonNoHours})
		return
	}
	for lang := range in.Text {
		if !langs[lang] {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "the program does not speak this language",
				Reason: ReasonNoLanguage})
			return
		}
	}
	c := stdlib.Closure{Hours: in.Hours, Words: in.Text, By: in.By}
	if !in.From.IsZero() {
		c.From = in.From.UnixMilli()
	}
	if !in.Until.IsZero() {
		c.Until = in.Until.UnixMilli()
	}
	c, err := a.Closures.SetClosure(r.Context(), c, was)
	if err != nil {
		a.closureFault(w, err)
		return
	}
	a.Logger.Warn("emergency closure", "closure", c.ID, "hours", c.Hours, "until", c.Until, "by", c.By)
	reply(w, http.StatusOK, shownClosure(&c))
}

func (a *admin) deleteClosure(w http.ResponseWriter, r *http.Request) {
	was, ok := basis(w, r)
	if !ok {
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		a.closureFault(w, stdlib.ErrNoClosure)
		return
	}
	by := r.URL.Query().Get("by")
	if err := a.Closures.LiftClosure(r.Context(), id, by, was); err != nil {
		a.closureFault(w, err)
		return
	}
	a.Logger.Warn("emergency closure lifted", "closure", id, "by", by)
	reply(w, http.StatusOK, map[string]int64{"id": id})
}

func (a *admin) closureFault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, stdlib.ErrChanged):
		outdated(w, stdlib.ErrChanged)
	case errors.Is(err, stdlib.ErrNoClosure):
		reply(w, http.StatusNotFound, Fault{Error: stdlib.ErrNoClosure.Error(), Reason: ReasonNoClosure})
	case errors.Is(err, stdlib.ErrClosureTime), errors.Is(err, stdlib.ErrClosureWords):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: err.Error(), Reason: ReasonBadClosure})
	default:
		a.Logger.Warn("closures", "error", err)
		fault(w, http.StatusServiceUnavailable, "the closures cannot be reached at the moment")
	}
}
