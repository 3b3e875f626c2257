//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"log/slog"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	sends   = 128                   // packets handed to the system at once
	largest = headerSize + 480 + 32 // bytes of an RTP packet of ours: 60 ms of sound, and what SRTP adds
	takes   = 128                   // legs asked at once for a datagram
)

// ioBatch hands packets of many sockets to the system with one call, and takes in such: a call for each is most of what
// a bare sender costs, and a far side on the same machine is woken once for many packets.
type ioBatch struct {
	ring   *uring // nil: broken
	fails  *counts
	logger *slog.Logger

	names [sends]unix.RawSockaddrInet6
	data  [sends][largest]byte

	in      *inbox
	results [takes]int32
}

// newBatch is called by the thread that will use it.
func newBatch(c *counts, l *slog.Logger) (*ioBatch, error) {
	r, err := newUring(max(sends, takes))
	if err != nil {
		return nil, err
	}
	return &ioBatch{ring: r, fails: c, logger: l, in: newInbox(takes)}, nil
}

// uringWorks says whether the system lets us.
func uringWorks(l *slog.Logger) bool {
	r, err := newUring(1)
	if err != nil {
		singly(l, err)
		return false
	}
	r.close()
	return true
}

// singly tells why each packet is a call to the system.
func singly(l *slog.Logger, err error) {
	l.Info("rtp: packets are handed to the system one by one, which takes half as much processor time again", "why",
		err)
}

func (b *ioBatch) works() bool { return b != nil && b.ring != nil }

func (b *ioBatch) close() {
	if b.works() {
		b.ring.close()
		b.ring = nil
	}
}

// put takes in a packet, to be sent by flush. It says whether it did.
func (b *ioBatch) put(fd int, p []byte, to netip.AddrPort, six bool) bool {
	if !b.works() || len(p) > largest {
		return false
	}
	if b.ring.waiting == sends {
		b.flush()
		if !b.works() {
			return false
		}
	}
	i := b.ring.waiting
	size := putAddress(&b.names[i], to, six)
	if size == 0 {
		return false
	}
	n := copy(b.data[i][:], p)
	b.ring.add(entry{
		op: opSend, flags: skipSuccess, fd: int32(fd), message: unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT,
		addr: uint64(uintptr(unsafe.Pointer(&b.data[i]))), length: uint32(n),
		addr2: uint64(uintptr(unsafe.Pointer(&b.names[i]))), addrLen: uint16(size),
	})
	return true
}

// flush sends what was put. Packets that the system does not take are counted.
func (b *ioBatch) flush() {
	if !b.works() || b.ring.waiting == 0 {
		return
	}
	waiting := b.ring.waiting
	if b.submit(); !b.works() {
		b.fails.sendFails.Add(uint64(waiting))
	} else {
		b.ring.done(func(uint64, int32) { b.fails.sendFails.Add(1) })
	}
}

// submit gives up the ring if it does not work: each packet is then a call to the system again.
func (b *ioBatch) submit() {
	if err := b.ring.submit(); err != nil {
		b.close()
		singly(b.logger, err)
	}
}

// take asks up to takes legs for a datagram each. Nothing may be waiting to be sent. It says whether it could; leg i's
// is then message i, if result i is not negative.
func (b *ioBatch) take(legs []*leg) bool {
	if !b.works() {
		return false
	}
	for i, l := range legs {
		b.results[i] = -1
		b.ring.add(entry{
			op: opRecvmsg, fd: int32(l.rtp.(*raw).fd), message: unix.MSG_DONTWAIT, length: 1,
			addr: uint64(uintptr(unsafe.Pointer(&b.in.messages[i].Hdr))), data: uint64(i),
		})
	}
	b.submit()
	if !b.works() {
		return false
	}
	b.ring.done(func(i uint64, res int32) {
		b.results[i] = res
		b.in.messages[i].Len = uint32(max(res, 0))
	})
	return true
}

// putAddress writes an address as the system takes it, and returns its length; 0 if a socket of that family cannot send
// there.
func putAddress(dst *unix.RawSockaddrInet6, to netip.AddrPort, six bool) int {
	switch {
	case six:
		*dst = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: network(to.Port()), Addr: to.Addr().As16()}
		return unix.SizeofSockaddrInet6
	case to.Addr().Is4() || to.Addr().Is4In6():
		*(*unix.RawSockaddrInet4)(unsafe.Pointer(dst)) = unix.RawSockaddrInet4{Family: unix.AF_INET,
			Port: network(to.Port()), Addr: to.Addr().As4()}
		return unix.SizeofSockaddrInet4
	}
	return 0
}
