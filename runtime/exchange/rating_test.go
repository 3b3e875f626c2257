package exchange_test

import (
	"strings"
	"testing"
)

// What comes of asking for a rating is told apart: rated, asked without an answer, hung up while asked, not asked. It
// is of the agent who talked last.
func TestRatings(t *testing.T) {
	t.Parallel()
	m := newTeam(t, `队列 咨询 { 技能组 "咨询" 分配 顺序 }
问卷 满意度 { 询问 评价 "满意请按1，不满意请按3" { 1 "满意" 3 "不满意" } }
流程 主流程 {
  排队 咨询 否则 挂机
  如果 来电号码 = "13800138003" { 挂机 }
  启动问卷 满意度
  播放 "谢谢来电"
  挂机
}
`, nil, "咨询", "别的")
	for _, c := range []struct{ from, keys, want string }{
		{"13800138000", "3", "rating 1 1 咨询 rated 3"},
		{"13800138001", "999999", "rating 1 1 咨询 no_input 0"},
		{"13800138002", "", "rating 1 1 咨询 hung_up 0"},
		{"13800138003", "", "rating 1 1 咨询 not_invited 0"},
	} {
		call := m.dial(c.from)
		talks := strings.Count(m.journal.text(), " agent ")
		leg := m.desks[0].answers()
		until(t, "the talk", func() bool { return strings.Count(m.journal.text(), " agent ") > talks })
		leg.Hangup("")
		if c.want != "rating 1 1 咨询 not_invited 0" {
			call.hears("满意请按1，不满意请按3")
		}
		for _, key := range c.keys {
			call.press(string(key))
		}
		if c.keys == "" {
			call.leg.Hangup("")
		}
		<-call.leg.Done()
		until(t, c.want, func() bool { return strings.Contains(m.journal.text(), c.want) })
	}
	if n := strings.Count(m.journal.text(), "rating "); n != 4 {
		t.Errorf("%d ratings of 4 talks", n)
	}
}
