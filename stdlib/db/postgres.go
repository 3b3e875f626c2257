package db

import (
	"context"
	"database/sql"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// openPostgres opens a pool of connections to a server.
func (d *DB) openPostgres(address string) error {
	dsn, err := d.postgresDSN(address)
	if err != nil {
		return err
	}
	c, err := pq.NewConnector(dsn)
	if err != nil {
		return err
	}
	// The server ends a statement at its limit itself; a connection that is silent for longer is dead.
	c.Dialer(dialer{silence: d.o.Timeout + 2*time.Second})
	x := sql.OpenDB(c)
	conns := d.o.Conns
	if conns <= 0 {
		conns = max(8, 4*runtime.GOMAXPROCS(0))
	}
	x.SetMaxOpenConns(conns)
	x.SetMaxIdleConns(conns)
	x.SetConnMaxIdleTime(5 * time.Minute)
	x.SetConnMaxLifetime(30 * time.Minute) // follows a fail-over behind a name, and a server's slow growth
	d.engine, d.breaker = Postgres, d.newBreaker()
	p := newPool(sqlx.NewDb(x, "postgres"), sqlx.DOLLAR)
	d.write, d.read = p, p
	return nil
}

// postgresDSN adds the defaults to an address that does not state them.
func (d *DB) postgresDSN(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The error of url.Parse holds the address, and so the password.
		return "", errBadURL
	}
	q := u.Query()
	set := func(key, value string) {
		if !q.Has(key) {
			q.Set(key, value)
		}
	}
	host := u.Hostname()
	if h := q.Get("host"); h != "" {
		host = h
	}
	if isLocal(host) {
		set("sslmode", "disable")
	} else {
		set("sslmode", "require")
	}
	set("connect_timeout", "3")
	set("application_name", "rexian")
	set("client_encoding", "UTF8")
	set("statement_timeout", strconv.FormatInt(d.o.Timeout.Milliseconds(), 10))
	set("lock_timeout", strconv.FormatInt(d.o.Timeout.Milliseconds(), 10))
	set("idle_in_transaction_session_timeout", "60000")
	set("timezone", "UTC")
	if d.o.ReadOnly {
		q.Set("default_transaction_read_only", "on")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// isLocal tells whether a host is this machine: a socket's folder, a loopback address, localhost or nothing.
func isLocal(host string) bool {
	if host == "" || host == "localhost" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// dialer makes connections on which a read or write that gets nowhere fails instead of waiting for TCP to give up.
type dialer struct{ silence time.Duration }

func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	n := net.Dialer{KeepAlive: 15 * time.Second}
	c, err := n.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &impatient{Conn: c, silence: d.silence}, nil
}

// impatient is a connection with a limit for each read and write.
type impatient struct {
	net.Conn
	silence time.Duration
}

func (c *impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *impatient) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
