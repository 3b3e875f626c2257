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

// idleLimit is how long a transaction may rest in milliseconds, before the server ends it for others' sake.
const idleLimit = "60000"

// openPostgres opens a pool of connections to a server.
func (d *DB) openPostgres(address string) error {
	straight, settings, err := d.postgresDSN(address)
	if err != nil {
		return err
	}
	c := &connector{kind: d.o.Pooler, settings: map[string]string{}}
	pooled := clone(straight)
	pooled.Set("binary_parameters", "yes") // text and values in one message: parsed and run on the same connection
	for _, name := range settings {
		c.settings[name] = straight.Get(name)
		pooled.Del(name)
	}
	pooled.Del("default_transaction_read_only")
	// The server ends a statement at its limit itself; a connection that is silent for longer is dead.
	dial := dialer{silence: d.o.Timeout + 2*time.Second}
	for _, k := range []struct {
		to    **pq.Connector
		query url.Values
	}{{&c.straight, straight}, {&c.pooled, pooled}} {
		made, err := pq.NewConnector(withQuery(address, k.query))
		if err != nil {
			return err
		}
		made.Dialer(dial)
		*k.to = made
	}
	d.listen = withQuery(address, pooled)
	x := sql.OpenDB(c)
	conns := d.o.Conns
	if conns <= 0 {
		conns = max(8, 4*runtime.GOMAXPROCS(0))
	}
	x.SetMaxOpenConns(conns)
	x.SetMaxIdleConns(conns)
	x.SetConnMaxIdleTime(5 * time.Minute)
	x.SetConnMaxLifetime(30 * time.Minute) // follows a fail-over behind a name, and a server's slow growth
	d.engine, d.breaker, d.connector = Postgres, d.newBreaker(), c
	p := newPool(sqlx.NewDb(x, "postgres"), sqlx.DOLLAR)
	d.write, d.read = p, p
	c.found = func() {
		p.statements.never.Store(true)
		d.o.Logger.Info("a pooler stands before the database: statements are not kept prepared")
	}
	if c.kind == PoolerYes {
		c.through.Store(true)
		p.statements.never.Store(true)
	}
	return nil
}

// postgresDSN adds the defaults to the parameters of an address that does not state them, and tells which of them are
// settings of a connection that a pooler does not keep.
func (d *DB) postgresDSN(address string) (q url.Values, settings []string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		// The error of url.Parse holds the address, and so the password.
		return nil, nil, errBadURL
	}
	q = u.Query()
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
	set("timezone", "UTC")
	ms := strconv.FormatInt(d.o.Timeout.Milliseconds(), 10)
	set("statement_timeout", ms)
	set("lock_timeout", ms)
	set("idle_in_transaction_session_timeout", idleLimit)
	if d.o.ReadOnly {
		q.Set("default_transaction_read_only", "on")
	}
	return q, []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}, nil
}

// withQuery is an address, which can be read, with other parameters.
func withQuery(address string, q url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func clone(q url.Values) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	return c
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

// impatient is a connection with a limit for each read and write. The system compares it with its own clock, so that
// no other will do here.
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
