package main

import (
	"fmt"
	"net/http"
	"net/url"

	"rexian/console/api"
	"rexian/lang/diag"
)

// superviseFlags are those of listen, whisper and barge.
type superviseFlags struct {
	adminFlags
	Call  string `arg:"" help:"calls_id"`
	Phone string `required:"" placeholder:"N" help:"calls_phone"`
}

type callsListenCmd struct{ superviseFlags }

// Help shows examples.
func (callsListenCmd) Help() string { return "  rexian calls listen 3k9f0… --phone 9001" }

// Run lets a telephone listen to a call.
func (c *callsListenCmd) Run(a *app) error { return c.supervise(a, "listen") }

type callsWhisperCmd struct{ superviseFlags }

// Help shows examples.
func (callsWhisperCmd) Help() string { return "  rexian calls whisper 3k9f0… --phone 9001" }

// Run lets a telephone speak to the agent alone.
func (c *callsWhisperCmd) Run(a *app) error { return c.supervise(a, "whisper") }

type callsBargeCmd struct{ superviseFlags }

// Help shows examples.
func (callsBargeCmd) Help() string { return "  rexian calls barge 3k9f0… --phone 9001" }

// Run lets a telephone speak to all.
func (c *callsBargeCmd) Run(a *app) error { return c.supervise(a, "barge") }

// modes names what supervisors do.
var modes = map[string]diag.Text{"listen": {Zh: "监听", En: "listens to"}, "whisper": {Zh: "耳语", En: "whispers into"},
	"barge": {Zh: "强插", En: "barges into"}}

func (c *superviseFlags) supervise(a *app, mode string) error {
	done := a.say("话机 %s %s %s；话机上按 1 监听，2 耳语，3 强插",
		"telephone %s %s %s; its key 1 is to listen, 2 to whisper, 3 to barge in", printable(c.Phone),
		modes[mode].In(a.tongue), printable(c.Call))
	return c.does(a, c.Call, http.MethodPut, "/supervisors/"+url.PathEscape(c.Phone), api.Supervision{Mode: mode,
		By: a.who(c.By)}, done)
}

type callsAddCmd struct {
	adminFlags
	Call   string `arg:"" help:"calls_id"`
	Number string `arg:"" help:"calls_number"`
}

// Help shows examples.
func (callsAddCmd) Help() string {
	return "  rexian calls add 3k9f0… 1002\n  rexian calls add 3k9f0… 0531-88888888"
}

// Run calls a third party into a talk.
func (c *callsAddCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodPost, "/parties", api.Party{Number: c.Number, By: a.who(c.By)},
		a.say("%s 已加入 %s", "%s is in %s", printable(c.Number), printable(c.Call)))
}

type callsTransferCmd struct {
	adminFlags
	Call   string `arg:"" help:"calls_id"`
	Number string `arg:"" help:"calls_passed"`
}

// Help shows examples.
func (callsTransferCmd) Help() string {
	return "  rexian calls transfer 3k9f0… 1002\n  rexian calls transfer 3k9f0… 0531-88888888"
}

// Run passes a caller on.
func (c *callsTransferCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodPost, "/transfer", api.Party{Number: c.Number, By: a.who(c.By)},
		a.say("%s 的来电人已转给 %s", "the caller of %s talks to %s now", printable(c.Call), printable(c.Number)))
}

type callsDropCmd struct {
	adminFlags
	Call  string `arg:"" help:"calls_id"`
	Party string `arg:"" help:"calls_party"`
}

// Help shows examples.
func (callsDropCmd) Help() string {
	return "  rexian calls drop 3k9f0… 1002\n  rexian calls drop 3k9f0… 053188888888"
}

// Run hangs one of a call up.
func (c *callsDropCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodDelete, "/parties/"+url.PathEscape(c.Party)+"?by="+url.QueryEscape(a.who(c.By)),
		nil, a.say("%s 已退出 %s", "%s is out of %s", printable(c.Party), printable(c.Call)))
}

type callsHelpCmd struct {
	adminFlags
	Call string `arg:"" help:"calls_id"`
}

// Help shows examples.
func (callsHelpCmd) Help() string { return "  rexian calls emergency 3k9f0…" }

