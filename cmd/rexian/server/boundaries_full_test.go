//go:build nodes

package server_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/media/sip"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

const boundaryFlow = `接入号 "12366" 进入 人工
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 20秒  话后处理 3秒 }
流程 人工 { 排队 咨询 否则 挂机 挂机 }
`

// desks are the agents' telephones of a test, how many calls each has at once, and the carrier behind which callers are
// called back.
type desks struct {
	mu    sync.Mutex
	live  map[string]int // by number
	most  int
	rings chan *sip.Call
}

// notes follows a call to its end.
func (d *desks) notes(c *sip.Call) {
	d.mu.Lock()
	d.live[c.Number()]++
	d.most = max(d.most, d.live[c.Number()])
	d.mu.Unlock()
	go func() {
		<-c.Done()
		d.mu.Lock()
		d.live[c.Number()]--
		d.mu.Unlock()
	}()
}

// boundary is a moment at which a server is killed: what the agent's telephone has done by then.
type boundary struct {
	name string
	till func(t *testing.T, agent *sip.Call, third *peer, phones *peer)
}

var boundaries = []boundary{
	{"offer", func(*testing.T, *sip.Call, *peer, *peer) {}},
	{"ring", func(t *testing.T, agent *sip.Call, _, _ *peer) { _ = agent.Ring() }},
	{"answer", func(t *testing.T, agent *sip.Call, _, _ *peer) { answers(agent) }},
	{"transfer", func(t *testing.T, agent *sip.Call, third, _ *peer) {
		answers(agent)
		go func() { _ = agent.Refer(context.Background(), "sip:902@"+third.at(), nil) }()
		<-third.calls
	}},
	{"consult", func(t *testing.T, agent *sip.Call, third, phones *peer) {
		answers(agent)
		consult, err := phones.Dial(t.Context(), sip.Outbound{To: "sip:902@" + third.at()})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = agent.Refer(context.Background(), "", consult) }()
		time.Sleep(50 * time.Millisecond) // somewhere in it
	}},
	{"wrap-up", func(t *testing.T, agent *sip.Call, _, _ *peer) {
		answers(agent)
		agent.Hangup("")
	}},
}

// TestTwoServersAreKilledAtEveryBoundary: two servers share a database; one is killed while it offers a caller, rings,
// has just connected, passes a caller on, is about to join a consultation, or an agent wraps up. No call is without a
// record and an end, no agent has two calls, who waited there is called back and has an agent, and all further calls to
// both servers are set up.
func TestTwoServersAreKilledAtEveryBoundary(t *testing.T) {
	url := dbtest.StartServer(t).Migrated(t, "boundaries")
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := shared{t, d}
	at := &desks{live: map[string]int{}, rings: make(chan *sip.Call, 64)}
	phones := newPeer(t, func(c *sip.Call) { at.notes(c); at.rings <- c })
	third := newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })
	carrier := newPeer(t, func(c *sip.Call) { _ = c.Answer(context.Background()) })
	folders := map[string]string{}
	for i, name := range []string{"甲", "乙"} {
		folders[name] = house(t, name, url, boundaryFlow)
		file, err := os.OpenFile(filepath.Join(folders[name], "rexian.toml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(file, "[[trunk]]\nname = \"carrier\"\nserver = \"udp://%s\"\nfrom = \"12366\"\nallow = [\"all\"]\n",
			carrier.at())
		fmt.Fprintf(file, "[[agent]]\nid = \"90%d\"\nphone = \"sip:90%d@%s\"\nskills = [\"咨询\"]\n", i, i, phones.at())
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	c := &callers{t: t, phone: phone}
	b := run(t, folders["乙"])
	calls := 0
	for round, x := range boundaries {
		a := run(t, folders["甲"])
		c.dial(a, 1)
		agent := <-at.rings
		c.dial(a, 1) // waits
		waiting := fmt.Sprintf("138%08d", c.n)
		calls += 2
		eventually(t, x.name+": both are written down", func() bool {
			return o.count(`SELECT COUNT(*) FROM calls WHERE direction = 'in'`) == calls &&
				o.count(`SELECT COUNT(*) FROM call_events e JOIN calls c ON c.id = e.call_id
					WHERE e.kind = 'enqueue' AND c.direction = 'in'`) == calls
		})
		x.till(t, agent, third, phones)
		a.kill(t)
		agent.Hangup("") // the telephone has heard nothing for a while
		a = run(t, folders["甲"])
		eventually(t, x.name+": every call has an end", func() bool {
			return o.count(`SELECT COUNT(*) FROM calls WHERE node = '甲' AND direction = 'in' AND ended IS NULL`) == 0
		})
		stop := at.answersAll()
		eventually(t, x.name+": who waited is called back, and has an agent", func() bool {
			return o.count(`SELECT COUNT(*) FROM callbacks WHERE number = ? AND state = 'done' AND done_by <> ''`,
				waiting) == 1
		})
		stop()
		a.kill(t)
		if n := len(carrier.numbers()); n == 0 {
			t.Errorf("round %d: the carrier had no call", round)
		}
	}
	stop := at.answersAll()
	defer stop()
	c.dial(b, furtherCalls) // fails where one is not set up
	if at.most > 1 {
		t.Errorf("an agent had %d calls at once", at.most)
	}
	if n := o.count(`SELECT COUNT(*) FROM (SELECT number FROM callbacks GROUP BY number HAVING COUNT(*) > 1) x`); n > 0 {
		t.Errorf("%d numbers were called back more than once", n)
	}
}

// furtherCalls are placed after all that.
const furtherCalls = 1000

// answersAll lets the agents answer and hang up after a moment, until stop.
func (d *desks) answersAll() (stop func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case c := <-d.rings:
				answers(c)
				time.AfterFunc(300*time.Millisecond, func() { c.Hangup("") })
			case <-done:
				return
			}
		}
	})
	return func() { close(done); all.Wait() }
}
