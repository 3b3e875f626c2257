//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// testBatch makes a batch on this thread, or skips where the system has no io_uring.
func testBatch(t *testing.T) (*ioBatch, *counts) {
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	c := new(counts)
	b, err := newBatch(c, slog.New(slog.DiscardHandler))
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b, c
}

func testSocket(t *testing.T, address string) *raw {
	s, err := bindRaw(netip.MustParseAddrPort(address), -1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s.(*raw)
}

// receiveAll reads what has come.
func receiveAll(s *raw) (list [][]byte) {
	in := newInbox(burst)
	for n := burst; n == burst; {
		n = in.read(s.fd)
		for i := range n {
			list = append(list, bytes.Clone(in.data[i][:in.messages[i].Len]))
		}
		in.reset(n)
	}
	return list
}

// More packets than a batch holds, of two sockets and both families, arrive in their order.
func TestBatchSends(t *testing.T) {
	b, c := testBatch(t)
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		from, to := testSocket(t, address), testSocket(t, address)
		from.via = b
		for i := range sends + 3 {
			if err := from.send([]byte{byte(i), byte(i >> 8), 9}, to.local()); err != nil {
				t.Fatal(err)
			}
		}
		b.flush()
		got := receiveAll(to)
		if len(got) != sends+3 {
			t.Fatalf("%s: %d packets", address, len(got))
		}
		for i, p := range got {
			if !bytes.Equal(p, []byte{byte(i), byte(i >> 8), 9}) {
				t.Fatalf("%s: packet %d is %v", address, i, p)
			}
		}
	}
	if n := c.sendFails.Load(); n != 0 {
		t.Errorf("%d failures", n)
	}
}

// A packet too long for a batch goes at once, and one that the system refuses is counted.
func TestBatchOddPackets(t *testing.T) {
	b, c := testBatch(t)
	from, to := testSocket(t, "127.0.0.1:0"), testSocket(t, "127.0.0.1:0")
	from.via = b
	if err := from.send(make([]byte, largest+1), to.local()); err != nil {
		t.Fatal(err)
	}
	if got := receiveAll(to); len(got) != 1 || len(got[0]) != largest+1 {
		t.Fatalf("%d packets", len(got))
	}
	if err := from.send([]byte{1}, netip.MustParseAddrPort("[2001:db8::1]:4000")); err == nil {
		t.Error("IPv4 sends to IPv6")
	}
	// nobody can send to port 0
	for _, p := range []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0"), to.local()} {
		if err := from.send([]byte{1}, p); err != nil {
			t.Fatal(err)
		}
	}
	b.flush()
	if n := c.sendFails.Load(); n != 1 {
		t.Errorf("%d failures, want 1", n)
	}
	if got := receiveAll(to); len(got) != 1 {
		t.Errorf("%d packets after one that failed", len(got))
	}
}

// When the ring breaks, what waits is counted as lost and everything after it goes as before.
func TestBatchBreaks(t *testing.T) {
	b, c := testBatch(t)
	from, to := testSocket(t, "127.0.0.1:0"), testSocket(t, "127.0.0.1:0")
	from.via = b
	fd, err := unix.Dup(from.fd) // no ring
	if err != nil {
		t.Fatal(err)
	}
	fd, b.ring.fd = b.ring.fd, fd
	for range 3 {
		if err := from.send([]byte{1}, to.local()); err != nil {
			t.Fatal(err)
		}
	}
	b.flush()
	unix.Close(fd)
	if b.works() || c.sendFails.Load() != 3 {
		t.Fatalf("works %v, %d failures", b.works(), c.sendFails.Load())
	}
	if err := from.send([]byte{2}, to.local()); err != nil {
		t.Fatal(err)
	}
	if got := receiveAll(to); len(got) != 1 || got[0][0] != 2 {
		t.Fatalf("%v", got)
	}
	if b.take(nil) {
		t.Error("a broken batch takes in")
	}
}

// Each leg gives a datagram and none waits when it has none; from whom and when is told.
func TestBatchTakes(t *testing.T) {
	b, _ := testBatch(t)
	far := testSocket(t, "127.0.0.1:0")
	var legs []*leg
	for i := range takes {
		s := testSocket(t, "127.0.0.1:0")
		legs = append(legs, &leg{rtp: s})
		for k := range i % 4 {
			if err := far.send([]byte{byte(i), byte(k)}, s.local()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for round := range 4 {
		b.in.now(time.Now())
		if !b.take(legs) {
			t.Fatal("no ring")
		}
		for i := range legs {
			want := int32(2)
			if round >= i%4 {
				want = -int32(unix.EAGAIN)
			}
			if b.results[i] != want {
				t.Fatalf("round %d, leg %d: %d, want %d", round, i, b.results[i], want)
			}
			if want < 0 {
				continue
			}
			if d := b.in.data[i][:2]; d[0] != byte(i) || d[1] != byte(round) {
				t.Fatalf("round %d, leg %d: %v", round, i, d)
			}
			if from := b.in.source(i); from != far.local() {
				t.Fatalf("from %v", from)
			}
			if when, _ := b.in.arrived(i); b.in.mono-when > int64(10*time.Second) || when > b.in.mono {
				t.Fatalf("arrived at %d, now %d", when, b.in.mono)
			}
		}
		b.in.reset(takes)
	}
}
