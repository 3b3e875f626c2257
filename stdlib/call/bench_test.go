package call

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/spool"
)

// BenchmarkEvents writes one event of each of 1,000 calls every second of the program's time, with the default batches,
// and tells what an event costs this process. 1,000 calls that write an event a second take that many millionths of a
// core, times 1,000; PostgreSQL's own part is not in it.
func BenchmarkEvents(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(e.String(), func(b *testing.B) {
			d := dbtest.SQLite
			if e == db.Postgres {
				d = dbtest.Postgres
			}
			s, err := spool.Open(filepath.Join(b.TempDir(), "spool"), spool.Options{})
			must(b, err)
			r := New(d(b), s, Options{Boot: "b"})
			const calls = 1000
			for i := range calls {
				r.Begin(Row{ID: fmt.Sprint(i), Started: began})
			}
			must(b, r.Flush(b.Context()))
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			b.ResetTimer()
			before := cpu()
			for i := range b.N {
				if i%10 == 0 {
					<-tick.C // 1,000 a second
				}
				r.Event(fmt.Sprint(i%calls), int64(i/calls+1), began, "key", "总机.flow:12:5",
					map[string]any{"key": "1", "after": 1200})
			}
			must(b, r.Flush(b.Context()))
			b.ReportMetric(float64(cpu()-before)/float64(b.N)/1000, "cpu-µs/event")
			b.StopTimer()
			must(b, r.Close())
			must(b, s.Close())
		})
	}
}

// BenchmarkCalls writes short calls, each begun, answered, with its leg, and ended, about as many at a time as a busy
// second brings, and tells what a call costs this process.
func BenchmarkCalls(b *testing.B) {
	s, err := spool.Open(filepath.Join(b.TempDir(), "spool"), spool.Options{})
	must(b, err)
	r := New(dbtest.SQLite(b), s, Options{Boot: "b"})
	b.ResetTimer()
	before := cpu()
	for i := range b.N {
		id := fmt.Sprint("3x9k2m5p8q1w-", i)
		r.Begin(Row{ID: id, Direction: "in", Caller: "13800138000", Number: "12366", Program: "0123456789abcdef",
			Flow: "主流程", Lang: "zh", Started: began})
		r.Change(id, Change{Answered: began.Add(time.Second)})
		r.Leg(id, Leg{Kind: "caller", Number: "138****8000", CallID: id, Started: began, Answered: began,
			Ended: began.Add(time.Second), Cause: "remote", Q850: 16, Direction: "in",
			Quality: Quality{Codec: "PCMU", Sent: 5}})
		r.End(id, Result{At: began.Add(time.Second), Result: "caller", By: "remote", Q850: 16,
			Change: Change{Path: "主流程", Lang: "zh"}})
		if i%400 == 399 {
			must(b, r.Flush(b.Context()))
		}
	}
	must(b, r.Flush(b.Context()))
	b.ReportMetric(float64(cpu()-before)/float64(b.N)/1000, "cpu-µs/call")
	b.StopTimer()
	must(b, r.Close())
	must(b, s.Close())
}

// cpu is the time this process has computed, in nanoseconds.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
