package admin

import (
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/stdlib/message"
)

// OutcomeWord is the outcome of a call in the reader's tongue.
func OutcomeWord(a *cli.App, id string) string {
	switch id {
	case "on":
		return a.Say("正在拨打", "on")
	case "not_placed":
		return a.Say("没拨出（无空闲线路）", "not placed (no line)")
	}
	if state, ok := strings.CutPrefix(id, "message_"); ok {
		return MessageStates[message.State(state)].In(a.Tongue)
	}
	if w, ok := textOutcomes[id]; ok {
		return w.In(a.Tongue)
	}
	if w, ok := library.Tag(id); ok {
		return diag.Text{Zh: w.Zh, En: w.En}.In(a.Tongue)
	}
	return cli.Printable(id)
}

// textOutcomes are those of campaigns that write.
var textOutcomes = map[string]diag.Text{"texted": {Zh: "已交给发件箱", En: "in the outbox"},
	"opted_out": {Zh: "退订了", En: "wants no notices"},
	"not_sent":  {Zh: "发不了：号码、邮箱或内容不对", En: "not sent: no true address, or no words"}}

// MessageStates are the states of messages as staff read them.
var MessageStates = map[message.State]diag.Text{message.Queued: {Zh: "待发", En: "queued"},
	message.Sending: {Zh: "在发", En: "sending"}, message.Sent: {Zh: "已发", En: "sent"},
	message.Delivered: {Zh: "送达", En: "delivered"}, message.Failed: {Zh: "失败", En: "failed"},
	message.Unknown: {Zh: "未知", En: "unknown"}}
