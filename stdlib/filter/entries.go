package filter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// ErrOwnApproval is for who wants to approve what they added themselves.
var ErrOwnApproval = errors.New("an entry is approved by another person than added it")

// ErrEntry is for what cannot be in a list.
var ErrEntry = errors.New("add to a list")

// maxPrefix and minPrefix bound the digits of a prefix: "1" would refuse every mobile telephone.
const minPrefix, maxPrefix = 3, 20

// Add puts a number, or all that begin so, into a list, for a time or for good (0). What was there of the same number
// is replaced, but a time never shortens what is longer. To refuse or warn for good needs an approver; until somebody
// else approves it, the entry counts for Options.Pending.
func (s *Store) Add(ctx context.Context, e Entry, lasting time.Duration, now time.Time) error {
	e.List = Name(e.List)
	e.Reason, e.AddedBy = intake.Line(e.Reason, intake.MaxName), intake.Line(e.AddedBy, intake.MaxName)
	if e.Prefix {
		e.Pattern = intake.Digits(e.Pattern, maxPrefix)
		if len(e.Pattern) < minPrefix {
			return fmt.Errorf("%w: a prefix has %d to %d digits", ErrEntry, minPrefix, maxPrefix)
		}
	} else if e.Pattern = intake.Phone(e.Pattern); !intake.Callable(e.Pattern) {
		return fmt.Errorf("%w: there is no number", ErrEntry)
	}
	if e.List == "" || lasting < 0 {
		return fmt.Errorf("%w: the list has no name, or the time is negative", ErrEntry)
	}
	e.AddedAt, e.ExpiresAt, e.ApprovedBy = now.UnixMilli(), 0, ""
	if lasting > 0 {
		e.ExpiresAt = now.Add(lasting).UnixMilli()
		if e.ExpiresAt < e.AddedAt { // beyond the calendar
			return fmt.Errorf("%w: the time is too long", ErrEntry)
		}
	} else if NeedsApproval(e.List) {
		e.ExpiresAt = now.Add(s.o.Pending).UnixMilli()
	}
	// A longer time replaces a shorter one; for good and approved (0) stays.
	_, err := s.change(ctx, `INSERT INTO filter_entries (list, pattern, prefix, reason, expires_at, added_at, added_by, approved_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, '')
		ON CONFLICT (list, pattern, prefix) DO UPDATE SET reason = excluded.reason, expires_at = excluded.expires_at,
			added_at = excluded.added_at, added_by = excluded.added_by
		WHERE filter_entries.expires_at > 0 AND (excluded.expires_at = 0 OR excluded.expires_at > filter_entries.expires_at)`,
		e.List, e.Pattern, number(e.Prefix), e.Reason, e.ExpiresAt, e.AddedAt, e.AddedBy)
	if err != nil {
		return fmt.Errorf("add to a list: %w", err)
	}
	return nil
}

// change runs one statement and counts it, so that every node reads the lists again; it returns how many entries it
// changed.
func (s *Store) change(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err = r.RowsAffected(); err != nil {
			return err
		}
		return Changed(ctx, tx)
	})
	s.stale()
	return n, err
}

// Changed raises the number by which the nodes see that the lists have changed, in the transaction that changes them.
func Changed(ctx context.Context, q db.Queryer) error {
	_, err := q.Exec(ctx,
		`INSERT INTO series (name, last) VALUES ('filter', 1) ON CONFLICT (name) DO UPDATE SET last = series.last + 1`)
	return err
}

// Approve makes an entry one for good. Who added it may not approve it. The outcome is not_found where no such entry
// waits.
func (s *Store) Approve(ctx context.Context, list, pattern string, prefix bool, approver string, now time.Time) error {
	if approver = intake.Line(approver, intake.MaxName); approver == "" {
		return errors.New("approve an entry: nobody approves it")
	}
	if !prefix {
		pattern = intake.Phone(pattern)
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var by string
		if err := tx.Get(ctx, &by,
			`SELECT added_by FROM filter_entries WHERE list = ? AND pattern = ? AND prefix = ? AND expires_at > ?`+tx.Engine().ForUpdate(),
			Name(list), pattern, number(prefix), now.UnixMilli()); err != nil {
			if db.IsNotFound(err) {
				return fn.Outcome("not_found")
			}
			return err
		}
		if by == approver {
			return ErrOwnApproval
		}
		if _, err := tx.Exec(ctx,
			`UPDATE filter_entries SET expires_at = 0, approved_by = ? WHERE list = ? AND pattern = ? AND prefix = ?`,
			approver, Name(list), pattern, number(prefix)); err != nil {
			return err
		}
		return Changed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("approve an entry: %w", err)
	}
	s.stale()
	return nil
}

