//go:build !unix

package spool

import (
	"os"
	"path/filepath"
)

// lockFolder takes the folder for this process, where the system does not let two open a file for writing.
func lockFolder(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
}
