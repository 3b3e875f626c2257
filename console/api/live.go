package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"rexian/stdlib/user"
)

// Live is what goes on now.
type Live interface {
	// Topic are the entities of a topic, by their ids, as they are shown.
	Topic(ctx context.Context, topic string) (map[string]any, error)
	// Watch has somebody told of each topic that may have changed here, from any goroutine; that returns at once.
	Watch(changed func(topic string))
}

// The topics of what is live, with what each needs.
var topics = map[string]Permission{"calls": ReadCalls, "agents": ReadAgents, "queues": ReadAgents,
	"campaigns": ReadCampaigns, "callbacks": ReadCallbacks}

// LiveEvent is that an entity came, changed or went. Version counts the changes of the entity since the server's start;
// of what is received only what has a higher one than is held counts. Of type reset it says that everything held is to
// be thrown away: all there is follows.
type LiveEvent struct {
	Cursor  string          `json:"cursor"`
	Topic   string          `json:"topic,omitempty"`
	Entity  string          `json:"entity,omitempty"`
	Version int64           `json:"version,omitempty"`
	Type    string          `json:"type"` // put, gone, reset
	Data    json.RawMessage `json:"data,omitempty"`

	of, was *belongs
}

// LiveEntity is an entity in a snapshot.
type LiveEntity struct {
	Version int64           `json:"version"`
	Data    json.RawMessage `json:"data"`

	of *belongs
}

// belongs is to which queues and teams something live belongs; nil: to nobody's, so that everybody sees it who may see
// its topic.
type belongs struct {
	queues []string
	teams  []user.Team
}

// Parted is something live that belongs to parts of the office.
type Parted interface{ Parts() Parts }

// Parts makes it Parted.
func (b Brief) Parts() Parts {
	p := Parts{Queues: []string{b.Queue}}
	if b.Agent != "" {
		p.Agents = []string{b.Agent}
	}
	return p
}

// Parts makes it Parted.
func (x Agent) Parts() Parts { return Parts{Queues: x.Queues, Agents: []string{x.ID}} }

// sees tells whether something live is within somebody's scope.
func (p *Principal) sees(of *belongs) bool { return of == nil || p.Holds(of.queues, of.teams) }

// for whom an event is: as it is, as that the entity has gone, where it has left the scope of who listens, or not at
// all.
func (e LiveEvent) to(p *Principal) (LiveEvent, bool) {
	switch {
	case p.sees(e.of):
		return e, true
	case e.was != nil && p.sees(e.was):
		e.Type, e.Data = "gone", nil
		return e, true
	}
	return e, false
}

// LiveSnapshot is all there is.
type LiveSnapshot struct {
	Cursor     string                           `json:"cursor"`
	ServerTime time.Time                        `json:"server_time"`
	Data       map[string]map[string]LiveEntity `json:"data"`
}

// The limits of what is live.
const (
	keptEvents = 10_000                 // that a reader who was away is told
	behind     = 1_000                  // events that a reader may be behind
	liveGather = 50 * time.Millisecond  // for so long changes are gathered
	liveFresh  = 250 * time.Millisecond // so old may be what a snapshot shows of what nobody was told of
	liveSweep  = 2 * time.Second        // how often is looked what has changed elsewhere, while somebody listens
	liveLook   = 5 * time.Second        // that a look may take
	liveWrite  = 10 * time.Second       // that one message may take to be written
	livePing   = 20 * time.Second
	mostLive   = 500 // readers at once
)

// SlowReader is the code with which a reader is dropped who does not keep up; what it has seen last is its cursor.
const SlowReader = websocket.StatusCode(4008)

// publisher finds what has changed, gives each change its place, and tells those who listen. There is one, so that the
// order is the same for all. While somebody listens it looks as soon as it is told that something may have changed, and
// now and then, for what happens at other nodes.
type publisher struct {
	what  Live
	staff func() Roster // tells to which teams something belongs
	boot  string
	now   func() time.Time
	log   *slog.Logger
	sweep time.Duration
	wake  chan struct{} // something may have changed

	looking sync.Mutex // one look at a time; taken before mu
	agents  Roster     // of this look, once somebody asks
	mu      sync.Mutex
	seen    time.Time       // when all was looked at
	dirty   map[string]bool // topics that may have changed since
	seq     int64
	held    map[string]map[string]LiveEntity
	ever    map[string]int64 // versions of entities that have gone
	events  []LiveEvent      // the latest
	readers map[chan LiveEvent]bool
	stop    context.CancelFunc // ends following; nil while nobody listens
}

func newPublisher(what Live, staff func() Roster, now func() time.Time, log *slog.Logger) *publisher {
	p := &publisher{what: what, staff: staff, boot: rand.Text()[:8], now: now, log: log, sweep: liveSweep,
		wake: make(chan struct{}, 1), dirty: map[string]bool{}, held: map[string]map[string]LiveEntity{},
		ever: map[string]int64{}, readers: map[chan LiveEvent]bool{}}
	if what != nil {
		what.Watch(p.changed)
	}
	return p
}

