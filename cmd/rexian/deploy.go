package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/stdlib/db"
)

// adminFlags say where a running server is administered.
type adminFlags struct {
	HTTP string `name:"http" help:"admin_http" default:"http://127.0.0.1:8080" placeholder:"URL"`
	CA   string `name:"ca" help:"admin_ca" placeholder:"FILE"`
	JSON bool   `help:"json"`
	By   string `help:"data_by" placeholder:"NAME"`

	version int64 // that a change is made from, db.Fresh for what is new; 0: any
}

// adminToken is the environment variable with the token of the administration.
const adminToken = "REXIAN_TOKEN"

// maxAnswer is the longest answer that is read, in bytes: the findings of a large program.
const maxAnswer = 16 << 20

// ask sends a request to the server; in is its body, nil for none. An answer of success is put into out. Any other is a
// usage error, but for findings and for what has a reason that the caller puts into words: those are returned.
func (f adminFlags) ask(a *app, method, path string, in, out any) (*api.Fault, error) {
	return f.send(a, method, path, in, func(answer *http.Response) error {
		text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
		if err != nil {
			return usageError{err}
		}
		if err := json.Unmarshal(text, out); err != nil {
			return a.usage("看不懂 %s 的回答：%v", "the answer of %s is not understood: %v", f.HTTP, err)
		}
		return nil
	})
}

// replace puts something in the place of what there is, or enters it: as it is now, so that what another changes
// meanwhile is not undone.
func (f adminFlags) replace(a *app, path string, order, out any) (*api.Fault, error) {
	var now struct {
		Version int64 `json:"version"`
	}
	fault, err := f.ask(a, http.MethodGet, path, nil, &now)
	if err != nil {
		return nil, err
	}
	if f.version = now.Version; fault != nil || now.Version == 0 {
		f.version = db.Fresh
	}
	return f.ask(a, http.MethodPut, path, order, out)
}

// send sends a request as ask does, and lets good read an answer of success.
func (f adminFlags) send(a *app, method, path string, in any, good func(*http.Response) error) (*api.Fault, error) {
	base := f.HTTP
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	at, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, a.usage("--http 要写成 http://127.0.0.1:8080", "--http is written http://127.0.0.1:8080")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute) // words are rendered before a version serves
	defer cancel()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, at.String()+path, body)
	if err != nil {
		return nil, usageError{err}
	}
	r.Header.Set("Content-Type", "application/json")
	switch {
	case f.version > 0:
		r.Header.Set("If-Match", `"`+strconv.FormatInt(f.version, 10)+`"`)
	case f.version == db.Fresh:
		r.Header.Set("If-None-Match", "*")
	}
	if token := a.env(adminToken); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client, err := f.client(a)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		if untrusted := (*tls.CertificateVerificationError)(nil); errors.As(err, &untrusted) {
			return nil, a.usage("%s 的证书不可信：%v；自签的证书用 --ca 文件 指明",
				"the certificate of %s is not trusted: %v; name one that you signed yourself with --ca FILE",
				at, untrusted.Err)
		}
		return nil, a.usage("连不上 %s，服务在运行吗？（%v）", "%s does not answer; does the server run? (%v)", at,
			errors.Unwrap(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return nil, good(answer)
	}
	return refused(a, answer)
}

// generalFaults are the reasons that any request may be refused for.
var generalFaults = map[string]diag.Text{
	api.ReasonForbidden: {Zh: "这个口令或密钥没有这项权限", En: "the token or the key does not permit this"},
	api.ReasonScope: {Zh: "这不在您的队列、班组、区县范围内",
		En: "this is not of your queues, groups or districts"},
	api.ReasonChanged: {Zh: "别人刚刚改过，没有覆盖：看一看现在的样子再改",
		En: "somebody has changed it meanwhile, and that stands: look at it again first"},
	api.ReasonNoVersion: {Zh: "修改整条要写明依据的版本（If-Match）",
		En: "a change of all there is says from which version it is made (If-Match)"},
	api.ReasonSignIn:  {Zh: "会话已结束，重新登录", En: "the session has ended: sign in again"},
	api.ReasonOrigin:  {Zh: "只接受本服务自己网页发来的命令", En: "orders come from a page of the server alone"},
	api.ReasonRunning: {Zh: "同一个命令正在执行", En: "the same order is being carried out"},
	api.ReasonOtherOrder: {Zh: "这个 Idempotency-Key 已经用于另一个命令",
		En: "the Idempotency-Key was used for another order"},
}

