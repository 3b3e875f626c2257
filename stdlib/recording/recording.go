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

// The kinds of recordings.
const (
	OfCall      = "call"      // a whole call, both sides
	OfStep      = "step"      // what a caller said to a step of the flow
	OfVoicemail = "voicemail" // a message in a mailbox
)

// Recording is one recording. Length and moments are milliseconds.
type Recording struct {
	ID      string `db:"id"`
	CallID  string `db:"call_id"`
	Phone   string `db:"phone"` // the other party's
	Agent   string `db:"agent"`
	File    string `db:"file"` // within the folder of recordings; "" once it is deleted and gone
	MadeAt  int64  `db:"made_at"`
	Length  int64  `db:"length"`
	Gap     bool   `db:"gap"`  // something is missing: the disk was full
	Kind    string `db:"kind"` // OfCall unless given
	Node    string `db:"node"` // on whose disk it lies; "" where that was not written down yet
	HeldAt  int64  `db:"held_at"`
	HeldBy  string `db:"held_by"`
	HeldWhy string `db:"held_why"`
	Deleted
}

// Deleted is when, by whom and why a recording was deleted; At is 0 for one that is there.
type Deleted struct {
	At  int64  `db:"deleted_at"`
	By  string `db:"deleted_by"`
	Why string `db:"deleted_why"`
}

// Record is the recording as flows see it: id, moment, length, telephone.
func (r Recording) Record() value.Value {
	return value.Record(value.Text(r.ID), value.Int(r.MadeAt), value.Int(r.Length), intake.Optional(r.Phone))
}

const columns = `id, call_id, phone, agent, file, made_at, length, gap, kind, node`

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
	if r.Kind == "" {
		r.Kind = OfCall
	}
	_, err := s.db.Exec(ctx, `INSERT INTO recordings (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET length = excluded.length, gap = excluded.gap, agent = excluded.agent`,
		r.ID, intake.Line(r.CallID, 128), intake.Phone(r.Phone), intake.Line(r.Agent, intake.MaxName), r.File, r.MadeAt,
		r.Length, gap, r.Kind, r.Node)
	if err != nil {
		return fmt.Errorf("enter a recording: %w", err)
	}
	return nil
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

// Of lists the recordings of a telephone that are there, the latest first, without what is known of their calls.
func (s *Store) Of(ctx context.Context, phone string, most int) ([]Recording, error) {
	var list []Recording
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM recordings WHERE phone = ? AND deleted_at = 0
		ORDER BY made_at DESC, id LIMIT ?`, phone, most)
	if err != nil {
		return nil, fmt.Errorf("list the recordings of a telephone: %w", err)
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"recording.find": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			phone := intake.Args(args).Phone(0)
			if phone == "" {
				return value.Value{}, fn.Outcome("not_found")
			}
			list, err := s.Of(ctx, phone, 20)
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
