// Package followup keeps the follow-ups that people do: a target that a campaign gave up, a ticket that was answered.
// They are shared out among people, handed on, and closed with what came of them; each step is written down.
//
//	Share ─▶ open ─Hand─▶ open, another's ─Close─▶ done
//
// What is shared out twice is one follow-up; of two who change one at once the second gets db.ErrConflict.
package followup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// The states of a follow-up.
const (
	Open = "open"
	Done = "done"
)

// The errors of orders.
var (
	ErrNobody = errors.New("nobody is named to whom it goes")
	ErrNone   = errors.New("there is no such follow-up")
)

// FollowUp is one.
type FollowUp struct {
	ID        string `db:"id"`
	Source    string `db:"source"` // run/ordinal of a campaign's target, or a ticket's number
	About     string `db:"about"`  // the campaign, or the ticket's class
	Phone     string `db:"phone"`
	Assignee  string `db:"assignee"`
	State     string `db:"state"`
	Version   int64  `db:"version"`    // grows with each step
	ChangedAt int64  `db:"changed_at"` // Unix milliseconds
}

// Move is a step of a follow-up.
type Move struct {
	Version  int64  `db:"version"`
	At       int64  `db:"at"`
	Actor    string `db:"actor"`
	Assignee string `db:"assignee"` // whose it is then; "" when it is done
	Note     string `db:"note"`
}

const columns = `id, source, about, phone, assignee, state, version, changed_at`

// Item is something to be followed up.
type Item struct {
	Source string `db:"source"`
	About  string `db:"about"`
	Phone  string `db:"phone"`
}

// Store keeps the follow-ups in a database.
type Store struct{ db *db.DB }

// New returns the follow-ups in d.
func New(d *db.DB) *Store { return &Store{d} }

// GivenUp lists the targets that the latest run of a campaign has given up and that are no follow-ups yet.
func (s *Store) GivenUp(ctx context.Context, campaign string) ([]Item, error) {
	var list []Item
	err := s.db.Select(ctx, &list, `SELECT t.run || '/' || CAST(t.ordinal AS TEXT) AS source, r.campaign AS about, t.number AS phone
		FROM campaign_targets t JOIN campaign_runs r ON r.id = t.run
		WHERE t.run = (SELECT id FROM campaign_runs WHERE campaign = ? ORDER BY started_at DESC, id DESC LIMIT 1)
		AND t.state IN ('closing', 'over')
		AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.source = t.run || '/' || CAST(t.ordinal AS TEXT))
		ORDER BY t.ordinal LIMIT ?`, campaign, fn.LongList)
	if err != nil {
		return nil, fmt.Errorf("list whom a campaign gave up: %w", err)
	}
	return list, nil
}

