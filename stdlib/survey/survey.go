// Package survey keeps surveys and what was answered.
//
// The questions of a survey are frozen when it is launched: a response belongs to a version, and a changed survey is a
// new one. An answer is kept the moment it is given, so a caller who hangs up half-way leaves a partial response.
package survey

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

// The states of a response.
const (
	Partial  = "partial"
	Complete = "complete"
	Surplus  = "surplus" // answered to the end when the quota was full: kept, and counted nowhere
)

// reservation is how long a place of a quota is kept for who is being asked and says nothing more.
const reservation = 30 * time.Minute

// Answer is an answer to a question. Answered is Unix milliseconds, of the response's last answer.
type Answer struct {
	Response  string `db:"response"`
	Ordinal   int64  `db:"ordinal"` // of the question in the survey, from 1
	Question  string `db:"question"`
	Answer    string `db:"answer"`
	Recording string `db:"recording"` // of a spoken answer
	Answered  int64  `db:"answered_at"`
}

// Record is the answer as flows see it: moment, question, answer.
func (a Answer) Record() value.Value {
	return value.Record(value.Int(a.Answered), value.Text(a.Question), value.Text(a.Answer))
}

// Store answers for the surveys in a database.
type Store struct{ db *db.DB }

// New returns the surveys in d.
func New(d *db.DB) *Store { return &Store{d} }

// Launch freezes a survey's definition and returns its version: that of the last launch if nothing has changed since. A
// quota is how many complete responses a version may have, 0 for any number; it may change with each launch.
func (s *Store) Launch(ctx context.Context, name, definition string, quota int64, now time.Time) (int64, error) {
	if name = intake.Line(name, intake.MaxName); name == "" || definition == "" {
		return 0, errors.New("a survey has a name and questions")
	}
	var version int64
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var last struct {
			Version    int64  `db:"version"`
			Definition string `db:"definition"`
			Quota      int64  `db:"quota"`
		}
		err := tx.Get(ctx, &last,
			`SELECT version, definition, quota FROM surveys WHERE name = ? ORDER BY version DESC LIMIT 1`, name)
		if err != nil && !db.IsNotFound(err) {
			return err
		}
		if version = last.Version; err == nil && last.Definition == definition {
			if last.Quota != quota {
				_, err = tx.Exec(ctx, `UPDATE surveys SET quota = ? WHERE name = ? AND version = ?`, quota, name,
					version)
			}
			return err
		}
		version++
		return db.Changed(tx.Exec(ctx,
			`INSERT INTO surveys (name, version, definition, quota, launched_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			name, version, definition, quota, now.UnixMilli()))
	})
	if errors.Is(err, db.ErrConflict) { // another node launched it in the same moment
		return s.Launch(ctx, name, definition, quota, now)
	}
	if err != nil {
		return 0, fmt.Errorf("launch a survey: %w", err)
	}
	return version, nil
}

// Begin opens the response of a call to a version of a survey and returns its id; the same call gets the same. Where
// the survey has a quota a place in it is kept until the response is complete, is left, or was silent for half an hour;
// the outcome is limit_reached if there is none.
func (s *Store) Begin(ctx context.Context, c fn.Caller, name string, version int64) (string, error) {
	id := intake.Line(fmt.Sprintf("%s/%s/%d", c.CallID, name, version), 300)
	now := c.Now.UnixMilli()
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := tx.Exec(ctx, `INSERT INTO survey_responses (id, survey, version, phone, call_id, state, started_at, answered_at, holds)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO NOTHING`, id, name, version, intake.Phone(c.Phone),
			intake.Line(c.CallID, 128), Partial, now, now)
		if err := db.Changed(r, err); errors.Is(err, db.ErrConflict) {
			return nil // it was begun before
		} else if err != nil {
			return err
		}
		r, err = tx.Exec(ctx, `UPDATE survey_responses SET holds = 0 WHERE survey = ? AND version = ? AND holds = 1
			AND answered_at < ?`, name, version, now-reservation.Milliseconds())
		if err != nil {
			return err
		}
		lapsed, err := r.RowsAffected()
		if err != nil {
			return err
		}
		err = db.Changed(tx.Exec(ctx, `UPDATE surveys SET reserved = reserved - ? + 1 WHERE name = ? AND version = ?
			AND (quota = 0 OR completed + reserved - ? < quota)`, lapsed, name, version, lapsed))
		if errors.Is(err, db.ErrConflict) {
			return fn.Outcome("limit_reached")
		}
		return err
	})
	var full fn.Outcome
	if errors.As(err, &full) {
		return "", full
	}
	if err != nil {
		return "", fmt.Errorf("begin a response: %w", err)
	}
	return id, nil
}

// Answer keeps an answer; one to the same question replaces it as long as the response is not complete.
func (s *Store) Answer(ctx context.Context, a Answer, now time.Time) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := db.Changed(tx.Exec(ctx, `UPDATE survey_responses SET answered_at = ? WHERE id = ? AND state = ?`,
			now.UnixMilli(), a.Response, Partial)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO survey_answers (response, ordinal, question, answer, recording) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (response, ordinal) DO UPDATE SET question = excluded.question, answer = excluded.answer, recording = excluded.recording`,
			a.Response, a.Ordinal, intake.Line(a.Question, intake.MaxName), intake.Text(a.Answer, intake.MaxNote),
			intake.Line(a.Recording, 200))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}

// Complete closes a response; closing it again does nothing. Whether it counts towards the quota is decided here, once
// and for all: of any number who come to the end at once exactly as many count as the quota has places.
func (s *Store) Complete(ctx context.Context, response string) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var r struct {
			Survey  string `db:"survey"`
			Version int64  `db:"version"`
			Holds   int64  `db:"holds"`
			State   string `db:"state"`
		}
		err := tx.Get(ctx, &r, `SELECT survey, version, holds, state FROM survey_responses WHERE id = ?`+
			tx.Engine().ForUpdate(), response)
		if err != nil || r.State != Partial {
			return err
		}
		become := func(state string) error {
			_, err := tx.Exec(ctx, `UPDATE survey_responses SET state = ?, holds = 0 WHERE id = ?`, state, response)
			return err
		}
		if err := become(Complete); err != nil {
			return err
		}
		// The survey's row comes last: whoever has changed it keeps all others from it until the commit.
		err = db.Changed(tx.Exec(ctx, `UPDATE surveys SET completed = completed + 1, reserved = reserved - ? WHERE name = ?
			AND version = ? AND (quota = 0 OR completed < quota)`, r.Holds, r.Survey, r.Version))
		if !errors.Is(err, db.ErrConflict) {
			return err
		}
		if err := become(Surplus); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE surveys SET reserved = reserved - ? WHERE name = ? AND version = ?`, r.Holds,
			r.Survey, r.Version)
		return err
	})
	if err != nil {
		return fmt.Errorf("complete a response: %w", err)
	}
	return nil
}

// Leave gives back the place of a response that will not be complete: the caller has hung up. Its answers stay.
func (s *Store) Leave(ctx context.Context, response string) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		err := db.Changed(tx.Exec(ctx, `UPDATE survey_responses SET holds = 0 WHERE id = ? AND holds = 1 AND state = ?`,
			response, Partial))
		if errors.Is(err, db.ErrConflict) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE surveys SET reserved = reserved - 1 WHERE EXISTS (SELECT 1 FROM survey_responses r
			WHERE r.id = ? AND r.survey = surveys.name AND r.version = surveys.version)`, response)
		return err
	})
	if err != nil {
		return fmt.Errorf("leave a response: %w", err)
	}
	return nil
}

