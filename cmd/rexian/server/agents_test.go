package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
)

// asks sends a request to the administration, and reads the answer into out.
func (h *hotline) asks(method, path string, in, out any) int {
	h.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.Web().String()+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			h.t.Fatal(err)
		}
	}
	return res.StatusCode
}

// Agents are entered while the server runs; what they asked for outlives a restart, and each second of theirs is in one
// row: those when no server ran, too.
func TestAgentsAndTheirDay(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	boot := func() *hotline {
		return start(t, func(c *config.Config) {
			c.Data = data
			c.Phones = []config.Phone{{User: "8001", Password: config.Plain("a password")}}
			c.Agents = []config.Agent{{ID: "900", Phone: "sip:900@127.0.0.1:1", Skills: []string{"综合"}}}
		})
	}
	h := boot()
	was := time.Now()
	order := api.AgentOrder{Name: "李敏", Phone: "8001", PIN: "471100", Skills: map[string]int{"综合": 5}, By: "t"}
	var a api.Agent
	if code := h.asks("PUT", "/api/v1/agents/1001", order, &a); code != 200 || a.Name != "李敏" || !a.PIN ||
		a.State != "unknown" || a.Reason != "telephone" { // 8001 is not registered
		t.Fatalf("%d %+v", code, a)
	}
	for path, body := range map[string]any{"/api/v1/agents/7": api.AgentOrder{Phone: "8009", Skills: order.Skills},
		"/api/v1/agents/8": api.AgentOrder{Phone: "8001"}, "/api/v1/agents/9": api.AgentOrder{Phone: "8001", PIN: "12",
			Skills: order.Skills}} {
		var f api.Fault
		if code := h.asks("PUT", path, body, &f); code != 422 || f.Reason != api.ReasonBadAgent {
			t.Errorf("%s: %d %+v", path, code, f)
		}
	}
	if code := h.asks("POST", "/api/v1/agents/nobody/state", api.AgentState{Do: "signin"}, nil); code != 404 {
		t.Errorf("nobody signs in: %d", code)
	}
	lunch := api.AgentState{Do: "break", Reason: "午饭", By: "t"}
	if code := h.asks("POST", "/api/v1/agents/900/state", lunch, &a); code != 200 || a.State != "break" ||
		a.Reason != "午饭" {
		t.Fatalf("%d %+v", code, a)
	}
	h.asks("POST", "/api/v1/agents/1001/state", api.AgentState{Do: "signout"}, &a)
	if a.State != "out" {
		t.Errorf("%+v", a)
	}
	if code := h.asks("POST", "/api/v1/agents/1001/state", lunch, nil); code != 422 {
		t.Errorf("a break of somebody who is out: %d", code)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = boot()
	var all struct{ Agents []api.Agent }
	h.asks("GET", "/api/v1/agents", nil, &all)
	if len(all.Agents) != 2 || all.Agents[0].State != "break" || all.Agents[0].Reason != "午饭" ||
		all.Agents[1].ID != "1001" || all.Agents[1].State != "out" || all.Agents[1].Skills["综合"] != 5 {
		t.Errorf("after a restart: %+v", all)
	}
	var day api.AgentDay
	until := time.Now().Add(20 * time.Second)
	for day.Seconds["unknown"] == 0 && time.Now().Before(until) { // the gap is written beside the start
		time.Sleep(50 * time.Millisecond)
		if code := h.asks("GET", "/api/v1/agents/900/day", nil, &day); code != 200 {
			t.Fatal(code)
		}
	}
	if day.Seconds["break"] <= 0 || day.Seconds["unknown"] <= 0 {
		t.Errorf("%+v", day)
	}
	for i, s := range day.Segments {
		if i > 0 && !s.Began.Equal(day.Segments[i-1].Ended) {
			t.Errorf("between %+v and %+v", day.Segments[i-1], s)
		}
		if s.Began.Before(was.Add(-time.Minute)) {
			t.Errorf("%+v", s)
		}
	}
	if code := h.asks("GET", "/api/v1/agents/nobody/day", nil, nil); code != 404 {
		t.Errorf("nobody's day: %d", code)
	}
	if code := h.asks("DELETE", "/api/v1/agents/1001", nil, nil); code != 200 {
		t.Errorf("removing: %d", code)
	}
	if h.asks("GET", "/api/v1/agents", nil, &all); len(all.Agents) != 1 {
		t.Errorf("after removing: %+v", all)
	}
}

// After a restart an agent is what they were as soon as the telephone answers; one whose telephone was registered and
// is gone stays unknown, and is not ready.
func TestAgentsAreUnknownUntilTheirTelephoneAnswers(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	boot := func() *hotline {
		return start(t, func(c *config.Config) {
			c.Data, c.SIP.Listen = data, []string{"udp://127.0.0.1:0"}
			c.Phones = []config.Phone{{User: "1001", Password: config.Plain("secret")},
				{User: "1002", Password: config.Plain("secret")}}
			c.Agents = []config.Agent{{ID: "a", Phone: "1001", Skills: []string{"综合"}},
				{ID: "b", Phone: "1002", Skills: []string{"综合"}}}
		})
	}
	h := boot()
	there, gone := newPeer(t, answers), newMover(t)
	to := strings.TrimPrefix(h.Addrs()[0], "udp://")
	if there.register(to, "1001", "secret", "sip:1001@"+there.at()) != 200 ||
		register(t, gone.Send, to, "1002", "secret", "sip:1002@"+gone.at()) != 200 {
		t.Fatal("the telephones are not registered")
	}
	states := func() (string, string) {
		var all struct{ Agents []api.Agent }
		h.asks("GET", "/api/v1/agents", nil, &all)
		return all.Agents[0].State, all.Agents[1].State
	}
	if a, b := states(); a != "ready" || b != "ready" {
		t.Fatal(a, b)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	gone.Close()
	h = boot()
	if _, b := states(); b != "unknown" {
		t.Errorf("whose telephone is gone is %s", b)
	}
	eventually(t, "the agent whose telephone answers is ready", func() bool { a, _ := states(); return a == "ready" })
	if _, b := states(); b != "unknown" {
		t.Errorf("whose telephone is gone is %s", b)
	}
	if code := h.asks("POST", "/api/v1/agents/b/state", api.AgentState{Do: "signin", By: "b"}, nil); code != 200 {
		t.Error(code)
	}
	if _, b := states(); b != "unknown" {
		t.Errorf("who says so, but has no telephone, is %s", b)
	}
}
