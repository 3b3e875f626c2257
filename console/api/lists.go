package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Lists are the lists of numbers: who is refused, warned, served first, never called.
type Lists interface {
	Counts(ctx context.Context, now time.Time) ([]filter.Count, error)
	Page(ctx context.Context, list string, after filter.Entry, limit int) ([]filter.Entry, error)
	Get(ctx context.Context, list, pattern string, prefix bool) (filter.Entry, error)
	Add(ctx context.Context, e filter.Entry, lasting time.Duration, now time.Time) error
	Approve(ctx context.Context, list, pattern string, prefix bool, approver string, now time.Time) error
	Remove(ctx context.Context, list, pattern string, prefix bool) (int64, error)
}

// NumberList is a list of numbers.
type NumberList struct {
	Name     string `json:"name"`
	Entries  int64  `json:"entries"`  // that are not over
	Declared bool   `json:"declared"` // by the program that serves
	Approval bool   `json:"approval"` // an entry for good is approved by a second person
}

// ListEntry is a number of a list, or all that begin so.
type ListEntry struct {
	Number string `json:"number"` // whole, for that is what it is; with * at its end for all that begin so
	Reason string `json:"reason,omitempty"`
	// Until is none of one that is for good. One that is to be and that nobody has approved counts until then.
	Until    time.Time `json:"until,omitzero"`
	Added    time.Time `json:"added"`
	By       string    `json:"by"`
	Approved string    `json:"approved_by,omitempty"`
}

// ListOrder is the body of PUT /api/v1/lists/NAME/entries/NUMBER.
type ListOrder struct {
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"` // for good if there is none
	By     string    `json:"by"`
}

// Reasons of what is not done with lists.
const (
	ReasonNoEntry  = "no entry"
	ReasonBadEntry = "bad entry"
	ReasonOwnEntry = "own entry"
	ReasonShorter  = "shorter"
)

// listOperations are of the whole office: a list decides how the calls of all queues are served. An entry is a number,
// so that who may read a list is trusted with what is in it.
func (a *admin) listOperations() []operation {
	const entries, entry = "/api/v1/lists/{name}/entries", "/api/v1/lists/{name}/entries/{phone}"
	return []operation{
		{needs: ChangeLists, method: "GET", path: "/api/v1/lists", id: "list-lists", of: a.office,
			summary: "Lists of numbers: those of the program and those with entries", list: "lists", out: NumberList{},
			do: a.getLists},
		{needs: ChangeLists, method: "GET", path: entries, id: "list-entries", of: a.office,
			summary: "Entries of a list, by their numbers", list: "entries", out: ListEntry{}, do: a.getEntries},
		{needs: ChangeLists, method: "GET", path: entry, id: "get-entry", of: a.office,
			summary: "An entry of a list", out: ListEntry{}, do: a.getEntry},
		{needs: ChangeLists, method: "PUT", path: entry, id: "put-entry", of: a.office,
			summary: "Put a number into a list, for a time or for good; 0531* is all that begin so", in: ListOrder{},
			out: ListEntry{}, do: a.putEntry},
		{needs: ChangeLists, method: "POST", path: entry, id: "approve-entry", of: a.office,
			summary: "Approve an entry that is to be for good; who entered it cannot", in: byWhom{}, out: ListEntry{},
			do: a.postEntry},
		{needs: ChangeLists, method: "DELETE", path: entry, id: "remove-entry", of: a.office,
			summary: "Take a number out of a list", query: []string{"by"}, out: map[string]string{}, do: a.deleteEntry},
	}
}

func shownEntry(e *filter.Entry) ListEntry {
	out := ListEntry{Number: e.Pattern, Reason: e.Reason, Added: time.UnixMilli(e.AddedAt).UTC(), By: e.AddedBy,
		Approved: e.ApprovedBy}
	if e.Prefix {
		out.Number += "*"
	}
	if e.ExpiresAt != 0 {
		out.Until = time.UnixMilli(e.ExpiresAt).UTC()
	}
	return out
}

func (a *admin) getLists(w http.ResponseWriter, r *http.Request) {
	counts, err := a.Lists.Counts(r.Context(), a.Now())
	if err != nil {
		a.listFault(w, err)
		return
	}
	list := []NumberList{}
	if v := a.Deployment.Stable(); v != nil {
		for _, name := range v.Program.Lists {
			if name = filter.Name(name); !slices.ContainsFunc(list, func(l NumberList) bool { return l.Name == name }) {
				list = append(list, NumberList{Name: name, Declared: true})
			}
		}
	}
	for _, c := range counts {
		i := slices.IndexFunc(list, func(l NumberList) bool { return l.Name == c.List })
		if i < 0 {
			i = len(list)
			list = append(list, NumberList{Name: c.List})
		}
		list[i].Entries = c.N
	}
	for i := range list {
		list[i].Approval = filter.NeedsApproval(list[i].Name)
	}
	slices.SortFunc(list, func(x, y NumberList) int { return cmp.Compare(x.Name, y.Name) })
	page(w, r, "lists", list, func(l *NumberList) string { return l.Name })
}

