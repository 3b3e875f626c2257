package exchange_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/exchange"
	"rexian/stdlib/fn"
)

const menu = head + `
名单 黑名单
流程 主流程 {
  如果 来电号码 属于 黑名单 { 播放 "您不能使用" 挂机 }
  播放 "欢迎"
  转到 主菜单
}
菜单 主菜单 {
  播放 "查询请按1，挂机请按2"
  按 1 "查询" { 标记 "查过" 设 欠税 = 纳税人.欠税("913701001000000409") 限时 2秒 否则 { 当 不可用 { 播放 "查不了" 挂机 } }
    播放 "共有{数量(欠税)}笔" 挂机 }
  按 2 "挂机" { 播放 "再见" 挂机 }
  等待 5秒  最多 2次  否则 { 播放 "没有按键" 挂机 }
}
`

func arrears(n int) fn.Func {
	return func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
		list := make([]value.Value, n)
		for i := range list {
			list[i] = value.Record(value.Int(0), value.Text("增值税"), value.Int(100), value.Int(0), value.Int(0))
		}
		return value.List(list...), nil
	}
}

func TestACallerIsLedThroughAMenuToAnAnswer(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	h.library.calls["taxpayer.arrears"] = arrears(2)
	h.voices.sound("共有两笔")
	c := h.dial("13800138000")
	c.hears("欢迎")
	c.hears("查询请按1，挂机请按2")
	c.press("1")
	c.hears("共有两笔")
	c.over()
	text := h.journal.text()
	for _, want := range []string{"begin in 13800138000 12366 主流程", "milestone", "查过 a.flow:13:", "lookup a.flow:13:",
		"collected a.flow:", "keys:1",
		"end hangup by local via 主流程 > 主菜单"} {
		if !strings.Contains(text, want) {
			t.Errorf("the journal lacks %q:\n%s", want, text)
		}
	}
}

func TestAKeyCutsThePromptOff(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	c := h.dial("13800138000")
	until(t, "sound", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.samples > 0 })
	c.press("2") // the menu is not waited for
	c.hears("再见")
	c.over()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.said {
		if s == "查询请按1，挂机请按2" {
			t.Errorf("the menu was read to its end though its key was pressed before: %v", c.said)
		}
	}
}

func TestWhatTheLibraryCannotAnswerTheFlowHears(t *testing.T) {
	t.Parallel()
	tests := map[string]fn.Func{
		"an error": func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
			return value.Value{}, errors.New("no database")
		},
		"too late": func(ctx context.Context, _ fn.Caller, _ []value.Value) (value.Value, error) {
			<-ctx.Done()
			return value.Value{}, ctx.Err()
		},
		"an outcome": func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
			return value.Value{}, fn.Outcome("unavailable")
		},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			h := build(t, menu, nil)
			h.library.calls["taxpayer.arrears"] = f
			c := h.dial("13800138000")
			c.hears("查询请按1，挂机请按2")
			c.press("1")
			c.hears("查不了")
			c.over()
		})
	}
}

func TestAListDecides(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	h.library.lists["黑名单 13900000000"] = true
	c := h.dial("13900000000")
	c.hears("您不能使用")
	c.over()
}

func TestHangupEndsALookupAndTheCall(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	began, ended := make(chan struct{}), make(chan struct{})
	h.library.calls["taxpayer.arrears"] = func(ctx context.Context, _ fn.Caller, _ []value.Value) (value.Value, error) {
		close(began)
		<-ctx.Done()
		close(ended)
		return value.Value{}, ctx.Err()
	}
	c := h.dial("13800138000")
	c.hears("查询请按1，挂机请按2")
	c.press("1")
	<-began
	c.leg.Hangup("")
	<-ended
	c.over()
	if text := h.journal.text(); !strings.Contains(text, "end caller by remote") {
		t.Errorf("journal:\n%s", text)
	}
}

func TestANumberWithoutAFlowIsNotFound(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	_, err := h.phone.Dial(t.Context(), sip.Outbound{To: strings.Replace(h.target, "12366", "999", 1), From: "1"})
	var f *sip.Failure
	if !errors.As(err, &f) || f.Status != 404 {
		t.Errorf("a wrong number got %v", err)
	}
}

func TestAFullOrStoppingExchangeRefuses(t *testing.T) {
	t.Parallel()
	h := build(t, menu, func(o *exchange.Options) { o.MaxCalls = 1 })
	c := h.dial("1")
	c.hears("欢迎")
	var f *sip.Failure
	if _, err := h.phone.Dial(t.Context(), sip.Outbound{To: h.target, From: "2"}); !errors.As(err, &f) ||
		f.Status != 503 {
		t.Errorf("a second call got %v", err)
	}
	h.x.Drain()
	c.leg.Hangup("")
	c.over()
	if _, err := h.phone.Dial(t.Context(), sip.Outbound{To: h.target, From: "2"}); !errors.As(err, &f) ||
		f.Status != 503 {
		t.Errorf("a stopping exchange answered with %v", err)
	}
}

