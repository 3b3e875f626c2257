package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/cli"
)

// asked runs a command against a server of the test's own.
func asked(t *testing.T, do http.HandlerFunc, dir string, args ...string) (status int, out string) {
	t.Helper()
	s := httptest.NewServer(do)
	defer s.Close()
	var b bytes.Buffer
	a := &app{App: cli.App{Dir: dir, In: strings.NewReader(""), Out: &b, Err: &b, Now: time.Unix(0, 0)}}
	status = run(a, append(args, "--http", s.URL), func(string) string { return "" })
	return status, b.String()
}

// TestResultsThatBreakOff do not touch the file that is there.
func TestResultsThatBreakOff(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.csv")
	if err := os.WriteFile(file, []byte("yesterday's"), 0o600); err != nil {
		t.Fatal(err)
	}
	pages := 0
	status, out := asked(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/attempts") {
			if pages++; pages > 1 {
				http.Error(w, `{"error": "the campaigns cannot be read at the moment"}`, http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, `{"attempts": [{"target": 1, "attempt": 1, "number": "138****8000"}], "next": "1.1"}`)
			return
		}
		fmt.Fprint(w, `{"campaign": "x"}`)
	}, dir, "campaign", "results", "x", "-o", "r.csv")
	if b, err := os.ReadFile(file); status == 0 || pages != 2 || err != nil || string(b) != "yesterday's" {
		t.Errorf("%d after %d pages: the file is %q, %v\n%s", status, pages, b, err, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v are left, %v", left, err)
	}
}

// TestListsComeWhole, however many pages a server makes of them.
func TestListsComeWhole(t *testing.T) {
	for list, command := range map[string][]string{
		"follow_ups":    {"followup", "list"},
		"bans":          {"guard", "list"},
		"announcements": {"announce", "list"},
		"unknown":       {"announce", "unknown"},
		"surveys":       {"survey", "list"},
		"campaigns":     {"campaign", "list"},
	} {
		item := func(n string) string {
			return fmt.Sprintf(`{"id": "%[1]s", "about": "%[1]s", "source": "192.0.2.%[1]s", "name": "%[1]s", "survey": "%[1]s",
				"campaign": "%[1]s", "version": 1}`, n)
		}
		status, out := asked(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("after") == "" {
				fmt.Fprintf(w, `{"%s": [%s], "next": "7"}`, list, item("71"))
			} else {
				fmt.Fprintf(w, `{"%s": [%s]}`, list, item("72"))
			}
		}, t.TempDir(), command...)
		if status != 0 || !strings.Contains(out, "71") || !strings.Contains(out, "72") {
			t.Errorf("%s: %d %s", list, status, out)
		}
	}
}
