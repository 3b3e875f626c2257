//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

func newDriver(e *Engine) (driver, error) {
	if e.config.Portable {
		return newPortable(e), nil
	}
	n := e.config.Threads
	if n <= 0 {
		n = runtime.NumCPU()
	}
	d := &threads{engine: e, batches: !e.config.NoUring && uringWorks(e.config.Logger)}
	for range n {
		p, err := newPoller()
		if err != nil {
			for _, s := range d.shards {
				s.poll.close()
			}
			return nil, err
		}
		d.shards = append(d.shards, newShard(e, p, d.batches))
	}
	d.reserve(n)
	for _, s := range d.shards {
		d.running.Go(s.run)
	}
	return d, nil
}

// threads is the driver of Linux: one thread a core, each with its shard of the legs.
type threads struct {
	engine  *Engine
	batches bool // threads hand over many packets at once
	shards  []*shard
	running sync.WaitGroup
}

// procs guards the number of processors that Go may use.
var procs sync.Mutex

// reserve lets Go run n more goroutines at once (fewer, if negative), so that a tick thread that wakes never waits for
// the code of a flow to pause: the system shares out the cores instead, and it does so within a millisecond.
func (d *threads) reserve(n int) {
	procs.Lock()
	defer procs.Unlock()
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0)+n, 1))
}

func (d *threads) name() string {
	if d.batches {
		return "io_uring"
	}
	return "sendto"
}

func (d *threads) bind(a netip.AddrPort) (socket, error) { return bindRaw(a, d.engine.config.DSCP) }

// start gives the leg to the first shard that has room. A thread that is awake anyway takes more calls at little cost,
// so the next one is woken only when those before it have enough to do.
func (d *threads) start(l *leg) {
	least := d.shards[0]
	for _, s := range d.shards {
		if s.legs.Load() < crowd && s.busy.Load() < strained {
			least = s
			break
		}
		if s.legs.Load() < least.legs.Load() {
			least = s
		}
	}
	least.join(l)
}

func (d *threads) stop() {
	for _, s := range d.shards {
		s.ended.Store(true)
		s.nudge()
	}
	d.running.Wait()
	d.reserve(-len(d.shards))
}

const (
	crowd    = 1024 // legs of a thread before the next one is used
	strained = 600  // thousandths of its time that a thread works before the next one is used
)

const (
	slots    = 10
	slotTime = period / slots
	checking = 25 // ticks between two readings of a leg's reports
	yields   = 7 * time.Millisecond
	tapGap   = 2 * period // between two times that the reader of recorded sound is woken
)

// shard is one thread and its legs. A leg stays in the slot where it began.
type shard struct {
	engine  *Engine
	batches bool
	legs    atomic.Int64 // those joining included
	busy    atomic.Int64 // thousandths of the last second that the thread worked
	ended   atomic.Bool
	wake    chan struct{} // for a thread without legs

	joining atomic.Bool // there is something in arrivals
	mu      sync.Mutex
	arrived []*leg

	// The thread's own.
	out     *outlet
	w       *work
	in      *inbox
	batch   *ioBatch // nil: each packet is a call to the system
	poll    *poller
	slots   [slots][]*leg
	count   int
	skipped int64
	ready   []*leg // those with something to take in; what a slot leaves there is the next one's
	looks   int64  // how often what has come was taken in
	flushed int64  // when the reader of recorded sound was last woken
	worked  int64  // ns since measured
	since   int64  // when busy was measured
	warmed  int    // means nothing: see warm
	yielded int64  // when the thread last gave way to Go's scheduler
}

func newShard(e *Engine, p *poller, batches bool) *shard {
	return &shard{engine: e, batches: batches, wake: make(chan struct{}, 1), w: newWork(), in: newInbox(burst), poll: p}
}

