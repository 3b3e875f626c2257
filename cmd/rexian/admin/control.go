package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// callVerb is something that is asked of a call that is on: a row.
type callVerb interface{ row() callRow }

// callRow is how it is asked for, and what is said when it is done, of the call and of who or what is named beside it.
type callRow struct {
	examples     string
	method, path string // path has a %s where the other is named; else an order names it by number
	zh, en       string
}

type (
	verbAdd       struct{}
	verbTransfer  struct{}
	verbConsult   struct{}
	verbComplete  struct{}
	verbBack      struct{}
	verbDrop      struct{}
	verbEmergency struct{}
	verbHangup    struct{}
	verbListen    struct{}
	verbWhisper   struct{}
	verbBarge     struct{}
)

func (verbAdd) row() callRow {
	return callRow{"  rexian calls add 3k9f0… 1002\n  rexian calls add 3k9f0… 0531-88888888", http.MethodPost, "/parties",
		"%[2]s 已加入 %[1]s", "%[2]s is in %[1]s"}
}

func (verbTransfer) row() callRow {
	return callRow{"  rexian calls transfer 3k9f0… 1002\n  rexian calls transfer 3k9f0… 0531-88888888", http.MethodPost,
		"/transfer", "%s 的来电人已转给 %s", "the caller of %s talks to %s now"}
}

func (verbConsult) row() callRow {
	return callRow{"  rexian calls consult 3k9f0… 1002\n  rexian calls complete 3k9f0…\n  rexian calls back 3k9f0…",
		http.MethodPost, "/consult", "%s 的来电人听音乐，%s 已接听：complete 转过去，back 转回来",
		"the caller of %s hears music, %s has answered: complete passes the caller on, back takes the caller back"}
}

func (verbComplete) row() callRow {
	return callRow{"  rexian calls complete 3k9f0…", http.MethodPost, "/consult/complete", "%s 的来电人已转给所咨询的同事",
		"the caller of %s is the asked colleague's"}
}

func (verbBack) row() callRow {
	return callRow{"  rexian calls back 3k9f0…", http.MethodDelete, "/consult", "%s 的来电人回到通话",
		"the caller of %s is back in the talk"}
}

func (verbDrop) row() callRow {
	return callRow{"  rexian calls drop 3k9f0… 1002\n  rexian calls drop 3k9f0… 053188888888", http.MethodDelete,
		"/parties/%s", "%[2]s 已退出 %[1]s", "%[2]s is out of %[1]s"}
}

func (verbEmergency) row() callRow {
	return callRow{"  rexian calls emergency 3k9f0…", http.MethodPost, "/emergency", "班长已接入 %s，正在监听",
		"a supervisor listens to %s"}
}

func (verbHangup) row() callRow {
	return callRow{"  rexian calls hangup 3k9f0…", http.MethodDelete, "", "%s 已挂断", "%s is hung up"}
}

// mode is the row of what a supervisor does.
func mode(name, zh, en string) callRow {
	return callRow{"  rexian calls " + name + " 3k9f0… --phone 9001", http.MethodPut, name,
		"话机 %[2]s " + zh + " %[1]s；话机上按 1 监听，2 耳语，3 强插",
		"telephone %[2]s " + en + " %[1]s; its key 1 is to listen, 2 to whisper, 3 to barge in"}
}

func (verbListen) row() callRow  { return mode("listen", "监听", "listens to") }
func (verbWhisper) row() callRow { return mode("whisper", "耳语", "whispers into") }
func (verbBarge) row() callRow   { return mode("barge", "强插", "barges into") }

// ofCall is a command about a call alone.
type ofCall[V callVerb] struct {
	Flags
	Call string `arg:"" help:"calls_id"`
}

// Help shows examples.
func (ofCall[V]) Help() string { var v V; return v.row().examples }

// Run has it done.
func (c *ofCall[V]) Run(a *cli.App) error { var v V; return c.asks(a, v.row(), c.Call, "") }

// withNumber is a command about a call and a number that is called into it.
type withNumber[V callVerb] struct {
	Flags
	Call   string `arg:"" help:"calls_id"`
	Number string `arg:"" help:"calls_number"`
}

// Help shows examples.
func (withNumber[V]) Help() string { var v V; return v.row().examples }

// Run has it done.
func (c *withNumber[V]) Run(a *cli.App) error { var v V; return c.asks(a, v.row(), c.Call, c.Number) }

// withParty is a command about a call and somebody who is in it.
type withParty[V callVerb] struct {
	Flags
	Call  string `arg:"" help:"calls_id"`
	Party string `arg:"" help:"calls_party"`
}

// Help shows examples.
func (withParty[V]) Help() string { var v V; return v.row().examples }

// Run has it done.
func (c *withParty[V]) Run(a *cli.App) error { var v V; return c.asks(a, v.row(), c.Call, c.Party) }

// withPhone is a command about a call and a supervisor's telephone.
type withPhone[V callVerb] struct {
	Flags
	Call  string `arg:"" help:"calls_id"`
	Phone string `required:"" placeholder:"N" help:"calls_phone"`
}

// Help shows examples.
func (withPhone[V]) Help() string { var v V; return v.row().examples }

