// Package stdlib is what a flow may call, for real: the functions of the library on SQL, the lists and switches that
// staff keep, the outbox, and the records of calls.
//
// A Library is opened on one database; a second one, the bureau's own, may be named for SQL files that read from it. It
// answers calls by the same registry that the checker reads, so that what was checked is what is there. A deployment
// adds functions of its own in two ways: in Go, with their signature (Options.Own), or as SQL files beside the flows
// (Use).
//
// While the database is away lookups answer `unavailable` within their limit, lists and switches are as they were last
// known, and the records of calls wait in a spool under the data folder.
package stdlib

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/library"
	"rexian/stdlib/agent"
	"rexian/stdlib/alert"
	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/message"
	"rexian/stdlib/node"
	"rexian/stdlib/spool"
	"rexian/stdlib/sqlfunc"
)

// Options are what a Library is opened with. A zero field takes the default beside it.
type Options struct {
	URL     string           // the database, see db.Open: sqlite: a file in Data, or in memory without one
	Data    string           // folder for the spool and last copies; "": a throw-away one
	Bureau  string           // a second database, only read: none
	Zone    *time.Location   // of days: China's
	Node    string           // this server's name among others, the same after a restart: "local"
	Timeout time.Duration    // limit of one statement: 4 s
	Pooler  db.Pooler        // whether a pooler stands before either database: found out
	Own     []Own            // functions of the deployment, written in Go
	Queries []*sqlfunc.Query // functions of the deployment, SQL files; see Use
	Config  Config           // what the slices may be told
	Logger  *slog.Logger     // none
	Now     func() time.Time // time.Now
}

// Own is a function of a deployment that is written in Go.
type Own struct {
	Function *library.Function // its signature; its Class must be library.Lookup
	Do       fn.Func
	Limit    time.Duration // how long it may take: 4 s
}

// Library answers what flows ask. Its methods may be called from any goroutine.
type Library struct {
	db       *db.DB
	bureau   *db.DB
	spool    *spool.Spool
	node     *node.Node
	deployed *node.Deployments
	claims   *agent.Claims
	alerts   *alert.Store
	told     atomic.Pointer[[]string] // who is told of tickets
	calls    *call.Recorder
	slices   Slices
	switches *lastKnown[map[string]bool]
	closures *lastKnown[[]Closure]
	o        Options
	built    map[string]answer // the slices' and Options.Own
	table    atomic.Pointer[table]
	memory   memory // answers of SQL files that say how long they may serve
	flying   atomic.Int64
	boot     string        // names this start, never the same twice
	ready    chan struct{} // closed when the database has its tables, and we our name in it
	running  sync.WaitGroup
	stop     context.CancelFunc
	gone     string // a throw-away data folder
}

// answer is a function with its limit.
type answer struct {
	do    fn.Func
	limit time.Duration
}

// table is what may be called now.
type table struct {
	registry *library.Registry
	answers  map[string]answer
}

