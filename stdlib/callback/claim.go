package callback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// Owner is a start of a server.
type Owner struct{ Node, Boot string }

// Claim takes a callback for a server that is about to call the number. Of several servers, and of several callbacks to
// a number, one gets it: ErrDone for the others, as for one that is not to be called any more.
func (s *Store) Claim(ctx context.Context, id string, o Owner, now time.Time) error {
	err := db.Changed(s.db.Exec(ctx,
		`UPDATE callbacks SET state = ?, node = ?, boot = ?, changed_at = ? WHERE id = ? AND state = ?`,
		string(Calling), o.Node, o.Boot, now.UnixMilli(), id, string(New)))
	if errors.Is(err, db.ErrConflict) {
		return ErrDone
	}
	if db.IsConflict(err) {
		return ErrBusy
	}
	if err != nil {
		return fmt.Errorf("claim a callback: %w", err)
	}
	return nil
}

// ErrBusy means that the number is called already, for another callback.
var ErrBusy = errors.New("the number is being called")

// Settle writes what became of a callback that is not done: New again, Missed, Task, or Done by an agent. Settling one
// that is done changes nothing.
func (s *Store) Settle(ctx context.Context, id string, state State, by, note string, now time.Time) error {
	_, err := s.db.Exec(ctx, `UPDATE callbacks SET state = ?, done_by = ?, note = ?, node = '', boot = '', changed_at = ?
		WHERE id = ? AND state <> ? AND state <> ?`,
		string(state), intake.Line(by, intake.MaxName), intake.Text(note, intake.MaxNote), now.UnixMilli(), id,
		string(Done), string(Task))
	if err != nil {
		return fmt.Errorf("settle a callback: %w", err)
	}
	return nil
}

// Due lists who is to be called, and who did not answer and has the place still, by their places; at most limit.
func (s *Store) Due(ctx context.Context, limit int) ([]Callback, error) {
	var list []Callback
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM callbacks WHERE state IN (?, ?, ?) ORDER BY since, id`+
		s.db.Engine().ByteOrder()+` LIMIT ?`, string(New), string(Calling), string(Missed), limit)
	if err != nil {
		return nil, fmt.Errorf("list the callbacks that are due: %w", err)
	}
	return list, nil
}

// Free lets those be called again whom a server was calling that is gone; none of them had reached an agent. With an
// empty boot it is every start of the node but the one that is given as but.
func Free(ctx context.Context, d *db.DB, o Owner, but string, now time.Time) (int64, error) {
	r, err := d.Exec(ctx, `UPDATE callbacks SET state = ?, node = '', boot = '', changed_at = ?
		WHERE state = ? AND node = ? AND (boot = ? OR ? = '' AND boot <> ?)`,
		string(New), now.UnixMilli(), string(Calling), o.Node, o.Boot, o.Boot, but)
	if err != nil {
		return 0, fmt.Errorf("free the callbacks of a server that is gone: %w", err)
	}
	return r.RowsAffected()
}
