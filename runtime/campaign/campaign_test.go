package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/value"
	"rexian/media/sip"
	"rexian/runtime/campaign"
	"rexian/runtime/deploy"
	"rexian/runtime/dialer"
	"rexian/runtime/exchange"
	"rexian/runtime/vm"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
)

const flows = `接入号 "12366" 进入 来电
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
流程 来电 { 播放 "您好" 挂机 }
流程 催缴电话(户: 纳税人) { 播放 "{户.名称}" 挂机 }
`

func declared(name, more string) string {
	return "外呼任务 " + name + " { 呼叫名单 纳税人.欠税名单(至少: 1元) 呼叫 对象.电话 接通后 催缴电话(对象) 每秒 100通 " +
		more + " }\n"
}

// office is a fake of the exchange and a database: nobody is called, and what would be is written down.
type office struct {
	t       *testing.T
	d       *db.DB
	version *deploy.Deployment
	stop    []func()

	mu      sync.Mutex
	placed  []string       // calls, by their ids
	on      map[string]int // calls to a number that are on
	most    int            // calls that were on at once
	live    int
	overlap bool

	exchange campaign.Exchange // the office itself, unless another stands before it
	outbox   campaign.Outbox
	targets  []string // their numbers
	ids      []string // of the taxpayers; nil: none that is true
	agents   func() dialer.Agents
	place    func(ctx context.Context, o exchange.Outgoing) (exchange.Ended, error)
	skip     func() (vm.Value, error)
	zone     *time.Location
	started  time.Time     // by our clock; the clocks of all its nodes begin then
	speed    time.Duration // how much faster than ours its clock goes
}

func newOffice(t *testing.T, d *db.DB, campaigns string) *office {
	t.Helper()
	o := &office{t: t, d: d, on: map[string]int{}, started: time.Now(), speed: 1, zone: time.FixedZone("CST", 8*3600)}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(flows+campaigns), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := deploy.Compile(dir, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o.version, err = deploy.New(deploy.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := o.version.Deploy(v, "test"); err != nil {
		t.Fatal(err)
	}
	o.exchange = o
	o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) { return answered(time.Minute), nil }
	t.Cleanup(o.close)
	return o
}

func (o *office) close() {
	for _, s := range o.stop {
		s()
	}
	o.stop = nil
}

func answered(talked time.Duration) exchange.Ended {
	return exchange.Ended{Outcome: "answered", FarEnd: talked < time.Second}
}

// node is a start of a server that runs the campaigns.
func (o *office) node(name, boot string, dead ...store.Dead) *campaign.Engine {
	o.t.Helper()
	if _, err := o.d.Exec(o.t.Context(), `INSERT INTO nodes (name, boot, folder, since, seen) VALUES (?, ?, '', 0, 0)
		ON CONFLICT (name) DO UPDATE SET boot = excluded.boot`, name, boot); err != nil {
		o.t.Fatal(err)
	}
	ten := time.Date(2026, 10, 12, 10, 0, 0, 0, o.zone)
	e := campaign.New(campaign.Options{Exchange: o.exchange, Outbox: o.outbox, Deployment: o.version,
		Store:     store.New(o.d, store.Options{Node: name, Boot: boot}),
		Forbidden: func(context.Context, string) (bool, error) { return false, nil },
		Ready:     func() bool { return true }, Dead: func() []store.Dead { return dead },
		Seed:   func() string { return "seed" },
		Agents: o.agents,
		Now:    func() time.Time { return ten.Add(o.speed * time.Since(o.started)) },
		Logger: slog.New(slog.DiscardHandler),
		Turn:   20 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); e.Run(ctx) }()
	o.stop = append(o.stop, func() { cancel(); <-done })
	return e
}

func (o *office) Place(ctx context.Context, out exchange.Outgoing) (exchange.Ended, error) {
	o.mu.Lock()
	o.placed = append(o.placed, out.ID)
	o.on[out.To]++
	o.overlap = o.overlap || o.on[out.To] > 1
	o.live++
	o.most = max(o.most, o.live)
	place := o.place
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.on[out.To]--
		o.live--
		o.mu.Unlock()
	}()
	return place(ctx, out)
}

func (o *office) Ask(_ context.Context, v *deploy.Version, fun int, args []vm.Value, _ fn.Caller) (vm.Value, error) {
	e := v.Image.New(vm.Call{ID: "t"}).Start(fun, args, 0)
	if !e.End { // a lookup: of `skip if`
		return o.skip()
	}
	if len(e.Args) == 0 {
		return vm.Absent(), nil
	}
	return e.Args[0], nil
}

