package server_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
)

// What is said is said three times: on a busy machine a packet comes late, and the telephone that listens knows whole
// sounds only.
const closureFlow = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错, 不可用 挂机 }
作息 人工服务 { 时区 "Asia/Shanghai" 每天 00:00-24:00 }
流程 主流程 {
  根据 人工服务 {
    当 开放 { 播放 "现在开放" 播放 "现在开放" 播放 "现在开放" }
    当 休息(原因, 下次开放) {
      如果 原因 是 紧急停用 { 转到 停用告知 }
      播放 "下班了"
    }
  }
  挂机
}
流程 停用告知 {
  设 公告 = 停用.公告(人工服务) 否则 { 播放 "今天停用" 挂机 }
  播放 "{公告}" 播放 "{公告}" 播放 "{公告}"
  挂机
}
`

// A closure that is set while calls come in is heard by the next caller, in the words that were given with it; lifted,
// the hours are open again.
func TestAnEmergencyClosureIsSpoken(t *testing.T) {
	t.Parallel()
	h := start(t, func(c *config.Config) {
		if err := os.WriteFile(filepath.Join(c.Flows, "a.flow"), []byte(closureFlow), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	h.hears(h.call(), "现在开放")
	h.refused("POST", "/api/v1/closures", api.ClosureOrder{Hours: "窗口", By: "t"}, 422, api.ReasonNoHours)
	h.refused("POST", "/api/v1/closures", api.ClosureOrder{Text: map[string]string{"fr": "fermé"}, By: "t"}, 422,
		api.ReasonNoLanguage)
	h.refused("POST", "/api/v1/closures", api.ClosureOrder{}, 422, api.ReasonBadClosure)
	h.refused("DELETE", "/api/v1/closures/77?by=t", nil, 404, api.ReasonNoClosure)
	var x api.Closure
	if code := h.asks("POST", "/api/v1/closures", api.ClosureOrder{Hours: "人工服务", By: "t",
		Until: time.Now().Add(time.Hour), Text: map[string]string{"zh": "受台风影响今天停办"}}, &x); code != 200 {
		t.Fatalf("%d %+v", code, x)
	}
	h.hears(h.call(), "受台风影响今天停办")
	var now struct {
		Closures []api.Closure `json:"closures"`
	}
	if h.asks("GET", "/api/v1/closures", nil, &now); len(now.Closures) != 1 || now.Closures[0].By != "t" {
		t.Errorf("%+v", now)
	}
	if code := h.asks("DELETE", "/api/v1/closures/1?by=t", nil, nil); code != 200 {
		t.Errorf("lifted: %d", code)
	}
	h.hears(h.call(), "现在开放")
}
