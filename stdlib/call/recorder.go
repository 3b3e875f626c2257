package call

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/spool"
)

// Options are a Recorder's circumstances. A zero field takes the default beside it.
type Options struct {
	Node    string        // this machine's name, the same after a restart: "local"
	Boot    string        // this start of the program, never the same twice; required
	Every   time.Duration // how long records are gathered before they go to the database: 250 ms
	Retry   time.Duration // how often an unreachable database is tried: 1 s
	Batch   int           // records in one transaction: 1,000
	Queue   int           // records waiting in memory, for a disk that is slow or full; more are lost: 200,000
	Logger  *slog.Logger  // none
	Written func(n int)   // told of each batch that is in the database: none
	// Ready is closed when the database has its tables; nil if it has. Until then everything stays in the spool.
	Ready <-chan struct{}
}

// Recorder writes the records of calls. Its methods but Flush, Repair and Close never block and may be called from any
// goroutine; the records of one call must come in order.
type Recorder struct {
	db    *db.DB
	spool *spool.Spool
	o     Options

	mu    sync.Mutex
	queue []record
	taken uint64 // records that were ever queued
	lost  uint64 // those of them that found no room

	more chan struct{} // there is something in the queue
	stop chan struct{}
	once sync.Once // closes stop
	done chan struct{}

	state    sync.Mutex
	settled  uint64        // how many of the records ever queued are in the database, or given up
	repaired bool          // the calls of earlier starts have their ends
	turned   chan struct{} // closed and renewed at each change of the two
	refused  uint64
}

// Stats are what a Recorder has done since it began.
type Stats struct {
	Queued  uint64 // records taken
	Lost    uint64 // taken, but there was no room in memory and none on the disk
	Refused uint64 // records that the database would not have, each logged
	Pending int    // records in the spool that are not in the database yet
}

