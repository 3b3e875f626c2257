package stdlib

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/sqlfunc"
)

// CheckQueries prepares the SQL files of a program against the schema of both engines, for `check --db`: SQLite's in a
// throw-away database, PostgreSQL's in the database at url, which must be one and be migrated, and the bureau's at
// bureau. Nothing is changed. An address that is "" is left out: engines tells which were asked. An error means that a
// database could not be opened.
func CheckQueries(ctx context.Context, queries []*sqlfunc.Query, url, bureau string) (wrong []sqlfunc.Problem,
	engines []string, err error) {
	const limit = 10 * time.Second
	var opened []*db.DB
	defer func() {
		for _, d := range opened {
			err = errors.Join(err, d.Close())
		}
	}()
	lite, err := db.Open(ctx, "sqlite::memory:", db.Options{Timeout: limit})
	if err != nil {
		return nil, nil, err
	}
	opened = append(opened, lite)
	if err := lite.Migrate(ctx); err != nil {
		return nil, nil, err
	}
	own, engines := []*db.DB{lite}, []string{lite.Engine().String()}
	if url != "" {
		d, err := db.Open(ctx, url, db.Options{Timeout: limit, ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		opened = append(opened, d)
		if d.Engine() == db.Postgres {
			own, engines = append(own, d), append(engines, d.Engine().String())
		}
	}
	var second *db.DB
	if bureau != "" {
		if second, err = db.Open(ctx, bureau, db.Options{Timeout: limit, ReadOnly: true}); err != nil {
			return nil, nil, fmt.Errorf("the bureau's: %w", err)
		}
		opened, engines = append(opened, second), append(engines, sqlfunc.Bureau)
	}
	return sqlfunc.Verify(ctx, queries, own, second), engines, nil
}
