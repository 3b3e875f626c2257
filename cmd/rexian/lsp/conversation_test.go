package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/diag"
)

var update = flag.Bool("update", false, "record the answers anew")

// friend is the other side of a server in a test.
type friend struct {
	t      testing.TB
	root   string
	in     *io.PipeWriter
	out    chan message // closed when the server has said its last
	done   chan error
	server *Server
	last   int
	notes  []message
	put    func([]byte) error // how it writes; nil: framed, into in
}

// meet begins a conversation with a server over a copy of a folder.
func meet(t testing.TB, folder string) *friend {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	f := &friend{t: t, root: root, in: inW, out: make(chan message, 1024), done: make(chan error, 1), server: &Server{
		Version: "test", Tongue: diag.Zh,
		Now: func() time.Time { return time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) }}}
	go func() {
		err := f.server.Serve(context.Background(), inR, outW)
		f.done <- err
		_ = outW.Close()
	}()
	go func() { // an editor reads whatever it is doing
		defer close(f.out)
		r := bufio.NewReader(outR)
		for {
			body, err := read(r)
			if err != nil {
				return
			}
			var m message
			if err := json.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			f.out <- m
		}
	}()
	t.Cleanup(func() { _ = inW.Close() })
	return f
}

// send sends a message as it is.
func (f *friend) send(m message) {
	f.t.Helper()
	put := f.put
	if put == nil {
		put = framed(f.in)
	}
	w := writer{put: put}
	if err := w.send(m); err != nil {
		f.t.Fatal(err)
	}
}

// receive waits for the next message.
func (f *friend) receive() message {
	f.t.Helper()
	m, ok := <-f.out
	if !ok {
		f.t.Fatal("the server has ended")
	}
	return m
}

// ask sends a request and waits for its answer; what the server tells meanwhile is kept.
func (f *friend) ask(method string, params any) message {
	f.t.Helper()
	f.last++
	id, _ := json.Marshal(f.last)
	body, err := json.Marshal(params)
	if err != nil {
		f.t.Fatal(err)
	}
	f.send(message{ID: id, Method: method, Params: body})
	for {
		m := f.receive()
		if string(m.ID) == string(id) {
			return m
		}
		f.notes = append(f.notes, m)
	}
}

// tell sends a notification.
func (f *friend) tell(method string, params any) {
	f.t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		f.t.Fatal(err)
	}
	f.send(message{Method: method, Params: body})
}

// TestConversation replays a recorded conversation: a line for each message, with > from the editor, < from the server.
// Addresses begin with ROOT.
func TestConversation(t *testing.T) {
	const file = "testdata/conversation.txt"
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := meet(t, "testdata/program")
	said := converse(t, f, uriOf(f.root), string(recorded))
	_ = f.in.Close()
	if err := <-f.done; err != nil {
		t.Error(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(strings.Split(string(recorded), "\n"), strings.Split(said, "\n")); d != "" && !*update {
		t.Errorf("the server answers otherwise (-update records it):\n%s", d)
	}
	if left, _ := filepath.Glob(filepath.Join(f.server.pages.dir, "*")); f.server.pages.dir != "" && len(left) > 0 {
		t.Errorf("the server left %v", left)
	}
}

// converse says what the editor said in a recorded conversation, and returns it with the answers of now.
func converse(t *testing.T, f *friend, root, recorded string) string {
	t.Helper()
	var now bytes.Buffer
	for line := range strings.Lines(recorded) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, "> ") {
			if strings.HasPrefix(line, "#") || line == "" {
				now.WriteString(line + "\n")
			}
			continue
		}
		now.WriteString(line + "\n")
		var m message
		if err := json.Unmarshal([]byte(strings.ReplaceAll(line[2:], "ROOT", root)), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		f.send(m)
		if m.ID == nil && m.Method != "textDocument/didOpen" && m.Method != "textDocument/didChange" {
			continue
		}
		for {
			got := f.receive()
			b, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(b), root, "ROOT")
			if f.server != nil && f.server.pages.dir != "" {
				text = strings.ReplaceAll(text, uriOf(f.server.pages.dir), "PAGES")
			}
			now.WriteString("< " + text + "\n")
			if m.ID != nil && string(got.ID) == string(m.ID) || m.ID == nil && strings.Contains(text, `"version":`) {
				break
			}
		}
	}
	return now.String()
}
