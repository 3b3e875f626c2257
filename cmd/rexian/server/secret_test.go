package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/rtp"
	"rexian/runtime/kept"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/pin"
	"rexian/stdlib/taxpayer"
)

const secretFlow = `接入号 "12366" 进入 主流程
来信 "CX" 进入 短信核验 否则 短信用法
来信 其他 进入 短信用法
流程 短信核验(密码: 保密 数字) {
  设 本户 = 纳税人.核验("` + company + `", 密码) 限时 10秒 否则 {
    当 密码错误, 已锁定, 未找到, 不可用 { 回复 "不对。" 返回 }
  }
  回复 "您好，{本户.名称}。"
}
流程 短信用法 { 回复 "请发送CX和密码。" }
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 } }
流程 主流程 {
  菜单 { 播放 "按1。" 按 1 "一" 转到 再按 等待 20秒 最多 1次 否则 挂机 }
}
流程 再按 {
  菜单 { 播放 "按2。" 按 2 "二" 转到 核验 等待 20秒 最多 1次 否则 挂机 }
}
流程 核验 {
  设 密码 = 询问 保密 数字 12位 {
    播放 "密码？"
    等待 20秒  键间隔 3秒  最多 2次  否则 { 标记 "没有密码" 挂机 }
  }
  设 本户 = 纳税人.核验("` + company + `", 密码) 限时 10秒 否则 {
    当 密码错误 { 标记 "错" 播放 "不对。" 转到 再按 }
    当 已锁定   { 标记 "锁" 播放 "已锁定。" 转到 再按 }
    当 未找到   { 标记 "无" 挂机 }
    当 不可用   { 标记 "不可用" 挂机 }
  }
  标记 "对"
  播放 "正确。"
  附带 户名 = 本户.名称
  转到 再按
}
`

// The PINs of the test. Their like appears nowhere by chance: what is looked for is any nine digits of one in a row.
const (
	rightPIN = "739158264073"
	wrongPIN = "846209517381"
	otherPIN = "620593847162"
	thirdPIN = "917350628495"
	halfPIN  = "582074613"
	shortPIN = "284617935#"
)

// toneCaller is who sends keys as tones.
const toneCaller = "13800138002"

// leaks tells which PIN is in some bytes, "" if none is.
func leaks(b []byte) string {
	for _, pin := range []string{rightPIN, wrongPIN, otherPIN, thirdPIN, halfPIN, shortPIN} {
		for i := 0; i+9 <= len(pin); i++ {
			if bytes.Contains(b, []byte(pin[i:i+9])) {
				return pin
			}
		}
	}
	return ""
}

// hearsTimes waits until words were heard n times.
func (h *hotline) hearsTimes(c *handset.Call, words string, n int) {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		heard, more := c.Words(0)
		times := 0
		for _, w := range heard {
			if w.Text == words {
				times++
			}
		}
		if times >= n {
			return
		}
		select {
		case <-more:
		case <-time.After(100 * time.Millisecond):
		}
	}
	heard, _ := c.Words(0)
	h.t.Fatalf("%s was not heard %d times, only %v", words, n, heard)
}

// tones makes the sound of keys, as a telephone without telephone events sends them.
func tones(keys string) rtp.Item {
	var item rtp.Item
	for i, key := range []byte(keys) {
		on := 70 * time.Millisecond
		if i == len(keys)-1 { // a finger stays on the last one, though the flow goes on
			on = 400 * time.Millisecond
		}
		pcm := dtmf.Generate(nil, key, on, -8, -6)
		item.Clips = append(item.Clips,
			rtp.Clip{Sound: &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}},
			rtp.Clip{Silence: 70 * time.Millisecond})
	}
	return item
}

