//go:build slow

package table

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	process "os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/taxpayer"
)

// engineOfImport names, in a process that the test starts, the engine that is imported into.
const engineOfImport = "REXIAN_TEST_IMPORT"

// A hundred thousand taxpayers with what they owe are brought in while five hundred callers look theirs up, each
// every two seconds: a lookup takes 15 ms at most, but for one in a hundred, the process 150 MB; and undone, all
// is as before.
func TestABureausDataComesUnderCallsAndNeedsLittleMemory(t *testing.T) {
	const most = 150
	if engine := os.Getenv(engineOfImport); engine != "" {
		open := dbtest.SQLite
		if engine == db.Postgres.String() {
			open = dbtest.Postgres
		}
		comesUnderCalls(t, open(t))
		return
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		child := process.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		child.Env = append(os.Environ(), engineOfImport+"="+e.String())
		out, err := child.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v", e, err)
		}
		usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			t.Fatal("the system does not say what the process used")
		}
		used := usage.Maxrss >> 10
		t.Logf("%s, %d MB:\n%s", e, used, out)
		if used > most && !raceDetector {
			t.Errorf("%s needs %d MB", e, used)
		}
	}
}

func comesUnderCalls(t *testing.T, d *db.DB) {
	const rows, callers, limit = 100_000, 500, 15 * time.Millisecond
	var firms, owed bytes.Buffer
	firms.WriteString("税号,名称,电话,主管税务机关\n")
	owed.WriteString("税号,所属期,税种,金额,截止日\n")
	for i := range rows {
		fmt.Fprintf(&firms, "%s,第%d贸易公司,138%08d,历下区局\n", firm(i), i, i)
		fmt.Fprintf(&owed, "%s,2026-08,增值税,%d.50元,2026-09-15\n", firm(i), 100+i)
	}
	bring := func(kind, batch string, file []byte) {
		k, _ := FindKind(kind)
		r, err := ImportKind(t.Context(), d, k, "表.csv", file, false, Options{Batch: batch, Now: now})
		if err != nil || r.Added != rows || r.Faulty != 0 {
			t.Errorf("%s: %s, %v", kind, summary(r), err)
		}
	}
	lookups := taxpayer.New(d, taxpayer.Options{})
	ctx, hangUp := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	found := 0
	for c := range callers {
		calls.Go(func() {
			r := rand.New(rand.NewPCG(uint64(c), 1))
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Duration(r.Int64N(int64(4 * time.Second)))):
				}
				at := time.Now()
				list, err := lookups.Arrears(context.WithoutCancel(ctx), firm(r.IntN(rows)),
					lookups.Today(now))
				mu.Lock()
				took = append(took, time.Since(at))
				found += len(list)
				mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	late := lateness(ctx)
	empty := counted(t, d)
	time.Sleep(5 * time.Second)
	mu.Lock()
	quiet := took // what a lookup takes when nothing is imported
	took = nil
	mu.Unlock()
	begun := time.Now()
	bring("taxpayers", "b1", firms.Bytes())
	bring("arrears", "b2", owed.Bytes())
	imported := time.Since(begun)
	for _, batch := range []string{"b2", "b1"} {
		if undone, kept, err := Undo(t.Context(), d, batch, now); err != nil || undone != rows || kept != 0 {
			t.Errorf("%s: %d undone, %d kept, %v", batch, undone, kept, err)
		}
	}
	all := time.Since(begun)
	hangUp()
	calls.Wait()
	if got := counted(t, d); got != empty {
		t.Errorf("after the undo there are %s rows, before the import %s", got, empty)
	}
	slices.Sort(took)
	slices.Sort(quiet)
	p99 := took[len(took)*99/100]
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("imported in %s, undone after %s; %d lookups, p50 %s, p99 %s, worst %s; %d found something; %d before that "+
		"with p99 %s; a goroutine that does nothing ran late by p99 %s; load %.5s", imported, all, len(took),
		took[len(took)/2], p99, took[len(took)-1], found, len(quiet), quiet[len(quiet)*99/100], late(), load)
	if p99 > limit {
		t.Errorf("a lookup takes %s", p99)
	}
}

// lateness measures by how much one that sleeps for two milliseconds wakes too late, which is what a lookup waits that
// waits for nothing but a processor. The function that it gives ends when ctx has, and tells the 99th of a hundred.
func lateness(ctx context.Context) func() time.Duration {
	var all []time.Duration
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			at := time.Now()
			time.Sleep(2 * time.Millisecond)
			all = append(all, time.Since(at)-2*time.Millisecond)
		}
	}()
	return func() time.Duration {
		<-done
		slices.Sort(all)
		return all[len(all)*99/100]
	}
}
