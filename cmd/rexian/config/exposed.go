package config

import (
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Exposed are the files with secrets of this configuration that any user of the machine may read: the file itself where
// secrets are written into it, and those that file: names.
func (c *Config) Exposed() []string { return c.exposed }

// open notes a file with secrets that others may read.
func (c *Config) open(path string) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o007 == 0 || slices.Contains(c.exposed, path) {
		return
	}
	c.exposed = append(c.exposed, path)
}

// writesSecrets tells whether secrets stand in the file itself, before env: and file: are followed.
func (c *Config) writesSecrets() bool {
	found := false
	eachSecret(c, func(_ string, s *Secret) {
		found = found || s.value != "" && !strings.HasPrefix(s.value, "env:") && !strings.HasPrefix(s.value, "file:") &&
			!harmless(s.value)
	})
	return found
}

// harmless tells of the address of a database that there is no password in it.
func harmless(value string) bool {
	if strings.HasPrefix(value, "sqlite:") {
		return true
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return false
	}
	_, set := u.User.Password()
	return !set && !u.Query().Has("password")
}