func (o *office) Targets(context.Context, *deploy.Version, int, fn.Caller) (list []vm.Value, err error) {
	for i, n := range o.targets {
		id := fmt.Sprintf("91%016d", i)
		if o.ids != nil {
			id = o.ids[i]
		}
		list = append(list, value.Record(value.Text("公司"), value.Text(id), value.Text(n),
			value.Text("企业"), value.Text("一所")))
	}
	return list, nil
}

func (o *office) calls() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.placed)
}

func numbers(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("139%08d", i))
	}
	return list
}

func start(t *testing.T, e *campaign.Engine, name string) {
	t.Helper()
	if _, err := e.Start(t.Context(), campaign.Order{Campaign: name, By: "test"}); err != nil {
		t.Fatal(err)
	}
}

// status waits until a campaign is as wanted.
func status(t *testing.T, e *campaign.Engine, name string,
	ok func(s campaign.Status, states map[string]int64) bool) campaign.Status {
	t.Helper()
	var s campaign.Status
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var err error
		if s, err = e.Status(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		states := map[string]int64{}
		for _, c := range s.Targets {
			states[c.State] += c.N
		}
		if ok(s, states) {
			return s
		}
	}
	t.Fatalf("it does not come to this: %+v", s)
	return s
}

// TestTwoNodesCallEachTargetOnce lets two nodes run a campaign whose calls end in all ways.
func TestTwoNodesCallEachTargetOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, declared("催缴", "并发 8路 最多 3次 重拨 占线 隔 1秒"))
		o.targets, o.speed = numbers(120), 10
		o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
			time.Sleep(5 * time.Millisecond)
			if out.To[10]%4 == 0 {
				return exchange.Ended{Outcome: "busy", SIP: 486}, nil
			}
			return answered(time.Minute), nil
		}
		first := o.node("a", "1")
		o.node("b", "1")
		start(t, first, "催缴")
		s := status(t, first, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done })
		busy := int64(0)
		for _, n := range o.targets {
			if n[10]%4 == 0 {
				busy++
			}
		}
		want := map[string]int64{"answered": 120 - busy, "busy": 3 * busy}
		for _, x := range s.Outcomes {
			if want[x.Outcome] != x.N {
				t.Errorf("%d calls ended in %s, want %d", x.N, x.Outcome, want[x.Outcome])
			}
		}
		if s.Live != 0 || s.Reached != 120-busy {
			t.Errorf("%d on, %d reached", s.Live, s.Reached)
		}
		seen := map[string]bool{}
		for _, id := range o.placed {
			if seen[id] {
				t.Errorf("%s is called twice", id)
			}
			seen[id] = true
		}
		if len(o.placed) != int(120+2*busy) || o.overlap || o.most > 8 {
			t.Errorf("%d calls, at once %d, to one number at once: %v", len(o.placed), o.most, o.overlap)
		}
		var left int
		if err := d.Get(t.Context(), &left, `SELECT COUNT(*) FROM dialled_numbers WHERE holder <> ''`); err != nil ||
			left > 0 {
			t.Errorf("%d numbers are held for ever, %v", left, err)
		}
	})
}

// TestANodeDies leaves calls on; another node ends them as unknown: they count, and wait the whole interval.
func TestANodeDies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, declared("催缴", "并发 3路 最多 3次 重拨 占线 隔 10分钟"))
		o.targets = numbers(3)
		release := make(chan struct{})
		o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
			<-release
			return answered(time.Minute), nil
		}
		first := o.node("a", "1")
		start(t, first, "催缴")
		status(t, first, "催缴", func(s campaign.Status,
			_ map[string]int64) bool {
			return s.Live == 3 && o.calls() == 3
		})
		second := o.node("b", "1", store.Dead{Node: "a", Boot: "1"})
		s := status(t, second, "催缴", func(s campaign.Status, states map[string]int64) bool {
			return s.Live == 0 && states[store.Waiting] == 3
		})
		if len(s.Outcomes) != 1 || s.Outcomes[0].Outcome != "unknown" || s.Outcomes[0].N != 3 {
			t.Errorf("%+v", s.Outcomes)
		}
		list, err := store.New(d, store.Options{}).Due(t.Context(), s.ID, time.Date(2027, 1, 1, 0, 0, 0, 0,
			time.UTC).UnixMilli(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if wait := x.DueAt - s.StartedAt; x.Counted != 1 || wait < 10*60_000 {
				t.Errorf("%d attempts count, it is called again after %d s", x.Counted, wait/1000)
			}
		}
		close(release) // the calls that were on end after all
		o.close()
		s = status(t, second, "催缴", func(campaign.Status, map[string]int64) bool { return true })
		if s.Live != 0 || s.Reached != 0 || o.calls() != 3 {
			t.Errorf("an end that came too late is written: %+v", s)
		}
	})
}

