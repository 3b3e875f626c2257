//go:build unix

package announce

import (
	"syscall"
	"testing"
	"time"

	"rexian/media/audio"
)

func cadence(seconds int) []int16 {
	out := make([]int16, 0, seconds*rate)
	for len(out) < seconds*rate {
		out = append(append(out, audio.Tone([]float64{450}, -12, time.Second)...), make([]int16, 4*rate)...)
	}
	return out
}

// used is the time of processors that this program took.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRinging is ten seconds of a telephone that rings.
func BenchmarkRinging(b *testing.B) { benchmark(b, cadence(10)) }

func benchmark(b *testing.B, pcm []int16) {
	set := NewSet()
	b.ReportAllocs()
	before := used()
	for b.Loop() {
		l := New(set, nil)
		for x := pcm; len(x) > 0; x = x[min(160, len(x)):] {
			l.Write(x[:min(160, len(x))])
		}
	}
	b.ReportMetric((used()-before).Seconds()/float64(b.N)/(float64(len(pcm))/rate)*100, "%core")
}

// BenchmarkAnnouncement is a call that announces something nobody knows, so that all of it is followed.
func BenchmarkAnnouncement(b *testing.B) {
	benchmark(b, append(sample(b, "testdata/-贸易公司.m3.al"), cadence(5)...))
}
