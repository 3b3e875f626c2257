package record

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// partial is the ending of a file that is not finished.
const partial = ".part"

// File is a file being recorded.
type File interface {
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// FS is where recordings go.
type FS interface {
	// Create makes a new file and the folders to it; a file that is there already is an error.
	Create(path string) (File, error)
	// Rename gives a file its final name, so that it has it after a crash too; a file of that name is an error.
	Rename(from, to string) error
}

// osFS is the operating system's files. Recordings hold what people said: only their owner may read them.
type osFS struct{}

func (osFS) Create(path string) (File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (osFS) Rename(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder makes a name last. Windows has no such call and keeps names itself.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
