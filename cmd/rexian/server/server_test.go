package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/media/sip"
)

const flow = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
来信 "ZQ" 进入 查征期
开关 公告 关闭
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
流程 主流程 {
  如果 公告 开启 { 播放 "今天停电" }
  播放 "旧的欢迎词"
  菜单 { 播放 "再见请按1" 按 1 "一" { 播放 "再见" 挂机 } 等待 20秒 最多 1次 否则 挂机 }
}
流程 查征期 { 回复 "十五日" }
`

// hotline is a server with a telephone beside it.
type hotline struct {
	*server.Server
	t     *testing.T
	flows string
	phone *handset.Telephone
}

// settings are those that a server has where a file says nothing, but for a trace of SIP that is small: the race
// detector makes large memory dear.
func settings() *config.Config {
	c := config.Default()
	c.SIP.TraceMB = 1
	return c
}

func start(t *testing.T, change func(*config.Config)) *hotline {
	t.Helper()
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(flow)
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, t.TempDir()
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	if change != nil {
		change(cfg)
	}
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	t.Cleanup(func() {
		if h.phone != nil {
			if err := h.phone.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hotline) write(src string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.flows, "a.flow"), []byte(src), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// call dials 12366; what the telephone recognises are the words that the server knows now.
func (h *hotline) call() *handset.Call {
	h.t.Helper()
	phone, err := handset.New(h.t.Context(), handset.Options{Index: h.Voices().Ears()})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = phone.Close() }) // its calls are over or are hung up by this
	c, err := phone.Dial(h.t.Context(), "12366@"+strings.TrimPrefix(h.Addrs()[0], "udp://"),
		handset.CallOptions{From: "13800138000"})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// hears waits for words.
func (h *hotline) hears(c *handset.Call, words string) {
	h.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		heard, more := c.Words(0)
		if slices.ContainsFunc(heard, func(w handset.Word) bool { return w.Text == words }) {
			return
		}
		select {
		case <-more:
		case <-time.After(100 * time.Millisecond):
		}
	}
	heard, _ := c.Words(0)
	h.t.Fatalf("%s was not heard, only %v", words, heard)
}

// ask sends a request to the administration and returns status and body.
func (h *hotline) ask(method, path, body string, change func(*http.Request)) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.Web().String()+path,
		bytes.NewBufferString(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (h *hotline) order(body string, want int) string {
	h.t.Helper()
	status, answer := h.ask("POST", "/api/v1/deployment", body, nil)
	if status != want {
		h.t.Fatalf("%s answered %d: %s", body, status, answer)
	}
	return answer
}

func TestFlowsChangeWhileCallsGoOn(t *testing.T) {
	t.Parallel()
	h := start(t, nil)
	old := h.call()
	h.hears(old, "旧的欢迎词")
	h.write(strings.ReplaceAll(flow, "旧的欢迎词", "新的欢迎词"))
	h.order(`{"action": "deploy", "by": "王"}`, 200)
	fresh := h.call()
	h.hears(fresh, "新的欢迎词")
	fresh.Hangup()

	h.write(flow + "流程 坏的 { 转到 没有的流程 }\n")
	var refused api.Fault
	if err := json.Unmarshal([]byte(h.order(`{"action": "deploy"}`, 422)), &refused); err != nil {
		t.Fatal(err)
	}
	if len(refused.Findings) == 0 || refused.Findings[0].File != "a.flow" || refused.Findings[0].Line != 12 ||
		refused.Findings[0].Zh == "" {
		t.Errorf("the findings are %+v", refused.Findings)
	}
	h.order(`{"action": "rollback", "by": "王"}`, 200)
	back := h.call()
	h.hears(back, "旧的欢迎词")
	back.Hangup()

	old.Press("1")
	h.hears(old, "再见")
	if answer := h.order(`{"action": "promote"}`, 409); !strings.Contains(answer, "no canary") {
		t.Errorf("promoting nothing answered %s", answer)
	}
	h.order(`{"action": "canary", "percent": 0}`, 422)
	h.order(`{"action": "dance"}`, 400)
}

func TestStaffTurnASwitch(t *testing.T) {
	t.Parallel()
	h := start(t, nil)
	if status, answer := h.ask("PUT", "/api/v1/switches/公告", `{"on": true, "by": "值班长"}`, nil); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	c := h.call()
	h.hears(c, "今天停电")
	c.Hangup()
	if status, _ := h.ask("PUT", "/api/v1/switches/没有", `{"on": true}`, nil); status != 404 {
		t.Errorf("a switch that no flow declares answered %d", status)
	}
}

func TestAMessageIsAnswered(t *testing.T) {
	t.Parallel()
	h := start(t, nil)
	if status, answer := h.ask("POST", "/api/v1/messages", `{"from": "13800138000", "text": "ZQ"}`,
		nil); status != 200 || !strings.Contains(answer, "十五日") {
		t.Errorf("%d %s", status, answer)
	}
	for body, want := range map[string]int{`{"from": "1", "text": "?"}`: 404, `{"from": ""}`: 400, `{`: 400,
		`{"x": 1}`: 400} {
		if status, answer := h.ask("POST", "/api/v1/messages", body, nil); status != want {
			t.Errorf("%s answered %d: %s", body, status, answer)
		}
	}
}

func TestTheAdministrationIsGuarded(t *testing.T) {
	t.Parallel()
	open := start(t, nil)
	elsewhere := func(r *http.Request) { r.Host = "evil.example:8080" }
	form := func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }
	if status, _ := open.ask("GET", "/api/v1/deployment", "", elsewhere); status != 403 {
		t.Errorf("a page elsewhere got %d", status)
	}
	if status, _ := open.ask("POST", "/api/v1/deployment", `{"action":"rollback"}`, form); status != 415 {
		t.Errorf("a form of a page got %d", status)
	}
	closed := start(t, func(c *config.Config) { c.HTTP.Token = config.Plain("open sesame") })
	for header, want := range map[string]int{"": 401, "Bearer wrong": 401, "Bearer open sesame": 200} {
		status, _ := closed.ask("GET", "/metrics", "", func(r *http.Request) {
			if header != "" {
				r.Header.Set("Authorization", header)
			}
		})
		if status != want {
			t.Errorf("%q got %d, want %d", header, status, want)
		}
	}
	if status, _ := closed.ask("GET", "/healthz", "", nil); status != 200 {
		t.Errorf("healthz answered %d", status)
	}
}

func TestDrainingTakesNoNewCalls(t *testing.T) {
	t.Parallel()
	h := start(t, nil)
	c := h.call()
	h.hears(c, "旧的欢迎词")
	if status, _ := h.ask("GET", "/readyz", "", nil); status != 200 {
		t.Errorf("readyz answered %d", status)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		h.Drain(t.Context())
	}()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if status, _ := h.ask("GET", "/readyz", "", nil); status == 503 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a draining server stays ready")
		}
	}
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	var f *sip.Failure
	if _, err := phone.Dial(t.Context(), "12366@"+strings.TrimPrefix(h.Addrs()[0], "udp://"),
		handset.CallOptions{}); !errors.As(err, &f) || f.Status != 503 {
		t.Errorf("a draining server answered %v", err)
	}
	select {
	case <-drained:
		t.Fatal("the server did not wait for the call")
	default:
	}
	c.Hangup()
	select {
	case <-drained:
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not stop when its last call has ended")
	}
}

func TestAServerThatCannotStartLeavesNothing(t *testing.T) {
	t.Parallel()
	cfg := settings()
	cfg.Flows, cfg.Data = t.TempDir(), t.TempDir() // no flow in it
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, ""
	s, err := server.Start(context.Background(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || s != nil {
		t.Fatalf("a server without flows started: %v", err)
	}
}
