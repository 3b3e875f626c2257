package node

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"

	"rexian/stdlib/db"
)

// Announce writes down where the administration of this node answers; db.ErrConflict while the name is not ours.
func (n *Node) Announce(ctx context.Context, web string) error {
	err := db.Changed(n.db.Exec(ctx, `UPDATE nodes SET web = ? WHERE name = ? AND boot = ?`, web, n.o.Name, n.o.Boot))
	if err != nil {
		return fmt.Errorf("tell where the administration answers: %w", err)
	}
	return nil
}

// Web is where the administration of a node answers; "" where that is not known, the node has ended, or it answers on
// its own machine alone, which is another one.
func (n *Node) Web(ctx context.Context, name string) (string, error) {
	var at struct {
		Web  string `db:"web"`
		Host string `db:"host"`
	}
	err := n.db.Get(ctx, &at, `SELECT web, host FROM nodes WHERE name = ? AND ended IS NULL`, name)
	if db.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find where a node answers: %w", err)
	}
	u, err := url.Parse(at.Web)
	if err != nil {
		return "", nil // nobody has written it down so
	}
	if ip, err := netip.ParseAddr(u.Hostname()); (u.Hostname() == "localhost" || err == nil && ip.IsLoopback()) &&
		at.Host != n.host {
		return "", nil
	}
	return at.Web, nil
}
