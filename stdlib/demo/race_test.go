//go:build race

package demo

// loaded is how many taxpayers the tests load: the race detector makes the database ten times slower.
const loaded = 1000
