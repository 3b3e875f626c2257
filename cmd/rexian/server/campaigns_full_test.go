//go:build campaigns

package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/stdlib/bulk"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/intake"
)

// crowd is a campaign at fifty calls a second.
const crowd = `接入号 "12366" 进入 来电
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
流程 来电 { 播放 "您好" 挂机 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 1元)
  呼叫     对象.电话 接通后 催缴电话(对象)
  并发     600路
  每秒     50通
  重拨     占线 隔 1天, 无人接听 隔 2天, 关机 隔 1天, 语音信箱 隔 1天, 传真音 隔 3天
  最多     3次
  免拨条件 纳税人.已结清(对象.税号)
}
流程 催缴电话(户: 纳税人) { 播放 "{户.名称}" 停顿 6秒 标记 "已告知" 挂机 }
`

// dialler is what a node of the campaign is told.
type dialler struct {
	Node, URL, Flows, Data, Trunk string
	Shift                         time.Duration
}

// diallerName is the environment variable with a node's dialler.
const diallerName = "REXIAN_TEST_DIALLER"

func init() { child[diallerName] = dials }

// dials is a node in a process of its own: it prints where its administration is, and serves until it is killed.
func dials(given string) int {
	var d dialler
	if err := json.Unmarshal([]byte(given), &d); err != nil {
		fmt.Println(err)
		return 1
	}
	cfg := config.Default()
	cfg.Node, cfg.Flows, cfg.Data = d.Node, d.Flows, d.Data
	cfg.Database.URL = config.Plain(d.URL)
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, "127.0.0.1:0"
	cfg.SIP.MaxCalls, cfg.Media.PortMin, cfg.Media.PortMax = 1000, 0, 0
	cfg.Campaigns.Ring = config.Duration(8 * time.Second)
	cfg.Trunks = []config.Trunk{{Name: "运营商", Server: d.Trunk, From: "12366", Allow: []string{"all"},
		Ping: config.Duration(time.Hour)}}
	s, err := server.Start(context.Background(), server.Options{Config: cfg,
		Logger: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Voice:  linetest.Noise{}, Known: linetest.Vocabulary(),
		Now: func() time.Time { return time.Now().Add(d.Shift) }})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("http://" + s.Web().String())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
	return 0
}

// diallingNode is such a process.
type diallingNode struct {
	cmd *exec.Cmd
	web string
}

func (d dialler) start(t *testing.T, log io.Writer) *diallingNode {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	n := &diallingNode{cmd: exec.Command(os.Args[0])}
	n.cmd.Env = append(os.Environ(), diallerName+"="+string(b))
	n.cmd.Stderr = log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if _, err := n.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if n.web = strings.TrimSpace(line); err != nil || !strings.HasPrefix(n.web, "http://") {
		t.Fatalf("a node does not start: %v %s", err, line)
	}
	return n
}

// kill ends the process at once, and tells what time of a processor it took.
func (n *diallingNode) kill() time.Duration {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
	if n.cmd.ProcessState == nil {
		return 0
	}
	return n.cmd.ProcessState.UserTime() + n.cmd.ProcessState.SystemTime()
}

// arrival is a call that came to the callee.
type arrival struct {
	number string
	at     int64  // by the campaign's clock
	does   string // the outcome that it stands for
	sound  bool   // that is said by sound alone
	id     string // of the attempt, by the Call-ID
	torn   string // what was wrong with how its sound went out; "" if nothing was
}

// callee is all telephones of the campaign, with a log of their own.
type callee struct {
	*carrier
	said  *rtp.Sound
	shift time.Duration
	mu    sync.Mutex
	log   []*arrival
	seen  map[string]bool
}

// calleeDoes is what a number's last digit stands for.
var calleeDoes = map[byte]string{'0': "answered", '1': "busy", '2': "vacant_number", '3': "no_answer", '4': "refused",
	'5': "no_answer", '6': "busy", '7': "fax_tone", '8': "machine", '9': "powered_off"}

