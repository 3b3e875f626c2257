// Package rtptest is what tests of sound over real sockets share.
package rtptest

import (
	"net/netip"
	"os"
	"runtime"
)

// Loopback is an address of this machine that no other process of a test uses. Test programs run side by side, and a
// port that one gives back is soon another's, to which somebody still talks: at 127.0.0.1 a test heard the voices of
// another program's calls. Where only 127.0.0.1 is the machine's it is that.
func Loopback() netip.Addr {
	if runtime.GOOS != "linux" {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	pid := os.Getpid()
	return netip.AddrFrom4([4]byte{127, byte(64 + pid>>14&0x7f), byte(pid >> 7 & 0x7f), byte(1 + pid&0x7f)})
}
