package taxpayer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// BenchmarkUnderGuesses looks arrears up, eight callers at once, while two hundred others guess PINs of full cost at
// two hundred accounts without pause.
func BenchmarkUnderGuesses(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(e.String(), func(b *testing.B) {
			d := dbtest.SQLite
			if e == db.Postgres {
				d = dbtest.Postgres
			}
			s := New(d(b), Options{Tries: 1 << 30})
			const test = "913701001000000409"
			if err := errors.Join(s.Put(b.Context(), Taxpayer{ID: test, Name: "x"}, "", day),
				s.SetPIN(b.Context(), test, "123456")); err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			var guessers sync.WaitGroup
			var mu sync.Mutex
			tried, sent := 0, 0
			for i := range 200 {
				guessers.Go(func() {
					for ctx.Err() == nil {
						_, err := s.Verify(ctx, fn.Caller{Now: day, Phone: fmt.Sprintf("138%08d", i)}, test, "000000")
						mu.Lock()
						if errors.Is(err, errCrowded) {
							sent++
						} else {
							tried++
						}
						mu.Unlock()
						if errors.Is(err, errCrowded) { // a caller needs a moment to key the next guess
							select {
							case <-ctx.Done():
							case <-time.After(100 * time.Millisecond):
							}
						}
					}
				})
			}
			var took []time.Duration
			begun := time.Now()
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				var mine []time.Duration
				for pb.Next() {
					at := time.Now()
					if _, err := s.Arrears(context.Background(), test, s.Today(day)); err != nil {
						b.Error(err)
					}
					mine = append(mine, time.Since(at))
				}
				mu.Lock()
				defer mu.Unlock()
				took = append(took, mine...)
			})
			all := time.Since(begun)
			cancel()
			guessers.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(len(took))/all.Seconds(), "lookups/s")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(tried)/all.Seconds(), "hashed/s")
			b.ReportMetric(float64(sent)/all.Seconds(), "sent-away/s")
		})
	}
}
