package validate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/validate"
)

// The messages of RFC 4475 are sent over UDP, each to a server of its own, because some share a transaction. Each gets
// the answer of the table, those that must be thrown away get none, and the server lives on.
//
// Answers go to the port that a message names in its Via, or 5060. The test listens there on a loopback address of its
// own: Linux has sixteen million.
func TestTortureAtServer(t *testing.T) {
	dir, files, want := validate.TortureMessages(t)
	engine, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	l := newListener(t)
	servers := map[string]netip.AddrPort{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(dir, file+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		to := newServer(t, engine)
		servers[file] = to
		l.send(t, data, to)
		if want[file] == 0 {
			want[file] = served(file, data)
		}
		if want[file] > 0 {
			if got := l.answer(to, 0); got != want[file] {
				t.Errorf("%s: answered %d, want %d", file, got, want[file])
			}
		}
		probe := fmt.Sprintf("OPTIONS sip:x@%s SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKprobe\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\n\r\n", to)
		before := l.count(to)
		l.send(t, []byte(probe), to)
		if got := l.answer(to, before); got != 200 {
			t.Errorf("after %s the server answers OPTIONS with %d", file, got)
		}
	}
	for file, to := range servers {
		if want[file] < 0 && l.count(to) != 1 {
			t.Errorf("%s: was answered, though nothing may be said", file)
		}
	}
}

// newServer starts a server that refuses calls, and ends it with the test.
func newServer(t *testing.T, engine *rtp.Engine) netip.AddrPort {
	t.Helper()
	server, err := sip.Listen(t.Context(), sip.Config{
		Listen: []string{"udp://127.0.0.1:0"}, Media: engine, T1: 20 * time.Millisecond,
		Logger: slog.New(slog.DiscardHandler),
		OnCall: func(c *sip.Call) { c.Reject(486, "Busy Here") },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shutting down: %v", err)
		}
	})
	return netip.MustParseAddrPort(strings.TrimPrefix(server.Addrs()[0], "udp://"))
}

// served is what the server says to a message that it acts on.
func served(file string, data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("SIP/")):
		return -1
	case file == "valid/wsinv":
		return 481 // its To tag is of no call
	case bytes.HasPrefix(data, []byte("REGISTER")):
		return 405 // this server has no registrar
	case bytes.HasPrefix(data, []byte("OPTIONS")):
		return 200
	}
	return 486 // a call, refused by the test
}

// listener collects final answers by the server that gave them. An answer that is repeated counts once.
type listener struct {
	socks []*net.UDPConn
	mu    sync.Mutex
	got   map[netip.AddrPort][]int
	last  map[netip.AddrPort]string
}

// newListener finds a loopback address whose ports are free.
func newListener(t *testing.T) *listener {
	t.Helper()
	ports := []int{5060, 5050, 5070}
	for range 50 {
		ip := net.IPv4(127, byte(1+rand.IntN(250)), byte(rand.IntN(250)), byte(1+rand.IntN(250)))
		l := &listener{got: map[netip.AddrPort][]int{}, last: map[netip.AddrPort]string{}}
		for _, p := range ports {
			c, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: p})
			if err != nil {
				break
			}
			l.socks = append(l.socks, c)
		}
		if len(l.socks) < len(ports) {
			for _, c := range l.socks {
				c.Close()
			}
			continue
		}
		var all sync.WaitGroup
		for _, c := range l.socks {
			all.Go(func() { l.read(c) })
		}
		t.Cleanup(func() {
			for _, c := range l.socks {
				c.Close()
			}
			all.Wait()
		})
		return l
	}
	t.Fatal("no loopback address is free")
	return nil
}

func (l *listener) read(c *net.UDPConn) {
	buf := make([]byte, 65536)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		line, _, _ := strings.Cut(string(buf[:n]), "\r\n")
		words := strings.SplitN(line, " ", 3)
		if len(words) < 2 || words[0] != "SIP/2.0" {
			continue
		}
		if status, err := strconv.Atoi(words[1]); err == nil && status >= 200 {
			from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
			l.mu.Lock()
			if text := string(buf[:n]); l.last[from] != text {
				l.last[from] = text
				l.got[from] = append(l.got[from], status)
			}
			l.mu.Unlock()
		}
	}
}

func (l *listener) send(t *testing.T, data []byte, to netip.AddrPort) {
	t.Helper()
	if _, err := l.socks[0].WriteToUDPAddrPort(data, to); err != nil {
		t.Fatal(err)
	}
}

func (l *listener) count(from netip.AddrPort) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.got[from])
}

// answer waits for the next answer of a server after so many; 0 if none comes.
func (l *listener) answer(from netip.AddrPort, after int) int {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		l.mu.Lock()
		list := l.got[from]
		l.mu.Unlock()
		if len(list) > after {
			return list[after]
		}
	}
	return 0
}
