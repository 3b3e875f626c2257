//go:build soak

package server_test

// killRounds is how often the program is killed.
const killRounds = 25

// mixRounds is how often it is killed while random things are done with calls.
const mixRounds = 25
