package node

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestVersionsTravel: a version comes back as it was kept, whatever its files are like, and a damaged one does not.
func TestVersionsTravel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := NewDeployments(d, time.Now)
		large := bytes.Repeat([]byte("0123456789abcdef\x00\xff"), 3*partSize/16)
		files := map[string][]byte{"bundle.rxb": large, "audio/欢迎.wav": large[:partSize],
			"source/空.flow": {}, "source/a.flow": []byte("x")}
		must(t, s.Keep(t.Context(), "one", files))
		must(t, s.Keep(t.Context(), "one", files))
		must(t, s.Keep(t.Context(), "two", map[string][]byte{"bundle.rxb": large}))
		got, err := s.Fetch(t.Context(), "one")
		must(t, err)
		if len(got) != len(files) {
			t.Errorf("%d files came back", len(got))
		}
		for name, b := range files {
			if !bytes.Equal(got[name], b) {
				t.Errorf("%s came back with %d bytes, not %d", name, len(got[name]), len(b))
			}
		}
		var parts int
		must(t, d.Get(t.Context(), &parts, `SELECT COUNT(*) FROM deployed_files`))
		if want := (len(large)+partSize-1)/partSize + 1 + 1 + 1; parts != want {
			t.Errorf("%d parts are kept, want %d: what two versions have is there once", parts, want)
		}
		if _, err := s.Fetch(t.Context(), "none"); !db.IsNotFound(err) {
			t.Errorf("a version that nobody kept: %v", err)
		}
		_, err = d.Exec(t.Context(), `UPDATE deployed_files SET body = ? WHERE part = 1`, []byte("damaged"))
		must(t, err)
		if _, err := s.Fetch(t.Context(), "two"); err == nil {
			t.Error("a damaged version came back")
		}
	})
}

// TestChangesComeInOrder: who has not seen the latest change cannot write one down; of many at once each is seen.
func TestChangesComeInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := NewDeployments(d, time.Now)
		if latest, err := s.Latest(t.Context()); err != nil || latest != (Deployment{}) {
			t.Fatalf("%+v %v", latest, err)
		}
		first := Deployment{At: 1, Node: "甲", What: "canary", Hash: "b", Percent: 10, By: "王",
			Stable: "a", Canary: "b", Share: 10}
		id, err := s.Add(t.Context(), first, 0)
		must(t, err)
		first.ID = id
		if latest, err := s.Latest(t.Context()); err != nil || latest != first {
			t.Errorf("%+v %v", latest, err)
		}
		if _, err := s.Add(t.Context(), first, 0); !errors.Is(err, ErrChanged) {
			t.Errorf("a change by who had not seen the latest: %v", err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for {
					latest, err := s.Latest(t.Context())
					if err == nil {
						_, err = s.Add(t.Context(), Deployment{Stable: "x"}, latest.ID)
					}
					if errors.Is(err, ErrChanged) {
						continue
					}
					if err != nil {
						t.Error(err)
					}
					return
				}
			})
		}
		all.Wait()
		list, err := s.History(t.Context(), 100)
		if err != nil || len(list) != 9 || list[0].ID != id {
			t.Errorf("%d changes, %v", len(list), err)
		}
		if list, err = s.History(t.Context(), 2); err != nil || len(list) != 2 || list[1].ID <= list[0].ID {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// TestOthersHearOfAChange: on PostgreSQL without waiting for the next look; after the server was away, too.
func TestOthersHearOfAChange(t *testing.T) {
	server := dbtest.StartServer(t)
	url := server.Migrated(t, "x")
	open := func() *Deployments {
		d, err := db.Open(t.Context(), url, db.Options{})
		must(t, err)
		t.Cleanup(func() { _ = d.Close() }) // its server is gone by then
		return NewDeployments(d, time.Now)
	}
	here, there := open(), open()
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan struct{}, 100)
	var watching sync.WaitGroup
	watching.Go(func() { there.Watch(ctx, time.Hour, nil, func() { heard <- struct{}{} }) })
	defer watching.Wait()
	defer cancel()
	hears := func(what string) {
		t.Helper()
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Fatalf("not heard within a minute: %s", what)
		}
	}
	hears("that it listens now")
	began := time.Now()
	_, err := here.Add(t.Context(), Deployment{Stable: "a"}, 0)
	must(t, err)
	hears("a change")
	t.Logf("heard after %v", time.Since(began))
	server.Kill()
	must(t, server.Start())
	hears("that the connection is back")
}

func TestPrune(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		s := NewDeployments(d, func() time.Time { return now })
		after := int64(0)
		for _, hash := range []string{"a", "b", "c"} {
			must(t, s.Keep(t.Context(), hash, map[string][]byte{"own": []byte(hash), "shared": []byte("shared")}))
			var err error
			after, err = s.Add(t.Context(), Deployment{Hash: hash, Stable: "a", Canary: hash}, after)
			must(t, err)
		}
		must(t, s.Keep(t.Context(), "never deployed",
			map[string][]byte{"own": []byte("never"), "shared": []byte("shared")}))
		must(t, s.Prune(t.Context(), 1))
		fetched := func(hash string) bool { _, err := s.Fetch(t.Context(), hash); return err == nil }
		if !fetched("b") {
			t.Error("what is young was removed")
		}
		now = now.AddDate(0, 0, 2)
		must(t, s.Keep(t.Context(), "young", map[string][]byte{"own": []byte("young")}))
		must(t, s.Prune(t.Context(), 1))
		for hash, want := range map[string]bool{"a": true, "b": false, "c": true, "never deployed": false,
			"young": true} {
			if fetched(hash) != want {
				t.Errorf("version %s is there: %v", hash, !want)
			}
		}
		var files int
		must(t, d.Get(t.Context(), &files, `SELECT COUNT(*) FROM deployed_files`))
		if files != 4 { // a, c, shared, young
			t.Errorf("%d files are left", files)
		}
	})
}
