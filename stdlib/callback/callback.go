// Package callback is the callers who are owed a call: those who asked for one instead of waiting, and those who waited
// in a queue when the program died under them. Each keeps the place in the queue, and is called by one server when the
// turn comes: the claim is one statement, and no number has two calls at a time. Who does not answer keeps the place
// for a while; then it is a task for staff, until somebody has called and says so.
//
//	new ──Claim──▶ calling ──▶ done, an agent has answered
//	 ▲───Again, Free──┘ └────▶ missed ──▶ task ──Finish──▶ done
//
// Whom a server has called in vain a person may have called again.
package callback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// State is where a callback stands.
type State string

// The states.
const (
	New     State = "new"
	Calling State = "calling" // a server calls the number, or the caller has answered and waits
	Missed  State = "missed"  // did not answer: the place is kept for who calls in
	Task    State = "task"    // to be called by hand
	Done    State = "done"    // called, or given up with a note
)

// Cause is why a caller is owed a call.
type Cause string

// The causes.
const (
	Asked       Cause = "asked"       // the caller chose it
	Interrupted Cause = "interrupted" // the program died while the caller waited
)

// Callback is a caller who is owed a call. Moments are Unix milliseconds.
type Callback struct {
	ID      string `db:"id"` // of the call and the queue: one call waits once in a queue
	CallID  string `db:"call_id"`
	Queue   string `db:"queue"`
	Number  string `db:"number"`
	Since   int64  `db:"since"` // the place in the queue that is kept
	Cause   Cause  `db:"cause"`
	State   State  `db:"state"`
	Note    string `db:"note"`
	DoneBy  string `db:"done_by"`
	Changed int64  `db:"changed_at"`
	Shown   string `db:"shown"` // the number that they had called, and are called from
	Lang    string `db:"lang"`  // that they spoke
}

const columns = `id, call_id, queue, number, since, cause, state, note, done_by, changed_at, shown, lang`

// The errors of callbacks.
var (
	ErrNumber = errors.New("there is no number to call back")
	ErrDone   = errors.New("there is no such callback, or it is done")
	ErrNone   = errors.New("there is no such callback")
	ErrState  = errors.New("the callback is in no state for this, or another has just changed it")
)

// Store answers for the callbacks in a database.
type Store struct{ db *db.DB }

// Open returns the callbacks in d.
func Open(d *db.DB) *Store { return &Store{d} }

// Ask enters a caller who asked to be called back for a queue, once for each call and queue. Without Since the place is
// that of who joins now. ErrNumber is for a number that is none.
func (s *Store) Ask(ctx context.Context, c Callback, now time.Time) error {
	c.Cause = Asked
	if c.Since == 0 {
		c.Since = now.UnixMilli()
	}
	_, err := s.put(ctx, s.db, c, now)
	return err
}

