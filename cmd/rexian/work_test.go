package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Lists, tickets and callbacks are worked at by commands; what is wrong is told in a sentence.
func TestWorkCommands(t *testing.T) {
	r := serveFlows(t)
	for _, x := range []struct {
		line, want string
		status     int
	}{
		{"lists", "没有名单", 0},
		{"lists entries 黑名单", "名单里没有号码", 0},
		{"lists add 黑名单 13800138000 --reason 骚扰 --for 876000h --by 张三", "13800138000  到 ", 0},
		{"lists add 黑名单 13800138000 --reason 骚扰 --until 2098-12-31 --by 张三", "时间更长", 2},
		{"lists add 黑名单 13800138001 --reason 骚扰 --by 张三", "请另一个人在此之前批准", 0},
		{"lists approve 黑名单 13800138001 --by 张三", "不能自己批准", 2},
		{"lists approve 黑名单 13800138001 --by 李四", "长期", 0},
		{"lists add 免拨名单 0531* --reason 投诉 --until 2099-12-31 --by 张三", "0531*  到 2100-01-01", 0},
		{"lists add 免拨名单 05* --reason 投诉", "3 到 20 位", 2},
		{"lists add 免拨名单 张三 --reason 投诉", "号码要有数字", 2},
		{"lists add 免拨名单 05312 --reason 投诉 --until 2000-01-01", "现在以后", 2},
		{"lists add 免拨名单 05312 --reason 投诉 --until soon", "--until 要写成", 2},
		{"lists show 黑名单 +8613800138001", "李四 批准", 0},
		{"lists show 黑名单 110", "没有这个号码", 2},
		{"lists", "黑名单  2 个号码  流程没有用到  长期的要另一个人批准", 0},
		{"lists entries 黑名单 -n 1 --json", `"number": "13800138000"`, 0},
		{"lists remove 免拨名单 0531* --by 张三", "已移出 免拨名单", 0},
		{"lists remove 免拨名单 0531*", "没有这个号码", 2},
		{"--tongue en lists add blacklist 王 --reason r", "a number has digits", 2},
		{"ticket", "没有这样的工单", 0},
		{"ticket open --class 投诉 --content 窗口没人 --phone 13800138000 --name 王某 --by 张三", "13800138000", 0},
		{"ticket open --class 投诉 --content 窗口没人 --phone 王某", "电话要是号码", 2},
		{"ticket open --class 投诉", "--content", 2},
		{"ticket list --state received", "投诉  已受理  限 ", 0},
		{"ticket list --state nosuch", "没有这种状态", 2},
		{"ticket show 1", "没有这张工单", 2},
		{"ticket act 1 dispatch --unit 一所", "没有这张工单", 2},
		{"callback", "没有这样的回呼", 0},
		{"callback --state old", "--state", 2},
		{"callback show a/咨询", "没有这一条回呼", 2},
		{"callback finish a/咨询 --note 已回电", "没有这一条回呼", 2},
		{"callback again a/咨询", "没有这一条回呼", 2},
		{"callback dial a/咨询 --agent 900", "没有这一条回呼", 2},
		{"--tongue en callback show a", "there is no such callback", 2},
	} {
		r.rexian(x.line, x.status, x.want)
	}
	number := r.number()
	for _, x := range []struct {
		line, want string
		status     int
	}{
		{"dispatch", "--unit", 2},
		{"dispatch --unit 一所 --by 李四", "已分发", 0},
		{"answer --note 好了", "状态不能这样做", 2},
		{"sign", "已签收", 0},
		{"extend --days 90 --note 请示", "1 到 60 个工作日", 2},
		{"extend --days 5 --note 请示", "请示", 0},
		{"begin", "处理中", 0},
		{"fly", "没有 fly 这个步骤", 2},
		{"answer --note 已经派人", "已答复", 0},
		{"archive --by 李四", "已办结", 0},
	} {
		r.rexian("ticket act "+number+" "+x.line, x.status, x.want)
	}
	r.rexian("--tongue en ticket show "+number, 0, "closed", "content  窗口没人", "reply  已经派人", "archive → closed")
}

// What an operator gets wrong is told in a sentence of their own tongue; a list needs no word of its own.
func TestSlipsOfOperators(t *testing.T) {
	r := serveFlows(t)
	for line, want := range map[string]string{"calls unhold x": "多了 unhold", "announce name a b": "这里要写",
		"agent ratings --of x": "--of 要写", "switch 没有 on": "流程里没有开关 没有", "switch 没有": "流程里没有开关 没有",
		"followup share 没有 --to 张三": "没有这个外呼任务", "--tongue en switch none": "the flows have no switch none"} {
		r.rexian(line, 2, want)
	}
	for _, line := range []string{"agent", "guard", "campaign"} {
		r.rexian(line, 0, "没有")
	}
	out := r.rexian("campaign results 没有", 2, "没有外呼任务")
	if strings.Contains(out, "对象,次数") {
		t.Errorf("a table of nothing: %s", out)
	}
}

// number is that of the first ticket.
func (r *remote) number() string {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.at+"/api/v1/tickets?limit=1", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+r.token)
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	var page struct{ Tickets []struct{ Number string } }
	if err := json.NewDecoder(answer.Body).Decode(&page); err != nil || len(page.Tickets) != 1 {
		r.t.Fatal(page, err)
	}
	return page.Tickets[0].Number
}
