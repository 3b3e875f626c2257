package stdlib

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"rexian/stdlib/db"
)

// newSwitches are the switches as staff have set them.
func newSwitches(d *db.DB, file string, now func() time.Time, log *slog.Logger) *lastKnown[map[string]bool] {
	k := &lastKnown[map[string]bool]{what: "the switches", file: file, now: now, log: log,
		read: func(ctx context.Context) (map[string]bool, error) {
			var rows []struct {
				Name string `db:"name"`
				On   bool   `db:"is_on"`
			}
			if err := d.Select(ctx, &rows, `SELECT name, is_on FROM switches`); err != nil {
				return nil, err
			}
			all := make(map[string]bool, len(rows))
			for _, r := range rows {
				all[r.Name] = r.On
			}
			return all, nil
		}}
	return k.open()
}

// Switch tells how staff have set a switch of the program. known is false for one that nobody has touched: then it is
// as the program declares it. While the database is away the last copy answers; an error means that there is none.
func (l *Library) Switch(ctx context.Context, name string) (on, known bool, err error) {
	all, err := l.switches.get(ctx)
	on, known = all[name]
	return on, known, err
}

// Switches are all switches that staff have set.
func (l *Library) Switches(ctx context.Context) (map[string]bool, error) {
	all, err := l.switches.get(ctx)
	if all == nil {
		return map[string]bool{}, err
	}
	return maps.Clone(all), err
}

// ErrChanged is for what has been changed since it was read by who changes it.
var ErrChanged = errors.New("somebody has changed it meanwhile")

// SwitchSet is how staff have set a switch, and when.
type SwitchSet struct {
	Name    string `db:"name"`
	On      bool   `db:"is_on"`
	Changed int64  `db:"changed"` // Unix milliseconds; it grows with each change
	By      string `db:"changed_by"`
}

// SwitchesSet are all switches that staff have set, as the database has them now, by their names.
func (l *Library) SwitchesSet(ctx context.Context) (map[string]SwitchSet, error) {
	var rows []SwitchSet
	if err := l.db.Select(ctx, &rows, `SELECT name, is_on, changed, changed_by FROM switches`); err != nil {
		return nil, fmt.Errorf("read the switches: %w", err)
	}
	all := make(map[string]SwitchSet, len(rows))
	for _, r := range rows {
		all[r.Name] = r
	}
	return all, nil
}

// SetSwitch sets a switch, and returns its version. It is in force for the next question here, and within a second on
// other nodes. by names who did it. was is the version that the change was made from, db.Fresh for a switch that nobody
// had touched, 0 for any: it fails with ErrChanged where the switch is not so. It fails with db.ErrUnavailable while
// the database is away.
func (l *Library) SetSwitch(ctx context.Context, name string, on bool, by string, was int64) (version int64,
	err error) {
	if name == "" || len(name) > 200 {
		return 0, errors.New("set a switch: it has no name")
	}
	now := l.o.Now().UnixMilli()
	enter := `INSERT INTO switches (name, is_on, changed, changed_by) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO `
	later := func(than string) string { return l.db.Engine().Greatest(than+".changed + 1", "?") }
	switch {
	case was == db.Fresh:
		err = l.db.Get(ctx, &version, enter+`NOTHING RETURNING changed`, name, on, now, by)
	case was > 0:
		err = l.db.Get(ctx, &version, `UPDATE switches SET is_on = ?, changed = `+later("switches")+`, changed_by = ?
			WHERE name = ? AND changed = ? RETURNING changed`, on, now, by, name, was)
	default:
		err = l.db.Get(ctx, &version, enter+`UPDATE SET is_on = excluded.is_on, changed = `+later("switches")+`,
			changed_by = excluded.changed_by RETURNING changed`, name, on, now, by, now)
	}
	if db.IsNotFound(err) {
		return 0, ErrChanged
	}
	if err != nil {
		return 0, fmt.Errorf("set the switch: %w", err)
	}
	l.switches.stale()
	return version, nil
}
