// Package breaker is a circuit breaker: after several failures in a row, calls of a system that is away are refused at
// once instead of each waiting for its own time limit, and now and then one call is let through to see whether the
// system is back.
//
//	closed ──N failures in a row──▶ open ──after the pause──▶ half-open ──the probe succeeds──▶ closed
//	                                 ▲                            │
//	                                 └──the probe fails; the pause doubles, up to its limit──────┘
package breaker

import (
	"errors"
	"sync"
	"time"
)

// State is where a breaker stands.
type State uint8

const (
	Closed   State = iota // calls go through
	Open                  // calls are refused
	HalfOpen              // one call goes through, the others are refused
)

func (s State) String() string { return [...]string{"closed", "open", "half-open"}[s] }

// ErrOpen is why a call was refused.
var ErrOpen = errors.New("the circuit breaker is open")

// Options are the limits of a breaker. A zero field takes the default beside it.
type Options struct {
	Failures int                  // failures in a row that open it: 5
	Pause    time.Duration        // how long it stays open the first time: 1 s
	MaxPause time.Duration        // the pause doubles with each failed probe up to this: 15 s
	Now      func() time.Time     // the clock: time.Now
	Changed  func(from, to State) // told of each change, in order; it must be quick and not call the breaker
}

// Breaker guards one system. It is safe for use by several goroutines.
type Breaker struct {
	o        Options
	mu       sync.Mutex
	state    State
	failures int
	pause    time.Duration
	until    time.Time // Open: when a probe may go
	probing  bool
	era      uint64 // grows with each change of state: the result of a call begun before says nothing of now
}

// New makes a closed breaker.
func New(o Options) *Breaker {
	if o.Failures <= 0 {
		o.Failures = 5
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	if o.MaxPause < o.Pause {
		o.MaxPause = max(o.Pause, 15*time.Second)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Breaker{o: o, pause: o.Pause}
}

// Ticket lets one call through. It must be given back with Done.
type Ticket struct{ era uint64 }

// Allow asks whether a call may go through; ErrOpen if not.
func (b *Breaker) Allow() (Ticket, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Open && !b.o.Now().Before(b.until) {
		b.change(HalfOpen)
	}
	switch b.state {
	case Open:
		return Ticket{}, ErrOpen
	case HalfOpen:
		if b.probing {
			return Ticket{}, ErrOpen
		}
		b.probing = true
	}
	return Ticket{b.era}, nil
}

// Done says how a call that was let through ended: ok if the system answered, be it with a refusal.
func (b *Breaker) Done(t Ticket, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.era != b.era {
		return
	}
	b.probing = false
	switch {
	case ok:
		b.failures, b.pause = 0, b.o.Pause
		if b.state == HalfOpen {
			b.change(Closed)
		}
	case b.state == HalfOpen:
		b.pause = min(2*b.pause, b.o.MaxPause)
		b.open()
	default:
		if b.failures++; b.failures >= b.o.Failures {
			b.open()
		}
	}
}

// Drop gives back a ticket whose call says nothing about the system, such as one that its caller broke off.
func (b *Breaker) Drop(t Ticket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.era == b.era {
		b.probing = false
	}
}

// State tells where the breaker stands now.
func (b *Breaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Open && !b.o.Now().Before(b.until) {
		return HalfOpen
	}
	return b.state
}

func (b *Breaker) open() {
	b.until = b.o.Now().Add(b.pause)
	b.change(Open)
}

func (b *Breaker) change(to State) {
	from := b.state
	b.state, b.failures, b.probing = to, 0, false
	b.era++
	if b.o.Changed != nil {
		b.o.Changed(from, to)
	}
}
