package taxpayer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// The tries that are counted: wrong PINs of an account, wrong PINs from a telephone, wrong tails of an account from a
// telephone.
const (
	scopeAccount = "account"
	scopeCaller  = "caller"
	scopeTail    = "tail"
)

// maxPINCandidates bounds the accounts one PIN is tried on, where stars leave several.
const maxPINCandidates = 5

// Verify verifies a taxpayer by number and PIN. The outcomes are not_found, wrong_pin and locked.
//
// A try is counted before the PIN is looked at and taken back if it was right: a hundred guesses at the same moment are
// three tries. Wrong tries lock the account, in a row whatever the time between them, and the telephone, within half an
// hour whichever accounts they were for; the right PIN of one account does not clear the telephone of guesses at
// others. While either is locked no PIN is looked at, not even the right one. The try that locks says so.
func (s *Store) Verify(ctx context.Context, c fn.Caller, number, secret string) (Taxpayer, error) {
	list, err := s.Candidates(ctx, number)
	switch {
	case err != nil:
		return Taxpayer{}, err
	case len(list) == 0 || len(list) > maxPINCandidates:
		return Taxpayer{}, fn.Outcome("not_found")
	}
	tries := []try{{scopeCaller, callerKey(c)}}
	for _, t := range list {
		tries = append(tries, try{scopeAccount, t.ID})
	}
	if locked, err := s.locked(ctx, tries, c.Now); err != nil || locked {
		return Taxpayer{}, orLocked(err)
	}
	leave, err := s.gate.enter(ctx)
	if err != nil {
		return Taxpayer{}, fmt.Errorf("verify a PIN: %w", err)
	}
	defer leave()
	last, err := s.charge(ctx, tries, c.Now)
	if err != nil {
		return Taxpayer{}, err
	}
	for _, t := range list {
		stored := t.PINHash
		if stored == "" {
			stored = pin.Nobody
		}
		if pin.Fits(stored, secret) && t.PINHash != "" && secret != "" {
			return t, s.clear(ctx, tries)
		}
	}
	if last {
		return Taxpayer{}, fn.Outcome("locked")
	}
	return Taxpayer{}, fn.Outcome("wrong_pin")
}

// VerifyTail compares the last digits of a taxpayer's number with what was keyed; letters are left out, for a telephone
// has none. Fewer than four digits never fit. Three wrong ones from a telephone, and even the right ones do not fit for
// half an hour. The outcome is mismatch.
func (s *Store) VerifyTail(ctx context.Context, c fn.Caller, number, tail string) error {
	list, err := s.Candidates(ctx, number)
	if err != nil {
		return err
	}
	if len(list) != 1 || len(tail) < 4 {
		return fn.Outcome("mismatch")
	}
	id := list[0].ID
	tries := []try{{scopeTail, id + " " + callerKey(c)}}
	if _, err := s.charge(ctx, tries, c.Now); errors.Is(err, fn.Outcome("locked")) {
		return fn.Outcome("mismatch")
	} else if err != nil {
		return err
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, id)
	if !strings.HasSuffix(digits, tail) && !strings.HasSuffix(id, tail) {
		return fn.Outcome("mismatch")
	}
	return s.clear(ctx, tries)
}

// try is one thing that tries are counted of.
type try struct{ scope, subject string }

// callerKey is whose tries they are: the telephone's, or the call's own where the number is withheld.
func callerKey(c fn.Caller) string {
	if p := intake.Phone(c.Phone); p != "" {
		return p
	}
	return "call:" + intake.Line(c.CallID, 128)
}

func (s *Store) locked(ctx context.Context, tries []try, now time.Time) (bool, error) {
	for _, t := range tries {
		var until int64
		err := s.db.Get(ctx, &until, `SELECT locked_until FROM pin_tries WHERE scope = ? AND subject = ?`, t.scope,
			t.subject)
		if err != nil && !db.IsNotFound(err) {
			return false, fmt.Errorf("look up the tries: %w", err)
		}
		if err == nil && until > now.UnixMilli() {
			return true, nil
		}
	}
	return false, nil
}

func orLocked(err error) error {
	if err != nil {
		return err
	}
	return fn.Outcome("locked")
}

// charge counts a try of each; last tells whether it is the one that locks. The outcome is locked if one of them is,
// and then none is counted.
func (s *Store) charge(ctx context.Context, tries []try, now time.Time) (last bool, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		last = false
		for _, t := range tries {
			n, err := s.chargeOne(ctx, tx, t, now.UnixMilli())
			if err != nil {
				return err
			}
			last = last || n >= int64(s.o.Tries)
		}
		return nil
	})
	return last, err
}

func (s *Store) chargeOne(ctx context.Context, tx *db.Tx, t try, now int64) (int64, error) {
	lock := now + s.o.Lock.Milliseconds()
	first := int64(0)
	if s.o.Tries <= 1 {
		first = lock
	}
	// A row is begun anew after its lock, and after a pause except for an account. 0 as the time of the last try is
	// before every pause.
	before := int64(0)
	if t.scope != scopeAccount {
		before = now - s.o.Lock.Milliseconds()
	}
	const anew = `(pin_tries.locked_until > 0 OR pin_tries.last_at < CAST(? AS BIGINT))`
	var n int64
	err := tx.Get(ctx, &n, `INSERT INTO pin_tries (scope, subject, failures, last_at, locked_until) VALUES (?, ?, 1, ?, ?)
		ON CONFLICT (scope, subject) DO UPDATE SET
			failures = CASE WHEN `+anew+` THEN 1 ELSE pin_tries.failures + 1 END,
			locked_until = CASE WHEN (CASE WHEN `+anew+` THEN 1 ELSE pin_tries.failures + 1 END) >= CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE 0 END,
			last_at = excluded.last_at
		WHERE pin_tries.locked_until <= excluded.last_at RETURNING failures`,
		t.scope, t.subject, now, first, before, before, s.o.Tries, lock)
	if db.IsNotFound(err) {
		return 0, fn.Outcome("locked")
	}
	if err != nil {
		return 0, fmt.Errorf("count a try: %w", err)
	}
	return n, nil
}

// clear takes back what charge counted: all of an account's, one of a telephone's.
func (s *Store) clear(ctx context.Context, tries []try) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		for _, t := range tries {
			query := `DELETE FROM pin_tries WHERE scope = ? AND subject = ?`
			if t.scope == scopeCaller {
				query = `UPDATE pin_tries SET failures = failures - 1, locked_until = 0 WHERE scope = ? AND subject = ? AND failures > 0`
			}
			if _, err := tx.Exec(ctx, query, t.scope, t.subject); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take a try back: %w", err)
	}
	return nil
}

// Forget removes the tries whose lock and pause are over, of telephones and tails: they would begin anew anyway. It
// returns how many.
func (s *Store) Forget(ctx context.Context, now time.Time) (int64, error) {
	r, err := s.db.Exec(ctx, `DELETE FROM pin_tries WHERE scope <> ? AND last_at < ? AND locked_until <= ?`,
		scopeAccount, now.Add(-s.o.Lock).UnixMilli(), now.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("forget old tries: %w", err)
	}
	return r.RowsAffected()
}

// asOutcome turns a missing row into not_found and says of other errors what was being done.
func asOutcome(err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case db.IsNotFound(err):
		return fn.Outcome("not_found")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
