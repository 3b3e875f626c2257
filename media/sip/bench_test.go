package sip

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"rexian/media/rtp"
)

// BenchmarkSetup is a whole call: INVITE, 100, 200, ACK, BYE, 200 over UDP. One operation is one call, seen from both
// ends; cpu-s/1000 is processor time of both ends for a thousand calls.
func BenchmarkSetup(b *testing.B) {
	e, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	s := serve(b, e, func(c *Call) { c.Answer(context.Background()) }, nil)
	a := serve(b, e, nil, nil)
	to := uri(s, "12366")
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4*runtime.NumCPU())
	for range b.N {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			c, err := a.Dial(context.Background(), Outbound{To: to, From: "1001"})
			if err != nil {
				b.Error(err)
				return
			}
			c.Hangup("")
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N)*1000, "cpu-s/1000")
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
