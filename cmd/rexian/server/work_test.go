package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/stdlib/callback"
)

// Who is owed a call is listed, told live, called by hand and finished by those within whose scope the queue lies: an
// agent of the configuration has a group and a district there.
func TestCallbacksOfAGroup(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := start(t, func(c *config.Config) {
		c.Data, c.HTTP.Token = data, config.Plain(officeToken)
		c.Agents = []config.Agent{
			{ID: "900", Phone: "sip:900@127.0.0.1:1", Skills: []string{"咨询"}, Groups: []string{"一班"}, District: "历下区"},
			{ID: "901", Phone: "sip:901@127.0.0.1:1", Skills: []string{"别的"}, Groups: []string{"二班"}}}
	})
	h.write(officeFlow)
	h.told("POST", "/api/v1/deployment", map[string]string{"action": "deploy", "by": "t"}, nil, nil)
	s, now := callback.Open(opened(t, "sqlite:"+filepath.Join(data, "rexian.db"))), time.Now()
	for _, c := range []callback.Callback{{CallID: "c1", Queue: "咨询", Number: "13800138001"},
		{CallID: "c2", Queue: "咨询", Number: "13800138002"}, {CallID: "c3", Queue: "别的", Number: "13800138003"}} {
		if err := s.Ask(t.Context(), c, now); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(t.Context(), c.CallID+"/"+c.Queue, callback.Task, "", "no_answer", now); err != nil {
			t.Fatal(err)
		}
	}
	var k api.APIKey
	h.told("POST", "/api/v1/keys", api.KeyOrder{Label: "t", Permits: []string{"callbacks:read", "callbacks:take",
		"agents:read", "tickets:open"}, Scope: api.Scope{Groups: []string{"一班"}, Districts: []string{"历下区"}}}, &k, nil)
	as := func(method, path string, in, out any) int {
		return h.told(method, path, in, out, bearer(k.Secret))
	}
	var agents struct{ Agents []api.Agent }
	if as("GET", "/api/v1/agents", nil, &agents); len(agents.Agents) != 1 || agents.Agents[0].District != "历下区" {
		t.Errorf("%+v", agents)
	}
	if code, text := h.ask("DELETE", "/api/v1/agents/900", "", bearer(officeToken)); code != 409 ||
		!strings.Contains(text, "of_the_configuration") {
		t.Errorf("who stands in the configuration is taken out: %d %s", code, text)
	}
	var page struct {
		Callbacks []api.Callback
		Next      string
	}
	if as("GET", "/api/v1/callbacks?state=task&limit=1", nil, &page); len(page.Callbacks) != 1 || page.Next == "" ||
		page.Callbacks[0].Phone != "138****8001" {
		t.Errorf("%+v", page)
	}
	if as("GET", "/api/v1/callbacks?after="+page.Next, nil, &page); len(page.Callbacks) != 1 ||
		page.Callbacks[0].Call != "c2" {
		t.Errorf("%+v", page)
	}
	const one, other = "/api/v1/callbacks/c1%2F%E5%92%A8%E8%AF%A2", "/api/v1/callbacks/c3%2F%E5%88%AB%E7%9A%84"
	var c api.Callback
	if code := as("GET", one, nil, &c); code != 200 || c.Phone != "13800138001" || c.Queue != "咨询" {
		t.Errorf("%d %+v", code, c)
	}
	eventually(t, "it is told live", func() bool {
		var live api.LiveSnapshot
		as("GET", "/api/v1/live?topics=callbacks", nil, &live)
		return len(live.Data["callbacks"]) == 2 && live.Data["callbacks"]["c1/咨询"].Version > 0
	})
	for _, x := range []struct {
		path, body, reason string
		code               int
	}{{other, `{"do": "finish"}`, api.ReasonScope, 403}, {one, `{"do": "dial", "agent": "901"}`, api.ReasonScope, 403},
		{one, `{"do": "dial", "agent": "900"}`, "", 422}, {one, `{"do": "x"}`, api.ReasonNoVerb, 422},
		{one, `{"do": "finish", "note": "已回电"}`, "", 200}, {one, `{"do": "again"}`, api.ReasonCallbackState, 409},
		{one, `{"do": "dial", "agent": "900"}`, api.ReasonCallbackState, 409}} {
		code, text := h.ask("POST", x.path, x.body, bearer(k.Secret))
		if code != x.code || x.reason != "" && !strings.Contains(text, `"reason":"`+x.reason+`"`) {
			t.Errorf("%s %s: %d %s", x.path, x.body, code, text)
		}
	}
	if x, err := s.Get(t.Context(), "c1/咨询"); err != nil || x.State != callback.Done || x.DoneBy != "key:"+k.ID ||
		x.Note != "已回电" {
		t.Errorf("%+v, %v", x, err)
	}
	if code, text := h.ask("POST", "/api/v1/tickets", `{"class": "投诉", "content": "x"}`,
		bearer(k.Secret)); code != 403 ||
		!strings.Contains(text, `"code":"scope"`) {
		t.Errorf("a ticket of no call: %d %s", code, text)
	}
}

