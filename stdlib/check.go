package stdlib

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/sqlfunc"
)

// CheckQueries prepares the SQL files of a program against the schema of both engines, for `check --db`: SQLite's in a
// throw-away database, PostgreSQL's in the database at url, which must be one and be migrated, and the bureau's at
// bureau. Nothing is changed. An address that is "" is left out; one that is given is opened, though no file is for it.
// engines tells which were asked about a file. An error means that a database could not be opened.
func CheckQueries(ctx context.Context, queries []*sqlfunc.Query, url, bureau string) (wrong []sqlfunc.Problem,
	engines []string, err error) {
	const limit = 10 * time.Second
	var opened []*db.DB
	defer func() {
		for _, d := range opened {
			err = errors.Join(err, d.Close())
		}
	}()
	open := func(address string, o db.Options) (*db.DB, error) {
		o.Timeout = limit
		d, err := db.Open(ctx, address, o)
		if err == nil {
			opened = append(opened, d)
		}
		return d, err
	}
	foreign := func(q *sqlfunc.Query) bool { return q.Database == sqlfunc.Bureau }
	ours := slices.ContainsFunc(queries, func(q *sqlfunc.Query) bool { return !foreign(q) })
	var own []*db.DB
	if ours {
		lite, err := open("sqlite::memory:", db.Options{})
		if err != nil {
			return nil, nil, err
		}
		if err := lite.Migrate(ctx); err != nil {
			return nil, nil, err
		}
		own = append(own, lite)
	}
	if url != "" {
		d, err := open(url, db.Options{ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		if ours && d.Engine() == db.Postgres {
			own = append(own, d)
		}
	}
	for _, d := range own {
		engines = append(engines, d.Engine().String())
	}
	var second *db.DB
	if bureau != "" {
		if second, err = open(bureau, db.Options{ReadOnly: true}); err != nil {
			return nil, nil, fmt.Errorf("the bureau's: %w", err)
		}
		if slices.ContainsFunc(queries, foreign) {
			engines = append(engines, sqlfunc.Bureau)
		}
	}
	return sqlfunc.Verify(ctx, queries, own, second), engines, nil
}
