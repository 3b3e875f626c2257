package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/stdlib/ticket"
)

// TicketCmd is the tickets of a running server.
type TicketCmd struct {
	List ticketListCmd `cmd:"" default:"withargs" help:"ticket_list"`
	Show ticketShowCmd `cmd:"" help:"ticket_show"`
	Open ticketOpenCmd `cmd:"" help:"ticket_open"`
	Act  ticketActCmd  `cmd:"" help:"ticket_act"`
}

// Help shows examples.
func (TicketCmd) Help() string {
	return "  rexian ticket --state received\n  rexian ticket show 2611000001\n" +
		"  rexian ticket act 2611000001 dispatch --unit 历下区税务局\n" +
		"  rexian ticket act 2611000001 answer --note 已更正申报"
}

const ticketsPath = "/api/v1/tickets"

// ticketFaults say why something is not done with tickets.
var ticketFaults = map[string]text{
	api.ReasonNoTicket: {Zh: "没有这张工单；rexian ticket 列出工单", En: "there is no such ticket; rexian ticket lists them"},
	api.ReasonTicketState: {Zh: "工单现在的状态不能这样做：先看 rexian ticket show",
		En: "the ticket's state does not allow it: see rexian ticket show"},
	api.ReasonTicketNote: {Zh: "要写原因、答复（--note）或者单位（--unit）",
		En: "it needs a reason or a reply (--note), or a unit (--unit)"},
	api.ReasonTicketExtend: {Zh: "只能在到期以前延期一次，1 到 60 个工作日（--days）",
		En: "a limit is extended once, by 1 to 60 working days (--days), before it is over"},
	api.ReasonTicketEmpty: {Zh: "要写类别和内容；电话要是号码",
		En: "a ticket has a class and a content; a telephone is a number"},
	api.ReasonNobody: {Zh: "没有写是谁：--by", En: "nobody is named: --by"}}

func showTicket(a *cli.App, t api.Ticket) {
	line := fmt.Sprintf("%s  %s  %s  %s", cli.Printable(t.Number), cli.Instant(t.Received, time.DateTime),
		cli.Printable(t.Class), ticket.State(t.State).Word(a.Tongue == diag.En))
	if t.Closed == 0 {
		line += a.Say("  限 %s", "  due %s", cli.Instant(t.Due-1, time.DateOnly))
	}
	if t.Overdue {
		line += a.Say("  超期", "  overdue")
	}
	if t.Supervised {
		line += a.Say("  督办", "  supervised")
	}
	if t.Urges > 0 {
		line += a.Say("  催办 %d 次", "  urged %d [time|times]", t.Urges)
	}
	for _, s := range []string{t.Unit, t.Phone} {
		if s != "" {
			line += "  " + cli.Printable(s)
		}
	}
	if t.Anonymous {
		line += a.Say("  匿名", "  anonymous")
	}
	fmt.Fprintln(a.Out, line)
}

// wholeTicket shows a ticket with its steps.
func wholeTicket(a *cli.App, t api.Ticket) {
	showTicket(a, t)
	for _, x := range []struct {
		name diag.Text
		text string
	}{{diag.Text{Zh: "姓名", En: "name"}, t.Name}, {diag.Text{Zh: "内容", En: "content"}, t.Content},
		{diag.Text{Zh: "答复", En: "reply"}, t.Reply}, {diag.Text{Zh: "通话", En: "call"}, t.Call},
		{diag.Text{Zh: "录音", En: "recordings"}, strings.Join(t.Recordings, " ")}} {
		if x.text != "" {
			fmt.Fprintf(a.Out, "    %s  %s\n", x.name.In(a.Tongue), cli.Printable(x.text))
		}
	}
	for _, s := range t.Steps {
		fmt.Fprintf(a.Out, "    %s  %s  %s → %s  %s\n", cli.Instant(s.At, time.DateTime), cli.Printable(s.By),
			cli.Printable(s.Do), ticket.State(s.Became).Word(a.Tongue == diag.En), cli.Printable(s.Note))
	}
}

type ticketListCmd struct {
	Flags
	most
	State string `help:"ticket_state" placeholder:"STATE"`
	Class string `help:"ticket_class" placeholder:"NAME"`
	Unit  string `help:"ticket_unit" placeholder:"NAME"`
}

