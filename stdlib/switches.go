package stdlib

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rexian/stdlib/db"
)

// freshSwitches is how old the copy may be that answers: what staff switch is in force everywhere after this.
const freshSwitches = time.Second

// switches are the switches as staff have set them, with a copy in memory and in a file for when the database is away.
type switches struct {
	db   *db.DB
	file string
	now  func() time.Time
	log  *slog.Logger

	mu   sync.Mutex // one reader of the database at a time
	copy map[string]bool
	read time.Time
	away bool
}

func newSwitches(d *db.DB, file string, now func() time.Time, log *slog.Logger) *switches {
	s := &switches{db: d, file: file, now: now, log: log}
	if b, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(b, &s.copy); err != nil {
			log.Warn("the last copy of the switches cannot be read", "error", err)
			s.copy = nil
		}
	}
	return s
}

// Switch tells how staff have set a switch of the program. known is false for one that nobody has touched: then it is
// as the program declares it. While the database is away the last copy answers; an error means that there is none.
func (l *Library) Switch(ctx context.Context, name string) (on, known bool, err error) {
	all, err := l.switches.all(ctx)
	on, known = all[name]
	return on, known, err
}

// Switches are all switches that staff have set.
func (l *Library) Switches(ctx context.Context) (map[string]bool, error) {
	all, err := l.switches.all(ctx)
	same := make(map[string]bool, len(all))
	for name, on := range all {
		same[name] = on
	}
	return same, err
}

// SetSwitch sets a switch. It is in force for the next question here, and within a second on other nodes. by names who
// did it; it fails with db.ErrUnavailable while the database is away.
func (l *Library) SetSwitch(ctx context.Context, name string, on bool, by string) error {
	s := l.switches
	if name == "" || len(name) > 200 {
		return errors.New("set a switch: it has no name")
	}
	if _, err := s.db.Exec(ctx, `INSERT INTO switches (name, is_on, changed, changed_by) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on, changed = excluded.changed, changed_by = excluded.changed_by`,
		name, on, s.now().UnixMilli(), by); err != nil {
		return fmt.Errorf("set the switch: %w", err)
	}
	s.mu.Lock()
	s.read = time.Time{}
	s.mu.Unlock()
	return nil
}

// all returns the copy, read anew if it is too old. It is not to be changed.
func (s *switches) all(ctx context.Context) (map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.copy != nil && now.Sub(s.read) < freshSwitches && !now.Before(s.read) {
		return s.copy, nil
	}
	var rows []struct {
		Name string `db:"name"`
		On   bool   `db:"is_on"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT name, is_on FROM switches`); err != nil {
		if s.copy == nil {
			return nil, fmt.Errorf("read the switches: %w", err)
		}
		if !s.away {
			s.log.Warn("the switches are as last known", "error", err)
		}
		s.away, s.read = true, now // not again before the copy is old
		return s.copy, nil
	}
	fresh := make(map[string]bool, len(rows))
	changed := s.copy == nil || len(rows) != len(s.copy)
	for _, r := range rows {
		fresh[r.Name] = r.On
		old, had := s.copy[r.Name]
		changed = changed || !had || old != r.On
	}
	s.copy, s.read, s.away = fresh, now, false
	if changed {
		if err := keep(s.file, fresh); err != nil {
			s.log.Warn("the copy of the switches is not kept", "error", err)
		}
	}
	return fresh, nil
}

// keep writes the copy whole or not at all.
func keep(file string, all map[string]bool) error {
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".switches-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is none
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