// Run rings supervisors for a call.
func (c *callsHelpCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodPost, "/emergency", map[string]string{"by": a.who(c.By)},
		a.say("班长已接入 %s，正在监听", "a supervisor listens to %s", printable(c.Call)))
}

type callsHoldCmd struct {
	adminFlags
	Call string `arg:"" help:"calls_id"`
	Off  bool   `help:"calls_unhold"`
}

// Help shows examples.
func (callsHoldCmd) Help() string {
	return "  rexian calls hold 3k9f0…\n  rexian calls hold 3k9f0… --off"
}

// Run puts a caller on hold, or takes the caller back.
func (c *callsHoldCmd) Run(a *app) error {
	done := a.say("%s 的来电人听音乐", "the caller of %s hears music", printable(c.Call))
	if c.Off {
		done = a.say("%s 的来电人回到通话", "the caller of %s is back in the talk", printable(c.Call))
	}
	return c.does(a, c.Call, http.MethodPut, "/hold", api.Holding{On: !c.Off, By: a.who(c.By)}, done)
}

type callsHangupCmd struct {
	adminFlags
	Call string `arg:"" help:"calls_id"`
}

// Help shows examples.
func (callsHangupCmd) Help() string { return "  rexian calls hangup 3k9f0…" }

// Run ends a call.
func (c *callsHangupCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodDelete, "?by="+url.QueryEscape(a.who(c.By)), nil,
		a.say("%s 已挂断", "%s is hung up", printable(c.Call)))
}

// does asks for something to be done with a call, and says what was done.
func (f adminFlags) does(a *app, call, method, path string, order any, done string) error {
	var now map[string]any
	fault, err := f.ask(a, method, callsPath+"/"+url.PathEscape(call)+path, order, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.usage("%s", "%s", controlFault(a, call, fault))
	}
	if f.JSON {
		return writeJSON(a.out, now)
	}
	fmt.Fprintln(a.out, done)
	return nil
}

// undone says why something was not done with a call.
var undone = map[string]diag.Text{
	api.ReasonRings:   {Zh: "这通电话还没有接", En: "the call has not been answered yet"},
	api.ReasonAlone:   {Zh: "来电人没有在和谁通话", En: "nobody talks to the caller"},
	api.ReasonCrowded: {Zh: "通话里的人已经满了", En: "the call has as many parties as it may have"},
	api.ReasonNoAgent: {Zh: "没有这个座席；rexian agent list 列出全部",
		En: "there is no such agent; rexian agent list shows all"},
	api.ReasonNoQueue: {Zh: "没有这个队列；rexian queue list 列出全部",
		En: "there is no such queue; rexian queue list shows all"},
	api.ReasonNoParty: {Zh: "通话里没有这个人；rexian calls show 列出每一方",
		En: "nobody of that name is in the call; rexian calls show lists the legs"},
	api.ReasonNotReady:   {Zh: "座席没有示闲", En: "the agent is not ready"},
	api.ReasonNotWaiting: {Zh: "来电人没有在队列里等", En: "the caller waits in no queue"},
	api.ReasonNoPhone: {Zh: "没有这个话机：只有配置里的 [[phone]] 能监听",
		En: "there is no such telephone: only one of the configuration's [[phone]] may supervise"},
	"busy":            {Zh: "对方忙", En: "busy"},
	"no_answer":       {Zh: "无人接听，或者话机没有注册", En: "no answer, or the telephone is not registered"},
	"refused":         {Zh: "对方拒接", En: "refused"},
	"vacant_number":   {Zh: "空号", En: "no such number"},
	"invalid_number":  {Zh: "号码不对", En: "not a number"},
	"powered_off":     {Zh: "关机", En: "switched off"},
	"carrier_blocked": {Zh: "不许拨这个号码", En: "this number may not be called"},
	"line_fault":      {Zh: "线路不通", En: "there is no way out"},
}

func controlFault(a *app, call string, f *api.Fault) string {
	if f.Reason == api.ReasonNoCall {
		return a.say("这个节点上没有通话 %s 在进行；rexian calls 列出通话", "no call %s is on at this node; rexian calls lists them",
			printable(call))
	}
	if t, ok := undone[f.Reason]; ok {
		return t.In(a.tongue)
	}
	return a.say("服务拒绝了：%s", "the server refused: %s", printable(f.Error))
}
