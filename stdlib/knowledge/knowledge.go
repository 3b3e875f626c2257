// Package knowledge is the policy library: documents with versions, of which one is in force, and a search that finds
// Chinese words of two characters.
//
// A document is drafted, reviewed by another person, published and withdrawn; a change is a new version beside the one
// that is out. Callers and flows see what is published and in force today.
//
// The index is the library's own, the same on both engines: every pair of neighbouring characters of a document (and
// every Latin word and number) is a row with the weight of the place where it stands, title before keywords before
// body.
package knowledge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/bulk"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// State is where a version stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Review    State = "review"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Document is one version of a document.
type Document struct {
	Code      string     `db:"code"` // by which it is asked for
	Version   int64      `db:"version"`
	State     State      `db:"state"`
	Category  string     `db:"category"`
	Title     string     `db:"title"`
	Keywords  string     `db:"keywords"`
	Summary   string     `db:"summary"` // what callers hear
	Body      string     `db:"body"`
	Number    string     `db:"number"`    // of the official document
	File      string     `db:"file"`      // its attachment, "" if there is none
	Effective hours.Date `db:"effective"` // first day
	Expires   hours.Date `db:"expires"`   // first day on which it is no longer in force; 0: never
	Author    string     `db:"author"`
	Reviewer  string     `db:"reviewer"`
	UpdatedAt int64      `db:"updated_at"` // Unix milliseconds
}

const columns = `d.code, d.version, d.state, d.category, d.title, d.keywords, d.summary, d.body, d.number, d.file, d.effective, d.expires, d.author, d.reviewer, d.updated_at`

// Record is the document as flows see it: title, summary, number, file, first day in force.
func (d Document) Record() value.Value {
	return value.Record(value.Text(d.Title), intake.Optional(d.Summary), intake.Optional(d.Number),
		intake.Optional(d.File), value.Int(int64(d.Effective)))
}

// The errors of a document's life.
var (
	ErrState     = errors.New("the version's state does not allow it")
	ErrOwnReview = errors.New("a document is reviewed by another person than wrote it")
)

// Store answers for the documents in a database.
type Store struct {
	db   *db.DB
	zone *time.Location
}

// New returns the documents in d; zone is that of "today", China's if nil.
func New(d *db.DB, zone *time.Location) *Store { return &Store{d, zone} }

// Save writes a draft and returns its version: the draft that is there is changed, else a new version begins.
func (s *Store) Save(ctx context.Context, d Document, now time.Time) (int64, error) {
	d.Code, d.Title, d.Author = intake.Line(d.Code, 50), intake.Line(d.Title, intake.MaxName),
		intake.Line(d.Author, intake.MaxName)
	if d.Code == "" || d.Title == "" || d.Author == "" {
		return 0, errors.New("a document has a code, a title and an author")
	}
	d.Category, d.Keywords, d.Number, d.File = intake.Line(d.Category, intake.MaxName), intake.Line(d.Keywords, 1000),
		intake.Line(d.Number, intake.MaxName), intake.Line(d.File, 500)
	d.Summary, d.Body = intake.Text(d.Summary, intake.MaxNote), intake.Text(d.Body, 20*intake.MaxNote)
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var last Document
		switch err := tx.Get(ctx, &last,
			`SELECT `+columns+` FROM documents d WHERE d.code = ? ORDER BY d.version DESC LIMIT 1`, d.Code); {
		case db.IsNotFound(err):
			d.Version = 1
		case err != nil:
			return err
		case last.State == Draft:
			d.Version = last.Version
		case last.State == Review:
			return ErrState
		default:
			d.Version = last.Version + 1
		}
		_, err := tx.Exec(ctx, `INSERT INTO documents (code, version, state, category, title, keywords, summary, body, number, file, effective, expires, author, reviewer, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)
			ON CONFLICT (code, version) DO UPDATE SET category = excluded.category, title = excluded.title, keywords = excluded.keywords, summary = excluded.summary,
			body = excluded.body, number = excluded.number, file = excluded.file, effective = excluded.effective, expires = excluded.expires,
			author = excluded.author, updated_at = excluded.updated_at WHERE documents.state = 'draft'`,
			d.Code, d.Version, string(Draft), d.Category, d.Title, d.Keywords, d.Summary, d.Body, d.Number, d.File,
			int64(d.Effective), int64(d.Expires), d.Author, now.UnixMilli())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("save a document: %w", err)
	}
	return d.Version, nil
}

// Submit lays a draft before a reviewer.
func (s *Store) Submit(ctx context.Context, code string, version int64, now time.Time) error {
	return s.move(ctx, s.db, code, version, Draft, Review, "", now)
}

// SendBack makes a draft of what was under review.
func (s *Store) SendBack(ctx context.Context, code string, version int64, now time.Time) error {
	return s.move(ctx, s.db, code, version, Review, Draft, "", now)
}