// New begins recording into a database, by way of a spool that is the Recorder's alone. What the spool holds from
// before is written first, then the calls of earlier starts of this node get their ends.
func New(d *db.DB, s *spool.Spool, o Options) *Recorder {
	if o.Node == "" {
		o.Node = "local"
	}
	if o.Every <= 0 {
		o.Every = 250 * time.Millisecond
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Batch <= 0 {
		o.Batch = 1000
	}
	if o.Queue <= 0 {
		o.Queue = 200_000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Recorder{db: d, spool: s, o: o, more: make(chan struct{}, 1), stop: make(chan struct{}),
		done:   make(chan struct{}),
		turned: make(chan struct{})}
	go r.run()
	return r
}

// Begin writes that a call has begun. It comes before everything else of the call.
func (r *Recorder) Begin(c Row) {
	r.put(record{K: begins, Call: c.ID, At: ms(c.Started), Node: r.o.Node, Boot: r.o.Boot, Direction: c.Direction,
		Caller: c.Caller,
		Number: c.Number, Program: c.Program, Flow: c.Flow, Lang: c.Lang})
}

// Event writes one event. seq is the call's own count, which makes the event known; data is what json.Marshal makes an
// object of, or nil; pos is the place in the flow's source, "file:line:column", or "".
func (r *Recorder) Event(id string, seq int64, at time.Time, kind, pos string, data any) {
	r.put(record{K: event, Call: id, Seq: seq, At: ms(at), Name: kind, Pos: pos, Data: object(data)})
}

// Milestone writes that a call passed a milestone of its flow. seq is of the same count as that of events.
func (r *Recorder) Milestone(id string, seq int64, at time.Time, name, pos string) {
	r.put(record{K: milestone, Call: id, Seq: seq, At: ms(at), Name: name, Pos: pos})
}

// Leg writes what is known of a leg.
func (r *Recorder) Leg(id string, l Leg) {
	r.put(record{K: leg, Call: id, Seq: int64(l.Leg), At: ms(l.Started), Name: l.Kind, Direction: l.Direction,
		Number: l.Number, Agent: l.Agent,
		Answered: ms(l.Answered), Ended: ms(l.Ended), Result: l.Cause, SIP: l.SIP, Q850: l.Q850,
		Leg: &legRecord{CallID: l.CallID, Trunk: l.Trunk, Phone: l.Phone, Rang: ms(l.Rang), Codec: l.Codec,
			Sent:     l.Sent,
			Received: l.Received, Lost: l.Lost, FarLost: l.FarLost, Jitter: l.Jitter.Microseconds(),
			MOS: int(math.Round(l.MOS * 100))}})
}

// Segment writes what an agent did. Those of one agent must come in order. What other servers have written of the same
// time stays, and a time between that nobody has told of is written as unknown.
func (r *Recorder) Segment(s Segment) {
	r.put(record{K: segment, Call: s.Call, Agent: s.Agent, At: ms(s.Began), Ended: ms(s.Ended), Name: s.State,
		Result: s.Reason, Node: r.o.Node})
}

// Change writes what has become known of a running call.
func (r *Recorder) Change(id string, c Change) { r.put(c.record(id)) }

// End writes that a call has ended. The first end counts, but one that Repair assumed gives way.
func (r *Recorder) End(id string, e Result) {
	x := e.Change.record(id)
	x.K, x.Ended, x.Result, x.By, x.SIP, x.Q850 = ends, ms(e.At), e.Result, e.By, e.SIP, e.Q850
	r.put(x)
}

func (r *Recorder) put(x record) {
	r.mu.Lock()
	if len(r.queue) >= r.o.Queue {
		r.lost++
		first := r.lost == 1
		r.mu.Unlock()
		if first {
			r.o.Logger.Error("records of calls are lost: neither the database nor the disk takes them")
		}
		return
	}
	r.queue = append(r.queue, x)
	r.taken++
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// Stats tells what has been done.
func (r *Recorder) Stats() Stats {
	r.mu.Lock()
	s := Stats{Queued: r.taken, Lost: r.lost}
	r.mu.Unlock()
	r.state.Lock()
	s.Refused = r.refused
	r.state.Unlock()
	s.Pending = r.spool.Pending()
	return s
}

// Flush waits until all that was written before is in the database.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	upTo := r.taken
	r.mu.Unlock()
	return r.until(ctx, func() bool { return r.settled >= upTo })
}

// Repair waits until the calls of earlier starts of this node have their ends: the time of their last event and the
// result `interrupted`. It happens by itself, as soon as the database is there and has what the spool held.
func (r *Recorder) Repair(ctx context.Context) error {
	return r.until(ctx, func() bool { return r.repaired })
}

func (r *Recorder) until(ctx context.Context, ok func() bool) error {
	for {
		r.state.Lock()
		now, turned := ok(), r.turned
		r.state.Unlock()
		if now {
			return nil
		}
		select {
		case <-turned:
		case <-r.done:
			return errors.New("the recorder is closed")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// turn changes what Flush and Repair wait for.
func (r *Recorder) turn(f func()) {
	r.state.Lock()
	f()
	close(r.turned)
	r.turned = make(chan struct{})
	r.state.Unlock()
}

// Close writes what is in memory, to the database if it is there and to the spool otherwise, and ends. The spool and
// the database are the caller's to close.
func (r *Recorder) Close() error {
	r.once.Do(func() { close(r.stop) })
	<-r.done
	return nil
}

// gathering is how long the next records are gathered after some were moved to the spool: a write to the disk for each
// would be most of what it costs.
const gathering = 20 * time.Millisecond

// keeper moves the queue to the spool, whatever the database does: what is in memory alone is lost if the program is
// killed.
func (w *writer) keeper() {
	defer close(w.kept)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-w.r.more:
			w.keep()
			if !w.armed.Load() {
				select {
				case w.fresh <- struct{}{}:
				default:
				}
			}
		case <-w.r.stop:
			w.keep()
			return
		}
		pause.Reset(gathering)
		select {
		case <-pause.C:
		case <-w.r.stop:
		}
	}
}

// run moves what is kept to the database.
func (r *Recorder) run() {
	defer close(r.done)
	ctx := context.Background() // each exchange with the database has its own limit
	w := &writer{r: r, backlog: true, fresh: make(chan struct{}, 1), kept: make(chan struct{})}
	go w.keeper()             // ends when r.stop is closed; w.kept tells
	timer := time.NewTimer(0) // at once: what an earlier start left
	defer timer.Stop()
	w.armed.Store(true)
	for {
		select {
		case <-w.fresh:
			if !w.armed.Swap(true) {
				timer.Reset(r.o.Every)
			}
		case <-timer.C:
			w.armed.Store(false) // before: what is kept meanwhile may be too late for this time
			if !w.flush(ctx) {
				w.armed.Store(true)
				timer.Reset(r.o.Retry)
			}
		case <-w.kept:
			w.flush(ctx)
			return
		}
	}
}

// writer is what is known of where the records are. They are, from the oldest to the newest: in the spool alone
// (backlog), in the spool and in memory (held), in memory alone (loose, for want of room on the disk), in the queue.
type writer struct {
	r     *Recorder
	fresh chan struct{} // something was kept while nothing was to be done
	armed atomic.Bool   // something is to be done soon anyway
	kept  chan struct{} // closed when all is, at the end

	mu      sync.Mutex // held while the disk works; while the database does only if there is no room on the disk
	backlog bool
	held    []record
	mark    spool.Mark // behind held in the spool
	loose   []record
	last    uint64 // how many records were ever taken off the queue

	// Room to be used again, for the queue and for held: at a thousand calls a second it is megabytes a second. There
	// are two for held: records are kept in one while those of the other are written.
	emptied []record
	written [][]record
}

// mostRoom is how many records' room is kept for the next ones.
const mostRoom = 8192

// empty is room without the records that were in it; nil if it is too much to be kept.
func empty(records []record) []record {
	if cap(records) > mostRoom {
		return nil
	}
	clear(records)
	return records[:0]
}

// keep moves the queue to the spool.
func (w *writer) keep() {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.r
	r.mu.Lock()
	batch := r.queue
	r.queue, w.last = w.emptied, r.taken
	r.mu.Unlock()
	w.emptied = nil
	defer func() { w.emptied = empty(batch) }()
	if len(batch) == 0 {
		return
	}
	full := len(w.loose) > 0
	all := batch
	if full {
		w.loose = append(w.loose, batch...)
		all = w.loose
	}
	mark, err := r.append(all)
	switch {
	case err == nil:
		if !w.backlog {
			if n := len(w.written); w.held == nil && n > 0 {
				w.held, w.written = w.written[n-1], w.written[:n-1]
			}
			w.held = append(w.held, all...)
		}
		w.loose, w.mark = nil, mark
	case !full:
		w.loose = slices.Clone(batch)
		r.o.Logger.Error("the spool does not take the records of calls", "error", err)
	}
	if more := len(w.loose) - r.o.Queue; more > 0 {
		w.loose = w.loose[:r.o.Queue]
		r.mu.Lock()
		r.lost += uint64(more)
		r.mu.Unlock()
		if more == len(batch) {
			return
		}
		r.o.Logger.Error("records of calls are lost: neither the database nor the disk takes them")
	}
}

// flush moves what is kept by now to the database, and tells whether that is done.
func (w *writer) flush(ctx context.Context) bool {
	r := w.r
	if r.o.Ready != nil {
		select {
		case <-r.o.Ready:
		default:
			return false // backlog is still set: all is in the spool
		}
	}
	if !w.drain(ctx) {
		return false
	}
	w.mu.Lock()
	held, mark, last, loose := w.held, w.mark, w.last, len(w.loose) > 0
	w.held = nil
	w.mu.Unlock()
	if !r.writeBatches(ctx, held) {
		w.mu.Lock()
		w.held, w.backlog = nil, true
		w.mu.Unlock()
		return false
	}
	if len(held) > 0 {
		r.ack(mark)
		w.mu.Lock()
		if room := empty(held); room != nil && len(w.written) < 2 {
			w.written = append(w.written, room)
		}
		w.mu.Unlock()
	}
	if loose {
		return w.flushLoose(ctx) && r.repair(ctx)
	}
	r.turn(func() { r.settled = last })
	return r.repair(ctx)
}

// flushLoose moves what found no room on the disk to the database. Nothing is kept meanwhile: it would come before.
func (w *writer) flushLoose(ctx context.Context) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held) > 0 {
		return false // there is room again, and what was loose is held: for the next turn
	}
	if !w.r.writeBatches(ctx, w.loose) {
		return false
	}
	w.loose = nil
	w.r.turn(func() { w.r.settled = w.last })
	return true
}

// drain writes the backlog into the database, and tells whether there is none any more.
func (w *writer) drain(ctx context.Context) bool {
	w.mu.Lock()
	backlog := w.backlog
	w.mu.Unlock()
	for backlog {
		if !w.r.drain(ctx) {
			return false
		}
		w.mu.Lock()
		lines, _, err := w.r.spool.Read(1) // kept since it was seen empty
		backlog = err != nil || len(lines) > 0
		w.backlog = backlog
		w.mu.Unlock()
	}
	return true
}

func (r *Recorder) writeBatches(ctx context.Context, all []record) bool {
	for len(all) > 0 {
		n := min(len(all), r.o.Batch)
		if r.write(ctx, fold(all[:n])) != nil {
			return false
		}
		all = all[n:]
	}
	return true
}

// append writes records to the spool.
func (r *Recorder) append(batch []record) (spool.Mark, error) {
	lines := make([][]byte, 0, len(batch))
	for i := range batch {
		b, err := json.Marshal(&batch[i])
		if err != nil {
			return spool.Mark{}, err // cannot be: Data is JSON already
		}
		lines = append(lines, b)
	}
	return r.spool.Append(lines...)
}

// drain writes all that the spool holds into the database, and tells whether it is empty then.
func (r *Recorder) drain(ctx context.Context) bool {
	for {
		lines, mark, err := r.spool.Read(r.o.Batch)
		if err != nil {
			r.o.Logger.Error("the spool cannot be read", "error", err)
			return false
		}
		if len(lines) == 0 {
			return true
		}
		batch := make([]record, 0, len(lines))
		for _, line := range lines {
			var x record
			if err := json.Unmarshal(line, &x); err != nil {
				r.refuse("", 0, err)
				continue
			}
			batch = append(batch, x)
		}
		if r.write(ctx, batch) != nil {
			return false
		}
		r.ack(mark)
	}
}

func (r *Recorder) ack(m spool.Mark) {
	if err := r.spool.Ack(m); err != nil {
		r.o.Logger.Error("the spool cannot be tidied", "error", err) // what is in it is read again, and known
	}
}

func (r *Recorder) refuse(id string, seq int64, err error) {
	r.turn(func() { r.refused++ })
	r.o.Logger.Error("a record of a call is refused by the database", "call", id, "seq", seq, "error", err)
}
