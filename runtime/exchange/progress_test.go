package exchange_test

import (
	"context"
	"slices"
	"strings"
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

const leaving = head + `
流程 主流程 { 挂机 }
流程 催缴电话 { 播放 "这里是热线" 设 键 = 询问 数字 1位 { 播放 "请按键" 等待 20秒 否则 挂机 } 播放 "记下了" 停顿 2秒 播放 "再见" 挂机 }
流程 留话 { 播放 "请回电" 标记 "已留言" 挂机 }
外呼任务 催缴 { 呼叫名单 纳税人.欠税名单(至少: 1元) 呼叫 对象.电话 接通后 催缴电话 滴声后 留话 }
`

// TestAMessageAfterTheBeep: a machine that has beeped hears the message, whatever the flow was at, and nothing else;
// where a key was pressed before it is a person's telephone that beeped, and the flow goes on.
func TestAMessageAfterTheBeep(t *testing.T) {
	var at string
	h := build(t, leaving, func(o *exchange.Options) {
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			out.To = at
			return inner.Dial(ctx, out)
		})
	})
	for _, words := range []string{"这里是热线", "请按键", "请回电", "记下了", "再见"} {
		h.voices.sound(words)
	}
	d := h.desk(h.engine)
	at = d.at("1001")
	v := h.deploy.Stable()
	begins := func() (*sip.Call, *caller, chan exchange.Ended) {
		out := make(chan exchange.Ended, 1)
		go func() {
			ended, err := h.x.Place(t.Context(), exchange.Outgoing{ID: "261130-ab12.1.1", Version: v, To: "13800138000",
				Func: v.Program.FuncNamed("催缴电话"), Leave: v.Program.Funcs[v.Program.Campaigns[0].Beep-1].Name})
			if err != nil {
				t.Error(err)
			}
			out <- ended
		}()
		leg := d.rung()
		ears := h.ears(leg)
		if err := leg.Answer(t.Context()); err != nil {
			t.Fatal(err)
		}
		ears.hears("请按键")
		return leg, ears, out
	}
	beeps := func(leg *sip.Call, times int) { // a machine that is short of processor time may tear one
		pcm := audio.Tone([]float64{1000}, -12, 400*time.Millisecond)
		tone := &rtp.Sound{ALaw: audio.PCMA.Encode(nil, pcm), ULaw: audio.PCMU.Encode(nil, pcm)}
		one := []rtp.Clip{{Silence: 300 * time.Millisecond}, {Sound: tone}, {Silence: time.Second}}
		leg.Stream().Play(rtp.Item{ID: 9, Clips: slices.Repeat(one, times)})
	}
	leg, ears, out := begins()
	if !strings.HasPrefix(leg.CallID(), "261130-ab12.1.1@") {
		t.Errorf("the Call-ID is %s", leg.CallID())
	}
	beeps(leg, 5)
	ears.hears("请回电")
	<-leg.Done()
	if e := <-out; e.Outcome != "machine" || e.FarEnd {
		t.Errorf("%+v", e)
	}
	if said := h.journal.text(); !strings.Contains(said, "已留言") || !strings.Contains(said, "留话") {
		t.Errorf("the journal:\n%s", said)
	}

	leg, ears, out = begins()
	ears.press("9")
	ears.hears("记下了")
	beeps(leg, 1)
	ears.hears("再见")
	<-leg.Done()
	if e := <-out; e.Outcome != "answered" {
		t.Errorf("%+v", e)
	}
}

// TestABeepWhileTheAnswerIsWrittenDown: a machine beeps as soon as it has answered, and whoever placed the call takes a
// while to write the answer down. The beep is heard all the same.
func TestABeepWhileTheAnswerIsWrittenDown(t *testing.T) {
	t.Parallel()
	var at string
	h := build(t, leaving, func(o *exchange.Options) {
		inner := o.Dialer
		o.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			out.To = at
			return inner.Dial(ctx, out)
		})
	})
	d := h.desk(h.engine)
	at = d.at("1001")
	v := h.deploy.Stable()
	beeped := make(chan struct{})
	out := make(chan exchange.Ended, 1)
	go func() {
		ended, err := h.x.Place(t.Context(), exchange.Outgoing{Version: v, To: "13800138000", Beeps: true,
			Func: v.Program.FuncNamed("催缴电话"), Answered: func() { <-beeped }})
		if err != nil {
			t.Error(err)
		}
		out <- ended
	}()
	leg := d.rung()
	played := make(chan struct{})
	leg.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Played {
			close(played)
		}
	})
	if err := leg.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	pcm := audio.Tone([]float64{1000}, -12, 400*time.Millisecond)
	tone := &rtp.Sound{ALaw: audio.PCMA.Encode(nil, pcm), ULaw: audio.PCMU.Encode(nil, pcm)}
	// a machine that is short of processor time may tear one
	leg.Stream().Play(rtp.Item{ID: 9, Clips: slices.Repeat([]rtp.Clip{{Silence: 300 * time.Millisecond}, {Sound: tone},
		{Silence: 500 * time.Millisecond}}, 3)})
	<-played
	close(beeped)
	if e := <-out; e.Outcome != "machine" {
		t.Errorf("%+v", e)
	}
}
