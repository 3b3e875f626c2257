package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/report"
)

// lookEvery is how often a watched folder is looked at. To ask for the times of some hundred files takes a
// millisecond, and works on network drives, where the system tells of no changes.
const lookEvery = 200 * time.Millisecond

// watch checks, and checks again whenever a file of the program has been saved, until ctx ends. Only the files that
// changed are read again. Its result is that of the last check.
func (c *checkCmd) watch(ctx context.Context, a *app, p *program) error {
	if c.form() != report.Text || c.Output != "" {
		return a.Usage("--watch 只在屏幕上显示文字，不能和 --json、--format、--output 一起用",
			"--watch shows text on the screen and goes with neither --json nor --format nor --output")
	}
	w := watcher{root: p.Root()}
	if c.Settings != "" {
		w.more = a.File(c.Settings)
	}
	w.seen = w.look()
	last := c.once(a, p)
	for last == nil || errors.Is(last, cli.ErrFindings) {
		changed := w.wait(ctx)
		if changed == nil {
			return last
		}
		fmt.Fprintf(a.Out, "\n── %s ──\n", strings.Join(changed, a.Say("、", ", ")))
		if last = p.again(a, c.settingFlags); last == nil {
			last = c.once(a, p)
		}
	}
	return last
}

// again reads the program anew, and the values that are given to its settings.
func (p *program) again(a *app, set settingFlags) error {
	if err := p.Reload(); err != nil {
		return cli.Wrong(err)
	}
	return set.given(a, p)
}

// watcher notices what changes under a root.
type watcher struct {
	root string
	more string // a file beside it, "" for none
	seen map[string]stamp
}

// stamp tells one state of a file from another.
type stamp struct {
	size int64
	when time.Time
}

// wait waits until something has changed and lies still, and gives the names, sorted; nil when ctx ends.
func (w *watcher) wait(ctx context.Context) []string {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	before := w.seen
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := w.look()
		changed := differing(w.seen, now)
		if len(changed) > 0 && maps.Equal(before, now) { // whoever writes it has done
			w.seen = now
			return changed
		}
		before = now
	}
}

// look lists the files that are there, hidden ones and folders left out. What cannot be read is not there.
func (w *watcher) look() map[string]stamp {
	files := map[string]stamp{}
	_ = filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
		hidden := err == nil && path != w.root && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil, hidden && d.IsDir():
			return fs.SkipDir
		case hidden, d.IsDir():
			return nil
		}
		if info, err := d.Info(); err == nil {
			if name, err := filepath.Rel(w.root, path); err == nil {
				files[filepath.ToSlash(name)] = stamp{info.Size(), info.ModTime()}
			}
		}
		return nil
	})
	if info, err := os.Stat(w.more); w.more != "" && err == nil {
		files[filepath.Base(w.more)] = stamp{info.Size(), info.ModTime()}
	}
	return files
}

// differing names what is in one of two states and not the same in the other.
func differing(a, b map[string]stamp) []string {
	var list []string
	for name, s := range a {
		if t, still := b[name]; !still || t != s {
			list = append(list, name)
		}
	}
	for name := range b {
		if _, old := a[name]; !old {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
