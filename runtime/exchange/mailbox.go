package exchange

import (
	"sync"

	"rexian/media/rtp"
)

// post is one thing for a call to do: what do says, or an event of the line if do is nil.
type post struct {
	do    func()
	event rtp.Event
}

// mailbox holds what is to be done, in order. Anybody may put; the owner takes when ready has a token. It grows as needed,
// so that nobody who puts ever waits for the call.
type mailbox struct {
	mu    sync.Mutex
	posts []post
	spare []post
	ready chan struct{} // capacity 1
}

func (m *mailbox) put(p post) {
	m.mu.Lock()
	m.posts = append(m.posts, p)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// take returns all that waits; the slice holds until the next take.
func (m *mailbox) take() []post {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.spare[:cap(m.spare)])
	m.posts, m.spare = m.spare[:0], m.posts
	return m.spare
}
