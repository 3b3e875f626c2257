//go:build !race

package server_test

const outageCalls = 200
