//go:build !unix

package siptrace

// room is memory for messages.
func room(size int) (data []byte, free func()) { return make([]byte, size), func() {} }
