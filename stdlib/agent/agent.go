// Package agent is who takes calls: people with a telephone, skills and a PIN, what they have asked for last, and what
// they did all day.
//
//	agents          who there is                    Put, Remove, List
//	agent_states    signed in, on a break, out      SetState, States; it outlives a restart
//	agent_segments  each second in one state        Day; written by call.Recorder, which outlives a lost database
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// Agent is a person who takes calls.
type Agent struct {
	ID     string
	Name   string
	Phone  string         // a registered number, or a sip: address
	Skills map[string]int // levels, 1 to 10
	Teams  []string
	// District is where the agent works, as offices name it; "" for none.
	District string
	HasPIN   bool
	Locked   int64 // until when no PIN is looked at, 0 if it is; Unix milliseconds
	Changed  int64 // Unix milliseconds; it grows with each change
	By       string
	Was      int64 // to Put: the Changed that this was made from, db.Fresh for a new one; 0: whatever there is
}

// State is what an agent has asked for last.
type State struct {
	Agent  string `db:"agent"`
	State  string `db:"state"` // ready, break, out
	Reason string `db:"reason"`
	Since  int64  `db:"since"`
	By     string `db:"set_by"`
}

// Segment is a time of an agent's in one state. Moments are Unix milliseconds.
type Segment struct {
	Began  int64  `db:"began"`
	Ended  int64  `db:"ended"`
	State  string `db:"state"`
	Reason string `db:"reason"`
	Call   string `db:"call_id"`
	Node   string `db:"node"`
}

// The errors of agents.
var (
	ErrNone = errors.New("there is no such agent")
	ErrBad  = errors.New("an agent needs an id and a telephone, and skills of level 1 to 10")
	ErrPIN  = errors.New("a PIN has 4 to 32 digits")
	// ErrWrong is for a PIN that is not the agent's, ErrLocked while none is looked at.
	ErrWrong  = errors.New("the PIN is wrong")
	ErrLocked = errors.New("too many wrong PINs: locked for half an hour")
	// ErrChanged is for an agent who has been changed since what was to be changed was read.
	ErrChanged = errors.New("somebody has changed the agent meanwhile")
)

// Store answers for the agents in a database.
type Store struct {
	db   *db.DB
	hash pin.Hash
}

// Open returns the agents in d; the zero hash is pin.Default.
func Open(d *db.DB, hash pin.Hash) *Store {
	if hash == (pin.Hash{}) {
		hash = pin.Default
	}
	return &Store{d, hash}
}

// Put enters an agent, or changes one. The PIN stays as it is where secret is empty; a new one is not locked. It fails
// with ErrChanged where the agent is not as a.Was says.
func (s *Store) Put(ctx context.Context, a Agent, secret string, now time.Time) error {
	a.ID, a.Name, a.Phone = intake.Line(a.ID, 32), intake.Line(a.Name, intake.MaxName), intake.Line(a.Phone, 128)
	a.District = intake.Line(a.District, intake.MaxName)
	if a.ID == "" || a.Phone == "" || len(a.Skills) == 0 {
		return ErrBad
	}
	for name, level := range a.Skills {
		if name == "" || level < 1 || level > 10 {
			return ErrBad
		}
	}
	hash := ""
	if secret != "" {
		if intake.Digits(secret, pin.MaxLength) != secret || len(secret) < 4 {
			return ErrPIN
		}
		hash = s.hash.Of(secret)
	}
	if a.Teams == nil {
		a.Teams = []string{}
	}
	skills, err := json.Marshal(a.Skills)
	if err != nil {
		return fmt.Errorf("enter an agent: %w", err)
	}
	teams, err := json.Marshal(a.Teams)
	if err != nil {
		return fmt.Errorf("enter an agent: %w", err)
	}
	return s.db.Tx(ctx, func(t *db.Tx) error {
		if err := t.StillAt(ctx, "agents", "id", a.ID, a.Was); err != nil {
			if errors.Is(err, db.ErrConflict) {
				return ErrChanged
			}
			return fmt.Errorf("enter an agent: %w", err)
		}
		again := `UPDATE SET name = excluded.name, phone = excluded.phone,
			pin = CASE WHEN excluded.pin = '' THEN agents.pin ELSE excluded.pin END,
			wrong = CASE WHEN excluded.pin = '' THEN agents.wrong ELSE 0 END,
			locked_until = CASE WHEN excluded.pin = '' THEN agents.locked_until ELSE 0 END, skills = excluded.skills,
			teams = excluded.teams, district = excluded.district, changed_at = ` + t.Engine().Greatest("agents.changed_at + 1", "excluded.changed_at") +
			`, changed_by = excluded.changed_by`
		if a.Was == db.Fresh {
			again = `NOTHING`
		}
		err := db.Changed(t.Exec(ctx, `INSERT INTO agents (id, name, phone, pin, skills, teams, district, changed_at,
			changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO `+again, a.ID, a.Name, a.Phone, hash,
			string(skills), string(teams), a.District, now.UnixMilli(), intake.Line(a.By, intake.MaxName)))
		if errors.Is(err, db.ErrConflict) {
			return ErrChanged
		}
		if err != nil {
			return fmt.Errorf("enter an agent: %w", err)
		}
		return nil
	})
}

