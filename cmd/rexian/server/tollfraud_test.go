package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/validate"
)

const officeFlow = `接入号 "12366" 进入 找座席
接入号 "12367" 进入 转出去
接入号 "12368" 进入 转分机
接入号 "12369" 进入 念通知
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
队列 咨询 { 技能组 "咨询"  分配 最长空闲  振铃 5秒 }
流程 找座席 { 播放 "请稍候" 排队 咨询 否则 挂机 挂机 }
流程 转出去 { 播放 "请稍候" 转接 "053188880000" 否则 { 当 运营商拦截 { 播放 "不行" 挂机 } 否则 { 播放 "没接通" 挂机 } } }
流程 转分机 { 播放 "请稍候" 转接 电话1001 否则 { 播放 "没接通" 挂机 } }
流程 念通知 { 转到 听通知 }
菜单 听通知 { 播放 "本机只念通知，挂机请按1" 按 1 "挂机" { 挂机 } 等待 60秒 最多 3次 否则 { 挂机 } }
参数 电话1001: 电话 = "13700000000"
`

// peer is a far side: a telephone, a carrier, or a stranger. It notes the numbers that it is called for.
type peer struct {
	*sip.Server
	t      *testing.T
	mu     sync.Mutex
	called []string
	calls  chan *sip.Call
	answer func(*sip.Call) // nil: 486
}

func newPeer(t *testing.T, answer func(*sip.Call)) *peer {
	t.Helper()
	return newPeerAt(t, "127.0.0.1", answer)
}

func newPeerAt(t *testing.T, host string, answer func(*sip.Call)) *peer {
	t.Helper()
	p := &peer{t: t, calls: make(chan *sip.Call, 16), answer: answer}
	engine, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr(host), Portable: true})
	if err != nil {
		t.Fatal(err)
	}
	p.Server, err = sip.Listen(t.Context(),
		sip.Config{Listen: []string{"udp://" + host + ":0"}, Media: engine, MediaTimeout: -1,
			Logger: slog.New(slog.DiscardHandler), OnCall: func(c *sip.Call) {
				p.mu.Lock()
				p.called = append(p.called, c.Number())
				p.mu.Unlock()
				if p.answer == nil {
					c.Reject(486, "Busy Here")
					return
				}
				p.answer(c)
				select {
				case p.calls <- c:
				default:
				}
			}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		_ = p.Shutdown(ctx)
		_ = engine.Close()
	})
	return p
}

// at is where it listens: host:port.
func (p *peer) at() string { return strings.TrimPrefix(p.Addrs()[0], "udp://") }

func (p *peer) numbers() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.called, " ")
}

// register logs a telephone in and gives the final status.
func (p *peer) register(to, user, password, contact string, headers ...string) int {
	p.t.Helper()
	return register(p.t, p.Send, to, user, password, contact, headers...)
}

// registered counts the requests: a telephone that registers again has a higher number.
var registered atomic.Uint32