// called answers one call. One in a hundred is refused by its line the first time.
func (c *callee) called(call *sip.Call) {
	number := call.Number()
	last := number[len(number)-1]
	in := &arrival{number: number, at: time.Now().Add(c.shift).UnixMilli(), does: calleeDoes[last], sound: last >= '6',
		id: call.CallID()}
	in.id, _, _ = strings.Cut(in.id, "@")
	c.mu.Lock()
	faulty := strings.HasSuffix(number, "11") && !c.seen[number]
	if c.seen[number] = true; faulty {
		in.does = "line_fault"
	}
	c.log = append(c.log, in)
	c.mu.Unlock()
	if began := time.Now(); in.sound {
		defer func() {
			torn := torn(call, time.Since(began))
			c.mu.Lock()
			in.torn = torn
			c.mu.Unlock()
		}()
	}
	switch {
	case faulty:
		call.Reject(503, "Service Unavailable")
	case last == '9':
		if call.Progress() == nil {
			said := make(chan struct{})
			call.OnEvent(func(e rtp.Event) {
				if e.Kind == rtp.Played {
					close(said)
				}
			})
			call.Stream().Play(rtp.Item{ID: 9, Clips: []rtp.Clip{{Sound: c.said}}})
			select {
			case <-call.Done():
			case <-said:
				call.Reject(480, "Temporarily Unavailable")
			}
		}
	default:
		c.answers(call, number)
	}
}

// torn says what was wrong with how a call's sound went out: a telephone of ours that stood still, as this machine may
// under all this, has said something else than it was to say.
func torn(call *sip.Call, took time.Duration) string {
	s := call.Stream().Stats()
	if s.Skipped > 0 {
		return fmt.Sprintf("%d frames were left out", s.Skipped)
	}
	if short := took - time.Duration(s.Sent)*20*time.Millisecond; short > time.Second {
		return fmt.Sprintf("%s were not sent", short.Round(10*time.Millisecond))
	}
	return ""
}

// TestACampaignIsKilled: two nodes dial a list of all kinds of telephones at fifty calls a second. Every half minute
// one of them is killed and started anew, and the database is once stopped and once killed. No telephone is called
// twice for one attempt, and the ledger is the callee's log, line by line. CAMPAIGN_TARGETS says how many there are.
func TestACampaignIsKilled(t *testing.T) {
	targets, rate := asked(t, "CAMPAIGN_TARGETS", 1000), asked(t, "CAMPAIGN_RATE", 50)
	pg := dbtest.StartServer(t)
	url := pg.Migrated(t, "campaigns")
	owing(t, url, targets)
	zone := time.FixedZone("CST", 8*3600)
	now := time.Now().In(zone)
	shift := time.Date(now.Year(), now.Month(), now.Day(), 9, 5, 0, 0, zone).Sub(now)
	c := &callee{carrier: carrierOf(t, rtp.Config{}), said: announcement(t), shift: shift, seen: map[string]bool{}}
	c.all = c.called
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(strings.Replace(crowd, "50通", strconv.Itoa(rate)+"通", 1))
	log := &diary{}
	var plans []dialler
	var nodes []*diallingNode
	for _, name := range []string{"a", "b"} {
		p := dialler{Node: name, URL: url, Flows: h.flows, Data: t.TempDir(), Trunk: c.server.Addrs()[0], Shift: shift}
		plans, nodes = append(plans, p), append(nodes, p.start(t, log))
	}
	defer func() {
		for _, n := range nodes {
			n.kill()
		}
	}()
	began, before := time.Now(), used()
	orders(t, nodes[0], "start")
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	kills, struck := 0, 0
	worked := time.Duration(0)
	for next := time.Now().Add(30 * time.Second); left(t, d, shift) > 0; time.Sleep(time.Second) {
		if time.Since(began) > time.Duration(targets)*5*time.Second/time.Duration(rate)+10*time.Minute {
			t.Fatalf("it does not end: %d left\n%s", left(t, d, shift), log)
		}
		if time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(30 * time.Second)
		i := kills % 2
		worked += nodes[i].kill()
		if kills++; struck < 2 && kills%2 == 0 {
			if struck++; struck == 1 {
				pg.Shutdown()
			} else {
				pg.Kill()
			}
			time.Sleep(2 * time.Second)
			if err := pg.Start(); err != nil {
				t.Fatal(err)
			}
		}
		nodes[i] = plans[i].start(t, log)
	}
	took := time.Since(began)
	t.Logf("%d targets, %d calls in %s, %.1f a second; %d nodes killed, the database struck %d times", targets,
		len(c.log), took.Round(time.Second), float64(len(c.log))/took.Seconds(), kills, struck)
	t.Logf("calls within a second: %v", c.pace())
	c.balance(t, d, nodes[0])
	for _, n := range nodes {
		worked += n.kill()
	}
	calls := float64(len(c.log))
	t.Logf("the nodes took %s of a processor, %.1f ms for each call; the callee %.1f ms", worked.Round(time.Second),
		float64(worked.Milliseconds())/calls, float64((used()-before).Milliseconds())/calls)
}

