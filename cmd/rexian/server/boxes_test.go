package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
)

const boxFlow = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 综合 { 技能组 "综合" }
信箱 值班 { 问候 "请留言" 最长 1分钟 静默 2秒 通知 "duty@example.org", "13900139000" }
流程 主流程 { 留言 值班 }
`

// A message is told of by mail and text, once; it is listened to by one person, who finishes it or has it called back.
func TestMessagesAreDealtWith(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := start(t, func(c *config.Config) {
		c.Data, c.Tickets.Quiet = data, "none"
		if err := os.WriteFile(filepath.Join(c.Flows, "a.flow"), []byte(boxFlow), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	for range 2 {
		c := h.call()
		h.hears(c, "请留言")
		c.Speak(6 * time.Second)
		time.Sleep(4 * time.Second) // what is recorded of it depends on how busy the machine is
		c.Hangup()
	}
	var page struct {
		Voicemails []api.Voicemail `json:"voicemails"`
		Next       string          `json:"next"`
	}
	list := func(query string) []api.Voicemail {
		page.Voicemails, page.Next = nil, ""
		h.asks("GET", "/api/v1/voicemails?"+query, nil, &page)
		return page.Voicemails
	}
	eventually(t, "two messages are there", func() bool { return len(list("state=new&mailbox=值班")) == 2 })
	both := list("")
	if both[0].Phone != "138****8000" || both[0].Length <= 0 || both[0].At > both[1].At {
		t.Errorf("%+v", both)
	}
	if one := list("limit=1"); len(one) != 1 || page.Next == "" || len(list("after="+page.Next)) != 1 {
		t.Errorf("by pages: %+v, %q", one, page.Next)
	}
	told := func(file string) string {
		b, _ := os.ReadFile(filepath.Join(data, "outbox", file)) // not there yet
		return string(b)
	}
	for file, to := range map[string]string{"mail.jsonl": "duty@example.org", "sms.jsonl": "13900139000"} {
		eventually(t, to+" is told", func() bool { return strings.Contains(told(file), to) })
		if s := told(file); !strings.Contains(s, both[0].ID) || !strings.Contains(s, "138****8000") ||
			strings.Count(s, "\n") != 1 {
			t.Errorf("told by %s", s)
		}
	}

	at := func(i int) string { return "/api/v1/voicemails/" + both[i].ID }
	h.refused("GET", at(0)+"/audio", nil, 422, api.ReasonNobody)
	if code, sound := h.ask("GET", at(0)+"/audio?by=a", "", nil); code != 200 || !strings.HasPrefix(sound, "RIFF") {
		t.Errorf("played: %d", code)
	}
	h.refused("GET", at(0)+"/audio?by=b", nil, 409, api.ReasonTaken)
	h.refused("POST", at(0), api.VoicemailOrder{Do: "done", By: "b"}, 409, api.ReasonTaken)
	h.refused("POST", at(0), api.VoicemailOrder{Do: "eat", By: "a"}, 422, api.ReasonNoVerb)
	h.refused("POST", "/api/v1/voicemails/x", api.VoicemailOrder{Do: "read", By: "a"}, 404, api.ReasonNoVoicemail)
	var v api.Voicemail
	if code := h.asks("POST", at(0), api.VoicemailOrder{Do: "done", By: "a", Reply: "已回电"}, &v); code != 200 ||
		v.State != "done" || v.Holder != "a" || v.Reply != "已回电" {
		t.Errorf("done: %d %+v", code, v)
	}
	h.refused("POST", at(1), api.VoicemailOrder{Do: "callback", By: "b", Queue: "法语"}, 422, api.ReasonNoQueue)
	if code := h.asks("POST", at(1), api.VoicemailOrder{Do: "callback", By: "b", Queue: "综合"}, &v); code != 200 ||
		v.State != "done" || !strings.HasPrefix(v.Reply, "callback ") {
		t.Errorf("called back: %d %+v", code, v)
	}
	h.refused("POST", at(1), api.VoicemailOrder{Do: "release", By: "b"}, 409, api.ReasonTaken)
	if len(h.recordings("kind=voicemail")) != 2 {
		t.Error("the recordings of messages are not found by their kind")
	}
}
