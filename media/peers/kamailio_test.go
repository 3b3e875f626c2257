//go:build peers && linux

package peers

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/trunk"
)

// ordered and shuffled are how many processes of Kamailio share a socket. Two that take a datagram each may pass them
// on the other way round: 180 after 200, 487 before the 200 to CANCEL. RFC 3261 expects that of UDP, sipp does not, so
// where sipp is the telephone one process keeps the order.
const (
	ordered  = 1
	shuffled = 4
)

// kamailio starts the proxy in front of a hotline and gives its host:port.
// forks are the two places where 88880000 rings.
func kamailio(t *testing.T, hotline string, workers int, forks ...string) string {
	t.Helper()
	both := append(forks, "192.0.2.1:5060", "192.0.2.1:5060")
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("Kamailio's modules are not installed: run `make peers`")
	}
	template, err := os.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	dir := t.TempDir()
	text := strings.NewReplacer("PORT", fmt.Sprint(port), "HOTLINE", hotline, "FIRST", both[0], "SECOND", both[1],
		"WORKERS", fmt.Sprint(workers), "MODULES",
		modules[0]).Replace(string(template))
	if err := os.WriteFile(filepath.Join(dir, "kamailio.cfg"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir, "kamailio", "-DD", "-E", "-f", "kamailio.cfg", "-m", "64", "-M", "8", "-Y", dir, "-w", dir)
	address := fmt.Sprintf("127.0.0.1:%d", port)
	until(t, "Kamailio listens", func() bool {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	return address
}

func TestKamailioInFront(t *testing.T) {
	for _, c := range []struct {
		name, scenario string
		ring           time.Duration
		change         func(*sip.Config)
		args           []string
		by             sip.By
	}{
		{"call", "call", 0, nil, []string{"-d", "300"}, sip.Remote},
		{"call over TCP", "call", 0, nil, []string{"-d", "300", "-t", "t1"}, sip.Remote},
		{"delayed offer", "call_delayed", 0, nil, []string{"-d", "300"}, sip.Remote},
		{"early CANCEL", "call_cancel", 10 * time.Second, nil, nil, sip.Cancelled},
		{"hold", "call_hold", 0, nil, nil, sip.Remote},
		{"100rel", "call_prack", 200 * time.Millisecond, nil, nil, sip.Remote},
		{"session timer", "call_timer", 0, nil, nil, sip.Remote},
		{"we hang up", "call_deaf", 0, func(c *sip.Config) { c.MediaTimeout = time.Second }, nil, sip.MediaLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHotline(t, c.ring, c.change)
			p, _ := sipp(t, c.scenario, kamailio(t, h.address("udp"), ordered),
				append([]string{"-s", "12366"}, c.args...)...)
			p.wait(t, 40*time.Second)
			if cause := h.only(t).Cause(); cause.By != c.by {
				t.Errorf("ended by %v, want %v: %+v", cause.By, c.by, cause)
			}
		})
	}
}

// A call that we place goes through the proxy, and so does its end.
func TestKamailioOnTheWayOut(t *testing.T) {
	for _, scenario := range []string{"uas", "uas_hangs_up"} {
		t.Run(scenario, func(t *testing.T) {
			var trunks *trunk.Set
			h := newHotline(t, 0, func(c *sip.Config) { c.Trunks = later{&trunks} })
			proxy := kamailio(t, h.address("udp"), ordered)
			p, port := sipp(t, scenario, "")
			var err error
			trunks, err = trunk.New([]trunk.Config{{Name: "out", Server: fmt.Sprintf("127.0.0.1:%d", port),
				Proxies: []string{proxy}, Number: "12366", Ping: -1, Allow: []string{"all"}}},
				trunk.Options{Send: h.Server})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			call, err := h.Dial(ctx, sip.Outbound{To: "100"})
			if err != nil {
				t.Fatal(err)
			}
			call.Stream().Play(rtp.Item{Clips: []rtp.Clip{{Sound: tone()}}})
			if scenario == "uas" {
				time.AfterFunc(300*time.Millisecond, func() { call.Hangup("done") })
			}
			ended(t, call)
			p.wait(t, 20*time.Second)
		})
	}
}

// later is a gateway that is set after the server that uses it.
type later struct{ set **trunk.Set }

func (l later) Routes(name, number, from string) ([]sip.Route, error) {
	return (*l.set).Routes(name, number, from)
}

func (l later) Seize(r sip.Route) (sip.Channel, error) { return (*l.set).Seize(r) }
func (l later) Arrived(name string) sip.Channel        { return (*l.set).Arrived(name) }

func (l later) Failed(r sip.Route, status int, wait time.Duration) { (*l.set).Failed(r, status, wait) }

func (l later) Redirected(r sip.Route, uri string) (sip.Route, bool) {
	return (*l.set).Redirected(r, uri)
}

// A trunk logs in at Kamailio, is asked for its password, and is called at the address it gave.
func TestKamailioAsCarrier(t *testing.T) {
	h := newHotline(t, 0, nil)
	carrier := kamailio(t, h.address("udp"), ordered)
	states := make(chan trunk.Status, 16)
	trunks, err := trunk.New([]trunk.Config{
		{Name: "good", Server: carrier, User: "4008012366", Secret: digest.NewSecret("secret"), Register: true,
			FromDomain: "127.0.0.1", Ping: -1},
		{Name: "bad", Server: carrier, User: "4008012367", Secret: digest.NewSecret("guess"), Register: true, Ping: -1},
	}, trunk.Options{Send: h.Server, Contact: h.address("udp"), OnState: func(s trunk.Status) { states <- s }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { trunks.Run(ctx); close(done) }()
	got := map[string]trunk.State{}
	for len(got) < 2 {
		select {
		case s := <-states:
			got[s.Name] = s.State
		case <-time.After(20 * time.Second):
			t.Fatalf("states %v", got)
		}
	}
	if got["good"] != trunk.Up || got["bad"] != trunk.Refused {
		t.Errorf("states %v", got)
	}
	p, _ := sipp(t, "call", carrier, "-s", "4008012366", "-d", "300")
	p.wait(t, 20*time.Second)
	if call := h.only(t); call.Number() != "4008012366" {
		t.Errorf("called as %q", call.Number())
	}
	stop()
	<-done
	// Logged out: the carrier does not find us any more.
	p, _ = sipp(t, "call", carrier, "-s", "4008012366", "-d", "300")
	<-p.done
	if p.err == nil || len(h.taken()) != 1 {
		t.Error("a call came after the log-out")
	}
}