// Publish puts a reviewed version out and withdraws the one before it, in one step, and makes it findable.
func (s *Store) Publish(ctx context.Context, code string, version int64, reviewer string, now time.Time) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err := read(ctx, tx, code, version)
		if err != nil {
			return err
		}
		if reviewer = intake.Line(reviewer, intake.MaxName); reviewer == "" || reviewer == d.Author {
			return ErrOwnReview
		}
		if err := s.move(ctx, tx, code, version, Review, Published, reviewer, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx,
			`UPDATE documents SET state = ?, updated_at = ? WHERE code = ? AND version <> ? AND state = ?`,
			string(Withdrawn), now.UnixMilli(), code, version, string(Published)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM document_terms WHERE code = ?`, code); err != nil {
			return err
		}
		var rows [][]any
		for term, weight := range weigh(d) {
			rows = append(rows, []any{term, code, version, weight})
		}
		return bulk.Insert(ctx, tx, `INSERT INTO document_terms (term, code, version, weight)`, ``, rows)
	})
	if err != nil {
		return fmt.Errorf("publish a document: %w", err)
	}
	return nil
}

// Withdraw takes a published version back.
func (s *Store) Withdraw(ctx context.Context, code string, version int64, now time.Time) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.move(ctx, tx, code, version, Published, Withdrawn, "", now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM document_terms WHERE code = ? AND version = ?`, code, version)
		return err
	})
}

func (s *Store) move(ctx context.Context, q db.Queryer, code string, version int64, from, to State, reviewer string,
	now time.Time) error {
	err := db.Changed(q.Exec(ctx,
		`UPDATE documents SET state = ?, reviewer = CASE WHEN ? = '' THEN reviewer ELSE ? END, updated_at = ? WHERE code = ? AND version = ? AND state = ?`,
		string(to), reviewer, reviewer, now.UnixMilli(), code, version, string(from)))
	if errors.Is(err, db.ErrConflict) {
		return ErrState
	}
	return err
}

func read(ctx context.Context, q db.Queryer, code string, version int64) (Document, error) {
	var d Document
	err := q.Get(ctx, &d, `SELECT `+columns+` FROM documents d WHERE d.code = ? AND d.version = ?`, code, version)
	if db.IsNotFound(err) {
		return d, fn.Outcome("not_found")
	}
	return d, err
}

// Version reads one version of a document, whatever its state, for who cites it. The outcome is not_found.
func (s *Store) Version(ctx context.Context, code string, version int64) (Document, error) {
	return read(ctx, s.db, code, version)
}

// inForce is the condition on a document d to be seen on a day, twice given.
const inForce = `d.state = 'published' AND d.effective <= ? AND (d.expires = 0 OR d.expires > ?)`

// Document fetches the document of a code that is in force on a day. The outcome is not_found.
func (s *Store) Document(ctx context.Context, code string, today hours.Date) (Document, error) {
	var d Document
	err := s.db.Get(ctx, &d,
		`SELECT `+columns+` FROM documents d WHERE d.code = ? AND `+inForce+` ORDER BY d.version DESC LIMIT 1`,
		intake.Line(code, 50), int64(today), int64(today))
	if db.IsNotFound(err) {
		return d, fn.Outcome("not_found")
	}
	if err != nil {
		return d, fmt.Errorf("read a document: %w", err)
	}
	return d, nil
}

// Search finds the documents in force that hold all of some words, at most limit: best first by where the words stand,
// the later in force before the earlier. The outcome is not_found.
func (s *Store) Search(ctx context.Context, words string, limit int, today hours.Date) ([]Document, error) {
	terms := ask(words)
	if len(terms) == 0 {
		return nil, fn.Outcome("not_found")
	}
	args := []any{terms, len(terms), int64(today), int64(today), min(max(limit, 1), 100)}
	query, args, err := db.In(`SELECT `+columns+` FROM documents d JOIN (
			SELECT code, version, SUM(weight) AS score FROM document_terms WHERE term IN (?) GROUP BY code, version HAVING COUNT(*) = ?
		) f ON f.code = d.code AND f.version = d.version
		WHERE `+inForce+` ORDER BY f.score DESC, d.effective DESC, d.code LIMIT ?`, args...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var list []Document
	if err := s.db.Select(ctx, &list, query, args...); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if len(list) == 0 {
		return nil, fn.Outcome("not_found")
	}
	return list, nil
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"knowledge.document": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			d, err := s.Document(ctx, intake.Args(args).Text(0, 50), intake.Day(c.Now, s.zone))
			if err != nil {
				return value.Value{}, err
			}
			return d.Record(), nil
		},
		"knowledge.search": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Search(ctx, intake.Args(args).Text(0, intake.MaxName), 10, intake.Day(c.Now, s.zone))
			items := make([]value.Value, len(list))
			for i, d := range list {
				items[i] = d.Record()
			}
			return value.List(items...), err
		},
	}
}
