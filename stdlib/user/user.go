// Package user is who may use the administration: people with passwords and roles, their sessions, and the keys of
// programs. A role is a name; what it permits is known to who asks. Of passwords, sessions and keys only hashes are
// stored: argon2id of what people think of, SHA-256 of what is drawn here.
package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// The limits of signing in.
const (
	Tries   = 5                // wrong passwords in a row, and then
	LockFor = 30 * time.Minute // nobody signs in as that user
	Idle    = 30 * time.Minute // a session ends that long after it was used last
	Longest = 12 * time.Hour   // a session ends that long after it began
)

// Shortest is how many characters a password has at least.
const Shortest = 10

// apart are the roles of which nobody has two: who runs the system, who lets people in, and who looks at what both did.
var apart = []string{"system", "security", "audit"}

// User is a person. Moments are Unix milliseconds.
type User struct {
	Name  string
	Shown string
	Roles []string
	Scope
	Phone    string // from which they supervise by codes; "" if from none
	Disabled bool
	Locked   int64 // until when nobody may sign in; 0 if anybody may
	Changed  int64 // it grows with each change
	By       string
	Was      int64 // to PutUser: the Changed that this was made from, db.Fresh for a new one; 0: whatever there is
}

// The errors of users.
var (
	ErrNone     = errors.New("there is no such user")
	ErrName     = errors.New("a user has a name of small letters, digits, dot, dash and underscore, and a role")
	ErrPassword = errors.New("a password has at least 10 characters of three kinds: small and capital letters, digits, others")
	ErrApart    = errors.New("nobody has two of the roles system, security and audit")
	ErrSignIn   = errors.New("the name or the password is wrong")
	ErrLocked   = errors.New("too many wrong passwords: locked for half an hour")
	ErrSession  = errors.New("the session has ended")
	ErrKey      = errors.New("the key is unknown, revoked or expired")
	// ErrChanged is for a user who has been changed since what was to be changed was read.
	ErrChanged = errors.New("somebody has changed the user meanwhile")
)

// Store answers for users, sessions and keys in a database.
type Store struct {
	db   *db.DB
	hash pin.Hash
}

// Open returns the users in d; the zero hash is pin.Default.
func Open(d *db.DB, hash pin.Hash) *Store {
	if hash == (pin.Hash{}) {
		hash = pin.Default
	}
	return &Store{d, hash}
}

// strong tells whether a password is one.
func strong(password string) bool {
	var kinds [4]bool
	n := 0
	for _, r := range password {
		n++
		switch {
		case unicode.IsLower(r):
			kinds[0] = true
		case unicode.IsUpper(r):
			kinds[1] = true
		case unicode.IsDigit(r):
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	count := 0
	for _, k := range kinds {
		if k {
			count++
		}
	}
	return n >= Shortest && count >= 3 && len(password) <= 200
}

// named tells whether a name is one.
func named(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' {
			return false
		}
	}
	return name != "" && len(name) <= 32
}

