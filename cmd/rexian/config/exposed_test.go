package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"rexian/cmd/rexian/config"
)

// TestExposed: a file with secrets that anybody may read is known, and one without secrets, or for its owner, is not.
func TestExposed(t *testing.T) {
	for _, c := range []struct {
		text string
		mode os.FileMode
		want int
	}{
		{"[http]\ntoken = \"geheim\"\n", 0o644, 1},
		{"[http]\ntoken = \"geheim\"\n", 0o640, 0},
		{"[http]\nlisten = \"127.0.0.1:8080\"\n", 0o644, 0},
		{"[database]\nurl = \"postgres://a:b@db/x\"\n", 0o604, 1},
		{"[database]\nurl = \"postgres://a@db/x\"\n", 0o644, 0},
		{"[database]\nurl = \"sqlite:x.db\"\n", 0o644, 0},
		{"[http]\ntoken = \"file:token\"\n", 0o644, 1}, // the file it names
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "rexian.toml")
		for name, text := range map[string]string{path: c.text, filepath.Join(dir, "token"): "geheim"} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(name, c.mode); err != nil {
				t.Fatal(err)
			}
		}
		cfg, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Exposed(); len(got) != c.want {
			t.Errorf("%q with %v: %v, want %d", c.text, c.mode, got, c.want)
		}
	}
}
