package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/db"
)

// Deployment is one change of what serves on all nodes. What it leads to is in it, so that whoever knows the latest
// knows what serves.
type Deployment struct {
	ID      int64  `db:"id"`
	At      int64  `db:"at"` // Unix milliseconds
	Node    string `db:"node"`
	What    string `db:"what"`
	Hash    string `db:"hash"` // of the version that it is about
	Percent int    `db:"percent"`
	By      string `db:"by_whom"`
	Stable  string `db:"stable"` // what serves from then on
	Canary  string `db:"canary"` // what is on trial beside it, "" for nothing
	Share   int    `db:"share"`  // of the new calls that the canary gets, in per cent
}

// Deployments is what serves, and the files of the versions, for all nodes on a database.
type Deployments struct {
	db  *db.DB
	now func() time.Time
}

// NewDeployments returns the deployments in d.
func NewDeployments(d *db.DB, now func() time.Time) *Deployments { return &Deployments{d, now} }

// partSize is how much of a file is one row: each is a statement within its limit, and in memory twice.
const partSize = 512 << 10

// topic is what the channel says of a deployment; the rest is its id.
const channel, topic = "rexian", "deployment "

const deploymentColumns = `id, at, node, what, hash, percent, by_whom, stable, canary, share`

// ErrChanged means that another node has deployed something in the meantime.
var ErrChanged = errors.New("another node has deployed in the meantime")

// Latest is the latest change; the zero Deployment if there was none.
func (s *Deployments) Latest(ctx context.Context) (Deployment, error) {
	var d Deployment
	err := s.db.Get(ctx, &d, `SELECT `+deploymentColumns+` FROM deployments ORDER BY id DESC LIMIT 1`)
	if err != nil && !db.IsNotFound(err) {
		return d, fmt.Errorf("read what serves: %w", err)
	}
	return d, nil
}

// History is the latest changes, at most limit, the oldest first.
func (s *Deployments) History(ctx context.Context, limit int) ([]Deployment, error) {
	var list []Deployment
	err := s.db.Select(ctx, &list, `SELECT `+deploymentColumns+` FROM deployments ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read what served: %w", err)
	}
	slices.Reverse(list)
	return list, nil
}

// Add writes a change down and lets the other nodes know; its versions are kept by Keep before. after is the id of
// the latest change that was seen: ErrChanged if there is a later one. It returns the change's own id.
func (s *Deployments) Add(ctx context.Context, d Deployment, after int64) (int64, error) {
	err := s.db.Tx(ctx, func(t *db.Tx) error {
		if t.Engine() == db.Postgres { // one at a time, so that ids grow in the order in which they are seen
			if _, err := t.Exec(ctx, `LOCK TABLE deployments IN SHARE ROW EXCLUSIVE MODE`); err != nil {
				return err
			}
		}
		var latest int64
		if err := t.Get(ctx, &latest, `SELECT COALESCE(MAX(id), 0) FROM deployments`); err != nil {
			return err
		}
		if latest != after {
			return ErrChanged
		}
		return t.Get(ctx, &d.ID, `INSERT INTO deployments (at, node, what, hash, percent, by_whom, stable, canary, share)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			d.At, d.Node, d.What, d.Hash, d.Percent, d.By, d.Stable, d.Canary, d.Share)
	})
	if err != nil {
		return 0, fmt.Errorf("write down what serves: %w", err)
	}
	// Who does not hear it looks by himself within a second.
	_ = s.db.Notify(ctx, channel, fmt.Sprint(topic, d.ID))
	return d.ID, nil
}

// Keep puts a version's files where all nodes find them. Of one that is kept already those that are other than before,
// its rendered words say, take their places.
func (s *Deployments) Keep(ctx context.Context, hash string, files map[string][]byte) error {
	names, err := s.names(ctx, hash)
	if err != nil && !db.IsNotFound(err) {
		return fmt.Errorf("keep version %.12s for all nodes: %w", hash, err)
	}
	changed := names == nil
	if changed {
		names = map[string]string{}
	}
	for name, body := range files {
		sum := sha256.Sum256(body)
		is := hex.EncodeToString(sum[:])
		if names[name] == is {
			continue
		}
		names[name], changed = is, true
		if err := s.keepFile(ctx, names[name], body); err != nil {
			return fmt.Errorf("keep %s of version %.12s for all nodes: %w", name, hash, err)
		}
	}
	if !changed {
		return nil
	}
	list, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("keep version %.12s for all nodes: %w", hash, err)
	}
	if _, err := s.db.Exec(ctx, `INSERT INTO deployed_versions (hash, files, since) VALUES (?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET files = excluded.files`, hash, string(list), s.now().UnixMilli()); err != nil {
		return fmt.Errorf("keep version %.12s for all nodes: %w", hash, err)
	}
	return nil
}

