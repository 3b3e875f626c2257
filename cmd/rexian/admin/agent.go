package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// AgentCmd is the people who take the calls of a running server.
type AgentCmd struct {
	List    agentListCmd    `cmd:"" default:"withargs" help:"agent_list"`
	Add     agentAddCmd     `cmd:"" help:"agent_add"`
	Remove  agentRemoveCmd  `cmd:"" help:"agent_remove"`
	Signin  agentSigninCmd  `cmd:"" help:"agent_signin"`
	Signout agentSignoutCmd `cmd:"" help:"agent_signout"`
	Ready   agentReadyCmd   `cmd:"" help:"agent_ready"`
	Break   agentBreakCmd   `cmd:"" help:"agent_break"`
	Day     agentDayCmd     `cmd:"" help:"agent_day"`
	Ratings agentRatingsCmd `cmd:"" help:"agent_ratings"`
}

// Help shows examples.
func (AgentCmd) Help() string {
	return "  rexian agent list\n  rexian agent add 1001 --name 李敏 --phone 8001 --skill 综合=5 --skill 英语=3\n" +
		"  rexian agent break 1001 --reason 午饭\n  rexian agent day 1001 --date 2026-11-30"
}

const agentsPath = "/api/v1/agents"

// stateWords name what agents do.
var stateWords = map[string]diag.Text{"out": {Zh: "签出", En: "out"}, "break": {Zh: "示忙", En: "break"},
	"ready": {Zh: "示闲", En: "ready"}, "reserved": {Zh: "振铃", En: "ringing"}, "ringing": {Zh: "振铃", En: "ringing"},
	"ring": {Zh: "振铃", En: "ring"}, "talking": {Zh: "通话", En: "talking"}, "talk": {Zh: "通话", En: "talk"},
	"hold": {Zh: "保持", En: "hold"}, "wrap_up": {Zh: "话后", En: "wrap-up"}, "wrap": {Zh: "话后", En: "wrap-up"},
	"unknown": {Zh: "不明", En: "unknown"}}

// stateReasons name why, as far as the server gives the reason and no person.
var stateReasons = map[string]diag.Text{"misses": {Zh: "漏接", En: "missed calls"},
	"telephone": {Zh: "话机没有注册", En: "the telephone is not registered"},
	"node":      {Zh: "在另一台服务器上", En: "at another server"},
	"restart":   {Zh: "服务没有运行", En: "no server ran"}}

func stateOf(a *cli.App, state, reason string) string {
	word, ok := stateWords[state]
	if !ok {
		word = diag.Text{Zh: cli.Printable(state), En: cli.Printable(state)}
	}
	why, ok := stateReasons[reason]
	if !ok {
		why = diag.Text{Zh: cli.Printable(reason), En: cli.Printable(reason)}
	}
	if reason == "" {
		return word.In(a.Tongue)
	}
	return a.Say("%s（%s）", "%s (%s)", word.In(a.Tongue), why.In(a.Tongue))
}

type agentListCmd struct{ Flags }

// Help shows examples.
func (agentListCmd) Help() string { return "  rexian agent list\n  rexian agent list --json" }

// Run prints the agents and what they do.
func (c *agentListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Agent](c.Flags, a, agentsPath, "agents", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("%s", "%s", agentProblem(a, fault.Error))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"agents": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有座席", "there are no agents"))
	}
	for _, x := range all {
		showAgent(a, x)
	}
	return nil
}

func showAgent(a *cli.App, x api.Agent) {
	var skills []string
	for _, name := range slices.Sorted(maps.Keys(x.Skills)) {
		skills = append(skills, cli.Printable(name)+"="+strconv.Itoa(x.Skills[name]))
	}
	line := fmt.Sprintf("%-8s %s  %s  %s  %s", cli.Printable(x.ID), cli.Printable(x.Name), cli.Printable(x.Phone),
		strings.Join(skills, " "), stateOf(a, x.State, x.Reason))
	for _, of := range append(slices.Clone(x.Groups), x.District) {
		if of != "" {
			line += "  " + cli.Printable(of)
		}
	}
	if !x.Since.IsZero() {
		line += a.Say("，从 %s 起", ", since %s", x.Since.Local().Format("15:04:05"))
	}
	if x.Next != "" {
		line += a.Say("，之后%s", ", then %s", stateOf(a, x.Next, ""))
	}
	if x.Locked.After(a.Now) {
		line += a.Say("，密码锁定到 %s", ", PIN locked until %s", x.Locked.Local().Format("15:04"))
	}
	fmt.Fprintln(a.Out, line)
}

