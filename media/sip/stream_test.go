package sip

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/guard"
	"rexian/media/sip/validate"
)

// line is a raw user agent whose messages go over a stream.
type line struct {
	*raw
	net.Conn
	in *bufio.Reader
}

func newLine(t testing.TB, s *Server) *line {
	t.Helper()
	network, addr, _ := strings.Cut(s.Addrs()[0], "://")
	var conn net.Conn
	var err error
	if network == "tls" {
		conn, err = tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	} else {
		conn, err = net.Dial("tcp", addr)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	l := &line{raw: newRaw(t, nil), Conn: conn, in: bufio.NewReader(conn)}
	l.target = "sip:12366@" + addr
	return l
}

func (l *line) text(method string, lines []string, body string) string {
	return strings.Replace(l.raw.text(method, newTag(), lines, body), "SIP/2.0/UDP "+l.raw.addr(),
		"SIP/2.0/TCP "+l.LocalAddr().String(), 1)
}

func (l *line) send(text string) {
	l.t.Helper()
	if _, err := io.WriteString(l.Conn, text); err != nil {
		l.t.Fatal(err)
	}
}

// message is the next whole message; nil when the far side has closed.
func (l *line) message() wire.Message {
	l.t.Helper()
	l.SetReadDeadline(time.Now().Add(10 * time.Second))
	var buf []byte
	for {
		b, err := l.in.ReadByte()
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
		if err != nil {
			l.t.Fatal(err)
		}
		if buf = append(buf, b); blank(buf) {
			buf = buf[:0]
			continue
		}
		if size, broken := validate.Frame(buf); broken != "" {
			l.t.Fatalf("%s: %q", broken, buf)
		} else if size > 0 {
			m, err := validate.NewParser().ParseSIP(buf)
			if err != nil {
				l.t.Fatalf("%v: %q", err, buf)
			}
			return m
		}
	}
}

// status waits for an answer with this status; a provisional one is passed over.
func (l *line) status(status int) *wire.Response {
	l.t.Helper()
	for {
		m := l.message()
		if m == nil {
			l.t.Fatalf("closed before a %d came", status)
		}
		if res, ok := m.(*wire.Response); ok && !res.IsProvisional() {
			if c := res.CSeq(); c != nil && c.MethodName == wire.INVITE && res.StatusCode == 200 && status != 200 {
				continue // once more, since our ACK is late
			}
			if res.StatusCode != status {
				l.t.Fatalf("%d, want %d:\n%s", res.StatusCode, status, res)
			}
			return res
		}
	}
}

// closed waits until the far side closes; what comes before is passed over.
func (l *line) closed() bool {
	for l.message() != nil {
	}
	return true
}

// A bad request gets its answer, and the connection stays for the calls on it.
func TestBadRequestOverStream(t *testing.T) {
	t.Parallel()
	cert := certificate(t)
	for _, network := range []string{"tcp", "tls"} {
		t.Run(network, func(t *testing.T) {
			on, calls := answering(t)
			s := serve(t, loopback(t), on,
				func(c *Config) { c.Listen, c.TLS = []string{network + "://127.0.0.1:0"}, cert })
			l := newLine(t, s)
			l.send(l.text("INVITE", nil, l.sdp("")))
			l.learn(l.status(200))
			l.send(l.text("ACK", nil, ""))
			c := within(t, "call", calls)
			for line, status := range map[string]int{"Broken header": 400, "CSeq: 1 OPTIONS": 400, "Via: nonsense": 400,
				"Require: foo": 420} {
				other := newRaw(t, nil)
				other.target = "sip:x@127.0.0.1"
				l.send(other.text("OPTIONS", newTag(), []string{line}, "a body"))
				l.status(status)
			}
			l.seq++
			l.send(l.text("BYE", nil, ""))
			l.status(200)
			within(t, "end", c.Done())
			if n := s.Refused()["Header Field Without a Colon"]; n != 1 {
				t.Errorf("counted %d: %v", n, s.Refused())
			}
		})
	}
}

// The connections that we open are read in the same way: a carrier that sends its calls over them loses none for a bad
// one.
func TestBadRequestOverOurConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := serve(t, loopback(t), nil, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go s.Dial(ctx, Outbound{To: "sip:1@" + l.Addr().String() + ";transport=tcp"})
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	far := &line{raw: newRaw(t, nil), Conn: conn, in: bufio.NewReader(conn)}
	if req, ok := far.message().(*wire.Request); !ok || !req.IsInvite() {
		t.Fatalf("%v", req)
	}
	far.target = "sip:x@127.0.0.1"
	far.send(far.text("OPTIONS", []string{"Broken header"}, ""))
	far.status(400)
	far.send(far.text("OPTIONS", nil, ""))
	far.status(200)
	go s.Dial(ctx, Outbound{To: "sip:2@" + l.Addr().String() + ";transport=tcp"}) // the same connection
	if req, ok := far.message().(*wire.Request); !ok || !req.IsInvite() || req.Recipient.User != "2" {
		t.Errorf("%v", req)
	}
}

// However TCP cuts a message into pieces, a line end alone among them, it is read; pings are answered.
func TestPieces(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, func(c *Config) { c.Listen = []string{"tcp://127.0.0.1:0"} })
	l := newLine(t, s)
	for i := 0; ; i++ {
		text := l.text("OPTIONS", nil, "")
		parts := strings.SplitAfter(text, "\r\n")
		if i >= len(parts)-1 {
			break
		}
		before, line := strings.Join(parts[:i], ""), parts[i]
		for _, piece := range []string{before + line[:len(line)-2], "\r\n", strings.Join(parts[i+1:], "")} {
			l.send(piece)
			time.Sleep(2 * time.Millisecond)
		}
		l.status(200)
	}
	for _, ping := range [][]string{{"\r\n\r\n"}, {"\r\n", "\r\n"}} {
		for _, piece := range ping {
			l.send(piece)
			time.Sleep(2 * time.Millisecond)
		}
		pong := make([]byte, 2)
		if _, err := io.ReadFull(l.in, pong); err != nil || string(pong) != "\r\n" {
			t.Fatalf("%q %v", pong, err)
		}
	}
	l.send(l.text("OPTIONS", nil, "") + "\r\n\r\n" +
		strings.Replace(l.text("OPTIONS", nil, ""), "Content-Length: 0\r\n", "", 1))
	l.status(200)
	l.status(200)
}

