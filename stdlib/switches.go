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

// SetSwitch sets a switch. It is in force for the next question here, and within a second on other nodes. by names who
// did it; it fails with db.ErrUnavailable while the database is away.
func (l *Library) SetSwitch(ctx context.Context, name string, on bool, by string) error {
	if name == "" || len(name) > 200 {
		return errors.New("set a switch: it has no name")
	}
	if _, err := l.db.Exec(ctx, `INSERT INTO switches (name, is_on, changed, changed_by) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on, changed = excluded.changed, changed_by = excluded.changed_by`,
		name, on, l.o.Now().UnixMilli(), by); err != nil {
		return fmt.Errorf("set the switch: %w", err)
	}
	l.switches.stale()
	return nil
}