// register logs a telephone in over whatever sends its requests.
func register(t *testing.T, send func(context.Context, *sip.Request) (*sip.Response, error), to, user, password,
	contact string, headers ...string) int {
	t.Helper()
	login := digest.Client{User: user, Secret: digest.NewSecret(password)}
	request := func() *sip.Request {
		var target, us, there wire.Uri
		for text, u := range map[string]*wire.Uri{"sip:" + to: &target, "sip:" + user + "@" + to: &us,
			contact: &there} {
			if err := wire.ParseUri(text, u); err != nil {
				t.Fatal(err)
			}
		}
		req := wire.NewRequest(wire.REGISTER, target)
		req.SetTransport("UDP")
		req.SetDestination(to)
		id := wire.CallIDHeader(user + contact)
		req.AppendHeader(&id)
		req.AppendHeader(&wire.FromHeader{Address: us, Params: wire.HeaderParams{{K: "tag", V: "1"}}})
		req.AppendHeader(&wire.ToHeader{Address: us, Params: wire.NewParams()})
		req.AppendHeader(&wire.ContactHeader{Address: there})
		req.AppendHeader(&wire.CSeqHeader{SeqNo: registered.Add(1), MethodName: wire.REGISTER})
		for _, h := range headers {
			k, v, _ := strings.Cut(h, ": ")
			req.AppendHeader(wire.NewHeader(k, v))
		}
		return req
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	res, err := send(ctx, request())
	if err == nil && res.StatusCode == 401 {
		req := request()
		if err = login.Answer(req, res); err == nil {
			res, err = send(ctx, req)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

// mover is a bare socket that answers each INVITE with 302 to where it is told.
type mover struct {
	net.PacketConn
	t       *testing.T
	mu      sync.Mutex
	called  []string
	said    []string // texts of MESSAGE requests
	target  string
	answers chan *sip.Response
}

func newMover(t *testing.T) *mover {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	m := &mover{PacketConn: conn, t: t, answers: make(chan *sip.Response, 16)}
	go m.serve()
	return m
}

func (m *mover) serve() {
	buf, seen := make([]byte, 65536), map[string]bool{}
	for {
		n, from, err := m.ReadFrom(buf)
		if err != nil {
			return
		}
		msg, err := validate.NewParser().ParseSIP(buf[:n])
		if err != nil {
			continue
		}
		if res, ok := msg.(*sip.Response); ok {
			m.answers <- res
			continue
		}
		req := msg.(*sip.Request)
		if req.IsAck() {
			continue
		}
		status, reason := 200, "OK"
		if req.IsInvite() {
			status, reason = 302, "Moved"
		}
		res := wire.NewResponseFromRequest(req, status, reason, nil)
		m.mu.Lock()
		if branch := req.Via().Value(); req.IsInvite() && !seen[branch] {
			seen[branch] = true
			m.called = append(m.called, req.Recipient.User)
		}
		if req.IsInvite() {
			res.AppendHeader(wire.NewHeader("Contact", "<"+m.target+">"))
		}
		if req.Method == wire.MESSAGE {
			m.said = append(m.said, string(req.Body()))
		}
		m.mu.Unlock()
		_, _ = m.WriteTo([]byte(res.String()), from)
	}
}

// Send sends a request and waits for its answer.
func (m *mover) Send(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	req.PrependHeader(wire.NewHeader("Via",
		fmt.Sprintf("SIP/2.0/UDP %s;rport;branch=z9hG4bK%d", m.LocalAddr(), req.CSeq().SeqNo)))
	req.AppendHeader(wire.NewHeader("Max-Forwards", "70"))
	req.SetBody(nil)
	to, err := net.ResolveUDPAddr("udp", req.Destination())
	if err != nil {
		return nil, err
	}
	if _, err := m.WriteTo([]byte(req.String()), to); err != nil {
		return nil, err
	}
	select {
	case res := <-m.answers:
		return res, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *mover) texts() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.said)
}

func (m *mover) at() string { return m.LocalAddr().String() }

func (m *mover) set(target string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.target = target
}

func (m *mover) numbers() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.called, " ")
}

func answers(c *sip.Call) { _ = c.Answer(context.Background()) }

// office is a hotline with an agent at a telephone, a carrier, and a caller.
type office struct {
	*server.Server
	t                      *testing.T
	to                     string
	phone, carrier, caller *peer
	colleague              *peer // of newDesks
	log                    *diary
	register               func(user, contact string, headers ...string) int
}

func newOffice(t *testing.T, change func(*config.Config, *office)) *office {
	t.Helper()
	o := &office{t: t, log: &diary{}, phone: newPeer(t, answers), carrier: newPeer(t, nil),
		caller: newPeer(t, nil)}
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(officeFlow)
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, t.TempDir()
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Recording.Calls = "none"
	cfg.Guard.Trusted = []string{"127.0.0.0/8"}
	cfg.Trunks = []config.Trunk{{Name: "carrier", Server: "udp://" + o.carrier.at(), From: "053112366",
		Form: "dialled"}}
	cfg.Phones = []config.Phone{{User: "1001", Password: config.Plain("secret")},
		{User: "13700000000", Password: config.Plain("secret")}}
	cfg.Agents = []config.Agent{{ID: "a", Phone: "1001", Skills: []string{"咨询"}}}
	if change != nil {
		change(cfg, o)
	}
	var err error
	o.Server, err = server.Start(t.Context(),
		server.Options{Config: cfg, Voice: linetest.Noise{}, Known: linetest.Vocabulary(),
			Logger: slog.New(slog.NewTextHandler(o.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	o.to = strings.TrimPrefix(o.Addrs()[0], "udp://")
	o.register = func(user, contact string, headers ...string) int {
		return o.phone.register(o.to, user, "secret", contact, headers...)
	}
	return o
}

// call has the caller call a number of the hotline.
func (o *office) call(number string) *sip.Call {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	c, err := o.caller.Dial(ctx, sip.Outbound{To: "sip:" + number + "@" + o.to, From: "13800138000"})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { c.Hangup("") })
	return c
}

// barred is how often calls were barred for a reason, as the metrics say.
func (o *office) barred(reason string) string {
	o.t.Helper()
	return o.figure(fmt.Sprintf("rexian_calls_barred_total{reason=%q}", reason))
}

// figure is a value of the metrics; "0" if it is not there.
func (o *office) figure(name string) string {
	o.t.Helper()
	res, err := http.Get("http://" + o.Web().String() + "/metrics")
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return v
		}
	}
	return "0"
}

// A telephone that knows its password must not get us to call abroad, or to send requests where it likes: not by the
// contact that it registers, and not by Path.
func TestNoTollFraudByRegistering(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	const abroad = "0085288888888"
	stranger := newPeer(t, answers)
	for _, c := range []struct {
		what, contact string
		headers       []string
		status        int
	}{
		{"a contact at the trunk", "sip:" + abroad + "@" + o.carrier.at(), nil, 403},
		{"a path over the trunk", "sip:1001@" + o.phone.at(),
			[]string{"Path: <sip:" + o.carrier.at() + ";lr>", "Supported: path"}, 403},
		{"a path over a stranger", "sip:1001@" + o.phone.at(),
			[]string{"Path: <sip:" + stranger.at() + ";lr>", "Supported: path"}, 403},
		{"a contact that a name server would have to find",
			"sip:" + abroad + "@localhost:" + o.carrier.at()[strings.LastIndex(o.carrier.at(), ":")+1:], nil, 200},
	} {
		if got := o.register("1001", c.contact, c.headers...); got != c.status {
			t.Errorf("%s: %d, want %d", c.what, got, c.status)
		}
	}
	in := o.call("12366")
	select {
	case c := <-o.phone.calls: // where its REGISTER came from, whatever it wrote
		c.Hangup("")
	case <-time.After(20 * time.Second):
		t.Error("the telephone was not called where it is")
	}
	in.Hangup("")
	if got := o.carrier.numbers() + stranger.numbers(); got != "" {
		t.Errorf("called: %s", got)
	}
	if got := o.barred("registration_path_of_a_stranger") + " " +
		o.barred("registration_contact_at_a_trunk"); got != "2 1" {
		t.Errorf("figures: %s", got)
	}
}

// An agent who passes a caller on (REFER) reaches telephones and what the trunk lets out, and nothing else.
func TestNoTollFraudByRefer(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	stranger := newPeer(t, answers)
	if got := o.register("1001", "sip:1001@"+o.phone.at()); got != 200 {
		t.Fatal(got)
	}
	o.call("12366")
	var agent *sip.Call
	select {
	case agent = <-o.phone.calls:
	case <-time.After(20 * time.Second):
		t.Fatal("the agent was not called")
	}
	eventually(t, "the agent hears the caller", func() bool { return agent.Stream().Stats().Received > 0 })
	for _, c := range []struct {
		target string
		status int
		reason string
	}{
		{"sip:0085288888888@" + o.carrier.at(), 403, "abroad"},
		{"sip:anything@" + stranger.at(), 403, "foreign_address"},
		{"sip:1001@" + stranger.at(), 403, "foreign_address"},
		{"tel:+85266666666", 403, "abroad"},
		{"sip:0085255555555@" + o.to, 403, "abroad"},
		{"sip:8001@" + o.to, 403, "no_number"},
		{"sip:13700000000@" + o.to, 480, ""}, // a telephone that is away; it is no number for the trunk
		{"sip:053188880000@" + o.to, 486, ""},
		{"tel:+86-531-8888-0001", 486, ""},
	} {
		before := o.barred(c.reason)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := agent.Refer(ctx, c.target, nil)
		cancel()
		if got := fmt.Sprint(err); !strings.Contains(got, fmt.Sprint(c.status)) {
			t.Errorf("%s: %s, want %d", c.target, got, c.status)
		}
		if c.reason != "" && o.barred(c.reason) == before {
			t.Errorf("%s: %q is not counted", c.target, c.reason)
		}
	}
	if got := o.carrier.numbers(); got != "053188880000 +8653188880001" {
		t.Errorf("the trunk was asked for %q", got)
	}
	if got := stranger.numbers(); got != "" {
		t.Errorf("a stranger was called for %q", got)
	}
	if n := strings.Count(o.log.String(), "a call is not let out"); n != 6 {
		t.Errorf("%d lines in the log, want one for each that is refused", n)
	}
	if s := o.log.String(); strings.Contains(s, "85288888888") || strings.Contains(s, "85266666666") {
		t.Error("the log shows numbers")
	}
}

// A carrier that sends a call on (302) does not make us call abroad; a telephone that does is not followed at all.
func TestNoTollFraudByRedirection(t *testing.T) {
	t.Parallel()
	carrier, phone := newMover(t), newMover(t)
	o := newOffice(t, func(c *config.Config, _ *office) { c.Trunks[0].Server = "udp://" + carrier.at() })
	carrier.set("sip:0085288888888@" + carrier.at())
	within(t, o.call("12367"))
	if got := carrier.numbers(); got != "053188880000" {
		t.Errorf("the trunk was asked for %q", got)
	}
	if got := o.barred("redirection"); got != "1" {
		t.Errorf("%s redirections are counted", got)
	}
	phone.set("sip:053188880000@" + carrier.at())
	if got := register(t, phone.Send, o.to, "13700000000", "secret", "sip:13700000000@"+phone.at()); got != 200 {
		t.Fatal(got)
	}
	within(t, o.call("12368"))
	if got := carrier.numbers() + ", " + phone.numbers(); got != "053188880000, 13700000000" {
		t.Errorf("called: %q", got)
	}
}

// within waits for the hotline to hang up.
func within(t *testing.T, c *sip.Call) {
	t.Helper()
	select {
	case <-c.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the call does not end")
	}
}

// A telephone that is away is not looked for at the carrier's, though its user may be a number there.
func TestTelephoneNeverFallsThrough(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	within(t, o.call("12368"))
	if got := o.carrier.numbers(); got != "" {
		t.Errorf("the trunk was asked for %q", got)
	}
}

// A trunk carries no more calls at once than it may, and what it carries is told and written down.
func TestCeilingsOfATrunk(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *config.Config, o *office) {
		o.carrier.answer = answers
		// the caller is at the trunk's address too, and takes a channel
		c.Trunks[0].Channels, c.Trunks[0].Minutes = 2, 600
	})
	first := o.call("12367")
	var out *sip.Call
	select {
	case out = <-o.carrier.calls:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was called")
	}
	within(t, o.call("12367"))
	if got := o.barred("channels") + ", " + o.carrier.numbers(); got != "1, 053188880000" {
		t.Errorf("a second call: %q", got)
	}
	if got := o.figure(`rexian_trunk_calls{trunk="carrier"}`); got != "2" {
		t.Errorf("%s calls on the trunk", got)
	}
	out.Hangup("")
	within(t, first)
	eventually(t, "the channel is free", func() bool { return o.figure(`rexian_trunk_calls{trunk="carrier"}`) == "0" })
	third := o.call("12367")
	select {
	case <-o.carrier.calls:
	case <-time.After(20 * time.Second):
		t.Error("the channel was not given back")
	}
	third.Hangup("")
}
