//go:build nodes

package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/console/api"
	"rexian/media/sip"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// awayCentre is how large the house is and how long the database is away: REXIAN_AWAY (a minute),
// REXIAN_AWAY_AGENTS and REXIAN_AWAY_CALLERS, on both servers together.
func awayCentre(t *testing.T) (away time.Duration, agents, callers int) {
	away, agents, callers = time.Minute, 12, 20
	if s := os.Getenv("REXIAN_AWAY"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		away = d
	}
	for name, to := range map[string]*int{"REXIAN_AWAY_AGENTS": &agents, "REXIAN_AWAY_CALLERS": &callers} {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			*to = n
		}
	}
	return away, agents, callers
}

// floors are the callers of a test who call one after the other, each again when the agent has hung up.
type floors struct {
	placed, served, failed atomic.Int64
	stopped                atomic.Bool
	all                    sync.WaitGroup
}

// goes lets one caller call again and again.
func (f *floors) goes(t *testing.T, phone *peer, at, number string) {
	f.all.Go(func() {
		for !f.stopped.Load() && t.Context().Err() == nil {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			c, err := phone.Dial(ctx, sip.Outbound{To: "sip:12366@" + at, From: number})
			cancel()
			if err != nil {
				f.failed.Add(1)
				continue
			}
			f.placed.Add(1)
			select {
			case <-c.Done():
				f.served.Add(1)
			case <-t.Context().Done():
			}
		}
	})
}

// TestTheDatabaseIsAwayUnderAgents: while the database of two servers is away, both go on giving callers to agents;
// afterwards every call has its record with its agent and its end, no agent had two at once, and each second of an
// agent's day is in one row.
func TestTheDatabaseIsAwayUnderAgents(t *testing.T) {
	away, agents, most := awayCentre(t)
	pg := dbtest.StartServer(t)
	url := pg.Migrated(t, "away")
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := shared{t, d}
	at := &desks{live: map[*sip.Call]bool{}, rings: make(chan *sip.Call, 4096)}
	phones, caller := newPeer(t, func(c *sip.Call) { at.notes(c); at.rings <- c }), newPeer(t, nil)
	stop := at.answersAll()
	defer stop()
	f := &floors{}
	var nodes []*process
	for i, name := range nodeNames {
		folder := house(t, name, url, boundaryFlow)
		text := ""
		for n := range agents {
			text += fmt.Sprintf("[[phone]]\nuser = \"9%03d\"\npassword = \"secret\"\n"+
				"[[agent]]\nid = \"9%03d\"\nphone = \"9%03d\"\nskills = [\"咨询\"]\n", n, n, n)
		}
		appended(t, filepath.Join(folder, "rexian.toml"), text)
		p := run(t, folder)
		nodes = append(nodes, p)
		for n := i; n < agents; n += 2 {
			if code := phones.enters(p.sip, n); code != 200 {
				t.Fatalf("the telephone 9%03d is not registered: %d", n, code)
			}
		}
	}
	defer phones.staysIn(nodes, agents)()
	eventually(t, "each agent is the server's at which the telephone is", func() bool {
		return o.count(`SELECT COUNT(*) FROM agent_claims WHERE node <> ''`) == agents
	})
	defer func() {
		if t.Failed() {
			for i := range nodes {
				at.stands(t, nodes[i])
			}
		}
	}()
	since := time.Now() // before that the servers settle whose the agents are
	for n := range most {
		f.goes(t, caller, nodes[n%2].sip, fmt.Sprintf("139%08d", n))
	}
	eventually(t, "callers have agents", func() bool { return f.served.Load() > int64(agents) })
	pg.Kill()
	before := f.served.Load()
	time.Sleep(away) // that long the database is away: it is what is measured
	meanwhile := f.served.Load() - before
	t.Logf("while the database was away for %v %d calls of %d callers had one of %d agents", away, meanwhile, most,
		agents)
	if meanwhile < int64(agents) {
		t.Errorf("only %d calls had an agent while the database was away", meanwhile)
	}
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	after := f.served.Load()
	eventually(t, "callers have agents again", func() bool { return f.served.Load() > after+int64(agents) })
	f.stopped.Store(true)
	f.all.Wait()
	if n := f.failed.Load(); n > 0 {
		t.Errorf("%d calls were not set up", n)
	}
	calls := int(f.placed.Load())
	eventually(t, "every call is written down with its agent and its end", func() bool {
		return o.count(`SELECT COUNT(*) FROM calls WHERE direction = 'in'`) == calls &&
			o.count(`SELECT COUNT(*) FROM calls WHERE ended IS NULL OR agent IS NULL OR agent = ''`) == 0
	})
	for what, query := range map[string]string{
		"calls lack an event": `SELECT COUNT(*) FROM (SELECT call_id FROM call_events GROUP BY call_id
			HAVING MAX(seq) <> COUNT(*) OR MIN(seq) <> 1) x`,
		"calls lack the leg of the agent": `SELECT COUNT(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM call_legs l
			WHERE l.call_id = c.id AND l.agent = c.agent AND l.answered IS NOT NULL)`,
	} {
		if n := o.count(query); n > 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	o.whole(since)
	if at.most > 1 {
		t.Errorf("an agent had %d calls at once", at.most)
	}
}

// enters registers the telephone of the n-th agent.
func (p *peer) enters(at string, n int) int {
	user := fmt.Sprintf("9%03d", n)
	return p.register(at, user, "secret", "sip:"+user+"@"+p.at())
}

// staysIn registers all telephones again and again, as telephones do, until stop.
func (p *peer) staysIn(nodes []*process, agents int) (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		again := time.NewTicker(3 * time.Minute / time.Duration(agents)) // each one every three minutes
		defer again.Stop()
		for n := 0; ; n = (n + 1) % agents {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
			if code := p.enters(nodes[n%2].sip, n); code != 200 {
				p.t.Errorf("the telephone 9%03d is not registered again: %d", n, code)
			}
		}
	})
	return func() { cancel(); all.Wait() }
}

// stands tells how a server and its agents stand, for a test that has failed.
func (d *desks) stands(t *testing.T, p *process) {
	var all struct{ Agents []api.Agent }
	if res, err := http.Get("http://" + p.web + "/api/v1/agents"); err == nil {
		_ = json.NewDecoder(res.Body).Decode(&all)
		_ = res.Body.Close()
	}
	states := map[string]int{}
	for _, a := range all.Agents {
		states[a.State+" "+a.Reason]++
	}
	d.mu.Lock()
	t.Logf("%d agents: %v; the telephones have %d calls, %d ring", len(all.Agents), states, len(d.live), len(d.rings))
	d.mu.Unlock()
	log := p.log.bytes()
	t.Logf("the end of the log: %s", log[max(0, len(log)-20000):])
}

// appended adds to a file.
func appended(t *testing.T, name, text string) {
	t.Helper()
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
