package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/message"
	"rexian/stdlib/table"
)

// messageHelps are the help texts of the commands about texts and mails.
var messageHelps = map[string]diag.Text{
	"message":      {Zh: "短信和邮件：发了没有、送达没有、收到了什么", En: "texts and mails: what was sent, what arrived, what came in"},
	"message_list": {Zh: "列出最近的短信和邮件，号码隐去中间（缺省）", En: "list the latest, with masked numbers, which is the default"},
	"message_show": {Zh: "一条短信或邮件的全部", En: "all that is known of one"},
	"message_state": {Zh: "只列这种状态：待发 queued、在发 sending、已发 sent、送达 delivered、失败 failed、未知 unknown",
		En: "only those in a state: queued, sending, sent, delivered, failed, unknown"},
	"message_in":     {Zh: "列出收到的", En: "those that came in"},
	"message_to":     {Zh: "只列这个号码或邮箱的", En: "only those of this number or mail address"},
	"message_ticket": {Zh: "只列和这张工单有关的来信", En: "only those that came in about this ticket"},
	"message_since":  {Zh: "从哪天起，如 2026-11-01", En: "from this day on, such as 2026-11-01"},
	"message_limit":  {Zh: "最多多少条", En: "how many at most"},
	"message_id":     {Zh: "短信号，见 message list", En: "its id, as message list shows it"},
}

// messageCmd shows what became of texts and mails.
type messageCmd struct {
	List messageListCmd `cmd:"" default:"withargs" help:"message_list"`
	Show messageShowCmd `cmd:"" help:"message_show"`
}

// Help shows examples.
func (messageCmd) Help() string {
	return "  rexian message list --state failed\n  rexian message list --to 13800138000 --since 2026-11-01\n" +
		"  rexian message list --in\n  rexian message show 3f0c2a91b7d45e6f8a01"
}

type messageListCmd struct {
	databaseFlags
	State  string `help:"message_state" placeholder:"STATE"`
	In     bool   `help:"message_in"`
	To     string `help:"message_to" placeholder:"NUMBER"`
	Ticket string `help:"message_ticket" placeholder:"NUMBER"`
	Since  string `help:"message_since" placeholder:"DATE"`
	Limit  int    `help:"message_limit" default:"50" placeholder:"N"`
	JSON   bool   `help:"json"`
}

// Help shows examples.
func (messageListCmd) Help() string {
	return "  rexian message list\n  rexian message list --state 未知\n  rexian message list --in --ticket 2026110001"
}

// shownMessage is a message as it is printed, its address masked. Moments are Unix milliseconds.
type shownMessage struct {
	ID       string `json:"id"`
	Channel  string `json:"channel"`
	To       string `json:"to,omitempty"`
	From     string `json:"from,omitempty"`
	State    string `json:"state,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Gateway  string `json:"gateway_id,omitempty"`
	Attempts int64  `json:"attempts,omitempty"`
	Notice   bool   `json:"notice,omitempty"`
	Due      int64  `json:"due_at,omitempty"`
	Call     string `json:"call,omitempty"`
	Answers  string `json:"answers,omitempty"` // the message that it answers
	Ticket   string `json:"ticket,omitempty"`
	Handled  bool   `json:"handled,omitempty"`
	Created  int64  `json:"created_at"`
	Changed  int64  `json:"changed_at,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Text     string `json:"text"`
}

// maskedAddress hides the middle of a number, and of a mail address what is before the @ but its first letter.
func maskedAddress(to string) string {
	if name, host, ok := strings.Cut(to, "@"); ok {
		first := []rune(name)
		return string(first[:min(1, len(first))]) + "***@" + host
	}
	return table.MaskPhone(to)
}

func outgoing(m *message.Message) shownMessage {
	x := shownMessage{ID: m.ID, Channel: string(m.Channel), To: maskedAddress(m.Recipient), State: string(m.State),
		Detail: m.Detail, Gateway: m.ProviderID, Attempts: m.Attempts, Notice: m.Notice, Call: m.CallID,
		Answers: m.Thread, Created: m.CreatedAt, Changed: m.ChangedAt, Subject: m.Subject, Text: m.Body}
	if m.State == message.Queued {
		x.Due = m.DueAt
	}
	return x
}

func cameIn(m *message.Stored) shownMessage {
	return shownMessage{ID: m.ID, Channel: string(m.Channel), From: maskedAddress(m.Sender), Answers: m.Thread,
		Ticket: m.Ticket, Handled: m.Handled, Created: m.ReceivedAt, Subject: m.Subject, Text: m.Body}
}