// TestPauseAndTheListHoldFromTheirCommit: no attempt begins after either.
func TestPauseAndTheListHoldFromTheirCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, declared("催缴", "并发 4路 免拨条件 纳税人.已结清(对象.税号)"))
		o.targets = numbers(60)
		lists := filter.New(d, filter.Options{})
		asked := 0
		o.skip = func() (vm.Value, error) { // between claim and call, the last five come onto the list
			o.mu.Lock()
			defer o.mu.Unlock()
			if asked++; asked == 10 {
				for _, n := range numbers(60)[55:] {
					if err := lists.Add(context.Background(), filter.Entry{List: "免拨名单", Pattern: n}, 0,
						time.Now()); err != nil {
						t.Error(err)
					}
				}
			}
			return vm.Bool(false), nil
		}
		o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
			time.Sleep(3 * time.Millisecond)
			return answered(time.Minute), nil
		}
		e := o.node("a", "1")
		start(t, e, "催缴")
		status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.Reached >= 20 })
		run, err := e.Pause(t.Context(), "催缴", "test")
		if err != nil || run.State != store.Paused {
			t.Fatalf("%+v, %v", run, err)
		}
		if _, err := e.Pause(t.Context(), "催缴", "test"); !errors.Is(err, campaign.ErrState) {
			t.Errorf("a second pause: %v", err)
		}
		status(t, e, "催缴", func(s campaign.Status, states map[string]int64) bool {
			return s.Live == 0 && states[store.Claimed] == 0
		})
		var late int
		if err := d.Get(t.Context(), &late, `SELECT COUNT(*) FROM campaign_attempts WHERE begun_at > ?`, run.ChangedAt+
			200); err != nil || late > 0 {
			t.Errorf("%d attempts begin after the pause, %v", late, err)
		}
		before := o.calls()
		time.Sleep(150 * time.Millisecond)
		if n := o.calls(); n != before {
			t.Errorf("%d calls are placed while it is paused", n-before)
		}
		if _, err := e.Resume(t.Context(), "催缴", "test"); err != nil {
			t.Fatal(err)
		}
		s := status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done })
		if s.Reached != 55 || o.calls() != 55 {
			t.Errorf("%d reached by %d calls; five are on the list", s.Reached, o.calls())
		}
	})
}

// TestWhoIsSkipped: who has paid is not called, nobody is while it cannot be asked, and everybody whom nobody knows.
func TestWhoIsSkipped(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, c := range []struct {
		name  string
		skip  func() (vm.Value, error)
		calls int
		ok    func(s campaign.Status, states map[string]int64) bool
	}{
		{"甲", func() (vm.Value, error) { return vm.Bool(true), nil }, 0,
			func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done }},
		{"乙", func() (vm.Value, error) { return vm.Value{}, &exchange.UnansweredError{Tag: "unavailable"} }, 0,
			func(s campaign.Status, states map[string]int64) bool {
				return states[store.Waiting] == 3 && s.Live == 0 && s.State == store.Running
			}},
		{"丙", func() (vm.Value, error) { return vm.Value{}, &exchange.UnansweredError{Tag: "not_found"} }, 3,
			func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done }},
	} {
		o := newOffice(t, d, declared(c.name, "并发 2路 免拨条件 纳税人.已结清(对象.税号)"))
		asked := make(chan struct{}, 100)
		o.targets, o.skip = numbers(3), func() (vm.Value, error) { asked <- struct{}{}; return c.skip() }
		e := o.node("a", c.name)
		start(t, e, c.name)
		for range 3 {
			<-asked
		}
		status(t, e, c.name, c.ok)
		if n := o.calls(); n != c.calls {
			t.Errorf("%s: %d calls", c.name, n)
		}
		o.close()
	}
}

