package sip

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// web opens a WebSocket by hand, so that a test can say on it what no library would.
func web(t *testing.T, s *Server) (net.Conn, *bufio.Reader) {
	t.Helper()
	_, addr, _ := strings.Cut(s.Addrs()[0], "://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn,
		"GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n", addr)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	r := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "HTTP/") && !strings.Contains(line, " 101 ") {
			t.Fatal(line)
		}
	}
	return conn, r
}

// masked is a whole text frame of a client.
func masked(text string) []byte { return maskedAs(0x81, text) }

// maskedAs is a frame of a client with another first byte.
func maskedAs(first byte, text string) []byte {
	b := []byte{first, 0x80 | byte(len(text))}
	if len(text) > 125 {
		b = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(len(text)))
	}
	key := []byte{1, 2, 3, 4}
	b = append(b, key...)
	for i := range len(text) {
		b = append(b, text[i]^key[i%4])
	}
	return b
}

// frameIn reads a frame of the server: its first byte and what is in it.
func frameIn(t *testing.T, r *bufio.Reader) (first byte, payload string) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	length := int(head[1])
	if length == 126 {
		long := make([]byte, 2)
		if _, err := io.ReadFull(r, long); err != nil {
			t.Fatal(err)
		}
		length = int(binary.BigEndian.Uint16(long))
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatal(err)
	}
	return head[0], string(b)
}

