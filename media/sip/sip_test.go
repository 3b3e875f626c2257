package sip

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/rtp"
)

// t1 is the round trip that tests assume: everything that waits is a hundred times faster.
const t1 = 20 * time.Millisecond

// waiting is how many tests run beside each other, by default as many as there are processors: but they mostly wait.
const waiting = "6"

func TestMain(m *testing.M) {
	wire.SetTimers(t1, 8*t1, 10*t1)
	wire.Timer_D = 64 * t1
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", waiting); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// loopback is an engine for sound on the loopback.
func loopback(t testing.TB) *rtp.Engine {
	t.Helper()
	e, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// serve starts a server on the loopback; change adjusts its Config.
func serve(t testing.TB, e *rtp.Engine, onCall func(*Call), change func(*Config)) *Server {
	t.Helper()
	c := Config{Listen: []string{"udp://127.0.0.1:0"}, Media: e, OnCall: onCall, T1: t1,
		Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&c)
	}
	s, err := Listen(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		s.Shutdown(ctx)
	})
	return s
}

// uri is the address of a server's first socket.
func uri(s *Server, user string) string {
	network, addr, _ := strings.Cut(s.Addrs()[0], "://")
	u := "sip:" + user + "@" + addr
	if network != "udp" {
		u += ";transport=" + network
	}
	return u
}

// within waits for a channel; a test that waits longer is broken.
func within[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: nothing came", what)
		panic("unreachable")
	}
}

// until waits for a condition.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it never was", what)
		}
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	calls, rang := make(chan *Call, 1), make(chan int, 9)
	s := serve(t, e, func(c *Call) {
		if err := c.Ring(); err != nil {
			t.Error(err)
		}
		if n := within(t, "ringing", rang); n != 180 {
			t.Errorf("progress %d", n)
		}
		if err := c.Answer(context.Background()); err != nil {
			t.Error(err)
		}
		calls <- c
	}, nil)
	a := serve(t, e, nil, nil)
	out, err := a.Dial(t.Context(), Outbound{To: uri(s, "12366"), From: "13812345678",
		OnProgress: func(n int, early bool) { rang <- n }})
	if err != nil {
		t.Fatal(err)
	}
	in := within(t, "call", calls)
	if in.From() != "13812345678" || in.Number() != "12366" || in.To() != "12366" || !in.Source().IsValid() ||
		in.Display() != "" {
		t.Errorf("from %q number %q to %q source %v", in.From(), in.Number(), in.To(), in.Source())
	}
	if s.Calls() != 1 || a.Calls() != 1 {
		t.Errorf("%d and %d calls", s.Calls(), a.Calls())
	}
	out.Hangup("done")
	within(t, "end", in.Done())
	within(t, "end", out.Done())
	if c := in.Cause(); c.By != Remote || c.Q850 != 16 || c.Text != "done" {
		t.Errorf("%+v", c)
	}
	if c := out.Cause(); c.By != Local {
		t.Errorf("%+v", c)
	}
	until(t, "no calls", func() bool { return s.Calls() == 0 && a.Calls() == 0 && e.Stats().Streams == 0 })
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	s := serve(t, e, func(c *Call) { c.Reject(486, "Busy Here") }, nil)
	a := serve(t, e, nil, nil)
	_, err := a.Dial(t.Context(), Outbound{To: uri(s, "1")})
	var f *Failure
	if !errors.As(err, &f) || f.Status != 486 || f.Q850 != 17 {
		t.Errorf("%v", err)
	}
	until(t, "no calls", func() bool { return s.Calls() == 0 && a.Calls() == 0 })
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
