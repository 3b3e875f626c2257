package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/runtime/deploy"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// nodeFlow sends each caller a text and then waits for longer than a test lasts.
const nodeFlow = `接入号 "12366" 进入 主流程
开关 公告 关闭
缺省 { 时区 "Asia/Shanghai"  当 出错 { 标记 "出错" 挂机 } }
流程 主流程 {
  播放 "第一版"
  发短信 给 来电号码 "您好" 否则 继续
  标记 "等待"
  停顿 5分钟
  停顿 5分钟
  挂机
}
`

// house is a folder that a node is started in.
func house(t *testing.T, name, url, flow string) string {
	t.Helper()
	folder := t.TempDir()
	for file, text := range map[string]string{
		filepath.Join(folder, "flows", "a.flow"): flow,
		filepath.Join(folder, "rexian.toml"): `node = "` + name + `"
[sip]
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
[recording]
calls = "none"
[database]
url = "` + url + `"
`,
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// callers place calls that wait.
type callers struct {
	t     *testing.T
	phone *handset.Telephone
	n     int
}

func (c *callers) dial(p *process, calls int) {
	c.t.Helper()
	for range calls {
		ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
		_, err := c.call(ctx, p.sip)
		cancel()
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// call places a call from a number of its own, and returns when it is answered.
func (c *callers) call(ctx context.Context, at string) (*handset.Call, error) {
	c.n++
	return c.phone.Dial(ctx, "12366@"+at, handset.CallOptions{From: c.number()})
}

// number is that of the last call.
func (c *callers) number() string { return fmt.Sprintf("138%08d", c.n) }

// shared is what staff see of the database that the nodes share.
type shared struct {
	t *testing.T
	d *db.DB
}

func (o shared) count(query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.d.Get(o.t.Context(), &n, query, args...); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// rows is everything that the database has of a node's calls, as one text.
func (o shared) rows(node string) string {
	o.t.Helper()
	const of = ` IN (SELECT id FROM calls WHERE node = ?)`
	var all []string
	for _, query := range []string{
		`SELECT CAST(c AS TEXT) FROM calls c WHERE node = ? ORDER BY id`,
		`SELECT CAST(e AS TEXT) FROM call_events e WHERE call_id` + of + ` ORDER BY call_id, seq`,
		`SELECT CAST(l AS TEXT) FROM call_legs l WHERE call_id` + of + ` ORDER BY call_id, leg`,
		`SELECT CAST(m AS TEXT) FROM milestones m WHERE call_id` + of + ` ORDER BY call_id, seq`,
		`SELECT CAST(m AS TEXT) FROM messages m WHERE call_id` + of + ` ORDER BY id`,
		`SELECT CAST(b AS TEXT) FROM callbacks b WHERE call_id` + of + ` ORDER BY id`,
	} {
		var part []string
		if err := o.d.Select(o.t.Context(), &part, query, node); err != nil {
			o.t.Fatal(err)
		}
		all = append(all, strings.Join(part, "\n"))
	}
	return strings.Join(all, "\n\n")
}

// settled waits until the calls of a node wait, their texts are sent, and nothing more is written of them.
func (o shared) settled(node string, calls int) string {
	o.t.Helper()
	eventually(o.t, "the calls of "+node+" wait and their texts are sent", func() bool {
		return o.count(`SELECT COUNT(*) FROM milestones WHERE name = '等待' AND call_id IN
			(SELECT id FROM calls WHERE node = ? AND ended IS NULL)`, node) == calls &&
			o.count(`SELECT COUNT(*) FROM messages WHERE state <> 'sent'`) == 0
	})
	last := ""
	eventually(o.t, "nothing more is written of the calls of "+node, func() bool {
		before := last
		time.Sleep(time.Second) // records are gathered for a quarter of one
		last = o.rows(node)
		return before == last
	})
	return last
}

// same says if what the database has of a node's calls has changed.
func (o shared) same(when, node, want string) {
	o.t.Helper()
	if got := o.rows(node); got != want {
		o.t.Errorf("%s: the rows of %s's calls changed\nfrom %s\nto   %s", when, node, want, got)
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // killed: that is its error
}

// TestTwoServersOnOneDatabase: starting, killing and starting anew one of two servers changes no row of the other's
// calls, which go on; a second server of a name is refused with one sentence; each text is sent once, by one of them.
func TestTwoServersOnOneDatabase(t *testing.T) {
	t.Parallel() // it waits more than it works
	pg := dbtest.StartServer(t)
	url := pg.Migrated(t, "shared")
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := shared{t, d}
	phone, err := handset.New(t.Context(), handset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	c := &callers{t: t, phone: phone}
	houseA, houseB := house(t, "甲", url, nodeFlow), house(t, "乙", url, nodeFlow)
	a := run(t, houseA)
	c.dial(a, nodeCalls)
	rowsA := o.settled("甲", nodeCalls)

	b := run(t, houseB)
	o.same("another node has started", "甲", rowsA)
	c.dial(b, nodeCalls)
	rowsB := o.settled("乙", nodeCalls)
	o.same("another node takes calls", "甲", rowsA)

	refused(t, house(t, "甲", url, nodeFlow), "“甲”的节点已经在运行")
	o.same("a second server of this name was refused", "甲", rowsA)
	o.same("a second server of another name was refused", "乙", rowsB)

	c.dial(b, nodeCalls) // killed while it sends their texts
	b.kill(t)
	o.same("another node was killed", "甲", rowsA)
	if buryNode {
		eventually(t, "the calls of the dead node have their ends", func() bool {
			return o.count(`SELECT COUNT(*) FROM calls WHERE node = '乙' AND ended IS NULL`) == 0
		})
		o.same("another node is held for dead", "甲", rowsA)
	}
	b = run(t, houseB)
	// the last of them may not have been on the disk
	eventually(t, "the killed node's calls have their ends", func() bool {
		return o.count(`SELECT COUNT(*) FROM calls WHERE node = '乙' AND ended IS NULL`) == 0 &&
			o.count(`SELECT COUNT(*) FROM calls WHERE node = '乙' AND result = 'interrupted'`) > nodeCalls
	})
	o.same("another node has started anew", "甲", rowsA)
	if n := read(t, a.web, "rexian_calls_active"); int(n) != nodeCalls {
		t.Errorf("%v calls run on the node that nothing happened to", n)
	}
	for _, p := range []*process{a, b} {
		if n := read(t, p.web, "rexian_node_held"); n != 1 {
			t.Error("a node has lost its name")
		}
	}
	once(t, o, houseA, houseB)
}

// refused starts a server that is to be refused, and looks for one sentence.
func refused(t *testing.T, folder, want string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	second := exec.Command(path, "--tongue", "zh", "serve")
	second.Dir = folder
	out, err := second.CombinedOutput()
	var exit *exec.ExitError
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if said := lines[len(lines)-1]; !strings.Contains(said, want) || !asExit(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("a second server of one name ended with %v and said %s", err, out)
	}
}

func asExit(err error, to **exec.ExitError) (ok bool) {
	*to, ok = err.(*exec.ExitError)
	return ok
}

// once looks at what both servers sent: each text of the outbox once.
func once(t *testing.T, o shared, houses ...string) {
	t.Helper()
	eventually(t, "all texts are sent, or known to be uncertain", func() bool {
		return o.count(`SELECT COUNT(*) FROM messages WHERE state NOT IN ('sent', 'sending', 'unknown')`) == 0 &&
			o.count(`SELECT COUNT(*) FROM messages WHERE state = 'sent'`) >= 2*nodeCalls
	})
	sent := map[string]int{}
	for _, h := range houses {
		b, err := os.ReadFile(filepath.Join(h, "data", "outbox", "sms.jsonl"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var m struct{ ID string }
			if json.Unmarshal(line, &m) == nil { // the last may be cut off by the kill
				sent[m.ID]++
			}
		}
	}
	for id, n := range sent {
		if n != 1 {
			t.Errorf("text %s was sent %d times", id, n)
		}
	}
	if n := o.count(`SELECT COUNT(*) FROM messages WHERE state = 'sent'`); len(sent) < n {
		t.Errorf("%d texts were sent, the outbox says %d", len(sent), n)
	}
}

// deployed is what a server says that serves.
func deployed(t *testing.T, at string) (st deploy.Status) {
	t.Helper()
	res, err := http.Get("http://" + at + "/api/v1/deployment")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&st); err != nil {
		t.Fatal(err)
	}
	return st
}

// tell sends a server's administration something, which it must take.
func tell(t *testing.T, method, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		var said bytes.Buffer
		_, _ = said.ReadFrom(res.Body)
		t.Fatalf("%s answered %d: %s", url, res.StatusCode, said.String())
	}
}

// TestADeploymentServesOnBothNodes: what is deployed, tried, promoted and rolled back on one node serves on the
// other, straight and by way of a pooler, and also on one that was not there; a node that starts while the database
// is away serves what it knew, and what was deployed there meanwhile reaches the others when the database is back.
func TestADeploymentServesOnBothNodes(t *testing.T) {
	t.Parallel() // it waits more than it works
	pg := dbtest.StartServer(t)
	url := pg.Migrated(t, "shared")
	houses := []string{house(t, "甲", url, nodeFlow),
		house(t, "乙", pg.Pooled(t, "shared", dbtest.PoolerOptions{}), nodeFlow)}
	nodes := []*process{run(t, houses[0]), run(t, houses[1])}
	version := 1
	change := func(on int) {
		t.Helper()
		version++
		text := strings.ReplaceAll(nodeFlow, "第一版", fmt.Sprintf("第%d版", version))
		if err := os.WriteFile(filepath.Join(houses[on], "flows", "a.flow"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	order := func(on int, body string) time.Time {
		t.Helper()
		tell(t, http.MethodPost, "http://"+nodes[on].web+"/api/v1/deployment", body)
		return time.Now()
	}
	agree := func(what string, since time.Time) deploy.Status {
		t.Helper()
		var a, b deploy.Status
		eventually(t, "both nodes serve the same: "+what, func() bool {
			a, b = deployed(t, nodes[0].web), deployed(t, nodes[1].web)
			return a.Stable == b.Stable && a.Canary == b.Canary && a.Percent == b.Percent
		})
		t.Logf("%s: on both nodes after %v", what, time.Since(since).Round(time.Millisecond))
		return a
	}
	first := agree("started", time.Now()).Stable
	change(0)
	second := agree("deployed on 甲", order(0, `{"action": "deploy", "by": "王"}`)).Stable
	if second == first {
		t.Fatal("what was deployed does not serve")
	}
	change(1)
	if st := agree("tried on 乙", order(1, `{"action": "canary", "percent": 30}`)); st.Canary == "" ||
		st.Percent != 30 || st.Stable != second {
		t.Errorf("%+v", st)
	}
	third := agree("promoted on 甲", order(0, `{"action": "promote"}`)).Stable
	if st := agree("rolled back on 乙", order(1, `{"action": "rollback"}`)); st.Stable != second {
		t.Errorf("rolled back from %s to %s, want %s", third, st.Stable, second)
	}
	tell(t, http.MethodPut, "http://"+nodes[0].web+"/api/v1/switches/"+"公告", `{"on": true, "by": "值班长"}`)

	// One that was not there, whose folder holds something else, serves what all serve.
	nodes[1].kill(t)
	change(0)
	order(0, `{"action": "deploy"}`)
	nodes[1] = run(t, houses[1])
	fourth := agree("killed meanwhile", time.Now()).Stable
	if fourth == second {
		t.Error("what was deployed while a node was dead does not serve")
	}

	// The database is away: each goes on with what it knows, and what is deployed is in force there alone.
	pg.Kill()
	change(0)
	order(0, `{"action": "deploy"}`)
	if st := deployed(t, nodes[0].web); st.Stable == fourth {
		t.Error("nothing can be deployed while the database is away")
	}
	if st := deployed(t, nodes[1].web); st.Stable != fourth {
		t.Error("a node does not go on with what it knows")
	}
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	if st := agree("the database was away", time.Now()); st.Stable == fourth {
		t.Error("what was deployed while the database was away is lost")
	}
	for i, p := range nodes {
		if n := read(t, p.web, "rexian_deployment_behind"); n != 0 {
			t.Errorf("node %d is behind: %s", i, p.log.bytes())
		}
	}
}