// filter reads the flags.
func (c *messageListCmd) filter(a *app) (message.Filter, error) {
	f := message.Filter{Limit: c.Limit, Ticket: c.Ticket}
	if c.Limit < 1 || c.Limit > 1000 {
		return f, a.Usage("--limit 是 1 到 1000", "--limit is 1 to 1000")
	}
	if c.Ticket != "" {
		c.In = true
	}
	if c.In && c.State != "" {
		return f, a.Usage("--state 用于发出的，不能和 --in、--ticket 一起写",
			"--state is for what goes out, not for --in and --ticket")
	}
	for s, text := range admin.MessageStates {
		if c.State == string(s) || c.State == text.Zh {
			f.State = s
		}
	}
	if c.State != "" && f.State == "" {
		return f, a.Usage("没有“%s”这种状态；有 待发、在发、已发、送达、失败、未知",
			"there is no state %s; there are queued, sending, sent, delivered, failed, unknown", c.State)
	}
	if f.To = strings.ToLower(strings.TrimSpace(c.To)); f.To != "" && !strings.Contains(f.To, "@") {
		if f.To = intake.Phone(c.To); f.To == "" {
			return f, a.Usage("“%s”不是号码，也不是邮箱", "%s is no number and no mail address", c.To)
		}
	}
	if c.Since != "" {
		day, err := time.ParseInLocation(time.DateOnly, c.Since, chinaZone)
		if err != nil {
			return f, a.Usage("--since 要写成 2026-11-01", "--since is written 2026-11-01")
		}
		f.Since = day.UnixMilli()
	}
	return f, nil
}

// Run lists messages, the latest first.
func (c *messageListCmd) Run(a *app) error {
	f, err := c.filter(a)
	if err != nil {
		return err
	}
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		store, list := message.New(d, message.Options{}), []shownMessage{}
		if c.In {
			found, err := store.Incoming(ctx, f)
			if err != nil {
				return err
			}
			for i := range found {
				list = append(list, cameIn(&found[i]))
			}
		} else {
			found, err := store.List(ctx, f)
			if err != nil {
				return err
			}
			for i := range found {
				list = append(list, outgoing(&found[i]))
			}
		}
		if c.JSON {
			return cli.WriteJSON(a.Out, map[string]any{"messages": list})
		}
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("没有", "none"))
		}
		for i := range list {
			x := &list[i]
			state := admin.MessageStates[message.State(x.State)].In(a.Tongue)
			if c.In {
				state = a.Say("收到", "came in")
			}
			fmt.Fprintf(a.Out, "%s  %s  %-10s %-14s %s\n", cli.Instant(x.Created, time.DateTime), cli.Printable(x.ID), state,
				cli.Printable(x.To+x.From), cli.Printable(clipped(x.Subject+" "+x.Text, 40)))
		}
		return nil
	})
}

// clipped is the beginning of a text, on one line.
func clipped(s string, most int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

type messageShowCmd struct {
	databaseFlags
	JSON bool   `help:"json"`
	ID   string `arg:"" help:"message_id"`
}

// Help shows examples.
func (messageShowCmd) Help() string { return "  rexian message show 3f0c2a91b7d45e6f8a01" }

// Run shows all that is known of one message.
func (c *messageShowCmd) Run(a *app) error {
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		store := message.New(d, message.Options{})
		var x shownMessage
		m, err := store.Get(ctx, c.ID)
		if err == nil {
			x = outgoing(&m)
		} else if errors.Is(err, fn.Outcome("not_found")) {
			var in message.Stored
			if in, err = store.Came(ctx, c.ID); err == nil {
				x = cameIn(&in)
			}
		}
		if errors.Is(err, fn.Outcome("not_found")) {
			return a.Usage("没有短信或邮件 %s；用 rexian message list 查", "there is no message %s; see rexian message list",
				c.ID)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return cli.WriteJSON(a.Out, x)
		}
		show := func(zh, en, value string) {
			if value != "" && value != "0" {
				fmt.Fprintf(a.Out, "%s%s\n", a.Say(zh+"：", en+": "), cli.Printable(value))
			}
		}
		show("号", "id", x.ID)
		show("发给", "to", x.To)
		show("来自", "from", x.From)
		if x.State != "" {
			show("状态", "state", admin.MessageStates[message.State(x.State)].In(a.Tongue))
		}
		show("经过", "detail", x.Detail)
		show("网关的号", "the gateway's id", x.Gateway)
		show("发了几次", "attempts", fmt.Sprint(x.Attempts))
		if x.Due != 0 {
			show("最早发出", "not before", cli.Instant(x.Due, time.DateTime))
		}
		show("通话", "call", x.Call)
		show("答复的是", "answers", x.Answers)
		show("工单", "ticket", x.Ticket)
		show("时间", "at", cli.Instant(x.Created, time.DateTime))
		if x.Changed != 0 {
			show("变化", "changed", cli.Instant(x.Changed, time.DateTime))
		}
		show("主题", "subject", x.Subject)
		fmt.Fprintln(a.Out, cli.Printable(x.Text))
		return nil
	})
}
