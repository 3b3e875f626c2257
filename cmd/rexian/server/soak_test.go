//go:build soak

package server_test

import "time"

// killRounds is how often the program is killed.
const killRounds = 25

// mixRounds is how often it is killed while random things are done with calls.
const mixRounds = 25

// mixSeed is of what is done by chance, another each time; the log tells it.
func mixSeed() uint64 { return uint64(time.Now().UnixNano()) }
