package exchange_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/media/record"
	"rexian/media/rtp"
	"rexian/media/rtp/rtptest"
	"rexian/media/sip"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/session"
	"rexian/stdlib/call"
	"rexian/stdlib/fn"
)

// house is an exchange on loopback with a library, voices and a journal made for the test, and a telephone to call it.
type house struct {
	t       *testing.T
	x       *exchange.Exchange
	target  string
	server  *sip.Server
	engine  *rtp.Engine
	phone   *sip.Server
	voices  *voices
	library *library
	journal *journal
	index   *index
	pool    *record.Pool
	deploy  *deploy.Deployment
	dir     string
}

// voices gives each text a noise of its own, 300 ms long: no part of one is like a part of another.
type voices struct {
	mu     sync.Mutex
	sounds map[string]*rtp.Sound
}

func (v *voices) sound(text string) *rtp.Sound {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s := v.sounds[text]; s != nil {
		return s
	}
	random := rand.New(rand.NewPCG(uint64(len(v.sounds)), 1))
	pcm := make([]int16, 2400)
	for i := range pcm {
		pcm[i] = int16(random.IntN(16000) - 8000)
	}
	s := &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}
	v.sounds[text] = s
	return s
}

func (v *voices) Clips(_ *deploy.Version, s session.Sound) ([]rtp.Clip, []string) {
	if s.Tone {
		return []rtp.Clip{{Sound: v.sound("♪")}}, nil
	}
	return []rtp.Clip{{Sound: v.sound(s.Text)}}, nil
}

func (v *voices) known() map[string]*rtp.Sound {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := map[string]*rtp.Sound{}
	for text, s := range v.sounds {
		all[text] = s
	}
	return all
}

// library answers from functions that a test sets.
type library struct {
	mu    sync.Mutex
	calls map[string]fn.Func
	lists map[string]bool // list + " " + number
	sent  []string
}

func (l *library) Call(ctx context.Context, id string, c fn.Caller, args []value.Value) (value.Value, error) {
	l.mu.Lock()
	f := l.calls[id]
	l.mu.Unlock()
	if f == nil {
		return value.Value{}, fmt.Errorf("no function %s", id)
	}
	return f(ctx, c, args)
}

func (l *library) InList(_ context.Context, list, phone string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lists[list+" "+phone], nil
}

func (l *library) Closed(context.Context, string) ([]hours.Closure, error) { return nil, nil }
func (l *library) Switch(context.Context, string) (bool, bool, error)      { return false, false, nil }

func (l *library) note(s string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, s)
	return nil
}

func (l *library) SMS(_ context.Context, _ fn.Caller, to, text string, _ bool) error {
	return l.note("sms " + to + " " + text)
}
func (l *library) Mail(_ context.Context, _ fn.Caller, to, _, text string) error {
	return l.note("mail " + to + " " + text)
}
func (l *library) Callback(_ context.Context, _ fn.Caller, queue, number string) error {
	return l.note("callback " + queue + " " + number)
}

// journal keeps the records of calls as lines.
type journal struct {
	mu    sync.Mutex
	lines []string
	ids   []string // of calls, in the order in which they began
	ends  []call.Result
	legs  map[string]map[int]call.Leg // by call
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) Begin(r call.Row) {
	j.add("begin %s %s %s %s", r.Direction, r.Caller, r.Number, r.Flow)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ids = append(j.ids, r.ID)
}

// newest is the id of the call that began last.
func (j *journal) newest() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ids[len(j.ids)-1]
}
func (j *journal) Event(_ string, seq int64, _ time.Time, kind, pos string, data any) {
	j.add("event %d %s %s %v", seq, kind, pos, data)
}
func (j *journal) Milestone(_ string, seq int64, _ time.Time, name, pos string) {
	j.add("milestone %d %s %s", seq, name, pos)
}
func (j *journal) Leg(id string, l call.Leg) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.legs == nil {
		j.legs = map[string]map[int]call.Leg{}
	}
	if j.legs[id] == nil {
		j.legs[id] = map[int]call.Leg{}
	}
	j.legs[id][l.Leg] = l
}
func (j *journal) Rating(_ string, r call.Rating) {
	j.add("rating %d %s %s %s %d", r.Talk, r.Agent, r.Queue, r.Rating, r.Score)
}
func (j *journal) Change(_ string, _ call.Change) {}
func (j *journal) End(_ string, r call.Result) {
	j.add("end %s by %s via %s", r.Result, r.By, r.Path)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ends = append(j.ends, r)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// index keeps what it was told of recordings.
type index struct {
	mu   sync.Mutex
	list []exchange.Recorded
}

func (i *index) Recorded(_ context.Context, r exchange.Recorded) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.list = append(i.list, r)
	return nil
}

const head = "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 { 播放 \"出错了\" 挂机 } 当 不可用 { 播放 \"系统忙\" 挂机 } }\n"

