//go:build !unix

package server

import (
	"errors"
	"os"
)

// errLocked means that another program has the file locked.
var errLocked = errors.New("another program holds it")

// lock has nothing to do where the system does not let two programs open a file for writing.
func lock(*os.File) error { return nil }

// Private has nothing to do where files take the rights of their folder.
func Private() {}
