package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rexian/stdlib/user"
)

// nobody is the roster of an office without agents.
func nobody() Roster { return nil }

// Changes have one order and versions that grow; who was away resumes by the cursor, and one that is not known begins
// anew; a reader who does not keep up is dropped.
func TestPublisher(t *testing.T) {
	now := map[string]map[string]any{"agents": {"1": "ready", "2": "out"}}
	clock := time.Unix(0, 0)
	p := newPublisher(&shownNow{all: now}, nobody, func() time.Time { return clock }, slog.New(slog.DiscardHandler))
	p.sweep = time.Hour // the test looks itself
	look := func() {
		t.Helper()
		clock = clock.Add(time.Second)
		if err := p.refresh(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	look()
	first := p.snapshot([]string{"agents"}, &Principal{Whole: true})
	if len(first.Data["agents"]) != 2 || first.Data["agents"]["1"].Version != 1 {
		t.Fatalf("%+v", first)
	}
	look() // nothing has changed
	if again := p.snapshot([]string{"agents"}, &Principal{Whole: true}); again.Cursor != first.Cursor {
		t.Errorf("a cursor moved by nothing: %s", again.Cursor)
	}
	now["agents"] = map[string]any{"1": "talking"}
	look()
	now["agents"]["2"] = "ready"
	look()
	missed, more := p.join(first.Cursor)
	if len(missed) != 3 || missed[2].Entity != "2" || missed[2].Version != 3 || missed[2].Type != "put" {
		t.Errorf("missed %+v", missed)
	}
	p.leave(more)
	for _, after := range []string{"", "x.1", p.boot + ".99", p.boot + ".-1", p.boot + ".x"} {
		missed, more := p.join(after)
		if len(missed) != 3 || missed[0].Type != "reset" {
			t.Errorf("after %q: %+v", after, missed)
		}
		p.leave(more)
	}
	_, slow := p.join(first.Cursor)
	for i := range behind + 1 {
		now["agents"]["1"] = i
		look()
	}
	n := 0
	for range slow {
		n++
	}
	if n != behind || len(p.readers) != 0 {
		t.Errorf("a slow reader was told %d, and %d readers are left", n, len(p.readers))
	}
	if p.leave(slow); p.stop != nil {
		t.Error("it goes on looking though nobody listens")
	}
}

// shownNow is what goes on in a test.
type shownNow struct {
	all  map[string]map[string]any
	away map[string]error // of topics that cannot be looked at
	tell func(topic string)
}

func (s *shownNow) Topic(_ context.Context, topic string) (map[string]any, error) {
	return s.all[topic], s.away[topic]
}
func (s *shownNow) Watch(changed func(topic string)) { s.tell = changed }

// Who listens is told of a change as soon as the exchange tells of it, of what it names alone; nobody waits for the
// next look.
func TestLiveIsToldOfChanges(t *testing.T) {
	agents, calls := map[string]any{"1": "out"}, map[string]any{"c": "rings"}
	s := &shownNow{all: map[string]map[string]any{"agents": agents, "calls": calls}}
	p := newPublisher(s, nobody, time.Now, slog.New(slog.DiscardHandler))
	p.sweep = time.Hour
	if err := p.refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	_, more := p.join(p.cursor(p.seq))
	defer p.leave(more)
	p.looking.Lock()
	agents["1"], calls["c"] = "ready", "talks"
	p.looking.Unlock()
	s.tell("agents")
	select {
	case e := <-more:
		if e.Topic != "agents" || string(e.Data) != `"ready"` {
			t.Errorf("%+v", e)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody is told of the change")
	}
	select {
	case e := <-more:
		t.Errorf("also told of what nobody said has changed: %+v", e)
	default:
	}
}

// A topic that cannot be looked at for a moment keeps nobody from hearing of the others, and what has changed of it is
// told with the next look, though nobody says again that it has changed.
func TestLiveRemembersWhatItCouldNotLookAt(t *testing.T) {
	agents, calls := map[string]any{"1": "out"}, map[string]any{"c": "rings"}
	s := &shownNow{all: map[string]map[string]any{"agents": agents, "calls": calls}, away: map[string]error{}}
	clock := time.Unix(0, 0)
	p := newPublisher(s, nobody, func() time.Time { return clock }, slog.New(slog.DiscardHandler))
	if err := p.refresh(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	_, more := p.join(p.cursor(p.seq))
	defer p.leave(more)
	p.mu.Lock()
	p.stop() // the test looks itself
	p.mu.Unlock()
	told := func() string {
		var list []string
		for len(more) > 0 {
			e := <-more
			list = append(list, e.Topic+" "+string(e.Data))
		}
		return strings.Join(list, ", ")
	}
	agents["1"], calls["c"] = "ready", "talks"
	s.away["calls"] = context.DeadlineExceeded
	s.tell("agents")
	s.tell("calls")
	if err := p.refresh(t.Context(), false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a look that fails says %v", err)
	}
	if got := told(); got != `agents "ready"` {
		t.Errorf("told %s", got)
	}
	delete(s.away, "calls")
	if err := p.refresh(t.Context(), false); err != nil {
		t.Error(err)
	}
	if got := told(); got != `calls "talks"` {
		t.Errorf("afterwards %s", got)
	}
}

// Over a WebSocket: all there is, then what changes; and only the topics that one may see.
func TestLiveOverAWebSocket(t *testing.T) {
	o := open(t, "geheim")
	s := httptest.NewServer(o.Handler)
	defer s.Close()
	c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/api/v1/live/ws?topics=agents",
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer geheim"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.CloseNow() }()
	var kinds []string
	for len(kinds) < 2 {
		_, b, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var e LiveEvent
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, e.Type+e.Topic)
	}
	if kinds[0] != "reset" || kinds[1] != "putagents" {
		t.Errorf("%v", kinds)
	}
	if w := o.ask("192.0.2.1", ""); w.Code != 401 {
		t.Errorf("without a token: %d", w.Code)
	}
}

// The language server is for who shows that they may, and only where there are flows to edit.
func TestTheEditorAnswersWhoMayDeploy(t *testing.T) {
	o := open(t, "geheim")
	for token, want := range map[string]int{"": http.StatusUnauthorized, "falsch": http.StatusUnauthorized,
		"geheim": http.StatusNotFound} {
		r := httptest.NewRequest("GET", "/api/v1/editor/ws", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("with %q: %d, want %d", token, w.Code, want)
		}
	}
}

// Who listens for some queues, groups or districts is told of what belongs to them, and that it has gone when it
// belongs to them no more.
func TestLiveIsWithinTheScope(t *testing.T) {
	one := Agent{ID: "1", Queues: []string{"英文", "综合"}, Groups: []string{"一班"}, District: "历下区"}
	two := Agent{ID: "2", Queues: []string{"法文"}, Groups: []string{"二班"}, District: "市中区"}
	now := map[string]map[string]any{
		"calls":     {"c": Brief{ID: "c", Queue: "英文", Agent: "1"}, "d": Brief{ID: "d", Queue: "法文"}},
		"agents":    {"1": one, "2": two},
		"campaigns": {"x": 1}}
	clock := time.Unix(0, 0)
	p := newPublisher(&shownNow{all: now}, func() Roster { return Roster{one, two} },
		func() time.Time { return clock }, slog.New(slog.DiscardHandler))
	p.sweep = time.Hour // the test looks itself
	look := func() {
		t.Helper()
		clock = clock.Add(time.Second)
		if err := p.refresh(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	look()
	all := []string{"calls", "agents", "campaigns"}
	some, every := &Principal{Scope: user.Scope{Queues: []string{"综合"}}}, &Principal{}
	group := &Principal{Scope: user.Scope{Groups: []string{"一班"}}}        // agent 1, call c
	district := &Principal{Scope: user.Scope{Districts: []string{"市中区"}}} // agent 2, call d that waits for them
	apart := &Principal{Scope: user.Scope{Groups: []string{"一班"}, Districts: []string{"市中区"}}}
	for who, want := range map[*Principal]int{some: 2, every: 5, group: 3, district: 3, apart: 1} {
		n := 0
		for _, x := range p.snapshot(all, who).Data {
			n += len(x)
		}
		if n != want {
			t.Errorf("%+v sees %d, want %d", who.Scope, n, want)
		}
	}
	_, more := p.join(p.cursor(p.seq))
	for _, queue := range []string{"综合", "英文", "法文"} {
		now["calls"]["c"] = Brief{ID: "c", Queue: queue}
		look()
	}
	delete(now["calls"], "c")
	look()
	told := map[*Principal]string{}
	for range 4 {
		x := <-more
		for _, who := range []*Principal{some, group, district} {
			if e, ok := x.to(who); ok {
				told[who] += " " + e.Type
			}
		}
	}
	for who, want := range map[*Principal]string{some: " put gone", group: " put put gone", district: " put gone"} {
		if told[who] != want {
			t.Errorf("%+v is told%s, want%s", who.Scope, told[who], want)
		}
	}
}
