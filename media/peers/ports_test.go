//go:build peers && linux

package peers

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
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

// listened says whether somebody has opened a port on the loopback. Trying to open it would tell that too, and now and then
// take it from the peer that is about to.
func listened(t *testing.T, port int, tcp bool) bool {
	t.Helper()
	table, state := "udp", "07" // unconnected
	if tcp {
		table, state = "tcp", "0A" // listening
	}
	text, err := os.ReadFile("/proc/net/" + table)
	if err != nil {
		t.Fatal(err)
	}
	local := fmt.Sprintf("0100007F:%04X", port)
	for line := range strings.SplitSeq(string(text), "\n") { // number, local address, remote address, state …
		if f := strings.Fields(line); len(f) > 3 && f[1] == local && f[3] == state {
			return true
		}
	}
	return false
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
