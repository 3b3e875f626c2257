package rtp

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// BenchmarkBridgeDelay is how long after it was sent a packet's sound leaves a bridge, over real sockets on a calm
// machine: the median and the longest of many pairs, which begin at any time, after their first two seconds.
func BenchmarkBridgeDelay(b *testing.B) {
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			var all []float64
			for b.Loop() {
				c := Config{Listen: netip.MustParseAddr("127.0.0.1")}
				way.set(&c)
				e, err := New(c)
				if err != nil {
					b.Fatal(err)
				}
				const pairs = 20
				list := make(chan []float64, pairs)
				for i := range pairs {
					go func() {
						time.Sleep(time.Duration(i) * 7 * time.Millisecond)
						list <- bridgeDelays(b, e)
					}()
				}
				for range pairs {
					all = append(all, <-list...)
				}
				e.Close()
			}
			if len(all) == 0 {
				b.Fatal("nothing was heard")
			}
			slices.Sort(all)
			b.ReportMetric(all[len(all)/2], "median-ms")
			b.ReportMetric(all[len(all)-1], "longest-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// bridgeDelays sends five seconds of numbered frames through a bridge of two streams.
func bridgeDelays(b *testing.B, e *Engine) (list []float64) {
	from, to := newPeer(b), newPeer(b)
	open := func(p *peer) *Stream {
		s, err := e.Open(Options{})
		if err != nil {
			b.Error(err)
			return nil
		}
		if err := s.Connect(sdp.Media{Addr: p.addr(), Codec: audio.PCMA, Events: -1, Ptime: 20}); err != nil {
			b.Error(err)
		}
		return s
	}
	one, other := open(from), open(to)
	if one == nil || other == nil {
		return nil
	}
	defer one.Close()
	defer other.Close()
	if err := one.Bridge(other); err != nil {
		b.Error(err)
		return nil
	}
	const packets = 250
	sent := make([]time.Time, packets)
	heard := make(chan bool)
	go func() {
		defer close(heard)
		var buf [2048]byte
		known := 0
		for {
			n, err := to.conn.Read(buf[:])
			if err != nil {
				return
			}
			now := time.Now()
			// A frame begins with two bytes of its number where the one before it ends with other ones.
			for i := 12; i+40 < n; i++ {
				if buf[i] != 0x2a || buf[i+1] != 0x2b || buf[i+2] != 0x2a {
					continue
				}
				k := int(buf[i+3]&0x7f)<<7 | int(buf[i+4]&0x7f)
				if k >= 100 && k < packets && k >= known {
					known = k + 1
					list = append(list, now.Sub(sent[k]).Seconds()*1000+float64(i-12)/8)
				}
				if k == packets-1 {
					return
				}
			}
		}
	}()
	start := time.Now()
	for k := range packets {
		p := slices.Repeat([]byte{audio.PCMA.Silence()}, frame)
		copy(p, []byte{0x2a, 0x2b, 0x2a, 0x80 | byte(k>>7), 0x80 | byte(k&0x7f)})
		time.Sleep(time.Until(start.Add(time.Duration(k) * period)))
		sent[k] = time.Now()
		from.send(one.Local(), 8, p)
	}
	_ = to.conn.SetReadDeadline(time.Now().Add(time.Second / 2))
	<-heard
	return list
}
