package campaign

import (
	"context"
	"errors"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// Early is what was heard before an attempt ended without an answer.
type Early struct {
	CallID string `db:"call_id"`
	At     int64  `db:"at"`
	Tone   string `db:"tone"`  // "" for none
	Class  string `db:"class"` // of the announcement, "" if nobody knows it
	Name   string `db:"name"`  // of the reference that it was recognised by
	Spoke  bool   `db:"spoke"` // somebody or something spoke as long as an announcement
	Kin    string `db:"kin"`   // the call of the first that sounds alike; "": it was not compared yet
	Clip   []byte `db:"clip"`  // A-law of 8,000 samples a second; empty when it is not kept any more
}

// unsaid is the kin of those in whose sound nothing is said after all.
const unsaid = "-"

// Hear writes down what was heard before an attempt ended.
func (s *Store) Hear(ctx context.Context, e Early) error {
	_, err := s.db.Exec(ctx, `INSERT INTO campaign_early (call_id, at, tone, class, name, spoke, kin, clip)
		VALUES (?, ?, ?, ?, ?, ?, '', ?) ON CONFLICT (call_id) DO NOTHING`, e.CallID, e.At, e.Tone, e.Class,
		intake.Line(e.Name, 200), number(e.Spoke), append([]byte{}, e.Clip...))
	return err
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Unsorted lists what nobody knows and nobody has compared yet, the oldest first.
func (s *Store) Unsorted(ctx context.Context, limit int) ([]Early, error) {
	var list []Early
	err := s.db.Select(ctx, &list, `SELECT call_id, at, tone, class, name, spoke = 1 AS spoke, kin, clip
		FROM campaign_early WHERE spoke = 1 AND class = '' AND kin = '' ORDER BY at, call_id LIMIT ?`, limit)
	return list, err
}

// Sort writes down what an unknown announcement sounds like: the call of another, its own if it is the first of its
// kind, or "" where nothing is said in it.
func (s *Store) Sort(ctx context.Context, callID, kin string) error {
	if kin == "" {
		kin = unsaid
	}
	_, err := s.db.Exec(ctx, `UPDATE campaign_early SET kin = ? WHERE call_id = ? AND kin = ''`, kin, callID)
	return err
}

// Join lets two kinds that turned out to sound alike be one.
func (s *Store) Join(ctx context.Context, kin, into string) error {
	_, err := s.db.Exec(ctx, `UPDATE campaign_early SET kin = ? WHERE kin = ?`, into, kin)
	return err
}

// Cluster is unknown announcements that sound alike.
type Cluster struct {
	Kin   string `db:"kin"`
	N     int64  `db:"n"`
	First int64  `db:"first_at"`
	Last  int64  `db:"last_at"`
}

// Clusters lists the kinds of unknown announcements of which a sound is kept, those heard most often first.
func (s *Store) Clusters(ctx context.Context, limit int) ([]Cluster, error) {
	var list []Cluster
	err := s.db.Select(ctx, &list, `SELECT kin, COUNT(*) AS n, MIN(at) AS first_at, MAX(at) AS last_at
		FROM campaign_early WHERE spoke = 1 AND class = '' AND kin NOT IN ('', '-') GROUP BY kin
		HAVING MAX(LENGTH(clip)) > 0 ORDER BY COUNT(*) DESC, kin LIMIT ?`, limit)
	return list, err
}

// ErrNoCluster tells that there is no such kind of unknown announcements.
var ErrNoCluster = errors.New("there is no such kind of unknown announcements")

// Sounds are sounds of a kind of unknown announcements, the longest first. ErrNoCluster if there are none.
func (s *Store) Sounds(ctx context.Context, kin string, limit int) ([][]byte, error) {
	var list [][]byte
	err := s.db.Select(ctx, &list, `SELECT clip FROM campaign_early WHERE spoke = 1 AND class = '' AND kin = ?
		AND LENGTH(clip) > 0 ORDER BY LENGTH(clip) DESC, call_id LIMIT ?`, kin, limit)
	if err == nil && len(list) == 0 {
		err = ErrNoCluster
	}
	return list, err
}

// OfKin lists attempts behind a kind of unknown announcements, in the order of their targets, after one of them.
func (s *Store) OfKin(ctx context.Context, kin string, after Attempt, limit int) ([]Attempt, error) {
	var list []Attempt
	err := s.db.Select(ctx, &list, `SELECT `+attemptColumns+` FROM campaign_attempts WHERE call_id IN
		(SELECT call_id FROM campaign_early WHERE spoke = 1 AND class = '' AND kin = ?)
		AND (run > ? OR run = ? AND ordinal > ?) ORDER BY run, ordinal, attempt LIMIT ?`, kin, after.Run, after.Run,
		after.Ordinal, limit)
	return list, err
}

// Replan is what becomes of a target when announcements before its attempts were named.
type Replan struct {
	Before  Target   // as it was when it was decided
	Calls   []string // of the attempts that end otherwise now
	Kinds   []string // of unknown announcements that were named
	Class   string
	Name    string
	Outcome string // of the attempts; "" leaves it
	Plan    bool   // the target goes where After says
	After   Target // its State, DueAt, Counted and Free
}

// Replan writes it down: db.ErrConflict if the target has gone on meanwhile.
func (s *Store) Replan(ctx context.Context, r Replan) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if b := r.Before; r.Plan {
			if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_targets SET state = ?, due_at = ?, counted = ?, free = ?
				WHERE run = ? AND ordinal = ? AND state = ? AND due_at = ? AND counted = ? AND free = ?`, r.After.State,
				r.After.DueAt, r.After.Counted, r.After.Free, b.Run, b.Ordinal, b.State, b.DueAt, b.Counted,
				b.Free)); err != nil {
				return err
			}
		}
		for _, id := range r.Calls {
			if r.Outcome != "" {
				if _, err := tx.Exec(ctx, `UPDATE campaign_attempts SET outcome = ?, detail = ? WHERE call_id = ?`,
					r.Outcome, intake.Line("announcement: "+r.Name, 200), id); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `UPDATE campaign_early SET class = ?, name = ? WHERE call_id = ?`, r.Class,
				intake.Line(r.Name, 200), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// AttemptsOf is all attempts of a target, in their order.
func (s *Store) AttemptsOf(ctx context.Context, run string, ordinal int64) ([]Attempt, error) {
	var list []Attempt
	err := s.db.Select(ctx, &list, `SELECT `+attemptColumns+` FROM campaign_attempts WHERE run = ? AND ordinal = ?
		ORDER BY attempt`, run, ordinal)
	return list, err
}

// Announcement is one that the bureau has named.
type Announcement struct {
	ID      string `db:"id"`
	Class   string `db:"class"`
	Name    string `db:"name"`
	Sound   []byte `db:"sound"` // A-law of 8,000 samples a second
	AddedAt int64  `db:"added_at"`
	AddedBy string `db:"added_by"`
}

// Learn keeps an announcement that has a name now; db.ErrConflict if this sound has one.
func (s *Store) Learn(ctx context.Context, a Announcement) error {
	_, err := s.db.Exec(ctx, `INSERT INTO announcements (id, class, name, sound, added_at, added_by)
		VALUES (?, ?, ?, ?, ?, ?)`, a.ID, a.Class, intake.Line(a.Name, 200), a.Sound, a.AddedAt,
		intake.Line(a.AddedBy, intake.MaxName))
	if db.IsConflict(err) {
		return db.ErrConflict
	}
	return err
}

// Unlearn forgets one; db.ErrConflict if there is none of this id. What it has decided stays as it is.
func (s *Store) Unlearn(ctx context.Context, id string) error {
	return db.Changed(s.db.Exec(ctx, `DELETE FROM announcements WHERE id = ?`, id))
}

// Announcements lists those that the bureau has named.
func (s *Store) Announcements(ctx context.Context) ([]Announcement, error) {
	var list []Announcement
	err := s.db.Select(ctx, &list, `SELECT id, class, name, sound, added_at, added_by FROM announcements
		ORDER BY added_at, id`)
	return list, err
}

// Named tells when something was named or forgotten last: it differs then.
func (s *Store) Named(ctx context.Context) (n, last int64, err error) {
	var row struct {
		N    int64 `db:"n"`
		Last int64 `db:"last_at"`
	}
	err = s.db.Get(ctx, &row, `SELECT COUNT(*) AS n, COALESCE(MAX(added_at), 0) AS last_at FROM announcements`)
	return row.N, row.Last, err
}

// ForgetSounds lets go of the sounds that were heard before a moment, and of the oldest beyond so many bytes. What was
// recognised in them stays.
func (s *Store) ForgetSounds(ctx context.Context, before, most int64) error {
	if _, err := s.db.Exec(ctx, `UPDATE campaign_early SET clip = ? WHERE at < ? AND LENGTH(clip) > 0`, []byte{},
		before); err != nil {
		return err
	}
	for {
		var all int64
		err := s.db.Get(ctx, &all, `SELECT COALESCE(SUM(LENGTH(clip)), 0) FROM campaign_early`)
		if err != nil || all <= most {
			return err
		}
		if err := db.Changed(s.db.Exec(ctx, `UPDATE campaign_early SET clip = ? WHERE call_id IN (SELECT call_id
			FROM campaign_early WHERE LENGTH(clip) > 0 ORDER BY at, call_id LIMIT 100)`, []byte{})); err != nil {
			return err
		}
	}
}
