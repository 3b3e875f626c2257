// Package voicemail is what callers leave in mailboxes: new until somebody listens, then theirs, then done, with what
// was replied.
package voicemail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// State is where a voicemail stands.
type State string

// The states.
const (
	New  State = "new"
	Read State = "read" // somebody has listened and holds it
	Done State = "done" // answered, or nothing to answer
)

// Voicemail is one voicemail. Length and moments are milliseconds.
type Voicemail struct {
	Recording  string `db:"recording"` // its id, and the voicemail's
	Mailbox    string `db:"mailbox"`
	Phone      string `db:"phone"`
	Length     int64  `db:"length"`
	ReceivedAt int64  `db:"received_at"`
	State      State  `db:"state"`
	Holder     string `db:"holder"`
	Reply      string `db:"reply"` // what was done: a note, or the id of the call back
	ChangedAt  int64  `db:"changed_at"`
}

const columns = `recording, mailbox, phone, length, received_at, state, holder, reply, changed_at`

// ErrHeld is for who wants what another holds, or what is done.
var ErrHeld = errors.New("another person holds the voicemail, or it is done")

// Store answers for the voicemails in a database.
type Store struct{ db *db.DB }

// Open returns the voicemails in d.
func Open(d *db.DB) *Store { return &Store{d} }

// Put enters a voicemail, and tells whether it was not there yet; entering it again changes nothing.
func (s *Store) Put(ctx context.Context, q db.Queryer, v Voicemail) (added bool, err error) {
	if v.Recording = intake.Line(v.Recording, 200); v.Recording == "" || v.Length < 0 {
		return false, errors.New("a voicemail has a recording and a length")
	}
	err = db.Changed(q.Exec(ctx,
		`INSERT INTO voicemails (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, '', '', ?) ON CONFLICT (recording) DO NOTHING`,
		v.Recording, intake.Line(v.Mailbox, intake.MaxName), intake.Phone(v.Phone), v.Length, v.ReceivedAt, string(New),
		v.ReceivedAt))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("enter a voicemail: %w", err)
	}
	return true, nil
}

// Get reads a voicemail. The outcome is not_found.
func (s *Store) Get(ctx context.Context, recording string) (Voicemail, error) {
	var v Voicemail
	err := s.db.Get(ctx, &v, `SELECT `+columns+` FROM voicemails WHERE recording = ?`, recording)
	if db.IsNotFound(err) {
		return v, fn.Outcome("not_found")
	}
	if err != nil {
		return v, fmt.Errorf("read a voicemail: %w", err)
	}
	return v, nil
}

// Listen makes a voicemail somebody's who has listened to it. Two who listen at the same moment: one holds it, the
// other gets ErrHeld. Who holds it may listen again.
func (s *Store) Listen(ctx context.Context, recording, who string, now time.Time) error {
	if who == "" {
		return errors.New("nobody listens")
	}
	return s.change(ctx, recording,
		`UPDATE voicemails SET state = 'read', holder = ?, changed_at = ? WHERE recording = ? AND (state = 'new' OR state = 'read' AND holder = ?)`,
		who, now.UnixMilli(), recording, who)
}

// Finish closes a voicemail that somebody holds, with what was replied: by a call back, by text, or why not at all.
func (s *Store) Finish(ctx context.Context, recording, who, reply string, now time.Time) error {
	return s.change(ctx, recording,
		`UPDATE voicemails SET state = 'done', reply = ?, changed_at = ? WHERE recording = ? AND state = 'read' AND holder = ?`,
		intake.Text(reply, intake.MaxNote), now.UnixMilli(), recording, who)
}

// Release gives a voicemail back that somebody holds: it is new again.
func (s *Store) Release(ctx context.Context, recording, who string, now time.Time) error {
	return s.change(ctx, recording,
		`UPDATE voicemails SET state = 'new', holder = '', changed_at = ? WHERE recording = ? AND state = 'read' AND holder = ?`,
		now.UnixMilli(), recording, who)
}

func (s *Store) change(ctx context.Context, recording, query string, args ...any) error {
	err := db.Changed(s.db.Exec(ctx, query, args...))
	if errors.Is(err, db.ErrConflict) {
		if _, err := s.Get(ctx, recording); err != nil {
			return err
		}
		return ErrHeld
	}
	if err != nil {
		return fmt.Errorf("change a voicemail: %w", err)
	}
	return nil
}

// After is where a page ends and the next begins.
type After struct {
	ReceivedAt int64
	Recording  string
}

// Page lists the voicemails in a state ("" for all) of a mailbox ("" for all), the oldest first, from after one on, at
// most limit: who waits longest is answered first. They are those of the calls of a part of the office.
func (s *Store) Page(ctx context.Context, mailbox string, state State, of call.Within, after After, limit int) (
	[]Voicemail, error) {
	var list []Voicemail
	byID := `recording` + s.db.Engine().ByteOrder()
	query, args := `SELECT `+columns+` FROM voicemails
		WHERE (? = '' OR mailbox = ?) AND (? = '' OR state = ?) AND (received_at > ? OR received_at = ? AND `+byID+` > ?)`,
		[]any{mailbox, mailbox, string(state), string(state), after.ReceivedAt, after.ReceivedAt, after.Recording}
	if condition, with := of.Where(s.db.Engine(), `r.call_id`); condition != "" {
		query += ` AND EXISTS (SELECT 1 FROM recordings r WHERE r.id = voicemails.recording AND ` + condition + `)`
		args = append(args, with...)
	}
	query, args, err := db.In(query+` ORDER BY received_at, `+byID+` LIMIT ?`,
		append(args, min(max(limit, 1), 1000))...)
	if err == nil {
		err = s.db.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("list the voicemails: %w", err)
	}
	return list, nil
}

// Count counts the voicemails of a mailbox, of all if it is "": those that are new, and those that somebody has heard
// and not finished.
func (s *Store) Count(ctx context.Context, mailbox string) (fresh, heard int64, err error) {
	var n struct{ Fresh, Heard int64 }
	err = s.db.Get(ctx, &n, `SELECT COALESCE(SUM(CASE WHEN state = 'new' THEN 1 ELSE 0 END), 0) AS fresh,
		COALESCE(SUM(CASE WHEN state = 'read' THEN 1 ELSE 0 END), 0) AS heard
		FROM voicemails WHERE state <> 'done' AND (? = '' OR mailbox = ?)`, mailbox, mailbox)
	if err != nil {
		return 0, 0, fmt.Errorf("count the voicemails: %w", err)
	}
	return n.Fresh, n.Heard, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"voicemail.unread": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			n, _, err := s.Count(ctx, intake.Args(args).Text(0, intake.MaxName))
			return value.Int(n * 1_000_000), err
		},
	}
}
