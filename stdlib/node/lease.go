package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"rexian/stdlib/db"
)

const columns = `name, boot, folder, kernel, host, process, since, beat, ended`

// Take takes the name. It fails with a *Taken if another server beats under it. Where the holder may be dead and
// nothing proves it, Take waits until that is clear: some seconds after this machine itself started anew, else as
// long as Options say.
func (n *Node) Take(ctx context.Context) error {
	var was *row
	for waited := 0; ; waited++ {
		now, err := n.read(ctx)
		if err != nil {
			return err
		}
		switch {
		case now == nil:
			if err = n.insert(ctx); err == nil {
				return nil
			}
		case was != nil && now.Ended == nil && (now.Boot != was.Boot || now.Beat != was.Beat):
			return &Taken{Name: now.Name, Host: now.Host, Since: time.UnixMilli(now.Since)}
		case n.free(now, waited):
			if err = n.replace(ctx, now); err == nil {
				return nil
			}
		case waited == 0:
			n.o.Logger.Warn("the node's name was not given back by who had it: if that one does not beat, it is taken over",
				"name", n.o.Name, "host", now.Host, "at most", time.Duration(n.o.Misses)*n.o.Every)
		}
		if err != nil && !errors.Is(err, db.ErrConflict) {
			return err
		}
		if err != nil {
			waited = -1 // another was quicker: look at that one from the beginning
			was = nil
			continue
		}
		was = now
		if err := n.o.sleep(ctx, n.o.Every); err != nil {
			return err
		}
	}
}

// free tells whether a name may be taken over from who had it, after having seen its beat stand still for some beats'
// time.
func (n *Node) free(r *row, still int) bool {
	switch {
	case r.Ended != nil:
		return true
	case r.Folder == n.o.Mark && r.Kernel == n.kernel:
		return true // we have the folder, so the holder has it no more
	case r.Folder == n.o.Mark:
		return still >= 2 // the machine started anew, or the folder was copied to another: then the first beats
	}
	return still >= n.o.Misses
}

// read is the row of our name, nil if there is none.
func (n *Node) read(ctx context.Context) (*row, error) {
	var r row
	err := n.db.Get(ctx, &r, `SELECT `+columns+` FROM nodes WHERE name = ?`, n.o.Name)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look who has the node's name: %w", err)
	}
	return &r, nil
}

// insert enters our name; db.ErrConflict if somebody was quicker.
func (n *Node) insert(ctx context.Context) error {
	now := n.o.Now()
	err := db.Changed(n.db.Exec(ctx, `INSERT INTO nodes (name, boot, folder, kernel, host, process, since, beat, seen)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (name) DO NOTHING`,
		n.o.Name, n.o.Boot, n.o.Mark, n.kernel, n.host, os.Getpid(), now.UnixMilli(), now.UnixMilli()))
	return n.taken(err, now)
}

// replace makes the name ours if it is still as it was seen; db.ErrConflict if not.
func (n *Node) replace(ctx context.Context, was *row) error {
	now := n.o.Now()
	err := db.Changed(n.db.Exec(ctx, `UPDATE nodes SET boot = ?, folder = ?, kernel = ?, host = ?, process = ?, since = ?,
		beat = beat + 1, seen = ?, ended = NULL WHERE name = ? AND boot = ? AND beat = ?`,
		n.o.Boot, n.o.Mark, n.kernel, n.host, os.Getpid(), now.UnixMilli(), now.UnixMilli(), n.o.Name, was.Boot,
		was.Beat))
	return n.taken(err, now)
}

func (n *Node) taken(err error, now time.Time) error {
	if err != nil {
		return fmt.Errorf("take the node's name: %w", err)
	}
	n.mu.Lock()
	n.held, n.last, n.rival = true, now, nil
	n.mu.Unlock()
	return nil
}

// Release gives the name back, so that whoever comes next need not wait.
func (n *Node) Release(ctx context.Context) error {
	n.mu.Lock()
	held := n.held
	n.held = false
	n.mu.Unlock()
	if !held {
		return nil
	}
	if _, err := n.db.Exec(ctx, `UPDATE nodes SET ended = ? WHERE name = ? AND boot = ?`,
		n.o.Now().UnixMilli(), n.o.Name, n.o.Boot); err != nil {
		return fmt.Errorf("give the node's name back: %w", err)
	}
	return nil
}