// TestASickLineHaltsACampaign within twenty calls, and no target loses a try.
func TestASickLineHaltsACampaign(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			name  string
			ended exchange.Ended
		}{
			{"甲", exchange.Ended{Outcome: "line_fault", SIP: 503}},
			{"乙", exchange.Ended{Outcome: "carrier_blocked", SIP: 403}},
			{"丙", answered(0)},
		} {
			o := newOffice(t, d, declared(c.name, "并发 4路 最多 2次"))
			o.targets = numbers(100)
			o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
				if c.ended.Outcome == "answered" {
					out.Answered()
				}
				return c.ended, nil
			}
			e := o.node("a", c.name)
			start(t, e, c.name)
			s := status(t, e, c.name, func(s campaign.Status, states map[string]int64) bool {
				return s.State == store.Halted && s.Live == 0 && states[store.Waiting] == 100 && s.Reached == 0
			})
			if o.calls() > 20 || s.Why != campaign.WhyLine {
				t.Errorf("%s halts after %d calls because of %q", c.name, o.calls(), s.Why)
			}
			var lost int
			if err := d.Get(t.Context(), &lost, `SELECT COUNT(*) FROM campaign_targets WHERE run = ? AND counted > 0`,
				s.ID); err != nil || lost > 0 {
				t.Errorf("%s: %d targets lose a try, %v", c.name, lost, err)
			}
			o.close()
		}
	})
}

// TestAFullTrunkIsNoAttempt: nothing was sent, so nothing counts.
func TestAFullTrunkIsNoAttempt(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t), declared("催缴", "并发 4路 最多 1次"))
	o.targets = numbers(40)
	full := &sip.Barred{Reason: "channels", Failure: &sip.Failure{Status: 503, Q850: 34}}
	o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
		return exchange.Ended{Outcome: "line_fault", Barred: full}, nil
	}
	e := o.node("a", "1")
	start(t, e, "催缴")
	s := status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return o.calls() >= 40 && s.Live == 0 })
	if s.State != store.Running || len(s.Outcomes) != 1 || s.Outcomes[0].Outcome != campaign.NotPlaced {
		t.Errorf("%s: %+v", s.State, s.Outcomes)
	}
}

// TestAFourthConnection of a day is not made, whichever campaigns call, and a quota ends its campaign.
func TestAFourthConnection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		src := declared("满", "并发 5路 配额 7份")
		for i := range 5 {
			src += declared(fmt.Sprintf("任务%d", i), "并发 2路")
		}
		o := newOffice(t, d, src)
		o.speed = 100
		o.targets = []string{"13800138000", "13800138000"} // the same telephone for two targets
		e := o.node("a", "1")
		for i := range 5 {
			start(t, e, fmt.Sprintf("任务%d", i))
		}
		waiting := int64(0)
		for end := time.Now().Add(60 * time.Second); waiting != 7 && time.Now().Before(end); time.Sleep(20 *
			time.Millisecond) {
			if err := d.Get(t.Context(), &waiting,
				`SELECT COUNT(*) FROM campaign_targets WHERE state = 'waiting' AND due_at >= ?`,
				time.Date(2026, 10, 13, 8, 0, 0, 0, o.zone).UnixMilli()); err != nil {
				t.Fatal(err)
			}
		}
		if waiting != 7 || o.calls() != 3 || o.overlap {
			t.Errorf("%d calls to one number on a day, %d targets wait for the next", o.calls(), waiting)
		}
		o.mu.Lock()
		o.targets = numbers(60)
		o.mu.Unlock()
		start(t, e, "满")
		if s := status(t, e, "满", func(s campaign.Status, _ map[string]int64) bool {
			return s.State == store.Done
		}); s.Reached != 7 || o.calls() != 10 {
			t.Errorf("%d reached of a quota of 7, by %d calls", s.Reached, o.calls()-3)
		}
	})
}

// TestAStatusForetells: a hundred targets over four lines take minutes, not one call at a time and three a day, at home
// as abroad.
func TestAStatusForetells(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t), declared("催缴", "并发 4路 最多 1次"))
	o.targets = numbers(90)
	for i := range 10 {
		o.targets = append(o.targets, fmt.Sprintf("+81312345%03d", i))
	}
	release := make(chan struct{})
	o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
		<-release
		return answered(time.Minute), nil
	}
	e := o.node("a", "1")
	start(t, e, "催缴")
	s := status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.Live == 4 })
	if takes := time.Duration(s.Ends.Likely-s.StartedAt) * time.Millisecond; takes < 5*time.Minute ||
		takes > 40*time.Minute {
		t.Errorf("a hundred targets over four lines take %s", takes)
	}
	close(release)
}
