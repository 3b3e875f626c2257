// Command vet looks at the project's own packages as go vet does, and at no others: what go vet learns of the packages
// that they use, from their sources down to the system's, took longer than all the rest of it.
//
//	go build -o bin/vet ./laws/vet && go vet -vettool=bin/vet ./...
//
// It stands before Go's own tool, which it starts with what it was given. Of a package that is only to be learned from
// (the tool's VetxOnly) nothing is learned, unless it is of this module. So functions of other modules that format text
// as Printf does are not known as such; those of the standard library are, by name.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// module is the path that the project's packages begin with.
const module = "rexian/"

// unit is what the go command says of a package, as far as it matters here.
type unit struct {
	ImportPath string
	VetxOnly   bool
	VetxOutput string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vet:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	if n := len(args); n > 0 && strings.HasSuffix(args[n-1], ".cfg") {
		b, err := os.ReadFile(args[n-1])
		if err != nil {
			return err
		}
		var u unit
		if err := json.Unmarshal(b, &u); err != nil {
			return fmt.Errorf("%s: %w", args[n-1], err)
		}
		if foreign(u) {
			return os.WriteFile(u.VetxOutput, nil, 0o666)
		}
	}
	tool, err := exec.Command("go", "tool", "-n", "vet").Output()
	if err != nil {
		return fmt.Errorf("go tool -n vet: %w", err)
	}
	path := strings.TrimSpace(string(tool))
	return syscall.Exec(path, append([]string{path}, args...), os.Environ())
}

// foreign tells whether a package is somebody else's and only to be learned from.
func foreign(u unit) bool { return u.VetxOnly && !strings.HasPrefix(u.ImportPath, module) }
