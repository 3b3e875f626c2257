package admin

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/stdlib/db"
)

// Flags say where a running server is administered.
type Flags struct {
	HTTP string `name:"http" help:"admin_http" default:"http://127.0.0.1:8080" placeholder:"URL"`
	CA   string `name:"ca" help:"admin_ca" placeholder:"FILE"`
	JSON bool   `help:"json"`
	By   string `help:"data_by" placeholder:"NAME"`

	version int64 // that a change is made from, db.Fresh for what is new; 0: any
}

// adminToken is the environment variable with the token of the administration.
const AdminToken = "REXIAN_TOKEN"

// maxAnswer is the longest answer that is read, in bytes: the findings of a large program.
const maxAnswer = 16 << 20

// Ask sends a request to the server; in is its body, nil for none. An answer of success is put into out. Any other is a
// usage error, but for findings and for what has a reason that the caller puts into words: those are returned.
func (f Flags) Ask(a *cli.App, method, path string, in, out any) (*api.Fault, error) {
	return f.Send(a, method, path, in, func(answer *http.Response) error {
		text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
		if err != nil {
			return cli.Wrong(err)
		}
		if err := json.Unmarshal(text, out); err != nil {
			return a.Usage("看不懂 %s 的回答：%v", "the answer of %s is not understood: %v", f.HTTP, err)
		}
		return nil
	})
}

// replace puts something in the place of what there is, or enters it: as it is now, so that what another changes
// meanwhile is not undone.
func (f Flags) replace(a *cli.App, path string, order, out any) (*api.Fault, error) {
	var now struct {
		Version int64 `json:"version"`
	}
	fault, err := f.Ask(a, http.MethodGet, path, nil, &now)
	if err != nil {
		return nil, err
	}
	if f.version = now.Version; fault != nil || now.Version == 0 {
		f.version = db.Fresh
	}
	return f.Ask(a, http.MethodPut, path, order, out)
}

// Send sends a request as Ask does, and lets good read an answer of success.
func (f Flags) Send(a *cli.App, method, path string, in any, good func(*http.Response) error) (*api.Fault, error) {
	base := f.HTTP
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	at, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, a.Usage("--http 要写成 http://127.0.0.1:8080", "--http is written http://127.0.0.1:8080")
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
		return nil, cli.Wrong(err)
	}
	r.Header.Set("Content-Type", "application/json")
	switch {
	case f.version > 0:
		r.Header.Set("If-Match", `"`+strconv.FormatInt(f.version, 10)+`"`)
	case f.version == db.Fresh:
		r.Header.Set("If-None-Match", "*")
	}
	if token := a.Env(AdminToken); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client, err := f.client(a)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		if untrusted := (*tls.CertificateVerificationError)(nil); errors.As(err, &untrusted) {
			return nil, a.Usage("%s 的证书不可信：%v；自签的证书用 --ca 文件 指明",
				"the certificate of %s is not trusted: %v; name one that you signed yourself with --ca FILE",
				at, untrusted.Err)
		}
		return nil, a.Usage("连不上 %s，服务在运行吗？（%v）", "%s does not answer; does the server run? (%v)", at,
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
func refused(a *cli.App, answer *http.Response) (*api.Fault, error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, cli.Wrong(err)
	}
	var fault api.Fault
	if err := json.Unmarshal(text, &fault); err != nil || fault.Error == "" {
		fault.Error = strings.TrimSpace(string(text[:min(len(text), 200)]))
	}
	if general, ok := generalFaults[fault.Reason]; ok {
		return nil, a.Usage("%s", "%s", general.In(a.Tongue))
	}
	if len(fault.Findings) > 0 || fault.Reason != "" {
		return &fault, nil
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return nil, a.Usage("口令不对：把服务的口令放进环境变量 %s",
			"the token is missing or wrong: put the server's into the environment variable %s", AdminToken)
	case http.StatusTooManyRequests:
		return nil, a.Usage("从这里来的错误口令太多，%s 秒后再试",
			"too many wrong tokens came from here: try again after %s s", answer.Header.Get("Retry-After"))
	case http.StatusConflict:
		return nil, a.Usage("没有可以继续或退回的版本", "there is no version to go on with or back to")
	}
	return nil, a.Usage("服务拒绝了：%s", "the server refused: %s", fault.Error)
}

// client asks over HTTPS by the system's authorities, or by those in a file.
func (f Flags) client(a *cli.App) (*http.Client, error) {
	if f.CA == "" {
		return http.DefaultClient, nil
	}
	pem, err := os.ReadFile(a.File(f.CA))
	if err != nil {
		return nil, cli.Wrong(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, a.Usage("%s 里没有证书", "there is no certificate in %s", f.CA)
	}
	secure := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: secure}}, nil
}
