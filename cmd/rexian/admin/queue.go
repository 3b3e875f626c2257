package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// QueueCmd is the queues of a running server.
type QueueCmd struct {
	List  queueListCmd  `cmd:"" default:"withargs" help:"queue_list"`
	Close queueCloseCmd `cmd:"" help:"queue_close"`
	Open  queueOpenCmd  `cmd:"" help:"queue_open"`
}

// Help shows examples.
func (QueueCmd) Help() string {
	return "  rexian queue list\n  rexian queue close 综合咨询\n  rexian queue open 综合咨询"
}

const queuesPath = "/api/v1/queues"

type queueListCmd struct{ Flags }

// Help shows examples.
func (queueListCmd) Help() string { return "  rexian queue list\n  rexian queue list --json" }

// Run prints the queues and who waits.
func (c *queueListCmd) Run(a *cli.App) error {
	var now struct {
		Queues []api.Queue `json:"queues"`
	}
	if _, err := c.Ask(a, http.MethodGet, queuesPath, nil, &now); err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	if len(now.Queues) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有队列", "there are no queues"))
	}
	for _, q := range now.Queues {
		line := a.Say("%s  等待 %d  最久 %s  签入 %d  示闲 %d  忙 %d",
			"%s  %d wait  longest %s  %d signed in  %d ready  %d busy",
			cli.Printable(q.Name), q.Waiting, time.Duration(q.Longest)*time.Second, q.SignedIn, q.Ready, q.Busy)
		if q.Closed {
			line += a.Say("  已关闭", "  closed")
		}
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

// queueFlags are those of closing and opening.
type queueFlags struct {
	Flags
	Name string `arg:"" help:"queue_name"`
}

func (c *queueFlags) set(a *cli.App, closed bool, done string) error {
	var now map[string]any
	fault, err := c.Ask(a, http.MethodPut, queuesPath+"/"+url.PathEscape(c.Name),
		api.QueueOrder{Closed: closed, By: a.Who(c.By)}, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("%s", "%s", controlFault(a, c.Name, fault))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, done)
	return nil
}

type queueCloseCmd struct{ queueFlags }

// Help shows examples.
func (queueCloseCmd) Help() string { return "  rexian queue close 综合咨询" }

// Run closes a queue: who waits there, and who comes, goes on in the flow with the outcome closed.
func (c *queueCloseCmd) Run(a *cli.App) error {
	return c.set(a, true, a.Say("队列 %s 已关闭：正在等的和新来的按“休息”处理；rexian queue open %[1]s 重新开放",
		"queue %s is closed: who waits and who comes goes on as for closed; rexian queue open %[1]s opens it again",
		cli.Printable(c.Name)))
}

type queueOpenCmd struct{ queueFlags }

// Help shows examples.
func (queueOpenCmd) Help() string { return "  rexian queue open 综合咨询" }

// Run opens a queue again.
func (c *queueOpenCmd) Run(a *cli.App) error {
	return c.set(a, false, a.Say("队列 %s 已开放", "queue %s is open", cli.Printable(c.Name)))
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