// What has no end that could be known is answered, and the connection closed.
func TestStreamThatCannotBeReadOn(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, func(c *Config) { c.Listen = []string{"tcp://127.0.0.1:0"} })
	for replace, status := range map[string]int{"Content-Length: 900000000": 513, "Content-Length: -1": 400,
		"Content-Length: 1\r\nContent-Length: 2": 400} {
		l := newLine(t, s)
		l.send(strings.Replace(l.text("OPTIONS", nil, ""), "Content-Length: 0", replace, 1))
		l.status(status)
		if !l.closed() {
			t.Errorf("%s: not closed", replace)
		}
	}
	l := newLine(t, s)
	l.send("OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bKx\r\nX: ")
	for range 64 {
		if _, err := l.Conn.Write(bytes.Repeat([]byte("a"), 1024)); err != nil {
			break
		}
	}
	l.status(400)
}

// A message has to come to its end; who says nothing is not kept, unless a call or a telephone is there.
func TestStreamTimes(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	g, err := guard.New(guard.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, loopback(t), on, func(c *Config) {
		c.Listen, c.Guard = []string{"tcp://127.0.0.1:0"}, g
		c.IdleTimeout, c.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	})
	slow := newLine(t, s)
	slow.send("OPTIONS sip:x SIP/2.0\r\nVia: ")
	if !slow.closed() {
		t.Error("a message without an end is waited for")
	}
	if !newLine(t, s).closed() {
		t.Error("a silent connection is kept")
	}
	l := newLine(t, s)
	l.send(l.text("INVITE", nil, l.sdp("")))
	l.learn(l.status(200))
	l.send(l.text("ACK", nil, ""))
	c := within(t, "call", calls)
	time.Sleep(200 * time.Millisecond)
	l.seq++
	l.send(l.text("BYE", nil, ""))
	l.status(200)
	within(t, "end", c.Done())
	if !l.closed() {
		t.Error("kept after the call")
	}
	g.SetAllow(mustPrefixes(t, "127.0.0.0/8"))
	trunk := newLine(t, s)
	time.Sleep(200 * time.Millisecond)
	trunk.send(trunk.text("OPTIONS", nil, ""))
	trunk.status(200)
	trunk.Close()
	until(t, "nothing left", func() bool { return len(s.Connections()) == 0 })
}

func mustPrefixes(t *testing.T, list ...string) *guard.Prefixes {
	t.Helper()
	p, err := guard.ParsePrefixes(list...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// One source has so many connections and no more; when there are too many of all, the one that was silent for longest
// goes.
func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	g, err := guard.New(guard.Config{Limits: guard.Limits{Connections: 3}})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, loopback(t), nil, func(c *Config) {
		c.Listen, c.Guard,
			c.MaxConnections = []string{"tcp://127.0.0.1:0"}, g, 5
	})
	var open []*line
	for range 3 {
		l := newLine(t, s)
		l.send(l.text("OPTIONS", nil, ""))
		l.status(200)
		open = append(open, l)
	}
	if !newLine(t, s).closed() {
		t.Error("a fourth connection of one source")
	}
	open[0].Close()
	until(t, "a place is free", func() bool { return g.Stats().Connected == 2 })
	again := newLine(t, s)
	again.send(again.text("OPTIONS", nil, ""))
	again.status(200)

	if err := g.SetLimits(guard.Limits{Connections: -1}); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		time.Sleep(20 * time.Millisecond) // one is closed for another a hundred times a second
		l := newLine(t, s)
		l.send(l.text("OPTIONS", nil, ""))
		l.status(200)
	}
	if n := s.Connections()["tcp"]; n != 5 {
		t.Errorf("%d connections, want 5", n)
	}
	if !open[1].closed() {
		t.Error("the one that was silent for longest is still there")
	}
}

