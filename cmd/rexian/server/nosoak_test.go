//go:build !soak

package server_test

const (
	killRounds = 2
	mixRounds  = 1
)

// mixSeed is of what is done by chance: in CI always the same, so that a test does not depend on the day's luck.
func mixSeed() uint64 { return 1 }
