// Package alert tells people of what needs them without drowning them. What comes up is written down in the transaction
// that notes it; what has gathered for a recipient is told as one text, at most one an hour, and none at night. Any
// node may tell: each alert is told once.
package alert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/message"
)

// DefaultQuiet is from 22:00 to 8:00.
var DefaultQuiet = message.Quiet{From: 22 * time.Hour, To: 8 * time.Hour}

// Options are what a deployment may set. A zero field takes the default beside it.
type Options struct {
	Quiet message.Quiet  // DefaultQuiet; From = To = 1 for none
	Every time.Duration  // between two texts to one recipient: 1 h
	Zone  *time.Location // of Quiet: China's
}

// Store is the alerts in a database.
type Store struct {
	db *db.DB
	o  Options
}

// New returns the alerts in d.
func New(d *db.DB, o Options) *Store {
	if o.Quiet == (message.Quiet{}) {
		o.Quiet = DefaultQuiet
	}
	if o.Every <= 0 {
		o.Every = time.Hour
	}
	return &Store{d, o}
}

// Alert is something that a recipient is to be told of.
type Alert struct {
	Recipient string // a mobile number or a mail address
	Topic     string // what it has in common with others: 已超过时限
	Urgent    int    // the greater first
	Item      string // what it is about, among others of its topic: 工单2026000012（咨询，一所，时限2026-10-19）
	Body      string // the whole of it as a sentence, for when it is the only one
}

// Add writes an alert down, best in the transaction that notes what it is about.
func (s *Store) Add(ctx context.Context, q db.Queryer, a Alert, now time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO alerts (recipient, topic, urgent, item, body, at) VALUES (?, ?, ?, ?, ?, ?)`,
		a.Recipient, a.Topic, a.Urgent, a.Item, a.Body, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("write an alert down: %w", err)
	}
	return nil
}

// Send puts one text into the outbox, in the transaction q. subject is for mails. An error for which errors.Is holds
// with ErrNobody drops the alerts: nobody can be reached there; any other leaves them for later.
type Send func(ctx context.Context, q db.Queryer, recipient, subject, body string) error

// ErrNobody means that a recipient can never be reached.
var ErrNobody = errors.New("nobody can be reached there")

// atOnce is how many alerts one text gathers: who has more at once is told the rest with the next.
const atOnce = 1000

// Tell tells each recipient what has gathered, if he may be told now; it returns how many texts that were.
func (s *Store) Tell(ctx context.Context, now time.Time, send Send) (int, error) {
	if s.o.Quiet.After(now, s.o.Zone).After(now) {
		return 0, nil
	}
	var recipients []string
	if err := s.db.Select(ctx, &recipients,
		`SELECT DISTINCT recipient FROM alerts WHERE told IS NULL ORDER BY recipient`); err != nil {
		return 0, fmt.Errorf("list who is to be told: %w", err)
	}
	n := 0
	var errs []error
	for _, to := range recipients {
		err := s.tell(ctx, to, now, send)
		switch {
		case err == nil:
			n++
		case errors.Is(err, db.ErrConflict): // told within the hour, or being told by another node
		case db.IsUnavailable(err):
			return n, err
		default:
			errs = append(errs, err)
		}
	}
	return n, errors.Join(errs...)
}

// tell tells one recipient; db.ErrConflict if it is too early.
func (s *Store) tell(ctx context.Context, to string, now time.Time, send Send) error {
	return s.db.Tx(ctx, func(t *db.Tx) error {
		if _, err := t.Exec(ctx,
			`INSERT INTO alert_recipients (recipient, told) VALUES (?, 0) ON CONFLICT (recipient) DO NOTHING`,
			to); err != nil {
			return err
		}
		// Of two nodes at the same moment one waits here for the other, and then finds that it was told.
		if err := db.Changed(t.Exec(ctx, `UPDATE alert_recipients SET told = ? WHERE recipient = ? AND told <= ?`,
			now.UnixMilli(), to, now.Add(-s.o.Every).UnixMilli())); err != nil {
			return err
		}
		var list []waiting
		if err := t.Select(ctx, &list, `SELECT id, topic, item, body FROM alerts WHERE recipient = ? AND told IS NULL
			ORDER BY urgent DESC, topic, at, id LIMIT ?`, to, atOnce); err != nil {
			return err
		}
		if len(list) == 0 {
			return db.ErrConflict
		}
		subject, body := gathered(list, strings.Contains(to, "@"))
		if err := send(ctx, t, to, subject, body); err != nil && !errors.Is(err, ErrNobody) {
			return err
		}
		for _, a := range list {
			if _, err := t.Exec(ctx, `UPDATE alerts SET told = ? WHERE id = ?`, now.UnixMilli(), a.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// waiting is an alert that waits.
type waiting struct {
	ID    int64  `db:"id"`
	Topic string `db:"topic"`
	Item  string `db:"item"`
	Body  string `db:"body"`
}

// longest is how long a text message gets, in characters: five parts of 67.
const longest = 335

// gathered is one text of all that waits: what and how many, and then which, as many as fit into a text message.
func gathered(list []waiting, whole bool) (subject, body string) {
	if len(list) == 1 {
		return list[0].Body, list[0].Body
	}
	var topics []string
	items := map[string][]string{}
	for _, a := range list {
		if !slices.Contains(topics, a.Topic) {
			topics = append(topics, a.Topic)
		}
		items[a.Topic] = append(items[a.Topic], a.Item)
	}
	var counts []string
	for _, t := range topics {
		counts = append(counts, fmt.Sprintf("%s %d 件", t, len(items[t])))
	}
	subject = strings.Join(counts, "，") + "。"
	if whole {
		lines := []string{subject}
		for _, t := range topics {
			lines = append(lines, "", t+"：")
			lines = append(lines, items[t]...)
		}
		return subject, strings.Join(lines, "\n")
	}
	const rest = "其余见工单系统。"
	body = subject
	for _, t := range topics {
		for i, item := range items[t] {
			piece := item + "；"
			if i == 0 {
				piece = t + "：" + piece
			}
			if len([]rune(body+piece+rest)) > longest {
				return subject, body + rest
			}
			body += piece
		}
	}
	return subject, strings.TrimSuffix(body, "；") + "。"
}

// Prune forgets what was told before a moment.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM alerts WHERE told IS NOT NULL AND told < ?`,
		before.UnixMilli()); err != nil {
		return fmt.Errorf("forget alerts: %w", err)
	}
	return nil
}
