package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type said struct {
	Kind string   `json:"kind"`
	Text string   `json:"text,omitempty"`
	Args []string `json:"args,omitempty"`
	N    int64    `json:"n,omitempty"`
}

func written(t *testing.T, secrets []string, bodies ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, Header{Bundle: "abc", Call: "1", Entry: "主流程", Dialled: "12366", Caller: "13800138000"})
	for _, s := range secrets {
		w.Hide(s)
	}
	for i, body := range bodies {
		if i%2 == 0 {
			w.Event(int64(i)*10, body)
		} else {
			w.Effect(int64(i)*10, body)
		}
	}
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	raw := written(t, nil, said{Kind: "start"}, said{Kind: "say", Text: "您好"}, said{Kind: "done"}, said{Kind: "end"})
	log, cut, err := Read(bytes.NewReader(raw))
	if err != nil || cut {
		t.Fatalf("cut %v, %v", cut, err)
	}
	want := Log{Header: Header{Format: Version, Bundle: "abc", Call: "1", Entry: "主流程", Dialled: "12366",
		Caller: "13800138000"}, Entries: []Entry{
		{Event, 0, json.RawMessage(`{"kind":"start"}`)}, {Effect, 10, json.RawMessage(`{"kind":"say","text":"您好"}`)},
		{Event, 20, json.RawMessage(`{"kind":"done"}`)}, {Effect, 30, json.RawMessage(`{"kind":"end"}`)},
	}}
	if d := cmp.Diff(want, log); d != "" {
		t.Error(d)
	}
}

func TestReadOfDamagedLogs(t *testing.T) {
	whole := string(written(t, nil, said{Kind: "start"}, said{Kind: "end"}))
	for _, c := range []struct {
		name, log string
		entries   int
		cut       bool
		fails     bool
	}{
		{"whole", whole, 2, false, false},
		{"blank lines", strings.ReplaceAll(whole, "\n", "\n\n"), 2, false, false},
		{"cut off in the last line", whole[:len(whole)-5], 1, true, false},
		{"damaged inside", strings.Replace(whole, `"event"`, `"evnt"`, 1), 0, false, true},
		{"empty", "", 0, false, true},
		{"something else", `{"a":1}`, 0, false, true},
		{"no JSON", "RIFF....", 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			log, cut, err := Read(strings.NewReader(c.log))
			if (err != nil) != c.fails {
				t.Fatalf("error %v", err)
			}
			if err == nil && (len(log.Entries) != c.entries || cut != c.cut) {
				t.Errorf("%d entries, cut %v", len(log.Entries), cut)
			}
		})
	}
	newer := strings.Replace(whole, `"rexian-trace":1`, `"rexian-trace":99`, 1)
	if _, _, err := Read(strings.NewReader(newer)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer log: %v", err)
	}
}

func TestSecretsNeverReachTheLog(t *testing.T) {
	raw := written(t, []string{"654321", "7"}, said{Kind: "collected", Text: "654321", N: 654321},
		said{Kind: "lookup", Args: []string{"913701001000000409", "654321", "7", "x654321y", "27"}})
	if bytes.Contains(raw, []byte(`"654321`)) || bytes.Contains(raw, []byte("x654321")) {
		t.Errorf("the secret is in the log:\n%s", raw)
	}
	if !bytes.Contains(raw, []byte(`"x••••••y"`)) ||
		!bytes.Contains(raw, []byte(`["913701001000000409","••••••","•","x••••••y","27"]`)) {
		t.Errorf("masked otherwise than expected:\n%s", raw)
	}
}

// echo is a machine that says what it hears.
func echo(change map[string]string) Step {
	return func(event json.RawMessage) (json.RawMessage, error) {
		var s said
		if err := json.Unmarshal(event, &s); err != nil {
			return nil, err
		}
		s.Kind = "say"
		if to, ok := change[s.Text]; ok {
			s.Text = to
		}
		return json.Marshal(s)
	}
}

func TestReplay(t *testing.T) {
	raw := written(t, []string{"123456"}, said{Kind: "start", Text: "a"}, said{Kind: "say", Text: "a"},
		said{Kind: "collected", Text: "123456"}, said{Kind: "say", Text: "123456"},
		said{Kind: "done", Text: "b", Args: []string{"x"}})
	log, _, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := Replay(log, echo(nil)); d != nil || err != nil {
		t.Errorf("the same machine: %v, %v", d, err)
	}
	d, err := Replay(log, echo(map[string]string{"a": "c"}))
	if err != nil {
		t.Fatal(err)
	}
	want := &Divergence{Entry: 1, At: 10, Path: "text", Want: `"a"`, Got: `"c"`}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if got := d.String(); got != `entry 1, 0.010 s: text was "a", is now "c"` {
		t.Error(got)
	}
	d, _ = Replay(log, echo(map[string]string{"••••••": "12345"}))
	if d == nil || d.Entry != 3 {
		t.Errorf("a secret of another length: %v", d)
	}
	if _, err := Replay(Log{Entries: []Entry{{Effect, 0, json.RawMessage(`{}`)}}}, echo(nil)); err == nil {
		t.Error("a log that begins with an effect replays")
	}
	if _, err := Replay(Log{Entries: log.Entries},
		func(json.RawMessage) (json.RawMessage, error) { return nil, errors.New("broken") }); err == nil {
		t.Error("the machine's error is lost")
	}
}

func TestDifferenceNamesThePlace(t *testing.T) {
	for _, c := range []struct{ want, got, path string }{
		{`{"kind":"say","a":1}`, `{"kind":"end","a":2}`, "kind"},
		{`{"a":{"b":[1,{"c":2}]}}`, `{"a":{"b":[1,{"c":3}]}}`, "a.b[1].c"},
		{`{"a":[1]}`, `{"a":[1,2]}`, "a[1]"},
		{`{"a":1}`, `{}`, "a"},
		{`{"a":1}`, `{"a":"1"}`, "a"},
		{`{"a":{"b":1}}`, `{"a":[1]}`, "a"},
		{`{"n":9007199254740993}`, `{"n":9007199254740992}`, "n"},
	} {
		path, _, _, differ, err := compare(json.RawMessage(c.want), json.RawMessage(c.got))
		if err != nil || !differ || path != c.path {
			t.Errorf("%s / %s: %q, %v, %v", c.want, c.got, path, differ, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"rexian-trace":1}` + "\n" + `{"kind":"event","at":0,"body":{}}`))
	f.Add([]byte("\n\n{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		log, _, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, e := range log.Entries {
			if !json.Valid(e.Body) {
				t.Errorf("a body that is no JSON: %q", e.Body)
			}
			Mask(e.Body, []string{"ab"})
		}
		_, _ = Replay(log, func(e json.RawMessage) (json.RawMessage, error) { return e, nil })
	})
}
