package rtp

import (
	"sync"
	"sync/atomic"
)

// ring is a queue with one writer and one reader and no lock. Its size is a power of two.
type ring[T any] struct {
	slots []T
	read  atomic.Uint64
	_     [56]byte // the two ends are not in one cache line
	write atomic.Uint64
	added bool          // the writer's: the reader has not been told yet
	wake  chan struct{} // tells the reader that there is something, or that it should end
}

func newRing[T any](size int) *ring[T] {
	return &ring[T]{slots: make([]T, size), wake: make(chan struct{}, 1)}
}

// push adds v, or returns false if the ring is full. It does not wake the reader: nudge does, once for many.
func (r *ring[T]) push(v T) bool {
	at := r.write.Load()
	if at-r.read.Load() == uint64(len(r.slots)) {
		return false
	}
	r.slots[at&uint64(len(r.slots)-1)] = v
	r.write.Store(at + 1)
	r.added = true
	return true
}

// nudge wakes the reader if something was added since the last time. It says whether it did.
func (r *ring[T]) nudge() bool {
	added := r.added
	if added {
		r.added = false
		r.rouse()
	}
	return added
}

func (r *ring[T]) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// pop takes the oldest, or returns false if there is none.
func (r *ring[T]) pop() (v T, ok bool) {
	at := r.read.Load()
	if at == r.write.Load() {
		return v, false
	}
	slot := &r.slots[at&uint64(len(r.slots)-1)]
	v = *slot
	var zero T
	*slot = zero
	r.read.Store(at + 1)
	return v, true
}

// notice is an event on its way to Options.Events, or the news that the stream's leg has ended.
type notice struct {
	stream *Stream
	event  Event
	gone   bool
}

// outlet takes what leaves a thread's legs to goroutines of its own: one for events, one for taps, so that neither
// waits for the other. It belongs to the thread that writes; close ends the goroutines when both rings are empty.
type outlet struct {
	events *ring[notice]
	taps   *ring[*batch]
	spill  []notice // events that found the ring full: none is lost
	finals []*batch // last batches that found the ring full
	closed atomic.Bool
	done   sync.WaitGroup

	told                    int64 // when the reader of events was last woken, in ns on the engine's clock
	urgent                  bool  // a key was added since
	engine                  *Engine
	sent, received, refused uint64 // not yet added to the engine's counters
}

func newOutlet(e *Engine, events, taps int) *outlet {
	return &outlet{events: newRing[notice](events), taps: newRing[*batch](taps), engine: e}
}

// start runs the goroutines.
func (o *outlet) start() {
	o.done.Go(o.runEvents)
	o.done.Go(o.runTaps)
}

// batches are reused by all engines.
var batches = sync.Pool{New: func() any { return new(batch) }}

func (o *outlet) batch() *batch { return batches.Get().(*batch) }

func (o *outlet) event(s *Stream, e Event) {
	o.urgent = o.urgent || e.Kind == Key
	o.notice(notice{stream: s, event: e})
}

// gone has the sockets of a leg that has ended closed by the goroutine of events: that may take too long for a tick
// thread.
func (o *outlet) gone(s *Stream) { o.notice(notice{stream: s, gone: true}) }

func (o *outlet) notice(n notice) {
	if len(o.spill) > 0 || !o.events.push(n) {
		o.spill = append(o.spill, n)
	}
}

// tap sends a batch on its way. It fails if there is no room; a last batch always goes.
func (o *outlet) tap(b *batch, last bool) bool {
	if len(o.finals) == 0 && o.taps.push(b) {
		return true
	}
	if last {
		o.finals = append(o.finals, b)
	}
	return last
}

// flush passes on what found no room, wakes the readers, and adds to the engine's counters.
func (o *outlet) flush() {
	o.pass()
	o.events.nudge()
	o.taps.nudge()
}

// flushSlot is flush after the work of a slot. Recorded sound is not urgent, so its reader is not woken; that of events
// is for a key, and for anything else if it was not just a moment ago: what is queued in time is not late when its end
// is told 10 ms later. On a busy machine it costs more to wake a reader than what it does then.
func (o *outlet) flushSlot(now int64) {
	o.pass()
	if (o.urgent || now-o.told >= int64(eventGap)) && o.events.nudge() {
		o.told, o.urgent = now, false
	}
}

// eventGap is how long the reader of events is not woken after it was, but for a key.
const eventGap = period / 2

// pass adds what found no room to the rings, and to the engine's counters.
func (o *outlet) pass() {
	for len(o.spill) > 0 && o.events.push(o.spill[0]) {
		if o.spill = o.spill[1:]; len(o.spill) == 0 {
			o.spill = nil
		}
	}
	for len(o.finals) > 0 && o.taps.push(o.finals[0]) {
		if o.finals = o.finals[1:]; len(o.finals) == 0 {
			o.finals = nil
		}
	}
	c := &o.engine.counts
	if o.sent > 0 {
		c.sent.Add(o.sent)
	}
	if o.received > 0 {
		c.received.Add(o.received)
	}
	if o.refused > 0 {
		c.refused.Add(o.refused)
	}
	o.sent, o.received, o.refused = 0, 0, 0
}

// close ends the goroutines after they have dealt with everything, and returns when they have ended. Nothing may be
// added any more.
func (o *outlet) close() {
	o.flush()
	o.closed.Store(true)
	o.events.rouse()
	o.taps.rouse()
	o.done.Wait()
}

func (o *outlet) runEvents() {
	for {
		ended := o.closed.Load() // before pop: what was added before the end is seen
		n, ok := o.events.pop()
		switch {
		case ok:
			o.handle(n)
		case ended:
			for _, n := range o.spill {
				o.handle(n)
			}
			return
		default:
			<-o.events.wake
		}
	}
}

func (o *outlet) handle(n notice) {
	switch {
	case n.gone:
		o.engine.gone(&n.stream.leg)
	case !n.stream.closed.Load():
		n.stream.options.Events(n.event)
	}
}

func (o *outlet) runTaps() {
	var r listener
	for {
		ended := o.closed.Load()
		b, ok := o.taps.pop()
		switch {
		case ok:
			r.deliver(b)
			batches.Put(b)
		case ended:
			for _, b := range o.finals {
				r.deliver(b)
			}
			return
		default:
			<-o.taps.wake
		}
	}
}