// Open opens the database, brings its schema up to date, and begins to write what an earlier start left in the spool.
// If a PostgreSQL server does not answer, Open succeeds all the same: the hotline answers its calls, and the database
// joins when it is back. A function that lacks a signature, or a name that is taken, is an error.
func Open(ctx context.Context, o Options) (l *Library, err error) {
	if o.Node == "" {
		o.Node = "local"
	}
	if o.Timeout <= 0 {
		o.Timeout = 4 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("CST", 8*3600)
	}
	l = &Library{o: o, ready: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
			l = nil
		}
	}()
	if l.o.Data == "" {
		if l.gone, err = os.MkdirTemp("", "rexian-data-"); err != nil {
			return l, fmt.Errorf("open the library: %w", err)
		}
		l.o.Data = l.gone
	}
	if l.o.URL == "" {
		l.o.URL = "sqlite:" + filepath.Join(l.o.Data, "rexian.db")
	}
	if err := os.MkdirAll(l.o.Data, 0o700); err != nil {
		return l, fmt.Errorf("open the library: %w", err)
	}
	if l.spool, err = spool.Open(filepath.Join(l.o.Data, "spool"), spool.Options{}); err != nil {
		return l, fmt.Errorf("open the library: %w", err)
	}
	if n := l.spool.Gaps(); n > 0 {
		l.o.Logger.Error("the spool was damaged: records of calls are lost", "places", n)
	}
	if err := l.openDatabases(ctx); err != nil {
		return l, err
	}
	l.calls = call.New(l.db, l.spool, call.Options{Node: l.o.Node, Boot: l.boot, Logger: l.o.Logger, Ready: l.ready})
	l.switches = newSwitches(l.db, filepath.Join(l.o.Data, "switches.json"), l.o.Now, l.o.Logger)
	l.closures = newClosures(l.db, filepath.Join(l.o.Data, "closures.json"), l.o.Now, l.o.Logger)
	l.slices = l.openSlices()
	l.alerts = alert.New(l.db, alert.Options{Quiet: l.o.Config.Quiet, Zone: l.o.Zone})
	l.SetAlerts(l.o.Config.Alerts)
	if err := l.build(); err != nil {
		return l, err
	}
	if _, wrong := l.Use(l.o.Queries); len(wrong) > 0 {
		return l, fmt.Errorf("open the library: %w", wrong[0])
	}
	background, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.running.Go(func() {
		if l.join(background) {
			l.running.Go(func() { l.node.Run(background) })
			l.running.Go(func() { l.slices.Messages.Run(background, l.slices.poll) })
			l.keepHouse(background)
		}
	})
	return l, nil
}

func (l *Library) openDatabases(ctx context.Context) (err error) {
	o := db.Options{Timeout: l.o.Timeout, Logger: l.o.Logger, Lazy: true, Now: l.o.Now, Pooler: l.o.Pooler}
	if l.db, err = db.Open(ctx, l.o.URL, o); err != nil {
		return err
	}
	if err := l.openNode(); err != nil {
		return err
	}
	switch err := l.enter(ctx); {
	case err == nil:
	case db.IsUnavailable(err) && l.db.Engine() == db.Postgres:
		l.o.Logger.Error("the database is away at the start: lookups are unavailable until it is back", "error", err)
	default:
		return err
	}
	if l.o.Bureau != "" {
		o.ReadOnly = true
		if l.bureau, err = db.Open(ctx, l.o.Bureau, o); err != nil {
			return fmt.Errorf("the bureau's: %w", err)
		}
	}
	return nil
}

// build takes the functions of the slices and of the deployment, and checks them against their signatures.
func (l *Library) build() error {
	l.built = map[string]answer{}
	for id, do := range l.slices.functions() {
		l.built[id] = answer{do, l.o.Timeout}
	}
	l.built["closure.text"] = answer{l.closureText, l.o.Timeout}
	base := library.Default()
	for _, own := range l.o.Own {
		f := own.Function
		if f == nil || own.Do == nil || f.Class != library.Lookup {
			return errors.New("open the library: a function of the deployment lacks its signature")
		}
		more, err := base.Extend([]*library.Function{f}, nil)
		if err != nil {
			return fmt.Errorf("open the library: %w", err)
		}
		base = more
		if own.Limit <= 0 {
			own.Limit = l.o.Timeout
		}
		l.built[f.ID] = answer{own.Do, own.Limit}
	}
	l.table.Store(&table{base, l.built})
	return nil
}

// Use makes SQL files callable instead of those that were, and returns the registry to check programs with: the library
// built in, the deployment's Go functions and the files. With a problem nothing changes. Calls that are running go on.
func (l *Library) Use(queries []*sqlfunc.Query) (*library.Registry, []sqlfunc.Problem) {
	base := library.Default()
	for _, own := range l.o.Own {
		more, err := base.Extend([]*library.Function{own.Function}, nil)
		if err != nil {
			return l.Registry(), []sqlfunc.Problem{{File: own.Function.ID, Line: 1}}
		}
		base = more
	}
	registry, wrong := sqlfunc.Extend(base, queries)
	if len(wrong) > 0 {
		return l.Registry(), wrong
	}
	t := &table{registry, make(map[string]answer, len(l.built)+len(queries))}
	for id, a := range l.built {
		t.answers[id] = a
	}
	for _, q := range queries {
		t.answers[q.Function.ID] = l.asked(q)
	}
	l.table.Store(t)
	return registry, nil
}

