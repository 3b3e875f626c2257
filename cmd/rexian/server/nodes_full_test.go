//go:build nodes

package server_test

const (
	nodeCalls = 50   // on each of two nodes
	buryNode  = true // and one is killed and does not come back, until the other gives its calls their ends
)
