package main

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/media/audio"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rexian-process": main})
}

// TestScripts runs testdata/script/*.txtar: command lines with what they print and how they end. `rexian`
// runs within the test, `exec rexian-process` as a process of its own; `hotline FILE` starts a server by a
// configuration, which is administered at $HTTP until the script ends; `tone` writes a recording.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"rexian": inProcess,
			"hotline": hotline, "tone": tone, "day": keptDay},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "zh_CN.UTF-8")
			e.Setenv("LC_ALL", "")
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			e.Setenv("REXIAN_FLOWS", flows(t))
			return nil
		},
	})
}

func inProcess(ts *testscript.TestScript, neg bool, args []string) {
	now := time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)
	if day := ts.Getenv("TODAY"); day != "" { // a script may want another
		at, err := time.Parse(time.DateOnly, day)
		ts.Check(err)
		now = at
	}
	a := &app{App: cli.App{Dir: ts.MkAbs("."), In: strings.NewReader(""), Out: ts.Stdout(), Err: ts.Stderr(), Now: now}}
	status := run(a, args, ts.Getenv)
	if neg != (status != 0) {
		ts.Fatalf("rexian %v: exit status %d", args, status)
	}
}

func hotline(ts *testscript.TestScript, _ bool, args []string) {
	read := func() (*config.Config, error) { return config.Load(ts.MkAbs(args[0])) }
	cfg, err := read()
	ts.Check(err)
	s, err := server.Start(context.Background(),
		server.Options{Config: cfg, Reread: read, Logger: slog.New(slog.DiscardHandler)})
	ts.Check(err)
	ts.Defer(func() { ts.Check(s.Close()) })
	ts.Setenv("HTTP", "http://"+s.Web().String())
}

// tone writes a recording: `tone FILE SECONDS LEVEL`, a sound like speech between silences, the level in dBm0.
func tone(ts *testscript.TestScript, _ bool, args []string) {
	seconds, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	level, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	quiet := make([]int16, audio.Rate/5)
	pcm := append(slices.Clone(quiet), audio.Tone([]float64{310, 830}, level,
		time.Duration(seconds*float64(time.Second)))...)
	ts.Check(writeWAV(ts.MkAbs(args[0]), append(pcm, quiet...)))
}

// flows is the folder of the shipped hotline.
func flows(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir + "/../../flows"
}
