//go:build !soak

package server_test

const (
	killRounds = 2
	mixRounds  = 1
)
