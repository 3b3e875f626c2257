package exchange_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/rtp"
	"rexian/runtime/exchange"
	"rexian/stdlib/fn"
)

// pinFlow asks for a PIN after a lookup that may take long.
const pinFlow = head + `
流程 主流程 {
  播放 "请稍候"
  设 欠税 = 纳税人.欠税("913701001000000409") 限时 20秒 否则 挂机
  附带 笔数 = 数量(欠税)
  设 密码 = 询问 保密 数字 6位 { 播放 "请输入密码" 否则 挂机 }
  设 本户 = 纳税人.核验("913701001000000409", 密码) 否则 { 播放 "不对" 挂机 }
  播放 "谢谢" 挂机
}
`

// wholeCall is the recording of the only call: the legs of the caller and of ours.
func (h *house) wholeCall() (heard, said []int16, r exchange.Recorded) {
	h.t.Helper()
	until(h.t, "the recording",
		func() bool { h.index.mu.Lock(); defer h.index.mu.Unlock(); return len(h.index.list) == 1 })
	r = h.index.list[0]
	b, err := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(r.File)))
	if err != nil {
		h.t.Fatal(err)
	}
	wav, err := audio.ReadWAV(b)
	if err != nil || wav.Channels != 2 {
		h.t.Fatalf("the recording cannot be read: %v", err)
	}
	for i := 0; i+1 < len(wav.Samples); i += 2 {
		heard, said = append(heard, wav.Samples[i]), append(said, wav.Samples[i+1])
	}
	return heard, said, r
}

// saysWhole tells whether words are in a leg, from their first sample to their last.
func (h *house) saysWhole(leg []int16, words string) bool {
	of := h.voices.sound(words)
	for _, sound := range [][]int16{audio.PCMU.Decode(nil, of.ULaw), audio.PCMA.Decode(nil, of.ALaw)} {
		for at := 0; at+len(sound) <= len(leg); at++ {
			if leg[at] == sound[0] && slices.Equal(leg[at:at+len(sound)], sound) {
				return true
			}
		}
	}
	return false
}

func keysIn(leg []int16) (keys string) {
	dtmf.NewDetector().Feed(leg, func(d dtmf.Digit) { keys += string(d.Key) })
	return keys
}

// tones sends keys as sound, each as long as a quick finger's.
func (c *caller) tones(keys string) {
	var item rtp.Item
	for _, key := range []byte(keys) {
		pcm := dtmf.Generate(nil, key, 80*time.Millisecond, -8, -6)
		item.Clips = append(item.Clips,
			rtp.Clip{Sound: &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}},
			rtp.Clip{Silence: 80 * time.Millisecond})
	}
	c.leg.Stream().Play(item)
}

// A PIN that is keyed as tones before it is asked for, while a lookup takes its time, is not to be heard in the
// recording, and what the caller was told before is whole.
func TestAPINKeyedAheadIsNotRecorded(t *testing.T) {
	t.Parallel()
	h := build(t, pinFlow, func(o *exchange.Options) { o.RecordAll = true })
	goOn, got := make(chan struct{}), make(chan string, 1)
	h.library.calls["taxpayer.arrears"] = func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value,
		error) {
		<-goOn
		return arrears(1)(ctx, c, args)
	}
	h.library.calls["taxpayer.verify"] = func(_ context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
		got <- args[1].Str()
		return value.Value{}, fn.Outcome("wrong_pin")
	}
	c := h.dial("13800138000")
	c.hears("请稍候")
	c.tones("271828")
	time.Sleep(1200 * time.Millisecond) // all of it has sounded and is with the recording, but for the last moments
	close(goOn)
	if pin := <-got; pin != "271828" {
		t.Errorf("the library was given %q", pin)
	}
	c.hears("不对")
	c.over()
	heard, said, _ := h.wholeCall()
	if keys := keysIn(heard) + keysIn(said); keys != "" {
		t.Errorf("one hears the keys %s", keys)
	}
	for i, v := range heard {
		if v > 500 || v < -500 { // nothing but the keys was sent
			t.Fatalf("at %d ms the caller's leg is not silent", i/8)
		}
	}
	for _, words := range []string{"请稍候", "不对"} {
		if !h.saysWhole(said, words) {
			t.Errorf("%s is not whole in the recording", words)
		}
	}
}

// The words that ask for a PIN are in the recording, and what the caller says meanwhile is not.
func TestTheWordsBeforeAPINAreRecorded(t *testing.T) {
	t.Parallel()
	h := build(t, pinFlow, func(o *exchange.Options) { o.RecordAll = true })
	h.library.calls["taxpayer.arrears"] = arrears(1)
	h.library.calls["taxpayer.verify"] = func(context.Context, fn.Caller, []value.Value) (value.Value, error) {
		return value.Value{}, fn.Outcome("wrong_pin")
	}
	c := h.dial("13800138000")
	c.hears("请输入密码")
	c.speak(500 * time.Millisecond) // the PIN, read aloud
	time.Sleep(600 * time.Millisecond)
	c.press("271828")
	c.hears("不对")
	c.over()
	heard, said, r := h.wholeCall()
	if r.Paused == 0 || keysIn(heard) != "" ||
		slices.ContainsFunc(heard, func(v int16) bool { return v > 500 || v < -500 }) {
		t.Errorf("the caller is to be heard while a secret was asked for, or not: %+v", r)
	}
	for _, words := range []string{"请稍候", "请输入密码", "不对"} {
		if !h.saysWhole(said, words) {
			t.Errorf("%s is not whole in the recording", words)
		}
	}
	if text := h.journal.text(); strings.Contains(text, "271828") {
		t.Errorf("the journal holds the secret:\n%s", text)
	}
}
