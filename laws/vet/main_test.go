package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestForeign: nothing is learned of what is not ours, and what is ours is looked at as ever.
func TestForeign(t *testing.T) {
	for _, c := range []struct {
		path string
		only bool
		want bool
	}{
		{"net/http", true, true}, {"github.com/jmoiron/sqlx", true, true}, {"rexian/media/sip", true, false},
		{"rexian/media/sip", false, false}, {"command-line-arguments", false, false},
	} {
		if got := foreign(unit{ImportPath: c.path, VetxOnly: c.only}); got != c.want {
			t.Errorf("%s, only to be learned from %v: %v", c.path, c.only, got)
		}
	}
	dir := t.TempDir()
	facts := filepath.Join(dir, "vet.out")
	cfg := filepath.Join(dir, "vet.cfg")
	text := `{"ImportPath": "net/http", "VetxOnly": true, "VetxOutput": "` + facts + `"}`
	if err := os.WriteFile(cfg, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-printf", cfg}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(facts); err != nil || len(b) != 0 {
		t.Errorf("%q, %v", b, err)
	}
	if err := run([]string{filepath.Join(dir, "none.cfg")}); err == nil {
		t.Error("a configuration that is not there is no fault")
	}
}
