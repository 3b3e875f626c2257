package dbtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// lentIn is the environment's name for the folder of databases that another process lends, see [Lend].
const lentIn = "REXIAN_TEST_DATABASES"

// Lend makes what the tests of many packages need once for all of them: a running PostgreSQL with a migrated database,
// a cluster that was made and never started, and a migrated SQLite file, all in dir. Processes that have the setting
// which it returns in their environment copy from there instead of making their own. end ends the server and removes
// dir.
func Lend(dir string) (setting string, end func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { // the server runs as another user when we are root
		return "", nil, err
	}
	s := &Server{dir: filepath.Join(dir, "pg")}
	end = func() {
		s.Stop()
		_ = os.RemoveAll(dir)
	}
	if err := lend(s, dir); err != nil {
		end()
		return "", nil, err
	}
	return lentIn + "=" + dir, end, nil
}

func lend(s *Server, dir string) error {
	if err := s.find(); err != nil {
		return err
	}
	if err := s.folder(); err != nil {
		return err
	}
	if err := s.initdb(); err != nil {
		return err
	}
	if err := s.asOwner("cp", "-a", s.data(), s.spare()).Run(); err != nil {
		return fmt.Errorf("copy the cluster: %w", err)
	}
	if err := s.Start(); err != nil {
		return err
	}
	if err := s.create("blank", "template0"); err != nil {
		return err
	}
	file := filepath.Join(dir, "blank.db")
	return errors.Join(migrate(s.URL("blank")), migrate("sqlite:"+file), os.Chmod(file, 0o644))
}

// spare is where the cluster lies that is not started.
func (s *Server) spare() string { return filepath.Join(s.dir, "spare") }

// borrowed is the server that another process lends, nil if none does.
func borrowed() *Server {
	dir := os.Getenv(lentIn)
	if dir == "" {
		return nil
	}
	return &Server{dir: filepath.Join(dir, "pg")}
}

// folder makes the server's folder, which belongs to the user who runs it.
func (s *Server) folder() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.owner == nil {
		return nil
	}
	return os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid))
}

func (s *Server) initdb() error {
	init := s.asOwner(filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale=C", "--no-sync", "--no-instructions")
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// cluster makes the files of a server: a copy of those that are lent, or new ones.
func (s *Server) cluster() error {
	if b := borrowed(); b != nil {
		if out, err := s.asOwner("cp", "-a", b.spare(), s.data()).CombinedOutput(); err != nil {
			return fmt.Errorf("copy the lent cluster: %w: %s", err, out)
		}
		return nil
	}
	return s.initdb()
}