func TestANewVersionServesNewCallsOnly(t *testing.T) {
	t.Parallel()
	h := build(t, menu, nil)
	h.voices.sound("新欢迎")
	h.voices.sound("新再见")
	old := h.dial("1")
	old.hears("查询请按1，挂机请按2")
	next := version(t, strings.NewReplacer("欢迎", "新欢迎", "再见", "新再见").Replace(menu))
	if err := h.deploy.Deploy(next, "test"); err != nil {
		t.Fatal(err)
	}
	fresh := h.dial("2")
	fresh.hears("新欢迎")
	old.press("2")
	old.hears("再见")
	fresh.leg.Hangup("")
	fresh.over()
}

func TestASecretIsNeitherWrittenNorRecorded(t *testing.T) {
	t.Parallel()
	src := head + `
流程 主流程 {
  设 密码 = 询问 保密 数字 6位 { 播放 "请输入密码" 否则 挂机 }
  设 本户 = 纳税人.核验("913701001000000409", 密码) 否则 { 播放 "不对" 挂机 }
  播放 "谢谢" 挂机
}
`
	h := build(t, src, func(o *exchange.Options) { o.RecordAll = true })
	got := make(chan string, 1)
	h.library.calls["taxpayer.verify"] = func(_ context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
		got <- args[1].Str()
		return value.Value{}, fn.Outcome("wrong_pin")
	}
	c := h.dial("13800138000")
	c.hears("请输入密码")
	c.press("271828")
	if pin := <-got; pin != "271828" {
		t.Errorf("the library was given %q", pin)
	}
	c.hears("不对")
	c.over()
	if text := h.journal.text(); strings.Contains(text, "271828") {
		t.Errorf("the journal holds the secret:\n%s", text)
	}
	until(t, "the recording",
		func() bool { h.index.mu.Lock(); defer h.index.mu.Unlock(); return len(h.index.list) == 1 })
	r := h.index.list[0]
	if r.Kind != exchange.RecordingCall || r.Paused == 0 || r.Phone != "13800138000" {
		t.Errorf("the recording is %+v", r)
	}
	b, err := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(r.File)))
	if err != nil {
		t.Fatal(err)
	}
	if wav, err := audio.ReadWAV(b); err != nil || wav.Channels != 2 || len(wav.Samples) == 0 {
		t.Errorf("the recording cannot be read: %v", err)
	}
}

// speak sends a voice-like tone for some time.
func (c *caller) speak(d time.Duration) {
	pcm := audio.Tone([]float64{350, 700, 1100}, -12, d)
	c.leg.Stream().Play(rtp.Item{ID: 1,
		Clips: []rtp.Clip{{Sound: &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}}}})
}

func TestACallerSpeaksToAStep(t *testing.T) {
	t.Parallel()
	src := head + `
流程 主流程 {
  设 陈述 = 录音 { 播放 "请说" 最长 20秒 静默 1秒 最多 1次 否则 { 播放 "没听见" 挂机 } }
  设 单号 = 工单.新建(类别: "投诉", 录音: 陈述) 否则 挂机
  播放 "记下了" 挂机
}
`
	tests := map[string]struct {
		speaks, key bool
		want        string
	}{
		"speaks, then is silent": {speaks: true, want: "记下了"},
		"says nothing":           {want: "没听见"},
		"ends with a key":        {speaks: true, key: true, want: "记下了"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := build(t, src, nil)
			var id string
			h.library.calls["ticket.create"] = func(_ context.Context, _ fn.Caller, args []value.Value) (value.Value,
				error) {
				id = args[2].Str()
				return value.Text("2026101200"), nil
			}
			c := h.dial("13800138000")
			c.hears("♪")
			if tt.speaks {
				c.speak(800 * time.Millisecond)
			}
			if tt.key {
				time.Sleep(300 * time.Millisecond) // of real speech, which is what is recorded
				c.press("#")
			}
			c.hears(tt.want)
			c.over()
			if !tt.speaks {
				return
			}
			until(t, "the recording",
				func() bool { h.index.mu.Lock(); defer h.index.mu.Unlock(); return len(h.index.list) == 1 })
			if r := h.index.list[0]; r.ID != id || r.Kind != exchange.RecordingStep || r.Duration == 0 {
				t.Errorf("the ticket has recording %q, the index %+v", id, r)
			}
		})
	}
}

func TestAMessageIsLeftAndKeptWhenTheCallerHangsUp(t *testing.T) {
	t.Parallel()
	src := head + `
信箱 综合信箱 { 问候 "请留言" 最长 1分钟 静默 5秒 }
流程 主流程 { 留言 综合信箱 }
`
	h := build(t, src, nil)
	c := h.dial("13800138000")
	c.hears("♪")
	c.speak(600 * time.Millisecond)
	time.Sleep(500 * time.Millisecond) // of real speech
	c.leg.Hangup("")
	c.over()
	until(t, "the voicemail",
		func() bool { h.index.mu.Lock(); defer h.index.mu.Unlock(); return len(h.index.list) == 1 })
	if r := h.index.list[0]; r.Kind != exchange.RecordingVoicemail || r.Mailbox != "综合信箱" {
		t.Errorf("the voicemail is %+v", r)
	}
}