func (p *publisher) cursor(seq int64) string { return p.boot + "." + strconv.FormatInt(seq, 10) }

// changed is told that a topic may have changed.
func (p *publisher) changed(topic string) {
	p.mu.Lock()
	p.dirty[topic] = true
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// follow tells of changes until ctx ends: nobody listens any more.
func (p *publisher) follow(ctx context.Context) {
	sweep := time.NewTicker(p.sweep)
	defer sweep.Stop()
	told := ""
	for {
		all := false
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			all = true
		case <-p.wake:
			gather := time.NewTimer(liveGather)
			select {
			case <-ctx.Done():
				gather.Stop()
				return
			case <-gather.C:
			}
		}
		err := p.refresh(ctx, all)
		if err != nil && ctx.Err() == nil && err.Error() != told {
			told = err.Error()
			p.log.Warn("what goes on cannot be looked at", "error", err)
		}
	}
}

// refresh looks what has changed: at all, or at what may have changed here. What of it cannot be looked at has still
// changed for the next time; the rest is told.
func (p *publisher) refresh(ctx context.Context, all bool) error {
	ctx, cancel := context.WithTimeout(ctx, liveLook)
	defer cancel()
	p.looking.Lock()
	defer p.looking.Unlock()
	p.mu.Lock()
	if since := p.now().Sub(p.seen); all && since >= 0 && since < liveFresh {
		all = false
	}
	var want []string
	for topic := range topics {
		if all || p.dirty[topic] {
			want = append(want, topic)
		}
	}
	clear(p.dirty)
	p.agents = nil
	p.mu.Unlock()
	found, wrong := map[string]map[string]any{}, []error(nil)
	for _, topic := range want {
		list, err := p.what.Topic(ctx, topic)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("live %s: %w", topic, err))
			continue
		}
		found[topic] = list
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, topic := range want {
		list, there := found[topic]
		if there {
			if err := p.compare(topic, list); err != nil {
				wrong, there = append(wrong, fmt.Errorf("live %s: %w", topic, err)), false
			}
		}
		if !there {
			p.dirty[topic] = true // the next look is at it again
		}
	}
	if all && len(wrong) == 0 {
		p.seen = p.now()
	}
	return errors.Join(wrong...)
}

// compare tells what has changed of a topic; mu is held.
func (p *publisher) compare(topic string, list map[string]any) error {
	if p.held[topic] == nil {
		p.held[topic] = map[string]LiveEntity{}
	}
	for id, x := range list {
		b, err := json.Marshal(x)
		if err != nil {
			return err
		}
		if was, there := p.held[topic][id]; !there || !bytes.Equal(was.Data, b) {
			p.tell(topic, id, "put", b, p.whose(x))
		}
	}
	for id := range p.held[topic] {
		if _, there := list[id]; !there {
			p.tell(topic, id, "gone", nil, p.held[topic][id].of)
		}
	}
	return nil
}

// roster are the agents of this look.
func (p *publisher) roster() Roster {
	if p.agents == nil {
		p.agents = append(Roster{}, p.staff()...)
	}
	return p.agents
}

// whose is to what something belongs.
func (p *publisher) whose(x any) *belongs {
	switch x := x.(type) {
	case Agent:
		return &belongs{queues: x.Queues, teams: []user.Team{x.team()}}
	case Parted:
		parts := x.Parts()
		return &belongs{queues: parts.Queues, teams: p.roster().Teams(parts)}
	}
	return nil
}

// tell gives a change its place and tells it; mu is held.
func (p *publisher) tell(topic, id, kind string, data []byte, of *belongs) {
	key := topic + "\x00" + id
	e := LiveEntity{Version: max(p.held[topic][id].Version, p.ever[key]) + 1, Data: data, of: of}
	was := p.held[topic][id].of
	if kind == "gone" {
		delete(p.held[topic], id)
		if topic == "calls" {
			delete(p.ever, key) // a call does not come back
		} else {
			p.ever[key] = e.Version
		}
	} else {
		p.held[topic][id] = e
	}
	p.seq++
	x := LiveEvent{Cursor: p.cursor(p.seq), Topic: topic, Entity: id, Version: e.Version, Type: kind, Data: data,
		of: of, was: was}
	if p.events = append(p.events, x); len(p.events) > 2*keptEvents {
		p.events = slices.Clone(p.events[len(p.events)-keptEvents:])
	}
	for r := range p.readers {
		select {
		case r <- x:
		default: // it does not keep up: it is dropped, and resumes by its cursor
			delete(p.readers, r)
			close(r)
		}
	}
}

// snapshot is all there is of some topics.
func (p *publisher) snapshot(want []string, who *Principal) LiveSnapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := LiveSnapshot{Cursor: p.cursor(p.seq), ServerTime: p.now().UTC(), Data: map[string]map[string]LiveEntity{}}
	for _, topic := range want {
		s.Data[topic] = map[string]LiveEntity{}
		for id, e := range p.held[topic] {
			if who.sees(e.of) {
				s.Data[topic][id] = e
			}
		}
	}
	return s
}