// refused is what an answer says that is none of success.
func refused(a *app, answer *http.Response) (*api.Fault, error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, usageError{err}
	}
	var fault api.Fault
	if err := json.Unmarshal(text, &fault); err != nil || fault.Error == "" {
		fault.Error = strings.TrimSpace(string(text[:min(len(text), 200)]))
	}
	if general, ok := generalFaults[fault.Reason]; ok {
		return nil, a.usage("%s", "%s", general.In(a.tongue))
	}
	if len(fault.Findings) > 0 || fault.Reason != "" {
		return &fault, nil
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return nil, a.usage("口令不对：把服务的口令放进环境变量 %s",
			"the token is missing or wrong: put the server's into the environment variable %s", adminToken)
	case http.StatusTooManyRequests:
		return nil, a.usage("从这里来的错误口令太多，%s 秒后再试",
			"too many wrong tokens came from here: try again after %s s", answer.Header.Get("Retry-After"))
	case http.StatusConflict:
		return nil, a.usage("没有可以继续或退回的版本", "there is no version to go on with or back to")
	}
	return nil, a.usage("服务拒绝了：%s", "the server refused: %s", fault.Error)
}

// client asks over HTTPS by the system's authorities, or by those in a file.
func (f adminFlags) client(a *app) (*http.Client, error) {
	if f.CA == "" {
		return http.DefaultClient, nil
	}
	pem, err := os.ReadFile(a.file(f.CA))
	if err != nil {
		return nil, usageError{err}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, a.usage("%s 里没有证书", "there is no certificate in %s", f.CA)
	}
	secure := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: secure}}, nil
}

// findings prints those of a program that a server refused.
func (f adminFlags) findings(a *app, fault *api.Fault) error {
	if f.JSON {
		return errors.Join(writeJSON(a.out, fault), errFindings)
	}
	severities := map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "note": diag.Note}
	failed := 0
	for _, d := range fault.Findings {
		severity, ok := severities[d.Severity]
		if !ok || severity == diag.Error {
			failed++
		}
		place := d.File
		if d.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column)
		}
		first, second := d.Zh, d.En
		if a.tongue == diag.En {
			first, second = second, first
		}
		fmt.Fprintf(a.out, "%s: %s %s: %s\n  %s\n", printable(place), severity.Word(a.tongue), printable(d.Code),
			printable(first), printable(second))
	}
	fmt.Fprintln(a.out, a.say("没有发布：%d 个错误；原来的版本继续服务", "not deployed: %d errors; the version that serves goes on",
		failed))
	return errFindings
}

// printable keeps what another machine says from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return '\uFFFD'
		}
		return r
	}, s)
}

type deployCmd struct {
	Canary   int  `help:"deploy_canary" placeholder:"PERCENT" xor:"action"`
	Promote  bool `help:"deploy_promote" xor:"action"`
	Abandon  bool `help:"deploy_abandon" xor:"action"`
	Rollback bool `help:"deploy_rollback" xor:"action"`
	Status   bool `help:"deploy_status" xor:"action"`
	Yes      bool `help:"deploy_yes"`
	adminFlags
}

func (deployCmd) Help() string {
	return "  rexian deploy\n  rexian deploy --yes\n  rexian deploy --canary 10\n  rexian deploy --promote\n  rexian deploy --rollback\n  REXIAN_TOKEN=… rexian deploy --status --http https://hotline.example:8443"
}

func (c *deployCmd) Run(a *app) error {
	order := api.Order{Action: "deploy", By: a.who(c.By)}
	method := http.MethodPost
	switch {
	case c.Canary != 0:
		if c.Canary < 1 || c.Canary > 99 {
			return a.usage("--canary 是 1 到 99", "--canary is 1 to 99")
		}
		order.Action, order.Percent = "canary", c.Canary
	case c.Promote:
		order.Action = "promote"
	case c.Abandon:
		order.Action = "abandon"
	case c.Rollback:
		order.Action = "rollback"
	case c.Status:
		method = http.MethodGet
	}
	if order.Action == "deploy" && method == http.MethodPost || order.Action == "canary" {
		if done, err := c.shows(a); done || err != nil {
			return err
		}
	}
	var status deploy.Status
	var body any
	if method == http.MethodPost {
		body = order
	}
	fault, err := c.ask(a, method, "/api/v1/deployment", body, &status)
	if err != nil {
		return err
	}
	if fault != nil {
		return c.findings(a, fault)
	}
	if c.JSON {
		return writeJSON(a.out, status)
	}
	c.show(a, status)
	return nil
}

