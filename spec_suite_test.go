package rexian_test

import (
	"testing"

	"rexian/compiler/check"
)

// runTests runs the test blocks of an example.
func runTests(t *testing.T, p *check.Program, tables map[string]string) {}
