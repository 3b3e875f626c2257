package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A kept version is <hash>.rxb with its recordings in <hash>.audio/ and its sources in <hash>.flow/; history.json is the list of changes.
const (
	historyFile = "history.json"
	audioDir    = ".audio"
	sourceDir   = ".flow"
)

func readLog(dir string) ([]Change, error) {
	if dir == "" {
		return nil, nil
	}
	b, err := os.ReadFile(filepath.Join(dir, historyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of deployments: %w", err)
	}
	var log []Change
	if err := json.Unmarshal(b, &log); err != nil {
		return nil, fmt.Errorf("read the history of deployments, %s: %w", historyFile, err)
	}
	return log, nil
}

func writeLog(dir string, log []Change) error {
	if dir == "" {
		return nil
	}
	b, err := json.MarshalIndent(log, "", "  ")
	if err == nil {
		err = replace(filepath.Join(dir, historyFile), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the history of deployments: %w", err)
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
	for dir, files := range map[string]map[string][]byte{name + audioDir: v.Audio, name + sourceDir: v.Sources} {
		for file, b := range files {
			if err := replace(filepath.Join(dir, filepath.FromSlash(file)), b); err != nil {
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
	name := filepath.Join(d.o.Dir, hash)
	encoded, err := os.ReadFile(name + ".rxb")
	if err != nil {
		return nil, fmt.Errorf("version %.12s: %w", hash, err)
	}
	audio, err := readFolder(name + audioDir)
	if err != nil {
		return nil, fmt.Errorf("recordings of version %.12s: %w", hash, err)
	}
	sources, err := readFolder(name + sourceDir)
	if err != nil {
		return nil, fmt.Errorf("sources of version %.12s: %w", hash, err)
	}
	return decode(encoded, audio, sources)
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
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
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
