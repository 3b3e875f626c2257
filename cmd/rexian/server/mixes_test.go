package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rexian/console/api"
	"rexian/media/sip"
	"rexian/stdlib/db"
)

const mixFlow = `接入号 "12366" 进入 人工
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 10秒  话后处理 1秒 }
流程 人工 { 排队 咨询 否则 挂机 挂机 }
`

// picker is the agent who picks callers up.
const picker = "904"

// mixes is a program under calls with which random things are done.
type mixes struct {
	t       *testing.T
	random  *rand.Rand
	folder  string
	p       *process
	agents  *peer
	carrier *peer
	phone   *peer
	calls   []*sip.Call // the callers'
	n       int
	done    map[string]int    // what was done, and how often, or why not
	talkers map[string]string // agents of calls, when it was looked last
	closed  atomic.Bool       // nobody answers any more
}

// answers is what agents and others do.
func (m *mixes) answers(c *sip.Call) {
	if m.closed.Load() {
		c.Reject(486, "Busy Here")
		return
	}
	answers(c)
}

func newMixes(t *testing.T, random *rand.Rand) *mixes {
	m := &mixes{t: t, random: random, folder: t.TempDir(), done: map[string]int{}, phone: newPeer(t, nil)}
	m.agents, m.carrier = newPeer(t, m.answers), newPeer(t, m.answers)
	text := fmt.Sprintf(`[sip]
listen = ["udp://127.0.0.1:0"]
[http]
listen = "127.0.0.1:0"
[media]
port_min = 0
port_max = 0
[guard]
trusted = ["127.0.0.0/8"]
[voice]
engine = "none"
[[trunk]]
name = "carrier"
server = "udp://%s"
from = "12366"
allow = ["all"]
`, m.carrier.at())
	for i := range 4 {
		text += fmt.Sprintf("[[agent]]\nid = \"90%d\"\nphone = \"sip:90%d@%s\"\nskills = [\"咨询\"]\n", i, i,
			m.agents.at())
	}
	// who picks callers up is in no queue of theirs, and so is ready while they wait
	text += fmt.Sprintf("[[agent]]\nid = %q\nphone = \"sip:%s@%s\"\nskills = [\"专家\"]\n", picker, picker, m.agents.at())
	for name, text := range map[string]string{"flows/a.flow": mixFlow, "rexian.toml": text} {
		name = filepath.Join(m.folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// dials places a call.
func (m *mixes) dials() {
	ctx, cancel := context.WithTimeout(m.t.Context(), 20*time.Second)
	defer cancel()
	m.n++
	c, err := m.phone.Dial(ctx, sip.Outbound{To: "sip:12366@" + m.p.sip, From: fmt.Sprintf("138%08d", m.n)})
	if err != nil {
		m.t.Fatal(err)
	}
	m.calls = append(m.calls, c)
}

// asks sends an order to the administration; what cannot be done now is refused, and counted as no more than asked.
func (m *mixes) asks(what, method, path string, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(m.t.Context(), method, "http://"+m.p.web+path,
		strings.NewReader(string(b)))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	var f api.Fault
	_ = json.NewDecoder(res.Body).Decode(&f) // what is no problem has no code
	m.done[strings.TrimSpace(what+" "+f.Code)]++
}

// settled waits until the calls that were placed are written down: a program that is killed may lose what happened in
// its last moment.
func (m *mixes) settled() {
	eventually(m.t, "the calls are written down", func() bool {
		n := 0
		for after, more := "", true; more; more = after != "" {
			var page struct {
				Calls []api.Brief
				Next  string
			}
			at := "http://" + m.p.web + "/api/v1/calls?limit=1000"
			if after != "" {
				at += "&after=" + url.QueryEscape(after)
			}
			res, err := http.Get(at)
			if err != nil {
				m.t.Fatal(err)
			}
			err = json.NewDecoder(res.Body).Decode(&page)
			res.Body.Close()
			if err != nil {
				return false
			}
			for _, c := range page.Calls {
				if c.Direction == "in" {
					n++
				}
			}
			after = page.Next
		}
		return n == m.n
	})
}

// running are the ids of calls that are on: of those who talk to an agent, and of those who wait.
func (m *mixes) running() (talk, wait []string) {
	m.talkers = map[string]string{}
	var live struct {
		Data struct {
			Calls map[string]struct{ Data api.Brief }
		}
	}
	res, err := http.Get("http://" + m.p.web + "/api/v1/live?topics=calls")
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&live); err != nil {
		m.t.Fatal(err)
	}
	for id, c := range live.Data.Calls {
		switch {
		case c.Data.Direction != "in":
		case c.Data.Agent != "":
			talk = append(talk, id)
			m.talkers[id] = c.Data.Agent
		default:
			wait = append(wait, id)
		}
	}
	return talk, wait
}

// picksUp lets callers come until one waits, and has them picked up.
func (m *mixes) picksUp() {
	asked := m.done["pick-up"]
	eventually(m.t, "a caller who waits is picked up", func() bool {
		talk, wait := m.running()
		for _, id := range talk {
			if m.talkers[id] == picker {
				return true
			}
		}
		switch {
		case m.done["pick-up"] > asked: // the telephone rings
		case len(wait) > 0:
			m.asks("pick-up", "POST", "/api/v1/calls/"+wait[0]+"/pickup", api.Taking{Agent: picker})
		case len(talk) < 8:
			m.dials()
		}
		return false
	})
}

// step does something by chance; dials tells whether that may be a call.
func (m *mixes) step(dials bool) {
	talk, wait := m.running()
	if len(talk)+len(wait) < 5 && dials {
		m.dials()
		return
	}
	if len(talk) == 0 {
		time.Sleep(20 * time.Millisecond) // agents answer meanwhile
		return
	}
	at := "/api/v1/calls/" + talk[m.random.IntN(len(talk))]
	switch m.random.IntN(9) {
	case 0:
		if dials {
			m.dials()
		}
	case 1:
		m.asks("hold", "PUT", at+"/hold", api.Holding{On: true})
	case 2:
		m.asks("unhold", "PUT", at+"/hold", api.Holding{})
	case 3:
		m.asks("conference", "POST", at+"/parties", api.Party{Number: "053188880000"})
	case 4:
		m.asks("drop", "DELETE", at+"/parties/053188880000", nil)
	case 5:
		m.asks("transfer", "POST", at+"/transfer", api.Party{Number: "053188880001"})
	case 6:
		if len(wait) > 0 {
			at = "/api/v1/calls/" + wait[m.random.IntN(len(wait))]
			m.asks("pick-up", "POST", at+"/pickup", api.Taking{Agent: fmt.Sprintf("90%d", m.random.IntN(5))})
		}
	case 7:
		m.calls[m.random.IntN(len(m.calls))].Hangup("")
	case 8:
		select {
		case c := <-m.agents.calls:
			c.Hangup("")
		default:
		}
	}
}

// TestRandomMixesLeaveNoOrphan: callers are picked up, passed on, held, joined by others and hung up in random order,
// and the program is killed in the middle of it, again and again. Then every recorded second lies within one leg of one
// call, every file is in one row and every row has its file, and each second of an agent's day is in one row.
func TestRandomMixesLeaveNoOrphan(t *testing.T) {
	t.Parallel() // it waits more than it works
	seed := mixSeed()
	random := rand.New(rand.NewPCG(seed, 0))
	m := newMixes(t, random)
	for range mixRounds {
		m.p = run(t, m.folder)
		m.picksUp()
		for range 40 {
			m.step(true)
		}
		m.settled()
		for range random.IntN(10) {
			m.step(false)
		}
		m.p.kill(t)
		for _, c := range m.calls {
			c.Hangup("")
		}
		m.calls = nil
		for more := true; more; {
			select {
			case c := <-m.agents.calls:
				c.Hangup("")
			default:
				more = false
			}
		}
	}
	m.closed.Store(true)
	m.p = run(t, m.folder)
	t.Logf("seed %d, %d rounds, %d calls: %v", seed, mixRounds, m.n, m.done)
	var c api.RecordingCheck
	eventually(t, "all files are in the index", func() bool {
		res, err := http.Get("http://" + m.p.web + "/api/v1/recordings/check")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		c = api.RecordingCheck{}
		return json.NewDecoder(res.Body).Decode(&c) == nil && res.StatusCode == 200 && c.Files == c.Rows &&
			c.Running == 0
	})
	if len(c.Missing)+len(c.Unlisted)+len(c.Leftover) > 0 || c.Files == 0 {
		t.Errorf("the disk and the index: %+v", c)
	}
	if err := m.p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := m.p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v: %s", err, m.p.log.bytes())
	}
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(m.folder, "data", "rexian.db"),
		db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := shared{t, d}
	wavs := check(t, filepath.Join(m.folder, "data", "recordings"))
	if n := o.count(`SELECT COUNT(*) FROM recordings`); n != len(wavs) {
		t.Errorf("%d rows of %d files", n, len(wavs))
	}
	for what, query := range map[string]string{
		"files are in two rows": `SELECT COUNT(*) FROM (SELECT file FROM recordings GROUP BY file HAVING COUNT(*) > 1) x`,
		"recordings are of no call": `SELECT COUNT(*) FROM recordings r WHERE NOT EXISTS (SELECT 1 FROM calls c
			WHERE c.id = r.call_id)`,
		"recordings reach beyond the leg of their caller": `SELECT COUNT(*) FROM recordings r WHERE NOT EXISTS (
			SELECT 1 FROM call_legs l WHERE l.call_id = r.call_id AND l.leg = 0 AND l.started <= r.made_at + 50
			AND l.ended >= r.made_at + r.length - 50)`,
		"recordings of a call overlap": `SELECT COUNT(*) FROM recordings a JOIN recordings b ON a.call_id = b.call_id
			AND a.id < b.id AND a.made_at < b.made_at + b.length AND b.made_at < a.made_at + a.length`,
		"calls have no end": `SELECT COUNT(*) FROM calls WHERE ended IS NULL`,
		"legs have no end":  `SELECT COUNT(*) FROM call_legs WHERE ended IS NULL OR ended < started`,
		"talks of agents are of no call": `SELECT COUNT(*) FROM agent_segments s WHERE state = 'talk' AND NOT EXISTS (
			SELECT 1 FROM call_legs l WHERE l.call_id = s.call_id AND l.agent = s.agent)`,
	} {
		if n := o.count(query); n > 0 {
			t.Errorf("%d %s", n, what)
			var rows []string
			if err := d.Select(t.Context(), &rows,
				`SELECT agent || ' ' || state || ' ' || call_id || ' ' || began || ' ' || ended
				FROM agent_segments UNION ALL SELECT call_id || ' leg ' || leg || ' ' || kind || ' ' || COALESCE(agent, '-')
				FROM call_legs`); err != nil {
				t.Error(err)
			}
			t.Log(strings.Join(rows, "\n"))
		}
	}
	if n := o.count(`SELECT COUNT(*) FROM calls WHERE direction = 'in'`); n != m.n {
		t.Errorf("%d calls are written down, %d were placed", n, m.n)
	}
	o.whole(time.Time{})
}

// whole looks at the agents' days since a moment: nobody's rows overlap, and nothing lies between them.
func (o shared) whole(since time.Time) {
	o.t.Helper()
	var rows []struct {
		Agent string `db:"agent"`
		Began int64  `db:"began"`
		Ended int64  `db:"ended"`
		State string `db:"state"`
	}
	if err := o.d.Select(o.t.Context(), &rows,
		`SELECT agent, began, ended, state FROM agent_segments ORDER BY agent, began`); err != nil {
		o.t.Fatal(err)
	}
	for i := 1; i < len(rows); i++ {
		was, is := rows[i-1], rows[i]
		if was.Agent == is.Agent && is.Began != was.Ended && was.Ended >= since.UnixMilli() {
			o.t.Errorf("agent %s: %+v, then %+v", is.Agent, was, is)
		}
	}
	if len(rows) == 0 {
		o.t.Error("nothing is written of the agents' days")
	}
}
