//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/sdp"
)

// sink takes the packets of all streams on one socket and measures, from the kernel's times of arrival, the gap between
// two packets of one source. Its own thread's time is not counted as the engine's.
type sink struct {
	sock   *raw
	in     *inbox
	last   [65536]int64
	seq    [65536]uint16
	gaps   []uint32 // histogram of 10 µs
	count  uint64
	breaks uint64 // sequence numbers left out
	spent  time.Duration
	count0 atomic.Bool // begin to count
	ended  atomic.Bool
	done   chan struct{}
	answer []netip.AddrPort // send to the first ready of these as a far side does
	ready  atomic.Int64
}

func newSink(b *testing.B) *sink {
	s, err := bindRaw(netip.MustParseAddrPort("127.0.0.1:0"), -1)
	if err != nil {
		b.Fatal(err)
	}
	k := &sink{sock: s.(*raw), in: newInbox(burst), gaps: make([]uint32, 100000), done: make(chan struct{})}
	if err := unix.SetsockoptInt(k.sock.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20); err != nil {
		b.Logf("small receive buffer: %v", err)
	}
	return k
}

func (k *sink) run() {
	runtime.LockOSThread()
	defer close(k.done)
	var from, to unix.Rusage
	tone := audio.PCMA.Encode(nil, dtmf.Generate(nil, '5', 80*time.Millisecond, -11, -9))
	voice := make([]byte, 160)
	for i := range voice {
		voice[i] = byte(i*7) | 0x80
	}
	next, n := monotonic(), 0
	on := false
	for !k.ended.Load() {
		if !on && k.count0.Load() {
			on = true
			clear(k.last[:])
			_ = unix.Getrusage(unix.RUSAGE_THREAD, &from)
		}
		for got := burst; got == burst; {
			got = k.in.read(k.sock.fd)
			for i := range got {
				if on {
					k.take(i)
				}
			}
			k.in.reset(got)
		}
		if k.answer != nil { // a twentieth of the streams each millisecond
			const parts = int(period / time.Millisecond)
			for i := n % parts; i < int(k.ready.Load()); i += parts {
				tick := n / parts
				p := voice
				if at := tick % 50; at < len(tone)/160 { // a key once a second
					p = tone[at*160:][:160]
				}
				b := build(8, false, uint16(tick), uint32(tick*160), uint32(i), p)
				_ = k.sock.send(b, k.answer[i])
			}
		}
		n++
		next += int64(time.Millisecond)
		sleepUntil(next)
	}
	_ = unix.Getrusage(unix.RUSAGE_THREAD, &to)
	k.spent = cpu(&to) - cpu(&from)
}

func (k *sink) take(i int) {
	b := k.in.data[i][:k.in.messages[i].Len]
	if len(b) < 150 {
		return
	}
	t := (*unix.Timespec)(unsafe.Pointer(&k.in.controls[i][unix.SizeofCmsghdr/8]))
	port := k.in.source(i).Port()
	seq := binary.BigEndian.Uint16(b[2:])
	if was := k.last[port]; was != 0 {
		k.gaps[min(max((t.Nano()-was)/10000, 0), int64(len(k.gaps)-1))]++
		if seq != k.seq[port]+1 {
			k.breaks++
		}
	}
	k.last[port], k.seq[port] = t.Nano(), seq
	k.count++
}

// quantile of the gaps in ms.
func (k *sink) quantile(q float64) float64 {
	var total, sum uint64
	for _, n := range k.gaps {
		total += uint64(n)
	}
	for i, n := range k.gaps {
		if sum += uint64(n); float64(sum) >= q*float64(total) {
			return float64(i) / 100
		}
	}
	return 0
}

