package exchange_test

import (
	"testing"

	"rexian/media/rtp"
)

// TestACallerHearsWhatTheySaid: a recording is played to who made it, again at key 2, and where the flow says so; what
// follows it waits for it.
func TestACallerHearsWhatTheySaid(t *testing.T) {
	h := build(t, head+`
流程 主流程 {
  设 陈述 = 录音 {
    最长 20秒  静默 1秒
    复核 "{陈述}，确认请按1，重听请按2，重录请按3。"
    否则 挂机
  }
  播放 "{陈述}记下了"
  挂机
}
`, nil)
	h.voices.sound("水管漏水")
	c := h.dial("13800138000")
	told := func(words string, times int) {
		t.Helper()
		until(t, words, func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			n := 0
			for _, w := range c.said {
				if w == words {
					n++
				}
			}
			return n >= times
		})
	}
	c.hears("♪")
	c.leg.Stream().Play(rtp.Item{ID: 1, Clips: []rtp.Clip{{Sound: h.voices.sound("水管漏水")}}})
	told("水管漏水", 1)
	c.press("2")
	told("水管漏水", 2)
	c.press("1")
	told("水管漏水", 3)
	c.hears("记下了")
	c.over()
}
