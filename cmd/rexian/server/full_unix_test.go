//go:build unix

package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
)

// fullName is the environment variable with the folder of a site that a process of its own starts on a full disk.
const fullName = "REXIAN_TEST_FULL"

// TestAFullDisk starts servers in a process none of whose files can grow: as on a full disk, and for whoever runs the
// test.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	base := served(t)
	for name, prepare := range map[string]func(*site){"at a later start": func(*site) {},
		"at the first start": (*site).afresh,
		"with a log":         func(s *site) { s.write(s.data("rexian.log"), "x") }} {
		t.Run(name, func(t *testing.T) {
			s := base.copied(t)
			prepare(s)
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), fullName+"="+s.dir)
			out, err := cmd.Output()
			zh, en, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			if err != nil || !strings.Contains(zh, "磁盘满了，腾出空间再启动") ||
				!strings.Contains(en, "the disk is full; make room") {
				t.Errorf("the server says %q and %q (%v)", zh, en, err)
			}
		})
	}
}

// onAFullDisk is that process: it prints what the server says in both tongues.
func onAFullDisk(dir string) int {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
		fmt.Println(err)
		return 1
	}
	cfg := settings()
	cfg.Flows, cfg.Data, cfg.HTTP.Listen = filepath.Join(dir, "flows"), filepath.Join(dir, "data"), ""
	cfg.SIP.Listen, cfg.Voice.Engine = []string{"udp://127.0.0.1:0"}, "none"
	_, err := server.Start(context.Background(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler)})
	var told *server.Trouble
	if !errors.As(err, &told) {
		fmt.Println(err)
		return 1
	}
	fmt.Printf("%s\n%s\n", told.In(diag.Zh), told.In(diag.En))
	return 0
}

func init() { child[fullName] = onAFullDisk }
