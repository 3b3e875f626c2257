package user

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// seenEvery is how often it is written down that a session is used.
const seenEvery = time.Minute

// digest is what is stored of a drawn secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// SignIn begins a session; the token is to be shown to Session. ErrSignIn is for a name or a password that is wrong, or
// a user who may not; ErrLocked while a user is locked. How long it takes tells nothing.
func (s *Store) SignIn(ctx context.Context, name, password string, now time.Time) (token string, u User, err error) {
	var r row
	err = s.db.Get(ctx, &r, `SELECT `+columns+` FROM users WHERE name = ?`, name)
	if err != nil && !db.IsNotFound(err) {
		return "", u, fmt.Errorf("sign in: %w", err)
	}
	stored := r.Password
	if stored == "" {
		stored = pin.Nobody
	}
	fits := pin.Fits(stored, password) && r.Password != "" && !r.Disabled
	if r.Locked > now.UnixMilli() {
		return "", u, ErrLocked
	}
	if !fits {
		return "", u, s.wrong(ctx, &r, now)
	}
	if u, err = r.user(); err != nil {
		return "", u, err
	}
	token = rand.Text() + rand.Text()
	err = s.db.Tx(ctx, func(t *db.Tx) error {
		if _, err := t.Exec(ctx, `UPDATE users SET wrong = 0, locked_until = 0 WHERE name = ?`, name); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `DELETE FROM user_sessions WHERE begun_at < ? OR seen_at < ?`,
			now.Add(-Longest).UnixMilli(), now.Add(-Idle).UnixMilli()); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `INSERT INTO user_sessions (hash, user_name, begun_at, seen_at) VALUES (?, ?, ?, ?)`,
			digest(token), name, now.UnixMilli(), now.UnixMilli())
		return err
	})
	if err != nil {
		return "", u, fmt.Errorf("sign in: %w", err)
	}
	return token, u, nil
}

// wrong counts a wrong password.
func (s *Store) wrong(ctx context.Context, r *row, now time.Time) error {
	if r.Password == "" || r.Disabled {
		return ErrSignIn
	}
	// As one statement, so that of many at the same time each counts.
	_, err := s.db.Exec(ctx, `UPDATE users SET wrong = wrong + 1,
		locked_until = CASE WHEN (wrong + 1) % ? = 0 THEN ? ELSE locked_until END WHERE name = ?`, Tries,
		now.Add(LockFor).UnixMilli(), r.Name)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return ErrSignIn
}

// Session is whose session a token is. ErrSession is for one that has ended.
func (s *Store) Session(ctx context.Context, token string, now time.Time) (User, error) {
	var r struct {
		row
		Begun int64 `db:"begun_at"`
		Seen  int64 `db:"seen_at"`
	}
	hash := digest(token)
	err := s.db.Get(ctx, &r, `SELECT `+columns+`, begun_at, seen_at FROM user_sessions x JOIN users u ON u.name = x.user_name
		WHERE x.hash = ?`, hash)
	if db.IsNotFound(err) {
		return User{}, ErrSession
	}
	if err != nil {
		return User{}, fmt.Errorf("look at a session: %w", err)
	}
	if r.Disabled || r.Begun < now.Add(-Longest).UnixMilli() || r.Seen < now.Add(-Idle).UnixMilli() {
		return User{}, ErrSession
	}
	if r.Seen < now.Add(-seenEvery).UnixMilli() {
		if _, err := s.db.Exec(ctx, `UPDATE user_sessions SET seen_at = ? WHERE hash = ?`, now.UnixMilli(),
			hash); err != nil {
			return User{}, fmt.Errorf("look at a session: %w", err)
		}
	}
	return r.user()
}

