package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// steered notes what it is told to do, and does not do it for a reason.
type steered struct {
	told []string
	why  error
}

func (s *steered) note(what ...any) error { s.told = append(s.told, fmt.Sprint(what...)); return s.why }

func (s *steered) Supervise(_ context.Context, call, phone, mode, by string) error {
	return s.note("supervise ", call, " ", phone, " ", mode, " ", by)
}
func (s *steered) Add(_ context.Context, call, number, by string) error {
	return s.note("add ", call, " ", number, " ", by)
}
func (s *steered) Hold(_ context.Context, call string, on bool, by string) error {
	return s.note("hold ", call, " ", on, " ", by)
}
func (s *steered) Transfer(_ context.Context, call, number, by string) error {
	return s.note("transfer ", call, " ", number, " ", by)
}
func (s *steered) Consult(_ context.Context, call, number, by string) error {
	return s.note("consult ", call, " ", number, " ", by)
}
func (s *steered) Complete(_ context.Context, call, by string) error {
	return s.note("complete ", call, " ", by)
}
func (s *steered) Back(_ context.Context, call, by string) error {
	return s.note("back ", call, " ", by)
}
func (s *steered) Drop(_ context.Context, call, party, by string) error {
	return s.note("drop ", call, " ", party, " ", by)
}
func (s *steered) Hangup(_ context.Context, call, by string) error {
	return s.note("hangup ", call, " ", by)
}

type unset struct{}

func (unset) IsSet() bool    { return false }
func (unset) Reveal() string { return "" }

// Each verb reaches the call that it names, and what came of it is told by a status and a word for programs.
func TestCallsAreSteered(t *testing.T) {
	verbs := []struct{ method, path, body, told string }{
		{"PUT", "/api/v1/calls/c1/supervisors/9001", `{"mode":"listen","by":"li"}`, "supervise c1 9001 listen li"},
		{"POST", "/api/v1/calls/c1/parties", `{"number":"1002","by":"li"}`, "add c1 1002 li"},
		{"POST", "/api/v1/calls/c1/transfer", `{"number":"1002","by":"li"}`, "transfer c1 1002 li"},
		{"POST", "/api/v1/calls/c1/consult", `{"number":"1002","by":"li"}`, "consult c1 1002 li"},
		{"POST", "/api/v1/calls/c1/consult/complete", `{"by":"li"}`, "complete c1 li"},
		{"DELETE", "/api/v1/calls/c1/consult?by=li", "", "back c1 li"},
		{"DELETE", "/api/v1/calls/c1/parties/1002?by=li", "", "drop c1 1002 li"},
		{"PUT", "/api/v1/calls/c1/hold", `{"on":true,"by":"li"}`, "hold c1 true li"},
		{"DELETE", "/api/v1/calls/c1?by=li", "", "hangup c1 li"},
	}
	for _, c := range []struct {
		why    error
		status int
		word   string
	}{
		{nil, 200, `"id":"c1"`},
		{&Undone{ReasonNoCall}, 404, `"reason":"no call"`},
		{&Undone{ReasonAlone}, 422, `"reason":"alone"`},
		{&Undone{"busy"}, 422, `"reason":"busy"`},
		{errors.New("the exchange stands still"), 503, "the exchange stands still"},
	} {
		for _, v := range verbs {
			s := &steered{why: c.why}
			h := New(Options{Control: s, Metrics: prometheus.NewRegistry(), Token: unset{}, Now: time.Now,
				Logger: slog.New(slog.DiscardHandler)})
			r := httptest.NewRequest(v.method, "http://127.0.0.1"+v.path, strings.NewReader(v.body))
			r.RemoteAddr = "127.0.0.1:999"
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.word) {
				t.Errorf("%v: %s %s is answered %d %s", c.why, v.method, v.path, w.Code, w.Body)
			}
			if len(s.told) != 1 || s.told[0] != v.told {
				t.Errorf("%s %s: told %q", v.method, v.path, s.told)
			}
		}
	}
}

// What is no order is refused before anything is done.
func TestOrdersAreRead(t *testing.T) {
	for path, body := range map[string]string{"PUT /api/v1/calls/c1/supervisors/9001": `{"modus":"listen"}`,
		"POST /api/v1/calls/c1/parties": `{"by":"li"}`, "PUT /api/v1/calls/c1/hold": `on`} {
		method, path, _ := strings.Cut(path, " ")
		s := &steered{}
		h := New(Options{Control: s, Metrics: prometheus.NewRegistry(), Token: unset{}, Now: time.Now,
			Logger: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:999"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 400 || len(s.told) > 0 {
			t.Errorf("%s %s is answered %d %s, told %q", method, path, w.Code, w.Body, s.told)
		}
	}
}
