package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/stdlib/db"
)

const textDoorFlow = `接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
流程 主流程 { 挂机 }
来信 "征期" 进入 答征期
来信 "退订" 进入 答退订
流程 答征期 { 回复 "本月征期到十五日" }
流程 答退订 { 回复 "已退订" }
`

// A gateway described in the configuration alone sends the answers to the texts it brings, each once however often it
// brings it, and reports what became of them; whoever is not the gateway finds nothing there.
func TestTheTextGatewaysDoor(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent []map[string]string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m map[string]string
		b, _ := io.ReadAll(r.Body)
		if json.Unmarshal(b, &m) != nil || r.Header.Get("X-Key") != "k9" {
			t.Errorf("the gateway got %s, %v", b, r.Header)
		}
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, m)
		_, _ = io.WriteString(w, `{"code":0,"data":{"sid":"G`+m["mobile"]+`"}}`)
	}))
	defer gateway.Close()
	path := t.TempDir() + "/door.db"
	h := start(t, func(c *config.Config) {
		if err := os.WriteFile(filepath.Join(c.Flows, "a.flow"), []byte(textDoorFlow), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Database.URL = config.Plain("sqlite:" + path)
		s := &c.SMS
		s.URL, s.Headers, s.Key = gateway.URL, []string{"X-Key: {key}"}, config.Plain("k9")
		s.Body, s.OK, s.OKIs = `{"mobile":"{to}","content":"{text}","uid":"{id}"}`, "code", []string{"0"}
		s.ID, s.Receipt, s.ReportID, s.ReportIs = "data.sid", "/sms/receipt", "sid", "status"
		s.Inbound, s.From, s.Text, s.InboundID = "/sms/in", "mobile", "content", "id"
		s.CallbackSecret, s.CallbackAnswer = config.Plain("hush"), `{"code":0}`
		if wrong := config.Check(c); len(wrong) > 0 {
			t.Fatal(wrong)
		}
	})
	secret := func(r *http.Request) { r.Header.Set("X-Callback-Secret", "hush") }
	const in = `{"id":"7","mobile":"13800138000","content":"征期"}`
	for _, stranger := range []func(*http.Request){nil, func(r *http.Request) { r.SetBasicAuth("a", "hus") }} {
		if status, _ := h.ask("POST", "/sms/in", in, stranger); status != 404 {
			t.Errorf("a stranger is answered %d", status)
		}
	}
	for _, body := range []string{in, in, `{"id":"8","mobile":"13900139000","content":"退订"}`} {
		if status, answer := h.ask("POST", "/sms/in", body, secret); status != 200 || answer != `{"code":0}` {
			t.Errorf("%s is answered %d %s", body, status, answer)
		}
	}
	d, err := db.Open(t.Context(), "sqlite:"+path, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	until := func(query, want string) {
		t.Helper()
		got := ""
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && got != want; time.Sleep(20 *
			time.Millisecond) {
			if err := d.Get(t.Context(), &got, query); err != nil && !db.IsNotFound(err) {
				t.Fatal(err)
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", query, got, want)
		}
	}
	const counted = `SELECT CAST(COUNT(*) AS TEXT) FROM `
	until(counted+`messages WHERE state = 'sent'`, "2")
	until(counted+`messages_in WHERE handled = 1`, "2")
	until(`SELECT recipient FROM message_optouts`, "13900139000")
	for _, r := range []string{`{"sid":"G13800138000","status":"DELIVRD"}`, `[{"sid":"G13800138000","status":"DELIVRD"},
		{"sid":"G13900139000","status":"UNDELIV"}]`, `{"sid":"G0","status":"DELIVRD"}`} {
		if status, answer := h.ask("POST", "/sms/receipt?secret=hush", r, nil); status != 200 {
			t.Errorf("%s is answered %d %s", r, status, answer)
		}
	}
	if status, _ := h.ask("POST", "/sms/receipt?secret=hush", "{}", nil); status != 400 {
		t.Errorf("a report of nothing is answered %d", status)
	}
	until(`SELECT state FROM messages WHERE recipient = '13800138000'`, "delivered")
	until(`SELECT state FROM messages WHERE recipient = '13900139000'`, "failed")
	// What the first has in hand now is what the next text from there is likely to answer.
	if status, _ := h.ask("GET", "/sms/in?secret=hush&mobile=13800138000&content=%E8%B0%A2%E8%B0%A2", "",
		nil); status != 200 {
		t.Errorf("a text without an id is answered %d", status)
	}
	until(counted+`messages_in i JOIN messages m ON m.id = i.thread WHERE m.recipient = '13800138000'`, "1")
	mu.Lock()
	defer mu.Unlock()
	if len(sent) != 2 {
		t.Errorf("the gateway got %v", sent)
	}
	for _, want := range []string{"rexian_messages_delivered_total 1\n", "rexian_messages_failed_total 1\n",
		"rexian_message_reports_unknown_total 1\n", "rexian_text_strangers_total 2\n"} {
		if status, figures := h.ask("GET", "/metrics", "", nil); status != 200 || !strings.Contains(figures, want) {
			t.Errorf("the figures do not have %s", want)
		}
	}
}
