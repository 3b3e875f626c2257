//go:build peers && linux

package peers

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Peers are told a port before they open it. One that the system gives to whoever asks for any may be gone by then,
// above all on a machine where other tests run; so they get ports below those (Linux: 32768), and each run a share of
// its own.
const (
	portsFrom  = 10000
	portsTo    = 20000
	portsShare = 2000 // one run's
	portsEach  = 10   // one peer's: for SIP, or for the sound of several streams
)

// share is the first port of this run's share. As long as the run lasts it keeps the port open, so that no other run
// takes the same share.
var share = sync.OnceValues(func() (net.Listener, error) {
	var err error
	for port := portsFrom; port < portsTo; port += portsShare {
		var l net.Listener
		if l, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}); err == nil {
			return l, nil
		}
	}
	return nil, err
})

var portsGiven atomic.Uint32

// freePort is the first, an even one, of ten ports that nobody uses. None comes again soon: nothing late from one test
// reaches the next.
func freePort(t *testing.T) int {
	t.Helper()
	kept, err := share()
	if err != nil {
		t.Fatalf("other runs have all ports: %v", err)
	}
	const blocks = portsShare/portsEach - 1 // the first holds the port that is kept
	for range blocks {
		port := kept.Addr().(*net.TCPAddr).Port + portsEach*int(1+portsGiven.Add(1)%blocks)
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

// listened says whether somebody has opened a port on the loopback. Trying to open it would tell that too, and now and
// then take it from the peer that is about to.
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
