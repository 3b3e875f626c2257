package exchange_test

import (
	"strings"
	"testing"

	"rexian/runtime/exchange"
)

// The agent's telephone is told of the call, the queue, the flows and what was attached; a number outside is not.
func TestTheAgentsTelephoneIsToldOfTheCaller(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 分配 顺序 }
接入号 "12367" 进入 带上
流程 带上 { 附带 税号 = "91 号" 排队 咨询 否则 挂机 挂机 }`, func(o *exchange.Options) {
		o.Ours = func(phone string) bool { return phone == "agent1" }
	}, "咨询", "咨询")
	first := m.dialTo("12367", "13800138000")
	leg := m.desks[0].rung() // when it has answered, its INVITE is gone
	for name, want := range map[string]string{"X-Rexian-Call": m.journal.newest(),
		"X-Rexian-Queue": "%E5%92%A8%E8%AF%A2",
		"X-Rexian-Data":  "%E7%A8%8E%E5%8F%B7=91+%E5%8F%B7"} {
		if got := leg.Header(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	if got := leg.Header("X-Rexian-Path"); !strings.Contains(got, "%E5%B8%A6%E4%B8%8A") {
		t.Errorf("path: %q", got)
	}
	if err := leg.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := m.dialTo("12367", "13800138001")
	outside := m.desks[1].rung()
	if got := outside.Header("X-Rexian-Data"); got != "" {
		t.Errorf("told outside: %q", got)
	}
	if err := outside.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	outside.Hangup("")
	second.gone()
	leg.Hangup("")
	first.over()
}
