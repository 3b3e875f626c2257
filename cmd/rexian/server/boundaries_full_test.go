//go:build nodes

package server_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

const boundaryFlow = `接入号 "12366" 进入 人工
接入号 "12367" 进入 问路
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 20秒  话后处理 3秒 }
流程 人工 { 排队 咨询 否则 挂机 挂机 }
流程 问路 { 挂机 }
`

// furtherCalls are placed after all that: half of them while one server is dead. So many of a thousand may fail.
const (
	furtherCalls = 1000
	mayFail      = 5
)

// desks are the agents' telephones of a test, and the calls that each has.
type desks struct {
	mu    sync.Mutex
	live  map[*sip.Call]bool
	most  int // calls of one of them at once
	rings chan *sip.Call
}

// notes follows a call to its end.
func (d *desks) notes(c *sip.Call) {
	d.mu.Lock()
	d.live[c] = true
	n := 0
	for other := range d.live {
		if other.Number() == c.Number() {
			n++
		}
	}
	d.most = max(d.most, n)
	d.mu.Unlock()
	go func() {
		<-c.Done()
		d.mu.Lock()
		delete(d.live, c)
		d.mu.Unlock()
	}()
}

// rung is the next telephone that rings.
func (d *desks) rung(t *testing.T) *sip.Call {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case c := <-d.rings:
			select {
			case <-c.Done(): // of a server that is dead
				continue
			default:
				return c
			}
		case <-limit:
			t.Fatal("no agent is rung within a minute")
		}
	}
}

// deaf ends all calls of a telephone, as it does itself when it hears nothing for a while.
func (d *desks) deaf(number string) {
	d.mu.Lock()
	var gone []*sip.Call
	for c := range d.live {
		if c.Number() == number {
			gone = append(gone, c)
		}
	}
	d.mu.Unlock()
	for _, c := range gone {
		c.Hangup("")
		<-c.Done()
	}
	for gone := true; gone; { // before it is rung again
		d.mu.Lock()
		gone = false
		for c := range d.live {
			gone = gone || c.Number() == number
		}
		d.mu.Unlock()
	}
}

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

// stand is two servers on one database behind Kamailio, with an agent each: 900 at the first, 901 at the second.
type stand struct {
	shared
	callers
	at      *desks
	phones  *peer
	carrier *peer
	folders [2]string
	sip     [2]string
	nodes   [2]*process
	proxy   string
}

// The names of the servers.
var nodeNames = [2]string{"甲", "乙"}

func newStand(t *testing.T) *stand {
	url := dbtest.StartServer(t).Migrated(t, "boundaries")
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s := &stand{shared: shared{t, d}, at: &desks{live: map[*sip.Call]bool{}, rings: make(chan *sip.Call, 4096)}}
	s.phones = newPeerAt(t, "127.0.0.2", func(c *sip.Call) { s.at.notes(c); s.at.rings <- c })
	s.carrier = newPeerAt(t, "127.0.0.3", answers)
	for i, name := range nodeNames {
		s.sip[i] = freeAddress(t)
		s.folders[i] = house(t, name, url, boundaryFlow)
		s.settle(filepath.Join(s.folders[i], "rexian.toml"), s.sip[i])
	}
	s.proxy = proxied(t, s.sip[0], s.sip[1])
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = phone.Close() })
	s.callers = callers{t: t, phone: phone}
	return s
}

