package server

import (
	"sync"
	"sync/atomic"
	"time"

	"rexian/runtime/exchange"
	"rexian/stdlib/call"
)

// doings are the calls of this node that are on, as the exchange tells the journal of them; and who is to know that
// they, the agents or the queues have changed.
type doings struct {
	exchange.Journal
	told atomic.Pointer[func(topic string)]
	mu   sync.Mutex
	on   map[string]*call.Brief
}

func newDoings(j exchange.Journal) *doings { return &doings{Journal: j, on: map[string]*call.Brief{}} }

// watch sets who is told.
func (d *doings) watch(changed func(topic string)) { d.told.Store(&changed) }

// changed tells that a topic has changed.
func (d *doings) changed(topic string) {
	if told := d.told.Load(); told != nil {
		(*told)(topic)
	}
}

// now are the calls that are on.
func (d *doings) now() []call.Brief {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]call.Brief, 0, len(d.on))
	for _, b := range d.on {
		list = append(list, *b)
	}
	return list
}

// with changes what is known of a call that is on.
func (d *doings) with(id string, change func(*call.Brief)) {
	d.mu.Lock()
	b := d.on[id]
	if b != nil {
		change(b)
	}
	d.mu.Unlock()
	if b != nil {
		d.changed("calls")
	}
}

// Begin passes on that a call has begun.
func (d *doings) Begin(r call.Row) {
	d.Journal.Begin(r)
	d.mu.Lock()
	d.on[r.ID] = &call.Brief{ID: r.ID, Direction: r.Direction, Caller: r.Caller, Number: r.Number, Flow: r.Flow,
		Started: r.Started.UnixMilli()}
	d.mu.Unlock()
	d.changed("calls")
}

// Event passes on what happened in a call.
func (d *doings) Event(id string, seq int64, at time.Time, kind, pos string, data any) {
	d.Journal.Event(id, seq, at, kind, pos, data)
	said, _ := data.(map[string]any)
	if queue, ok := said["queue"].(string); ok && (kind == "enqueue" || kind == "moved") {
		d.with(id, func(b *call.Brief) { b.Queue = &queue })
	}
}

// Change passes on what became known of a call.
func (d *doings) Change(id string, c call.Change) {
	d.Journal.Change(id, c)
	d.with(id, func(b *call.Brief) {
		if !c.Answered.IsZero() {
			at := c.Answered.UnixMilli()
			b.Answered = &at
		}
		if c.Agent != "" {
			b.Agent = &c.Agent
		}
	})
}

// End passes on that a call is over.
func (d *doings) End(id string, r call.Result) {
	d.Journal.End(id, r)
	d.mu.Lock()
	delete(d.on, id)
	d.mu.Unlock()
	d.changed("calls")
}
