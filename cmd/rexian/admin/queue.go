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
			"%s  %d [waits|wait]  longest %s  %d signed in  %d ready  %d busy",
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
