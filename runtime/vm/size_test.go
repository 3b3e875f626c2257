package vm

import (
	"testing"
	"unsafe"
)

// A call that waits is its machine, its stack and its frames; with these it stays below 900 bytes as long as the
// machine fits the size of block that it has now.
func TestMachineSize(t *testing.T) {
	if n := unsafe.Sizeof(Machine{}); n > 480 {
		t.Errorf("a machine takes %d bytes, which is rounded up to more than 480", n)
	}
}
