package exchange

import (
	"sync"

	"rexian/media/rtp"
)

// post is one thing for a call to do: what do says, or an event of the line if do is nil. lost runs instead of do, on
// whatever goroutine, where the call is over before: what the post brings (a leg that was answered, an agent who rang)
// has no owner then but lost.
type post struct {
	do    func()
	lost  func() // may be nil
	event rtp.Event
}

// mailbox holds what is to be done, in order. Anybody may put; the owner takes when ready has a token. It grows as
// needed, so that nobody who puts ever waits for the call.
type mailbox struct {
	mu     sync.Mutex
	posts  []post
	at     int // of the oldest
	closed bool
	ready  chan struct{} // capacity 1
}

func (m *mailbox) put(p post) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		p.miss()
		return
	}
	m.posts = append(m.posts, p)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// next takes the oldest; false if nothing waits.
func (m *mailbox) next() (post, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == len(m.posts) {
		m.posts, m.at = m.posts[:0], 0
		return post{}, false
	}
	p := m.posts[m.at]
	m.posts[m.at] = post{}
	m.at++
	return p, true
}

// close ends the mailbox: what waits, and what still comes, is lost.
func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	left := m.posts[m.at:]
	m.posts, m.at = nil, 0
	m.mu.Unlock()
	for _, p := range left {
		p.miss()
	}
}

func (p *post) miss() {
	if p.lost != nil {
		p.lost()
	}
}