// Of the campaigns, the follow-ups and the office as a whole everybody sees what is within their scope: a campaign is
// of the queues that its calls may come to, a follow-up of the agent who has it.
func TestWorkWithinAScope(t *testing.T) {
	t.Parallel()
	h := start(t, func(c *config.Config) {
		c.HTTP.Token = config.Plain(officeToken)
		c.Agents = []config.Agent{
			{ID: "900", Phone: "sip:900@127.0.0.1:1", Skills: []string{"咨询"}, Groups: []string{"一班"}},
			{ID: "901", Phone: "sip:901@127.0.0.1:1", Skills: []string{"别的"}, Groups: []string{"二班"}}}
	})
	h.write(officeFlow + `
外呼任务 通知 { 呼叫名单 纳税人.欠税名单(至少: 1元) 呼叫 对象.电话 接通后 念给他(对象) }
外呼任务 接人 { 呼叫名单 纳税人.欠税名单(至少: 1元) 呼叫 对象.电话 接通后 接给他(对象) }
流程 念给他(户: 纳税人) { 播放 "{户.名称}" 挂机 }
流程 接给他(户: 纳税人) { 播放 "{户.名称}" 转到 找座席 }
`)
	if code, text := h.ask("POST", "/api/v1/deployment", `{"action": "deploy", "by": "t"}`,
		bearer(officeToken)); code != 200 {
		t.Fatal(code, text)
	}
	var k api.APIKey
	h.told("POST", "/api/v1/keys", api.KeyOrder{Label: "t", Permits: []string{"campaigns:read", "campaigns:run",
		"follow-ups:take", "switches:turn", "lists:change", "closures:read", "closures:set"},
		Scope: api.Scope{Groups: []string{"一班"}}}, &k, nil)
	for path, want := range map[string]string{"/api/v1/campaigns": `"campaign":"接人"`,
		"/api/v1/campaigns/接人/preflight": `"listed":0`, "/api/v1/closures": `[]`, "/api/v1/switches": `[]`} {
		if code, text := h.ask("GET", path, "", bearer(k.Secret)); code != 200 || !strings.Contains(text, want) ||
			strings.Contains(text, "通知") {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	order := func(method, path, body string, code int, want string) {
		t.Helper()
		if got, text := h.ask(method, path, body, bearer(k.Secret)); got != code || !strings.Contains(text, want) {
			t.Errorf("%s %s: %d %s", method, path, got, text)
		}
	}
	const scope = `"code":"scope"`
	order("POST", "/api/v1/campaigns/通知", `{"do": "start"}`, 403, scope)
	order("PUT", "/api/v1/lists/黑名单/entries/13800138000", `{}`, 403, scope)
	order("POST", "/api/v1/closures", `{}`, 403, scope)
	order("POST", "/api/v1/follow-ups", `{"tickets": true, "to": ["900"]}`, 403, scope)
	order("POST", "/api/v1/follow-ups", `{"campaign": "接人", "to": ["901"]}`, 403, scope)
	order("POST", "/api/v1/follow-ups", `{"campaign": "接人", "to": ["900"]}`, 200, `"made":0`)

	for i, to := range []string{"900", "901", "key:" + k.ID} { // three tickets that are answered, and whose they are
		var x api.Ticket
		h.told("POST", "/api/v1/tickets", api.TicketDraft{Class: "咨询", Content: to, Phone: "13800138001",
			By: "t"}, &x, nil)
		for _, do := range []string{"dispatch", "sign", "begin", "answer"} {
			if code := h.told("POST", "/api/v1/tickets/"+x.Number, api.TicketStep{Do: do, Unit: "一所", Note: "已办",
				By: "t"}, nil, nil); code != 200 {
				t.Fatal(do, code)
			}
		}
		var made api.FollowUpShared
		h.told("POST", "/api/v1/follow-ups", api.FollowUpShare{Tickets: true, To: []string{to}, By: "t"}, &made, nil)
		if made.Made != 1 {
			t.Fatal(i, made)
		}
	}
	var all, mine struct {
		Of []api.FollowUp `json:"follow_ups"`
	}
	h.told("GET", "/api/v1/follow-ups", nil, &all, nil)
	if code := h.told("GET", "/api/v1/follow-ups", nil, &mine, bearer(k.Secret)); code != 200 || len(all.Of) != 3 ||
		len(mine.Of) != 2 {
		t.Errorf("%d %+v of %+v", code, mine, all)
	}
	for _, f := range all.Of {
		want := 200
		if f.Assignee == "901" {
			want = 403
		}
		if code, text := h.ask("GET", "/api/v1/follow-ups/"+f.ID, "", bearer(k.Secret)); code != want {
			t.Errorf("%s: %d %s", f.Assignee, code, text)
		}
		order("POST", "/api/v1/follow-ups/"+f.ID, `{"do": "hand", "to": "901"}`, http.StatusForbidden, scope)
	}
}