func (s *Deployments) keepFile(ctx context.Context, hash string, body []byte) error {
	parts := max(1, (len(body)+partSize-1)/partSize)
	var there int
	if err := s.db.Get(ctx, &there, `SELECT COUNT(*) FROM deployed_files WHERE hash = ?`, hash); err != nil {
		return err
	}
	if there == parts { // it is young again, so that nobody prunes it now
		_, err := s.db.Exec(ctx, `UPDATE deployed_files SET since = ? WHERE hash = ?`, s.now().UnixMilli(), hash)
		return err
	}
	for i := range parts {
		part := body[i*partSize : min(len(body), (i+1)*partSize)]
		if part == nil {
			part = []byte{}
		}
		if _, err := s.db.Exec(ctx, `INSERT INTO deployed_files (hash, part, parts, body, since) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (hash, part) DO NOTHING`, hash, i, parts, part, s.now().UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// Fetch reads a version's files; db.IsNotFound if it is not kept. What is read is what was kept: its hashes say so.
func (s *Deployments) Fetch(ctx context.Context, hash string) (map[string][]byte, error) {
	return s.FetchSome(ctx, hash, func(string, string) bool { return true })
}

// FetchSome is Fetch for the files that are wanted, by their names and the SHA-256 of what is in them, in hex.
func (s *Deployments) FetchSome(ctx context.Context, hash string,
	wanted func(name, sum string) bool) (map[string][]byte, error) {
	names, err := s.names(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("fetch version %.12s: %w", hash, err)
	}
	files := make(map[string][]byte, len(names))
	for name, sum := range names {
		if !wanted(name, sum) {
			continue
		}
		body, err := s.fetchFile(ctx, sum)
		if err != nil {
			return nil, fmt.Errorf("fetch %s of version %.12s: %w", name, hash, err)
		}
		files[name] = body
	}
	return files, nil
}

// names are the files of a version with the SHA-256 of each.
func (s *Deployments) names(ctx context.Context, hash string) (map[string]string, error) {
	var list string
	if err := s.db.Get(ctx, &list, `SELECT files FROM deployed_versions WHERE hash = ?`, hash); err != nil {
		return nil, err
	}
	names := map[string]string{}
	return names, json.Unmarshal([]byte(list), &names)
}

func (s *Deployments) fetchFile(ctx context.Context, hash string) ([]byte, error) {
	var body bytes.Buffer
	for i, parts := 0, 1; i < parts; i++ {
		var part struct {
			Parts int    `db:"parts"`
			Body  []byte `db:"body"`
		}
		err := s.db.Get(ctx, &part, `SELECT parts, body FROM deployed_files WHERE hash = ? AND part = ?`, hash, i)
		if err != nil {
			return nil, err
		}
		parts = part.Parts
		body.Write(part.Body)
	}
	if sum := sha256.Sum256(body.Bytes()); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("it is not what was kept")
	}
	return body.Bytes(), nil
}

// Prune forgets versions that are in none of the latest changes, as many as keep says, and files that no version has.
// What is younger than a day stays: it may be on its way.
func (s *Deployments) Prune(ctx context.Context, keep int) error {
	before := s.now().AddDate(0, 0, -1).UnixMilli()
	return s.db.Tx(ctx, func(t *db.Tx) error {
		const now = `FROM deployments WHERE id = (SELECT MAX(id) FROM deployments)`
		if _, err := t.Exec(ctx, `DELETE FROM deployed_versions WHERE since < ? AND hash NOT IN (SELECT hash FROM
			(SELECT hash FROM deployments ORDER BY id DESC LIMIT ?) AS latest)
			AND hash NOT IN (SELECT stable `+now+`) AND hash NOT IN (SELECT canary `+now+`)`, before, keep); err != nil {
			return err
		}
		var lists, files []string
		if err := t.Select(ctx, &lists, `SELECT files FROM deployed_versions`); err != nil {
			return err
		}
		used := map[string]bool{}
		for _, l := range lists {
			names := map[string]string{}
			if err := json.Unmarshal([]byte(l), &names); err != nil {
				return err // rather nothing is removed
			}
			for _, hash := range names {
				used[hash] = true
			}
		}
		if err := t.Select(ctx, &files, `SELECT DISTINCT hash FROM deployed_files WHERE since < ?`,
			before); err != nil {
			return err
		}
		for _, hash := range files {
			if used[hash] {
				continue
			}
			if _, err := t.Exec(ctx, `DELETE FROM deployed_files WHERE hash = ? AND since < ?`, hash,
				before); err != nil {
				return err
			}
		}
		return nil
	})
}

// Watch calls changed when there may be a new deployment, until ctx ends: when another node says so, when wake does,
// and every now and then, for not everybody can be heard.
func (s *Deployments) Watch(ctx context.Context, every time.Duration, wake <-chan struct{}, changed func()) {
	woken := make(chan struct{}, 1)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		s.db.Listen(ctx, channel, func(string) {
			select {
			case woken <- struct{}{}:
			default:
			}
		})
	}()
	defer func() { <-heard }()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-woken:
		case <-wake:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		changed()
	}
}
