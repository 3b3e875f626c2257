package server_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets tests with real calls run beside each other: they wait more than they work. More at
// once keep two cores from what has a time limit: a database that answers within five seconds, say.
func TestMain(m *testing.M) {
	for name, run := range child {
		if given := os.Getenv(name); given != "" {
			os.Exit(run(given))
		}
	}
	flag.Parse()
	if flag.Lookup("test.parallel") != nil {
		_ = flag.Set("test.parallel", "4")
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// child is what a process started by a test does instead of tests, by the environment variable that says so.
var child = map[string]func(given string) int{}

// built is the folder of the program that was built for tests, "" if none was.
var built string