// Result lists the answers given from a telephone, those of the latest response first, in the order of its questions,
// at most limit.
func (s *Store) Result(ctx context.Context, phone string, limit int) ([]Answer, error) {
	var list []Answer
	if phone = intake.Phone(phone); phone == "" {
		return nil, nil
	}
	err := s.db.Select(ctx, &list, `SELECT a.response, a.ordinal, a.question, a.answer, a.recording, r.answered_at
		FROM survey_responses r JOIN survey_answers a ON a.response = r.id WHERE r.phone = ? ORDER BY r.answered_at DESC, r.id, a.ordinal LIMIT ?`, phone, min(max(limit, 1), 500))
	if err != nil {
		return nil, fmt.Errorf("list the answers: %w", err)
	}
	return list, nil
}

// Count is how often an answer was given to a question.
type Count struct {
	Ordinal  int64  `db:"ordinal"`
	Question string `db:"question"`
	Answer   string `db:"answer"`
	N        int64  `db:"n"`
}

// Statistics counts the answers to a version of a survey, partial responses too, and its responses: all and complete.
func (s *Store) Statistics(ctx context.Context, name string, version int64) (counts []Count, all, complete int64,
	err error) {
	var n struct {
		All      int64 `db:"n"`
		Complete int64 `db:"complete"`
	}
	err = s.db.Get(ctx, &n,
		`SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN state = 'complete' THEN 1 ELSE 0 END), 0) AS complete FROM survey_responses WHERE survey = ? AND version = ?`, name, version)
	if err == nil {
		err = s.db.Select(ctx, &counts, `SELECT a.ordinal, a.question, a.answer, COUNT(*) AS n FROM survey_responses r JOIN survey_answers a ON a.response = r.id
			WHERE r.survey = ? AND r.version = ? AND a.recording = '' GROUP BY a.ordinal, a.question, a.answer ORDER BY a.ordinal, n DESC, a.answer`, name, version)
	}
	if err != nil {
		return nil, 0, 0, fmt.Errorf("count the answers: %w", err)
	}
	return counts, n.All, n.Complete, nil
}

// Version is a frozen version of a survey.
type Version struct {
	Name       string `db:"name"`
	Version    int64  `db:"version"`
	Definition string `db:"definition"`
	Quota      int64  `db:"quota"`
	Completed  int64  `db:"completed"`
	LaunchedAt int64  `db:"launched_at"`
}

// Versions lists the versions of the surveys, of one if name is not "", the latest first, at most limit.
func (s *Store) Versions(ctx context.Context, name string, limit int) ([]Version, error) {
	var list []Version
	err := s.db.Select(ctx, &list, `SELECT name, version, definition, quota, completed, launched_at FROM surveys
		WHERE ? = '' OR name = ? ORDER BY name, version DESC LIMIT ?`, name, name, min(max(limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("list the surveys: %w", err)
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids. The last survey is told by its first question's
// answer.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"survey.last": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Result(ctx, intake.Args(args).Phone(0), 1)
			if err == nil && len(list) == 0 {
				err = fn.Outcome("not_found")
			}
			if err != nil {
				return value.Value{}, err
			}
			return list[0].Record(), nil
		},
		"survey.result": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Result(ctx, intake.Args(args).Phone(0), 50)
			if err == nil && len(list) == 0 {
				err = fn.Outcome("not_found")
			}
			items := make([]value.Value, len(list))
			for i, a := range list {
				items[i] = a.Record()
			}
			return value.List(items...), err
		},
	}
}
