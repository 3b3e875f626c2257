package stdlib

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Closure is an emergency closure: opening hours are closed, whatever their schedule says. Moments are Unix
// milliseconds.
type Closure struct {
	ID    int64             `json:"id"`
	Hours string            `json:"hours,omitempty"` // a name of the program's; "" for all
	From  int64             `json:"from"`
	Until int64             `json:"until,omitempty"` // 0: until it is lifted
	Words map[string]string `json:"words"`           // what callers are told, by language
	SetAt int64             `json:"set_at"`
	By    string            `json:"by"`
}

// of tells whether a closure closes hours of a name.
func (c *Closure) of(name string) bool { return c.Hours == "" || c.Hours == name }

// in tells whether a closure is in force.
func (c *Closure) in(now int64) bool { return c.From <= now && (c.Until == 0 || now < c.Until) }

// The errors of closures.
var (
	ErrClosureTime  = errors.New("a closure ends after it begins, and in the future")
	ErrClosureWords = errors.New("a closure says who sets it, and has at most 300 characters for callers")
	ErrNoClosure    = errors.New("there is no such closure, or it is lifted")
)

// longestClosure is how much callers are told, in characters.
const longestClosure = 300

func newClosures(d *db.DB, file string, now func() time.Time, log *slog.Logger) *lastKnown[[]Closure] {
	k := &lastKnown[[]Closure]{what: "the closures", file: file, now: now, log: log,
		read: func(ctx context.Context) ([]Closure, error) {
			var rows []struct {
				ID     int64  `db:"id"`
				Hours  string `db:"hours"`
				Begins int64  `db:"begins"`
				Ends   int64  `db:"ends"`
				Words  string `db:"words"`
				SetAt  int64  `db:"set_at"`
				By     string `db:"set_by"`
			}
			if err := d.Select(ctx, &rows, `SELECT id, hours, begins, ends, words, set_at, set_by FROM closures
				WHERE lifted_at = 0 AND (ends = 0 OR ends > ?) ORDER BY id`, now().UnixMilli()); err != nil {
				return nil, err
			}
			list := make([]Closure, len(rows))
			for i, r := range rows {
				list[i] = Closure{ID: r.ID, Hours: r.Hours, From: r.Begins, Until: r.Ends, SetAt: r.SetAt, By: r.By}
				if err := json.Unmarshal([]byte(r.Words), &list[i].Words); err != nil {
					return nil, fmt.Errorf("closure %d: %w", r.ID, err)
				}
			}
			return list, nil
		}}
	return k.open()
}

// Closures are the closures in force and announced, the oldest first. While the database is away the last copy answers;
// an error means that there is none.
func (l *Library) Closures(ctx context.Context) ([]Closure, error) {
	list, err := l.closures.get(ctx)
	return slices.Clone(list), err
}

// Closed are the times for which opening hours of a name are closed.
func (l *Library) Closed(ctx context.Context, name string) ([]hours.Closure, error) {
	list, err := l.closures.get(ctx)
	var out []hours.Closure
	for i := range list {
		if list[i].of(name) {
			out = append(out, hours.Closure{Start: list[i].From, End: list[i].Until})
		}
	}
	return out, err
}

// ClosuresVersion counts the changes of the closures, from 1 on.
func (l *Library) ClosuresVersion(ctx context.Context) (int64, error) {
	version, err := closuresVersion(ctx, l.db)
	if err != nil {
		return 0, fmt.Errorf("read the closures: %w", err)
	}
	return version, nil
}

func closuresVersion(ctx context.Context, q db.Queryer) (version int64, err error) {
	err = q.Get(ctx, &version, `SELECT 1 + COUNT(*) + COALESCE(SUM(CASE WHEN lifted_at > 0 THEN 1 ELSE 0 END), 0)
		FROM closures`)
	return version, err
}

// changeClosures makes a change that was made from a version of the closures, db.Fresh for none yet, 0 for any: it
// fails with ErrChanged where there is another by now.
func (l *Library) changeClosures(ctx context.Context, was int64, change func(*db.Tx) error) error {
	err := l.db.Tx(ctx, func(t *db.Tx) error {
		if was == db.Fresh {
			was = 1
		}
		if was > 0 {
			if t.Engine() == db.Postgres { // SQLite has one writer at a time
				if _, err := t.Exec(ctx, `LOCK TABLE closures IN SHARE ROW EXCLUSIVE MODE`); err != nil {
					return err
				}
			}
			if now, err := closuresVersion(ctx, t); err != nil || now != was {
				return cmp.Or(err, ErrChanged)
			}
		}
		return change(t)
	})
	if err == nil {
		l.closures.stale()
	}
	return err
}

// SetClosure sets a closure, from a version of all of them. It is in force for the next question here, and within a
// second on other nodes.
func (l *Library) SetClosure(ctx context.Context, c Closure, was int64) (Closure, error) {
	now := l.o.Now().UnixMilli()
	if c.From == 0 {
		c.From = now
	}
	if c.Until != 0 && (c.Until <= c.From || c.Until <= now) {
		return c, ErrClosureTime
	}
	words := map[string]string{}
	for _, lang := range slices.Sorted(maps.Keys(c.Words)) {
		text := intake.Text(c.Words[lang], longestClosure+1)
		if len([]rune(text)) > longestClosure {
			return c, ErrClosureWords
		}
		if text != "" {
			words[lang] = text
		}
	}
	c.Words, c.SetAt, c.By = words, now, intake.Line(c.By, intake.MaxName)
	if c.By == "" {
		return c, ErrClosureWords
	}
	b, err := json.Marshal(words)
	if err != nil {
		return c, fmt.Errorf("set a closure: %w", err)
	}
	err = l.changeClosures(ctx, was, func(t *db.Tx) error {
		return t.Get(ctx, &c.ID, `INSERT INTO closures (hours, begins, ends, words, set_at, set_by)
			VALUES (?, ?, ?, ?, ?, ?) RETURNING id`, c.Hours, c.From, c.Until, string(b), c.SetAt, c.By)
	})
	if err != nil {
		return c, fmt.Errorf("set a closure: %w", err)
	}
	return c, nil
}

// LiftClosure ends a closure now, from a version of all of them.
func (l *Library) LiftClosure(ctx context.Context, id int64, by string, was int64) error {
	if by = intake.Line(by, intake.MaxName); by == "" {
		return ErrClosureWords
	}
	err := l.changeClosures(ctx, was, func(t *db.Tx) error {
		return db.Changed(t.Exec(ctx, `UPDATE closures SET lifted_at = ?, lifted_by = ? WHERE id = ? AND lifted_at = 0`,
			l.o.Now().UnixMilli(), by, id))
	})
	if errors.Is(err, db.ErrConflict) {
		return ErrNoClosure
	}
	if err != nil {
		return fmt.Errorf("lift a closure: %w", err)
	}
	return nil
}

// closureText is closure.text of the library: what callers are told of the closure that was set last, in their language
// or the language that there is.
func (l *Library) closureText(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
	name, now := intake.Args(args).Text(0, intake.MaxName), c.Now.UnixMilli()
	list, err := l.closures.get(ctx)
	if err != nil {
		return value.Value{}, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if x := &list[i]; x.in(now) && (name == "" || x.of(name)) && len(x.Words) > 0 {
			text, ok := x.Words[c.Lang]
			if !ok {
				text = x.Words[slices.Sorted(maps.Keys(x.Words))[len(x.Words)-1]]
			}
			return value.Text(text), nil
		}
	}
	return value.Value{}, fn.Outcome("not_found")
}
