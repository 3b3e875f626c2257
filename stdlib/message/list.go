package message

import (
	"context"
	"fmt"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Filter says which messages are listed; what is zero does not matter.
type Filter struct {
	State  State
	To     string // recipient, or sender of those that came in
	Ticket string // of those that came in
	Since  int64  // Unix milliseconds
	Limit  int    // at most 1000
}

// List lists messages that went out, or wait to, the latest first.
func (s *Store) List(ctx context.Context, f Filter) ([]Message, error) {
	var list []Message
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM messages WHERE (? = '' OR state = ?)
		AND (? = '' OR recipient = ?) AND created_at >= ? ORDER BY created_at DESC, id LIMIT ?`,
		string(f.State), string(f.State), f.To, f.To, f.Since, min(max(f.Limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("list the messages: %w", err)
	}
	return list, nil
}

// Incoming lists messages that came in, the latest first.
func (s *Store) Incoming(ctx context.Context, f Filter) ([]Stored, error) {
	var list []Stored
	err := s.db.Select(ctx, &list, `SELECT `+inColumns+` FROM messages_in WHERE (? = '' OR sender = ?)
		AND (? = '' OR ticket = ?) AND received_at >= ? ORDER BY received_at DESC, id LIMIT ?`,
		f.To, f.To, f.Ticket, f.Ticket, f.Since, min(max(f.Limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("list the messages that came in: %w", err)
	}
	return list, nil
}

// Batch counts the messages of a run by their states.
func (s *Store) Batch(ctx context.Context, batch string) (map[State]int64, error) {
	var rows []struct {
		State State `db:"state"`
		N     int64 `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT state, COUNT(*) AS n FROM messages WHERE batch = ? GROUP BY state`,
		batch); err != nil {
		return nil, fmt.Errorf("count the messages of a run: %w", err)
	}
	counts := map[State]int64{}
	for _, r := range rows {
		counts[r.State] = r.N
	}
	return counts, nil
}

// States are those of messages of a run, by what they were sent for.
func (s *Store) States(ctx context.Context, batch string, reasons []string) (map[string]State, error) {
	states := map[string]State{}
	if len(reasons) == 0 {
		return states, nil
	}
	query, args, err := db.In(`SELECT call_id, state FROM messages WHERE batch = ? AND call_id IN (?)`, batch, reasons)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		CallID string `db:"call_id"`
		State  State  `db:"state"`
	}
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("look up the messages of a run: %w", err)
	}
	for _, r := range rows {
		states[r.CallID] = r.State
	}
	return states, nil
}

// Unwanted are the numbers and mail addresses that want no notices.
func (s *Store) Unwanted(ctx context.Context) (map[string]bool, error) {
	var list []string
	if err := s.db.Select(ctx, &list, `SELECT recipient FROM message_optouts`); err != nil {
		return nil, fmt.Errorf("list who wants no notices: %w", err)
	}
	all := make(map[string]bool, len(list))
	for _, a := range list {
		all[a] = true
	}
	return all, nil
}

// Came reads a message that came in. The outcome is not_found.
func (s *Store) Came(ctx context.Context, id string) (Stored, error) {
	in, err := s.kept(ctx, intake.Line(id, 250))
	if db.IsNotFound(err) {
		return in, fn.Outcome("not_found")
	}
	return in, err
}
