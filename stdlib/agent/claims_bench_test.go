package agent

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// BenchmarkClaims is four servers with eight calls each at a time that claim 300 agents, confirm and give them back, on
// PostgreSQL. It tells how many claims a second hold, how long one takes, and how many agents two servers had at once:
// none.
func BenchmarkClaims(b *testing.B) {
	url := dbtest.PostgresURL(b)
	const nodes, calls, agents = 4, 8, 300
	var holders [agents]atomic.Int64
	var next, won, doubles atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	work := func(c *Claims, node, call int) {
		r := rand.New(rand.NewPCG(uint64(node), uint64(call)))
		var mine []time.Duration
		for next.Add(1) <= int64(b.N) {
			i := r.IntN(agents)
			id := fmt.Sprint("a", i)
			began := time.Now()
			epoch, err := c.Claim(b.Context(), id, fmt.Sprint(node, "/", call), true)
			mine = append(mine, time.Since(began))
			if errors.Is(err, ErrTaken) {
				continue
			}
			if err != nil {
				b.Error(err)
				return
			}
			if c.Confirm(b.Context(), id, epoch) != nil { // another call of this server has the agent by now
				continue
			}
			won.Add(1)
			if had := holders[i].Swap(int64(node)); had != 0 && had != int64(node) {
				doubles.Add(1)
			}
			holders[i].CompareAndSwap(int64(node), 0)
			if err := c.Release(b.Context(), id, epoch); err != nil {
				b.Error(err)
				return
			}
		}
		mu.Lock()
		took = append(took, mine...)
		mu.Unlock()
	}
	var servers []*Claims
	for n := range nodes {
		d, err := db.Open(b.Context(), url, db.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer d.Close()
		servers = append(servers, OpenClaims(d, fmt.Sprint("n", n+1), "boot"))
	}
	b.ResetTimer()
	for n, c := range servers {
		for call := range calls {
			all.Go(func() { work(c, n+1, call) })
		}
	}
	all.Wait()
	b.ReportMetric(float64(won.Load())/b.Elapsed().Seconds(), "claims/s")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(doubles.Load()), "doubles")
	if doubles.Load() > 0 {
		b.Errorf("%d agents were two servers'", doubles.Load())
	}
}