// Share shares items out among people, in turns, those first who have least to do; it tells how many are new.
func (s *Store) Share(ctx context.Context, items []Item, to []string, by string, now int64) (made int, err error) {
	for i := range to {
		to[i] = intake.Line(to[i], intake.MaxName)
	}
	to = slices.DeleteFunc(slices.Clone(to), func(name string) bool { return name == "" })
	if len(to) == 0 {
		return 0, ErrNobody
	}
	busy := make(map[string]int64, len(to))
	for _, name := range to {
		var n int64
		if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM follow_ups WHERE assignee = ? AND state = ?`, name,
			Open); err != nil {
			return 0, fmt.Errorf("count the follow-ups of a person: %w", err)
		}
		busy[name] = n
	}
	for part := range slices.Chunk(items, 500) {
		here := 0
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			here = 0
			for _, x := range part {
				name := slices.MinFunc(to, func(a, b string) int { return cmp.Compare(busy[a], busy[b]) })
				new, err := enter(ctx, tx, x, name, by, now)
				if err != nil {
					return err
				}
				if new {
					here++
					busy[name]++
				}
			}
			return nil
		})
		if err != nil {
			return made, fmt.Errorf("share out follow-ups: %w", err)
		}
		made += here
	}
	return made, nil
}

func enter(ctx context.Context, tx *db.Tx, x Item, name, by string, now int64) (new bool, err error) {
	sum := sha256.Sum256([]byte(x.Source))
	id := hex.EncodeToString(sum[:5])
	err = db.Changed(tx.Exec(ctx, `INSERT INTO follow_ups (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, 1, ?)
		ON CONFLICT DO NOTHING`, id, intake.Line(x.Source, 200), intake.Line(x.About, intake.MaxName),
		intake.Phone(x.Phone), name, Open, now))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, moved(ctx, tx, id, Move{1, now, by, name, ""})
}

func moved(ctx context.Context, tx *db.Tx, id string, m Move) error {
	_, err := tx.Exec(ctx, `INSERT INTO follow_up_moves (follow_up, version, at, actor, assignee, note)
		VALUES (?, ?, ?, ?, ?, ?)`, id, m.Version, m.At, intake.Line(m.Actor, intake.MaxName), m.Assignee,
		intake.Text(m.Note, intake.MaxNote))
	return err
}

// Hand gives an open follow-up to another person.
func (s *Store) Hand(ctx context.Context, f FollowUp, to, note, by string, now int64) error {
	if to = intake.Line(to, intake.MaxName); to == "" {
		return ErrNobody
	}
	return s.step(ctx, f, Open, to, Move{At: now, Actor: by, Assignee: to, Note: note})
}

// Close ends a follow-up, with what came of it.
func (s *Store) Close(ctx context.Context, f FollowUp, note, by string, now int64) error {
	return s.step(ctx, f, Done, f.Assignee, Move{At: now, Actor: by, Note: note})
}

// step changes a follow-up that is still as it was read.
func (s *Store) step(ctx context.Context, f FollowUp, state, assignee string, m Move) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		m.Version = f.Version + 1
		if err := db.Changed(tx.Exec(ctx, `UPDATE follow_ups SET state = ?, assignee = ?, version = ?, changed_at = ?
			WHERE id = ? AND state = ? AND version = ?`, state, assignee, m.Version, m.At, f.ID, Open,
			f.Version)); err != nil {
			return err
		}
		return moved(ctx, tx, f.ID, m)
	})
	if err != nil {
		return fmt.Errorf("change a follow-up: %w", err)
	}
	return nil
}

// Mark is the place of a follow-up in lists; none is before the first.
type Mark struct {
	At int64 // when it was changed last
	ID string
}

// List lists follow-ups in a state after a place, of one person or of all if of is "", those that have waited longest
// first.
func (s *Store) List(ctx context.Context, of, state string, after Mark, limit int) ([]FollowUp, error) {
	var list []FollowUp
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM follow_ups WHERE state = ? AND (? = '' OR assignee = ?)
		AND (changed_at > ? OR changed_at = ? AND id > ?) ORDER BY changed_at, id LIMIT ?`, state, of, of, after.At,
		after.At, after.ID, max(limit, 1))
	if err != nil {
		return nil, fmt.Errorf("list the follow-ups: %w", err)
	}
	return list, nil
}

// Get is one with its steps; ErrNone if there is none of this id.
func (s *Store) Get(ctx context.Context, id string) (f FollowUp, moves []Move, err error) {
	err = s.db.Get(ctx, &f, `SELECT `+columns+` FROM follow_ups WHERE id = ?`, intake.Line(id, 20))
	if db.IsNotFound(err) {
		return f, nil, ErrNone
	}
	if err == nil {
		err = s.db.Select(ctx, &moves, `SELECT version, at, actor, assignee, note FROM follow_up_moves WHERE follow_up = ?
			ORDER BY version`, f.ID)
	}
	if err != nil {
		return f, nil, fmt.Errorf("read a follow-up: %w", err)
	}
	return f, moves, nil
}