func cpu(u *unix.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// run1000 runs 1,000 streams for five seconds a round and reports cores used by the engine and quantiles of the gaps.
func run1000(b *testing.B, c Config, o Options, tap bool, answer bool, more ...func(open []*Stream)) {
	c.Listen = netip.MustParseAddr("127.0.0.1")
	e, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	const streams = 1000
	for b.Loop() {
		k := newSink(b)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		long := Item{ID: 1, Clips: []Clip{{Sound: sound(0x55, 10*audio.Rate)}}}
		var open []*Stream
		if answer {
			k.answer = make([]netip.AddrPort, streams)
		}
		go k.run()
		for i := range streams {
			s, err := e.Open(o)
			if err != nil {
				b.Fatal(err)
			}
			open = append(open, s)
			if err := s.Connect(sdp.Media{Addr: k.sock.at, Codec: audio.PCMA, Events: 101, Ptime: 20}); err != nil {
				b.Fatal(err)
			}
			s.Hold(long)
			if tap {
				s.Tap(new(counter))
			}
			if answer {
				k.answer[i] = s.Local()
				k.ready.Add(1)
			}
			time.Sleep(2 * time.Millisecond) // calls come one after another
		}
		for _, f := range more {
			f(open)
		}
		var from, to unix.Rusage
		k.count0.Store(true)
		_ = unix.Getrusage(unix.RUSAGE_SELF, &from)
		start := time.Now()
		time.Sleep(5 * time.Second)
		_ = unix.Getrusage(unix.RUSAGE_SELF, &to)
		wall := time.Since(start)
		k.ended.Store(true)
		<-k.done
		runtime.GC()
		runtime.ReadMemStats(&after)
		if k.count < 5*50*streams*9/10 {
			b.Fatalf("%d packets", k.count)
		}
		b.ReportMetric((cpu(&to)-cpu(&from)-k.spent).Seconds()/wall.Seconds(), "cores")
		b.ReportMetric(k.quantile(0.5), "gap-p50-ms")
		b.ReportMetric(k.quantile(0.99), "gap-p99-ms")
		b.ReportMetric(k.quantile(0.999), "gap-p99.9-ms")
		b.ReportMetric(float64(k.breaks), "lost")
		used := int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse)
		b.ReportMetric(float64(used)/streams, "B/stream")
		st := e.Stats()
		b.Log(fmt.Sprintf("engine %+v, sink thread %v", st, k.spent))
		for _, s := range open {
			s.Close()
		}
		k.sock.close()
	}
}

type counter struct{ n int }

func (c *counter) Samples(heard, _ []int16) { c.n += len(heard) }

// eachWay runs with packets handed to the system many at once, and one by one.
func eachWay(b *testing.B, run func(b *testing.B, c Config)) {
	b.Run("uring", func(b *testing.B) { run(b, Config{}) })
	b.Run("singly", func(b *testing.B) { run(b, Config{NoUring: true}) })
}

// BenchmarkStreams1000 plays into 1,000 calls.
func BenchmarkStreams1000(b *testing.B) {
	eachWay(b, func(b *testing.B, c Config) { run1000(b, c, Options{}, false, false) })
}

// BenchmarkStreams1000Full also receives, looks for keys in the sound, and records.
func BenchmarkStreams1000Full(b *testing.B) {
	eachWay(b, func(b *testing.B, c Config) {
		var keys atomic.Int64
		run1000(b, c, Options{InBand: true, Events: func(e Event) {
			if e.Kind == Key {
				keys.Add(1)
			}
		}}, true, true)
		b.Logf("%d keys", keys.Load())
		if keys.Load() == 0 {
			b.Fatal("no key was heard")
		}
	})
}

// BenchmarkBridges500 lets the far sides of 500 pairs of calls talk to each other.
func BenchmarkBridges500(b *testing.B) {
	eachWay(b, func(b *testing.B, c Config) {
		run1000(b, c, Options{}, false, true, func(open []*Stream) {
			for i := 0; i < len(open); i += 2 {
				open[i].Unhold()
				open[i+1].Unhold()
				if err := open[i].Bridge(open[i+1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkOpenClose is what a short call costs: ports, a leg, one packet or so, and all of it given back.
func BenchmarkOpenClose(b *testing.B) {
	e, err := New(Config{Listen: netip.MustParseAddr("127.0.0.1"), PortMin: 20000, PortMax: 59999})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	k := newSink(b)
	defer k.sock.close()
	var from, to unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &from)
	b.ReportAllocs()
	for b.Loop() {
		s, err := e.Open(Options{})
		if err == ErrNoPort { // they rest
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Connect(sdp.Media{Addr: k.sock.at, Codec: audio.PCMA, Events: 101, Ptime: 20}); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	_ = unix.Getrusage(unix.RUSAGE_SELF, &to)
	b.ReportMetric(float64((cpu(&to)-cpu(&from)).Microseconds())/float64(b.N), "cpu-µs/op")
}
