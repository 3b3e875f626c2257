package server_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/server"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

const backedUpFlow = `接入号 "12366" 进入 主流程
接入号 "12367" 进入 等着
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
流程 主流程 { 播放 "您好" 标记 "来过" 挂机 }
流程 等着 { 菜单 { 播放 "请按1" 按 1 "一" 挂机 等待 60秒 最多 1次 否则 挂机 } }
`

// backup does with a running server what the manual says, and gives back the address of the restored database.
type backup struct {
	name string
	url  func(t *testing.T, data string) string
	take func(t *testing.T, url, to string)
	// where the restored database is
	restore func(t *testing.T, from, data string) string
}

var backups = []backup{
	{"sqlite", func(_ *testing.T, data string) string { return "sqlite:" + filepath.Join(data, "rexian.db") },
		func(t *testing.T, url, to string) { // as the program sqlite3 does
			d := opened(t, url)
			if _, err := d.Exec(t.Context(), `VACUUM INTO ?`, filepath.Join(to, "rexian.db")); err != nil {
				t.Fatal(err)
			}
		},
		func(t *testing.T, from, data string) string {
			if err := os.Rename(filepath.Join(from, "rexian.db"), filepath.Join(data, "rexian.db")); err != nil {
				t.Fatal(err)
			}
			return "sqlite:" + filepath.Join(data, "rexian.db")
		}},
	{"postgres", func(t *testing.T, _ string) string { return dbtest.Shared(t).Empty(t, "backed_up") },
		func(t *testing.T, url, to string) {
			executed(t, dbtest.Shared(t).Program("pg_dump"), "--format=custom",
				"--file="+filepath.Join(to, "rexian.dump"),
				url)
		},
		func(t *testing.T, from, _ string) string {
			pg := dbtest.Shared(t)
			url := pg.Empty(t, "restored")
			executed(t, pg.Program("pg_restore"), "--dbname="+url, filepath.Join(from, "rexian.dump"))
			return url
		}},
}

func executed(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func opened(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// copied copies a data folder, but for the database that has its own way.
func copied(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || strings.HasPrefix(e.Name(), "rexian.db") {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dialled is a call to a number of a server.
func dialled(t *testing.T, s *server.Server, number string) *handset.Call {
	t.Helper()
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = phone.Close() })
	c, err := phone.Dial(t.Context(), number+"@"+strings.TrimPrefix(s.Addrs()[0], "udp://"),
		handset.CallOptions{From: "13800138000"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A backup taken by the manual while a call is on is whole: restored elsewhere it serves the same version with its
// history, has the calls with their recordings, and gives the call that was on its end.
func TestABackupOfARunningServerIsRestored(t *testing.T) {
	for _, b := range backups {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			log := slog.New(slog.DiscardHandler)
			data, kept := t.TempDir(), t.TempDir()
			url := b.url(t, data)
			s := serve(t, backedUpFlow, url, data, log)
			if !over(dialled(t, s, "12366")) {
				t.Fatal("a call does not end")
			}
			d := opened(t, url)
			count := func(d *db.DB, query string) (n int) {
				if err := d.Get(t.Context(), &n, query); err != nil {
					t.Fatal(err)
				}
				return n
			}
			dialled(t, s, "12367")
			eventually(t, "a call is over and one is on", func() bool {
				return count(d, `SELECT COUNT(*) FROM recordings`) == 1 &&
					count(d, `SELECT COUNT(*) FROM calls WHERE ended IS NULL`) == 1
			})
			serves := s.Deployment().Status()

			b.take(t, url, kept)
			if err := os.Mkdir(filepath.Join(kept, "data"), 0o700); err != nil {
				t.Fatal(err)
			}
			copied(t, data, filepath.Join(kept, "data"))
			if s.Calls() != 1 {
				t.Error("the backup ended the call")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(data); err != nil { // the disk is gone
				t.Fatal(err)
			}

			restored := filepath.Join(kept, "data")
			url = b.restore(t, kept, restored)
			s = serve(t, strings.ReplaceAll(backedUpFlow, "您好", "别的"), url, restored, log)
			defer s.Close()
			now := s.Deployment().Status()
			if now.Stable != serves.Stable || len(now.History) < len(serves.History) {
				t.Errorf("%s serves with %d steps of history, want %s with %d", now.Stable, len(now.History),
					serves.Stable,
					len(serves.History))
			}
			r := opened(t, url)
			eventually(t, "the call that was on has its end", func() bool {
				return count(r, `SELECT COUNT(*) FROM calls WHERE result = 'interrupted'`) == 1
			})
			if n := count(r, `SELECT COUNT(*) FROM calls`); n != 2 {
				t.Errorf("%d calls, want 2", n)
			}
			if n := count(r, `SELECT COUNT(*) FROM milestones WHERE name = '来过'`); n != 1 {
				t.Errorf("%d milestones, want 1", n)
			}
			var file string
			if err := r.Get(t.Context(), &file, `SELECT file FROM recordings ORDER BY made_at LIMIT 1`); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(filepath.Join(restored, "recordings", file)); err != nil || info.Size() <= 44 {
				t.Errorf("the recording %s: %v", file, err)
			}
			if !over(dialled(t, s, "12366")) {
				t.Error("a call after the restoration does not end")
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if got := fmt.Sprint(count(r, `SELECT COUNT(*) FROM calls`)); got != "3" {
				t.Errorf("%s calls, want 3", got)
			}
		})
	}
}