func (a *admin) getEntries(w http.ResponseWriter, r *http.Request) {
	most, ok := listed(w, r)
	if !ok {
		return
	}
	var after filter.Entry
	after.Pattern, after.Prefix = strings.CutSuffix(r.URL.Query().Get("after"), "*")
	rows, err := a.Lists.Page(r.Context(), r.PathValue("name"), after, most+1)
	if err != nil {
		a.listFault(w, err)
		return
	}
	list, body := []ListEntry{}, map[string]any{}
	for i := range rows[:min(len(rows), most)] {
		list = append(list, shownEntry(&rows[i]))
	}
	if len(rows) > most {
		body["next"] = list[most-1].Number
	}
	body["entries"] = list
	reply(w, http.StatusOK, body)
}

// entryOf is the list of a request and its number, which may stand for all that begin so.
func entryOf(r *http.Request) (list, pattern string, prefix bool) {
	pattern, prefix = strings.CutSuffix(r.PathValue("phone"), "*")
	return r.PathValue("name"), pattern, prefix
}

func (a *admin) getEntry(w http.ResponseWriter, r *http.Request) {
	e, err := a.Lists.Get(entry(r))
	if err != nil {
		a.listFault(w, err)
		return
	}
	reply(w, http.StatusOK, shownEntry(&e))
}

// entry is what is asked of a list for the number of a request.
func entry(r *http.Request) (ctx context.Context, list, pattern string, prefix bool) {
	list, pattern, prefix = entryOf(r)
	return r.Context(), list, pattern, prefix
}

func (a *admin) putEntry(w http.ResponseWriter, r *http.Request) {
	var in ListOrder
	if !read(w, r, &in) {
		return
	}
	now, e, lasting := a.Now(), filter.Entry{Reason: in.Reason, AddedBy: in.By}, time.Duration(0)
	e.List, e.Pattern, e.Prefix = entryOf(r)
	if !in.Until.IsZero() {
		if lasting = in.Until.Sub(now); lasting < time.Second {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "until is over", Reason: ReasonBadEntry})
			return
		}
	}
	if intake.Line(in.By, intake.MaxName) == "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: ErrNobody.Error(), Reason: ReasonNobody})
		return
	}
	if err := a.Lists.Add(r.Context(), e, lasting, now); err != nil {
		a.listFault(w, err)
		return
	}
	was, err := a.Lists.Get(entry(r))
	switch {
	case err != nil:
		a.listFault(w, err)
	case was.AddedAt != now.UnixMilli(): // what is there lasts longer
		reply(w, http.StatusConflict, Fault{Error: "the number is in the list for longer than that", Reason: ReasonShorter})
	default:
		a.Logger.Info("list", "list", was.List, "what", "put", "by", in.By)
		reply(w, http.StatusOK, shownEntry(&was))
	}
}

func (a *admin) postEntry(w http.ResponseWriter, r *http.Request) {
	var in byWhom
	if !read(w, r, &in) {
		return
	}
	if intake.Line(in.By, intake.MaxName) == "" {
		reply(w, http.StatusUnprocessableEntity, Fault{Error: ErrNobody.Error(), Reason: ReasonNobody})
		return
	}
	list, pattern, prefix := entryOf(r)
	if err := a.Lists.Approve(r.Context(), list, pattern, prefix, in.By, a.Now()); err != nil {
		a.listFault(w, err)
		return
	}
	a.Logger.Info("list", "list", list, "what", "approve", "by", in.By)
	a.getEntry(w, r)
}

func (a *admin) deleteEntry(w http.ResponseWriter, r *http.Request) {
	list, pattern, prefix := entryOf(r)
	n, err := a.Lists.Remove(r.Context(), list, pattern, prefix)
	if err == nil && n == 0 {
		err = fn.Outcome("not_found")
	}
	if err != nil {
		a.listFault(w, err)
		return
	}
	a.Logger.Info("list", "list", list, "what", "remove", "by", r.URL.Query().Get("by"))
	reply(w, http.StatusOK, map[string]string{"list": filter.Name(list)})
}

// listFault says why something is not done with lists.
func (a *admin) listFault(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, fn.Outcome("not_found")):
		reply(w, http.StatusNotFound, Fault{Error: "the list has no such entry", Reason: ReasonNoEntry})
	case errors.Is(err, filter.ErrOwnApproval):
		reply(w, http.StatusConflict, Fault{Error: filter.ErrOwnApproval.Error(), Reason: ReasonOwnEntry})
	case errors.Is(err, filter.ErrEntry):
		reply(w, http.StatusUnprocessableEntity, Fault{Reason: ReasonBadEntry,
			Error: "a number has digits, one that others begin with has 3 to 20 of them, and a time is no hundred years"})
	default:
		a.Logger.Warn("lists", "error", err)
		fault(w, http.StatusServiceUnavailable, "the lists cannot be reached at the moment")
	}
}