// changes names the steps of a deployment's history.
var changes = map[string]diag.Text{"deploy": {Zh: "发布", En: "deployed"}, "canary": {Zh: "试用", En: "on trial"},
	"promote": {Zh: "启用", En: "promoted"},
	"abandon": {Zh: "结束试用", En: "abandoned"}, "rollback": {Zh: "退回", En: "rolled back"}}

// shownChanges is how many steps of the history are printed.
const shownChanges = 10

func (c *deployCmd) show(a *app, s deploy.Status) {
	short := func(hash string) string { return printable(hash[:min(len(hash), 12)]) }
	if s.Stable == "" {
		fmt.Fprintln(a.out, a.say("还没有版本在服务", "no version serves yet"))
	} else {
		fmt.Fprintln(a.out, a.say("在用  %s  %d 通电话", "serves   %s  %d calls", short(s.Stable), s.Calls))
	}
	if s.Canary != "" {
		fmt.Fprintln(a.out, a.say("试用  %s  %d 通电话，新电话的 %d%%", "on trial %s  %d calls, %d%% of the new ones",
			short(s.Canary), s.Trying, s.Percent))
	}
	for _, h := range s.History[max(0, len(s.History)-shownChanges):] {
		what, ok := changes[h.What]
		if !ok {
			what = diag.Text{Zh: printable(h.What), En: printable(h.What)}
		}
		line := h.At.Local().Format("  2006-01-02 15:04:05  ") + short(h.Hash) + "  " + what.In(a.tongue)
		if h.Percent > 0 {
			line += fmt.Sprintf(" %d%%", h.Percent)
		}
		line += "  " + printable(h.By)
		if h.Node != "" {
			line += a.say("（节点 %s）", " (node %s)", printable(h.Node))
		}
		fmt.Fprintln(a.out, line)
	}
}

type switchCmd struct {
	adminFlags
	Name  string `arg:"" optional:"" help:"switch_name"`
	State string `arg:"" optional:"" default:"" help:"switch_state" enum:"on,off,开,关,"`
}

func (switchCmd) Help() string {
	return "  rexian switch\n  rexian switch 系统维护 on\n  rexian switch 系统维护 off"
}

const switchesPath = "/api/v1/switches"

// Run turns a switch, or shows how one stands or all do.
func (c *switchCmd) Run(a *app) error {
	var now api.Switch
	var all struct {
		Switches []api.Switch `json:"switches"`
	}
	var err error
	switch {
	case c.Name == "":
		_, err = c.ask(a, http.MethodGet, switchesPath, nil, &all)
	case c.State == "":
		_, err = c.ask(a, http.MethodGet, switchesPath+"/"+url.PathEscape(c.Name), nil, &now)
	default:
		_, err = c.ask(a, http.MethodPut, switchesPath+"/"+url.PathEscape(c.Name),
			map[string]any{"on": c.State == "on" || c.State == "开", "by": a.who(c.By)}, &now)
	}
	switch {
	case err != nil:
		return err
	case c.JSON && c.Name == "":
		return writeJSON(a.out, all)
	case c.JSON:
		return writeJSON(a.out, now)
	case c.Name == "" && len(all.Switches) == 0:
		fmt.Fprintln(a.out, a.say("流程里没有开关", "the flows have no switches"))
	case c.Name == "":
		for i := range all.Switches {
			showSwitch(a, &all.Switches[i])
		}
	default:
		showSwitch(a, &now)
	}
	return nil
}

func showSwitch(a *app, x *api.Switch) {
	line := a.say("%s：%s", "%s: %s", printable(x.Name),
		map[bool]string{true: a.say("开", "on"), false: a.say("关", "off")}[x.On])
	if x.Touched {
		line += a.say("  %s 于 %s", "  %s at %s", printable(x.By), x.Changed.Local().Format(time.DateTime))
	}
	fmt.Fprintln(a.out, line)
}
