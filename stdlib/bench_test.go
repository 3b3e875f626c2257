package stdlib

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// BenchmarkArrears asks for the arrears of one of 10,000 taxpayers, 32 callers at once, through the whole library.
// cpu-µs is what a lookup costs this process; the server's part is not in it.
func BenchmarkArrears(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(e.String(), func(b *testing.B) {
			url := dbtest.SQLiteURL
			if e == db.Postgres {
				url = dbtest.PostgresURL
			}
			l := open(b, Options{URL: url(b), Data: b.TempDir()})
			const taxpayers = 10_000
			ids := make([]string, 0, taxpayers)
			for n := 0; len(ids) < taxpayers; n++ { // those whose check character happens to be right
				if id, ok := intake.TaxpayerID(fmt.Sprintf("91370100%010d", n)); ok {
					ids = append(ids, id)
				}
			}
			id := func(i int) string { return ids[i] }
			must(b, l.DB().Tx(b.Context(), func(t *db.Tx) error {
				for i := range taxpayers {
					if _, err := t.Exec(b.Context(),
						`INSERT INTO taxpayers (tax_id, name, class, office, updated_at) VALUES (?, '测试', '一般纳税人', '历下区税务局', 0)`, id(i)); err != nil {
						return err
					}
					if _, err := t.Exec(b.Context(),
						`INSERT INTO taxpayer_numbers (number, keyed, tax_id) VALUES (?, ?, ?)`, id(i), id(i),
						id(i)); err != nil {
						return err
					}
					for m := range 3 {
						if _, err := t.Exec(b.Context(),
							`INSERT INTO arrears (tax_id, period, tax, amount, due) VALUES (?, ?, '增值税', 120050, 20700)`, id(i), 24310+m); err != nil {
							return err
						}
					}
				}
				return nil
			}))
			if e == db.Postgres {
				_, err := l.DB().Exec(b.Context(), `ANALYZE`)
				must(b, err)
			}
			caller := fn.Caller{Now: time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)}
			var mu sync.Mutex
			var took []time.Duration
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			before := cpu()
			var all sync.WaitGroup
			for range 32 {
				all.Go(func() {
					var mine []time.Duration
					for left.Add(-1) >= 0 {
						began := time.Now()
						v, err := l.Call(b.Context(), "taxpayer.arrears", caller,
							[]value.Value{value.Text(id(rand.IntN(taxpayers)))})
						mine = append(mine, time.Since(began))
						if err != nil || len(v.Items()) != 3 {
							b.Errorf("%v %v", v, err)
							return
						}
					}
					mu.Lock()
					took = append(took, mine...)
					mu.Unlock()
				})
			}
			all.Wait()
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(cpu()-before)/float64(b.N)/1000, "cpu-µs/lookup")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lookups/s")
			if len(took) > 0 {
				b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
			}
		})
	}
}

// cpu is the time this process has computed, in nanoseconds.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