func (s *shard) join(l *leg) {
	s.legs.Add(1)
	s.mu.Lock()
	s.arrived = append(s.arrived, l)
	s.mu.Unlock()
	s.joining.Store(true)
	s.nudge()
}

func (s *shard) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run is the thread. It is not given back to Go at the end: its priority was raised.
func (s *shard) run() {
	runtime.LockOSThread()
	prepareThread()
	defer s.poll.close()
	s.out = newOutlet(s.engine, 4096, 8192)
	s.out.start()
	defer s.out.close()
	s.startBatch()
	defer s.batch.close()
	next := monotonic() / int64(slotTime) * int64(slotTime)
	for {
		s.admit(int(next / int64(slotTime) % slots))
		if s.count == 0 {
			s.out.flush()
			s.busy.Store(0)
			if s.ended.Load() && s.legs.Load() == 0 {
				return
			}
			<-s.wake
			next = (monotonic()/int64(slotTime) + 1) * int64(slotTime)
			continue
		}
		if late := monotonic() - next; late > int64(mostLate) {
			n := late / int64(period)
			next += n * int64(period)
			s.skipped += n
			s.engine.counts.skipped.Add(uint64(n) * uint64(s.count))
		}
		s.visit(int(next/int64(slotTime)%slots), next)
		next += int64(slotTime)
	}
}

// admit takes in legs that have joined, each into the slot with the fewest; of several such, the one that comes next.
func (s *shard) admit(next int) {
	if !s.joining.Load() {
		return
	}
	s.joining.Store(false)
	s.mu.Lock()
	arrived := s.arrived
	s.arrived = nil
	s.mu.Unlock()
	for _, l := range arrived {
		least := next
		for i := next + 1; i < next+slots; i++ {
			if len(s.slots[i%slots]) < len(s.slots[least%slots]) {
				least = i
			}
		}
		least %= slots
		l.out, l.skipped = s.out, s.skipped
		if err := s.poll.add(l); err != nil { // no memory: such a call hears, and is not heard
			s.engine.config.Logger.Error("rtp: a stream cannot receive", "err", err)
			l.seat = unseated
		}
		l.rtp.(*raw).via = s.batch
		s.slots[least] = append(s.slots[least], l)
		s.count++
	}
}

// visit waits for the slot's time and works on its legs: all send first, then every leg of the thread receives what
// has come for it. A slot without legs is visited, too: a key, or the other side of a bridge, does not wait for a
// leg's own time.
func (s *shard) visit(slot int, due int64) {
	s.yield()
	sleepUntil(due)
	now := monotonic()
	if now-due > int64(lateTick) {
		s.engine.counts.late.Add(uint64(len(s.slots[slot])))
	}
	legs := s.slots[slot]
	for some := range slices.Chunk(legs, ahead) {
		s.warmed += warm(some)
		for _, l := range some {
			l.tick(s.w, now, s.skipped)
		}
	}
	s.batch.flush()
	s.in.now(s.engine.config.Now())
	for i := len(legs) - 1; i >= 0; i-- {
		l := legs[i]
		if l.closing {
			l.end()
			s.leave(l)
			last := len(legs) - 1
			legs[i], legs[last] = legs[last], nil
			legs = legs[:last]
			continue
		}
		if l.ticks%checking == 0 && (l.reported || l.seat == unseated) {
			l.reported = s.in.drainRTCP(l, s.w)
		}
	}
	s.slots[slot] = legs
	s.receive(due + int64(slotTime))
	if now-s.flushed >= int64(tapGap) {
		s.flushed = now
		s.out.flush()
	} else {
		s.out.flushSlot(now)
	}
	s.measure(now, monotonic())
}

// leave gives up a leg that has ended.
func (s *shard) leave(l *leg) {
	if l.ready {
		i := slices.Index(s.ready, l)
		s.ready = slices.Delete(s.ready, i, i+1)
	}
	if l.seat != unseated {
		s.poll.remove(l)
	}
	s.out.gone(l.stream)
	s.count--
	s.legs.Add(-1)
}