// SignOut ends a session.
func (s *Store) SignOut(ctx context.Context, token string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM user_sessions WHERE hash = ?`, digest(token)); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// Key is a key of a program. Moments are Unix milliseconds.
type Key struct {
	ID      string
	Label   string
	Permits []string
	Scope
	Expires int64 // 0: never
	Made    int64
	By      string
	Revoked int64 // 0: it is not
}

// keyPrefix marks keys, so that they are recognised where they leak.
const keyPrefix = "rxk_"

// MakeKey makes a key. Its secret is returned once, and is stored nowhere.
func (s *Store) MakeKey(ctx context.Context, k Key, now time.Time) (secret string, made Key, err error) {
	k.Label, k.By = intake.Line(k.Label, intake.MaxName), intake.Line(k.By, intake.MaxName)
	k.ID, k.Made = strings.ToLower(rand.Text()[:10]), now.UnixMilli()
	tail := rand.Text() + rand.Text()
	permits, err := json.Marshal(k.Permits)
	if err != nil {
		return "", k, fmt.Errorf("make a key: %w", err)
	}
	sees, err := k.Scope.store()
	if err != nil {
		return "", k, fmt.Errorf("make a key: %w", err)
	}
	_, err = s.db.Exec(ctx, `INSERT INTO api_keys (id, hash, label, permits, queues, teams, districts, expires_at, made_at,
		made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, digest(tail), k.Label, string(permits), sees.Queues,
		sees.Teams, sees.Districts, k.Expires, k.Made, k.By)
	if err != nil {
		return "", k, fmt.Errorf("make a key: %w", err)
	}
	return keyPrefix + k.ID + "_" + tail, k, nil
}

// keyRow is a key as stored.
type keyRow struct {
	ID      string `db:"id"`
	Hash    string `db:"hash"`
	Label   string `db:"label"`
	Permits string `db:"permits"`
	stored
	Expires int64  `db:"expires_at"`
	Made    int64  `db:"made_at"`
	By      string `db:"made_by"`
	Revoked int64  `db:"revoked_at"`
}

const keyColumns = `id, hash, label, permits, queues, teams, districts, expires_at, made_at, made_by, revoked_at`

func (r *keyRow) key() (Key, error) {
	k := Key{ID: r.ID, Label: r.Label, Expires: r.Expires, Made: r.Made, By: r.By, Revoked: r.Revoked}
	var err error
	k.Scope, err = r.scope()
	if err = errors.Join(err, json.Unmarshal([]byte(r.Permits), &k.Permits)); err != nil {
		return k, fmt.Errorf("the key %s: %w", r.ID, err)
	}
	return k, nil
}

// IsKey tells whether a bearer's token is meant as a key.
func IsKey(token string) bool { return strings.HasPrefix(token, keyPrefix) }

// ByKey is the key of a secret. ErrKey is for one that is unknown, revoked or expired.
func (s *Store) ByKey(ctx context.Context, secret string, now time.Time) (Key, error) {
	id, tail, ok := strings.Cut(strings.TrimPrefix(secret, keyPrefix), "_")
	if !ok || !IsKey(secret) {
		return Key{}, ErrKey
	}
	var r keyRow
	err := s.db.Get(ctx, &r, `SELECT `+keyColumns+` FROM api_keys WHERE id = ?`, id)
	if err != nil && !db.IsNotFound(err) {
		return Key{}, fmt.Errorf("look at a key: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(r.Hash), []byte(digest(tail))) != 1 || r.Revoked != 0 ||
		r.Expires != 0 && r.Expires <= now.UnixMilli() {
		return Key{}, ErrKey
	}
	return r.key()
}

// Keys lists keys by their ids, from after one on.
func (s *Store) Keys(ctx context.Context, after string, limit int) ([]Key, error) {
	byID := `id` + s.db.Engine().ByteOrder()
	var rows []keyRow
	if err := s.db.Select(ctx, &rows,
		`SELECT `+keyColumns+` FROM api_keys WHERE `+byID+` > ? ORDER BY `+byID+` LIMIT ?`,
		after, min(max(limit, 1), 1000)); err != nil {
		return nil, fmt.Errorf("list the keys: %w", err)
	}
	list := make([]Key, 0, len(rows))
	for i := range rows {
		k, err := rows[i].key()
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, nil
}

// Revoke ends a key for good.
func (s *Store) Revoke(ctx context.Context, id string, now time.Time) error {
	err := db.Changed(s.db.Exec(ctx, `UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at = 0`,
		now.UnixMilli(), id))
	if errors.Is(err, db.ErrConflict) {
		return ErrKey
	}
	if err != nil {
		return fmt.Errorf("revoke a key: %w", err)
	}
	return nil
}
