package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/console/api"
)

// queueCmd is the queues of a running server.
type queueCmd struct {
	List  queueListCmd  `cmd:"" default:"withargs" help:"queue_list"`
	Close queueCloseCmd `cmd:"" help:"queue_close"`
	Open  queueOpenCmd  `cmd:"" help:"queue_open"`
}

// Help shows examples.
func (queueCmd) Help() string {
	return "  rexian queue list\n  rexian queue close 综合咨询\n  rexian queue open 综合咨询"
}

const queuesPath = "/api/v1/queues"

type queueListCmd struct{ adminFlags }

// Help shows examples.
func (queueListCmd) Help() string { return "  rexian queue list\n  rexian queue list --json" }

// Run prints the queues and who waits.
func (c *queueListCmd) Run(a *app) error {
	var now struct {
		Queues []api.Queue `json:"queues"`
	}
	if _, err := c.ask(a, http.MethodGet, queuesPath, nil, &now); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(a.out, now)
	}
	if len(now.Queues) == 0 {
		fmt.Fprintln(a.out, a.say("没有队列", "there are no queues"))
	}
	for _, q := range now.Queues {
		line := a.say("%s  等待 %d  最久 %s  签入 %d  示闲 %d  忙 %d",
			"%s  %d wait  longest %s  %d signed in  %d ready  %d busy",
			printable(q.Name), q.Waiting, time.Duration(q.Longest)*time.Second, q.SignedIn, q.Ready, q.Busy)
		if q.Closed {
			line += a.say("  已关闭", "  closed")
		}
		fmt.Fprintln(a.out, line)
	}
	return nil
}

// queueFlags are those of closing and opening.
type queueFlags struct {
	adminFlags
	Name string `arg:"" help:"queue_name"`
}

func (c *queueFlags) set(a *app, closed bool, done string) error {
	var now map[string]any
	fault, err := c.ask(a, http.MethodPut, queuesPath+"/"+url.PathEscape(c.Name),
		api.QueueOrder{Closed: closed, By: a.who(c.By)}, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.usage("%s", "%s", controlFault(a, c.Name, fault))
	}
	if c.JSON {
		return writeJSON(a.out, now)
	}
	fmt.Fprintln(a.out, done)
	return nil
}

type queueCloseCmd struct{ queueFlags }

// Help shows examples.
func (queueCloseCmd) Help() string { return "  rexian queue close 综合咨询" }

// Run closes a queue: who waits there, and who comes, goes on in the flow with the outcome closed.
func (c *queueCloseCmd) Run(a *app) error {
	return c.set(a, true, a.say("队列 %s 已关闭：正在等的和新来的按“休息”处理；rexian queue open %[1]s 重新开放",
		"queue %s is closed: who waits and who comes goes on as for closed; rexian queue open %[1]s opens it again",
		printable(c.Name)))
}

type queueOpenCmd struct{ queueFlags }

// Help shows examples.
func (queueOpenCmd) Help() string { return "  rexian queue open 综合咨询" }

// Run opens a queue again.
func (c *queueOpenCmd) Run(a *app) error {
	return c.set(a, false, a.say("队列 %s 已开放", "queue %s is open", printable(c.Name)))
}

type callsTakeOverCmd struct {
	adminFlags
	Call  string `arg:"" help:"calls_id"`
	Phone string `required:"" placeholder:"N" help:"calls_phone"`
}

// Help shows examples.
func (callsTakeOverCmd) Help() string { return "  rexian calls takeover 3k9f0… --phone 9001" }

// Run gives the caller to another telephone of the server.
func (c *callsTakeOverCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodPost, "/takeover", api.Taking{Phone: c.Phone, By: a.who(c.By)},
		a.say("%s 的来电人由话机 %s 接过去了", "telephone %[2]s has taken over the caller of %[1]s", printable(c.Call),
			printable(c.Phone)))
}

type callsPickUpCmd struct {
	adminFlags
	Call  string `arg:"" help:"calls_id"`
	Agent string `required:"" placeholder:"ID" help:"agent_id"`
}

// Help shows examples.
func (callsPickUpCmd) Help() string { return "  rexian calls pickup 3k9f0… --agent 1001" }

// Run gives a caller who waits to an agent who asks for it.
func (c *callsPickUpCmd) Run(a *app) error {
	return c.does(a, c.Call, http.MethodPost, "/pickup", api.Taking{Agent: c.Agent, By: a.who(c.By)},
		a.say("座席 %[2]s 的话机为 %[1]s 振铃", "the telephone of agent %[2]s rings for %[1]s", printable(c.Call),
			printable(c.Agent)))
}

type callsDialCmd struct {
	adminFlags
	Agent  string `arg:"" help:"agent_id"`
	Number string `arg:"" help:"calls_number"`
}

// Help shows examples.
func (callsDialCmd) Help() string { return "  rexian calls dial 1001 0531-88888888" }

// Run rings an agent, and then calls a number for them.
func (c *callsDialCmd) Run(a *app) error {
	var now map[string]any
	fault, err := c.ask(a, http.MethodPost, agentsPath+"/"+url.PathEscape(c.Agent)+"/dial",
		api.DialOrder{Number: c.Number, By: a.who(c.By)}, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.usage("%s", "%s", controlFault(a, c.Agent, fault))
	}
	if c.JSON {
		return writeJSON(a.out, now)
	}
	fmt.Fprintln(a.out, a.say("座席 %s 已接听，正在拨 %s", "agent %s has answered, and %s is being called",
		printable(c.Agent), printable(c.Number)))
	return nil
}
