package replay

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"rexian/runtime/kept"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
)

// A day on the version that served it comes out as it was, call by call.
func TestADayOnItsOwnVersionIsTheSame(t *testing.T) {
	v := hotline(t, "")
	records := dayOf(t, v, 400, 1)
	for name, on := range map[string]func() *Report{
		"itself":        func() *Report { return replayed(t, v, nil, records) },
		"compiled anew": func() *Report { return replayed(t, v, hotline(t, ""), records) },
	} {
		r := on()
		if r.Calls != len(records) || r.Same != r.Calls || r.Open+r.Unlike+r.Missing > 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// BenchmarkDay replays a day of the hotline on a version that differs. REXIAN_DAY_CALLS for a day of that many.
func BenchmarkDay(b *testing.B) {
	v := hotline(b, "")
	calls, err := strconv.Atoi(os.Getenv("REXIAN_DAY_CALLS"))
	if err != nil {
		calls = 10_000
	}
	records := dayOf(b, v, calls, 2)
	bytes := 0
	for _, r := range records {
		bytes += len(r)
	}
	b.Logf("%d bytes a record", bytes/len(records))
	on := hotline(b, "入口.flow", `按 3 "电话申报" 转到 电话申报`, `按 3 "电话申报" 转到 投诉举报`)
	b.ResetTimer()
	for range b.N {
		r := replayed(b, v, on, records)
		if r.Differ == 0 {
			b.Fatal("nothing differs")
		}
		if b.N == 1 {
			b.Logf("%+v", r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(records)), "µs/call")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/day")
	b.ReportMetric(float64(len(records)), "calls")
}

// BenchmarkKeeping is what keeping costs a whole call of the hotline, simulated: the same calls with and without.
func BenchmarkKeeping(b *testing.B) {
	v := hotline(b, "")
	list, err := suite.Samples(nil, v.Zone)
	if err != nil {
		b.Fatal(err)
	}
	for _, keeps := range []bool{false, true} {
		b.Run(fmt.Sprint(keeps), func(b *testing.B) {
			var k *kept.Keeper
			if keeps {
				if k, err = kept.Open(kept.Options{Dir: b.TempDir(), MB: 1 << 14, Days: 9, Now: time.Now}); err != nil {
					b.Fatal(err)
				}
			}
			w := &world{rng: rand.New(rand.NewPCG(9, 1)), v: v, samples: list}
			house := sim.NewHouse(v.Program)
			b.ResetTimer()
			for i := range b.N {
				oneCall(b, k, w, house, "call", nine+int64(i))
			}
			b.StopTimer()
			k.Close()
		})
	}
}
