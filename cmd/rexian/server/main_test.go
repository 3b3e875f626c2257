package server_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets tests with real calls run beside each other: they wait, whatever the number of cores.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.parallel") != nil {
		_ = flag.Set("test.parallel", "8")
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// built is the folder of the program that was built for tests, "" if none was.
var built string
