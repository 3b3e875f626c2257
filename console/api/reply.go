package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Fault is the body of an answer that is no success, a problem of RFC 9457. Nothing of what was asked is repeated in
// it.
type Fault struct {
	Type      string    `json:"type"` // urn:rexian:error:CODE
	Title     string    `json:"title"`
	Status    int       `json:"status"`
	Detail    string    `json:"detail"`
	Code      string    `json:"code"` // a word for programs; it does not change
	RequestID string    `json:"request_id,omitempty"`
	Retryable bool      `json:"retryable,omitempty"`
	Error     string    `json:"error"`            // as Detail
	Reason    string    `json:"reason,omitempty"` // as Code, where it is of this operation
	Findings  []Finding `json:"findings,omitempty"`
	Node      string    `json:"node,omitempty"` // that can do it
}

// codes are those of faults that have no reason of their own.
var codes = map[int]string{http.StatusBadRequest: "bad_request", http.StatusUnauthorized: "unauthorized",
	http.StatusForbidden: "forbidden", http.StatusNotFound: "not_found", http.StatusConflict: "conflict",
	http.StatusPreconditionFailed:   ReasonChanged,
	http.StatusUnsupportedMediaType: "media_type", http.StatusUnprocessableEntity: "refused",
	http.StatusTooManyRequests: "throttled", http.StatusServiceUnavailable: "unavailable",
	http.StatusGatewayTimeout: "timeout", http.StatusMethodNotAllowed: "method"}

// whole fills in what follows from the rest.
func (f Fault) whole(status int, id string) Fault {
	f.Status, f.Title, f.Detail, f.RequestID = status, http.StatusText(status), f.Error, id
	if f.Code = strings.ReplaceAll(f.Reason, " ", "_"); f.Code == "" {
		f.Code = codes[status]
	}
	f.Type = "urn:rexian:error:" + f.Code
	f.Retryable = status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests ||
		status == http.StatusGatewayTimeout
	return f
}

// Finding is a diagnostic of a program that was refused.
type Finding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Zh       string `json:"zh"`
	En       string `json:"en"`
}

func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(s + "\n"))
}

// kindOf is the media type of an answer.
func kindOf(status int) string {
	if status >= http.StatusBadRequest {
		return "application/problem+json; charset=utf-8"
	}
	return "application/json; charset=utf-8"
}

func reply(w http.ResponseWriter, status int, v any) {
	if f, ok := v.(Fault); ok {
		v = f.whole(status, w.Header().Get(requestID))
	}
	w.Header().Set("Content-Type", kindOf(status))
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone if this fails
}

func fault(w http.ResponseWriter, status int, msg string) { reply(w, status, Fault{Error: msg}) }

// read reads the body of an order. What is wrong with it is told without repeating any of it. Who gives the order is
// who was let in: a person or a program with a key does not say so itself.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fault(w, http.StatusBadRequest, "the body cannot be read: "+unread(err, d.InputOffset()))
		return false
	}
	if p := asker(r); !p.Whole && p.Name != "" {
		if by := reflect.ValueOf(v).Elem().FieldByName("By"); by.IsValid() && by.Kind() == reflect.String {
			by.SetString(p.Name)
		}
	}
	return true
}

// unread says why a body cannot be read.
func unread(err error, at int64) string {
	var kind *json.UnmarshalTypeError
	var form *json.SyntaxError
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return "it is too long"
	case errors.As(err, &kind):
		return fmt.Sprintf("a value of the wrong kind at byte %d, where %s belongs", kind.Offset, kind.Type.Kind())
	case errors.As(err, &form):
		return fmt.Sprintf("no JSON at byte %d", form.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it is empty, or ends too early"
	case strings.Contains(err.Error(), "unknown field"):
		return fmt.Sprintf("a field before byte %d that does not belong there", at)
	}
	return "it is no JSON"
}

// page answers a list that is in memory by pages: limit of it, after the one whose id the request names.
func page[T any](w http.ResponseWriter, r *http.Request, key string, all []T, id func(*T) string) {
	most, ok := listed(w, r)
	if !ok {
		return
	}
	if after := r.URL.Query().Get("after"); after != "" {
		i := slices.IndexFunc(all, func(x T) bool { return id(&x) == after })
		if i < 0 {
			badQuery(w, "after is the next of the page before: begin anew")
			return
		}
		all = all[i+1:]
	}
	body := map[string]any{key: all}
	if len(all) > most {
		body[key], body["next"] = all[:most], id(&all[most-1])
	}
	reply(w, http.StatusOK, body)
}

// mostListed is how many entries of a list one answer has.
const mostListed = 1000

// listed is how many entries of a list an answer is to have at most; false if that cannot be, which is answered.
func listed(w http.ResponseWriter, r *http.Request) (most int, ok bool) {
	s := r.URL.Query().Get("limit")
	if s == "" {
		return mostListed, true
	}
	most, err := strconv.Atoi(s)
	if err != nil || most < 1 || most > mostListed {
		badQuery(w, "limit is from 1 to "+strconv.Itoa(mostListed))
		return 0, false
	}
	return most, true
}

// badQuery answers a query that asks for what there is not.
func badQuery(w http.ResponseWriter, why string) {
	reply(w, http.StatusUnprocessableEntity, Fault{Error: why, Reason: ReasonBadQuery})
}