// receive takes in what has come, a burst of each leg; of those with more than that, which only a flood sends, burst
// after burst in turn, as long as the next slot's time has not come. What is left then is the next slot's.
func (s *shard) receive(until int64) {
	s.ready = s.poll.ready(s.ready)
	s.receiveBatch()
	for len(s.ready) > 0 {
		more := s.ready[:0]
		for _, l := range s.ready {
			l.readMail(s.in.mono)
			if l.closing || !s.in.drain(l, s.w) {
				l.ready = false
				continue
			}
			more = append(more, l)
		}
		clear(s.ready[len(more):])
		if s.ready = more; monotonic() >= until-int64(slotTime/4) {
			return
		}
		s.out.flushSlot(monotonic())
	}
}

// receiveBatch takes in one datagram of every leg that has some, many legs at once. If there are more, the system says
// so in the next slot; then the leg gives a burst, and it stays ready here.
func (s *shard) receiveBatch() {
	b := s.batch
	if !b.works() {
		return
	}
	b.flush() // its entries are wanted
	b.in.real, b.in.mono, b.in.wall = s.in.real, s.in.mono, s.in.wall
	s.looks++
	heavy := 0
	for i, l := range s.ready { // heavy ones to the front
		if l.looked == s.looks-1 {
			s.ready[i], s.ready[heavy] = s.ready[heavy], l
			heavy++
		}
		l.looked = s.looks
	}
	done := heavy
	for done < len(s.ready) {
		legs := s.ready[done:min(done+takes, len(s.ready))]
		if !b.take(legs) {
			break
		}
		for i, l := range legs {
			if i%ahead == 0 {
				s.warmed += warmEars(legs[i:min(i+ahead, len(legs))])
			}
			l.ready = false
			if l.readMail(b.in.mono); b.results[i] >= 0 && !l.closing {
				b.in.give(l, s.w, i)
			}
		}
		b.in.reset(len(legs))
		done += len(legs)
	}
	s.ready = slices.Delete(s.ready, heavy, done)
}

// startBatch readies the thread to hand over many packets at once, where the system can.
func (s *shard) startBatch() {
	if !s.batches {
		return
	}
	b, err := newBatch(&s.engine.counts, s.engine.config.Logger)
	if err != nil { // it worked a moment ago: memory is short
		singly(s.engine.config.Logger, err)
		return
	}
	s.batch = b
}

// yield goes through Go's scheduler now and then. To its watchman (sysmon) a goroutine that does not for 10 ms is one
// that hogs a processor, even if it mostly sleeps: it would take the processor away in every sleep, and wake every 20
// µs itself to do so, at a twentieth of a core.
func (s *shard) yield() {
	if now := monotonic(); now-s.yielded > int64(yields) {
		s.yielded = now
		runtime.Gosched()
	}
}

// measure notes how busy the thread is, about four times a second.
func (s *shard) measure(from, to int64) {
	s.worked += to - from
	const window = int64(time.Second / 4)
	if all := to - s.since; all >= window {
		s.busy.Store(s.worked * 1000 / all)
		s.worked, s.since = 0, to
	}
}

// prepareThread asks the system to run this thread before others and to wake it exactly. It may refuse; then ticks come
// later on a busy machine.
func prepareThread() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -15)
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
}

// monotonic is CLOCK_MONOTONIC in ns. Go reads it without a call to the system; what is left is to know what it read
// first.
func monotonic() int64 { return began.ns + int64(time.Since(began.at)) }

var began = func() (b struct {
	at time.Time
	ns int64
}) {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	b.at, b.ns = time.Now(), t.Nano()
	return b
}()

// sleepUntil sleeps until the given time of CLOCK_MONOTONIC.
func sleepUntil(ns int64) {
	t := unix.NsecToTimespec(ns)
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &t, nil) == unix.EINTR {
	}
}
