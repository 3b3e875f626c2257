package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/guard"
	"rexian/stdlib"
	"rexian/stdlib/demo"
	"rexian/stdlib/filter"
	"rexian/stdlib/taxpayer"
)

const dunning = `接入号 "12366" 进入 来电
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
流程 来电 { 播放 "您好" 挂机 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 1元)
  呼叫     对象.电话 接通后 催缴电话(对象)
  并发     4路
  每秒     50通
  重拨     占线 隔 1天, 无人接听 隔 2天
  最多     2次
  免拨条件 纳税人.已结清(对象.税号)
  未接通   发短信 给 对象.电话 "{对象.名称}，请与我们联系"
}
流程 催缴电话(户: 纳税人) { 播放 "{户.名称}" 标记 "已告知" 挂机 }
`

// carrier is a trunk's other side: what becomes of a call is told by the last digit of its number.
type carrier struct {
	mu     sync.Mutex
	calls  map[string]int
	all    func(*sip.Call) // does all calls instead; nil
	server *sip.Server
}

func newCarrier(t *testing.T) *carrier { return carrierOf(t, rtp.Config{Portable: true}) }

// carrierOf is a carrier whose sound goes out by such an engine. It knows its customers: an INVITE that one of them
// repeats is no second call.
func carrierOf(t *testing.T, media rtp.Config) *carrier {
	t.Helper()
	media.Listen = netip.MustParseAddr("127.0.0.1")
	e, err := rtp.New(media)
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(guard.Config{Allow: guard.NewPrefixes(netip.MustParsePrefix("127.0.0.0/8"))})
	if err != nil {
		t.Fatal(err)
	}
	c := &carrier{calls: map[string]int{}}
	c.server, err = sip.Listen(t.Context(), sip.Config{Listen: []string{"udp://127.0.0.1:0"}, Media: e, Guard: g,
		Logger: slog.New(slog.DiscardHandler), OnCall: c.called})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		c.server.Shutdown(ctx)
		e.Close()
	})
	return c
}

func (c *carrier) called(call *sip.Call) {
	number := call.Number()
	c.mu.Lock()
	c.calls[number]++
	all := c.all
	c.mu.Unlock()
	if all != nil {
		all(call)
		return
	}
	c.answers(call, number)
}

// answers does what the number says.
func (c *carrier) answers(call *sip.Call, number string) {
	switch number[len(number)-1] {
	case '1':
		call.Reject(486, "Busy Here")
	case '2':
		call.Reject(404, "Not Found")
	case '3':
		call.Reject(480, "Temporarily Unavailable")
	case '4':
		call.Reject(603, "Decline")
	case '5':
		_ = call.Ring()
		<-call.Done()
	case '6': // a busy tone before the answer, without a word in the signalling
		if call.Progress() == nil {
			plays(call, 12, []float64{450}, 350*time.Millisecond, 350*time.Millisecond) // as long as one listens
			<-call.Done()
		}
	case '7': // a fax machine
		if call.Answer(context.Background()) == nil {
			plays(call, 1, []float64{2100}, 3*time.Second, 0)
			<-call.Done()
		}
	case '8': // one that takes messages
		if call.Answer(context.Background()) == nil {
			plays(call, 1, []float64{1000}, 500*time.Millisecond, 2*time.Second)
			<-call.Done()
		}
	default:
		if call.Answer(context.Background()) == nil {
			<-call.Done()
		}
	}
}

// plays lets a call send a tone with pauses.
func plays(call *sip.Call, times int, hz []float64, on, off time.Duration) {
	pcm := audio.Tone(hz, -12, on)
	tone := &rtp.Sound{ALaw: audio.PCMA.Encode(nil, pcm), ULaw: audio.PCMU.Encode(nil, pcm)}
	var clips []rtp.Clip
	for range times {
		clips = append(clips, rtp.Clip{Sound: tone},
			rtp.Clip{Silence: off})
	}
	call.Stream().Play(rtp.Item{ID: 1, Clips: clips})
}

func (c *carrier) count() (calls, numbers int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.calls {
		calls += n
	}
	return calls, len(c.calls)
}

// firm is the taxpayer number of a company.
func firm(i int) string { return demo.Checked("91370100", fmt.Sprintf("%08d", i)) }

