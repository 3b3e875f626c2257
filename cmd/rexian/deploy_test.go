package main

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
)

const deployed = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
开关 公告 关闭
缺省 { 时区 "Asia/Shanghai"  当 不可用 挂机  当 出错 挂机 }
流程 主流程 {
  如果 公告 开启 { 播放 "今天停电" }
  播放 "%s"
  挂机
}
`

// remote is a running server, and the program beside it that gives it orders.
type remote struct {
	t     *testing.T
	flows string
	at    string
	token string
}

func serveFlows(t *testing.T) *remote {
	t.Helper()
	r := &remote{t: t, flows: t.TempDir(), token: "geheim"}
	r.write("a.flow", fmt.Sprintf(deployed, "第一版"))
	cfg := config.Default()
	cfg.Flows, cfg.Data = r.flows, t.TempDir()
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	cfg.HTTP.Listen, cfg.HTTP.Token = "127.0.0.1:0", config.Plain(r.token)
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Voice.Engine = "none"
	s, err := server.Start(t.Context(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	r.at = "http://" + s.Web().String()
	return r
}

func (r *remote) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.flows, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// rexian runs a command line and asks for its exit status and for pieces of what it prints.
func (r *remote) rexian(line string, want int, pieces ...string) string {
	r.t.Helper()
	out := &bytes.Buffer{}
	a := &app{App: cli.App{Dir: r.t.TempDir(), In: strings.NewReader(""), Out: out, Err: out, Now: time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)}}
	args := append(strings.Fields(line), "--http", r.at)
	env := func(name string) string {
		return map[string]string{"LANG": "zh_CN.UTF-8", admin.AdminToken: r.token}[name]
	}
	if status := run(a, args, env); status != want {
		r.t.Fatalf("%v: exit status %d\n%s", args, status, out)
	}
	for _, p := range pieces {
		if !strings.Contains(out.String(), p) {
			r.t.Errorf("%v: no %q in\n%s", args, p, out)
		}
	}
	return out.String()
}

// TestDeploy gives a running server orders as an operator does: new flows, a trial, the way back, switches, and flows
// with faults.
func TestDeploy(t *testing.T) {
	r := serveFlows(t)
	r.rexian("deploy --status", 0, "在用  ", "0 通电话", "发布  start")
	changed := strings.Replace(deployed, "开关 公告 关闭", "开关 公告 开启", 1)
	r.write("a.flow", fmt.Sprintf(changed, "第二版")+"规则 \"不留言\" { 没有路径 到达 留言 }\n")
	r.rexian("deploy --canary 10 --by 张三", 0, "来电人会遇到的变化：", "[规则] 新增规则“不留言”：成立",
		"[设定] 开关 公告 起初开启", "[文字]", "“第一版”", "“第二版”", "试用  ", "新电话的 10%", "试用 10%  张三")
	r.rexian("deploy --promote", 0, "启用")
	r.rexian("deploy --rollback", 0, "退回")
	r.rexian("deploy --promote", 2, "没有可以继续或退回的版本")
	r.rexian("deploy --json --status", 0, `"stable": "`, `"history": [`)
	r.rexian("deploy --canary 100", 2, "1 到 99")
	r.rexian("deploy --canary 10 --promote", 2)
	r.rexian("switch 公告 on", 0, "公告：开")
	r.rexian("switch 公告 关 --json", 0, `"on": false`)
	r.rexian("switch 没有 on", 2, "流程里没有开关")
	r.rexian("switch 公告 maybe", 2)

	r.write("b.flow", "流程 坏 {\n  播放 {\n}\n")
	r.rexian("deploy", 1, "b.flow:2:", "错误 RX", "没有发布：", "原来的版本继续服务")
	r.rexian("--tongue en deploy", 1, "b.flow:2:", "error RX", "not deployed: ")
	r.rexian("deploy --json", 1, `"findings": [`, `"file": "b.flow"`)
	r.rexian("deploy --status", 0, "在用  ")
	r.write("b.flow", "// 改好了\n")
	r.write("查询/余额.sql", "-- 函数: 外部.余额 | bureau.balance\n-- 结果: 金钱\n-- 说明: 余额。\nSELECT 1\n")
	r.rexian("deploy", 1, "查询/余额.sql:2:1: 错误 RX8019: 查询文件有误", "the query file is wrong")
	r.write("查询/余额.sql", "-- 函数: 外部.余额 | bureau.balance\n-- 结果: 金额\n-- 说明: 余额。\nSELECT 1\n")
	r.rexian("deploy --by 李四", 0, "发布  李四")

	r.token = "falsch"
	r.rexian("deploy --status", 2, "REXIAN_TOKEN")
	r.at = "ftp://127.0.0.1"
	r.rexian("deploy --status", 2, "http://127.0.0.1:8080")
	r.at = "http://127.0.0.1:1"
	r.rexian("deploy --status", 2, "连不上")
}

