//go:build race

package demo

// loaded is how many taxpayers the tests load: the race detector makes the database several times slower.
const loaded = 1000