// pace is how many calls came within a second: in how many seconds there were so many.
func (c *callee) pace() (seconds map[int]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := map[int64]int{}
	for _, in := range c.log {
		by[in.at/1000]++
	}
	seconds = map[int]int{}
	for _, n := range by {
		seconds[n]++
	}
	return seconds
}

// asked is a number of the environment.
func asked(t *testing.T, name string, usual int) int {
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q", name, s)
	}
	return n
}

// used is the time of processors that this program took.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// owing puts taxpayers with debts into the database.
func owing(t *testing.T, url string, n int) {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var firms, numbers, phones, arrears [][]any
	for i := range n {
		id, phone := firm(i), fmt.Sprintf("139%08d", i)
		firms = append(firms, []any{id, "公司", "", "", phone, 0})
		numbers = append(numbers, []any{id, intake.Keyed(id), id})
		phones = append(phones, []any{phone, id})
		arrears = append(arrears, []any{id, 24312, "增值税", 100000, 0, 19000})
	}
	for _, x := range []struct {
		into string
		rows [][]any
	}{
		{`INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at)`, firms},
		{`INSERT INTO taxpayer_numbers (number, keyed, tax_id)`, numbers},
		{`INSERT INTO taxpayer_phones (phone, tax_id)`, phones},
		{`INSERT INTO arrears (tax_id, period, tax, amount, paid, due)`, arrears},
	} {
		if err := bulk.Insert(t.Context(), d, x.into, "", x.rows); err != nil {
			t.Fatal(err)
		}
	}
	d.Learn(t.Context(), "taxpayers", "taxpayer_numbers", "taxpayer_phones", "arrears")
}

// announcement is a carrier's, in a voice that no reference is of.
func announcement(t *testing.T) *rtp.Sound {
	t.Helper()
	b, err := os.ReadFile("../../../media/announce/testdata/powered_off.m3.al")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, slices.Repeat([]byte{0xd5}, 8000)...)
	return &rtp.Sound{ALaw: b, ULaw: audio.PCMU.Encode(nil, audio.PCMA.Decode(nil, b))}
}

