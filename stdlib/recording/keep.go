package recording

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// The errors of keeping recordings.
var (
	ErrHeld    = errors.New("the recording is held: it may not be deleted")
	ErrDeleted = errors.New("the recording is deleted")
	ErrWhy     = errors.New("who does it says so, and why")
)

// Hold keeps a recording from being deleted, by whatever rule, until it is released. Holding it again changes who and
// why. The outcome is not_found; ErrDeleted is for what is gone.
func (s *Store) Hold(ctx context.Context, id, who, why string, now time.Time) error {
	who, why = intake.Line(who, intake.MaxName), intake.Line(why, intake.MaxNote)
	if who == "" || why == "" {
		return ErrWhy
	}
	return s.change(ctx, id, `UPDATE recordings SET held_at = ?, held_by = ?, held_why = ?
		WHERE id = ? AND deleted_at = 0`, now.UnixMilli(), who, why, id)
}

// Release lets a recording be deleted again. Who held it before is written nowhere else: the log tells.
func (s *Store) Release(ctx context.Context, id string) error {
	return s.change(ctx, id, `UPDATE recordings SET held_at = 0, held_by = '', held_why = ''
		WHERE id = ? AND deleted_at = 0`, id)
}

// Delete notes that a recording is deleted, by whom and why. Its row stays, with who has listened; its file is still
// there, for who calls this to remove, and to say so with Gone.
func (s *Store) Delete(ctx context.Context, id, who, why string, now time.Time) error {
	who, why = intake.Line(who, intake.MaxName), intake.Line(why, intake.MaxNote)
	if who == "" || why == "" {
		return ErrWhy
	}
	return s.change(ctx, id, `UPDATE recordings SET deleted_at = ?, deleted_by = ?, deleted_why = ?
		WHERE id = ? AND deleted_at = 0 AND held_at = 0`, now.UnixMilli(), who, why, id)
}

// change runs an update of one recording, and tells why it changed none.
func (s *Store) change(ctx context.Context, id, query string, args ...any) error {
	err := db.Changed(s.db.Exec(ctx, query, args...))
	if !errors.Is(err, db.ErrConflict) {
		if err != nil {
			return fmt.Errorf("change a recording: %w", err)
		}
		return nil
	}
	switch r, err := s.Get(ctx, id); {
	case err != nil:
		return err
	case r.At > 0:
		return ErrDeleted
	case r.HeldAt > 0:
		return ErrHeld
	}
	return fn.Outcome("not_found") // it came and went meanwhile
}

// Gone notes that the file of a deleted recording is removed.
func (s *Store) Gone(ctx context.Context, id string) error {
	if _, err := s.db.Exec(ctx, `UPDATE recordings SET file = '' WHERE id = ? AND deleted_at > 0`, id); err != nil {
		return fmt.Errorf("note that a recording is gone: %w", err)
	}
	return nil
}

// Claim notes that a recording lies on a node's disk, where that was not written down.
func (s *Store) Claim(ctx context.Context, id, node string) error {
	if _, err := s.db.Exec(ctx, `UPDATE recordings SET node = ? WHERE id = ? AND node = ''`, node, id); err != nil {
		return fmt.Errorf("note where a recording lies: %w", err)
	}
	return nil
}

// Left lists the recordings of a node that are deleted and whose files are not removed yet.
func (s *Store) Left(ctx context.Context, node string, most int) ([]Recording, error) {
	var list []Recording
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM recordings
		WHERE deleted_at > 0 AND file <> '' AND node = ? ORDER BY id LIMIT ?`, node, most)
	if err != nil {
		return nil, fmt.Errorf("list what is to be removed: %w", err)
	}
	return list, nil
}

// Expired lists the recordings of a kind on a node made before a moment that nobody holds, the oldest first. A message
// that nobody has dealt with does not expire.
func (s *Store) Expired(ctx context.Context, node, kind string, before time.Time, most int) ([]Recording, error) {
	var list []Recording
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM recordings r
		WHERE kind = ? AND made_at < ? AND deleted_at = 0 AND held_at = 0 AND node = ?
		AND NOT EXISTS (SELECT 1 FROM voicemails v WHERE v.recording = r.id AND v.state <> 'done')
		ORDER BY made_at, id LIMIT ?`, kind, before.UnixMilli(), node, most)
	if err != nil {
		return nil, fmt.Errorf("list what has been kept long enough: %w", err)
	}
	return list, nil
}

// Files visits the recordings of a node, and of none, in the order of their ids, deleted ones with a file left too.
func (s *Store) Files(ctx context.Context, node string, visit func(Recording)) error {
	for after := ""; ; {
		var list []Recording
		byID := `id` + s.db.Engine().ByteOrder()
		err := s.db.Select(ctx, &list, `SELECT `+columns+`, deleted_at FROM recordings
			WHERE `+byID+` > ? AND file <> '' AND (node = ? OR node = '') ORDER BY `+byID+` LIMIT 1000`, after, node)
		if err != nil {
			return fmt.Errorf("list the files of recordings: %w", err)
		}
		for _, r := range list {
			visit(r)
		}
		if len(list) < 1000 {
			return nil
		}
		after = list[len(list)-1].ID
	}
}
