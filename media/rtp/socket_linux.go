//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// raw is a non-blocking UDP socket that Go's poller does not know. Calls on it go straight to the system, without
// telling Go's scheduler: they never wait.
type raw struct {
	fd  int
	six bool // IPv6; addresses of IPv4 are mapped into it
	at  netip.AddrPort
	via *ioBatch // of the leg's thread: what is sent waits there for the end of the slot; nil: it goes at once
}

// bindRaw opens a socket whose packets have a class (DSCP); negative: the system's.
func bindRaw(a netip.AddrPort, class int) (socket, error) {
	s := &raw{six: !a.Addr().Is4()}
	family := unix.AF_INET
	if s.six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("rtp: socket: %w", err)
	}
	s.fd = fd
	if err := s.bind(a, class); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("rtp: bind %v: %w", a, err)
	}
	return s, nil
}

func (s *raw) bind(a netip.AddrPort, class int) error {
	var to unix.Sockaddr
	if s.six {
		// A wildcard takes both families; what the system's default says does not matter.
		only := 1
		if a.Addr().IsUnspecified() {
			only = 0
		}
		if err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only); err != nil {
			return err
		}
		if class >= 0 {
			_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, class<<2) // only a wish
		}
		to = &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	} else {
		to = &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	if class >= 0 {
		_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_TOS, class<<2)
	}
	// No packet of ours is long enough to be cut up, so the system need not number it for that.
	_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return err
	}
	if err := unix.Bind(s.fd, to); err != nil {
		return err
	}
	if s.at = a; a.Port() == 0 {
		return s.chosen()
	}
	return nil
}

// chosen asks for the port that the system has chosen.
func (s *raw) chosen() error {
	got, err := unix.Getsockname(s.fd)
	if err != nil {
		return err
	}
	switch g := got.(type) {
	case *unix.SockaddrInet4:
		s.at = netip.AddrPortFrom(netip.AddrFrom4(g.Addr), uint16(g.Port))
	case *unix.SockaddrInet6:
		s.at = netip.AddrPortFrom(netip.AddrFrom16(g.Addr), uint16(g.Port))
	}
	return nil
}

func (s *raw) local() netip.AddrPort { return s.at }

func (s *raw) close() { unix.Close(s.fd) }

func (s *raw) send(b []byte, to netip.AddrPort) error {
	if s.via.put(s.fd, b, to, s.six) {
		return nil
	}
	var a unix.RawSockaddrInet6
	size := putAddress(&a, to, s.six)
	if size == 0 {
		return unix.EAFNOSUPPORT
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_NOSIGNAL,
		uintptr(unsafe.Pointer(&a)), uintptr(size))
	if errno != 0 {
		return errno
	}
	return nil
}

// network puts a port into the byte order of the wire.
func network(port uint16) uint16 {
	var b [2]byte
	b[0], b[1] = byte(port>>8), byte(port)
	return *(*uint16)(unsafe.Pointer(&b))
}

const (
	burst   = 8  // datagrams read at once
	control = 64 // bytes: room for the time of arrival
)

// inbox is room for datagrams, which all legs of a thread share.
type inbox struct {
	messages []unix.Mmsghdr
	vectors  []unix.Iovec
	names    []unix.RawSockaddrInet6
	controls [][control / 8]uint64
	data     [][mtu + 1]byte // one more, so that a datagram that is too long shows

	wall time.Time // at the beginning of this slot
	mono int64     // the same moment of the engine's clock
	real int64     // and of the system's real-time clock
}

func newInbox(n int) *inbox {
	in := &inbox{
		messages: make([]unix.Mmsghdr, n), vectors: make([]unix.Iovec, n), names: make([]unix.RawSockaddrInet6, n),
		controls: make([][control / 8]uint64, n), data: make([][mtu + 1]byte, n),
	}
	for i := range in.messages {
		in.vectors[i].Base = &in.data[i][0]
		in.vectors[i].SetLen(len(in.data[i]))
		h := &in.messages[i].Hdr
		h.Name = (*byte)(unsafe.Pointer(&in.names[i]))
		h.Iov = &in.vectors[i]
		h.SetIovlen(1)
		h.Control = (*byte)(unsafe.Pointer(&in.controls[i]))
	}
	in.reset(n)
	return in
}

// reset makes the first n messages ready to be filled.
func (in *inbox) reset(n int) {
	for i := range n {
		h := &in.messages[i].Hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(control)
	}
}

// now notes the time, so that the system's times of arrival can be compared with ours.
func (in *inbox) now(wall time.Time) {
	in.real, in.mono, in.wall = time.Now().UnixNano(), monotonic(), wall
}

// drain gives the leg a burst of what has come on its RTP port. It says whether there may be more.
func (in *inbox) drain(l *leg, w *work) bool {
	n := in.read(l.rtp.(*raw).fd)
	for i := range n {
		in.give(l, w, i)
	}
	in.reset(n)
	return n == burst
}

// give gives the leg message i.
func (in *inbox) give(l *leg, w *work, i int) {
	at, _ := in.arrived(i)
	if size := int(in.messages[i].Len); size <= mtu {
		l.receive(w, in.data[i][:size], in.source(i), at)
	} else {
		l.refuse(unsaid, in.source(i), 0)
	}
}

// drainRTCP does the same for the RTCP port. What is too much stays for the next time, or is lost. It says whether
// there may be more.
func (in *inbox) drainRTCP(l *leg, w *work) bool {
	n := in.read(l.rtcp.(*raw).fd)
	for i := range n {
		at, wall := in.arrived(i)
		if size := int(in.messages[i].Len); size <= mtu {
			l.receiveRTCP(w, in.data[i][:size], in.source(i), at, wall)
		} else {
			l.refuse(unsaid, in.source(i), 0)
		}
	}
	in.reset(n)
	return n == burst
}

// read fills messages and returns how many.
func (in *inbox) read(fd int) int {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.messages[0])), burst,
			unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case unix.EINTR:
		default:
			return 0
		}
	}
}

// source is where message i came from.
func (in *inbox) source(i int) netip.AddrPort {
	n := &in.names[i]
	if n.Family == unix.AF_INET {
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(n))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), network(a.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(n.Addr).Unmap(), network(n.Port))
}

// arrived is when message i came, on the engine's clock and as time of day. A clock that was set meanwhile cannot put
// it into the future or further back than a second.
func (in *inbox) arrived(i int) (at int64, wall time.Time) {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&in.controls[i][0]))
	if in.messages[i].Hdr.Controllen < unix.SizeofCmsghdr || h.Level != unix.SOL_SOCKET ||
		h.Type != unix.SCM_TIMESTAMPNS {
		return in.mono, in.wall
	}
	t := (*unix.Timespec)(unsafe.Pointer(&in.controls[i][unix.SizeofCmsghdr/8]))
	ago := min(max(in.real-t.Nano(), 0), int64(time.Second))
	return in.mono - ago, in.wall.Add(-time.Duration(ago))
}
