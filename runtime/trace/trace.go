// Package trace keeps the log of a call and plays it back.
//
// # The model
//
// A call is a conversation between a machine and its host: the host gives an event, the machine runs until
// it wants something, and says so in an effect. Between the two nothing else passes: no clock, no list, no
// table of the console is read but by an effect and its answering event. So the sequence of both, in order, is
// the whole call, and the same machine given the same events must say the same effects.
//
// A log is JSON lines. The first line is the Header: which program (its content hash), which call. Every
// further line is an Entry: an event or an effect, when it happened, and its body as the machine's own types
// encode it. Bodies are kept as bytes here: the log outlives versions of those types, and this package knows
// nothing of them.
//
// What is secret is masked before it is written: `*` for each letter, in the event that brought it and in every
// effect that passes it on. A flow cannot look into a secret, so a masked log still replays
// exactly; Replay masks what the machine says in the same way before it compares.
//
// Replay on another version of a program shows what a change means for a real call: the first Divergence is
// the first thing that a caller would have noticed.
package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Version is the format of the log; a reader refuses a newer one.
const Version = 1

// MaxLine is the longest line that is read, in bytes: far above any effect, and a bound for what a damaged
// file can make us hold.
const MaxLine = 4 << 20

// Masked stands for one letter of a secret. It is no key of a telephone, so that it cannot be taken for one.
const Masked = "•"

// Header is the first line of a log.
type Header struct {
	Format  int             `json:"rexian-trace"`   // Version
	Bundle  string          `json:"bundle"`         // content hash of the program that ran
	Call    string          `json:"call"`           // the call's id
	Started int64           `json:"started"`        // Unix milliseconds
	Entry   string          `json:"entry"`          // the flow that the call entered
	Dialled string          `json:"dialled"`        // the number called
	Caller  string          `json:"caller"`         // the other party
	Args    json.RawMessage `json:"args,omitempty"` // of an outbound call: what its flow was given
}

// Kind tells the two kinds of entry apart.
type Kind string

const (
	Event  Kind = "event"
	Effect Kind = "effect"
)

// Entry is one line after the header.
type Entry struct {
	Kind Kind            `json:"kind"`
	At   int64           `json:"at"` // milliseconds since the call began
	Body json.RawMessage `json:"body"`
}

// Writer writes a log. The first error sticks; Err returns it. A Writer belongs to one call and is not safe for
// concurrent use.
type Writer struct {
	w       io.Writer
	err     error
	secrets []string
}

// NewWriter writes the header and returns a writer for the rest.
func NewWriter(w io.Writer, h Header) *Writer {
	t := &Writer{w: w}
	h.Format = Version
	t.line(h)
	return t
}

// Hide has every later occurrence of a secret masked. Secrets shorter than three letters would mask half the
// log and are covered only where they stand as a whole value.
func (t *Writer) Hide(secret string) {
	if secret != "" && !slices.Contains(t.secrets, secret) {
		t.secrets = append(t.secrets, secret)
	}
}

// Event logs an event; body is encoded as JSON.
func (t *Writer) Event(at int64, body any) { t.entry(Event, at, body) }

// Effect logs an effect.
func (t *Writer) Effect(at int64, body any) { t.entry(Effect, at, body) }

// Err returns the first error of the log, or nil.
func (t *Writer) Err() error { return t.err }

func (t *Writer) entry(kind Kind, at int64, body any) {
	if t.err != nil {
		return
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.err = fmt.Errorf("log an %s: %w", kind, err)
		return
	}
	t.line(Entry{kind, at, Mask(raw, t.secrets)})
}

func (t *Writer) line(v any) {
	if t.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err == nil {
		_, err = t.w.Write(append(b, '\n'))
	}
	if err != nil {
		t.err = fmt.Errorf("write the log of a call: %w", err)
	}
}

// Mask replaces each secret by as many •, in the strings of a JSON value only: a secret of digits never eats a
// number or a key. A string that is a secret is masked whole; within longer strings only secrets of three
// letters or more are looked for. Bytes that are not JSON come back empty, never unmasked.
func Mask(raw json.RawMessage, secrets []string) json.RawMessage {
	if len(secrets) == 0 {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return json.RawMessage(`null`)
	}
	longest := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) })
	out, err := json.Marshal(mask(v, longest))
	if err != nil {
		return json.RawMessage(`null`)
	}
	return out
}

func mask(v any, secrets []string) any {
	switch v := v.(type) {
	case string:
		for _, s := range secrets {
			if v == s || len([]rune(s)) >= 3 {
				v = strings.ReplaceAll(v, s, strings.Repeat(Masked, len([]rune(s))))
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = mask(v[i], secrets)
		}
	case map[string]any:
		for k := range v {
			v[k] = mask(v[k], secrets)
		}
	}
	return v
}

// Log is a whole log as read back.
type Log struct {
	Header  Header
	Entries []Entry
}

// ErrNewer is returned for a log written by a later version of the format.
var ErrNewer = errors.New("the log was written by a newer version")

// Read reads a log. A last line cut off, as by a crash, is left out and Cut is true; any other damage is an
// error that names its line.
func Read(r io.Reader) (log Log, cut bool, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, MaxLine)
	for n := 1; s.Scan(); n++ {
		line := bytes.TrimSpace(s.Bytes())
		switch {
		case len(line) == 0:
			continue
		case cut:
			return log, false, fmt.Errorf("log, line %d: not an entry", n-1)
		case n == 1:
			if err := json.Unmarshal(line, &log.Header); err != nil || log.Header.Format == 0 {
				return log, false, errors.New("log, line 1: this is no log of a call")
			}
			if log.Header.Format > Version {
				return log, false, fmt.Errorf("log, line 1: %w", ErrNewer)
			}
			continue
		}
		var e Entry
		if json.Unmarshal(line, &e) != nil || e.Kind != Event && e.Kind != Effect || len(e.Body) == 0 {
			cut = true // only if it is the last
			continue
		}
		log.Entries = append(log.Entries, e)
	}
	if err := s.Err(); err != nil {
		return log, false, fmt.Errorf("read the log: %w", err)
	}
	if log.Header.Format == 0 {
		return log, false, errors.New("the log is empty")
	}
	return log, cut, nil
}
