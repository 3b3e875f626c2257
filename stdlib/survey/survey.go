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
)

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

// Launch freezes a survey's definition and returns its version: that of the last launch if nothing has changed since.
func (s *Store) Launch(ctx context.Context, name, definition string, now time.Time) (int64, error) {
	if name = intake.Line(name, intake.MaxName); name == "" || definition == "" {
		return 0, errors.New("a survey has a name and questions")
	}
	var version int64
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var last struct {
			Version    int64  `db:"version"`
			Definition string `db:"definition"`
		}
		err := tx.Get(ctx, &last,
			`SELECT version, definition FROM surveys WHERE name = ? ORDER BY version DESC LIMIT 1`, name)
		if err != nil && !db.IsNotFound(err) {
			return err
		}
		if version = last.Version; err == nil && last.Definition == definition {
			return nil
		}
		version++
		return db.Changed(tx.Exec(ctx,
			`INSERT INTO surveys (name, version, definition, launched_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			name, version, definition, now.UnixMilli()))
	})
	if err != nil {
		return 0, fmt.Errorf("launch a survey: %w", err)
	}
	return version, nil
}

// Definition is the frozen definition of a version. The outcome is not_found.
func (s *Store) Definition(ctx context.Context, name string, version int64) (string, error) {
	var d string
	err := s.db.Get(ctx, &d, `SELECT definition FROM surveys WHERE name = ? AND version = ?`, name, version)
	if db.IsNotFound(err) {
		return "", fn.Outcome("not_found")
	}
	return d, err
}

// Begin opens the response of a call to a version of a survey and returns its id; the same call gets the same.
func (s *Store) Begin(ctx context.Context, c fn.Caller, name string, version int64) (string, error) {
	id := intake.Line(fmt.Sprintf("%s/%s/%d", c.CallID, name, version), 300)
	_, err := s.db.Exec(ctx, `INSERT INTO survey_responses (id, survey, version, phone, call_id, state, started_at, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`, id, name, version, intake.Phone(c.Phone), intake.Line(c.CallID, 128), Partial, c.Now.UnixMilli(), c.Now.UnixMilli())
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

// Complete closes a response; closing it again does nothing.
func (s *Store) Complete(ctx context.Context, response string) error {
	if _, err := s.db.Exec(ctx, `UPDATE survey_responses SET state = ? WHERE id = ?`, Complete, response); err != nil {
		return fmt.Errorf("complete a response: %w", err)
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
