//go:build unix

package server

import (
	"errors"
	"os"
	"syscall"
)

// errLocked means that another program has the file locked.
var errLocked = errors.New("another program holds it")

// lock takes a file for this process. The lock ends with the file, and so with the process, however that ends.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	if errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return nil // a file system without locks: the node's name in the database is what is left
	}
	return err
}

// Private lets new files be for the user of the program alone, whatever the shell that started it would let them be.
func Private() { syscall.Umask(0o077) }