// Remove takes a number out of a list, out of every list but the white and VIP ones if list is "". It returns how many
// entries went.
func (s *Store) Remove(ctx context.Context, list, pattern string, prefix bool) (int64, error) {
	if !prefix {
		pattern = intake.Phone(pattern)
	}
	query, args := `DELETE FROM filter_entries WHERE pattern = ? AND prefix = ? AND list = ?`,
		[]any{pattern, number(prefix), Name(list)}
	if list == "" {
		query, args = `DELETE FROM filter_entries WHERE pattern = ? AND prefix = ? AND list NOT IN (?, ?)`,
			[]any{pattern, number(prefix), White, VIP}
	}
	n, err := s.change(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("remove from a list: %w", err)
	}
	return n, nil
}

// entryColumns are those of an [Entry].
const entryColumns = `list, pattern, prefix, reason, expires_at, added_at, added_by, approved_by`

// Page lists the entries of a list in the order of their numbers, after one, at most limit; those that are over too.
// The zero Entry is the beginning; the last one of a page leads to the next.
func (s *Store) Page(ctx context.Context, list string, after Entry, limit int) ([]Entry, error) {
	var page []Entry
	err := s.db.Select(ctx, &page, `SELECT `+entryColumns+` FROM filter_entries
		WHERE list = ? AND (pattern > ? OR pattern = ? AND prefix > ?) ORDER BY pattern, prefix LIMIT ?`,
		Name(list), after.Pattern, after.Pattern, number(after.Prefix), min(max(limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("list the entries: %w", err)
	}
	return page, nil
}

// Get reads an entry, be it over or not. The outcome is not_found.
func (s *Store) Get(ctx context.Context, list, pattern string, prefix bool) (e Entry, err error) {
	if !prefix {
		pattern = intake.Phone(pattern)
	}
	err = s.db.Get(ctx, &e, `SELECT `+entryColumns+` FROM filter_entries WHERE list = ? AND pattern = ? AND prefix = ?`,
		Name(list), pattern, number(prefix))
	if db.IsNotFound(err) {
		return e, fn.Outcome("not_found")
	}
	if err != nil {
		return e, fmt.Errorf("read an entry: %w", err)
	}
	return e, nil
}

// Count is how many entries a list has, those that are over apart.
type Count struct {
	List string `db:"list"`
	N    int64  `db:"n"`
}

// Counts counts the entries of the lists that have any.
func (s *Store) Counts(ctx context.Context, now time.Time) ([]Count, error) {
	var list []Count
	if err := s.db.Select(ctx, &list, `SELECT list, COUNT(*) AS n FROM filter_entries
		WHERE expires_at = 0 OR expires_at > ? GROUP BY list`, now.UnixMilli()); err != nil {
		return nil, fmt.Errorf("count the entries: %w", err)
	}
	return list, nil
}

// Sweep removes entries that have been over for a month; they counted no more.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int64, error) {
	r, err := s.db.Exec(ctx, `DELETE FROM filter_entries WHERE expires_at > 0 AND expires_at < ?`,
		now.AddDate(0, -1, 0).UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("sweep the lists: %w", err)
	}
	return r.RowsAffected()
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Functions are the functions of the library by their canonical ids. A flow that adds a number without naming a list
// adds it to the warnings.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"filter.check": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			list, err := s.Check(ctx, intake.Args(args).Phone(0), c.Now)
			return value.Text(Class(list, intake.English(c))), err
		},
		"filter.add": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			a := intake.Args(args)
			list := a.Text(1, intake.MaxName)
			if list == "" {
				list = Warning
			}
			const longest = 100 * 366 * 24 * 3600 * 1000 // a hundred years in milliseconds: a time.Duration holds it
			lasting := a.Int(2, 0)
			if lasting < 0 || lasting > longest {
				return value.Value{}, fmt.Errorf("add to a list: a time of %d ms", lasting)
			}
			e := Entry{List: list, Pattern: a.Phone(0), Reason: "flow", AddedBy: "call " + c.CallID}
			return value.Bool(true), s.Add(ctx, e, time.Duration(lasting)*time.Millisecond, c.Now)
		},
		"filter.remove": func(ctx context.Context, _ fn.Caller, args []value.Value) (value.Value, error) {
			_, err := s.Remove(ctx, "", intake.Args(args).Phone(0), false)
			return value.Bool(true), err
		},
	}
}

// Forbidden tells whether a campaign must not call a number: it is on the list of those or on the black one. It reads
// the database itself, in the caller's transaction if q is one: an entry counts from its commit on.
func Forbidden(ctx context.Context, q db.Queryer, phone string, now int64) (bool, error) {
	number := intake.Phone(phone)
	var begins []string // of the number, so that lists of any length are looked up by their key
	for n := range len(number) {
		begins = append(begins, number[:n+1])
	}
	if len(begins) == 0 {
		return false, nil
	}
	query, args, err := db.In(`SELECT `+entryColumns+` FROM filter_entries WHERE list IN (?, ?) AND pattern IN (?) AND (prefix = 1 OR pattern = ?)
		AND (expires_at = 0 OR expires_at > ?) LIMIT 100`, NoCall, Black, begins, number, now)
	var list []Entry
	if err == nil {
		err = q.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return false, fmt.Errorf("look up who is not to be called: %w", err)
	}
	return slices.ContainsFunc(list, func(e Entry) bool { return e.holds(now) }), nil
}
