package server

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockFile is in the data folder for as long as a server uses it, with the number of its process.
const lockFile = "server.lock"

// PrepareData makes the data folder, for the user of the program alone: what is in it tells who called and what they
// said.
func PrepareData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folderTrouble(dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return folderTrouble(dir, err)
	}
	if filepath.Dir(dir) == dir || info.Mode()&os.ModeSticky != 0 {
		return &Trouble{Text: says("%s 是大家共用的文件夹，不能放通话数据：用 --data 或 data 另选一个", "%s is a folder that others use too, "+
			"and no place for what callers said: choose another by --data or data", dir)}
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return folderTrouble(dir, err)
		}
	}
	return nil
}

// openFolder takes the data folder for this server.
func (s *Server) openFolder(context.Context) error {
	dir := s.data()
	if err := PrepareData(dir); err != nil {
		return err
	}
	f, err := os.OpenFile(s.data(lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return folderTrouble(dir, err)
	}
	switch err := lock(f); {
	case errors.Is(err, errLocked):
		who, _ := io.ReadAll(io.LimitReader(f, 20)) // a number helps to find it, and is not needed
		return errors.Join(&Trouble{Text: says("数据文件夹 %s 正由另一个 rexian 使用（进程 %s）：先停掉它，或者用 --data 另选一个",
			"the data folder %s is in use by another rexian (process %s): stop that one first, or choose another by --data",
			dir, strings.TrimSpace(string(who)))}, f.Close())
	case err != nil:
		return errors.Join(folderTrouble(dir, err), f.Close())
	}
	s.lock = f
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return folderTrouble(dir, err)
	}
	for _, path := range s.config.Exposed() {
		s.tell(Notice{Text: says("%s 里有口令，这台机器上谁都能读：chmod 600 %[1]s",
			"%s holds secrets and anybody on this machine may read it: chmod 600 %[1]s", path)})
	}
	s.running.Go(func() { s.tighten(s.background, dir) })
	return nil
}

// tighten takes from others what an earlier start, or another program, let them read in the data folder.
func (s *Server) tighten(ctx context.Context, dir string) {
	changed := 0
	// What cannot be changed is told; the folder itself keeps others out.
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 == 0 || !info.Mode().IsRegular() && !info.IsDir() {
			return nil
		}
		if err := os.Chmod(path, info.Mode().Perm()&^0o077); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		changed++
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("files of the data folder may be read by others", "error", err)
	}
	if changed > 0 {
		s.log.Warn("files of the data folder could be read by others, and can no more", "count", changed)
	}
}

// setAside renames a damaged file of the data folder, so that it can be looked at and is in nobody's way.
func (s *Server) setAside(path string, why error) {
	if err := os.Rename(path, path+".damaged"); err != nil {
		s.log.Error("a damaged file cannot be set aside", "file", path, "error", err)
	}
	s.tell(Notice{Text: says("%s 坏了，改名为 %s.damaged 放在一边：%v", "%s is damaged and was set aside as %s.damaged: %v",
		path, filepath.Base(path), why)})
}

// folderTrouble says why the data folder cannot be used.
func folderTrouble(dir string, err error) error {
	return trouble(says("数据文件夹 %s 不能用：", "the data folder %s cannot be used: ", dir), err)
}
