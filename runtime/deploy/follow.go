package deploy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Serving is what new calls choose from.
type Serving struct {
	Stable  *Version
	Canary  *Version // nil: none is on trial
	Percent int      // of the new calls that the canary gets
}

// Decision is what was decided elsewhere: on another node, or by an earlier start of this one.
type Decision struct {
	Stable  string   // hash of what is to serve
	Canary  string   // of what is on trial beside it, "" for nothing
	Percent int      // of the new calls that it gets
	History []Change // how it came about; it takes the place of ours
}

// Follow lets serve what was decided elsewhere. Versions that are not kept here are asked of Options.Fetch, made
// ready and kept before any call gets them; if that fails, what serves goes on serving. Options.Changed is not told.
func (d *Deployment) Follow(to Decision) error {
	d.change.Lock()
	defer d.change.Unlock()
	next := serving{percent: to.Percent}
	for _, v := range []struct {
		to   **Version
		hash string
	}{{&next.stable, to.Stable}, {&next.canary, to.Canary}} {
		if v.hash == "" {
			continue
		}
		var err error
		if *v.to, err = d.ready(v.hash); err != nil {
			return err
		}
	}
	if next.stable == nil {
		return fmt.Errorf("nothing is to serve: %w", ErrNothing)
	}
	if err := errors.Join(writeState(d.o.Dir, stateOf(&next)), writeLog(d.o.Dir, to.History)); err != nil {
		return err
	}
	d.log = to.History
	d.serving.Store(&next)
	return nil
}

// ready is a version that serves or is kept, here or elsewhere, ready for calls.
func (d *Deployment) ready(hash string) (*Version, error) {
	v, err := d.found(hash)
	if err != nil {
		return nil, err
	}
	if s := d.serving.Load(); v == s.stable || v == s.canary {
		return v, nil
	}
	if d.o.Prepare != nil {
		if err := d.o.Prepare(v); err != nil {
			return nil, fmt.Errorf("prepare version %.12s: %w", hash, err)
		}
	}
	return v, d.keep(v)
}

// found is a version that is kept here, or else where all nodes keep theirs.
func (d *Deployment) found(hash string) (*Version, error) {
	v, err := d.kept(hash)
	if err == nil || d.o.Fetch == nil {
		return v, err
	}
	fetched, elsewhere := d.o.Fetch(hash)
	switch {
	case errors.Is(elsewhere, ErrNothing) && !errors.Is(err, os.ErrNotExist):
		return nil, err
	case elsewhere != nil:
		return nil, elsewhere
	case fetched.Hash() != hash:
		return nil, fmt.Errorf("version %.12s: what is kept for all nodes is another: %w", hash, ErrDamaged)
	}
	if !errors.Is(err, os.ErrNotExist) {
		d.o.Told(fmt.Errorf("%w; it is taken from the database", err))
	}
	if d.o.Dir != "" { // what is here is damaged, or not there: it is kept anew
		if err := os.Remove(filepath.Join(d.o.Dir, hash+".rxb")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("version %.12s: %w", hash, err)
		}
	}
	return fetched, nil
}

// Now is what new calls choose from.
func (d *Deployment) Now() Serving {
	s := d.serving.Load()
	return Serving{s.stable, s.canary, s.percent}
}

// bundleName is the bundle among the files of a version that travels.
const bundleName = "bundle.rxb"

// Pack gives the files of a version as it travels to another node, by names of their own; Unpack makes a version of
// them.
func (v *Version) Pack() map[string][]byte {
	files := map[string][]byte{bundleName: v.Encoded}
	for folder, group := range v.folders() {
		for name, b := range *group {
			files[folder[1:]+"/"+name] = b
		}
	}
	return files
}

// Unpack makes a version of its files; others among them are left.
func Unpack(files map[string][]byte) (*Version, error) {
	var of Files
	for folder, group := range of.folders() {
		*group = map[string][]byte{}
		for name, b := range files {
			if rest, ok := strings.CutPrefix(name, folder[1:]+"/"); ok {
				(*group)[rest] = b
			}
		}
	}
	return decode(files[bundleName], of)
}

// WriteFile writes a file of a data folder so that a crash leaves the old or the new.
func WriteFile(path string, b []byte) error { return replace(path, b) }
