// Package recording is the index of recordings: which call, which telephone, when, how long, where the file lies, what
// it is bound to and who has listened.
package recording

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Recording is one recording. Length and moments are milliseconds.
type Recording struct {
	ID     string `db:"id"`
	CallID string `db:"call_id"`
	Phone  string `db:"phone"` // the other party's
	Agent  string `db:"agent"`
	File   string `db:"file"` // within the folder of recordings
	MadeAt int64  `db:"made_at"`
	Length int64  `db:"length"`
	Gap    bool   `db:"gap"` // something is missing: the disk was full
}

// Record is the recording as flows see it: id, moment, length, telephone.
func (r Recording) Record() value.Value {
	return value.Record(value.Text(r.ID), value.Int(r.MadeAt), value.Int(r.Length), intake.Optional(r.Phone))
}

const columns = `id, call_id, phone, agent, file, made_at, length, gap`

// Store answers for the recordings in a database.
type Store struct{ db *db.DB }

// New returns the recordings in d.
func New(d *db.DB) *Store { return &Store{d} }

// Put enters a recording; entering it again (it was not known whether the first time succeeded) changes what may have
// grown: length, gap, agent.
func (s *Store) Put(ctx context.Context, r Recording) error {
	r.ID, r.File = intake.Line(r.ID, 200), intake.Line(r.File, 500)
	if r.ID == "" || r.File == "" || r.Length < 0 {
		return errors.New("a recording has an id, a file and a length")
	}
	gap := 0
	if r.Gap {
		gap = 1
	}
	_, err := s.db.Exec(ctx, `INSERT INTO recordings (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET length = excluded.length, gap = excluded.gap, agent = excluded.agent`,
		r.ID, intake.Line(r.CallID, 128), intake.Phone(r.Phone), intake.Line(r.Agent, intake.MaxName), r.File, r.MadeAt,
		r.Length, gap)
	if err != nil {
		return fmt.Errorf("enter a recording: %w", err)
	}
	return nil
}

// Get reads a recording. The outcome is not_found.
func (s *Store) Get(ctx context.Context, id string) (Recording, error) {
	var r Recording
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM recordings WHERE id = ?`, intake.Line(id, 200))
	if db.IsNotFound(err) {
		return r, fn.Outcome("not_found")
	}
	if err != nil {
		return r, fmt.Errorf("read a recording: %w", err)
	}
	return r, nil
}

// Query narrows a search; what is zero does not.
type Query struct {
	Phone, Agent, Ticket, CallID string
	From, To                     time.Time // from is included
	Longer, Shorter              time.Duration
	Before                       int64 // page: MadeAt of the last one of the page before
	Limit                        int   // 100 if 0, at most 1,000
}

// Find lists recordings, the latest first.
func (s *Store) Find(ctx context.Context, q Query) ([]Recording, error) {
	query, args := `SELECT `+columns+` FROM recordings WHERE 1 = 1`, []any(nil)
	and := func(condition string, arg any) { query += ` AND ` + condition; args = append(args, arg) }
	if q.Phone != "" {
		and(`phone = ?`, intake.Phone(q.Phone))
	}
	if q.Agent != "" {
		and(`agent = ?`, q.Agent)
	}
	if q.CallID != "" {
		and(`call_id = ?`, q.CallID)
	}
	if q.Ticket != "" {
		and(`id IN (SELECT recording FROM ticket_recordings WHERE ticket = ?)`, q.Ticket)
	}
	if !q.From.IsZero() {
		and(`made_at >= ?`, q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		and(`made_at < ?`, q.To.UnixMilli())
	}
	if q.Longer > 0 {
		and(`length >= ?`, q.Longer.Milliseconds())
	}
	if q.Shorter > 0 {
		and(`length < ?`, q.Shorter.Milliseconds())
	}
	if q.Before > 0 {
		and(`made_at < ?`, q.Before)
	}
	if q.Limit <= 0 {
		q.Limit = 100
	}
	var list []Recording
	if err := s.db.Select(ctx, &list, query+` ORDER BY made_at DESC, id LIMIT ?`,
		append(args, min(q.Limit, 1000))...); err != nil {
		return nil, fmt.Errorf("find recordings: %w", err)
	}
	return list, nil
}

// Bind binds a recording to a ticket. Binding it again does nothing. The outcome is not_found, of the ticket: the
// recording may still be running and be entered later.
func (s *Store) Bind(ctx context.Context, id, ticket string, now time.Time) error {
	id, ticket = intake.Line(id, 200), intake.Digits(ticket, 10)
	if id == "" || ticket == "" {
		return fn.Outcome("not_found")
	}
	_, err := s.db.Exec(ctx,
		`INSERT INTO ticket_recordings (ticket, recording, bound_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, ticket,
		id, now.UnixMilli())
	if db.IsForeignKey(err) {
		return fn.Outcome("not_found")
	}
	if err != nil {
		return fmt.Errorf("bind a recording: %w", err)
	}
	return nil
}

// Played notes that somebody listened to a recording. The outcome is not_found.
func (s *Store) Played(ctx context.Context, id, who string, now time.Time) error {
	_, err := s.db.Exec(ctx, `INSERT INTO recording_plays (recording, at, who) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		id, now.UnixMilli(), intake.Line(who, intake.MaxName))
	if db.IsForeignKey(err) {
		return fn.Outcome("not_found")
	}
	if err != nil {
		return fmt.Errorf("note who listened: %w", err)
	}
	return nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"recording.find": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			phone := intake.Args(args).Phone(0)
			if phone == "" {
				return value.Value{}, fn.Outcome("not_found")
			}
			list, err := s.Find(ctx, Query{Phone: phone, Limit: 20})
			if err == nil && len(list) == 0 {
				err = fn.Outcome("not_found")
			}
			items := make([]value.Value, len(list))
			for i, r := range list {
				items[i] = r.Record()
			}
			return value.List(items...), err
		},
		"recording.bind": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			return value.Bool(true), s.Bind(ctx, a.Text(0, 200), a.Digits(1, 10), c.Now)
		},
	}
}
