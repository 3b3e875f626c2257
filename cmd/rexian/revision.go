package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rexian/cmd/rexian/cli"
)

// revision puts what git keeps as REVISION:PATH into a folder of its own, which clean removes. The path is taken from
// the working directory; without one it is the whole of it.
func (a *app) revision(name string) (path string, clean func(), err error) {
	rev, inside, _ := strings.Cut(name, ":")
	if rev == "" || strings.HasPrefix(rev, "-") {
		return "", nil, a.Usage("要写成 git:版本:文件夹，如 git:HEAD~1:flows",
			"write git:REVISION:FOLDER, such as git:HEAD~1:flows")
	}
	if inside == "" {
		inside = "."
	}
	return a.archived(a.Dir, rev, inside)
}

// archived puts what git keeps of a path, taken from a folder in whose repository it looks, into a folder of its own.
func (a *app) archived(from, rev, inside string) (path string, clean func(), err error) {
	git := exec.Command("git", "archive", "--format=tar", rev, "--", inside)
	git.Dir = from
	var out, said bytes.Buffer
	git.Stdout, git.Stderr = &out, &said
	if err := git.Run(); err != nil {
		return "", nil, a.Usage("取不到 git:%s：%s", "git:%s cannot be had: %s", rev+":"+inside, gitSaid(&said, err))
	}
	dir, err := os.MkdirTemp("", "rexian-diff-")
	if err != nil {
		return "", nil, cli.Wrong(err)
	}
	clean = func() { _ = os.RemoveAll(dir) } // a leftover in the temporary folder harms nobody
	if err := unpack(&out, dir); err != nil {
		clean()
		return "", nil, cli.Wrong(err)
	}
	return filepath.Join(dir, filepath.FromSlash(inside)), clean, nil
}

// gitSaid is why git failed: what it said, or that it could not be run.
func gitSaid(said fmt.Stringer, err error) string {
	return cmp.Or(strings.TrimSpace(said.String()), err.Error())
}

// unpack writes the files of an archive below a folder, and nowhere else.
func unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	t := tar.NewReader(r)
	for {
		h, next := t.Next()
		if next != nil {
			if next == io.EOF {
				next = nil
			}
			return errors.Join(next, root.Close())
		}
		name := filepath.FromSlash(strings.TrimSuffix(h.Name, "/"))
		switch h.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeReg:
			if err = root.MkdirAll(filepath.Dir(name), 0o755); err == nil {
				var f *os.File
				if f, err = root.Create(name); err == nil {
					_, err = io.Copy(f, t)
					err = errors.Join(err, f.Close())
				}
			}
		}
		if err != nil {
			return errors.Join(err, root.Close())
		}
	}
}