// A ping is answered with what was in it, at any point; messages are heard however they are cut into frames; the other
// side's close is answered with its own reason (RFC 6455, 5.4 and 5.5).
func TestFramesOfAWebSocket(t *testing.T) {
	s := serve(t, loopback(t), nil, func(c *Config) { c.Listen = []string{"ws://127.0.0.1:0"} })
	conn, r := web(t, s)
	raw := newRaw(t, nil)
	_, addr, _ := strings.Cut(s.Addrs()[0], "://")
	raw.target = "sip:12366@" + addr
	options := func() string {
		return strings.Replace(raw.text("OPTIONS", newTag(), nil, ""), "SIP/2.0/UDP", "SIP/2.0/WS", 1)
	}
	send := func(frames ...[]byte) {
		t.Helper()
		if _, err := conn.Write(bytes.Join(frames, nil)); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(what string, first byte, begin string) {
		t.Helper()
		if got, payload := frameIn(t, r); got != first || !strings.HasPrefix(payload, begin) {
			t.Fatalf("%s is answered with a frame %#x of %q, want %#x of %q", what, got, payload, first, begin)
		}
	}
	full := strings.Repeat("p", 125)
	send(maskedAs(0x89, "are you there?"))
	wants("a ping", 0x8A, "are you there?")
	send(maskedAs(0x89, ""), maskedAs(0x89, full), maskedAs(0x8A, "unasked"))
	wants("an empty ping", 0x8A, "")
	wants("a full ping", 0x8A, full)
	send(masked(options()))
	wants("OPTIONS after pings", 0x81, "SIP/2.0 200")
	m := options()
	send(maskedAs(0x01, m[:7]), maskedAs(0x89, "between"), maskedAs(0x00, m[7:200]), maskedAs(0x00, ""),
		maskedAs(0x80, m[200:]))
	wants("a ping within a message", 0x8A, "between")
	wants("OPTIONS in pieces", 0x81, "SIP/2.0 200")
	send(maskedAs(0x82, options()), masked(options()))
	wants("OPTIONS in bytes", 0x81, "SIP/2.0 200")
	wants("OPTIONS behind another", 0x81, "SIP/2.0 200")
	one := masked(options())
	for i := range one { // however TCP cuts it
		send(one[i : i+1])
	}
	wants("OPTIONS byte by byte", 0x81, "SIP/2.0 200")
	send(maskedAs(0x88, "\x03\xe9bye"))
	wants("a close", 0x88, "\x03\xe9")
	if _, err := r.ReadByte(); err == nil {
		t.Error("the connection stays open after a close")
	}
}

// What no browser may send closes the WebSocket, with the reason that RFC 6455 gives for it.
func TestForbiddenFrames(t *testing.T) {
	s := serve(t, loopback(t), nil, func(c *Config) { c.Listen = []string{"ws://127.0.0.1:0"} })
	broken, large := "\x03\xea", "\x03\xf1"
	for name, c := range map[string]struct {
		frame []byte
		want  string
	}{
		"a ping of 126 bytes":        {maskedAs(0x89, strings.Repeat("p", 126)), broken},
		"a ping in pieces":           {maskedAs(0x09, "p"), broken},
		"a close in pieces":          {maskedAs(0x08, ""), broken},
		"a frame that is not masked": {[]byte{0x81, 2, 'h', 'i'}, broken},
		"a ping that is not masked":  {[]byte{0x89, 0}, broken},
		"reserved bits":              {maskedAs(0xC1, "x"), broken},
		"an unknown kind":            {maskedAs(0x83, "x"), broken},
		"an unknown control":         {maskedAs(0x8B, "x"), broken},
		"the end of nothing":         {maskedAs(0x80, "x"), broken},
		"a message in a message":     {append(maskedAs(0x01, "x"), maskedAs(0x81, "y")...), broken},
		"too long a message":         {maskedAs(0x81, strings.Repeat("x", 20_000)), large},
		"too long in pieces": {append(maskedAs(0x01, strings.Repeat("x", 12_000)),
			maskedAs(0x00, strings.Repeat("x", 12_000))...), large},
	} {
		conn, r := web(t, s)
		if _, err := conn.Write(c.frame); err != nil {
			t.Fatal(err)
		}
		if first, payload := frameIn(t, r); first != 0x88 || payload != c.want {
			t.Errorf("%s: answered with a frame %#x of %q", name, first, payload)
		}
		conn.Close()
	}
	if n := s.Refused(); n["Broken WebSocket Frame"] != 10 || n["WebSocket Message Too Large"] != 2 {
		t.Errorf("%v", n)
	}
}

// Frames that break the rules of WebSockets, or that promise more than they hold, cost nothing and end nobody else's
// connection.
func TestHostileFrames(t *testing.T) {
	s := serve(t, loopback(t), nil, func(c *Config) { c.Listen = []string{"ws://127.0.0.1:0"} })
	long := func(op byte, n uint64) []byte { return binary.BigEndian.AppendUint64([]byte{op, 0x80 | 127}, n) }
	pieces := []byte{}
	for i := range 2000 {
		op := byte(0)
		if i == 0 {
			op = 1
		}
		pieces = append(pieces, op, 0x80|125, 0, 0, 0, 0)
		pieces = append(pieces, strings.Repeat("x", 125)...)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, frame := range map[string][]byte{
		"not masked":     {0x81, 5, 'h', 'e', 'l', 'l', 'o'},
		"2^62 bytes":     long(0x81, 1<<62),
		"2^63-1 bytes":   long(0x81, 1<<63-1),
		"2^63 bytes":     long(0x81, 1<<63),
		"100 MB":         long(0x81, 100<<20),
		"reserved bits":  {0xf1, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		"an endless one": pieces,
		"a long ping":    long(0x89, 5000),
	} {
		conn, _ := web(t, s)
		_, _ = conn.Write(frame)
		_, _ = conn.Write([]byte("abcd" + strings.Repeat("x", 2000)))
		good, r := web(t, s)
		raw := newRaw(t, nil)
		_, addr, _ := strings.Cut(s.Addrs()[0], "://")
		raw.target = "sip:12366@" + addr
		text := strings.Replace(raw.text("OPTIONS", newTag(), nil, ""), "SIP/2.0/UDP", "SIP/2.0/WS", 1)
		if _, err := good.Write(masked(text)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b := make([]byte, 64)
		if n, err := io.ReadFull(r, b); err != nil || !strings.Contains(string(b[:n]), "SIP/2.0 ") {
			t.Errorf("%s: another's OPTIONS got %q, %v", name, b[:n], err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 64<<20 {
		t.Errorf("memory grew by %d MB", grown>>20)
	}
}
