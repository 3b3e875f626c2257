package exchange_test

import (
	"context"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/exchange"
)

const forwarding = `接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
流程 主流程 { 转接 "1001" 限时 20秒 否则 {
  当 传真音 { 播放 "是传真机" 挂机 } 当 语音信箱 { 播放 "是语音信箱" 挂机 } 否则 { 播放 "没有接通" 挂机 } } }
`

// TestATransferToAMachine ends in the arm that the flow has for it.
func TestATransferToAMachine(t *testing.T) {
	t.Parallel()
	var at string
	h := build(t, forwarding, func(o *exchange.Options) {
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			out.To = at
			return inner.Dial(ctx, out)
		})
	})
	d := h.desk(h.engine)
	at = d.at("1001")
	for _, c := range []struct {
		words  string
		hz     float64
		length time.Duration
	}{{"是传真机", 2100, 2 * time.Second}, {"是语音信箱", 1000, 400 * time.Millisecond}} {
		call := h.dial("13800138000")
		leg := d.answers()
		pcm := audio.Tone([]float64{c.hz}, -12, c.length)
		leg.Stream().Play(rtp.Item{ID: 9, Clips: []rtp.Clip{{Silence: 300 * time.Millisecond}, {Sound: &rtp.Sound{
			ALaw: audio.PCMA.Encode(nil, pcm), ULaw: audio.PCMU.Encode(nil, pcm)}}, {Silence: time.Second}}})
		call.hears(c.words)
		<-leg.Done()
		call.over()
	}
}