// debtors puts taxpayers with debts into the database of a data folder.
func debtors(t *testing.T, data string, phones ...string) {
	t.Helper()
	l, err := stdlib.Open(t.Context(), stdlib.Options{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i, p := range phones {
		id := firm(i)
		if err := l.Slices().Taxpayers.Put(t.Context(), taxpayer.Taxpayer{ID: id, Name: "公司" + fmt.Sprint(i), Phone: p},
			"",
			time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := l.DB().Exec(t.Context(), `INSERT INTO arrears (tax_id, period, tax, amount, paid, due)
			VALUES (?, 24312, '增值税', ?, 0, 19000)`, id, 100000-i); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Slices().Filter.Add(t.Context(), filter.Entry{List: "免拨名单", Pattern: "13900009999"}, 0,
		time.Now()); err != nil {
		t.Fatal(err)
	}
}

// calling is a server that dials over a trunk, at ten in the morning.
func calling(t *testing.T, c *carrier, flows, data string, ring time.Duration) *hotline {
	t.Helper()
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(flows)
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, data
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Campaigns.Ring = config.Duration(ring)
	cfg.Trunks = []config.Trunk{{Name: "运营商", Server: c.server.Addrs()[0], From: "12366", Allow: []string{"all"},
		Ping: config.Duration(time.Hour)}}
	zone := time.FixedZone("CST", 8*3600)
	now := time.Now().In(zone)
	shift := time.Date(now.Year(), now.Month(), now.Day(), 10, 0, 0, 0, zone).Sub(now)
	s, err := server.Start(t.Context(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler),
		Voice: linetest.Noise{}, Known: linetest.Vocabulary(), Now: func() time.Time { return time.Now().Add(shift) }})
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	return h
}

// campaign asks for a campaign or orders something of it.
func (h *hotline) campaign(order string) (c api.Campaign) {
	h.t.Helper()
	method, body := "GET", ""
	if order != "" {
		method, body = "POST", `{"do": "`+order+`", "by": "test"}`
	}
	status, answer := h.ask(method, "/api/v1/campaigns/催缴", body, nil)
	if status != 200 {
		h.t.Fatalf("%s: %d %s", order, status, answer)
	}
	if err := json.Unmarshal([]byte(answer), &c); err != nil {
		h.t.Fatal(err)
	}
	return c
}

// waits looks at the campaign until it is as wanted.
func (h *hotline) waits(what string, ok func(api.Campaign) bool) api.Campaign {
	h.t.Helper()
	var c api.Campaign
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c = h.campaign(""); ok(c) {
			return c
		}
	}
	h.t.Fatalf("%s does not come: %+v", what, c)
	return c
}

// TestACampaignDials lets a campaign call telephones that answer, are busy, refuse, are silent or not there.
func TestACampaignDials(t *testing.T) {
	c := newCarrier(t)
	data := t.TempDir()
	debtors(t, data, "13900000000", "13900000001", "13900000002", "13900000003", "13900000004", "13900000005",
		"13900000019", "13900009999", "", "13900000010")
	h := calling(t, c, dunning, data, time.Second)
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	status, answer := h.ask("GET", "/api/v1/campaigns/催缴/preflight", "", nil)
	var p api.Preflight
	if err := json.Unmarshal([]byte(answer), &p); err != nil || status != 200 || p.Listed != 10 || p.Kept != 8 ||
		p.Dropped["do_not_call"] != 1 || p.Dropped["no_number"] != 1 || p.Ends.Likely == 0 {
		t.Errorf("preflight: %d %s, %v", status, answer, err)
	}
	if n, _ := c.count(); n != 0 {
		t.Fatal("a preflight calls")
	}
	h.campaign("start")
	if status, _ := h.ask("POST", "/api/v1/campaigns/催缴", `{"do": "start"}`, nil); status != 409 {
		t.Errorf("a second start: %d", status)
	}
	now := h.waits("the end of all calls", func(c api.Campaign) bool {
		return c.Live == 0 && c.States["claimed"]+c.States["closing"] == 0 && c.Reached == 3 && c.States["over"] == 2 &&
			c.States["waiting"] == 3
	})
	// busy and silent ones wait for a day or two, those who refuse or are not there are over, three were reached
	for outcome, want := range map[string]int64{"answered": 3, "busy": 1, "vacant_number": 1, "no_answer": 2,
		"refused": 1} {
		if now.Attempts[outcome] != want {
			t.Errorf("%d attempts ended in %s, want %d: %v", now.Attempts[outcome], outcome, want, now.Attempts)
		}
	}
	if calls, numbers := c.count(); calls != 8 || numbers != 8 || c.calls["13900009999"] != 0 {
		t.Errorf("%d calls to %d numbers came: %v", calls, numbers, c.calls)
	}
	_, answer = h.ask("GET", "/api/v1/live?topics=campaigns", "", nil)
	var live api.LiveSnapshot
	var shown api.Campaign
	if err := json.Unmarshal([]byte(answer), &live); err != nil || json.Unmarshal(live.Data["campaigns"]["催缴"].Data,
		&shown) != nil || shown.Reached != 3 || shown.Attempts["answered"] != 3 || shown.Targets != 8 {
		t.Errorf("live: %s, %v", answer, err)
	}
	_, answer = h.ask("GET", "/api/v1/campaigns/催缴/attempts", "", nil)
	var list struct{ Attempts []api.Attempt }
	if err := json.Unmarshal([]byte(answer), &list); err != nil || len(list.Attempts) != 8 ||
		strings.Contains(answer, "13900000001") {
		t.Errorf("attempts: %s, %v", answer, err)
	}
	_, answer = h.ask("GET", "/api/v1/calls/"+list.Attempts[0].Call, "", nil)
	if !strings.Contains(answer, `"direction":"out"`) || !strings.Contains(answer, `"flow":"催缴电话"`) {
		t.Errorf("the record of the call: %s", answer)
	}
	texts := func() string {
		b, _ := os.ReadFile(filepath.Join(data, "outbox", "sms.jsonl"))
		return string(b)
	}
	for end := time.Now().Add(20 * time.Second); strings.Count(texts(), "请与我们联系") < 2; time.Sleep(50 *
		time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("those who were given up are not told: %s", texts())
		}
	}
	h.followsUp()
}

// followsUp lets people follow up whom the campaign gave up.
func (h *hotline) followsUp() {
	h.t.Helper()
	ask := func(method, path, body string, want int, has string) (id string) {
		h.t.Helper()
		status, answer := h.ask(method, "/api/v1/follow-ups"+path, body, nil)
		if status != want || !strings.Contains(answer, has) {
			h.t.Errorf("%s %s: %d %s", method, path, status, answer)
		}
		if _, rest, ok := strings.Cut(answer, `"id":"`); ok {
			id, _, _ = strings.Cut(rest, `"`)
		}
		return id
	}
	const share = `{"campaign": "催缴", "to": ["张三", "李四"], "by": "主管"}`
	ask("POST", "", share, 200, `"made":2`)
	ask("POST", "", share, 200, `"made":0`)
	ask("POST", "", `{"campaign": "催缴", "tickets": true, "to": ["张三"], "by": "主管"}`, 422, "")
	ask("POST", "", `{"campaign": "催缴", "to": [], "by": "主管"}`, 422, "nobody")
	ask("POST", "", `{"campaign": "催交", "to": ["张三"], "by": "主管"}`, 404, "no campaign")
	first := ask("GET", "?limit=1", "", 200, `"next":"`)
	_, page := h.ask("GET", "/api/v1/follow-ups?limit=1", "", nil)
	_, next, _ := strings.Cut(page, `"next":"`)
	next, _, _ = strings.Cut(next, `"`)
	if second := ask("GET", "?limit=1&after="+next, "", 200, `"follow_ups":[{`); second == first || second == "" {
		h.t.Errorf("after %s comes %s", first, second)
	}
	ask("GET", "?after=nothing", "", 422, "begin anew")
	id := ask("GET", "?of=张三", "", 200, `"assignee":"张三"`)
	ask("GET", "/"+id, "", 200, `"phone":"1390000000`)
	ask("POST", "/"+id, `{"do": "hand", "to": "王五", "note": "下乡", "by": "张三"}`, 200, `"note":"下乡"`)
	ask("GET", "?of=王五", "", 200, id)
	ask("POST", "/"+id, `{"do": "done", "note": "已缴", "by": "王五"}`, 200, `"state":"done"`)
	ask("POST", "/"+id, `{"do": "hand", "to": "张三", "by": "王五"}`, 409, "changed by another")
	ask("GET", "/none", "", 404, "no follow-up")
}

// TestTonesDecide runs alone, as all do that listen for tones: they must come in time to be heard. It lets a campaign
// call telephones whose signalling says nothing of what they are: a busy tone before the answer, a fax machine, a
// machine that takes messages.
func TestTonesDecide(t *testing.T) {
	c := newCarrier(t)
	data := t.TempDir()
	debtors(t, data, "13900000006", "13900000007", "13900000008", "13900000000")
	src := strings.Replace(dunning, "重拨     占线 隔 1天", "重拨     占线 隔 1天, 语音信箱 隔 1天, 传真音 隔 3天", 1)
	src = strings.Replace(src, `播放 "{户.名称}" 标记 "已告知"`, `播放 "{户.名称}" 停顿 6秒 标记 "已告知"`, 1)
	h := calling(t, c, src, data, 30*time.Second)
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	h.campaign("start")
	now := h.waits("the end of all calls", func(c api.Campaign) bool {
		return c.Live == 0 && c.Reached == 1 && c.States["waiting"] == 3
	})
	for outcome, want := range map[string]int64{"answered": 1, "busy": 1, "fax_tone": 1, "machine": 1} {
		if now.Attempts[outcome] != want {
			t.Errorf("%d attempts ended in %s, want %d: %v", now.Attempts[outcome], outcome, want, now.Attempts)
		}
	}
}