func orders(t *testing.T, n *diallingNode, do string) (c api.Campaign) {
	t.Helper()
	var r *http.Response
	var err error
	if do == "" {
		r, err = http.Get(n.web + "/api/v1/campaigns/催缴")
	} else {
		r, err = http.Post(n.web+"/api/v1/campaigns/催缴", "application/json", strings.NewReader(`{"do": "`+do+`"}`))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 || json.Unmarshal(b, &c) != nil {
		t.Fatalf("%d %s, %v", r.StatusCode, b, err)
	}
	return c
}

// left is how many targets are to be called within an hour, or are being called, a hundred for more than that; 1 while
// that cannot be asked.
func left(t *testing.T, d *db.DB, shift time.Duration) (n int) {
	t.Helper()
	if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM (SELECT 1 FROM campaign_targets
		WHERE state IN ('claimed', 'dialing', 'closing') OR state = 'waiting' AND due_at < ? LIMIT 100) AS first`,
		time.Now().Add(shift+time.Hour).UnixMilli()); err != nil {
		return 1
	}
	return n
}

// ledgerLine is an attempt.
type ledgerLine struct {
	Call    string `db:"call_id"`
	Number  string `db:"number"`
	Begun   int64  `db:"begun_at"`
	Ended   int64  `db:"ended_at"`
	Outcome string `db:"outcome"`
}

// patient is by how much the callee may take up a call late and still do what it does before the caller gives up.
const patient = 3 * time.Second

// balance joins the ledger with the callee's log by the Call-IDs, which name their attempts: each call is one of an
// attempt that was written down before it came, no attempt has two, and it ended as the ledger says; every attempt of
// which the end is known has its call.
func (c *callee) balance(t *testing.T, d *db.DB, n *diallingNode) {
	t.Helper()
	var ledger []ledgerLine
	if err := d.Select(t.Context(), &ledger, `SELECT call_id, number, begun_at, ended_at, outcome FROM campaign_attempts
		ORDER BY number, attempt`); err != nil {
		t.Fatal(err)
	}
	calls := c.byAttempt(t)
	tally, heard := map[string]int64{}, map[string]int{}
	cut, silent, late, slow, sounds, excused := 0, 0, 0, 0, 0, 0
	for _, a := range ledger {
		tally[a.Outcome]++
		in, came := calls[a.Call]
		delete(calls, a.Call)
		switch {
		case !came:
			if silent++; a.Outcome != "unknown" && a.Outcome != "not_placed" {
				t.Errorf("no call came for %+v", a)
			}
			continue
		case in.number != a.Number || in.at < a.Begun:
			t.Errorf("%+v came for %+v", in, a)
		}
		if in.at > a.Ended {
			late++
		}
		switch {
		case in.at-a.Begun > patient.Milliseconds():
			slow++
		case a.Outcome == "unknown":
			cut++
		case in.sound:
			sounds++
			if in.torn != "" {
				excused++
				if testing.Verbose() && excused <= 20 {
					t.Logf("torn: %s of %s, heard as %s", in.torn, in.does, a.Outcome)
				}
			} else if a.Outcome != in.does {
				heard[in.does+" as "+a.Outcome]++
				t.Errorf("a call to %s ended in %s by its sound, the ledger says %s", in.number, in.does, a.Outcome)
			}
		case a.Outcome != in.does:
			t.Errorf("a call to %s ended in %s, the ledger says %s", in.number, in.does, a.Outcome)
		}
	}
	for id, in := range calls {
		t.Errorf("%s belongs to no attempt: %+v", id, in)
	}
	t.Logf("%d attempts: %v; %d cut off, %d without a call; the callee took up %d only when they had "+
		"ended, and %d more than %s late; of %d sounds %d went out torn, of the others misheard: %v", len(ledger),
		tally, cut, silent, late, slow, patient, sounds, excused, heard)
	c.figures(t, d, n, tally)
}

// figures compares what the campaign says of itself with its ledger.
func (c *callee) figures(t *testing.T, d *db.DB, n *diallingNode, tally map[string]int64) {
	t.Helper()
	now := orders(t, n, "")
	for outcome, want := range tally {
		if now.Attempts[outcome] != want {
			t.Errorf("the campaign says %d %s, the ledger has %d", now.Attempts[outcome], outcome, want)
		}
	}
	if now.Live != 0 || now.Reached != tally["answered"] {
		t.Errorf("%d on, %d reached of %d answered", now.Live, now.Reached, tally["answered"])
	}
	var held int
	if err := d.Get(t.Context(), &held, `SELECT COUNT(*) FROM dialled_numbers WHERE holder <> ''`); err != nil ||
		held > 0 {
		t.Errorf("%d numbers are held for ever, %v", held, err)
	}
}

// byAttempt is the log by the attempts that the calls are of. Two calls of one are a fault.
func (c *callee) byAttempt(t *testing.T) map[string]*arrival {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := map[string]*arrival{}
	for _, in := range c.log {
		if first, twice := calls[in.id]; twice {
			t.Errorf("an attempt calls twice: %+v and %+v", first, in)
		}
		calls[in.id] = in
	}
	return calls
}
