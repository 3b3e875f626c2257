//go:build race

package server_test

// The race detector costs ten times the work: fewer calls at once.
const outageCalls = 60
