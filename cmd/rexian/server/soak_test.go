//go:build soak

package server_test

// killRounds is how often the program is killed.
const killRounds = 25
