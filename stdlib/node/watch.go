package node

import (
	"context"
	"time"

	"rexian/stdlib/db"
)

// skew is how far this machine's clock may be from the database's until that is told: leases of work and messages are
// in clock time, and those are shorter by what the clocks differ.
const skew = 5 * time.Second

// Run beats and watches the others until ctx ends. Take has been called before.
func (n *Node) Run(ctx context.Context) {
	for on := ctx.Err() == nil; on; on = n.o.sleep(ctx, n.o.Every) == nil {
		if err := n.Beat(ctx); err != nil && ctx.Err() == nil && !db.IsUnavailable(err) {
			n.o.Logger.Error("the node cannot tell the others that it lives", "error", err)
		}
	}
}

// Beat beats once and looks at the others; Run does so by itself.
func (n *Node) Beat(ctx context.Context) error {
	now := n.o.Now()
	theirs := "0"
	if n.db.Engine() == db.Postgres {
		theirs = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	var at int64
	err := n.db.Get(ctx, &at, `UPDATE nodes SET beat = beat + 1, seen = ?
		WHERE name = ? AND boot = ? AND ended IS NULL RETURNING `+theirs,
		now.UnixMilli(), n.o.Name, n.o.Boot)
	if db.IsNotFound(err) {
		return n.recover(ctx)
	}
	if err != nil {
		return err
	}
	if at != 0 {
		n.compareClocks(now.Sub(time.UnixMilli(at)).Abs())
	}
	n.mu.Lock()
	gap := now.Sub(n.last)
	n.last, n.held, n.rival = now, true, nil
	n.mu.Unlock()
	return n.look(ctx, gap > 3*n.o.Every || gap < 0)
}

// recover looks who has our name, and takes it back if that one does not beat, or there is none.
func (n *Node) recover(ctx context.Context) error {
	r, err := n.read(ctx)
	switch {
	case err != nil:
		return err
	case r == nil:
		n.o.Logger.Warn("the node's name was gone from the database, and is entered again", "name", n.o.Name)
		return n.insert(ctx)
	case r.Ended != nil || r.Boot == n.o.Boot:
		return n.replace(ctx, r)
	}
	n.mu.Lock()
	first := n.held
	n.held = false
	if n.rival == nil || n.rival.boot != r.Boot || n.rival.beat != r.Beat {
		n.rival = &other{boot: r.Boot, beat: r.Beat}
	}
	n.rival.misses++
	still := n.rival.misses
	n.mu.Unlock()
	if first {
		n.o.Logger.Error("another server has taken this node's name: stop one of the two, or give one another name",
			"name", n.o.Name, "host", r.Host, "since", time.UnixMilli(r.Since))
	}
	if n.free(r, still) {
		return n.replace(ctx, r)
	}
	return nil
}

// look counts the beats of the others. After a gap nobody is judged: they may have been kept from beating as we were.
func (n *Node) look(ctx context.Context, gap bool) error {
	var rows []row
	if err := n.db.Select(ctx, &rows, `SELECT `+columns+` FROM nodes WHERE name <> ?`, n.o.Name); err != nil {
		return err
	}
	var died []Dead
	n.mu.Lock()
	seen := make(map[string]*other, len(rows))
	for _, r := range rows {
		o := n.others[r.Name]
		if o == nil || o.boot != r.Boot || o.beat != r.Beat || o.ended != (r.Ended != nil) {
			o = &other{boot: r.Boot, beat: r.Beat, ended: r.Ended != nil}
		} else if gap {
			o.misses = 0
		} else {
			o.misses++
		}
		if !o.dead && (o.ended || o.misses >= n.o.Misses) {
			o.dead = true
			died = append(died, Dead{r.Name, r.Boot})
		}
		seen[r.Name] = o
	}
	n.others, n.looked = seen, true
	n.mu.Unlock()
	for _, d := range died {
		if !seen[d.Name].ended {
			n.o.Logger.Warn("a node has not been heard of and is held for dead", "name", d.Name)
		}
		if n.o.Died != nil {
			n.o.Died(d)
		}
	}
	return nil
}

// Dead is a start of a node that is over: its lease has run out, or it gave its name back.
type Dead struct{ Name, Boot string }

// Dead lists the nodes that are gone, as far as was seen.
func (n *Node) Dead() []Dead {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []Dead
	for name, o := range n.others {
		if o.dead {
			list = append(list, Dead{name, o.boot})
		}
	}
	return list
}

// compareClocks tells if this machine's clock is far from the database's.
func (n *Node) compareClocks(off time.Duration) {
	n.mu.Lock()
	told := n.ahead
	n.ahead = off > skew
	n.mu.Unlock()
	if off > skew && !told {
		n.o.Logger.Warn("this machine's clock is far from the database's: set both by a time server", "by", off)
	}
}
