package agent

import (
	"context"
	"errors"
	"fmt"

	"rexian/stdlib/db"
)

// ErrTaken means that another server has the agent.
var ErrTaken = errors.New("another server has the agent")

// Claim is which server has an agent.
type Claim struct {
	Agent string `db:"agent"`
	Epoch int64  `db:"epoch"`
	Node  string `db:"node"`
	Boot  string `db:"boot"`
	Call  string `db:"call_id"` // for which the agent is claimed, "" for none
}

// Claims settles among the servers on a database which of them rings an agent: before its telephone rings for a call
// the agent is claimed by one statement, and only one server's claim holds. The epoch grows with each, so that what an
// older one has begun (a late answer, a late release) changes nothing.
//
//	free ──Claim──▶ claimed ──Confirm──▶ claimed ──Release──▶ free, and the server's still
//	                   └──────────Bury, of a server that is gone─────────▶ free, and nobody's
type Claims struct {
	db         *db.DB
	node, boot string
}

// OpenClaims returns the claims of a server, which is one start of a node.
func OpenClaims(d *db.DB, node, boot string) *Claims { return &Claims{d, node, boot} }

// Claim takes an agent for a call and returns the epoch. It fails with ErrTaken if another server has the agent: of one
// at a fixed address, who is nobody's between calls, if another has claimed the agent. What this server had claimed the
// agent for before counts no more.
func (c *Claims) Claim(ctx context.Context, agent, call string, fixed bool) (epoch int64, err error) {
	shared := 0
	if fixed {
		shared = 1
	}
	err = c.db.Get(ctx, &epoch, `INSERT INTO agent_claims (agent, epoch, node, boot, call_id) VALUES (?, 1, ?, ?, ?)
		ON CONFLICT (agent) DO UPDATE SET epoch = agent_claims.epoch + 1, node = excluded.node, boot = excluded.boot,
		call_id = excluded.call_id
		WHERE agent_claims.node = excluded.node OR agent_claims.node = '' OR ? = 1 AND agent_claims.call_id = ''
		RETURNING epoch`, agent, c.node, c.boot, call, shared)
	if db.IsNotFound(err) {
		return 0, ErrTaken
	}
	if err != nil {
		return 0, fmt.Errorf("claim an agent: %w", err)
	}
	return epoch, nil
}

// Confirm tells by its error whether a claim no longer holds when the agent answers: ErrTaken then.
func (c *Claims) Confirm(ctx context.Context, agent string, epoch int64) error {
	var now int64
	err := c.db.Get(ctx, &now, `SELECT epoch FROM agent_claims WHERE agent = ? AND epoch = ? AND node = ? AND boot = ?`,
		agent, epoch, c.node, c.boot)
	if db.IsNotFound(err) {
		return ErrTaken
	}
	if err != nil {
		return fmt.Errorf("confirm the claim of an agent: %w", err)
	}
	return nil
}

// Release gives an agent back who was claimed in an epoch; the agent stays this server's. A later claim stays.
func (c *Claims) Release(ctx context.Context, agent string, epoch int64) error {
	_, err := c.db.Exec(ctx, `UPDATE agent_claims SET call_id = '', epoch = epoch + 1, boot = ?
		WHERE agent = ? AND epoch = ? AND node = ?`, c.boot, agent, epoch, c.node)
	if err != nil {
		return fmt.Errorf("give an agent back: %w", err)
	}
	return nil
}

// Own makes an agent this server's, whose telephone has registered here; ErrTaken while another has claimed the agent.
func (c *Claims) Own(ctx context.Context, agent string) error {
	err := db.Changed(c.db.Exec(ctx, `INSERT INTO agent_claims (agent, epoch, node, boot, call_id)
		VALUES (?, 1, ?, ?, '') ON CONFLICT (agent) DO UPDATE SET node = excluded.node, boot = excluded.boot,
		epoch = CASE WHEN agent_claims.node = excluded.node THEN agent_claims.epoch ELSE agent_claims.epoch + 1 END
		WHERE agent_claims.call_id = '' OR agent_claims.node = excluded.node`,
		agent, c.node, c.boot))
	if errors.Is(err, db.ErrConflict) {
		return ErrTaken
	}
	if err != nil {
		return fmt.Errorf("take over an agent: %w", err)
	}
	return nil
}

// Disown makes an agent nobody's who is this server's, and is not claimed: the telephone has gone.
func (c *Claims) Disown(ctx context.Context, agent string) error {
	_, err := c.db.Exec(ctx, `UPDATE agent_claims SET node = '', boot = '', epoch = epoch + 1
		WHERE agent = ? AND node = ? AND call_id = ''`, agent, c.node)
	if err != nil {
		return fmt.Errorf("give up an agent: %w", err)
	}
	return nil
}

// List is who has whom now.
func (c *Claims) List(ctx context.Context) ([]Claim, error) {
	var list []Claim
	err := c.db.Select(ctx, &list, `SELECT agent, epoch, node, boot, call_id FROM agent_claims WHERE node <> ''`)
	if err != nil {
		return nil, fmt.Errorf("list which servers have agents: %w", err)
	}
	return list, nil
}

// Leave gives all of this server's agents back, at its end.
func (c *Claims) Leave(ctx context.Context) error {
	_, err := Bury(ctx, c.db, c.node, c.boot)
	return err
}

// Bury frees the agents of a start of a server that is gone, and returns how many they were.
func Bury(ctx context.Context, d *db.DB, node, boot string) (int64, error) {
	r, err := d.Exec(ctx, `UPDATE agent_claims SET node = '', boot = '', call_id = '', epoch = epoch + 1
		WHERE node = ? AND boot = ?`, node, boot)
	if err != nil {
		return 0, fmt.Errorf("free the agents of a server that is gone: %w", err)
	}
	return r.RowsAffected()
}