// Run has it done.
func (c *withPhone[V]) Run(a *cli.App) error {
	var v V
	row := v.row()
	return c.does(a, c.Call, row.method, "/supervisors/"+url.PathEscape(c.Phone),
		api.Supervision{Mode: row.path, By: a.Who(c.By)},
		a.Say(row.zh, row.en, cli.Printable(c.Call), cli.Printable(c.Phone)))
}

// asks has what a row says done with a call, and with who is named beside it; "" where nobody is.
func (f Flags) asks(a *cli.App, row callRow, call, other string) error {
	path, order, done := row.path, any(nil), []any{cli.Printable(call)}
	if strings.Contains(path, "%s") {
		path = fmt.Sprintf(path, url.PathEscape(other))
	}
	if other != "" {
		done = append(done, cli.Printable(other))
	}
	switch {
	case row.method == http.MethodDelete:
		path += "?by=" + url.QueryEscape(a.Who(f.By))
	case other != "":
		order = api.Party{Number: other, By: a.Who(f.By)}
	default:
		order = map[string]string{"by": a.Who(f.By)}
	}
	return f.does(a, call, row.method, path, order, a.Say(row.zh, row.en, done...))
}

type callsHoldCmd struct {
	Flags
	Call string `arg:"" help:"calls_id"`
	Off  bool   `help:"calls_unhold"`
}

// Help shows examples.
func (callsHoldCmd) Help() string {
	return "  rexian calls hold 3k9f0…\n  rexian calls hold 3k9f0… --off"
}

// Run puts a caller on hold, or takes the caller back.
func (c *callsHoldCmd) Run(a *cli.App) error {
	done := a.Say("%s 的来电人听音乐", "the caller of %s hears music", cli.Printable(c.Call))
	if c.Off {
		done = a.Say("%s 的来电人回到通话", "the caller of %s is back in the talk", cli.Printable(c.Call))
	}
	return c.does(a, c.Call, http.MethodPut, "/hold", api.Holding{On: !c.Off, By: a.Who(c.By)}, done)
}

type callsTakeOverCmd struct {
	Flags
	Call  string `arg:"" help:"calls_id"`
	Phone string `required:"" placeholder:"N" help:"calls_phone"`
}

// Help shows examples.
func (callsTakeOverCmd) Help() string { return "  rexian calls takeover 3k9f0… --phone 9001" }

// Run gives the caller to another telephone of the server.
func (c *callsTakeOverCmd) Run(a *cli.App) error {
	return c.does(a, c.Call, http.MethodPost, "/takeover", api.Taking{Phone: c.Phone, By: a.Who(c.By)},
		a.Say("%s 的来电人由话机 %s 接过去了", "telephone %[2]s has taken over the caller of %[1]s", cli.Printable(c.Call),
			cli.Printable(c.Phone)))
}

type callsPickUpCmd struct {
	Flags
	Call  string `arg:"" help:"calls_id"`
	Agent string `required:"" placeholder:"ID" help:"agent_id"`
}

// Help shows examples.
func (callsPickUpCmd) Help() string { return "  rexian calls pickup 3k9f0… --agent 1001" }

// Run gives a caller who waits to an agent who asks for it.
func (c *callsPickUpCmd) Run(a *cli.App) error {
	return c.does(a, c.Call, http.MethodPost, "/pickup", api.Taking{Agent: c.Agent, By: a.Who(c.By)},
		a.Say("座席 %[2]s 的话机为 %[1]s 振铃", "the telephone of agent %[2]s rings for %[1]s", cli.Printable(c.Call),
			cli.Printable(c.Agent)))
}

type callsDialCmd struct {
	Flags
	Agent  string `arg:"" help:"agent_id"`
	Number string `arg:"" help:"calls_number"`
}

// Help shows examples.
func (callsDialCmd) Help() string { return "  rexian calls dial 1001 0531-88888888" }

// Run rings an agent, and then calls a number for them.
func (c *callsDialCmd) Run(a *cli.App) error {
	var now map[string]any
	fault, err := c.Ask(a, http.MethodPost, agentsPath+"/"+url.PathEscape(c.Agent)+"/dial",
		api.DialOrder{Number: c.Number, By: a.Who(c.By)}, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("%s", "%s", controlFault(a, c.Agent, fault))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, a.Say("座席 %s 已接听，正在拨 %s", "agent %s has answered, and %s is being called",
		cli.Printable(c.Agent), cli.Printable(c.Number)))
	return nil
}

// does asks for something to be done with a call, and says what was done.
func (f Flags) does(a *cli.App, call, method, path string, order any, done string) error {
	var now map[string]any
	fault, err := f.Ask(a, method, callsPath+"/"+url.PathEscape(call)+path, order, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("%s", "%s", controlFault(a, call, fault))
	}
	if f.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, done)
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
	api.ReasonNoConsult:  {Zh: "通话里没有在咨询同事", En: "nobody is asked in the call"},
	api.ReasonConsults:   {Zh: "已经在咨询或转接了", En: "somebody is asked already, or the caller is being passed on"},
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

func controlFault(a *cli.App, call string, f *api.Fault) string {
	if f.Reason == api.ReasonNoCall {
		return a.Say("没有通话 %s 在进行；rexian calls 列出通话", "no call %s is on; rexian calls lists them",
			cli.Printable(call))
	}
	if t, ok := undone[f.Reason]; ok {
		return t.In(a.Tongue)
	}
	return a.Say("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}
