// Package linetest plays the tests of flows over a real telephone line: SIP and RTP, keys as telephone events, and
// words that are heard in the sound that comes back.
//
// There are two drivers. Own starts an exchange in this process, on loopback, and calls it: it sets the clock of each
// call and answers its lookups as the test assumes, so nearly every test can be played. Remote calls a server that runs
// elsewhere: it plays what a caller could try there.
//
// Time is real. A test that waits long is declined.
package linetest

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/media/record"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
	"rexian/stdlib/call"
	"rexian/stdlib/fn"
)

// LongestWait is how long the lines of a test may wait in all; a longer one is declined.
const LongestWait = 45 * time.Second

const (
	testHeader  = "X-Rexian-Test"
	ClockHeader = "X-Rexian-Clock" // Unix milliseconds: the clock that a server which allows tests gives the call
)

// declines is what no line over SIP can play.
func declines(n suite.Needs) diag.Text {
	switch {
	case n.Message:
		return diag.Text{Zh: "短信不走电话线", En: "a text message does not come over a telephone line"}
	case n.Campaign:
		return diag.Text{Zh: "外呼任务不从电话打进来", En: "a campaign is not called"}
	case n.Skills:
		return diag.Text{Zh: "座席的技能组只在模拟里分", En: "the skills of agents are told apart in the simulation only"}
	case n.Speech:
		return diag.Text{Zh: "要听来电人录下的话，实际通话里听不出是不是这些话",
			En: "it listens to what the caller recorded, which no ear can tell on a real line"}
	case n.Wait > LongestWait.Milliseconds():
		return diag.Text{Zh: fmt.Sprintf("要等 %d 秒，实际通话不能跳过时间", n.Wait/1000),
			En: fmt.Sprintf("it waits %d s, and a real call cannot skip time", n.Wait/1000)}
	}
	return diag.Text{}
}

// Own is the driver with an exchange of its own.
type Own struct {
	engine   *rtp.Engine
	server   *sip.Server
	exchange *exchange.Exchange
	phone    *handset.Telephone
	pool     *record.Pool
	target   string

	mu       sync.Mutex
	versions map[*vm.Image]*deploy.Version
	calls    map[string]*ownCall
	next     atomic.Int64
}

var _ suite.Driver = (*Own)(nil)

// Options are what Own is made of.
type Options struct {
	Voices     *exchange.Voices // with a sound for all that the program says
	Recordings string           // a folder for what callers say to recordings
	Logger     *slog.Logger
}

// NewOwn starts the exchange.
func NewOwn(ctx context.Context, o Options) (d *Own, err error) {
	d = &Own{versions: map[*vm.Image]*deploy.Version{}, calls: map[string]*ownCall{}}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	local := netip.MustParseAddr("127.0.0.1")
	if d.engine, err = rtp.New(rtp.Config{Listen: local, Logger: o.Logger}); err != nil {
		return d, err
	}
	d.pool = record.New(record.Options{})
	metrics := exchange.NewMetrics(nil)
	d.exchange = exchange.New(exchange.Options{Library: nothing{}, Sounds: o.Voices, Journal: nothing{},
		Metrics: metrics, Logger: o.Logger, Arrange: d.arrange,
		Recordings: exchange.NewRecordings(d.pool, o.Recordings, nil, metrics, o.Logger)})
	d.server, err = sip.Listen(ctx, sip.Config{Listen: []string{"udp://127.0.0.1:0"}, Media: d.engine, MediaAddr: local,
		MediaTimeout: -1, Lead: -1, OnCall: d.exchange.Serve, Logger: o.Logger})
	if err != nil {
		return d, err
	}
	d.target = strings.TrimPrefix(d.server.Addrs()[0], "udp://")
	d.phone, err = handset.New(ctx, handset.Options{Index: o.Voices.Ears(), Logger: o.Logger})
	return d, err
}

// Close hangs up what is left and stops the exchange.
func (d *Own) Close() {
	if d.phone != nil {
		_ = d.phone.Close() // its calls end below in any case
	}
	if d.exchange != nil {
		d.exchange.HangupAll()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = d.exchange.Wait(ctx) // a call that does not end is cut by the server's end
		if d.server != nil {
			_ = d.server.Shutdown(ctx)
		}
	}
	if d.pool != nil {
		d.pool.Close()
	}
	if d.engine != nil {
		_ = d.engine.Close()
	}
}

// Declines says which tests this driver cannot play.
func (d *Own) Declines(n suite.Needs) diag.Text { return declines(n) }

// version makes an image what the exchange runs, once for each.
func (d *Own) version(image *vm.Image) (*deploy.Version, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v := d.versions[image]; v != nil {
		return v, nil
	}
	v, err := deploy.Ready(image.Program, nil, deploy.Files{})
	if err != nil {
		return nil, err
	}
	d.versions[image] = v
	return v, nil
}

// arrange finds the test that a call belongs to. A call without one finds no number.
func (d *Own) arrange(leg *sip.Call) *exchange.Arrangement {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.calls[leg.Header(testHeader)]
	if c == nil {
		return &exchange.Arrangement{Version: &deploy.Version{}}
	}
	return c.arrangement()
}

// Dial begins the call of a test.
func (d *Own) Dial(ctx context.Context, s suite.Start) (suite.Call, error) {
	v, err := d.version(s.Image)
	if err != nil {
		return nil, err
	}
	c := newOwnCall(ctx, v, s)
	id := strconv.FormatInt(d.next.Add(1), 10)
	d.mu.Lock()
	d.calls[id] = c
	d.mu.Unlock()
	c.forget = func() {
		d.mu.Lock()
		delete(d.calls, id)
		d.mu.Unlock()
	}
	if err := c.dial(d.phone, "sip:"+s.Number+"@"+d.target, s.Caller, map[string]string{testHeader: id}); err != nil {
		c.forget()
		return nil, err
	}
	return c, nil
}

// nothing is the library and the journal of calls whose world is what a test assumes.
type nothing struct{}

func (nothing) Call(context.Context, string, fn.Caller, []value.Value) (value.Value, error) {
	return value.Value{}, fn.Outcome("unavailable")
}
func (nothing) Closed(context.Context, string) ([]hours.Closure, error) { return nil, nil }
func (nothing) InList(context.Context, string, string) (bool, error)    { return false, nil }
func (nothing) Switch(context.Context, string) (bool, bool, error)      { return false, false, nil }
func (nothing) Begin(call.Row)                                          {}
func (nothing) Event(string, int64, time.Time, string, string, any)     {}
func (nothing) Milestone(string, int64, time.Time, string, string)      {}
func (nothing) Leg(string, call.Leg)                                    {}
func (nothing) Rating(string, call.Rating)                              {}
func (nothing) Change(string, call.Change)                              {}
func (nothing) End(string, call.Result)                                 {}
