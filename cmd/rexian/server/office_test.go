package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/stdlib"
	"rexian/stdlib/ticket"
)

// Who is told of tickets, and how many digits a meter has, is as the configuration says. A message whose flow fails is
// answered too.
func TestTheOfficeIsAsConfigured(t *testing.T) {
	t.Parallel()
	var outbox string
	h := start(t, func(c *config.Config) {
		c.Tickets.Alerts = []string{"13800138000"}
		c.Meters.Digits = 5
		c.Tickets.Quiet = "none" // whatever the time is
		outbox = filepath.Join(c.Data, "outbox", "sms.jsonl")
		const readings = `
来信 "抄表" 进入 报读数 否则 查征期
流程 报读数(读数: 数值) {
  设 回执 = 抄表.提交("10002345", 本月, 读数) 否则 {
    当 不一致 { 回复 "表上没有这么多位" 返回 }
    否则 { 回复 "不成" 返回 }
  }
  回复 "已登记，用量{回执.用量}"
}
来信 "平均" 进入 平均数 否则 查征期
流程 平均数(份数: 数值) { 回复 "{100 / 份数}" }
`
		if err := os.WriteFile(filepath.Join(c.Flows, "b.flow"), []byte(readings), 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().AddDate(0, -3, 0)
		l, err := stdlib.Open(t.Context(), stdlib.Options{Data: c.Data, Now: func() time.Time { return then }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Slices().Tickets.Create(t.Context(), ticket.Draft{Class: "咨询"}, then); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	for text, want := range map[string]string{"抄表 99999": "已登记", "抄表 100000": "表上没有这么多位", "平均 0": "请稍后再发"} {
		if status, answer := h.ask("POST", "/api/v1/messages", `{"from": "13800138000", "text": "`+text+`"}`,
			nil); status != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s is answered %d %s", text, status, answer)
		}
	}
	told := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) &&
		!strings.Contains(told, "已超过时限"); time.Sleep(100 * time.Millisecond) {
		b, _ := os.ReadFile(outbox) // it is there as soon as somebody is told
		told = string(b)
	}
	if !strings.Contains(told, "13800138000") || !strings.Contains(told, "已超过时限") {
		t.Errorf("told of the ticket: %q", told)
	}
}
