package stdlib

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/stdlib/alert"
	"rexian/stdlib/db"
	"rexian/stdlib/message"
	tables "rexian/stdlib/table"
	"rexian/stdlib/ticket"
	"rexian/stdlib/voicemail"
)

// SetAlerts sets who is told of tickets, as Config.Alerts does. What waits for somebody else is still told.
func (l *Library) SetAlerts(recipients []string) {
	list := slices.Clone(recipients)
	l.told.Store(&list)
}

// alert writes down who is to be told of the tickets that are due, each once.
func (l *Library) alert(ctx context.Context, now time.Time) error {
	recipients := *l.told.Load()
	list, err := l.slices.Tickets.Sweep(ctx, now, func(ctx context.Context, q db.Queryer, a ticket.Alerted) error {
		for _, to := range recipients {
			if err := l.alerts.Add(ctx, q, l.alertFor(to, a), now); err != nil {
				return err
			}
		}
		return nil
	})
	for _, a := range list {
		l.o.Logger.Warn("a ticket is near its limit or over it", "ticket", a.Ticket.Number, "class", a.Ticket.Class,
			"unit", a.Ticket.Unit,
			"overdue", a.Alert == ticket.AlertOverdue, "due", l.slices.Tickets.Due(a.Ticket).String())
	}
	return err
}

// alertFor says what is due; who reported is not for everybody, and so not in it.
func (l *Library) alertFor(to string, a ticket.Alerted) alert.Alert {
	unit, due := a.Ticket.Unit, l.slices.Tickets.Due(a.Ticket)
	if unit == "" {
		unit = "尚未分发"
	}
	x := alert.Alert{Recipient: to, Topic: "工单临近时限，请催办"}
	what := "临近时限，请催办"
	if a.Alert == ticket.AlertOverdue {
		what, x.Topic, x.Urgent = "已超过时限", "工单已超过时限", 1
	}
	x.Item = fmt.Sprintf("%s（%s，%s，时限%s）", a.Ticket.Number, a.Ticket.Class, unit, due)
	x.Body = fmt.Sprintf("工单%s（%s，%s）%s，时限%s。", a.Ticket.Number, a.Ticket.Class, unit, what, due)
	return x
}

// Voicemail enters a message left in a mailbox, and writes down that those are told whom the mailbox names; they are
// told at once if they may be. Entering it again changes nothing and tells nobody.
func (l *Library) Voicemail(ctx context.Context, v voicemail.Voicemail, notify []string) error {
	now := l.o.Now()
	err := l.db.Tx(ctx, func(t *db.Tx) error {
		added, err := l.slices.Voicemails.Put(ctx, t, v)
		if err != nil || !added {
			return err
		}
		for _, to := range notify {
			if err := l.alerts.Add(ctx, t, l.alertOf(to, v), now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(notify) > 0 {
		if err := l.tell(ctx, now); err != nil { // the next turn of the house does it
			l.o.Logger.Warn("who is to be told of a message is told later", "recording", v.Recording, "error", err)
		}
	}
	return err
}

// alertOf says that a message waits; whole numbers stand in the mailbox.
func (l *Library) alertOf(to string, v voicemail.Voicemail) alert.Alert {
	from := "号码不详"
	if v.Phone != "" {
		from = "来电" + tables.MaskPhone(v.Phone)
	}
	at := time.UnixMilli(v.ReceivedAt).In(l.o.Zone).Format("1月2日15:04")
	length := (time.Duration(v.Length)*time.Millisecond + time.Second - 1) / time.Second
	item := fmt.Sprintf("%s（%s，%s，%d秒，编号%s）", v.Mailbox, at, from, length, v.Recording)
	return alert.Alert{Recipient: to, Topic: "新留言", Item: item, Body: "信箱有新留言：" + item + "。"}
}

// tell puts what has gathered into the outbox, and forgets what was told long ago.
func (l *Library) tell(ctx context.Context, now time.Time) error {
	_, err := l.alerts.Tell(ctx, now, func(ctx context.Context, q db.Queryer, to, subject, body string) error {
		d := message.Draft{Channel: message.SMS, Recipient: to, Body: body, Named: true,
			Reason: "alerts " + now.UTC().Format(time.RFC3339)}
		if strings.Contains(to, "@") {
			d.Channel, d.Subject = message.Mail, subject
		}
		_, err := l.slices.Messages.Send(ctx, q, d, now)
		if errors.Is(err, message.ErrRecipient) {
			l.o.Logger.Error("who is to be told has no address that can be reached", "to", to)
			return alert.ErrNobody
		}
		return err
	})
	if err != nil {
		return err
	}
	return l.alerts.Prune(ctx, now.Add(-keepAlerts))
}
