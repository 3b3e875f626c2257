// Command lend runs a command and lends databases to the tests in it, see [dbtest.Lend]:
//
//	go run ./stdlib/db/dbtest/lend go test ./...
//
// They are gone when the command has ended, and its exit code is that of the command.
package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"rexian/stdlib/db/dbtest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "lend:", err)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("which command? lend go test ./...")
	}
	dir, unlock, err := folder()
	if err != nil {
		return 1, err
	}
	defer unlock()
	setting, end, err := dbtest.Lend(dir)
	if err != nil {
		return 1, err
	}
	defer end()
	// Ctrl-C reaches the command by the terminal; what is lent goes when the command has gone.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM)
	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), setting)
	err = c.Run()
	var e *exec.ExitError
	if errors.As(err, &e) {
		return max(e.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// folder is where the databases of this checkout lie: the same each time, so that go test knows results again. Where
// another run of it uses that one, it is a folder of its own.
func folder() (dir string, unlock func(), err error) {
	here, err := os.Getwd()
	if err != nil {
		return "", nil, err
	}
	h := fnv.New32a()
	fmt.Fprintf(h, "%d %s", os.Getuid(), here)
	dir = filepath.Join(os.TempDir(), fmt.Sprintf("rexian-tests-%08x", h.Sum32()))
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, err
	}
	if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		_ = lock.Close()
		dir, err = os.MkdirTemp("", "rexian-tests-")
		return dir, func() {}, err
	}
	unlock = func() { _ = lock.Close() }  // the file stays: who removes it may take it from the next
	return dir, unlock, os.RemoveAll(dir) // what a killed run has left
}
