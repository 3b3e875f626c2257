package sip

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Limits of what comes before the first message of a stream: TLS, and the HTTP request that opens a WebSocket.
const (
	handshakeTime  = 5 * time.Second
	handshakeBytes = 8 << 10
	handshakeCount = 256 // at once
)

// How long a listener waits that the system gives no connection, from the first time on.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = time.Second
)

// intake is a listener that never fails before it is closed, and hands a connection over only when it is ready for
// messages. The layer above makes its handshakes one after another and takes any error for the end, so that one
// stranger who says nothing, or the lack of a file descriptor, would keep everyone else out.
type intake struct {
	net.Listener // nil for connections that we open
	s            *Server
	e            *endpoint
	network      string
	secure       *tls.Config // nil: no TLS

	ready chan *arrival
	slots chan struct{}
	done  chan struct{}
	once  sync.Once
	wait  sync.WaitGroup
	last  *arrival // handed over; of the goroutine that accepts
}

// arrival is a stream on its way to the layer below; taken is closed when that has it.
type arrival struct {
	c     *stream
	taken chan struct{}
}

func newIntake(s *Server, e *endpoint, l net.Listener, secure *tls.Config) *intake {
	in := &intake{Listener: l, s: s, e: e, network: e.network, secure: secure, ready: make(chan *arrival),
		slots: make(chan struct{}, handshakeCount),
		done:  make(chan struct{})}
	if l != nil {
		in.wait.Add(1)
		go in.accept()
	}
	return in
}

// accept takes connections until the listener is closed. Where the system has none to give (no file descriptor, no
// memory), it makes room, waits and tries again.
func (in *intake) accept() {
	defer in.wait.Done()
	pause := firstPause
	for {
		conn, err := in.Listener.Accept()
		select {
		case <-in.done:
			if err == nil {
				conn.Close()
			}
			return
		default:
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				in.stop()
				return
			}
			in.e.ails(in.s, err)
			in.s.makeRoom()
			select {
			case <-time.After(pause):
			case <-in.done:
				return
			}
			pause = min(2*pause, lastPause)
			continue
		}
		pause = firstPause
		in.e.ails(in.s, nil)
		in.take(conn)
	}
}

// take gives a connection a place, or closes it.
func (in *intake) take(conn net.Conn) {
	src := boundAddr(conn.RemoteAddr())
	if !in.s.cfg.Guard.Connect(src) {
		in.s.unheard(in.network, src, 0, "Connection Refused")
		conn.Close()
		return
	}
	in.s.class(conn)
	if in.secure != nil {
		conn = tls.Server(conn, in.secure)
	}
	c := in.s.newStream(conn, in.network, src)
	if !in.s.streams.put(c, in.s.cfg.MaxConnections) && !(in.s.makeRoom() && in.s.streams.put(c,
		in.s.cfg.MaxConnections)) {
		in.s.unheard(in.network, src, 0, "Too Many Connections")
		c.Close()
		return
	}
	if in.network == "tcp" {
		in.hand(c)
		return
	}
	select {
	case in.slots <- struct{}{}:
	default:
		c.Close()
		return
	}
	if in.network != "tls" {
		c.web = &webSocket{}
	}
	in.wait.Add(1)
	go func() {
		defer in.wait.Done()
		defer func() { <-in.slots }()
		if in.prepare(c) {
			in.hand(c)
		} else {
			c.Close()
		}
	}()
}

func (s *Server) newStream(conn net.Conn, network string, src netip.AddrPort) *stream {
	c := &stream{Conn: conn, s: s, network: network, src: src}
	c.heard.Store(time.Now().UnixNano())
	return c
}

// prepare does the handshakes.
func (in *intake) prepare(c *stream) bool {
	ctx, cancel := context.WithTimeout(in.s.ctx, handshakeTime)
	defer cancel()
	if conn, ok := c.Conn.(*tls.Conn); ok && conn.HandshakeContext(ctx) != nil {
		in.s.unheard(in.network, c.src, 0, "TLS Handshake Failed")
		return false
	}
	if in.network == "tls" {
		return true
	}
	c.Conn.SetDeadline(time.Now().Add(handshakeTime))
	defer c.Conn.SetDeadline(time.Time{})
	defer context.AfterFunc(ctx, func() { c.Conn.SetDeadline(time.Unix(1, 0)) })() // the server closes
	for !hasHead(c.buf) {
		if len(c.buf) >= handshakeBytes {
			return false
		}
		if len(c.buf) == cap(c.buf) {
			c.buf = append(make([]byte, 0, max(1024, 2*len(c.buf))), c.buf...)
		}
		n, err := c.Conn.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
		if err != nil {
			return false
		}
	}
	if !in.s.mayOpen(c.buf) {
		in.s.unheard(in.network, c.src, 403, "Foreign Origin")
		c.answer([]byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		return false
	}
	return true
}

// mayOpen says whether a WebSocket may be opened by the web page that its request names (RFC 6455, 10.2): any program
// that names none, a page of this very host, or one of Config.WebOrigins. A browser that visits a stranger's page would
// otherwise place calls for it from within the office.
func (s *Server) mayOpen(head []byte) bool {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil {
		return true // what is no HTTP gets its answer from the layer above
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	for _, o := range s.cfg.WebOrigins {
		if o == "*" || strings.EqualFold(strings.TrimRight(o, "/"), origin) {
			return true
		}
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// hand gives a stream to the layer below and returns when that has it.
func (in *intake) hand(c *stream) bool {
	a := &arrival{c, make(chan struct{})}
	select {
	case in.ready <- a:
	case <-in.done:
		c.Close()
		return false
	}
	select {
	case <-a.taken:
		return true
	case <-in.done:
		return false
	}
}

// Accept returns the next connection that is ready. The layer below asks for one when it has the one before.
func (in *intake) Accept() (net.Conn, error) {
	if in.last != nil {
		close(in.last.taken)
		in.last = nil
	}
	select {
	case a := <-in.ready:
		in.last = a
		return a.c, nil
	case <-in.done:
		return nil, net.ErrClosed
	}
}

// Addr is where it listens.
func (in *intake) Addr() net.Addr {
	if in.Listener == nil {
		return &net.TCPAddr{IP: net.IPv4zero}
	}
	return in.Listener.Addr()
}

func (in *intake) stop() { in.once.Do(func() { close(in.done) }) }

// Close ends the listener and the handshakes under way.
func (in *intake) Close() error {
	in.stop()
	if in.Listener == nil {
		return nil
	}
	err := in.Listener.Close()
	in.wait.Wait()
	return err
}
