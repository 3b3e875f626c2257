// Package notice is what the bureau announces: by its document number, with a topic and the day it is published.
package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// most bounds what a caller is read, usual is what is read if the flow does not say.
const most, usual = 20, 3

// Notice is an announcement.
type Notice struct {
	Number    string     `db:"number"` // of the document: 2026年第1号
	Title     string     `db:"title"`
	Summary   string     `db:"summary"` // what callers hear
	Topic     string     `db:"topic"`
	Published hours.Date `db:"published"`
	Expires   hours.Date `db:"expires"` // the first day on which it is no longer read out; 0: never
	Withdrawn bool       `db:"withdrawn"`
}

// Record is the notice as flows see it: title, summary, number, day of publication.
func (n Notice) Record() value.Value {
	return value.Record(value.Text(n.Title), intake.Optional(n.Summary), intake.Optional(n.Number),
		value.Int(int64(n.Published)))
}

// Store answers for the notices in a database.
type Store struct {
	db   *db.DB
	zone *time.Location
}

// New returns the notices in d; zone is that of "today", China's if nil.
func New(d *db.DB, zone *time.Location) *Store { return &Store{d, zone} }

// Put enters a notice, or changes it.
func (s *Store) Put(ctx context.Context, n Notice) error {
	n.Number, n.Title, n.Topic = intake.Line(n.Number, intake.MaxName), intake.Line(n.Title, intake.MaxName),
		intake.Line(n.Topic, intake.MaxName)
	if n.Number == "" || n.Title == "" {
		return errors.New("a notice has a number and a title")
	}
	_, err := s.db.Exec(ctx, `INSERT INTO notices (number, title, summary, topic, published, expires, withdrawn) VALUES (?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (number) DO UPDATE SET title = excluded.title, summary = excluded.summary, topic = excluded.topic,
		published = excluded.published, expires = excluded.expires, withdrawn = 0`,
		n.Number, n.Title, intake.Text(n.Summary, intake.MaxNote), n.Topic, int64(n.Published), int64(n.Expires))
	if err != nil {
		return fmt.Errorf("enter a notice: %w", err)
	}
	return nil
}

// Withdraw takes a notice back: it is kept and no longer read out. The outcome is not_found.
func (s *Store) Withdraw(ctx context.Context, number string) error {
	err := db.Changed(s.db.Exec(ctx, `UPDATE notices SET withdrawn = 1 WHERE number = ?`, number))
	if db.IsConflict(err) {
		return fn.Outcome("not_found")
	}
	return err
}

// Latest lists the notices of a topic ("" for all) that are out on a day, the latest first, at most count (3 if it is 0
// or less, 20 at most). The outcome is not_found.
func (s *Store) Latest(ctx context.Context, topic string, count int64, today hours.Date) ([]Notice, error) {
	if count <= 0 {
		count = usual
	}
	var list []Notice
	err := s.db.Select(ctx, &list, `SELECT number, title, summary, topic, published, expires, withdrawn FROM notices
		WHERE withdrawn = 0 AND published <= ? AND (expires = 0 OR expires > ?) AND (? = '' OR topic = ?)
		ORDER BY published DESC, number DESC LIMIT ?`, int64(today), int64(today), topic, topic, min(count, most))
	if err != nil {
		return nil, fmt.Errorf("list the notices: %w", err)
	}
	if len(list) == 0 {
		return nil, fn.Outcome("not_found")
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	answer := func(ctx context.Context, c fn.Caller, topic string, count int64) (value.Value, error) {
		list, err := s.Latest(ctx, topic, count, intake.Day(c.Now, s.zone))
		items := make([]value.Value, len(list))
		for i, n := range list {
			items[i] = n.Record()
		}
		return value.List(items...), err
	}
	return map[string]fn.Func{
		"notice.latest": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			return answer(ctx, c, "", intake.Args(args).Int(0, 0)/1_000_000)
		},
		"notice.by_topic": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			topic := intake.Args(args).Text(0, intake.MaxName)
			if topic == "" {
				return value.Value{}, fn.Outcome("not_found")
			}
			return answer(ctx, c, topic, intake.Args(args).Int(1, 0)/1_000_000)
		},
	}
}
