package server

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
)

// maxBody is the longest request the administration takes, in bytes.
const maxBody = 64 << 10

// handler is the administration's interface:
//
//	GET  /healthz                 the process lives
//	GET  /readyz                  it takes calls: a version serves and it does not drain
//	GET  /metrics                 figures for Prometheus
//	GET  /api/v1/deployment       what serves, and how it came about
//	POST /api/v1/deployment       {"action": "deploy" | "canary" | "promote" | "abandon" | "rollback", "percent": 10, "by": "…"}
//	POST /api/v1/messages         {"from": "…", "to": "…", "text": "…"}: an inbound text; the answer has the reply
//	PUT  /api/v1/switches/NAME    {"on": true, "by": "…"}
//	GET  /debug/pprof/…           profiles, where http.profile is on
//
// All but the first two need the token, where one is set. Without one the interface listens on this machine only, and then
// it answers only requests that name this machine, so that no web page elsewhere can reach it through a browser.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case s.draining.Load():
			text(w, http.StatusServiceUnavailable, "draining")
		case s.deployment.Stable() == nil:
			text(w, http.StatusServiceUnavailable, "no version serves")
		default:
			text(w, http.StatusOK, "ready")
		}
	})
	mux.Handle("GET /metrics", s.guarded(promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{})))
	mux.Handle("GET /api/v1/deployment", s.guarded(http.HandlerFunc(s.getDeployment)))
	mux.Handle("POST /api/v1/deployment", s.guarded(http.HandlerFunc(s.postDeployment)))
	mux.Handle("POST /api/v1/messages", s.guarded(http.HandlerFunc(s.postMessage)))
	mux.Handle("PUT /api/v1/switches/{name}", s.guarded(http.HandlerFunc(s.putSwitch)))
	if s.config.HTTP.Profile {
		mux.Handle("GET /debug/pprof/", s.guarded(http.HandlerFunc(pprof.Index)))
		mux.Handle("GET /debug/pprof/profile", s.guarded(http.HandlerFunc(pprof.Profile)))
		mux.Handle("GET /debug/pprof/trace", s.guarded(http.HandlerFunc(pprof.Trace)))
	}
	return mux
}

func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(s + "\n"))
}

// guarded lets through who may.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if token := s.config.HTTP.Token; token.IsSet() {
			given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token.Reveal())) != 1 {
				w.Header().Set("WWW-Authenticate", `Bearer realm="rexian"`)
				fault(w, http.StatusUnauthorized, "the token is missing or wrong")
				return
			}
		} else if !local(r.Host) {
			fault(w, http.StatusForbidden, "ask for this machine by its own name")
			return
		}
		if r.Method != http.MethodGet && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			fault(w, http.StatusUnsupportedMediaType, "send application/json")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// local tells whether a Host header names this machine.
func local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone if this fails
}

// Fault is the body of an answer that is no success.
type Fault struct {
	Error    string    `json:"error"`
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

func (s *Server) getDeployment(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.deployment.Status())
}

// Order is the body of POST /api/v1/deployment.
type Order struct {
	Action  string `json:"action"`
	Percent int    `json:"percent,omitempty"`
	By      string `json:"by,omitempty"`
}

func (s *Server) postDeployment(w http.ResponseWriter, r *http.Request) {
	var order Order
	if !read(w, r, &order) {
		return
	}
	if order.By == "" {
		order.By = "http"
	}
	var err error
	switch order.Action {
	case "deploy":
		err = s.Deploy(r.Context(), 0, order.By)
	case "canary":
		err = s.Deploy(r.Context(), order.Percent, order.By)
	case "promote":
		err = s.deployment.Promote(order.By)
	case "abandon":
		err = s.deployment.Abandon(order.By)
	case "rollback":
		err = s.deployment.Rollback(order.By)
	default:
		fault(w, http.StatusBadRequest, "action must be deploy, canary, promote, abandon or rollback")
		return
	}
	var refused *deploy.Refused
	switch {
	case errors.As(err, &refused):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: "the program has errors; the old version goes on serving", Findings: findings(refused)})
	case errors.Is(err, deploy.ErrNothing):
		fault(w, http.StatusConflict, err.Error())
	case err != nil:
		fault(w, http.StatusUnprocessableEntity, err.Error())
	default:
		s.adopt()
		reply(w, http.StatusOK, s.deployment.Status())
	}
}

func findings(r *deploy.Refused) []Finding {
	var list []Finding
	severity := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "note"}
	for _, d := range r.Findings {
		at := diag.Place(r.Source(d.File), d.Span.Start)
		list = append(list, Finding{Code: string(d.Code), Severity: severity[d.Severity], File: d.File, Line: at.Line, Column: at.Column,
			Zh: d.Sentence(diag.Zh), En: d.Sentence(diag.En)})
	}
	return list
}

func (s *Server) postMessage(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID   string `json:"id"`
		From string `json:"from"`
		To   string `json:"to"`
		Text string `json:"text"`
	}
	if !read(w, r, &in) {
		return
	}
	if in.From == "" || in.Text == "" {
		fault(w, http.StatusBadRequest, "from and text are needed")
		return
	}
	if in.ID == "" {
		in.ID = "message-" + newID()
	}
	answer, err := s.exchange.Message(r.Context(), in.ID, exchange.Phone(in.From), in.To, in.Text)
	switch {
	case errors.Is(err, exchange.ErrNoMessageFlow):
		fault(w, http.StatusNotFound, "no flow takes this message")
	case err != nil:
		fault(w, http.StatusGatewayTimeout, err.Error())
	default:
		reply(w, http.StatusOK, map[string]string{"id": in.ID, "reply": answer})
	}
}

func (s *Server) putSwitch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		On bool   `json:"on"`
		By string `json:"by"`
	}
	if !read(w, r, &in) {
		return
	}
	name := r.PathValue("name")
	if v := s.deployment.Stable(); v == nil || !declares(v, name) {
		fault(w, http.StatusNotFound, "the program has no switch of this name")
		return
	}
	if err := s.library.SetSwitch(r.Context(), name, in.On, in.By); err != nil {
		fault(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	s.log.Info("switch", "name", name, "on", in.On, "by", in.By)
	reply(w, http.StatusOK, map[string]any{"name": name, "on": in.On})
}

func declares(v *deploy.Version, name string) bool {
	for _, sw := range v.Program.Switches {
		if sw.Name == name {
			return true
		}
	}
	return false
}

// serveHTTP runs the administration until the listener is closed.
func (s *Server) serveHTTP(l net.Listener) {
	s.web = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 5 * time.Minute}
	s.running.Go(func() {
		if err := s.web.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("administration", "error", err)
		}
	})
}
