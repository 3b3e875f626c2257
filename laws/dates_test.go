//go:build dates

package laws_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// shiftName is the environment variable with the seconds to add.
const shiftName = "TEST_CLOCK_SHIFT"

const (
	asked   = "\tsec, nsec, mono := runtimeNow()\n\tif mono == 0 {"
	shifted = "\tsec, nsec, mono := runtimeNow()\n\tsec += testShift\n\tif mono == 0 {"
)

// shift is the file that joins package time.
const shift = `package time

import "syscall"

var testShift = func() int64 {
	s, _ := syscall.Getenv("` + shiftName + `")
	n, _ := atoi(s)
	return int64(n)
}()
`

// TestDates runs the tests on other days than today, to prove that none depends on the day of the machine. DATES are
// the days, DATED the packages; make test-dates gives both.
//
// Go asks the kernel for the time past the C library, so what shifts the clock of other programs does not reach it. The
// tests are built with a standard library of their own instead, whose time.Now adds what the environment says;
// everything else (timers, time zones, the monotonic clock) is as ever. The programs that tests build and start are
// shifted with them.
func TestDates(t *testing.T) {
	overlay := shiftedLibrary(t, t.TempDir())
	for day := range strings.SplitSeq(os.Getenv("DATES"), ",") {
		t.Run(day, func(t *testing.T) {
			start, err := time.Parse(time.DateOnly+" -0700", day+" +0800")
			if err != nil {
				t.Fatal(err)
			}
			seconds := int64(time.Until(start.Add(12*time.Hour)) / time.Second) // noon in China
			cmd := exec.CommandContext(t.Context(), "go",
				append([]string{"test", "-count=1", "-vet=off", "-timeout=30m"},
					strings.Fields(os.Getenv("DATED"))...)...)
			cmd.Env = append(os.Environ(), shiftName+"="+strconv.FormatInt(seconds, 10),
				"GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			if err := cmd.Run(); err != nil {
				t.Errorf("on %s: %v", day, err)
			}
		})
	}
}

// shiftedLibrary writes the changed files of package time into a folder, and the list by which the build takes them.
func shiftedLibrary(t *testing.T, dir string) (overlay string) {
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(strings.TrimSpace(string(out)), "src", "time")
	src, err := os.ReadFile(filepath.Join(home, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(src, []byte(asked)) != 1 {
		t.Fatal("time.Now of this Go looks different: read its source and change this test")
	}
	files := map[string][]byte{"time.go": bytes.Replace(src, []byte(asked), []byte(shifted), 1),
		"shift.go": []byte(shift)}
	replace := map[string]string{}
	for name, b := range files {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, b, 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(home, name)] = at
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}