// PutUser enters a user, or changes one. The password stays as it is where it is empty; a new user has one. Whoever is
// changed is signed out everywhere. It fails with ErrChanged where the user is not as u.Was says.
func (s *Store) PutUser(ctx context.Context, u User, password string, now time.Time) error {
	count := 0
	for _, r := range apart {
		if slices.Contains(u.Roles, r) {
			count++
		}
	}
	switch {
	case !named(u.Name) || len(u.Roles) == 0:
		return ErrName
	case count > 1:
		return ErrApart
	case password != "" && !strong(password):
		return ErrPassword
	}
	roles, err := json.Marshal(u.Roles)
	if err != nil {
		return fmt.Errorf("enter a user: %w", err)
	}
	sees, err := u.Scope.store()
	if err != nil {
		return fmt.Errorf("enter a user: %w", err)
	}
	hash := ""
	if password != "" {
		hash = s.hash.Of(password)
	}
	shown, by := intake.Line(u.Shown, intake.MaxName), intake.Line(u.By, intake.MaxName)
	phone := intake.Line(u.Phone, 128)
	return s.db.Tx(ctx, func(t *db.Tx) error {
		if err := still(ctx, t, u.Name, u.Was); err != nil {
			return err
		}
		err := db.ErrConflict
		if u.Was != db.Fresh {
			err = db.Changed(t.Exec(ctx, `UPDATE users SET shown = ?, roles = ?, queues = ?, teams = ?,
				districts = ?, phone = ?,
				changed_at = `+t.Engine().Greatest("changed_at + 1", "?")+`, changed_by = ?,
				password = CASE WHEN ? = '' THEN password ELSE ? END WHERE name = ?`, shown, string(roles),
				sees.Queues, sees.Teams, sees.Districts, phone, now.UnixMilli(), by, hash, hash, u.Name))
		}
		if errors.Is(err, db.ErrConflict) {
			if hash == "" {
				return ErrPassword
			}
			_, err = t.Exec(ctx, `INSERT INTO users (name, shown, password, roles, queues, teams, districts, phone,
				changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, u.Name, shown, hash, string(roles),
				sees.Queues, sees.Teams, sees.Districts, phone, now.UnixMilli(), by)
			if db.IsConflict(err) { // entered by another at the same moment, or there before
				return ErrChanged
			}
		}
		if err != nil {
			return fmt.Errorf("enter a user: %w", err)
		}
		return s.out(ctx, t, u.Name)
	})
}

// out ends all sessions of a user.
func (s *Store) out(ctx context.Context, q db.Queryer, name string) error {
	if _, err := q.Exec(ctx, `DELETE FROM user_sessions WHERE user_name = ?`, name); err != nil {
		return fmt.Errorf("end the sessions of a user: %w", err)
	}
	return nil
}

// still fails with ErrChanged unless a user is as what is to be changed was made from.
func still(ctx context.Context, t *db.Tx, name string, was int64) error {
	err := t.StillAt(ctx, "users", "name", name, was)
	if errors.Is(err, db.ErrConflict) {
		return ErrChanged
	}
	if err != nil {
		return fmt.Errorf("look at a user: %w", err)
	}
	return nil
}

// Disable keeps a user from signing in, or lets them again, and forgets their wrong passwords. Sessions end at once. It
// fails with ErrChanged where the user is not as was says.
func (s *Store) Disable(ctx context.Context, name string, off bool, was int64, by string, now time.Time) error {
	disabled := 0
	if off {
		disabled = 1
	}
	return s.db.Tx(ctx, func(t *db.Tx) error {
		if err := still(ctx, t, name, was); err != nil {
			return err
		}
		err := db.Changed(t.Exec(ctx, `UPDATE users SET disabled = ?, wrong = 0, locked_until = 0,
			changed_at = `+t.Engine().Greatest("changed_at + 1", "?")+`, changed_by = ? WHERE name = ?`, disabled, now.UnixMilli(), intake.Line(by, intake.MaxName), name))
		if errors.Is(err, db.ErrConflict) {
			return ErrNone
		}
		if err != nil {
			return fmt.Errorf("disable a user: %w", err)
		}
		return s.out(ctx, t, name)
	})
}

// row is a user as stored.
type row struct {
	Name     string `db:"name"`
	Shown    string `db:"shown"`
	Password string `db:"password"`
	Roles    string `db:"roles"`
	stored
	Phone    string `db:"phone"`
	Disabled bool   `db:"disabled"`
	Wrong    int    `db:"wrong"`
	Locked   int64  `db:"locked_until"`
	Changed  int64  `db:"changed_at"`
	By       string `db:"changed_by"`
}

const columns = `name, shown, password, roles, queues, teams, districts, phone, disabled, wrong, locked_until,
	changed_at, changed_by`

func (r *row) user() (User, error) {
	u := User{Name: r.Name, Shown: r.Shown, Phone: r.Phone, Disabled: r.Disabled, Locked: r.Locked, Changed: r.Changed,
		By: r.By}
	var err error
	u.Scope, err = r.scope()
	if err = errors.Join(err, json.Unmarshal([]byte(r.Roles), &u.Roles)); err != nil {
		return u, fmt.Errorf("the user %s: %w", r.Name, err)
	}
	return u, nil
}

func users(rows []row) ([]User, error) {
	list := make([]User, 0, len(rows))
	for i := range rows {
		u, err := rows[i].user()
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

// List lists users by their names, from after one on.
func (s *Store) List(ctx context.Context, after string, limit int) ([]User, error) {
	byName := `name` + s.db.Engine().ByteOrder()
	var rows []row
	if err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM users WHERE `+byName+` > ? ORDER BY `+byName+` LIMIT ?`,
		after, min(max(limit, 1), 1000)); err != nil {
		return nil, fmt.Errorf("list the users: %w", err)
	}
	return users(rows)
}

// At are the users who may be let in and whose telephone this is.
func (s *Store) At(ctx context.Context, phone string) ([]User, error) {
	var rows []row
	if err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM users WHERE phone = ? AND phone <> '' AND disabled = 0
		ORDER BY name LIMIT 100`, phone); err != nil {
		return nil, fmt.Errorf("find whose telephone it is: %w", err)
	}
	return users(rows)
}

// Phones are the users who may be let in and have a telephone.
func (s *Store) Phones(ctx context.Context) ([]User, error) {
	var rows []row
	if err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM users WHERE phone <> '' AND disabled = 0
		ORDER BY name LIMIT 1000`); err != nil {
		return nil, fmt.Errorf("find who has a telephone: %w", err)
	}
	return users(rows)
}

// Get reads a user.
func (s *Store) Get(ctx context.Context, name string) (User, error) {
	var r row
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM users WHERE name = ?`, name)
	if db.IsNotFound(err) {
		return User{}, ErrNone
	}
	if err != nil {
		return User{}, fmt.Errorf("read a user: %w", err)
	}
	return r.user()
}
