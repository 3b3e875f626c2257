package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
)

// SIGHUP takes the configuration and then the flows; with a wrong configuration it takes neither.
func TestHangupTakesConfigurationThenFlows(t *testing.T) {
	flows, file := t.TempDir(), filepath.Join(t.TempDir(), "rexian.toml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rest := "data = \"" + t.TempDir() + "\"\nflows = \"" + flows + "\"\n[sip]\nlisten = [\"udp://127.0.0.1:0\"]\n" +
		"max_calls = 5\n[http]\nlisten = \"\"\n[voice]\nengine = \"none\"\n"
	write(file, rest)
	program := filepath.Join(flows, "a.flow")
	write(program, strings.Replace(deployed, "%s", "第一版", 1))
	read := func() (*config.Config, error) { return config.Load(file) }
	cfg, err := read()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s, err := server.Start(t.Context(), server.Options{Config: cfg, Reread: read, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first := s.Deployment().Stable().Hash()
	write(program, strings.Replace(deployed, "%s", "第二版", 1))

	said := &bytes.Buffer{}
	a := &app{App: cli.App{Out: said, Err: said, Tongue: diag.En}}
	write(file, strings.Replace(rest, "max_calls = 5", "max_calls = 0", 1))
	a.hangup(t.Context(), s, log)
	if !strings.Contains(said.String(), "rexian.toml:5: sip.max_calls: ") || s.Deployment().Stable().Hash() != first {
		t.Errorf("a wrong configuration: said %q, another version serves: %v", said,
			s.Deployment().Stable().Hash() != first)
	}
	said.Reset()
	write(file, strings.Replace(rest, "max_calls = 5", "max_calls = 6", 1))
	a.hangup(t.Context(), s, log)
	if said.String() != "in force now: sip.max_calls\n" || s.Deployment().Stable().Hash() == first {
		t.Errorf("a good configuration: said %q, the old version serves: %v", said,
			s.Deployment().Stable().Hash() == first)
	}
}
