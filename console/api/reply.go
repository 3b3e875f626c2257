package api

import (
	"encoding/json"
	"net/http"
)

// Fault is the body of an answer that is no success.
type Fault struct {
	Error    string    `json:"error"`
	Reason   string    `json:"reason,omitempty"` // a word for programs
	Findings []Finding `json:"findings,omitempty"`
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

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone if this fails
}

func fault(w http.ResponseWriter, status int, msg string) { reply(w, status, Fault{Error: msg}) }

func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fault(w, http.StatusBadRequest, "the body cannot be read: "+err.Error())
		return false
	}
	return true
}
