package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

// screenful is what a command prints, read while it prints.
type screenful struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (s *screenful) Write(b []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.Write(b)
}

// until waits for a piece of text and forgets what stands before it.
func (s *screenful) until(t *testing.T, piece string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.lock.Lock()
		all := s.text.String()
		_, rest, ok := strings.Cut(all, piece)
		if ok {
			s.text.Reset()
			s.text.WriteString(rest)
		}
		s.lock.Unlock()
		if ok {
			return
		}
	}
	t.Fatalf("%q was never printed", piece)
}

// TestWatch: an author saves a fault, mends it, adds a file and takes it away; each time the check tells, and the last
// one is the result.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const good = "number \"1\" enters main\nlanguages en fallback en\n" +
		"defaults { zone \"Asia/Shanghai\" on error hangup }\nflow main { say \"Hello.\" hangup }\n"
	save("main.flow", good)
	out := &screenful{}
	a := &app{App: cli.App{Out: out, Err: out, Tongue: diag.En, Now: time.Now()}, registry: library.Default()}
	p, err := a.load(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- (&checkCmd{Path: dir}).watch(ctx, a, p) }()
	out.until(t, "1 file, nothing wrong")
	save("main.flow", strings.Replace(good, "hangup }\n", "hangup }\n// twice the length\n",
		1)+"flow other { goto nowhere }\n")
	out.until(t, "── main.flow ──")
	out.until(t, "RX2001")
	save("other.flow", "flow nowhere { hangup }\n")
	out.until(t, "── other.flow ──")
	out.until(t, "2 files, 0 errors, 2 warnings") // nothing comes to these flows
	if err := os.Remove(filepath.Join(dir, "other.flow")); err != nil {
		t.Fatal(err)
	}
	out.until(t, "RX2001")
	out.until(t, "1 file, 1 error,")
	stop()
	if err := <-result; !errors.Is(err, cli.ErrFindings) {
		t.Errorf("the result is %v", err)
	}
}

// TestWatchShowsText: a report for machines is made once.
func TestWatchShowsText(t *testing.T) {
	for _, args := range [][]string{{"--json"}, {"--format", "sarif"}, {"--output", "x"}} {
		out := &bytes.Buffer{}
		a := &app{App: cli.App{Out: out, Err: out, Now: time.Now()}, registry: library.Default()}
		if got := run(a, append([]string{"check", "--watch", t.TempDir()}, args...),
			func(string) string { return "" }); got != 2 {
			t.Errorf("%v: exit %d, %s", args, got, out)
		}
	}
}