// join begins to tell a reader who has seen everything up to a cursor: what came since, or, where that is not known,
// a reset and all there is. nil: there are too many readers.
func (p *publisher) join(after string) (missed []LiveEvent, more chan LiveEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.readers) >= mostLive {
		return nil, nil
	}
	more = make(chan LiveEvent, behind)
	p.readers[more] = true
	if p.stop == nil {
		var ctx context.Context
		ctx, p.stop = context.WithCancel(context.Background())
		go p.follow(ctx)
	}
	boot, text, _ := strings.Cut(after, ".")
	seq, err := strconv.ParseInt(text, 10, 64)
	if first := p.seq - int64(len(p.events)); err == nil && boot == p.boot && seq >= first && seq <= p.seq {
		return slices.Clone(p.events[seq-first:]), more
	}
	missed = append(missed, LiveEvent{Cursor: p.cursor(p.seq), Type: "reset"})
	for topic := range p.held {
		for id, e := range p.held[topic] {
			missed = append(missed, LiveEvent{Cursor: p.cursor(p.seq), Topic: topic, Entity: id, Version: e.Version,
				Type: "put", Data: e.Data, of: e.of})
		}
	}
	return missed, more
}

// leave ends it.
func (p *publisher) leave(more chan LiveEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readers[more] {
		delete(p.readers, more)
		close(more)
	}
	if len(p.readers) == 0 && p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// wanted are the topics that a request names, or all that the asker may see; false if it may not see one that
// it names, or there is none such, which is answered.
func wanted(w http.ResponseWriter, r *http.Request) (list []string, ok bool) {
	may := asker(r)
	if named := r.URL.Query().Get("topics"); named != "" {
		for topic := range strings.SplitSeq(named, ",") {
			needs, known := topics[topic]
			if !known {
				reply(w, http.StatusUnprocessableEntity, Fault{Error: "topics are calls, agents, queues, callbacks and campaigns",
					Reason: ReasonBadQuery})
				return nil, false
			}
			if !may.may(needs) {
				reply(w, http.StatusForbidden, Fault{Error: "this needs the permission " + string(needs),
					Reason: ReasonForbidden})
				return nil, false
			}
			list = append(list, topic)
		}
		return list, true
	}
	for topic, needs := range topics {
		if may.may(needs) {
			list = append(list, topic)
		}
	}
	return list, true
}

func (a *admin) getLive(w http.ResponseWriter, r *http.Request) {
	want, ok := wanted(w, r)
	if !ok {
		return
	}
	if err := a.live.refresh(r.Context(), true); err != nil {
		a.away(w, err)
		return
	}
	reply(w, http.StatusOK, a.live.snapshot(want, asker(r)))
}

// getLiveSocket tells what changes from a cursor on.
func (a *admin) getLiveSocket(w http.ResponseWriter, r *http.Request) {
	want, ok := wanted(w, r)
	if !ok {
		return
	}
	if r.Header.Get("Upgrade") == "" {
		fault(w, http.StatusBadRequest, "ask for a WebSocket")
		return
	}
	if err := a.live.refresh(r.Context(), true); err != nil {
		a.away(w, err)
		return
	}
	missed, more := a.live.join(r.URL.Query().Get("after"))
	if more == nil {
		fault(w, http.StatusServiceUnavailable, "too many listen already")
		return
	}
	defer a.live.leave(more)
	c, err := websocket.Accept(w, r, nil) // which refuses another page's
	if err != nil {
		return // it has been answered
	}
	defer func() { _ = c.CloseNow() }() // after a proper close there is nothing to close
	ctx := c.CloseRead(r.Context())
	who := asker(r)
	for _, e := range missed {
		if !send(ctx, c, want, who, e) {
			return
		}
	}
	ping := time.NewTicker(livePing)
	defer ping.Stop()
	for {
		select {
		case e, open := <-more:
			if !open {
				_ = c.Close(SlowReader, "too slow: resume by your cursor")
				return
			}
			if !send(ctx, c, want, who, e) {
				return
			}
		case <-ping.C:
			within, cancel := context.WithTimeout(ctx, liveWrite)
			err := c.Ping(within)
			cancel()
			if err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// getEditor lets the language server answer an editor.
func (a *admin) getEditor(w http.ResponseWriter, r *http.Request) {
	switch {
	case a.Editor == nil:
		fault(w, http.StatusNotFound, "this server has no folder of flows to edit")
	case r.Header.Get("Upgrade") == "" && !r.URL.Query().Has("finding"): // a finding has a page to be read
		fault(w, http.StatusBadRequest, "ask for a WebSocket")
	default:
		a.Editor.ServeHTTP(w, r)
	}
}

// send writes an event of a topic that is wanted.
func send(ctx context.Context, c *websocket.Conn, want []string, who *Principal, e LiveEvent) bool {
	e, ok := e.to(who)
	if e.Topic != "" && !slices.Contains(want, e.Topic) || !ok {
		return true
	}
	b, err := json.Marshal(e)
	if err != nil {
		return false
	}
	within, cancel := context.WithTimeout(ctx, liveWrite)
	defer cancel()
	return c.Write(within, websocket.MessageText, b) == nil
}