type agentAddCmd struct {
	Flags
	ID    string         `arg:"" help:"agent_id"`
	Name  string         `help:"agent_name"`
	Phone string         `required:"" placeholder:"N" help:"agent_phone"`
	Skill map[string]int `required:"" placeholder:"S=5" help:"agent_skill"`
	Group []string       `help:"agent_group"`
	// District is where the agent works.
	District string `help:"agent_district" placeholder:"NAME"`
	PINEnv   string `name:"pin-env" placeholder:"VAR" help:"agent_pin"`
}

// Help shows examples.
func (agentAddCmd) Help() string {
	return "  rexian agent add 1001 --name 李敏 --phone 8001 --skill 综合=5\n" +
		"  PIN=4711 rexian agent add 1002 --phone 8002 --skill 综合=3 --pin-env PIN"
}

// Run enters an agent, or changes one.
func (c *agentAddCmd) Run(a *cli.App) error {
	pin := ""
	if c.PINEnv != "" {
		if pin = os.Getenv(c.PINEnv); pin == "" {
			return a.Usage("环境变量 %s 是空的", "the environment variable %s is empty", c.PINEnv)
		}
	}
	var now api.Agent
	fault, err := c.replace(a, agentsPath+"/"+url.PathEscape(c.ID), api.AgentOrder{Name: c.Name, Phone: c.Phone, PIN: pin,
		Skills: c.Skill, Groups: c.Group, District: c.District, By: a.Who(c.By)}, &now)
	return c.changed(a, c.ID, &now, fault, err)
}

type agentRemoveCmd struct {
	Flags
	ID string `arg:"" help:"agent_id"`
}

// Help shows examples.
func (agentRemoveCmd) Help() string { return "  rexian agent remove 1001" }

// Run takes an agent out.
func (c *agentRemoveCmd) Run(a *cli.App) error {
	var done map[string]string
	fault, err := c.Ask(a, http.MethodDelete, agentsPath+"/"+url.PathEscape(c.ID)+"?by="+url.QueryEscape(a.Who(c.By)),
		nil, &done)
	if err != nil {
		return err
	}
	if fault != nil {
		return agentFault(a, c.ID, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, done)
	}
	fmt.Fprintln(a.Out, a.Say("座席 %s 已删除", "agent %s is removed", cli.Printable(c.ID)))
	return nil
}

// change asks for something to be done with an agent, and shows the agent.
func (f Flags) change(a *cli.App, method, id, path string, order any) error {
	var now api.Agent
	fault, err := f.Ask(a, method, agentsPath+"/"+url.PathEscape(id)+path, order, &now)
	return f.changed(a, id, &now, fault, err)
}

// changed shows an agent who was changed, or says why not.
func (f Flags) changed(a *cli.App, id string, now *api.Agent, fault *api.Fault, err error) error {
	if err != nil {
		return err
	}
	if fault != nil {
		return agentFault(a, id, fault)
	}
	if f.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showAgent(a, *now)
	return nil
}

func agentFault(a *cli.App, id string, fault *api.Fault) error {
	switch fault.Reason {
	case api.ReasonNoAgent:
		return a.Usage("没有座席 %s；rexian agent list 列出全部", "there is no agent %s; rexian agent list shows all",
			cli.Printable(id))
	case api.ReasonFixedAgent:
		return a.Usage("座席 %s 写在配置文件里：从 [[agent]] 里删掉，再 rexian reload",
			"agent %s stands in the configuration: take its [[agent]] out, then rexian reload", cli.Printable(id))
	case api.ReasonSignedOut:
		return a.Usage("座席 %s 没有签入：先 rexian agent signin %[1]s",
			"agent %s is not signed in: rexian agent signin %[1]s first",
			cli.Printable(id))
	case api.ReasonBadAgent:
		return a.Usage("不行：%s", "refused: %s", agentProblem(a, fault.Error))
	}
	return a.Usage("%s", "%s", cli.Printable(fault.Error))
}

