package dbtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PoolerOptions are what a PgBouncer is told.
type PoolerOptions struct {
	Mode   string   // pool_mode: transaction unless given
	Size   int      // connections to the server: 5 unless given
	Ignore []string // start-up parameters that are forgotten; PgBouncer refuses those that it does not know
}

// poolerKeeper runs a PgBouncer until its input ends.
const poolerKeeper = `"$1" "$2/ini" >>"$2/log" 2>&1 </dev/null &
read -r end
kill -s TERM $!
wait $!
rm -rf "$2"`

// Pooled starts a PgBouncer before the server and returns the address of a database by way of it. It ends with the
// test, and with this process, even if that is killed.
func (s *Server) Pooled(t testing.TB, database string, o PoolerOptions) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rexian-pgb-")
	if err != nil {
		t.Fatal(err)
	}
	if s.owner != nil {
		if err := os.Chown(dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	path, err := findPooler()
	if err != nil {
		t.Fatal(err)
	}
	if o.Mode == "" {
		o.Mode = "transaction"
	}
	if o.Size == 0 {
		o.Size = 5
	}
	ini := fmt.Sprintf(`[databases]
%s = host=%s dbname=%s user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = %s
listen_port = 6432
auth_type = any
pool_mode = %s
default_pool_size = %d
max_client_conn = 500
logfile =
ignore_startup_parameters = %s
`, database, s.dir, database, dir, o.Mode, o.Size, strings.Join(o.Ignore, ","))
	if err := os.WriteFile(filepath.Join(dir, "ini"), []byte(ini), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("/bin/sh", "-c", poolerKeeper, "keeper", path, dir)
	c.Dir = dir
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.owner}
	in, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait() // it was told to end the hard way
	})
	url := "postgres:///" + database + "?host=" + dir + "&port=6432&user=postgres"
	for range 1500 {
		if err = probe(url); err == nil {
			return url
		}
		time.Sleep(20 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	t.Fatalf("PgBouncer does not come up: %v: %s", err, log)
	return ""
}

func findPooler() (string, error) {
	for _, path := range []string{"pgbouncer", "/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer"} {
		if found, err := exec.LookPath(path); err == nil {
			return found, nil
		}
	}
	return "", errors.New("PgBouncer is not on this machine (looked for in PATH and /usr/sbin): run `make deps`")
}
