//go:build !nodes

package server_test

const (
	nodeCalls = 8
	buryNode  = false
)
