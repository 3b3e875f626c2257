package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A kept version is <hash>.rxb with its recordings in <hash>.audio/, its SQL files in <hash>.sql/ and its sources in
// <hash>.flow/. serving.json is what serves, history.json the list of changes.
const (
	historyFile = "history.json"
	servingFile = "serving.json"
	audioDir    = ".audio"
	queryDir    = ".sql"
	sourceDir   = ".flow"
)

// ErrDamaged means that a file of the folder is not what was written.
var ErrDamaged = errors.New("it is damaged")

// folders are where the files of a version are kept, beside its bundle.
func (f *Files) folders() map[string]*map[string][]byte {
	return map[string]*map[string][]byte{audioDir: &f.Audio, queryDir: &f.Queries, sourceDir: &f.Sources}
}

// state is what serves, as it is kept.
type state struct {
	Stable  string `json:"stable"`
	Canary  string `json:"canary,omitempty"`
	Percent int    `json:"percent,omitempty"`
}

func stateOf(s *serving) (kept state) {
	if s.stable != nil {
		kept.Stable = s.stable.Hash()
	}
	if s.canary != nil {
		kept.Canary, kept.Percent = s.canary.Hash(), s.percent
	}
	return kept
}

// stateAfter is what serves after a list of changes.
func stateAfter(log []Change) (s state) {
	for _, c := range log {
		switch c.What {
		case "deploy", "promote", "rollback":
			s = state{Stable: c.Hash}
		case "canary":
			s.Canary, s.Percent = c.Hash, c.Percent
		case "abandon":
			s.Canary, s.Percent = "", 0
		}
	}
	return s
}

// readState reads what served last; nothing where nothing did.
func readState(dir string) (s state, err error) {
	err = readJSON(dir, servingFile, &s)
	return s, err
}

func writeState(dir string, s state) error { return writeJSON(dir, servingFile, s) }

func readLog(dir string) (log []Change, err error) {
	if err := readJSON(dir, historyFile, &log); err != nil {
		return nil, err
	}
	return log, nil
}

func writeLog(dir string, log []Change) error { return writeJSON(dir, historyFile, log) }

// readJSON reads a file of the folder; one that is not there leaves v as it is.
func readJSON(dir, name string, v any) error {
	if dir == "" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w: %w", filepath.Join(dir, name), ErrDamaged, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read %s: %w: %w", filepath.Join(dir, name), ErrDamaged, err)
	}
	return nil
}

func writeJSON(dir, name string, v any) error {
	if dir == "" {
		return nil
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = replace(filepath.Join(dir, name), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(dir, name), err)
	}
	return nil
}

// setAside renames a damaged file, so that it can be looked at and is in nobody's way.
func setAside(path string) error {
	if err := os.Rename(path, path+".damaged"); err != nil {
		return fmt.Errorf("set %s aside: %w", path, err)
	}
	return nil
}

// keep writes a version down, once.
func (d *Deployment) keep(v *Version) error {
	if d.o.Dir == "" {
		return nil
	}
	name := filepath.Join(d.o.Dir, v.Hash())
	if _, err := os.Stat(name + ".rxb"); err == nil {
		return nil
	}
	for dir, files := range v.folders() {
		for file, b := range *files {
			if err := replace(filepath.Join(name+dir, filepath.FromSlash(file)), b); err != nil {
				return fmt.Errorf("keep the version: %w", err)
			}
		}
	}
	if err := replace(name+".rxb", v.Encoded); err != nil {
		return fmt.Errorf("keep the version: %w", err)
	}
	return nil
}

// kept reads a version that was written down. A version in use is not made twice.
func (d *Deployment) kept(hash string) (*Version, error) {
	s := d.serving.Load()
	for _, v := range []*Version{s.stable, s.canary} {
		if v != nil && v.Hash() == hash {
			return v, nil
		}
	}
	if d.o.Dir == "" {
		return nil, fmt.Errorf("version %.12s was not kept: %w", hash, ErrNothing)
	}
	return Read(d.o.Dir, hash)
}

// Folder is where in the data folder of a server its versions are.
const Folder = "versions"

// History reads what was deployed, the latest last, from a folder of versions; nothing where nothing was.
func History(dir string) ([]Change, error) { return readLog(dir) }

// Last is the hash of the version that served last, by a folder of versions; "" where none did.
func Last(dir string) (string, error) {
	s, err := readState(dir)
	return s.Stable, err
}

// Read reads a version from the folder in which it is kept.
func Read(dir, hash string) (*Version, error) {
	name := filepath.Join(dir, filepath.Base(hash))
	encoded, err := os.ReadFile(name + ".rxb")
	if err != nil {
		return nil, fmt.Errorf("version %.12s: %w", hash, err)
	}
	var files Files
	for dir, into := range files.folders() {
		if *into, err = readFolder(name + dir); err != nil {
			return nil, fmt.Errorf("files of version %.12s: %w", hash, err)
		}
	}
	v, err := decode(encoded, files)
	if err != nil {
		return nil, err
	}
	if v.hash != hash && v.Program.Hash != hash { // earlier programs named a version by its bundle alone
		return nil, fmt.Errorf("version %.12s: its files are not those that were kept: %w", hash, ErrDamaged)
	}
	v.hash = hash
	return v, nil
}

// readFolder reads the files under a folder by their relative names; none if it is not there.
func readFolder(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	return files, err
}

// replace writes a file so that a crash leaves the old or the new.
func replace(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
