package trace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Step gives the machine one event, as logged, and returns the effect it says, encoded as it would be logged.
type Step func(event json.RawMessage) (effect json.RawMessage, err error)

// Divergence is where a replay first differs from its log.
type Divergence struct {
	Entry int    // index in Log.Entries of the effect that differs, or of the event that failed
	At    int64  // milliseconds since the call began
	Path  string // where in the effect: "args[0].s"; "" for the whole
	Want  string // what the log has there
	Got   string // what the machine said
}

// String says it in a line, for people who read logs.
func (d *Divergence) String() string {
	where := d.Path
	if where == "" {
		where = "effect"
	}
	return fmt.Sprintf("entry %d, %d.%03d s: %s was %s, is now %s", d.Entry, d.At/1000, d.At%1000, where, d.Want, d.Got)
}

// Replay gives a machine the events of a log and compares what it says with the log's effects. It returns the
// first divergence, or nil if every effect is the same. The log's last effect may be missing, as after a
// crash. An error is one of the machine, or a log in which effects and events do not alternate.
func Replay(log Log, step Step) (*Divergence, error) {
	for i := 0; i < len(log.Entries); i += 2 {
		in := log.Entries[i]
		if in.Kind != Event {
			return nil, fmt.Errorf("entry %d of the log should be an event", i)
		}
		said, err := step(in.Body)
		if err != nil {
			return nil, fmt.Errorf("replay entry %d: %w", i, err)
		}
		if i+1 == len(log.Entries) {
			return nil, nil
		}
		want := log.Entries[i+1]
		if want.Kind != Effect {
			return nil, fmt.Errorf("entry %d of the log should be an effect", i+1)
		}
		path, a, b, differ, err := compare(want.Body, said)
		if err != nil {
			return nil, fmt.Errorf("compare entry %d: %w", i+1, err)
		}
		if differ {
			return &Divergence{Entry: i + 1, At: want.At, Path: path, Want: a, Got: b}, nil
		}
	}
	return nil, nil
}

// compare finds the first place where two JSON values differ; Masked in the first stands for what was masked.
func compare(want, got json.RawMessage) (path, a, b string, differ bool, err error) {
	var w, g any
	for _, x := range []struct {
		raw json.RawMessage
		to  *any
	}{{want, &w}, {got, &g}} {
		d := json.NewDecoder(bytes.NewReader(x.raw))
		d.UseNumber()
		if err := d.Decode(x.to); err != nil {
			return "", "", "", false, err
		}
	}
	path, x, y, differ := difference("", w, g)
	if !differ {
		return "", "", "", false, nil
	}
	return strings.TrimPrefix(path, "."), short(x), short(y), true, nil
}

// missing stands where one side has nothing.
type missing struct{}

func difference(path string, w, g any) (string, any, any, bool) {
	switch w := w.(type) {
	case map[string]any:
		o, ok := g.(map[string]any)
		if !ok {
			return path, w, g, true
		}
		for _, k := range union(w, o) {
			a, inA := w[k]
			b, inB := o[k]
			switch {
			case !inA:
				return path + "." + k, missing{}, b, true
			case !inB:
				return path + "." + k, a, missing{}, true
			}
			if p, x, y, d := difference(path+"."+k, a, b); d {
				return p, x, y, true
			}
		}
		return "", nil, nil, false
	case []any:
		o, ok := g.([]any)
		if !ok {
			return path, w, g, true
		}
		for i := range max(len(w), len(o)) {
			at := fmt.Sprintf("%s[%d]", path, i)
			switch {
			case i >= len(w):
				return at, missing{}, o[i], true
			case i >= len(o):
				return at, w[i], missing{}, true
			}
			if p, x, y, d := difference(at, w[i], o[i]); d {
				return p, x, y, true
			}
		}
		return "", nil, nil, false
	case string:
		if o, ok := g.(string); ok && masked(w, o) {
			return "", nil, nil, false
		}
	}
	if w != g {
		return path, w, g, true
	}
	return "", nil, nil, false
}

// masked tells whether b could be a with its masked letters shown.
func masked(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] && string(x[i]) != Masked {
			return false
		}
	}
	return true
}

// union lists the keys of both in order; "kind" first, for a difference there explains all others.
func union(a, b map[string]any) []string {
	seen := map[string]bool{}
	var keys []string
	for _, m := range []map[string]any{a, b} {
		for k := range m {
			if !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	sortKeys(keys)
	return keys
}

// sortKeys orders the fields of an effect for comparison: what kind it is comes first.
func sortKeys(keys []string) {
	rank := func(k string) int {
		if k == "kind" {
			return 0
		}
		return 1
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) })
}

func short(v any) string {
	if _, ok := v.(missing); ok {
		return "absent"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if r := []rune(string(b)); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return string(b)
}
