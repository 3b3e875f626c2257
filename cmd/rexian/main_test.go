package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rexian": main})
}

// TestScripts runs testdata/script/*.txtar: command lines with what they print and how they end.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		e.Setenv("LANG", "zh_CN.UTF-8")
		e.Setenv("LC_ALL", "")
		e.Setenv("REXIAN_FLOWS", flows(t))
		return nil
	}})
}

// flows is the folder of the shipped hotline.
func flows(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir + "/../../flows"
}
