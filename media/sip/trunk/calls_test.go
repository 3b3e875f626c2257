package trunk_test

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/trunk"
)

// listen starts a server on the loopback for the length of a test.
func listen(t *testing.T, e *rtp.Engine, change func(*sip.Config)) (s *sip.Server, address string) {
	t.Helper()
	c := sip.Config{Listen: []string{"udp://127.0.0.1:0"}, Media: e, Logger: slog.New(slog.DiscardHandler)}
	change(&c)
	s, err := sip.Listen(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		s.Shutdown(ctx)
	})
	return s, strings.TrimPrefix(s.Addrs()[0], "udp://")
}

// A call that fails by its trunk's fault goes on over the next trunk, and the call after it does not try the first at
// all.
func TestFailedTrunkIsLeft(t *testing.T) {
	e, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	asked := make(chan string, 16)
	_, broken := listen(t, e, func(c *sip.Config) {
		c.OnCall = func(call *sip.Call) { asked <- "broken"; call.Reject(503, "Out Of Order") }
	})
	_, sound := listen(t, e, func(c *sip.Config) {
		c.OnCall = func(call *sip.Call) {
			asked <- "sound"
			if call.Number() == "999" {
				call.Reject(486, "Busy Here")
				return
			}
			if err := call.Answer(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	var set *trunk.Set
	ours, _ := listen(t, e, func(c *sip.Config) { c.Trunks = gateway{&set} })
	set, err = trunk.New([]trunk.Config{{Name: "broken", Server: broken, Number: "12366", Ping: -1,
		Allow: []string{"all"}}, {Name: "sound", Server: sound, Number: "12366", Ping: -1, Allow: []string{"all"}}},
		trunk.Options{Send: ours, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	dial := func(number, want string) {
		t.Helper()
		call, err := ours.Dial(t.Context(), sip.Outbound{To: number})
		if (err == nil) != (number != "999") {
			t.Fatalf("%s: %v", number, err)
		}
		if call != nil {
			call.Hangup("")
		}
		var got []string
		for len(asked) > 0 {
			got = append(got, <-asked)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: asked %s, want %s", number, s, want)
		}
	}
	dial("100", "broken sound")
	dial("101", "sound")
	dial("999", "sound") // a busy party is no fault of the trunk
	dial("102", "sound")
}

// gateway is a set that is made after the server that uses it.
type gateway struct{ set **trunk.Set }

func (g gateway) Routes(name, number, from string) ([]sip.Route, error) {
	return (*g.set).Routes(name, number, from)
}
func (g gateway) Seize(r sip.Route) (sip.Channel, error) { return (*g.set).Seize(r) }
func (g gateway) Arrived(name string) sip.Channel        { return (*g.set).Arrived(name) }

func (g gateway) Failed(r sip.Route, status int, wait time.Duration) {
	(*g.set).Failed(r, status, wait)
}
func (g gateway) Redirected(r sip.Route, uri string) (sip.Route, bool) {
	return (*g.set).Redirected(r, uri)
}
