package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// CallsCmd shows the records of calls of a running server, and does something with those that are on.
type CallsCmd struct {
	List callsListCmd `cmd:"" default:"withargs" help:"calls_list"`
	Show callsShowCmd `cmd:"" help:"calls_show"`

	Listen    withPhone[verbListen]    `cmd:"" help:"calls_listen"`
	Whisper   withPhone[verbWhisper]   `cmd:"" help:"calls_whisper"`
	Barge     withPhone[verbBarge]     `cmd:"" help:"calls_barge"`
	Add       withNumber[verbAdd]      `cmd:"" help:"calls_add"`
	Drop      withParty[verbDrop]      `cmd:"" help:"calls_drop"`
	Transfer  withNumber[verbTransfer] `cmd:"" help:"calls_transfer"`
	Consult   withNumber[verbConsult]  `cmd:"" help:"calls_consult"`
	Complete  ofCall[verbComplete]     `cmd:"" help:"calls_complete"`
	Back      ofCall[verbBack]         `cmd:"" help:"calls_back"`
	Emergency ofCall[verbEmergency]    `cmd:"" help:"calls_emergency"`
	Hold      callsHoldCmd             `cmd:"" help:"calls_hold"`
	Hangup    ofCall[verbHangup]       `cmd:"" help:"calls_hangup"`

	Takeover callsTakeOverCmd `cmd:"" help:"calls_takeover"`
	Pickup   callsPickUpCmd   `cmd:"" help:"calls_pickup"`
	Dial     callsDialCmd     `cmd:"" help:"calls_dial"`
}

// Help shows examples.
func (CallsCmd) Help() string {
	return "  rexian calls\n  rexian calls -n 100 --json\n  rexian calls show 3k9f0…\n" +
		"  rexian calls listen 3k9f0… --phone 9001"
}

type callsListCmd struct {
	Flags
	Most int `short:"n" help:"calls_most" default:"20"`
}

// Help shows examples.
func (callsListCmd) Help() string { return "  rexian calls list\n  rexian calls list -n 100 --json" }

const callsPath = "/api/v1/calls"

// Run lists the latest calls.
func (c *callsListCmd) Run(a *cli.App) error {
	if c.Most < 1 || c.Most > 1000 {
		return a.Usage("-n 是 1 到 1000", "-n is 1 to 1000")
	}
	var now struct {
		Calls []api.Brief `json:"calls"`
	}
	if _, err := c.Ask(a, http.MethodGet, callsPath+"?limit="+strconv.Itoa(c.Most), nil, &now); err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	if len(now.Calls) == 0 {
		fmt.Fprintln(a.Out, a.Say("还没有通话", "there are no calls yet"))
	}
	for i := range now.Calls {
		showBrief(a, &now.Calls[i])
	}
	return nil
}

func showBrief(a *cli.App, b *api.Brief) {
	line := fmt.Sprintf("%s  %s  %s → %s  %s  %s", cli.Instant(b.Started, time.DateTime), cli.Printable(b.ID),
		cli.Printable(cli.Or(b.Caller, a.Say("不详", "unknown"))), cli.Printable(b.Number), cli.Printable(b.Flow),
		a.Say("%s", "%s", cli.Or(cli.Printable(b.Result), a.Say("进行中", "on"))))
	if b.Ended > 0 {
		line += "  " + (time.Duration(b.Ended-b.Started) * time.Millisecond).Round(time.Second).String()
	}
	if b.Agent != "" {
		line += a.Say("  座席 %s", "  agent %s", cli.Printable(b.Agent))
	}
	if b.MOS > 0 {
		line += fmt.Sprintf("  MOS %.2f", b.MOS)
	}
	fmt.Fprintln(a.Out, line)
}

type callsShowCmd struct {
	Flags
	ID string `arg:"" help:"calls_id"`
}

// Help shows examples.
func (callsShowCmd) Help() string {
	return "  rexian calls show 3k9f0…\n  rexian calls show 3k9f0… --json"
}

