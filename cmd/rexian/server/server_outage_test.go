package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/media/sip"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/taxpayer"
)

// rounds is how often a call of the outage asks for arrears.
const rounds = 16

// outageFlow asks once a second, and marks what it heard.
var outageFlow = fmt.Sprintf(`接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 } }
流程 主流程 {
  播放 "正在查询。"
  重复 最多 %d次 {
    执行 查一次()
    停顿 1秒
  }
  标记 "走完"
  挂机
}
流程 查一次 {
  设 欠税 = 纳税人.欠税("%s") 限时 3秒 否则 { 当 不可用 { 标记 "不可用" 返回 } }
  如果 数量(欠税) 大于 0 { 标记 "查到" 返回 }
  标记 "没有"
  返回
}
`, rounds, company)

const company = "91330100799655058B"

// serve starts a server on one flow file and on a database, as run, without limits for this machine. Its cleanup closes
// it.
func serve(t *testing.T, src, url, data string, log *slog.Logger) *server.Server {
	t.Helper()
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(src)
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, data
	cfg.Database.URL = config.Plain(url)
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Guard.Trusted = []string{"127.0.0.0/8"}
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: log, Voice: linetest.Noise{}, Known: linetest.Vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// debtor is a taxpayer who owes.
func debtor(t *testing.T, url string) {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := taxpayer.New(d, taxpayer.Options{}).Put(t.Context(), taxpayer.Taxpayer{ID: company, Name: "杭州某公司"}, "",
		time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(t.Context(),
		`INSERT INTO arrears (tax_id, period, tax, amount, paid, due) VALUES (?, ?, '增值税', 120050, 0, ?)`,
		company, 2025*12+7, time.Date(2025, 9, 15, 0, 0, 0, 0, time.UTC).Unix()/86400); err != nil {
		t.Fatal(err)
	}
}

// figure reads a figure of /metrics.
func figure(t *testing.T, h *hotline, name string) float64 {
	t.Helper()
	return read(t, h.Web().String(), name)
}

// read reads a figure of the metrics of the administration at an address.
func read(t *testing.T, at, name string) float64 {
	t.Helper()
	res, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	t.Fatalf("no figure %s", name)
	return 0
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// over waits for the end of a call that the flow ends; false if it does not come within two minutes.
func over(c *handset.Call) bool {
	select {
	case <-c.Done():
		return true
	case <-time.After(2 * time.Minute):
		return false
	}
}

// TestTheDatabaseDiesUnderCalls: PostgreSQL is killed under running calls that ask for arrears, and comes back. No call
// drops; every lookup is answered within its limit, with `unavailable` while the database is away; and in the end the
// records of every call are whole, none missing, none twice.
func TestTheDatabaseDiesUnderCalls(t *testing.T) {
	t.Parallel() // it waits more than it works
	pg := dbtest.StartServer(t)
	url := pg.Migrated(t, "hotline")
	debtor(t, url)
	s := serve(t, outageFlow, url, t.TempDir(), slog.New(slog.DiscardHandler))
	h := &hotline{Server: s, t: t}
	var closed sync.Once
	end := func() {
		closed.Do(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	defer end()
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()

	var running atomic.Int64
	var all sync.WaitGroup
	place := func(i int) {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			c, err := phone.Dial(ctx, "12366@"+strings.TrimPrefix(s.Addrs()[0], "udp://"),
				handset.CallOptions{From: fmt.Sprintf("138%08d", i)})
			if err != nil {
				t.Errorf("call %d: %v", i, err)
				return
			}
			running.Add(1)
			if !over(c) {
				t.Errorf("call %d does not end", i)
				return
			}
			if cause := c.Cause(); cause.By != sip.Remote {
				t.Errorf("call %d ended by %v: %s", i, cause.By, cause.Text)
			}
		})
	}
	for i := range outageCalls {
		place(i)
	}
	eventually(t, "all calls run", func() bool { return int(running.Load()) == outageCalls })
	found := func(d *db.DB, name string) (n int) {
		if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM milestones WHERE name = ?`, name); err != nil {
			t.Fatal(err)
		}
		return n
	}
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	eventually(t, "calls ask", func() bool { return found(d, "查到") > outageCalls })
	pg.Kill()
	eventually(t, "calls go on without the database",
		func() bool { return figure(t, h, "rexian_records_pending") > float64(4*outageCalls) })
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the database answers again", func() bool {
		var n int
		return d.Get(t.Context(), &n, `SELECT 1`) == nil
	})
	place(outageCalls) // one more: it finds something, however long the server took to come back
	all.Wait()
	const placed = outageCalls + 1
	end() // writes what is left

	if d, err = db.Open(t.Context(), url, db.Options{Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	away := found(d, "不可用")
	t.Logf("%d calls, %d lookups, %d of them unavailable", placed, placed*rounds, away)
	if away < outageCalls {
		t.Errorf("only %d lookups heard that the database is away", away)
	}
	for name, want := range map[string]int{"走完": placed, "出错": 0, "没有": 0} {
		if n := found(d, name); n != want {
			t.Errorf("%d calls marked %s, want %d", n, name, want)
		}
	}
	var after int
	if err := d.Get(t.Context(), &after,
		`SELECT COUNT(*) FROM milestones m JOIN calls c ON c.id = m.call_id WHERE m.name = '查到' AND c.caller = ?`,
		fmt.Sprintf("138%08d", outageCalls)); err != nil || after == 0 {
		t.Errorf("%d lookups found something after the database came back, %v", after, err)
	}
	whole(t, d, placed)
	// Of each call: one lookup and one milestone for each round, in turn, and each answer within the limit of three
	// seconds. The clock may be late by what this machine is late.
	var odd []struct {
		Call  string `db:"call_id"`
		Asked int    `db:"asked"`
		Heard int    `db:"heard"`
		Worst int64  `db:"worst"`
	}
	if err := d.Select(t.Context(), &odd, `SELECT e.call_id, COUNT(*) AS asked, COUNT(m.seq) AS heard, COALESCE(MAX(m.at - e.at), 0) AS worst FROM call_events e
		LEFT JOIN milestones m ON m.call_id = e.call_id AND m.seq = (SELECT MIN(seq) FROM milestones x WHERE x.call_id = e.call_id AND x.seq > e.seq)
		AND m.name IN ('查到', '不可用') WHERE e.kind = 'lookup' GROUP BY e.call_id`); err != nil {
		t.Fatal(err)
	}
	if len(odd) != placed {
		t.Errorf("%d calls asked", len(odd))
	}
	const limit, late = 3000, 3000
	for _, c := range odd {
		if c.Asked != rounds || c.Heard != rounds || c.Worst > limit+late {
			t.Errorf("%+v", c)
		}
	}
}

// whole checks that each call has its end, and its records from the first to the last, each once.
func whole(t *testing.T, d *db.DB, calls int) {
	t.Helper()
	var got struct{ Calls, Open, Broken int }
	if err := d.Get(t.Context(), &got, `SELECT (SELECT COUNT(*) FROM calls) AS calls, (SELECT COUNT(*) FROM calls WHERE ended IS NULL OR result IS NULL) AS open,
		(SELECT COUNT(*) FROM (SELECT call_id FROM (SELECT call_id, seq FROM call_events UNION ALL SELECT call_id, seq FROM milestones) AS r
		GROUP BY call_id HAVING MAX(seq) <> COUNT(*) OR MIN(seq) <> 1 OR COUNT(DISTINCT seq) <> COUNT(*)) AS g) AS broken`); err != nil {
		t.Fatal(err)
	}
	if got.Open != 0 || got.Broken != 0 || calls >= 0 && got.Calls != calls {
		t.Errorf("%+v, want %d calls", got, calls)
	}
}
