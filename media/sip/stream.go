package sip

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"rexian/media/sip/validate"
)

// stream is a connection that the layer below reads. Of TCP and TLS it gets only whole messages that it can parse: what
// it refused it would close the connection for, with every call on it. Who opened the connection makes no difference.
//
// A stream ends when it is closed from either side, when a message does not come to its end in time, or when nothing
// was heard for long and nobody needs it: see Server.needs.
type stream struct {
	net.Conn
	s       *Server
	network string
	src     netip.AddrPort
	dialled bool       // we opened it
	web     *webSocket // nil: no WebSocket
	heard   atomic.Int64
	once    sync.Once

	// Of the goroutine that reads:
	buf    []byte    // what has come and is not judged
	out    []byte    // what is left of a message that is being handed over
	began  time.Time // when the message in buf began; zero if there is none
	breaks int       // line ends that came between messages
}

// Read gives a message, or a piece of one if b is short.
func (c *stream) Read(b []byte) (int, error) {
	if c.web != nil {
		return c.framesOf(b)
	}
	for {
		if len(c.out) > 0 {
			n := copy(b, c.out)
			c.out = c.out[n:]
			return n, nil
		}
		hangup := c.next()
		if len(c.out) > 0 {
			continue
		}
		if hangup {
			return 0, io.EOF
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
}

// next takes the next message that is heard out of buf into out, and deals with those that are not. hangup says that
// the stream cannot be read on.
func (c *stream) next() (hangup bool) {
	for {
		c.pings()
		if len(c.buf) == 0 {
			c.began = time.Time{}
			return false
		}
		size, broken := validate.Frame(c.buf)
		if broken != "" {
			status := 400
			if broken == "Message Too Large" {
				status = 513
			}
			c.s.unheard(c.network, c.src, status, broken)
			c.answer(validate.Refuse(c.buf, status, broken).Answer)
			return true
		}
		if size == 0 {
			return false
		}
		message := c.buf[:size]
		c.buf = c.buf[size:]
		c.began = time.Now()
		r := c.s.judge(letter{c.network, c.src, message})
		if r.hear || r.answer != nil {
			c.traced(false, message)
		}
		c.answer(r.answer)
		switch {
		case r.hear:
			c.out = validate.Measured(message)
			return false
		case r.hangup:
			return true
		}
	}
}

// pings takes line ends between messages away (RFC 3261, 7.5) and answers two of them with one (RFC 5626, 4.4.1).
func (c *stream) pings() {
	for len(c.buf) > 0 && (c.buf[0] == '\r' || c.buf[0] == '\n' || c.buf[0] == 0) {
		if c.buf[0] == '\n' {
			c.breaks++
		}
		c.buf = c.buf[1:]
	}
	switch {
	case len(c.buf) > 0:
		c.breaks = 0
	case c.breaks >= 2:
		c.breaks = 0
		c.answer([]byte("\r\n"))
	}
}

func (c *stream) answer(data []byte) {
	if data == nil {
		return
	}
	if c.web == nil {
		c.traced(true, data)
	}
	c.SetWriteDeadline(time.Now().Add(writeTimeout))
	c.Conn.Write(data) // a far side that takes no answers is found out by the next message
}

// fill reads more. While nothing has begun it may wait for long, for the rest of a message it does not.
func (c *stream) fill() error {
	if cap(c.buf)-len(c.buf) < 2048 {
		c.buf = append(make([]byte, 0, max(4096, 2*len(c.buf))), c.buf...)
	}
	end := c.began.Add(c.s.cfg.ReadTimeout)
	if c.began.IsZero() {
		end = time.Time{}
	}
	n, err := c.wait(c.buf[len(c.buf):cap(c.buf)], end)
	if n > 0 && c.began.IsZero() && !blank(c.buf[len(c.buf):len(c.buf)+n]) {
		c.began = time.Now()
	}
	c.buf = c.buf[:len(c.buf)+n]
	if errors.Is(err, os.ErrDeadlineExceeded) && !c.began.IsZero() {
		c.s.unheard(c.network, c.src, 0, "Message Did Not Come To Its End")
		err = io.EOF
	}
	return err
}

// wait reads until the moment end, or, if that is not set, for as long as the stream may be silent.
func (c *stream) wait(b []byte, end time.Time) (int, error) {
	for {
		until := end
		if until.IsZero() {
			until = time.Now().Add(c.s.cfg.IdleTimeout)
		}
		if err := c.SetReadDeadline(until); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(b)
		if n > 0 {
			c.heard.Store(time.Now().UnixNano())
			return n, nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && end.IsZero() && c.s.needs(c) {
			continue
		}
		return 0, err
	}
}

// Close gives its place back, once.
func (c *stream) Close() error {
	c.once.Do(func() {
		c.s.streams.drop(c)
		if !c.dialled {
			c.s.cfg.Guard.Disconnect(c.src)
		}
	})
	return c.Conn.Close()
}

// needs says whether a stream stays open though nothing comes: we opened it, a trunk or a telephone is at its other
// end, or calls stand on it.
func (s *Server) needs(c *stream) bool {
	if c.dialled || s.cfg.Guard.Known(c.src.Addr()) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.dialogs {
		if d.source == c.src && d.transport != "UDP" {
			return true
		}
	}
	return false
}

// openStreams are those that exist now.
type openStreams struct {
	mu   sync.Mutex
	all  map[*stream]struct{}
	last time.Time // when one was closed for another
}

// put takes a stream in. It says no if there are too many already.
func (o *openStreams) put(c *stream, most int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[*stream]struct{}{}
	}
	if len(o.all) >= most {
		return false
	}
	o.all[c] = struct{}{}
	return true
}

func (o *openStreams) drop(c *stream) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, c)
}

// count is how many there are of each network.
func (o *openStreams) count() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := map[string]int{}
	for c := range o.all {
		n[c.network]++
	}
	return n
}

// makeRoom closes the stream that was silent for longest and that nobody needs. It does so at most a hundred times a
// second: to look costs more than to be asked.
func (s *Server) makeRoom() bool {
	o := &s.streams
	now := time.Now()
	o.mu.Lock()
	if now.Sub(o.last) < 10*time.Millisecond {
		o.mu.Unlock()
		return false
	}
	o.last = now
	list := make([]*stream, 0, len(o.all))
	for c := range o.all {
		list = append(list, c)
	}
	o.mu.Unlock()
	var idle *stream
	for _, c := range list {
		if (idle == nil || c.heard.Load() < idle.heard.Load()) && !s.needs(c) {
			idle = c
		}
	}
	if idle == nil {
		return false
	}
	s.unheard(idle.network, idle.src, 0, "Connection Closed To Make Room")
	idle.Close()
	return true
}

// Connections is how many streams are open now, by network.
func (s *Server) Connections() map[string]int { return s.streams.count() }

// endOfHead ends the HTTP request that opens a WebSocket.
var endOfHead = []byte("\r\n\r\n")

func hasHead(b []byte) bool { return bytes.Contains(b, endOfHead) }
