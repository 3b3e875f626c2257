package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
)

// advice is what a machine without PostgreSQL needs.
const advice = "PostgreSQL's programs are not on this machine (looked for in /usr/lib/postgresql/*/bin and in PATH): run `make deps`"

// Server is a throw-away PostgreSQL cluster. Its folder and its processes end with this process, even if that is
// killed: a shell beside the server waits for the end of its input.
type Server struct {
	bin, dir string
	owner    *syscall.Credential // the server refuses to run as root
	mu       sync.Mutex
	keeper   *exec.Cmd
	hold     io.Closer // the keeper's input: closing it ends the server
}

// StartServer starts a cluster of a test's own, for one that stops and kills its server. It is not migrated.
func StartServer(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func start() (*Server, error) {
	s := &Server{}
	if err := s.find(); err != nil {
		return nil, err
	}
	var err error
	if s.dir, err = os.MkdirTemp("", "rexian-pg-"); err != nil {
		return nil, err
	}
	if err := errors.Join(s.folder(), s.cluster()); err != nil {
		return nil, err
	}
	return s, s.Start()
}

// find looks for the server's programs, the newest version first, and for the user to run them.
func (s *Server) find() error {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, path)
	}
	for _, path := range found {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "initdb")); err == nil {
			s.bin = filepath.Dir(path)
			break
		}
	}
	if s.bin == "" {
		return errors.New(advice)
	}
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("the user postgres is missing, as whom the server runs: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	s.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return errors.Join(err1, err2)
}

// version is the number in /usr/lib/postgresql/15/bin/postgres, 0 if there is none.
func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Program is the path of a program of this PostgreSQL, such as pg_dump.
func (s *Server) Program(name string) string { return filepath.Join(s.bin, name) }

// asOwner is a command that runs as the user who owns the server's files.
func (s *Server) asOwner(path string, args ...string) *exec.Cmd {
	c := exec.Command(path, args...)
	c.Dir = s.dir
	// A group of its own: a Ctrl-C for the tests does not reach it before it has tidied up.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.owner}
	return c
}

// keeper runs the server until its input ends. $1 is the server, $2 the folder; the rest are arguments of the server.
// The server ends the hard way: nothing in it is worth keeping. Its processes work in the folder of its data; one that
// was born while it was stopped is on no list, and would keep the next server from starting.
const keeper = `server=$1; dir=$2; shift 2
"$server" "$@" >>"$dir/log" 2>&1 </dev/null &
pid=$!
read -r how
if [ "$how" = KILL ]; then
	kill -s STOP $pid
	children=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
fi
kill -s "${how:-QUIT}" $pid $children
wait $pid
while ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -qF " $dir/data"; do sleep 0.02; done
[ -n "$how" ] || rm -rf "$dir"`

// Start starts the server again after Stop or Kill.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keeper != nil {
		return nil
	}
	c := exec.Command("/bin/sh", "-c", keeper, "keeper", filepath.Join(s.bin, "postgres"), s.dir, "-D", s.data(),
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+s.dir, "-c", "fsync=off",
		"-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "autovacuum=off",
		"-c", "max_wal_size=4GB", "-c", "jit=off")
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.owner}
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	s.keeper, s.hold = c, in
	for range 1500 { // half a minute, on a machine that is busy with other things
		if err = s.exec("SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("the server does not come up: %w: %s", err, log)
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() { s.end("") }

// Kill ends the server and all its processes at once, as a crash would; Start brings it back with what was committed.
func (s *Server) Kill() { s.end("KILL") }

// Shutdown ends the server in order, breaking its connections; Start brings it back.
func (s *Server) Shutdown() { s.end("INT") }

func (s *Server) end(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keeper == nil {
		if how == "" {
			_ = os.RemoveAll(s.dir)
		}
		return
	}
	if how != "" {
		_, _ = io.WriteString(s.hold.(io.Writer), how+"\n")
	}
	_ = s.hold.Close()
	_ = s.keeper.Wait()
	s.keeper = nil
}

// URL is the address of one of the server's databases.
func (s *Server) URL(name string) string {
	return "postgres:///" + name + "?host=" + s.dir + "&user=postgres"
}

// Empty makes a database without any table, of a name that no other test of the server uses, and returns its address.
func (s *Server) Empty(t testing.TB, name string) string {
	t.Helper()
	if err := s.create(name, "template0"); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}

// Migrated makes a migrated database and returns its address.
func (s *Server) Migrated(t testing.TB, name string) string {
	t.Helper()
	s.Empty(t, name)
	if err := migrate(s.URL(name)); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}

func (s *Server) create(name, template string) error {
	return s.exec("CREATE DATABASE " + name + " TEMPLATE " + template)
}

// exec runs one statement outside any pool: CREATE DATABASE needs a connection of its own.
func (s *Server) exec(query string) error { return once(s.URL("postgres"), query) }

// probe tells whether a database can be reached.
func probe(url string) error { return once(url, "SELECT 1") }

// once runs one statement without parameters on a connection of its own.
func once(url, query string) error {
	x, err := sql.Open("postgres", url+"&sslmode=disable&connect_timeout=5")
	if err != nil {
		return err
	}
	_, err = x.ExecContext(context.Background(), query)
	if err = errors.Join(err, x.Close()); err != nil {
		return fmt.Errorf("%s: %w", strings.Fields(query)[0], err)
	}
	return nil
}