// settle writes the rest of a server's configuration.
func (s *stand) settle(file, listen string) {
	t := s.shared.t
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "udp://127.0.0.1:0", "udp://"+listen, 1)
	text += fmt.Sprintf("[[trunk]]\nname = \"carrier\"\nserver = \"udp://%s\"\nfrom = \"12366\"\nallow = [\"all\"]\n",
		s.carrier.at())
	for _, id := range []string{"900", "901"} {
		text += fmt.Sprintf("[[phone]]\nuser = %q\npassword = \"secret\"\n"+
			"[[agent]]\nid = %q\nphone = %q\nskills = [\"咨询\"]\n", id, id, id)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// starts starts a server, at which its agent's telephone then registers.
func (s *stand) starts(i int) {
	t := s.shared.t
	t.Helper()
	s.nodes[i] = run(t, s.folders[i])
	user := fmt.Sprintf("90%d", i)
	if status := s.phones.register(s.sip[i], user, "secret", "sip:"+user+"@"+s.phones.at()); status != 200 {
		t.Fatalf("the telephone %s is not registered: %d", user, status)
	}
	eventually(t, user+" is the agent of "+nodeNames[i], func() bool {
		return s.count(`SELECT COUNT(*) FROM agent_claims WHERE agent = ? AND node = ?`, user,
			nodeNames[i]) == 1
	})
	if i == 0 {
		eventually(t, "the proxy gives calls to "+nodeNames[0], s.asks)
	}
}

// asks tells whether the proxy gives calls to the first server.
func (s *stand) asks() bool {
	t := s.shared.t
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s.n++
	if c, err := s.phone.Dial(ctx, "12367@"+s.proxy, handset.CallOptions{From: s.number()}); err == nil {
		c.Hangup()
	}
	at := func(condition string, args ...any) int {
		return s.count(`SELECT COUNT(*) FROM calls WHERE number = '12367' AND caller = '`+s.number()+`'`+condition, args...)
	}
	eventually(t, "the call is written down", func() bool { return at("") > 0 })
	return at(" AND node = ?", nodeNames[0]) > 0
}

// carried is the next call that the carrier gets.
func (s *stand) carried(what string) *sip.Call {
	t := s.shared.t
	t.Helper()
	select {
	case c := <-s.carrier.calls:
		return c
	case <-time.After(time.Minute):
		t.Fatalf("the carrier is not called: %s", what)
		return nil
	}
}

// clears throws away what the carrier was called for up to now.
func (s *stand) clears() {
	for {
		select {
		case <-s.carrier.calls:
		default:
			return
		}
	}
}

// boundary is a moment at which a server is killed: what the agent's telephone has done by then. Owed says that the
// caller had no agent yet.
type boundary struct {
	name string
	owed bool
	till func(s *stand, agent *sip.Call)
}

var boundaries = []boundary{
	{"offer", true, func(*stand, *sip.Call) {}},
	{"ring", true, func(_ *stand, agent *sip.Call) { _ = agent.Ring() }},
	{"answer", false, func(_ *stand, agent *sip.Call) { answers(agent) }},
	{"transfer", false, func(s *stand, agent *sip.Call) {
		answers(agent)
		s.refers(agent, "sip:053188880000@"+s.sip[0], nil)
		s.carried("whom the caller is passed on to")
	}},
	{"consult", false, func(s *stand, agent *sip.Call) {
		answers(agent)
		consult, err := s.phones.Dial(s.shared.t.Context(),
			sip.Outbound{To: "sip:053188880000@" + s.sip[0], From: "900",
				Auth: &sip.Credentials{User: "900", Secret: digest.NewSecret("secret")}})
		if err != nil {
			s.shared.t.Fatal("the agent asks somebody: ", err)
		}
		s.carried("whom the agent asks")
		s.refers(agent, "", consult)
	}},
	{"wrap-up", false, func(s *stand, agent *sip.Call) {
		answers(agent)
		s.talks()
		agent.Hangup("")
	}},
}

// refers passes the caller on; what comes of it is cut off.
func (s *stand) refers(agent *sip.Call, to string, consult *sip.Call) {
	s.talks()
	go func() { _ = agent.Refer(s.shared.t.Context(), to, consult) }()
}

// talks waits until it is written down that a caller has the agent.
func (s *stand) talks() {
	eventually(s.shared.t, "the agent talks", func() bool {
		return s.count(`SELECT COUNT(*) FROM calls WHERE ended IS NULL AND direction = 'in' AND agent = '900'`) > 0
	})
}

// TestTwoServersAreKilledAtEveryBoundary: of two servers on one database behind Kamailio one is killed while it offers
// a caller, rings, has just connected, passes a caller on, joins a consultation, or an agent wraps up. No call is
// without a record and an end, no agent has two calls, who waited there is called back and has an agent, and of a
// thousand further calls, half of them while the one is dead, nearly all are set up.
func TestTwoServersAreKilledAtEveryBoundary(t *testing.T) {
	s := newStand(t)
	s.starts(1)
	calls := 0
	const ours = `direction = 'in' AND number = '12366'`
	for _, x := range boundaries {
		s.starts(0)
		s.clears()
		s.dials(x.name)
		agent := s.at.rung(t)
		if agent.Number() != "900" {
			t.Fatalf("%s: agent %s is rung", x.name, agent.Number())
		}
		owed := []string{s.number()}
		if !x.owed {
			owed = nil
		}
		s.dials(x.name) // waits
		owed = append(owed, s.number())
		calls += 2
		eventually(t, x.name+": both are written down", func() bool {
			return s.count(`SELECT COUNT(*) FROM calls WHERE `+ours) == calls &&
				s.count(`SELECT COUNT(*) FROM call_events e JOIN calls c ON c.id = e.call_id
					WHERE e.kind = 'enqueue' AND c.direction = 'in'`) == calls
		})
		x.till(s, agent)
		s.nodes[0].kill(t)
		s.at.deaf("900")
		s.starts(0)
		eventually(t, x.name+": every call has an end", func() bool {
			return s.count(`SELECT COUNT(*) FROM calls WHERE node = '甲' AND ended IS NULL AND `+ours) == 0
		})
		stop := s.at.answersAll()
		for _, number := range owed {
			eventually(t, x.name+": "+number+" waited, is called back, and has an agent", func() bool {
				return s.count(`SELECT COUNT(*) FROM callbacks WHERE number = ? AND state = 'done' AND done_by <> ''`,
					number) == 1
			})
		}
		stop()
		s.nodes[0].kill(t)
		s.at.deaf("900")
	}
	stop := s.at.answersAll()
	defer stop()
	calls += s.further(furtherCalls / 2)
	s.starts(0)
	calls += s.further(furtherCalls / 2)
	eventually(t, "all calls are written down and have their ends", func() bool {
		return s.count(`SELECT COUNT(*) FROM calls WHERE `+ours) == calls &&
			s.count(`SELECT COUNT(*) FROM calls WHERE ended IS NULL AND `+ours) == 0
	})
	if n := s.count(`SELECT COUNT(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM call_legs l WHERE l.call_id = c.id
		AND l.leg = 0)`); n > 0 {
		t.Errorf("%d calls have no leg of their caller", n)
	}
	if s.at.most > 1 {
		t.Errorf("an agent had %d calls at once", s.at.most)
	}
	if n := s.count(`SELECT COUNT(*) FROM (SELECT number FROM callbacks GROUP BY number HAVING COUNT(*) > 1) x`); n > 0 {
		var rows []string
		if err := s.d.Select(t.Context(), &rows,
			`SELECT CAST(b AS TEXT) FROM callbacks b ORDER BY number`); err != nil {
			t.Error(err)
		}
		t.Errorf("%d numbers are owed more than one call:\n%s", n, strings.Join(rows, "\n"))
	}
}

// dials places a call by way of the proxy, which stays.
func (s *stand) dials(what string) {
	t := s.shared.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := s.call(ctx, s.proxy); err != nil {
		t.Fatalf("%s: a call by way of the proxy: %v", what, err)
	}
}

// further places calls one after the other, and returns how many were set up.
func (s *stand) further(n int) (good int) {
	t := s.shared.t
	t.Helper()
	for range n {
		if err := s.setUp(s.proxy); err != nil {
			t.Log("a further call: ", err)
			continue
		}
		good++
	}
	t.Logf("%d of %d further calls were set up", good, n)
	if n-good > n*mayFail/1000 {
		t.Errorf("%d of %d further calls were not set up", n-good, n)
	}
	return good
}
