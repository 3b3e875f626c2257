//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// What is sent has the class that is asked for: EF unless told otherwise, over both drivers.
func TestClass(t *testing.T) {
	for _, portable := range []bool{false, true} {
		for dscp, want := range map[int]int{0: 46, 34: 34, -1: 0} {
			e, err := New(Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: portable, DSCP: dscp})
			if err != nil {
				t.Fatal(err)
			}
			s, err := e.driver.bind(netip.MustParseAddrPort("127.0.0.1:0"))
			if err != nil {
				t.Fatal(err)
			}
			got := -1
			read := func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS) }
			switch s := s.(type) {
			case *raw:
				read(uintptr(s.fd))
			case conn:
				c, e := s.SyscallConn()
				if e != nil {
					t.Fatal(e)
				}
				if e := c.Control(read); e != nil {
					t.Fatal(e)
				}
			}
			if err != nil || got != want<<2 {
				t.Errorf("portable %v, DSCP %d: the socket has %d (%v)", portable, dscp, got, err)
			}
			s.close()
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
