//go:build peers && unix

package peers

import (
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
)

// Peers are told a port before they open it. One that the system gives to whoever asks for any may be gone by then, above
// all on a machine where other tests run; so they get ports below those (RFC 6335 has the system's begin at 49152, Linux at
// 32768), and none twice, so that nothing late from one test reaches the next.
const (
	portsFrom = 12000
	portsTo   = 20000
	portsEach = 20 // one peer's: for SIP, or for the sound of several streams
)

var nextPorts = func() *atomic.Uint32 {
	var n atomic.Uint32
	n.Store(rand.Uint32N((portsTo - portsFrom) / portsEach)) // two runs beside each other begin apart
	return &n
}()

// freePort is the first, an even one, of twenty ports that nobody uses.
func freePort(t *testing.T) int {
	t.Helper()
	const blocks = (portsTo - portsFrom) / portsEach
	for range blocks {
		port := portsFrom + int(nextPorts.Add(1)%blocks)*portsEach
		if unused(port) {
			return port
		}
	}
	t.Fatal("no free ports")
	return 0
}

func unused(port int) bool {
	for i := range portsEach {
		if !unusedPort(port+i, true) || !unusedPort(port+i, false) {
			return false
		}
	}
	return true
}

func unusedPort(port int, udp bool) bool {
	var c io.Closer
	var err error
	if udp {
		c, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	} else {
		c, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	}
	if err == nil {
		c.Close()
	}
	return err == nil
}
