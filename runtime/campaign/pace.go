package campaign

import (
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/dialer"
)

// inTime is how long who has come to the agents may wait until one answers: longer is left alone.
const inTime = 2 * time.Second

// queues tells whether a function of a program, or one that it calls, brings the caller to agents.
func queues(p *bundle.Program, fun int) bool {
	seen := make([]bool, len(p.Funcs))
	var comes func(int) bool
	comes = func(fun int) bool {
		if fun < 0 || fun >= len(p.Funcs) || seen[fun] {
			return false
		}
		seen[fun] = true
		for _, s := range p.Funcs[fun].Sites {
			if s.Kind == bundle.EnqueueSite {
				return true
			}
		}
		for _, x := range p.Funcs[fun].Code {
			if x.Op() == bundle.Call && comes(int(x.Bx())) {
				return true
			}
		}
		return false
	}
	return comes(fun)
}

// paced counts the lines of a run on this node, and how many of them may be begun where agents take the calls.
type paced struct {
	e    *Engine
	mu   sync.Mutex
	pace dialer.Pace
	on   map[*line]bool // lines that have not come to the agents
}

// line is one call of a run. What it is told comes from the goroutines of the call.
type line struct {
	p      *paced
	begun  time.Time
	queued time.Time // zero: it has not come to the agents
	served time.Time
}

// more is how many lines may be begun now.
func (p *paced) more() int64 {
	a := p.e.o.Agents()
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.e.o.Now()
	ages := make([]int64, 0, len(p.on))
	for l := range p.on {
		ages = append(ages, now.Sub(l.begun).Milliseconds())
	}
	return int64(p.pace.More(now.UnixMilli(), ages, a))
}

// begins counts a line.
func (p *paced) begins() *line {
	l := &line{p: p, begun: p.e.o.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on == nil {
		p.on = map[*line]bool{}
	}
	p.on[l] = true
	return l
}

// comes is told that who has answered comes to the agents; only the first time counts.
func (l *line) comes() {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.queued.IsZero() {
		l.queued = l.p.e.o.Now()
		delete(l.p.on, l)
		l.p.pace.Line(l.queued.Sub(l.begun).Milliseconds(), true)
	}
}

// isServed is told that an agent has answered.
func (l *line) isServed() {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.served.IsZero() && !l.queued.IsZero() {
		l.served = l.p.e.o.Now()
		l.p.pace.Came(l.served.UnixMilli(), l.served.Sub(l.queued) > inTime)
	}
}

// ends is told that the call is over.
func (l *line) ends() {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	now := l.p.e.o.Now()
	switch {
	case l.queued.IsZero():
		delete(l.p.on, l)
		l.p.pace.Line(now.Sub(l.begun).Milliseconds(), false)
	case l.served.IsZero():
		l.p.pace.Came(now.UnixMilli(), true)
	default:
		l.p.pace.Talked(now.Sub(l.served).Milliseconds())
	}
}