func (s *Store) put(ctx context.Context, q db.Queryer, c Callback, now time.Time) (added bool, err error) {
	c.CallID, c.Queue, c.Number = intake.Line(c.CallID, 128), intake.Line(c.Queue, intake.MaxName),
		intake.Phone(c.Number)
	if !intake.Callable(c.Number) {
		return false, ErrNumber
	}
	err = db.Changed(q.Exec(ctx,
		`INSERT INTO callbacks (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.CallID+"/"+c.Queue, c.CallID, c.Queue, c.Number, c.Since, string(c.Cause), string(New), now.UnixMilli(),
		intake.Line(c.Shown, 64), intake.Line(c.Lang, 16)))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("enter a callback: %w", err)
	}
	return true, nil
}

// Recover enters those who waited in a queue when the program died: calls that were interrupted, whose last event is
// that they joined a queue, or moved to another. Calls that began before since are left: nobody waits any more. It is
// run after the calls of an earlier start have their ends; running it again changes nothing. Who was being called back
// is owed that call already. It returns how many are new.
func (s *Store) Recover(ctx context.Context, since, now time.Time) (int, error) {
	var waiting []Callback
	// A place that counts otherwise than by the moment of joining was noted.
	key := func(kind, value string) string {
		return `(SELECT ` + value + ` FROM call_events q WHERE q.call_id = c.id AND q.kind = '` + kind + `'
			ORDER BY q.seq DESC LIMIT 1)`
	}
	number := func(name string) string { return s.db.Engine().JSONText("q.data", name) }
	err := s.db.Select(ctx, &waiting, `SELECT c.id AS call_id, `+s.db.Engine().JSONText("e.data", "queue")+` AS queue,
		c.caller AS number, c.number AS shown, COALESCE(c.lang, '') AS lang,
		COALESCE(CASE WHEN e.kind = 'place' THEN `+key("place", `CAST(`+number("since")+` AS BIGINT)`)+` END,
		`+key("enqueue", `q.at - 1000 * COALESCE(CAST(`+number("priority")+` AS BIGINT), 0)`)+`) AS since
		FROM calls c JOIN call_events e ON e.call_id = c.id
		WHERE c.started >= ? AND c.result = ? AND c.caller <> '' AND e.kind IN ('enqueue', 'place', 'moved')
		AND e.seq = (SELECT MAX(seq) FROM call_events WHERE call_id = c.id)
		AND NOT EXISTS (SELECT 1 FROM milestones m WHERE m.call_id = c.id AND m.seq > e.seq)
		AND NOT EXISTS (SELECT 1 FROM callbacks b WHERE b.call_id = c.id)
		AND NOT (c.direction = 'out' AND EXISTS (SELECT 1 FROM callbacks b WHERE b.number = c.caller
			AND b.changed_at >= c.started)) ORDER BY e.at LIMIT 10000`,
		since.UnixMilli(), call.Interrupted)
	if err != nil {
		return 0, fmt.Errorf("list who waited: %w", err)
	}
	n := 0
	for _, w := range waiting {
		w.Cause = Interrupted
		added, err := s.put(ctx, s.db, w, now)
		if errors.Is(err, ErrNumber) {
			continue
		}
		if err != nil {
			return n, err
		}
		if added {
			n++
		}
	}
	return n, nil
}

// Finish notes that somebody has called, or why nobody will. Of two at the same moment one gets ErrDone.
func (s *Store) Finish(ctx context.Context, id, who, note string, now time.Time) error {
	if who = intake.Line(who, intake.MaxName); who == "" {
		return errors.New("finish a callback: nobody says so")
	}
	err := db.Changed(s.db.Exec(ctx,
		`UPDATE callbacks SET state = ?, note = ?, done_by = ?, changed_at = ? WHERE id = ? AND state IN (?, ?, ?)`,
		string(Done), intake.Text(note, intake.MaxNote), who, now.UnixMilli(), id, string(New), string(Missed),
		string(Task)))
	if errors.Is(err, db.ErrConflict) {
		return ErrDone
	}
	if err != nil {
		return fmt.Errorf("finish a callback: %w", err)
	}
	return nil
}

// After is where a page of callbacks ends and the next begins.
type After struct {
	Since int64
	ID    string
}

// Get reads a callback; ErrNone if there is none of this id.
func (s *Store) Get(ctx context.Context, id string) (c Callback, err error) {
	err = s.db.Get(ctx, &c, `SELECT `+columns+` FROM callbacks WHERE id = ?`, id)
	if db.IsNotFound(err) {
		return c, ErrNone
	}
	if err != nil {
		return c, fmt.Errorf("read a callback: %w", err)
	}
	return c, nil
}

// Again lets one who did not answer, or who is to be called by hand, be called by a server once more, from the place
// that they have had. ErrState is for one in another state.
func (s *Store) Again(ctx context.Context, id string, now time.Time) error {
	return s.step(ctx, `UPDATE callbacks SET state = ?, done_by = '', note = '', changed_at = ?
		WHERE id = ? AND state IN (?, ?)`, string(New), now.UnixMilli(), id, string(Missed), string(Task))
}

// Take notes who calls one who is to be called by hand, as it was read: of two who do at once the second gets ErrState.
func (s *Store) Take(ctx context.Context, c Callback, who string, now time.Time) error {
	return s.step(ctx, `UPDATE callbacks SET done_by = ?, changed_at = ? WHERE id = ? AND state = ? AND changed_at = ?`,
		intake.Line(who, intake.MaxName), max(now.UnixMilli(), c.Changed+1), c.ID, string(Task), c.Changed)
}

func (s *Store) step(ctx context.Context, query string, args ...any) error {
	err := db.Changed(s.db.Exec(ctx, query, args...))
	if errors.Is(err, db.ErrConflict) {
		return ErrState
	}
	if err != nil {
		return fmt.Errorf("change a callback: %w", err)
	}
	return nil
}

// Page lists the callbacks in a state ("" for all) of a queue ("" for all) among some (nil for all), who has waited
// longest first, at most limit and at most 1,000. The zero After is the beginning; the last one of a page leads to the
// next.
func (s *Store) Page(ctx context.Context, queue string, state State, among []string, after After, limit int) (
	[]Callback, error) {
	var list []Callback
	byID := `id` + s.db.Engine().ByteOrder()
	query, args := `SELECT `+columns+` FROM callbacks WHERE (? = '' OR queue = ?) AND (? = '' OR state = ?)
		AND (since > ? OR since = ? AND `+byID+` > ?)`,
		[]any{queue, queue, string(state), string(state), after.Since, after.Since, after.ID}
	if among != nil {
		query, args = query+` AND queue IN (?)`, append(args, append([]string{""}, among...))
	}
	query, args, err := db.In(query+` ORDER BY since, `+byID+` LIMIT ?`, append(args, min(max(limit, 1), 1000))...)
	if err == nil {
		err = s.db.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("list the callbacks: %w", err)
	}
	return list, nil
}
