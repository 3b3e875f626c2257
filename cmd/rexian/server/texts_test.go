package server_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/handset"
	"rexian/stdlib/db"
)

const texting = `接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
参数 值班: 电话 = "13900139000"
流程 主流程 {
  发短信 给 来电号码 "您的办税厅在历下区" 否则 { 发短信 给 值班 "没有发出" 否则 继续 播放 "短信发不了" 挂机 }
  发短信 给 "13900139000" "有人来电" 否则 { 播放 "值班短信发不了" 挂机 }
  播放 "短信已发"
  挂机
}
`

// Whoever calls with another's number cannot have that one texted on and on: the text ends as one that cannot be sent
// does, and the caller hears it. Whom the flow names is told of every call.
func TestACallerCannotHaveANumberBombed(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/texts.db"
	h := start(t, func(c *config.Config) {
		if err := os.WriteFile(filepath.Join(c.Flows, "a.flow"), []byte(texting), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Database.URL = config.Plain("sqlite:" + path)
		c.Guard.Trusted = []string{"127.0.0.0/8"} // calls, not their rate, are what this is about
	})
	phone, err := handset.New(t.Context(), handset.Options{Index: h.Voices().Ears()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = phone.Close() })
	const calls = 9
	var mu sync.Mutex
	var wg sync.WaitGroup
	heard := map[string]int{}
	for range calls {
		c, err := phone.Dial(t.Context(), "12366@"+strings.TrimPrefix(h.Addrs()[0], "udp://"),
			handset.CallOptions{From: "13800138000"})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			words := saidToTheEnd(t.Context(), c)
			mu.Lock()
			defer mu.Unlock()
			heard[words]++
		})
	}
	wg.Wait()
	if heard["短信已发"] != 5 || heard["短信发不了"] != calls-5 {
		t.Errorf("heard %v", heard)
	}
	d, err := db.Open(t.Context(), "sqlite:"+path, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for to, want := range map[string]int{"13800138000": 5, "13900139000": calls} {
		var sent int
		if err := d.Get(t.Context(), &sent, `SELECT COUNT(*) FROM messages WHERE recipient = ?`, to); err != nil ||
			sent != want {
			t.Errorf("%d texts to %s, want %d (%v)", sent, to, want, err)
		}
	}
	if status, figures := h.ask("GET", "/metrics", "", nil); status != 200 ||
		!strings.Contains(figures, fmt.Sprintf("rexian_texts_limited_total %d\n", calls-5)) {
		t.Errorf("the figures do not count them: %d", status)
	}
}

// saidToTheEnd is what a call was told, until it was hung up. Words that came in pieces, on a busy machine, are told
// once.
func saidToTheEnd(ctx context.Context, c *handset.Call) string {
	select {
	case <-c.Done():
	case <-ctx.Done():
	}
	c.Flush()
	list, _ := c.Words(0)
	var words []string
	for _, w := range list {
		words = append(words, w.Text)
	}
	return strings.Join(slices.Compact(words), " ")
}
