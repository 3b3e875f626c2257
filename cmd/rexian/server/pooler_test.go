package server_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

const lookupFlow = `接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 } }
流程 主流程 {
  播放 "正在查询。"
  设 欠税 = 纳税人.欠税("` + company + `") 限时 3秒 否则 { 当 不可用 { 标记 "不可用" 挂机 } }
  如果 数量(欠税) 大于 0 { 标记 "查到" }
  发短信 给 来电号码 "查过了" 否则 继续
  挂机
}
`

// TestAPoolerStandsBeforeTheDatabase: with a PgBouncer of transactions before PostgreSQL, as it is installed and as
// it is commonly configured, the tables are made, every lookup of many at once finds what is there, and the records
// are whole.
func TestAPoolerStandsBeforeTheDatabase(t *testing.T) {
	t.Parallel() // it waits more than it works
	for name, ignore := range map[string][]string{
		"as installed":   nil,
		"told to ignore": {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			pg := dbtest.Shared(t)
			database := "hotline_" + strings.ReplaceAll(name, " ", "_")
			straight := pg.Empty(t, database)
			url := pg.Pooled(t, database, dbtest.PoolerOptions{Ignore: ignore})
			d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			_ = d.Close() // it has done its work
			debtor(t, url)
			s := serve(t, lookupFlow, url, t.TempDir(), slog.New(slog.DiscardHandler))
			phone, err := handset.New(t.Context(), handset.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer phone.Close()
			const calls = 20
			var all sync.WaitGroup
			for i := range calls {
				all.Go(func() {
					c, err := phone.Dial(t.Context(), "12366@"+strings.TrimPrefix(s.Addrs()[0], "udp://"),
						handset.CallOptions{From: fmt.Sprintf("138%08d", i)})
					if err != nil {
						t.Error(err)
						return
					}
					if !over(c) {
						t.Errorf("call %d does not end", i)
					}
				})
			}
			all.Wait()
			if d, err = db.Open(t.Context(), straight, db.Options{Timeout: time.Minute}); err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			var found, texts int
			eventually(t, "the texts are sent", func() bool {
				return d.Get(t.Context(), &texts, `SELECT COUNT(*) FROM messages WHERE state = 'sent'`) == nil &&
					texts == calls
			})
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			err = d.Get(t.Context(), &found, `SELECT COUNT(*) FROM milestones WHERE name = '查到'`)
			if err != nil || found != calls {
				t.Errorf("%d of %d lookups found something, %v", found, calls, err)
			}
			whole(t, d, calls)
		})
	}
}