// agentProblem is what is wrong with an order, in the reader's tongue.
func agentProblem(a *cli.App, said string) string {
	if zh, ok := map[string]string{
		api.ErrAgentPhone.Error(): "配置里没有这部话机",
		api.ErrAgentDate.Error():  "日期要写成 2026-11-30",
		"an agent needs an id and a telephone, and skills of level 1 to 10": "座席要有工号、话机和 1 到 10 级的技能",
		"a PIN has 4 to 32 digits": "密码是 4 到 32 位数字",
	}[said]; ok && a.Tongue == diag.Zh {
		return zh
	}
	return cli.Printable(said)
}

// agentStateFlags are those of what is asked of an agent.
type agentStateFlags struct {
	Flags
	ID     string `arg:"" help:"agent_id"`
	Reason string `help:"agent_reason"`
}

func (f agentStateFlags) set(a *cli.App, what string) error {
	return f.change(a, http.MethodPost, f.ID, "/state", api.AgentState{Do: what, Reason: f.Reason, By: a.Who(f.By)})
}

type agentSigninCmd struct{ agentStateFlags }

// Help shows examples.
func (agentSigninCmd) Help() string { return "  rexian agent signin 1001" }

// Run signs an agent in.
func (c *agentSigninCmd) Run(a *cli.App) error { return c.set(a, "signin") }

type agentSignoutCmd struct{ agentStateFlags }

// Help shows examples.
func (agentSignoutCmd) Help() string { return "  rexian agent signout 1001" }

// Run signs an agent out, at the end of the call that is on.
func (c *agentSignoutCmd) Run(a *cli.App) error { return c.set(a, "signout") }

type agentReadyCmd struct{ agentStateFlags }

// Help shows examples.
func (agentReadyCmd) Help() string { return "  rexian agent ready 1001" }

// Run ends a break or wrap-up.
func (c *agentReadyCmd) Run(a *cli.App) error { return c.set(a, "ready") }

type agentBreakCmd struct{ agentStateFlags }

// Help shows examples.
func (agentBreakCmd) Help() string { return "  rexian agent break 1001 --reason 培训" }

// Run begins a break, at the end of the call that is on.
func (c *agentBreakCmd) Run(a *cli.App) error { return c.set(a, "break") }

type agentDayCmd struct {
	Flags
	ID   string `arg:"" help:"agent_id"`
	Date string `help:"agent_date" placeholder:"2026-11-30"`
}

// Help shows examples.
func (agentDayCmd) Help() string {
	return "  rexian agent day 1001\n  rexian agent day 1001 --date 2026-11-30 --json"
}

// Run prints what an agent did on a day, and how the seconds add up.
func (c *agentDayCmd) Run(a *cli.App) error {
	var day api.AgentDay
	fault, err := c.Ask(a, http.MethodGet, agentsPath+"/"+url.PathEscape(c.ID)+"/day?date="+url.QueryEscape(c.Date),
		nil,
		&day)
	if err != nil {
		return err
	}
	if fault != nil {
		return agentFault(a, c.ID, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, day)
	}
	total := 0.0
	for _, s := range day.Segments {
		fmt.Fprintf(a.Out, "%s  %s  %8s  %s  %s\n", s.Began.Local().Format("15:04:05"),
			s.Ended.Local().Format("15:04:05"),
			s.Ended.Sub(s.Began).Round(time.Second), stateOf(a, s.State, s.Reason), cli.Printable(s.Call))
		total += s.Ended.Sub(s.Began).Seconds()
	}
	for _, state := range slices.Sorted(maps.Keys(day.Seconds)) {
		fmt.Fprintln(a.Out, a.Say("%s 共 %s", "%s in all %s", stateOf(a, state, ""),
			time.Duration(day.Seconds[state]*float64(time.Second)).Round(time.Second)))
	}
	fmt.Fprintln(a.Out, a.Say("合计 %s", "together %s", time.Duration(total*float64(time.Second)).Round(time.Second)))
	return nil
}