// TestNoPINIsKept: callers key PINs, right and wrong, whole and half, as events and as tones, until they are locked
// out. No PIN is in the log, in any table, in any file of the data folder, or to be heard in a recording.
func TestNoPINIsKept(t *testing.T) {
	// Not beside other tests: keys as tones must come in time to be heard.
	dbtest.EachURL(t, func(t *testing.T, url string) {
		debtor(t, url)
		d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := taxpayer.New(d, taxpayer.Options{Hash: pin.Hash{Time: 1, Memory: 1 << 10}}).SetPIN(t.Context(),
			company, rightPIN); err != nil {
			t.Fatal(err)
		}
		data, log := t.TempDir(), &diary{}
		s := serve(t, secretFlow, url, data,
			slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		h := &hotline{Server: s, t: t}
		var once sync.Once
		end := func() {
			once.Do(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		defer end()
		phone, err := handset.New(t.Context(), handset.Options{Index: h.Voices().Ears()})
		if err != nil {
			t.Fatal(err)
		}
		defer phone.Close()
		dial := func(from string) *handset.Call {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			c, err := phone.Dial(ctx, "12366@"+strings.TrimPrefix(s.Addrs()[0], "udp://"),
				handset.CallOptions{From: from})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		over := func(c *handset.Call) {
			t.Helper()
			c.Hangup()
			select {
			case <-c.Done():
			case <-time.After(20 * time.Second):
				t.Fatal("a call does not end")
			}
		}

		press := func(c *handset.Call, keys string) {
			c.Leg().Stream().SendKeys(keys, 60*time.Millisecond, 50*time.Millisecond)
		}
		var wg sync.WaitGroup
		wg.Go(func() { // as events
			c := dial("13800138001")
			press(c, "12")
			h.hears(c, "密码？")
			press(c, rightPIN)
			h.hears(c, "正确。")
			over(c)
		})
		wg.Go(func() { // as tones
			c := dial(toneCaller)
			h.hears(c, "按1。")
			c.Leg().Stream().Play(tones("1"))
			for i := range 2 {
				h.hearsTimes(c, "按2。", i+1)
				c.Leg().Stream().Play(tones("2"))
				h.hearsTimes(c, "密码？", i+1)
				c.Leg().Stream().Play(tones(rightPIN))
				h.hearsTimes(c, "正确。", i+1)
			}
			h.hearsTimes(c, "按2。", 3)
			over(c)
		})
		wg.Go(func() { // too short, then half of one and gone
			c := dial("13800138003")
			press(c, "12")
			h.hears(c, "密码？")
			press(c, shortPIN)
			h.hearsTimes(c, "密码？", 2)
			press(c, halfPIN)
			const keys = 14 + 27 + 21 // of all three
			eventually(t, "the keys arrive", func() bool { return figure(t, h, "rexian_keys_total") >= keys })
			over(c)
		})
		wg.Wait()
		for text, want := range map[string]string{"CX " + rightPIN: "您好", "CX " + wrongPIN: "不对", wrongPIN: "请发送",
			"CX " + halfPIN + "x": "请发送"} {
			body := fmt.Sprintf(`{"from": "13800138005", "text": %q}`, text)
			if status, answer := h.ask("POST", "/api/v1/messages", body, nil); status != 200 ||
				!strings.Contains(answer, want) || leaks([]byte(answer)) != "" {
				t.Errorf("a text message was answered with %d %s, want %s", status, answer, want)
			}
		}
		c := dial("13800138004") // until locked
		press(c, "1")
		for i, pin := range []string{wrongPIN, otherPIN, thirdPIN, rightPIN} {
			h.hearsTimes(c, "按2。", i+1)
			press(c, "2")
			h.hearsTimes(c, "密码？", i+1)
			press(c, pin)
		}
		h.hears(c, "已锁定。")
		over(c)
		_, metrics := h.ask("GET", "/metrics", "", nil)
		eventually(t, "all calls are over", func() bool { return s.Calls() == 0 })
		end()

		for _, name := range []string{"对", "错", "锁"} {
			var n int
			if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM milestones WHERE name = ?`, name); err != nil ||
				n == 0 {
				t.Errorf("%d calls marked %s, %v: the test does not test", n, name, err)
			}
		}
		if pin := leaks([]byte(metrics)); pin != "" {
			t.Errorf("the PIN %s is in the figures", pin)
		}
		if pin := leaks(log.bytes()); pin != "" {
			t.Errorf("the PIN %s is in the log", pin)
		}
		for _, from := range []string{"13800138001", "13800138004"} {
			if bytes.Contains(log.bytes(), []byte(from)) {
				t.Errorf("the number %s is not masked in the log", from)
			}
		}
		for table, content := range dump(t, d) {
			if pin := leaks(content); pin != "" {
				t.Errorf("the PIN %s is in the table %s", pin, table)
			}
		}
		traces := 0
		if _, err := kept.Read(filepath.Join(data, kept.Folder), time.Unix(0, 0), time.Now().Add(time.Hour),
			func(record []byte) error {
				traces++
				if pin := leaks(record); pin != "" {
					t.Errorf("the PIN %s is in the trace of a call", pin)
				}
				if bytes.Contains(record, []byte("1380013800")) {
					t.Error("the caller's number is not masked in the trace of a call")
				}
				return nil
			}); err != nil || traces != 8 {
			t.Errorf("the traces of %d calls and messages are kept, %v", traces, err)
		}
		if audible := scan(t, data); len(audible) != 4 || strings.Join(audible, "") != "" {
			t.Errorf("in the recordings of four calls one hears the keys %q", audible)
		}
	})
}

// scan looks for PINs in all files of the data folder, and returns what keys can be heard in each recording.
func scan(t *testing.T, data string) (audible []string) {
	t.Helper()
	if err := filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if pin := leaks(b); pin != "" {
			t.Errorf("the PIN %s is in %s", pin, path)
		}
		if filepath.Ext(path) != ".wav" || !strings.Contains(path, "recordings") {
			return nil
		}
		keys := ""
		for _, pcm := range sides(t, b) {
			dtmf.NewDetector().Feed(pcm, func(k dtmf.Digit) { keys += string(k.Key) })
		}
		audible = append(audible, keys)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return audible
}

// sides are the two legs of a recording.
func sides(t *testing.T, b []byte) [2][]int16 {
	t.Helper()
	clip, err := audio.ReadWAV(b)
	if err != nil || clip.Channels != 2 {
		t.Fatalf("a recording is not in stereo: %v", err)
	}
	var legs [2][]int16
	for i := 0; i+1 < len(clip.Samples); i += 2 {
		legs[0], legs[1] = append(legs[0], clip.Samples[i]), append(legs[1], clip.Samples[i+1])
	}
	return legs
}

// dump is the content of all tables.
func dump(t *testing.T, d *db.DB) map[string][]byte {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if d.Engine() == db.Postgres {
		query = `SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'`
	}
	var tables []string
	if err := d.Select(t.Context(), &tables, query); err != nil {
		t.Fatal(err)
	}
	if len(tables) < 20 {
		t.Fatalf("only %d tables", len(tables))
	}
	all := map[string][]byte{}
	for _, name := range tables {
		if err := d.Rows(t.Context(), `SELECT * FROM "`+name+`"`, 0, func(_ []string, values []any) error {
			for _, v := range values {
				if b, ok := v.([]byte); ok {
					all[name] = append(all[name], b...)
				} else {
					all[name] = append(all[name], fmt.Sprint(v)...)
				}
				all[name] = append(all[name], '\n')
			}
			return nil
		}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return all
}