// Run shows one call with its legs.
func (c *callsShowCmd) Run(a *cli.App) error {
	call, err := c.call(a, c.ID)
	if err != nil || call == nil {
		return err
	}
	showBrief(a, &call.Brief)
	for i := range call.List {
		showLeg(a, &call.List[i])
	}
	for _, e := range call.Events {
		line := fmt.Sprintf("  %s  · %s", cli.Instant(e.At, "15:04:05.000"), cli.Printable(e.Kind))
		if e.Note != "" {
			line += " " + cli.Printable(e.Note)
		}
		fmt.Fprintln(a.Out, line+"  "+cli.Printable(e.Pos))
	}
	return nil
}

// call asks for one call; nil if it has been printed as JSON.
func (f Flags) call(a *cli.App, id string) (*api.Call, error) {
	var call api.Call
	fault, err := f.Ask(a, http.MethodGet, callsPath+"/"+url.PathEscape(id), nil, &call)
	if err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, a.Usage("没有通话 %s", "there is no call %s", cli.Printable(id))
	}
	if f.JSON {
		return nil, cli.WriteJSON(a.Out, call)
	}
	return &call, nil
}

// legKinds names the kinds of legs.
var legKinds = map[string]diag.Text{"caller": {Zh: "主叫", En: "caller"}, "agent": {Zh: "座席", En: "agent"},
	"transfer": {Zh: "转接", En: "transfer"}, "passed_on": {Zh: "座席转出", En: "passed on"},
	"supervisor": {Zh: "班长", En: "supervisor"}}

func showLeg(a *cli.App, l *api.Leg) {
	kind, ok := legKinds[l.Kind]
	if !ok {
		kind = diag.Text{Zh: cli.Printable(l.Kind), En: cli.Printable(l.Kind)}
	}
	arrow := "→"
	if l.Direction == "in" {
		arrow = "←"
	}
	parts := []string{fmt.Sprintf("  %d %s %s %s", l.Leg, kind.In(a.Tongue), arrow, cli.Printable(cli.Or(l.Number, "-")))}
	add := func(zh, en string, args ...any) { parts = append(parts, a.Say(zh, en, args...)) }
	if l.Trunk != "" {
		add("中继 %s", "trunk %s", cli.Printable(l.Trunk))
	}
	if l.Phone != "" {
		add("话机 %s", "telephone %s", cli.Printable(l.Phone))
	}
	if l.Agent != "" {
		add("工号 %s", "agent %s", cli.Printable(l.Agent))
	}
	const layout = "15:04:05.000"
	add("开始 %s", "began %s", cli.Instant(l.Started, layout))
	if l.Rang > 0 {
		add("振铃 %s", "rang %s", cli.Instant(l.Rang, layout))
	}
	if l.Answered > 0 {
		add("接通 %s", "answered %s", cli.Instant(l.Answered, layout))
	}
	if l.Ended > 0 {
		add("结束 %s（%s", "ended %s (%s", cli.Instant(l.Ended, layout), cli.Printable(l.Cause))
		if l.SIP > 0 {
			parts[len(parts)-1] += fmt.Sprintf(", SIP %d", l.SIP)
		}
		if l.Q850 > 0 {
			parts[len(parts)-1] += fmt.Sprintf(", Q.850 %d", l.Q850)
		}
		parts[len(parts)-1] += a.Say("）", ")")
	}
	if l.Codec != "" {
		add("%s 发 %d 收 %d 丢 %d，对方丢 %d，抖动 %.1f 毫秒", "%s sent %d received %d lost %d, far side lost %d, jitter %.1f ms",
			cli.Printable(l.Codec), l.Sent, l.Received, l.Lost, l.FarLost, l.Jitter)
	}
	if l.MOS > 0 {
		parts = append(parts, fmt.Sprintf("MOS %.2f", l.MOS))
	}
	fmt.Fprintln(a.Out, strings.Join(parts, "  "))
}
