//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller tells a thread which of its legs have something to read. It asks the system once a slot, where looking at each
// socket would be a call a leg a tick, in vain for whoever only listens.
type poller struct {
	fd     int
	events [256]unix.EpollEvent
	seats  []seat
	empty  []uint32 // seats nobody sits on
}

// seat is where a leg is known to the system. Its turn tells its leg from those that sat there before, of which the
// system may still speak until their sockets are closed.
type seat struct {
	leg  *leg
	turn uint32
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("rtp: epoll: %w", err)
	}
	return &poller{fd: fd}, nil
}

func (p *poller) close() { unix.Close(p.fd) }

// add takes the leg's sockets in. The system tells of it as long as something is there to be read: to find a socket
// empty after each packet, as telling only of what is new would need, costs more than that it looks once again.
func (p *poller) add(l *leg) error {
	n := len(p.empty) - 1
	if n < 0 {
		p.seats = append(p.seats, seat{})
		p.empty = append(p.empty, uint32(len(p.seats)-1))
		n = 0
	}
	at := p.empty[n]
	s := &p.seats[at]
	e := unix.EpollEvent{Events: unix.EPOLLIN}
	*mark(&e) = [2]uint32{at, s.turn}
	if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, l.rtp.(*raw).fd, &e); err != nil {
		return err
	}
	if c, ok := l.rtcp.(*raw); ok {
		// Of reports it tells only when one comes: they are read now and then, and nobody has it told of them until
		// then.
		e = unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET}
		*mark(&e) = [2]uint32{at | ofReports, s.turn}
		if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, c.fd, &e); err != nil {
			return err
		}
	}
	p.empty = p.empty[:n]
	s.leg, l.seat = l, at
	return nil
}

// ofReports marks the seat of an RTCP socket.
const ofReports = 1 << 31

// remove forgets a leg that was added. The system does so as the socket is closed.
func (p *poller) remove(l *leg) {
	s := &p.seats[l.seat]
	s.leg = nil
	s.turn++
	p.empty = append(p.empty, l.seat)
}

// ready adds to legs those with sound to read that are not among them yet, and notes which have a report to read.
func (p *poller) ready(legs []*leg) []*leg {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
			uintptr(len(p.events)), 0, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return legs
		}
		before := len(legs)
		for i := range p.events[:n] {
			m := mark(&p.events[i])
			s := p.seats[m[0]&^ofReports]
			switch {
			case s.leg == nil || s.turn != m[1]:
			case m[0]&ofReports != 0:
				s.leg.reported = true
			case !s.leg.ready:
				s.leg.ready = true
				legs = append(legs, s.leg)
			}
		}
		// The system goes on with others where it left off, and when it has told of all, begins anew.
		if int(n) < len(p.events) || len(legs) == before {
			return legs
		}
	}
}

// unseated is no seat: the system had no room for the leg.
const unseated = ^uint32(0)

// mark is the part of an event that is the program's own.
func mark(e *unix.EpollEvent) *[2]uint32 { return (*[2]uint32)(unsafe.Pointer(&e.Fd)) }