// Remove takes an agent out. What the agent did stays.
func (s *Store) Remove(ctx context.Context, id string) error {
	err := db.Changed(s.db.Exec(ctx, `DELETE FROM agents WHERE id = ?`, id))
	if errors.Is(err, db.ErrConflict) {
		return ErrNone
	}
	if err != nil {
		return fmt.Errorf("remove an agent: %w", err)
	}
	return nil
}

// List are the agents, by their ids.
func (s *Store) List(ctx context.Context) ([]Agent, error) {
	var rows []struct {
		ID, Name, Phone, PIN, Skills, Teams, District string

		Locked  int64  `db:"locked_until"`
		Changed int64  `db:"changed_at"`
		By      string `db:"changed_by"`
	}
	err := s.db.Select(ctx, &rows, `SELECT id, name, phone, pin, skills, teams, district, locked_until, changed_at,
		changed_by 		FROM agents ORDER BY id`+s.db.Engine().ByteOrder())
	if err != nil {
		return nil, fmt.Errorf("list the agents: %w", err)
	}
	list := make([]Agent, 0, len(rows))
	for _, r := range rows {
		a := Agent{ID: r.ID, Name: r.Name, Phone: r.Phone, HasPIN: r.PIN != "", Locked: r.Locked,
			District: r.District, Changed: r.Changed, By: r.By}
		if err := errors.Join(json.Unmarshal([]byte(r.Skills), &a.Skills),
			json.Unmarshal([]byte(r.Teams), &a.Teams)); err != nil {
			return nil, fmt.Errorf("the agent %s: %w", r.ID, err)
		}
		list = append(list, a)
	}
	return list, nil
}

// The limits of signing in with a PIN.
const (
	Tries   = 5                // wrong PINs in a row, and then
	LockFor = 30 * time.Minute // none of that agent's is looked at
)

// Prove tells by the PIN whether somebody is an agent: nil, ErrWrong, or ErrLocked while there were too many wrong
// ones. The right one ends the counting. An agent without a PIN has none that fits. How long it takes tells nothing.
func (s *Store) Prove(ctx context.Context, id, secret string, now time.Time) error {
	var r struct {
		PIN    string
		Wrong  int64
		Locked int64 `db:"locked_until"`
	}
	err := s.db.Get(ctx, &r, `SELECT pin, wrong, locked_until FROM agents WHERE id = ?`, id)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("look at a PIN: %w", err)
	}
	stored := r.PIN
	if stored == "" {
		stored = pin.Nobody
	}
	fits := pin.Fits(stored, secret) && r.PIN != ""
	switch {
	case r.Locked > now.UnixMilli():
		return ErrLocked
	case r.PIN == "" || fits && r.Wrong == 0:
	case fits:
		_, err = s.db.Exec(ctx, `UPDATE agents SET wrong = 0, locked_until = 0 WHERE id = ?`, id)
	default: // as one statement, so that of many at the same time each counts
		_, err = s.db.Exec(ctx, `UPDATE agents SET wrong = wrong + 1,
			locked_until = CASE WHEN (wrong + 1) % ? = 0 THEN ? ELSE locked_until END WHERE id = ?`, Tries,
			now.Add(LockFor).UnixMilli(), id)
	}
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("look at a PIN: %w", err)
	}
	if !fits {
		return ErrWrong
	}
	return nil
}

// SetState writes what an agent asks for.
func (s *Store) SetState(ctx context.Context, x State) error {
	_, err := s.db.Exec(ctx, `INSERT INTO agent_states (agent, state, reason, since, set_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (agent) DO UPDATE SET state = excluded.state, reason = excluded.reason, since = excluded.since,
		set_by = excluded.set_by`, x.Agent, x.State, intake.Line(x.Reason, intake.MaxName), x.Since,
		intake.Line(x.By, intake.MaxName))
	if err != nil {
		return fmt.Errorf("write an agent's state: %w", err)
	}
	return nil
}

// States are what agents have asked for last.
func (s *Store) States(ctx context.Context) ([]State, error) {
	var list []State
	err := s.db.Select(ctx, &list, `SELECT agent, state, reason, since, set_by FROM agent_states ORDER BY agent`)
	if err != nil {
		return nil, fmt.Errorf("list the states of agents: %w", err)
	}
	return list, nil
}

// Day is what an agent did between two moments, in order: segments that reach over an edge are cut there.
func (s *Store) Day(ctx context.Context, id string, from, to time.Time) ([]Segment, error) {
	var list []Segment
	a, b := from.UnixMilli(), to.UnixMilli()
	err := s.db.Select(ctx, &list, `SELECT began, ended, state, reason, call_id, node FROM agent_segments
		WHERE agent = ? AND began < ? AND ended > ? ORDER BY began LIMIT 100000`, id, b, a)
	if err != nil {
		return nil, fmt.Errorf("read an agent's day: %w", err)
	}
	edge := a
	for i := range list { // two servers that did not know of each other yet may both have written a second
		x := &list[i]
		x.Began, x.Ended = max(x.Began, edge), min(x.Ended, b)
		edge = max(edge, x.Ended)
	}
	return slices.DeleteFunc(list, func(x Segment) bool { return x.Ended <= x.Began }), nil
}
