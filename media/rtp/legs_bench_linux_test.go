//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// BenchmarkLegs is the work of 1,000 legs in one tick, without the system's: each plays, hears, looks for keys in the
// sound and records. It counts processor time, not time, so that it says the same on a busy machine.
func BenchmarkLegs(b *testing.B) {
	for _, c := range []struct {
		name        string
		inBand, tap bool
		pairs       bool
	}{
		{name: "play"}, {name: "full", inBand: true, tap: true}, {name: "bridge", pairs: true},
	} {
		b.Run(c.name, func(b *testing.B) {
			const n = 1000
			r := newRig(b)
			r.e.ports.any = true
			var list []*Stream
			for range n {
				s, err := r.e.Open(Options{InBand: c.inBand})
				if err != nil {
					b.Fatal(err)
				}
				_ = s.Connect(farMedia())
				s.leg.rtp, s.leg.rtcp = void{}, void{}
				if c.tap {
					s.Tap(deaf{})
				}
				if !c.pairs {
					s.Hold(Item{Clips: []Clip{{Sound: sound(7, 1001)}}})
				}
				list = append(list, s)
			}
			for i := 0; c.pairs && i < n; i += 2 {
				if err := list[i].Bridge(list[i+1]); err != nil {
					b.Fatal(err)
				}
			}
			tone := audio.PCMU.Encode(nil, dtmf.Generate(nil, '5', 80_000_000, -11, -9))
			voice := tones(350, -20, 46)
			p := make([]byte, 172)
			turn := 0
			one := func() {
				r.now += int64(period)
				for _, l := range r.legs {
					l.tick(r.w, r.now, 0)
					l.report.next = 1 << 62
				}
				payload := voice[turn%46]
				if at := turn % 50; at < len(tone)/frame { // a key once a second
					payload = tone[at*frame:][:frame]
				}
				for _, l := range r.legs {
					p[0], p[1] = 0x80, 0
					binary.BigEndian.PutUint16(p[2:], uint16(turn))
					binary.BigEndian.PutUint32(p[4:], uint32(turn)*frame)
					copy(p[12:], payload)
					l.receive(r.w, p, far, r.now)
				}
				r.pump()
				turn++
			}
			for range 100 {
				one()
			}
			var from, to unix.Rusage
			_ = unix.Getrusage(unix.RUSAGE_SELF, &from)
			b.ResetTimer()
			for b.Loop() {
				one()
			}
			_ = unix.Getrusage(unix.RUSAGE_SELF, &to)
			b.ReportMetric(float64(cpu(&to)-cpu(&from))/float64(b.N)/n, "cpu-ns/leg")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// deaf is a Tap that does nothing with what it gets.
type deaf struct{}

func (deaf) Samples(heard, said []int16) {}
