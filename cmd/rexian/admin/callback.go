package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// CallbackCmd is the callers who are owed a call.
type CallbackCmd struct {
	List   callbackListCmd   `cmd:"" default:"withargs" help:"callback_list"`
	Show   callbackShowCmd   `cmd:"" help:"callback_show"`
	Again  callbackAgainCmd  `cmd:"" help:"callback_again"`
	Dial   callbackDialCmd   `cmd:"" help:"callback_dial"`
	Finish callbackFinishCmd `cmd:"" help:"callback_finish"`
}

// Help shows examples.
func (CallbackCmd) Help() string {
	return "  rexian callback --state task\n  rexian callback dial 3k9f0…/综合咨询 --agent 1001\n" +
		"  rexian callback finish 3k9f0…/综合咨询 --note 已回电"
}

const callbacksPath = "/api/v1/callbacks"

type text = diag.Text

// callbackStates names where callbacks stand.
var callbackStates = map[string]text{"new": {Zh: "待回呼", En: "to be called"}, "calling": {Zh: "正在回呼", En: "is called"},
	"missed": {Zh: "未接，排位还在", En: "missed, the place is kept"}, "task": {Zh: "待人工回呼", En: "to be called by hand"},
	"done": {Zh: "已完成", En: "done"}}

var callbackCauses = map[string]text{"asked": {Zh: "预约", En: "asked for it"},
	"interrupted": {Zh: "排队中断", En: "interrupted in the queue"}}

// callbackFaults say why something is not done with callbacks, beside what [undone] says of calls.
var callbackFaults = map[string]text{
	api.ReasonNoCallback: {Zh: "没有这一条回呼；rexian callback 列出全部",
		En: "there is no such callback; rexian callback lists them"},
	api.ReasonCallbackState: {Zh: "现在的状态不能这样做，或者刚被别人改过：先看 rexian callback show",
		En: "it is in no state for this, or another has just changed it: see rexian callback show"}}

func showCallback(a *cli.App, c api.Callback) {
	line := fmt.Sprintf("%s  %s  %s  %s  %s  %s", cli.Instant(c.Since, time.DateTime), cli.Printable(c.ID),
		cli.Printable(c.Queue), cli.Printable(c.Phone), callbackCauses[c.Cause].In(a.Tongue),
		callbackStates[c.State].In(a.Tongue))
	for _, s := range []string{c.Holder, c.Note} {
		if s != "" {
			line += "  " + cli.Printable(s)
		}
	}
	fmt.Fprintln(a.Out, line)
}

type callbackListCmd struct {
	Flags
	most
	Queue string `help:"callback_queue" placeholder:"NAME"`
	State string `help:"callback_state" enum:",new,calling,missed,task,done" default:""`
}

// Help shows examples.
func (callbackListCmd) Help() string {
	return "  rexian callback list --state task\n  rexian callback list --queue 综合咨询 --json"
}

// Run lists who is owed a call.
func (c *callbackListCmd) Run(a *cli.App) error {
	list, fault, err := pages[api.Callback](c.Flags, a, callbacksPath, "callbacks",
		query(map[string]string{"queue": c.Queue, "state": c.State}), c.most)
	return told(c.Flags, a, map[string]any{"callbacks": list}, fault, err, func(a *cli.App, _ map[string]any) {
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("没有这样的回呼", "there are no such callbacks"))
		}
		for _, x := range list {
			showCallback(a, x)
		}
	}, callbackFaults)
}

type callbackID struct {
	Flags
	ID string `arg:"" help:"callback_id"`
}

// ask asks for a callback, or something of it, and shows it.
func (c *callbackID) ask(a *cli.App, method string, order any) error {
	var now api.Callback
	fault, err := c.Ask(a, method, callbacksPath+"/"+url.PathEscape(c.ID), order, &now)
	why := maps.Clone(undone)
	maps.Copy(why, callbackFaults)
	return told(c.Flags, a, now, fault, err, showCallback, why)
}

type callbackShowCmd struct{ callbackID }

// Help shows examples.
func (callbackShowCmd) Help() string { return "  rexian callback show 3k9f0…/综合咨询" }

// Run shows one, with its number for who may call it.
func (c *callbackShowCmd) Run(a *cli.App) error { return c.ask(a, http.MethodGet, nil) }

type callbackAgainCmd struct{ callbackID }

// Help shows examples.
func (callbackAgainCmd) Help() string { return "  rexian callback again 3k9f0…/综合咨询" }

// Run has a server call once more.
func (c *callbackAgainCmd) Run(a *cli.App) error {
	return c.ask(a, http.MethodPost, api.CallbackOrder{Do: "again", By: a.Who(c.By)})
}

type callbackDialCmd struct {
	callbackID
	Agent string `required:"" help:"callback_agent" placeholder:"ID"`
}

// Help shows examples.
func (callbackDialCmd) Help() string {
	return "  rexian callback dial 3k9f0…/综合咨询 --agent 1001"
}

// Run rings an agent and then calls who is owed the call.
func (c *callbackDialCmd) Run(a *cli.App) error {
	return c.ask(a, http.MethodPost, api.CallbackOrder{Do: "dial", Agent: c.Agent, By: a.Who(c.By)})
}

type callbackFinishCmd struct {
	callbackID
	Note string `required:"" help:"callback_note" placeholder:"TEXT"`
}

// Help shows examples.
func (callbackFinishCmd) Help() string {
	return "  rexian callback finish 3k9f0…/综合咨询 --note 已回电\n  rexian callback finish 3k9f0…/综合咨询 --note 号码打错了"
}

// Run finishes one.
func (c *callbackFinishCmd) Run(a *cli.App) error {
	return c.ask(a, http.MethodPost, api.CallbackOrder{Do: "finish", Note: c.Note, By: a.Who(c.By)})
}
