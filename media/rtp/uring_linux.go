//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// uring is an io_uring of one thread (io_uring_setup(2)): many sends or receives are handed to the system with one
// call. Every operation is one that does not wait, so it is done when submit returns, and what it pointed at is the
// caller's again.
type uring struct {
	fd         int
	rings      []byte // both queues' heads and tails, and the completions
	memory     []byte // the entries
	entries    []entry
	mask       uint32
	tail       uint32 // of the submissions, as filled so far
	waiting    uint32 // filled and not submitted
	sqTail     *uint32
	cqHead     *uint32
	cqTail     *uint32
	cqMask     uint32
	completion []completion
}

// entry is struct io_uring_sqe, of which we use this much.
type entry struct {
	op      uint8
	flags   uint8
	ioprio  uint16
	fd      int32
	addr2   uint64 // send: the address to send to
	addr    uint64 // send: the data; recvmsg: a msghdr
	length  uint32
	message uint32 // MSG_… flags
	data    uint64 // comes back with the completion
	buffer  uint16
	person  uint16
	addrLen uint16 // send: of the address
	_       uint16
	_       [2]uint64
}

// completion is struct io_uring_cqe.
type completion struct {
	data  uint64
	res   int32 // what the call would have returned, or −errno
	flags uint32
}

const (
	opRecvmsg   = 10
	opSend      = 26
	skipSuccess = 1 << 6 // IOSQE_CQE_SKIP_SUCCESS: only failures are told

	singleIssuer = 1 << 12 // IORING_SETUP_SINGLE_ISSUER: one thread only
	deferTasks   = 1 << 13 // IORING_SETUP_DEFER_TASKRUN, Linux 6.1: whoever knows it can also send to an address
	oneMapping   = 1 << 0  // IORING_FEAT_SINGLE_MMAP

	mapRings   = 0
	mapEntries = 0x10000000
)

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, threadCPU, threadIdle, features, wqFd uint32
	_                                                                  [3]uint32
	sq                                                                 struct {
		head, tail, mask, entries, flags, dropped, array, _ uint32
		_                                                   uint64
	}
	cq struct {
		head, tail, mask, entries, overflow, cqes, flags, _ uint32
		_                                                   uint64
	}
}

// newUring makes one with room for n operations, a power of two. The thread that calls it must be the one that uses it.
// It fails where the system is older than Linux 6.1 or does not let us (containers often do not): then each packet is a
// call to the system.
func newUring(n int) (*uring, error) {
	p := params{flags: singleIssuer | deferTasks}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(n), uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("rtp: io_uring: %w", errno)
	}
	u := &uring{fd: int(fd)}
	if p.features&oneMapping == 0 {
		u.close()
		return nil, fmt.Errorf("rtp: io_uring: %w", unix.ENOSYS)
	}
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(completion{})))
	var err error
	if u.rings, err = unix.Mmap(u.fd, mapRings, int(size), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED|unix.MAP_POPULATE); err == nil {
		u.memory, err = unix.Mmap(u.fd, mapEntries, int(p.sqEntries)*int(unsafe.Sizeof(entry{})),
			unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	}
	if err != nil {
		u.close()
		return nil, fmt.Errorf("rtp: io_uring: %w", err)
	}
	u.entries = unsafe.Slice((*entry)(unsafe.Pointer(&u.memory[0])), p.sqEntries)
	u.completion = unsafe.Slice((*completion)(unsafe.Pointer(&u.rings[p.cq.cqes])), p.cqEntries)
	u.mask, u.cqMask = *u.word(p.sq.mask), *u.word(p.cq.mask)
	u.sqTail, u.cqHead, u.cqTail = u.word(p.sq.tail), u.word(p.cq.head), u.word(p.cq.tail)
	for i := range p.sqEntries { // entry i is always in place i
		*u.word(p.sq.array + 4*i) = i
	}
	return u, nil
}

// word is a 32-bit word of the rings.
func (u *uring) word(at uint32) *uint32 { return (*uint32)(unsafe.Pointer(&u.rings[at])) }

func (u *uring) close() {
	if u.memory != nil {
		_ = unix.Munmap(u.memory)
	}
	if u.rings != nil {
		_ = unix.Munmap(u.rings)
	}
	unix.Close(u.fd)
}

// add takes in an operation. There must be room.
func (u *uring) add(e entry) {
	u.entries[u.tail&u.mask] = e
	u.tail++
	u.waiting++
}

// submit has the system do all that was added. An error is the ring's own, after which it is of no use.
func (u *uring) submit() error {
	atomic.StoreUint32(u.sqTail, u.tail)
	for u.waiting > 0 {
		n, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(u.fd), uintptr(u.waiting), 0, 0, 0, 0)
		switch {
		case errno == unix.EINTR:
		case errno != 0:
			return fmt.Errorf("rtp: io_uring: %w", errno)
		case n == 0:
			return fmt.Errorf("rtp: io_uring: %w", unix.EBUSY)
		default:
			u.waiting -= uint32(n)
		}
	}
	return nil
}

// done gives every result that has come to the function.
func (u *uring) done(each func(data uint64, res int32)) {
	head, tail := *u.cqHead, atomic.LoadUint32(u.cqTail)
	for ; head != tail; head++ {
		c := u.completion[head&u.cqMask]
		each(c.data, c.res)
	}
	atomic.StoreUint32(u.cqHead, head)
}
