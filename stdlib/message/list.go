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

// Came reads a message that came in. The outcome is not_found.
func (s *Store) Came(ctx context.Context, id string) (Stored, error) {
	in, err := s.kept(ctx, intake.Line(id, 250))
	if db.IsNotFound(err) {
		return in, fn.Outcome("not_found")
	}
	return in, err
}
