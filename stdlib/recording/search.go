package recording

import (
	"context"
	"fmt"
	"time"

	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Found is a recording with what is known of its call.
type Found struct {
	Recording
	Direction string `db:"direction"` // of the call: in, out
	Number    string `db:"number"`    // that was dialled
	Flow      string `db:"flow"`
	Queue     string `db:"queue"`  // the last one that the caller waited in
	Rating    string `db:"rating"` // rated, no_input, hung_up, not_invited
	Score     int64  `db:"score"`  // with Rating rated
	Ticket    string `db:"ticket"` // the first it is bound to
	Plays     int64  `db:"plays"`  // how often somebody listened, or took it along
}

// After is where a page ends and the next begins.
type After struct {
	MadeAt int64
	ID     string
}

// Query narrows a search; what is zero does not.
type Query struct {
	Phone, Agent, Queue, Ticket, CallID string
	Within                              call.Within // of the calls of a part of the office
	Kind, Rating                        string
	Score                               int
	From, To                            time.Time // from is included
	Longer, Shorter                     time.Duration
	Gone                                bool  // those that are deleted, instead of those that are there
	After                               After // page: the last one of the page before
	Limit                               int   // 100 if 0, at most 1,000
}

// found is the statement that reads a recording with its call; what it is narrowed by follows.
func (s *Store) found() string {
	return `SELECT r.id, r.call_id, r.phone, COALESCE(NULLIF(r.agent, ''), c.agent, '') AS agent, r.file, r.made_at,
		r.length, r.gap, r.kind, r.node, r.held_at, r.held_by, r.held_why, r.deleted_at, r.deleted_by, r.deleted_why,
		COALESCE(c.direction, '') AS direction, COALESCE(c.number, '') AS number, COALESCE(c.flow, '') AS flow,
		COALESCE(c.rating, '') AS rating, COALESCE(c.score, 0) AS score,
		COALESCE((SELECT ` + s.db.Engine().JSONText("e.data", "queue") + ` FROM call_events e
			WHERE e.call_id = r.call_id AND e.kind = 'enqueue' ORDER BY e.seq DESC LIMIT 1), '') AS queue,
		COALESCE((SELECT MIN(t.ticket) FROM ticket_recordings t WHERE t.recording = r.id), '') AS ticket,
		(SELECT COUNT(*) FROM recording_plays p WHERE p.recording = r.id) AS plays
		FROM recordings r LEFT JOIN calls c ON c.id = r.call_id WHERE `
}

// Get reads a recording, be it deleted. The outcome is not_found.
func (s *Store) Get(ctx context.Context, id string) (Found, error) {
	var f Found
	err := s.db.Get(ctx, &f, s.found()+`r.id = ?`, intake.Line(id, 200))
	if db.IsNotFound(err) {
		return f, fn.Outcome("not_found")
	}
	if err != nil {
		return f, fmt.Errorf("read a recording: %w", err)
	}
	return f, nil
}

// Find lists recordings, the latest first. An agent's are those of the calls in which the agent had a leg, a queue's
// those of the calls that waited in it.
func (s *Store) Find(ctx context.Context, q Query) ([]Found, error) {
	query, args := s.found()+`r.deleted_at = 0`, []any(nil)
	if q.Gone {
		query = s.found() + `r.deleted_at > 0`
	}
	and := func(condition string, with ...any) { query += ` AND ` + condition; args = append(args, with...) }
	for _, x := range []struct{ condition, value string }{{`r.phone = ?`, intake.Phone(q.Phone)},
		{`r.call_id = ?`, q.CallID}, {`r.kind = ?`, q.Kind}, {`c.rating = ?`, q.Rating},
		{`r.id IN (SELECT recording FROM ticket_recordings WHERE ticket = ?)`, q.Ticket},
		{`EXISTS (SELECT 1 FROM call_events e WHERE e.call_id = r.call_id AND e.kind IN ('enqueue', 'moved') AND ` +
			s.db.Engine().JSONText("e.data", "queue") + ` = ?)`, q.Queue}} {
		if x.value != "" {
			and(x.condition, x.value)
		}
	}
	if q.Phone != "" && intake.Phone(q.Phone) == "" {
		return nil, nil // no number, and so nobody's
	}
	if q.Agent != "" {
		and(`(r.agent = ? OR c.agent = ? OR EXISTS (SELECT 1 FROM call_legs l WHERE l.call_id = r.call_id AND l.agent = ?))`,
			q.Agent, q.Agent, q.Agent)
	}
	if q.Score > 0 {
		and(`c.score = ?`, q.Score)
	}
	if !q.From.IsZero() {
		and(`r.made_at >= ?`, q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		and(`r.made_at < ?`, q.To.UnixMilli())
	}
	if q.Longer > 0 {
		and(`r.length >= ?`, q.Longer.Milliseconds())
	}
	if q.Shorter > 0 {
		and(`r.length < ?`, q.Shorter.Milliseconds())
	}
	if q.After.ID != "" {
		and(`(r.made_at < ? OR r.made_at = ? AND r.id`+s.db.Engine().ByteOrder()+` > ?)`, q.After.MadeAt,
			q.After.MadeAt, q.After.ID)
	}
	if condition, with := q.Within.Where(s.db.Engine(), `r.call_id`); condition != "" {
		and(condition, with...)
	}
	if q.Limit <= 0 {
		q.Limit = 100
	}
	var list []Found
	query, args, err := db.In(query+` ORDER BY r.made_at DESC, r.id`+s.db.Engine().ByteOrder()+` LIMIT ?`,
		append(args, min(q.Limit, 1000))...)
	if err == nil {
		err = s.db.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("find recordings: %w", err)
	}
	return list, nil
}

// Play is that somebody listened to a recording, or took it along.
type Play struct {
	At  int64  `db:"at"`
	Who string `db:"who"`
	How string `db:"how"` // play, export
}

// Played notes that somebody listens to a recording, or takes it along. The outcome is not_found.
func (s *Store) Played(ctx context.Context, id string, p Play) error {
	_, err := s.db.Exec(ctx,
		`INSERT INTO recording_plays (recording, at, who, how) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, p.At, intake.Line(p.Who, intake.MaxName), p.How)
	if db.IsForeignKey(err) {
		return fn.Outcome("not_found")
	}
	if err != nil {
		return fmt.Errorf("note who listened: %w", err)
	}
	return nil
}

// Plays lists who has listened to a recording, the latest first.
func (s *Store) Plays(ctx context.Context, id string) ([]Play, error) {
	list := []Play{}
	err := s.db.Select(ctx, &list, `SELECT at, who, how FROM recording_plays WHERE recording = ?
		ORDER BY at DESC, who LIMIT 1000`, id)
	if err != nil {
		return nil, fmt.Errorf("list who listened: %w", err)
	}
	return list, nil
}
