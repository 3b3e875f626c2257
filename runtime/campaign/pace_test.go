package campaign_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"rexian/runtime/campaign"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

const staffed = `队列 催缴队 { 技能组 "催缴" }
流程 人工催缴(户: 纳税人) { 播放 "{户.名称}" 执行 转人工 }
流程 转人工 { 排队 催缴队 否则 挂机 挂机 }
外呼任务 人工 { 呼叫名单 纳税人.欠税名单(至少: 1元) 呼叫 对象.电话 接通后 人工催缴(对象) 并发 50路 每秒 100通 }
`

// Where agents take the calls nobody is called without them, however many lines the campaign may have, and no more than
// they can serve while it is not known how many answer; a campaign without agents does not wait for them.
func TestAgentsSetThePace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, staffed+declared("催缴", "并发 8路"))
		o.targets = numbers(12)
		var ready, busy, live, most, unstaffed atomic.Int64
		o.agents = func() dialer.Agents {
			return dialer.Agents{Free: int(ready.Load()), Busy: int(busy.Load())}
		}
		o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
			if ready.Load()+busy.Load() == 0 {
				unstaffed.Add(1)
			}
			for now := live.Add(1); ; {
				if was := most.Load(); now <= was || most.CompareAndSwap(was, now) {
					break
				}
			}
			defer live.Add(-1)
			busy.Add(1)
			ready.Add(-1)
			out.Queued()
			out.Served()
			time.Sleep(20 * time.Millisecond)
			ready.Add(1)
			busy.Add(-1)
			return answered(time.Minute), nil
		}
		e := o.node("a", "1")
		start(t, e, "人工")
		time.Sleep(500 * time.Millisecond) // nobody is called, however long this takes
		if n := live.Load() + unstaffed.Load(); n > 0 {
			t.Fatalf("%d calls without an agent", n)
		}
		ready.Store(3)
		done := func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done }
		status(t, e, "人工", done)
		if n := most.Load(); n > 6 {
			t.Errorf("%d lines for three agents of whom nothing is known", n)
		}
		ready.Store(0)
		o.mu.Lock()
		o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) { return answered(time.Minute), nil }
		o.mu.Unlock()
		start(t, e, "催缴")
		status(t, e, "催缴", done)
	})
}
