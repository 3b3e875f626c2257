package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rexian/console/api"
	"rexian/media/record"
	"rexian/stdlib/recording"
)

const (
	// keptEvery is how often is looked for recordings that have been kept long enough.
	keptEvery = 10 * time.Minute
	// keptAtOnce is how many are deleted at a time.
	keptAtOnce = 100
	// listenFor is how long after a playing has begun its listener may go on with it.
	listenFor = 2 * time.Hour
	// settled is how long after a file was written last it should be in the index.
	settled = time.Minute
)

// archive is the recordings on this node's disk with their index: it opens them for who may listen, deletes what has
// been kept long enough, and compares the two.
type archive struct {
	*recording.Store
	s    *Server
	root *os.Root // the folder: nothing outside of it is opened, whatever the index says
	dir  string
}

func newArchive(s *Server, dir string) (*archive, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &archive{Store: s.library.Slices().Recordings, s: s, root: root, dir: dir}, nil
}

func (a *archive) node() string { return a.s.library.Node().Name() }

// open opens the file of a recording, if it lies here.
func (a *archive) open(r *recording.Recording) (*os.File, error) {
	switch {
	case r.At > 0:
		return nil, recording.ErrDeleted
	case r.Node != "" && r.Node != a.node():
		return nil, &api.ElsewhereError{Node: r.Node}
	}
	f, err := a.root.Open(filepath.FromSlash(r.File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, api.ErrNoFile
	}
	if err != nil {
		return nil, fmt.Errorf("open a recording: %w", err)
	}
	return f, nil
}

// Open opens the file of a recording once it is written down who listens; how is "" for who goes on listening.
func (a *archive) Open(ctx context.Context, r *recording.Found, who, how string) (io.ReadSeekCloser, error) {
	f, err := a.open(&r.Recording)
	if err != nil {
		return nil, err
	}
	if how != "" {
		err := a.Played(ctx, r.ID, recording.Play{At: a.s.o.Now().UnixMilli(), Who: who, How: how})
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// Heard tells whether somebody began to listen to a recording a while ago.
func (a *archive) Heard(ctx context.Context, id, who string) (bool, error) {
	list, err := a.Plays(ctx, id)
	since := a.s.o.Now().Add(-listenFor).UnixMilli()
	return slices.ContainsFunc(list, func(p recording.Play) bool {
		return p.Who == who && p.How == "play" && p.At >= since
	}), err
}

// Peaks reads the waveform of a recording.
func (a *archive) Peaks(_ context.Context, r *recording.Found, parts int) (api.Peaks, error) {
	f, err := a.open(&r.Recording)
	if err != nil {
		return api.Peaks{}, err
	}
	defer f.Close()
	p, err := record.ReadPeaks(f, parts)
	return api.Peaks{Length: p.Length.Milliseconds(), Peaks: p.Loudest}, err
}

// Hold keeps a recording from being deleted, or lets it be deleted again.
func (a *archive) Hold(ctx context.Context, id string, on bool, who, why string) error {
	if !on {
		if who == "" || why == "" {
			return recording.ErrWhy
		}
		return a.Release(ctx, id)
	}
	return a.Store.Hold(ctx, id, who, why, a.s.o.Now())
}

// Delete deletes a recording: first in the index, so that nobody is given it any more, then on the disk. One on another
// node's disk is removed there within a few minutes.
func (a *archive) Delete(ctx context.Context, id, who, why string) error {
	if err := a.Store.Delete(ctx, id, who, why, a.s.o.Now()); err != nil {
		return err
	}
	f, err := a.Get(ctx, id)
	if err == nil && f.Node != "" && f.Node != a.node() {
		return nil
	}
	if err == nil {
		err = a.remove(ctx, &f.Recording)
	}
	if err != nil { // it is done with the next turn
		a.s.log.Warn("the file of a deleted recording is still there", "recording", id, "error", err)
	}
	return nil
}

// remove removes the file of a deleted recording.
func (a *archive) remove(ctx context.Context, r *recording.Recording) error {
	if err := a.root.Remove(filepath.FromSlash(r.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a recording: %w", err)
	}
	return a.Gone(ctx, r.ID)
}

// run deletes what has been kept long enough, until ctx ends.
func (a *archive) run(ctx context.Context) {
	if a.s.library.Calls().Repair(ctx) != nil {
		return // the program ends before the database is there
	}
	tick := time.NewTicker(keptEvery)
	defer tick.Stop()
	if err := a.claim(ctx); err != nil && ctx.Err() == nil {
		a.s.log.Warn("where older recordings lie is not written down yet", "error", err)
	}
	for {
		if err := a.turn(ctx); err != nil && ctx.Err() == nil {
			a.s.log.Warn("recordings that have been kept long enough are still there", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// claim writes down of older recordings that they lie here.
func (a *archive) claim(ctx context.Context) error {
	var here []string
	err := a.Files(ctx, a.node(), func(r recording.Recording) {
		if r.Node == "" {
			if _, err := a.root.Stat(filepath.FromSlash(r.File)); err == nil {
				here = append(here, r.ID)
			}
		}
	})
	for _, id := range here {
		if err != nil {
			break
		}
		err = a.Claim(ctx, id, a.node())
	}
	return err
}

// turn deletes what has been kept long enough, and removes what an earlier turn could not.
func (a *archive) turn(ctx context.Context) error {
	c := a.s.lines.config.Load().Recording
	count := 0
	for _, k := range []struct {
		kind string
		days int
	}{{recording.OfCall, c.KeepCalls}, {recording.OfStep, c.KeepSteps}, {recording.OfVoicemail, c.KeepVoicemails}} {
		for more := k.days > 0; more; {
			now := a.s.o.Now()
			list, err := a.Expired(ctx, a.node(), k.kind, now.AddDate(0, 0, -k.days), keptAtOnce)
			if err != nil {
				return err
			}
			for i := range list {
				err := a.Store.Delete(ctx, list[i].ID, "rexian", fmt.Sprintf("kept %d days", k.days), now)
				switch {
				case errors.Is(err, recording.ErrHeld), errors.Is(err, recording.ErrDeleted): // just now, by somebody
				case err != nil:
					return err
				default:
					count++
				}
			}
			more = len(list) == keptAtOnce
		}
	}
	if count > 0 {
		a.s.log.Info("recordings have been kept long enough and are deleted", "recordings", count)
	}
	for {
		list, err := a.Left(ctx, a.node(), keptAtOnce)
		if err != nil {
			return err
		}
		for i := range list {
			if err := a.remove(ctx, &list[i]); err != nil {
				return err
			}
		}
		if len(list) < keptAtOnce {
			return nil
		}
	}
}

// Check compares the index with the disk of this node, both ways.
func (a *archive) Check(ctx context.Context) (api.RecordingCheck, error) {
	out := api.RecordingCheck{Node: a.node(), Missing: []string{}, Unlisted: []string{}, Leftover: []string{}}
	rows := map[string]recording.Recording{} // by file
	if err := a.Files(ctx, a.node(), func(r recording.Recording) { rows[r.File] = r }); err != nil {
		return out, err
	}
	now := a.s.o.Now()
	err := filepath.WalkDir(a.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(a.dir, path)
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		name = filepath.ToSlash(name)
		if strings.HasSuffix(name, ".part") {
			out.Running++
			return nil
		}
		if !strings.HasSuffix(name, ".wav") {
			return nil
		}
		out.Files++
		r, listed := rows[name]
		delete(rows, name)
		switch {
		case listed && r.At > 0:
			out.Leftover = append(out.Leftover, name)
		case !listed:
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > settled {
				out.Unlisted = append(out.Unlisted, name)
			}
		}
		if listed {
			out.Rows++
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("look through the folder of recordings: %w", err)
	}
	for _, r := range rows {
		if r.At > 0 || r.Node == "" { // gone as it should, or perhaps on another disk
			continue
		}
		if f, err := a.Get(ctx, r.ID); err == nil && f.At == 0 { // not deleted meanwhile
			out.Missing = append(out.Missing, r.ID)
			out.Rows++
		}
	}
	slices.Sort(out.Missing)
	return out, nil
}
