package sip

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// Limits of a WebSocket handshake.
const (
	handshakeTime  = 5 * time.Second
	handshakeBytes = 8 << 10
	handshakeCount = 256 // at once
)

// handshakes is a listener that hands a connection over only when the HTTP request that opens a WebSocket has come in
// whole. The layer above makes its handshakes one after another, so one stranger who connects and says nothing would
// keep everyone else out.
type handshakes struct {
	net.Listener
	ready chan net.Conn
	slots chan struct{}
	done  chan struct{}
	once  sync.Once
	wait  sync.WaitGroup
	err   error
}

func newHandshakes(l net.Listener) *handshakes {
	h := &handshakes{Listener: l, ready: make(chan net.Conn), slots: make(chan struct{}, handshakeCount), done: make(chan struct{})}
	h.wait.Add(1)
	go h.accept()
	return h
}

func (h *handshakes) accept() {
	defer h.wait.Done()
	for {
		conn, err := h.Listener.Accept()
		if err != nil {
			h.stop(err)
			return
		}
		select {
		case h.slots <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		h.wait.Add(1)
		go func() {
			defer h.wait.Done()
			defer func() { <-h.slots }()
			h.read(conn)
		}()
	}
}

func (h *handshakes) read(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(handshakeTime))
	buf := make([]byte, 0, 1024)
	for !bytes.Contains(buf, []byte("\r\n\r\n")) {
		if len(buf) >= handshakeBytes {
			conn.Close()
			return
		}
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, cap(buf))...)[:len(buf)]
		}
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			conn.Close()
			return
		}
	}
	conn.SetDeadline(time.Time{})
	select {
	case h.ready <- &replayed{Conn: conn, first: buf}:
	case <-h.done:
		conn.Close()
	}
}

func (h *handshakes) stop(err error) {
	h.once.Do(func() {
		h.err = err
		close(h.done)
	})
}

// Accept returns the next connection whose handshake has begun in earnest.
func (h *handshakes) Accept() (net.Conn, error) {
	select {
	case c := <-h.ready:
		return c, nil
	case <-h.done:
		return nil, h.err
	}
}

// Close ends the listener and the handshakes under way.
func (h *handshakes) Close() error {
	h.stop(net.ErrClosed)
	return h.Listener.Close()
}

// replayed is a connection of which some bytes were read already.
type replayed struct {
	net.Conn
	first []byte
}

func (r *replayed) Read(b []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(b, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}