// failing is a listener that fails as often as it is told before it accepts.
type failing struct {
	net.Listener
	mu   sync.Mutex
	left int
	err  error
}

func (f *failing) Accept() (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left > 0 {
		f.left--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: f.err}
	}
	return f.Listener.Accept()
}

// A listener that gets no connection from the system says so, tries again, and says when it is well again.
func TestListenerSurvives(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.ENOMEM} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := serve(t, loopback(t), nil, nil)
		e := &endpoint{network: "tcp", bound: boundAddr(l.Addr())}
		s.endpoints = append(s.endpoints, e)
		f := &failing{Listener: l, left: 5, err: fault}
		in := newIntake(s, e, f, nil)
		e.close = in.Close
		until(t, "told", func() bool { return errors.Is(s.Trouble(), fault) || f.tried() })
		s.spawn(func() { s.handOver("tcp", in) })
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := &line{raw: newRaw(t, nil), Conn: conn, in: bufio.NewReader(conn)}
		c.target = "sip:x@127.0.0.1"
		c.send(c.text("OPTIONS", nil, ""))
		c.status(200)
		if err := s.Trouble(); err != nil {
			t.Errorf("%v: still told: %v", fault, err)
		}
		conn.Close()
	}
}

func (f *failing) tried() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left == 0
}

// A web page of a stranger may not open a WebSocket from within the office.
func TestOrigin(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), nil, func(c *Config) {
		c.Listen, c.WebOrigins = []string{"ws://127.0.0.1:0"}, []string{"https://Phone.example.org/"}
	})
	_, addr, _ := strings.Cut(s.Addrs()[0], "://")
	for origin, want := range map[string]string{
		"": "101", "https://phone.example.org": "101", "http://" + addr: "101",
		"https://evil.example": "403", "http://phone.example.org": "403", "null": "403", "http://127.0.0.1:9": "403",
	} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		head := "GET / HTTP/1.1\r\nHost: " + addr +
			"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
		if origin != "" {
			head += "Origin: " + origin + "\r\n"
		}
		fmt.Fprint(conn, head+"\r\n")
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(status, "HTTP/1.1 "+want) {
			t.Errorf("origin %q: %q %v, want %s", origin, status, err, want)
		}
		conn.Close()
	}
	if n := s.Refused()["Foreign Origin"]; n != 4 {
		t.Errorf("%v", s.Refused())
	}
}

// What anybody may have written into a datagram bans nobody; over a stream the scanner itself has said it.
func TestOnlyAProvedScannerIsBanned(t *testing.T) {
	t.Parallel()
	g, err := guard.New(guard.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var log syncBuffer
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) {
		c.Listen, c.Guard = []string{"udp://127.0.0.1:0", "tcp://127.0.0.1:0"}, g
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	victim := newRaw(t, s)
	victim.call()
	within(t, "call", calls)
	forged := newRaw(t, s)
	for range 30 {
		forged.send("junk")
		forged.send("OPTIONS sip:x SIP/2.0\r\nUser-Agent: friendly-scanner\r\n\r\n")
	}
	victim.request("OPTIONS", nil, "")
	victim.status(200, "OPTIONS")
	if n := len(g.Banned()); n != 0 {
		t.Errorf("%d bans for what anybody may have sent", n)
	}
	if r := s.Refused(); r["Scanner"] != 30 || r["no line end"] != 30 {
		t.Errorf("%v", r)
	}
	if n := strings.Count(log.String(), "reason=Scanner"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	_, addr, _ := strings.Cut(s.Addrs()[1], "://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	scan := &line{raw: newRaw(t, nil), Conn: conn, in: bufio.NewReader(conn)}
	scan.send("OPTIONS sip:x SIP/2.0\r\nUser-Agent: friendly-scanner\r\n\r\n")
	if !scan.closed() || len(g.Banned()) != 1 {
		t.Errorf("%v", g.Banned())
	}
	// The ban of the address does not end the call that stands there.
	victim.request("BYE", nil, "")
	victim.status(200, "BYE")
	victim.id, victim.theirTag = newTag(), ""
	victim.request("OPTIONS", nil, "")
	if m := victim.read(200 * time.Millisecond); m != nil {
		t.Errorf("a banned source is answered:\n%s", m)
	}
}
