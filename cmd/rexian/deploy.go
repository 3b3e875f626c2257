package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

// refusedBy prints the findings of a program that a server refused.
func refusedBy(a *app, fault *api.Fault, asJSON bool) error {
	if asJSON {
		return errors.Join(cli.WriteJSON(a.Out, fault), cli.ErrFindings)
	}
	severities := map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "note": diag.Note}
	failed := 0
	for _, d := range fault.Findings {
		severity, ok := severities[d.Severity]
		if !ok || severity == diag.Error {
			failed++
		}
		place := d.File
		if d.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column)
		}
		first, second := d.Zh, d.En
		if a.Tongue == diag.En {
			first, second = second, first
		}
		fmt.Fprintf(a.Out, "%s: %s %s: %s\n  %s\n", cli.Printable(place), severity.Word(a.Tongue), cli.Printable(d.Code),
			cli.Printable(first), cli.Printable(second))
	}
	fmt.Fprintln(a.Out, a.Say("没有发布：%d 个错误；原来的版本继续服务", "not deployed: %d [error|errors]; the version that serves goes on",
		failed))
	return cli.ErrFindings
}

type deployCmd struct {
	Canary   int  `help:"deploy_canary" placeholder:"PERCENT" xor:"action"`
	Promote  bool `help:"deploy_promote" xor:"action"`
	Abandon  bool `help:"deploy_abandon" xor:"action"`
	Rollback bool `help:"deploy_rollback" xor:"action"`
	Status   bool `help:"deploy_status" xor:"action"`
	Yes      bool `help:"deploy_yes"`
	admin.Flags
}

func (deployCmd) Help() string {
	return "  rexian deploy\n  rexian deploy --yes\n  rexian deploy --canary 10\n  rexian deploy --promote\n  rexian deploy --rollback\n  REXIAN_TOKEN=… rexian deploy --status --http https://hotline.example:8443"
}

func (c *deployCmd) Run(a *app) error {
	order := api.Order{Action: "deploy", By: a.Who(c.By)}
	method := http.MethodPost
	switch {
	case c.Canary != 0:
		if c.Canary < 1 || c.Canary > 99 {
			return a.Usage("--canary 是 1 到 99", "--canary is 1 to 99")
		}
		order.Action, order.Percent = "canary", c.Canary
	case c.Promote:
		order.Action = "promote"
	case c.Abandon:
		order.Action = "abandon"
	case c.Rollback:
		order.Action = "rollback"
	case c.Status:
		method = http.MethodGet
	}
	if order.Action == "deploy" && method == http.MethodPost || order.Action == "canary" {
		if done, err := c.shows(a); done || err != nil {
			return err
		}
	}
	var status deploy.Status
	var body any
	if method == http.MethodPost {
		body = order
	}
	fault, err := c.Ask(&a.App, method, "/api/v1/deployment", body, &status)
	if err != nil {
		return err
	}
	if fault != nil {
		return refusedBy(a, fault, c.JSON)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, status)
	}
	c.show(a, status)
	return nil
}

// changes names the steps of a deployment's history.
var changes = map[string]diag.Text{"deploy": {Zh: "发布", En: "deployed"}, "canary": {Zh: "试用", En: "on trial"},
	"promote": {Zh: "启用", En: "promoted"},
	"abandon": {Zh: "结束试用", En: "abandoned"}, "rollback": {Zh: "退回", En: "rolled back"}}

// shownChanges is how many steps of the history are printed.
const shownChanges = 10

func (c *deployCmd) show(a *app, s deploy.Status) {
	short := func(hash string) string { return cli.Printable(hash[:min(len(hash), 12)]) }
	if s.Stable == "" {
		fmt.Fprintln(a.Out, a.Say("还没有版本在服务", "no version serves yet"))
	} else {
		fmt.Fprintln(a.Out, a.Say("在用  %s  %d 通电话", "serves   %s  %d [call|calls]", short(s.Stable), s.Calls))
	}
	if s.Canary != "" {
		fmt.Fprintln(a.Out, a.Say("试用  %s  %d 通电话，新电话的 %d%%", "on trial %s  %d [call|calls], %d%% of the new ones",
			short(s.Canary), s.Trying, s.Percent))
	}
	for _, h := range s.History[max(0, len(s.History)-shownChanges):] {
		what, ok := changes[h.What]
		if !ok {
			what = diag.Text{Zh: cli.Printable(h.What), En: cli.Printable(h.What)}
		}
		line := h.At.Local().Format("  2006-01-02 15:04:05  ") + short(h.Hash) + "  " + what.In(a.Tongue)
		if h.Percent > 0 {
			line += fmt.Sprintf(" %d%%", h.Percent)
		}
		line += "  " + cli.Printable(h.By)
		if h.Node != "" {
			line += a.Say("（节点 %s）", " (node %s)", cli.Printable(h.Node))
		}
		fmt.Fprintln(a.Out, line)
	}
}

type switchCmd struct {
	admin.Flags
	Name  string `arg:"" optional:"" help:"switch_name"`
	State string `arg:"" optional:"" default:"" help:"switch_state" enum:"on,off,开,关,"`
}

func (switchCmd) Help() string {
	return "  rexian switch\n  rexian switch 系统维护 on\n  rexian switch 系统维护 off"
}

const switchesPath = "/api/v1/switches"

// Run turns a switch, or shows how one stands or all do.
func (c *switchCmd) Run(a *app) error {
	var now api.Switch
	var all struct {
		Switches []api.Switch `json:"switches"`
	}
	var fault *api.Fault
	var err error
	switch {
	case c.Name == "":
		fault, err = c.Ask(&a.App, http.MethodGet, switchesPath, nil, &all)
	case c.State == "":
		fault, err = c.Ask(&a.App, http.MethodGet, switchesPath+"/"+url.PathEscape(c.Name), nil, &now)
	default:
		fault, err = c.Ask(&a.App, http.MethodPut, switchesPath+"/"+url.PathEscape(c.Name),
			map[string]any{"on": c.State == "on" || c.State == "开", "by": a.Who(c.By)}, &now)
	}
	switch {
	case err != nil:
		return err
	case fault != nil && fault.Reason == api.ReasonNoSwitch:
		return a.Usage("流程里没有开关 %s；rexian switch 列出全部", "the flows have no switch %s; rexian switch shows all",
			cli.Printable(c.Name))
	case fault != nil:
		return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(fault.Error))
	case c.JSON && c.Name == "":
		return cli.WriteJSON(a.Out, all)
	case c.JSON:
		return cli.WriteJSON(a.Out, now)
	case c.Name == "" && len(all.Switches) == 0:
		fmt.Fprintln(a.Out, a.Say("流程里没有开关", "the flows have no switches"))
	case c.Name == "":
		for i := range all.Switches {
			showSwitch(a, &all.Switches[i])
		}
	default:
		showSwitch(a, &now)
	}
	return nil
}

func showSwitch(a *app, x *api.Switch) {
	line := a.Say("%s：%s", "%s: %s", cli.Printable(x.Name),
		map[bool]string{true: a.Say("开", "on"), false: a.Say("关", "off")}[x.On])
	if x.Touched {
		line += a.Say("  %s 于 %s", "  %s at %s", cli.Printable(x.By), x.Changed.Local().Format(time.DateTime))
	}
	fmt.Fprintln(a.Out, line)
}
