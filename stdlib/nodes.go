package stdlib

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/agent"
	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/node"
)

// openNode prepares our place among the servers on this database. The spool is open: the data folder is ours alone.
func (l *Library) openNode() error {
	boot := make([]byte, 8)
	if _, err := rand.Read(boot); err != nil {
		return fmt.Errorf("open the library: %w", err)
	}
	l.boot = hex.EncodeToString(boot)
	mark, err := node.Mark(l.o.Data)
	if err != nil {
		return fmt.Errorf("open the library: %w", err)
	}
	l.node = node.New(l.db, node.Options{Name: l.o.Node, Boot: l.boot, Mark: mark, Now: l.o.Now, Logger: l.o.Logger,
		Died: l.bury})
	l.claims = agent.OpenClaims(l.db, l.o.Node, l.boot)
	l.deployed = node.NewDeployments(l.db, l.o.Now)
	return nil
}

// enter brings the schema up to date and takes our name; then the database is ready.
func (l *Library) enter(ctx context.Context) error {
	if err := l.db.Migrate(ctx); err != nil {
		return err
	}
	if err := l.node.Take(ctx); err != nil {
		return err
	}
	close(l.ready)
	return nil
}

// join enters the database as soon as it answers, and tells whether it did before ctx ended. While another server has
// our name we stay outside: calls are answered, and their records wait in the spool.
func (l *Library) join(ctx context.Context) bool {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-l.ready:
			return true
		default:
		}
		err := l.enter(ctx)
		if err == nil {
			return true
		}
		if !db.IsUnavailable(err) && ctx.Err() == nil && err.Error() != told {
			told = err.Error()
			l.o.Logger.Error("the database cannot be used", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

// leave gives our name back. While the database is away it is not given back: whoever comes next sees that we are dead.
func (l *Library) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), l.o.Timeout)
	defer cancel()
	if err := l.node.Release(ctx); err != nil && !db.IsUnavailable(err) {
		return err
	}
	return nil
}

// bury does what a node that is gone cannot do itself: its calls get their ends, and who waited there is called back.
func (l *Library) bury(d node.Dead) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*l.o.Timeout)
	defer cancel()
	if _, err := agent.Bury(ctx, l.db, d.Name, d.Boot); err != nil && !db.IsUnavailable(err) {
		l.o.Logger.Error("the agents of a node that is gone cannot be freed", "node", d.Name, "error", err)
	}
	if err := l.calledBy(ctx, d); err != nil && !db.IsUnavailable(err) {
		l.o.Logger.Error("whom a node that is gone was calling is not called again", "node", d.Name, "error", err)
	}
	n, err := call.RepairGone(ctx, l.db, d.Name, d.Boot)
	if n > 0 {
		l.o.Logger.Warn("calls were interrupted when their node died", "node", d.Name, "calls", n)
	}
	if err == nil && n > 0 {
		err = l.recover(ctx, l.o.Now())
	}
	if err != nil && !db.IsUnavailable(err) {
		l.o.Logger.Error("calls of a node that is gone cannot be given an end", "node", d.Name, "error", err)
	}
}

// calls of nodes that are gone: what bury could not do when it was told, and those of nodes without a name.
func (l *Library) interrupted(ctx context.Context, _ time.Time) error {
	var errs []error
	total, err := call.RepairNameless(ctx, l.db)
	errs = append(errs, err)
	for _, d := range l.node.Dead() {
		_, err := agent.Bury(ctx, l.db, d.Name, d.Boot)
		errs = append(errs, err, l.calledBy(ctx, d))
		n, err := call.RepairGone(ctx, l.db, d.Name, d.Boot)
		total, errs = total+n, append(errs, err)
	}
	if total > 0 {
		l.o.Logger.Warn("calls were interrupted when their node died", "calls", total)
	}
	return errors.Join(errs...)
}

// calledBy lets those be called again whom a node that is gone was calling.
func (l *Library) calledBy(ctx context.Context, d node.Dead) error {
	_, err := callback.Free(ctx, l.db, callback.Owner{Node: d.Name, Boot: d.Boot}, "", l.o.Now())
	return err
}

// Owner is this start of the server, as callbacks know it.
func (l *Library) Owner() callback.Owner { return callback.Owner{Node: l.o.Node, Boot: l.boot} }

// Node is our place among the servers on this database.
func (l *Library) Node() *node.Node { return l.node }

// Claims settles with the other servers on this database which of them rings an agent.
func (l *Library) Claims() *agent.Claims { return l.claims }

// Deployments is what serves on all of them.
func (l *Library) Deployments() *node.Deployments { return l.deployed }