// Registry is what programs may call here.
func (l *Library) Registry() *library.Registry { return l.table.Load().registry }

// DB is the database.
func (l *Library) DB() *db.DB { return l.db }

// Bureau is the second database, nil if there is none.
func (l *Library) Bureau() *db.DB { return l.bureau }

// Calls writes the records of calls.
func (l *Library) Calls() *call.Recorder { return l.calls }

// Ready tells whether the database has been there since the start.
func (l *Library) Ready() bool {
	select {
	case <-l.ready:
		return true
	default:
		return false
	}
}

// InList tells whether a number is in a list of the program, by the list's name. While the database is away the last
// copy answers; an error means that there is none.
func (l *Library) InList(ctx context.Context, list, phone string) (bool, error) {
	return l.slices.Filter.In(ctx, list, phone, l.o.Now())
}

// SMS puts a text message into the outbox, in the name of a call: the same text to the same number in one call is sent
// once. named tells that the program names the number: no limit of texts holds it back.
func (l *Library) SMS(ctx context.Context, c fn.Caller, to, text string, named bool) error {
	return l.send(ctx, c, message.Draft{Channel: message.SMS, Recipient: to, Body: text, Named: named})
}

// Mail puts a mail into the outbox, in the name of a call.
func (l *Library) Mail(ctx context.Context, c fn.Caller, to, subject, text string) error {
	return l.send(ctx, c, message.Draft{Channel: message.Mail, Recipient: to, Subject: subject, Body: text})
}

// send puts a message into the outbox in the name of a call. One of many is a notice, and sent once whatever it says:
// who wants none, and an address that is none, are outcomes.
func (l *Library) send(ctx context.Context, c fn.Caller, d message.Draft) error {
	d.CallID, d.Reason, d.Batch = c.CallID, c.CallID, c.Batch
	if c.Batch != "" {
		d.Notice, d.Named = true, true
	}
	_, err := l.slices.Messages.Send(ctx, nil, d, l.o.Now())
	switch {
	case c.Batch == "":
		return err
	case errors.Is(err, message.ErrOptedOut):
		return fn.Outcome("opted_out")
	case errors.Is(err, message.ErrRecipient), errors.Is(err, message.ErrEmpty):
		return fn.Outcome("not_sent")
	}
	return err
}

// Callback orders that a number is called back for a queue, once for each call and queue, by the place that the caller
// had there. It fails with callback.ErrNumber for a number that is none, and with db.ErrUnavailable while the
// database is away.
func (l *Library) Callback(ctx context.Context, c fn.Caller, queue, number string) error {
	return l.slices.Callbacks.Ask(ctx, callback.Callback{CallID: c.CallID, Queue: queue, Number: number, Since: c.Place,
		Shown: c.Number, Lang: c.Lang}, l.o.Now())
}

// Close ends what runs beside the calls, writes the last records to the database or the spool, and closes both.
func (l *Library) Close() error {
	if l.stop != nil {
		l.stop()
	}
	l.running.Wait()
	var errs []error
	if l.calls != nil {
		errs = append(errs, l.calls.Close())
	}
	if l.node != nil {
		errs = append(errs, l.leave())
	}
	if l.spool != nil {
		errs = append(errs, l.spool.Close())
	}
	for _, d := range []*db.DB{l.db, l.bureau} {
		if d != nil {
			errs = append(errs, d.Close())
		}
	}
	if l.gone != "" {
		errs = append(errs, os.RemoveAll(l.gone))
	}
	return errors.Join(errs...)
}
