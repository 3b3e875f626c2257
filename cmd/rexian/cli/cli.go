// Package cli is what every command shares: its terminal, the reader's tongue, the clock, and how it ends.
package cli

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"rexian/lang/diag"
)

// App is what a command may touch of the world.
type App struct {
	Dir      string // relative paths are from here; "" is the working directory
	In       io.Reader
	Out, Err io.Writer
	Tongue   diag.Tongue
	Colour   bool // Out is a terminal that wants colours
	Progress bool // Err is a terminal
	Screen   bool // In and Out are terminals
	Now      time.Time
	Env      func(string) string // the environment
}

// Say picks the sentence of the reader's tongue and fills it as [diag.Fill] does.
func (a *App) Say(zh, en string, args ...any) string {
	s := diag.Text{Zh: zh, En: en}.In(a.Tongue)
	if len(args) == 0 {
		return s
	}
	return diag.Fill(s, args...)
}

// Usage is what was asked for wrongly, in the reader's tongue.
func (a *App) Usage(zh, en string, args ...any) error {
	return Wrong(errors.New(a.Say(zh, en, args...)))
}

// File is where a path that the user typed lies.
func (a *App) File(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.Dir, path)
}

// Who is who gives the command: by, or the user of the process.
func (a *App) Who(by string) string {
	if by != "" {
		return by
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "cli"
}

// ErrFindings makes the exit status 1; what was found has been printed.
var ErrFindings = errors.New("findings")

// UsageError makes the exit status 2.
type UsageError struct{ error }

// Wrong makes the exit status 2: what was asked for cannot be done so.
func Wrong(err error) error { return UsageError{err} }

// WriteJSON writes a value as JSON that people can read, too.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Printable keeps what another machine says from steering the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// Or is s, or another text where that is empty.
func Or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Instant is a moment in Unix milliseconds as people read it, "-" if there is none.
func Instant(ms int64, layout string) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).Local().Format(layout)
}

// Fresh writes a file that only its owner reads, by way of a temporary one: if write fails, what was there before
// stays.
func Fresh(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".rexian-*")
	if err != nil {
		return Wrong(err)
	}
	err = write(f)
	err = errors.Join(err, f.Chmod(0o600), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
