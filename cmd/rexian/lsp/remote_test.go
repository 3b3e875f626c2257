package lsp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"rexian/lang/diag"
)

// page opens a program for editors in browsers.
func page(t *testing.T) (root, address string) {
	t.Helper()
	root = t.TempDir()
	if err := os.CopyFS(root, os.DirFS("testdata/program")); err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(&Remote{Most: 2, New: func() *Server {
		return &Server{Version: "test", Tongue: diag.Zh, Program: root,
			Now: func() time.Time { return time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) }}
	}})
	t.Cleanup(h.Close)
	return root, "ws" + strings.TrimPrefix(h.URL, "http")
}

// browse connects an editor.
func browse(t *testing.T, address string) *friend {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(longestRemote)
	f := &friend{t: t, out: make(chan message, 1024), done: make(chan error, 1),
		put: func(body []byte) error { return c.Write(context.Background(), websocket.MessageText, body) }}
	go func() { // an editor reads whatever it is doing
		defer close(f.out)
		for {
			_, body, err := c.Read(context.Background())
			if err != nil {
				f.done <- err
				return
			}
			var m message
			if err := json.Unmarshal(body, &m); err != nil {
				t.Error(err)
			}
			f.out <- m
		}
	}()
	t.Cleanup(func() { _ = c.CloseNow() })
	return f
}

// The recorded conversation over a WebSocket: a browser gets the answers that an editor beside the files gets, but for
// the addresses: the pages of the catalogue are at the server's.
func TestConversationOverAWebSocket(t *testing.T) {
	b, err := os.ReadFile("testdata/conversation.txt")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`"codeDescription":\{[^}]*\},`)
	recorded := links.ReplaceAllString(string(b), "")
	_, address := page(t)
	f := browse(t, address)
	said := links.ReplaceAllString(converse(t, f, "rexian://", recorded), "")
	if d := cmp.Diff(strings.Split(recorded, "\n"), strings.Split(said, "\n")); d != "" {
		t.Errorf("a browser is answered otherwise:\n%s", d)
	}
	if err := <-f.done; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("after exit: %v", err)
	}
}

// A finding points at its page, which opens where the editor is connected, with what let the editor in.
func TestABrowserOpensTheCatalogue(t *testing.T) {
	_, address := page(t)
	f := browse(t, address+"/?token=abc")
	f.ask("initialize", map[string]any{})
	f.tell("initialized", map[string]any{})
	f.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "rexian:///入口.flow",
		"version": 1, "text": "流程 甲 { 播放 \"您好。\" }\n"}})
	f.ask("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": "rexian:///入口.flow"},
		"position": position{}})
	var at, code string
	for deadline := time.Now().Add(30 * time.Second); at == "" && time.Now().Before(deadline); {
		for _, n := range f.notes {
			var p struct{ Diagnostics []diagnostic }
			if err := json.Unmarshal(n.Params, &p); err != nil {
				continue
			}
			for _, d := range p.Diagnostics {
				if d.Href != nil {
					at, code = d.Href.Href, d.Code
				}
			}
		}
		f.ask("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": "rexian:///入口.flow"},
			"position": position{}})
	}
	answer, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(at, "token=abc") ||
		!strings.Contains(string(body), "<h1>"+code+"</h1>") || !strings.Contains(string(body), "<h2>不对</h2>") {
		t.Errorf("%s: %v %s\n%s", at, err, answer.Status, body)
	}
	if answer, err = http.Get(strings.Replace(at, code, "RX0000", 1)); err != nil ||
		answer.StatusCode != http.StatusNotFound {
		t.Errorf("a code that there is none of: %v %v", answer, err)
	} else if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
}

// A browser sees the program's files and none beside them, whatever address it makes up.
func TestARemoteEditorStaysInTheProgram(t *testing.T) {
	root, address := page(t)
	f := browse(t, address)
	f.ask("initialize", map[string]any{"rootUri": "file:///etc",
		"initializationOptions": map[string]any{"program": "/etc"}})
	var files struct{ Files []remoteFile }
	m := f.ask(methodFiles, nil)
	if err := json.Unmarshal(m.Result, &files); err != nil || len(files.Files) != 2 {
		t.Fatalf("%s %v", m.Result, err)
	}
	if strings.Contains(string(m.Result), root) {
		t.Errorf("the answer tells where the program lies: %s", m.Result)
	}
	for _, uri := range []string{"file:///etc/passwd", uriOf(root) + "/入口.flow", "rexian:///../x.flow",
		"rexian:////etc/x.flow",
		"rexian://host/入口.flow", "rexian:///a/../../x.flow", "rexian:///表.csv", "x", "", "rexian:///%00.flow"} {
		f.tell("textDocument/didOpen",
			map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1, "text": "流程 甲 {"}})
		m := f.ask("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": uri},
			"position": position{}})
		if string(m.Result) != "null" {
			t.Errorf("%s is answered: %+v", uri, m)
		}
	}
	for _, n := range f.notes {
		if strings.Contains(string(n.Params), "RX") || strings.Contains(string(n.Params), root) {
			t.Errorf("told %s", n.Params)
		}
	}
}

// Who comes from another page, or when there is no room, is not let in; when one has gone there is room again.
func TestWhoMayConnect(t *testing.T) {
	_, address := page(t)
	dial := func(origin string) int {
		t.Helper()
		c, answer, err := websocket.Dial(t.Context(), address,
			&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if err == nil {
			_ = c.CloseNow()
		}
		return answer.StatusCode
	}
	if got := dial("https://evil.example"); got != http.StatusForbidden {
		t.Errorf("another page: %d", got)
	}
	a, b := browse(t, address), browse(t, address)
	a.ask("initialize", map[string]any{})
	b.ask("initialize", map[string]any{})
	if got := dial("http" + strings.TrimPrefix(address, "ws")); got != http.StatusServiceUnavailable {
		t.Errorf("a third editor: %d", got)
	}
	a.ask("shutdown", nil)
	a.tell("exit", nil)
	<-a.done
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if dial("http"+strings.TrimPrefix(address, "ws")) == http.StatusSwitchingProtocols {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("there is no room though one has gone")
		}
	}
}
