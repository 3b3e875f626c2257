package sip

import (
	"bufio"
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
func masked(text string) []byte {
	b := []byte{0x81, 0x80 | 126}
	b = binary.BigEndian.AppendUint16(b, uint16(len(text)))
	key := []byte{1, 2, 3, 4}
	b = append(b, key...)
	for i := range len(text) {
		b = append(b, text[i]^key[i%4])
	}
	return b
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
