//go:build peers && linux

package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
)

// hotline is a server of ours that answers every call, plays a tone and remembers what it heard.
type hotline struct {
	*sip.Server
	engine *rtp.Engine
	log    *lockedWriter

	mu    sync.Mutex
	calls []*heard
}

// heard is one call as the hotline saw it.
type heard struct {
	*sip.Call
	mu   sync.Mutex
	keys string
	loud int // samples that were sound
	all  int
}

// Samples measures what is heard.
func (h *heard) Samples(in, _ []int16) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all += len(in)
	for _, s := range in {
		if s > 500 || s < -500 {
			h.loud++
		}
	}
}

func (h *heard) read() (keys string, loud, all int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.keys, h.loud, h.all
}

// follow listens to a call.
func (h *heard) follow(c *sip.Call) {
	h.Call = c
	c.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			h.mu.Lock()
			h.keys += string(e.Digit)
			h.mu.Unlock()
		}
	})
	c.Stream().Tap(h)
}

// tone is ten seconds of 1 kHz.
var tone = sync.OnceValue(func() *rtp.Sound {
	pcm := make([]int16, 80_000)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*1000*float64(i)/audio.Rate))
	}
	return &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}
})

var loopback = netip.MustParseAddr("127.0.0.1")

// newHotline starts a server on UDP and TCP. It ends with the test, which fails if calls or streams are left.
func newHotline(t *testing.T, ring time.Duration, change func(*sip.Config)) *hotline {
	t.Helper()
	engine, err := rtp.New(rtp.Config{Listen: loopback})
	if err != nil {
		t.Fatal(err)
	}
	h := &hotline{engine: engine, log: &lockedWriter{}}
	c := sip.Config{
		Listen: []string{"udp://127.0.0.1:0", "tcp://127.0.0.1:0"}, Media: engine,
		Logger: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelInfo})),
		OnCall: func(call *sip.Call) { h.take(t, call, ring) },
	}
	if change != nil {
		change(&c)
	}
	if h.Server, err = sip.Listen(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		until(t, "calls and streams are gone", func() bool { return h.Calls() == 0 && engine.Stats().Streams == 0 })
		if n, m := h.Calls(), engine.Stats().Streams; n+m > 0 {
			t.Errorf("%d calls and %d streams are left", n, m)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Errorf("shutting down: %v", err)
		}
		if err := engine.Close(); err != nil {
			t.Errorf("closing the engine: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", tail(h.log.String(), 60))
		}
	})
	return h
}

type lockedWriter struct {
	mu sync.Mutex
	w  bytes.Buffer
}

func (l *lockedWriter) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.String()
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (h *hotline) take(t *testing.T, call *sip.Call, ring time.Duration) {
	one := &heard{}
	one.follow(call)
	h.mu.Lock()
	h.calls = append(h.calls, one)
	h.mu.Unlock()
	if err := call.Ring(); err != nil {
		return // given up already
	}
	if ring > 0 {
		select {
		case <-time.After(ring):
		case <-call.Done():
			return
		}
	}
	if err := call.Answer(t.Context()); err != nil {
		return // the cause says why; tests look at it
	}
	call.Stream().Hold(rtp.Item{Clips: []rtp.Clip{{Sound: tone()}}})
}

// address is host:port of a listener: "udp" or "tcp".
func (h *hotline) address(network string) string {
	for _, a := range h.Addrs() {
		if n, addr, _ := strings.Cut(a, "://"); n == network {
			return addr
		}
	}
	return ""
}

// taken are the calls so far.
func (h *hotline) taken() []*heard {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*heard(nil), h.calls...)
}

// only is the one call there was, after it ended.
func (h *hotline) only(t *testing.T) *heard {
	t.Helper()
	until(t, "one call", func() bool { return len(h.taken()) == 1 })
	c := h.taken()[0]
	ended(t, c.Call)
	return c
}

func ended(t *testing.T, c *sip.Call) {
	t.Helper()
	select {
	case <-c.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the call does not end")
	}
}

func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// process is a peer that runs until the test ends.
type process struct {
	cmd  *exec.Cmd
	out  *lockedWriter
	done chan struct{}
	err  error
}

// start runs a program; it is ended with the test. A program that is not installed fails the test.
func start(t *testing.T, dir, name string, args ...string) *process {
	t.Helper()
	return startWith(t, dir, nil, nil, name, args...)
}

// startWith also gives it an input, and more of an environment.
func startWith(t *testing.T, dir string, in *os.File, env []string, name string, args ...string) *process {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: run `make peers`", name)
	}
	p := &process{cmd: exec.Command(path, args...), out: &lockedWriter{}, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.out, p.out
	if in != nil {
		p.cmd.Stdin = in
	}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.WaitDelay = 2 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that its children end with it
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // gone already: nothing to do
		<-p.done
		if t.Failed() {
			t.Logf("%s %s said:\n%s", name, strings.Join(args, " "), tail(p.out.String(), 40))
		}
	})
	return p
}

// output is what the program said so far.
func (p *process) output() string { return p.out.String() }

// wait waits for the program's own end and fails the test if it did not succeed.
func (p *process) wait(t *testing.T, longest time.Duration) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(longest):
		t.Fatalf("%s does not end", filepath.Base(p.cmd.Path))
	}
	if p.err != nil {
		t.Fatalf("%s: %v", filepath.Base(p.cmd.Path), p.err)
	}
}

func tail(s string, lines int) string {
	l := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(l[max(0, len(l)-lines):], "\n")
}

// interesting leaves out of sipp's errors what it only notes.
func interesting(log string) string {
	if i := strings.Index(log, "Aborting"); i >= 0 {
		return log[max(0, i-200):min(len(log), i+4000)]
	}
	return log
}

// sipp starts a scenario of testdata. As a caller it makes one call unless args say otherwise.
func sipp(t *testing.T, scenario, target string, args ...string) (p *process, port int) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("testdata", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	port = freePort(t)
	all := []string{"-sf", file, "-i", "127.0.0.1", "-p", fmt.Sprint(port), "-mp", fmt.Sprint(freePort(t)), "-nostdin",
		"-trace_err", "-error_file", "errors.log", "-timeout", "60", "-timeout_error"}
	if !slices.Contains(args, "-m") { // a log of the messages of thousands of calls would slow the peer down
		all = append(all, "-m", "1", "-trace_msg", "-message_file", "messages.log")
	}
	all = append(all, args...)
	if target != "" {
		all = append(all, target)
	}
	p = start(t, dir, "sipp", all...)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, f := range []string{"errors.log", "messages.log"} {
			if b, err := os.ReadFile(filepath.Join(dir, f)); err == nil {
				t.Logf("%s:\n%s", f, tail(interesting(string(b)), 120))
			}
		}
	})
	if target == "" {
		until(t, "sipp listens", func() bool {
			return listened(t, port, slices.Contains(args, "t1"))
		})
	}
	return p, port
}

// status is the status of a refused call.
func status(err error) int {
	var f *sip.Failure
	if errors.As(err, &f) {
		return f.Status
	}
	return 0
}
