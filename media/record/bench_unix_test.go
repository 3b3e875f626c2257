//go:build unix

package record

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRecorders1000 feeds a thousand recordings 200 ms at a time, as fast as they take it, and reports how much of
// a core they would need at the speed of real calls.
func BenchmarkRecorders1000(b *testing.B) {
	p := New(Options{Behind: time.Hour})
	dir := b.TempDir()
	var all []*Recorder
	for i := range 1000 {
		all = append(all, p.Record(About{Path: filepath.Join(dir, fmt.Sprint(i, ".wav"))}))
	}
	heard, said := ramp(0, 1600), ramp(1, 1600)
	start, sound := processorTime(b), time.Duration(0)
	for b.Loop() {
		for _, r := range all {
			feed(r, heard, said)
		}
		sound += 200 * time.Millisecond
	}
	p.Close()
	b.ReportMetric((processorTime(b)-start).Seconds()/sound.Seconds(), "cores")
	for _, r := range all {
		if res := r.Result(); res.Err != nil || len(res.Gaps) > 0 {
			b.Fatalf("%+v", res)
		}
	}
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
