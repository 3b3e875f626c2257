// Package laws_test keeps the laws of the house: which folder may import which, that SPEC.md and the documents say what
// the code does, and what every file owes its reader. All of its tests read the repository from its root.
package laws_test

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
