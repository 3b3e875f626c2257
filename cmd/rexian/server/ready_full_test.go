//go:build nodes

package server_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"rexian/media/sip"
	"rexian/stdlib/db/dbtest"
)

// pull is a house in which twice as many callers wait as there are agents, who each talk for a second: so many offers a
// second as agents.
const (
	pullAgents = 20
	pullOffers = 800 // that are looked at
	pullFlow   = `接入号 "12366" 进入 人工
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 20秒 }
流程 人工 { 排队 咨询 否则 挂机 挂机 }
`
)

// TestReadyToInvite tells how long it takes from an agent's hanging up, which is being ready here, to the next INVITE
// at the telephone: with a claim that PostgreSQL has committed in between; and beside it what a bare OPTIONS takes, for
// what a busy machine adds. It is measured and not judged: make ready.
func TestReadyToInvite(t *testing.T) {
	pg := dbtest.StartServer(t)
	folder := house(t, nodeNames[0], pg.Migrated(t, "ready"), pullFlow)
	text := ""
	for n := range pullAgents {
		text += fmt.Sprintf("[[phone]]\nuser = \"9%03d\"\npassword = \"secret\"\n"+
			"[[agent]]\nid = \"9%03d\"\nphone = \"9%03d\"\nskills = [\"咨询\"]\n", n, n, n)
	}
	appended(t, filepath.Join(folder, "rexian.toml"), text)
	var (
		mu    sync.Mutex
		freed = map[string]time.Time{}
		took  []time.Duration
		began time.Time
	)
	enough := make(chan struct{})
	phones := newPeer(t, func(c *sip.Call) {
		now, number := time.Now(), c.Number()
		mu.Lock()
		at, was := freed[number]
		delete(freed, number)
		if was && len(took) < pullOffers {
			if took = append(took, now.Sub(at)); len(took) == pullOffers {
				close(enough)
			}
		}
		mu.Unlock()
		answers(c)
		time.AfterFunc(time.Second, func() {
			mu.Lock()
			freed[number] = time.Now()
			mu.Unlock()
			c.Hangup("")
		})
	})
	p := run(t, folder)
	for n := range pullAgents {
		user := fmt.Sprintf("9%03d", n)
		if code := phones.register(p.sip, user, "secret", "sip:"+user+"@"+phones.at()); code != 200 {
			t.Fatalf("the telephone %s is not registered: %d", user, code)
		}
	}
	f, caller := &floors{}, newPeer(t, nil)
	began = time.Now()
	for n := range 2 * pullAgents {
		f.goes(t, caller, p.sip, fmt.Sprintf("139%08d", n))
	}
	var bare []time.Duration // how long a bare OPTIONS takes to be answered meanwhile
	limit, ask := time.After(5*time.Minute), time.NewTicker(50*time.Millisecond)
	defer ask.Stop()
	for waits := true; waits; {
		select {
		case <-enough:
			waits = false
		case <-limit:
			t.Fatal("callers do not come to agents")
		case <-ask.C:
			asked := time.Now()
			if err := phones.Alive(t.Context(), sip.Outbound{To: "sip:12366@" + p.sip}); err != nil {
				t.Fatal(err)
			}
			bare = append(bare, time.Since(asked))
		}
	}
	rate := float64(pullOffers) / time.Since(began).Seconds()
	f.stopped.Store(true)
	f.all.Wait()
	mu.Lock()
	defer mu.Unlock()
	for what, list := range map[string][]time.Duration{"from hanging up to the next INVITE": took,
		"meanwhile, until a bare OPTIONS was answered": bare} {
		slices.Sort(list)
		at := func(share float64) float64 {
			return float64(list[int(share*float64(len(list)-1))].Microseconds()) / 1000
		}
		t.Logf("%d offers, %.1f a second; %s: p50 %.1f ms, p90 %.1f, p99 %.1f, longest %.1f", len(took), rate, what,
			at(0.5), at(0.9), at(0.99), at(1))
	}
}
