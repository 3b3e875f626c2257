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
	"rexian/stdlib/ticket"
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
			l.o.Logger.Error("who is to be told of tickets has no address that can be reached", "to", to)
			return alert.ErrNobody
		}
		return err
	})
	if err != nil {
		return err
	}
	return l.alerts.Prune(ctx, now.Add(-keepAlerts))
}