// On a terminal what would change is shown, and nothing is deployed that is not wanted.
func TestDeployAsks(t *testing.T) {
	r := serveFlows(t)
	ask := func(answer, line string, want int, pieces ...string) {
		t.Helper()
		out := &bytes.Buffer{}
		a := &app{App: cli.App{In: strings.NewReader(answer), Out: out, Err: out, Screen: true, Now: time.Now()}}
		status := run(a, append(strings.Fields(line), "--http", r.at), func(name string) string {
			return map[string]string{"LANG": "zh_CN.UTF-8", admin.AdminToken: r.token}[name]
		})
		if status != want {
			t.Fatalf("%s: exit status %d\n%s", line, status, out)
		}
		for _, p := range pieces {
			if !strings.Contains(out.String(), p) {
				t.Errorf("%s: no %q in\n%s", line, p, out)
			}
		}
	}
	ask("", "deploy", 0, "对每一通电话都一样", "在用")
	r.write("a.flow", fmt.Sprintf(deployed, "第二版"))
	ask("n\n", "deploy", 1, "“第一版”", "发布吗？", "没有发布")
	ask("", "deploy", 1, "没有发布")
	r.rexian("deploy --status", 0, "发布  start")
	ask("y\n", "--tongue en deploy", 0, `"第二版"`, "deploy this? (y/N)", "serves")
	r.write("a.flow", fmt.Sprintf(deployed, "第三版"))
	ask("", "deploy --yes", 0, "“第三版”", "在用")
}

// TestDeployAnswers meets servers that are none of ours: what they say is never taken for an answer, and does not steer
// the terminal.
func TestDeployAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   int
		piece  string
	}{
		{"a page", http.StatusOK, "<html>", 2, "看不懂"},
		{"a page that says no", http.StatusForbidden, "<html>\x1b[31m", 2, "服务拒绝了"},
		{"nothing", http.StatusInternalServerError, "", 2, "服务拒绝了"},
		{"escapes in findings", http.StatusUnprocessableEntity,
			`{"error":"x","findings":[{"code":"RX1001","severity":"error","file":"a\u001b[2J.flow","line":1,"column":1,"zh":"坏\u001b[2J","en":"bad"}]}`, 1, "a\uFFFD[2J.flow:1:1: 错误 RX1001: 坏\uFFFD[2J"},
		{"a version without a name", http.StatusOK, `{"stable":"","calls":0,"history":null}`, 0, "还没有版本在服务"},
		{"a step that is not known", http.StatusOK,
			`{"stable":"abc","history":[{"at":"2026-10-12T09:30:00Z","what":"x\u001b","hash":"a","by":"b"}]}`, 0,
			"x\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer s.Close()
			r := &remote{t: t, at: s.URL}
			r.rexian("deploy", c.want, c.piece)
		})
	}
}

// TestDeployOverTLS trusts a server by the certificate that is named, and says what to do without one.
func TestDeployOverTLS(t *testing.T) {
	closed := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if closed {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		_, _ = w.Write([]byte(`{"stable":"abc"}`))
	}))
	defer s.Close()
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	cert, text := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "notes.txt")
	if err := errors.Join(os.WriteFile(text, []byte("no certificate"), 0o600),
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}),
			0o600)); err != nil {
		t.Fatal(err)
	}
	r := &remote{t: t, at: s.URL}
	r.rexian("deploy --status", 2, "不可信", "--ca")
	r.rexian("deploy --status --ca "+text, 2, "没有证书")
	r.rexian("deploy --status --ca "+cert+".missing", 2)
	r.rexian("deploy --status --ca "+cert, 0, "在用  abc")
	closed = true
	r.rexian("deploy --status --ca "+cert, 2, "7 秒后再试")
}

// TestHelps: every command explains itself in both tongues.
func TestHelps(t *testing.T) {
	for name, text := range outsideHelps {
		if text.Zh == "" || text.En == "" || text.Zh == text.En {
			t.Errorf("%s lacks a tongue", name)
		}
	}
	for _, tongue := range []diag.Tongue{diag.Zh, diag.En} {
		for _, args := range [][]string{{"data", "--help"}, {"data", "import", "--help"}, {"data", "export", "--help"},
			{"deploy", "--help"}, {"switch", "--help"}, {"library", "new", "--help"}, {"check", "--help"}} {
			out := &bytes.Buffer{}
			a := &app{App: cli.App{Dir: t.TempDir(), In: strings.NewReader(""), Out: out, Err: out}}
			if status := run(a, append([]string{"--tongue", [...]string{"zh", "en"}[tongue]}, args...),
				func(string) string { return "" }); status != 0 || !strings.Contains(out.String(), "rexian "+args[0]) {
				t.Errorf("%v: %d\n%s", args, status, out)
			}
		}
	}
}