func version(t *testing.T, src string) *deploy.Version {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := deploy.Compile(dir, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// dialer reaches other telephones of the test through the exchange's own SIP server.
type dialer struct{ h *house }

func (d dialer) Dial(ctx context.Context, o sip.Outbound) (*sip.Call, error) {
	return d.h.server.Dial(ctx, o)
}

func build(t *testing.T, src string, change func(*exchange.Options)) *house {
	t.Helper()
	h := &house{t: t, voices: &voices{sounds: map[string]*rtp.Sound{}}, journal: &journal{}, index: &index{},
		dir:     t.TempDir(),
		library: &library{calls: map[string]fn.Func{}, lists: map[string]bool{}}}
	log := slog.New(slog.DiscardHandler)
	local := rtptest.Loopback()
	var err error
	if h.deploy, err = deploy.New(deploy.Options{}); err != nil {
		t.Fatal(err)
	}
	v := version(t, src)
	if err := h.deploy.Deploy(v, "test"); err != nil {
		t.Fatal(err)
	}
	h.voices.sound("♪")
	for _, words := range v.Renderer.Phrases("zh") {
		h.voices.sound(words)
	}
	if h.engine, err = rtp.New(rtp.Config{Listen: local, Threads: 1, Logger: log}); err != nil {
		t.Fatal(err)
	}
	h.pool = record.New(record.Options{G711: true})
	metrics := exchange.NewMetrics(nil)
	o := exchange.Options{Deployment: h.deploy, Library: h.library, Outbox: h.library, Sounds: h.voices,
		Journal: h.journal, Dialer: dialer{h},
		Recordings: exchange.NewRecordings(h.pool, h.dir, h.index, metrics, log), Metrics: metrics, Logger: log}
	if change != nil {
		change(&o)
	}
	h.x = exchange.New(o)
	listen := func(onCall func(*sip.Call)) *sip.Server {
		s, err := sip.Listen(t.Context(),
			sip.Config{Listen: []string{"udp://" + local.String() + ":0"}, Media: h.engine, OnCall: onCall,
				InBand: true,
				T1:     50 * time.Millisecond, Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	h.server = listen(h.x.Serve)
	h.phone = listen(func(c *sip.Call) { c.Reject(486, "Busy Here") })
	h.target = "sip:12366@" + strings.TrimPrefix(h.server.Addrs()[0], "udp://")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = h.phone.Shutdown(ctx) // calls that a test left open are hung up by it
		_ = h.server.Shutdown(ctx)
		if err := h.x.Wait(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("calls do not end: %d", h.x.Calls())
		}
		h.pool.Close()
		if err := h.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// caller is the test's end of a call.
type caller struct {
	h       *house
	leg     *sip.Call
	mu      sync.Mutex
	known   map[string]*rtp.Sound // what it would recognise
	ears    *prompt.Listener
	said    []string
	samples int
}

func (c *caller) Samples(heard, _ []int16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.samples += len(heard)
	codec := c.leg.Stream().Stats().Codec
	c.note(c.ears.Feed(codec.Encode(nil, heard), codec))
}

// End is the end of the sound: words that were cut off, or changed on a busy machine, are told only now.
func (c *caller) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(c.ears.Flush())
}

func (c *caller) note(heard []prompt.Heard) {
	for _, w := range heard {
		text := w.Text
		if w.To-w.From < w.Length/2 { // on a busy machine packets come late and are lost
			text += "—"
		}
		c.said = append(c.said, text)
	}
}

func (h *house) dial(from string) *caller { return h.dialTo("12366", from) }

// dialTo calls a number of the flow's.
func (h *house) dialTo(number, from string) *caller {
	h.t.Helper()
	to := strings.Replace(h.target, "12366", number, 1)
	c := &caller{h: h, known: h.voices.known()}
	c.ears = prompt.NewListener(c.known)
	// It hears from the first packet on: what is spoken at once is over before a busy machine has returned from Dial.
	listens := func(leg *sip.Call) { c.leg = leg; leg.Stream().Tap(c) }
	if _, err := h.phone.Dial(h.t.Context(), sip.Outbound{To: to, From: from, OnLeg: listens}); err != nil {
		h.t.Fatalf("dial: %v", err)
	}
	return c
}

func (c *caller) press(keys string) {
	c.leg.Stream().SendKeys(keys, 60*time.Millisecond, 40*time.Millisecond)
}

// until waits for something to become true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s did not happen", what)
}

// hears waits until the words were heard. What is made up of values the test gives to h.voices.sound before it dials.
func (c *caller) hears(words string) {
	c.h.t.Helper()
	if c.known[words] == nil {
		c.h.t.Fatalf("nobody told the caller before the call how %s sounds", words)
	}
	heard := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if slices.Contains(c.said, words) {
			return true
		}
		// a machine that does not keep the time tears words
		e := c.h.engine.Stats()
		return e.Late+e.Skipped > 0 && slices.Contains(c.said, words+"—")
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if heard() {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.h.t.Fatalf("%s was not heard, only %q; the journal:\n%s", words, c.said, c.h.journal.text())
}

func (c *caller) over() {
	c.h.t.Helper()
	until(c.h.t, "the end of the call", func() bool {
		select {
		case <-c.leg.Done():
			return c.h.x.Calls() == 0
		default:
			return false
		}
	})
}