// Help shows examples.
func (ticketListCmd) Help() string {
	return "  rexian ticket list --state received\n  rexian ticket list --class 投诉 --unit 历下区税务局 --json"
}

// Run lists tickets.
func (c *ticketListCmd) Run(a *cli.App) error {
	if s := ticket.State(c.State); s != "" && !s.Known() {
		return a.Usage("没有这种状态；--state 见 rexian ticket list --help", "there is no such state; see rexian ticket list --help")
	}
	list, fault, err := pages[api.Ticket](c.Flags, a, ticketsPath, "tickets",
		query(map[string]string{"state": c.State, "class": c.Class, "unit": c.Unit}), c.most)
	return told(c.Flags, a, map[string]any{"tickets": list}, fault, err, func(a *cli.App, _ map[string]any) {
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("没有这样的工单", "there are no such tickets"))
		}
		for _, t := range list {
			showTicket(a, t)
		}
	}, ticketFaults)
}

type ticketShowCmd struct {
	Flags
	Number string `arg:"" help:"ticket_number"`
}

// Help shows examples.
func (ticketShowCmd) Help() string { return "  rexian ticket show 2611000001" }

// Run shows one ticket.
func (c *ticketShowCmd) Run(a *cli.App) error {
	var now api.Ticket
	fault, err := c.Ask(a, http.MethodGet, ticketsPath+"/"+url.PathEscape(c.Number), nil, &now)
	return told(c.Flags, a, now, fault, err, wholeTicket, ticketFaults)
}

type ticketOpenCmd struct {
	Flags
	Class     string `required:"" help:"ticket_class" placeholder:"NAME"`
	Content   string `required:"" help:"ticket_content" placeholder:"TEXT"`
	Phone     string `help:"ticket_phone" placeholder:"NUMBER"`
	Name      string `help:"ticket_name" placeholder:"NAME"`
	Anonymous bool   `help:"ticket_anonymous"`
	Call      string `help:"ticket_call" placeholder:"ID"`
}

// Help shows examples.
func (ticketOpenCmd) Help() string {
	return "  rexian ticket open --class 投诉 --content 窗口一直没人 --phone 13800138000\n" +
		"  rexian ticket open --class 举报 --content 不开发票 --anonymous --call 3k9f0…"
}

// Run registers a ticket.
func (c *ticketOpenCmd) Run(a *cli.App) error {
	var now api.Ticket
	fault, err := c.Ask(a, http.MethodPost, ticketsPath, api.TicketDraft{Class: c.Class, Content: c.Content,
		Phone: c.Phone, Name: c.Name, Anonymous: c.Anonymous, Call: c.Call, By: a.Who(c.By)}, &now)
	return told(c.Flags, a, now, fault, err, wholeTicket, ticketFaults)
}

type ticketActCmd struct {
	Flags
	Number string `arg:"" help:"ticket_number"`
	Do     string `arg:"" help:"ticket_do"`
	Unit   string `help:"ticket_to" placeholder:"NAME"`
	Note   string `help:"ticket_note" placeholder:"TEXT"`
	Days   int64  `help:"ticket_days" placeholder:"N"`
}

// Help shows examples.
func (ticketActCmd) Help() string {
	return "  rexian ticket act 2611000001 dispatch --unit 历下区税务局\n  rexian ticket act 2611000001 sign\n" +
		"  rexian ticket act 2611000001 extend --days 5 --note 要向省局请示\n" +
		"  rexian ticket act 2611000001 answer --note 已更正申报\n  rexian ticket act 2611000001 archive"
}

// Run does a step to what the ticket is now.
func (c *ticketActCmd) Run(a *cli.App) error {
	if !ticket.Action(c.Do).Known() {
		return a.Usage("没有 %s 这个步骤；有哪些见 rexian ticket act --help", "there is no step %s; see rexian ticket act --help",
			cli.Printable(c.Do))
	}
	path := ticketsPath + "/" + url.PathEscape(c.Number)
	var now api.Ticket
	fault, err := c.Ask(a, http.MethodGet, path, nil, &now)
	if err == nil && fault == nil {
		c.version = now.Version
		fault, err = c.Ask(a, http.MethodPost, path, api.TicketStep{Do: c.Do, Unit: c.Unit, Note: c.Note, Days: c.Days,
			By: a.Who(c.By)}, &now)
	}
	return told(c.Flags, a, now, fault, err, wholeTicket, ticketFaults)
}
