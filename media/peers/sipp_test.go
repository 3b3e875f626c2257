//go:build peers && linux

package peers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/media/sip/registrar"
)

func TestSippCalls(t *testing.T) {
	quick := func(c *sip.Config) { c.T1 = 50 * time.Millisecond }
	for _, c := range []struct {
		name, scenario string
		ring           time.Duration
		change         func(*sip.Config)
		args           []string
		by             sip.By
		keys           string
	}{
		{"call", "call", 50 * time.Millisecond, nil, []string{"-d", "300"}, sip.Remote, ""},
		{"call over TCP", "call", 0, nil, []string{"-d", "300", "-t", "t1"}, sip.Remote, ""},
		{"delayed offer", "call_delayed", 0, nil, []string{"-d", "300"}, sip.Remote, ""},
		{"keys from a capture", "call_keys", 0, nil, nil, sip.Remote, "1236*#"},
		{"keys by INFO", "call_info", 0, nil, nil, sip.Remote, "59*"},
		{"early CANCEL", "call_cancel", 10 * time.Second, nil, nil, sip.Cancelled, ""},
		{"hold", "call_hold", 0, nil, nil, sip.Remote, ""},
		{"hold, old style", "call_hold_old", 0, nil, nil, sip.Remote, ""},
		{"missing ACK", "call_noack", 0, quick, nil, sip.NoAck, ""},
		{"no sound", "call_deaf", 0, func(c *sip.Config) { c.MediaTimeout = time.Second }, nil, sip.MediaLost, ""},
		{"session timer", "call_timer", 0, nil, nil, sip.Remote, ""},
		{"100rel", "call_prack", 200 * time.Millisecond, nil, nil, sip.Remote, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHotline(t, c.ring, c.change)
			network := "udp"
			if strings.Contains(strings.Join(c.args, " "), "t1") {
				network = "tcp"
			}
			p, _ := sipp(t, c.scenario, h.address(network), append([]string{"-s", "12366"}, c.args...)...)
			p.wait(t, 40*time.Second)
			call := h.only(t)
			if cause := call.Cause(); cause.By != c.by {
				t.Errorf("ended by %v, want %v: %+v", cause.By, c.by, cause)
			}
			if call.From() != "13800000000" || call.Number() != "12366" {
				t.Errorf("from %q to %q", call.From(), call.Number())
			}
			if keys, _, _ := call.read(); keys != c.keys {
				t.Errorf("keys %q, want %q", keys, c.keys)
			}
		})
	}
}

func TestSippOptions(t *testing.T) {
	h := newHotline(t, 0, nil)
	p, _ := sipp(t, "options", h.address("udp"), "-s", "12366")
	p.wait(t, 20*time.Second)
}

// Three thousand calls, 300 a second: all are answered and hung up, nothing is left over.
func TestSippThreeThousandCalls(t *testing.T) {
	h := newHotline(t, 0, nil)
	p, _ := sipp(t, "call", h.address("udp"), "-s", "12366", "-m", "3000", "-r", "300", "-l", "1000", "-d", "1000")
	p.wait(t, 60*time.Second)
	calls := h.taken()
	if len(calls) != 3000 {
		t.Errorf("%d calls, want 3000", len(calls))
	}
	for _, c := range calls {
		ended(t, c.Call)
		if cause := c.Cause(); cause.By != sip.Remote {
			t.Fatalf("%+v", cause)
		}
	}
	t.Logf("late ticks %d, send fails %d", h.engine.Stats().Late, h.engine.Stats().SendFails)
}

func TestSippIsCalled(t *testing.T) {
	for _, c := range []struct {
		name, scenario string
		hangUp         bool // we hang up
		status         int  // of the refusal
		q850           int
		progress       string
	}{
		{"answers", "uas", true, 0, 0, "180"},
		{"hangs up", "uas_hangs_up", false, 0, 0, ""},
		{"busy", "uas_busy", false, 486, 17, ""},
		{"sound before the answer", "uas_early", true, 0, 0, "183 early"},
		{"wants a password", "uas_auth", true, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHotline(t, 0, nil)
			p, port := sipp(t, c.scenario, "")
			var progress []string
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			call, err := h.Dial(ctx, sip.Outbound{To: fmt.Sprintf("sip:100@127.0.0.1:%d", port), From: "12366",
				Auth: &sip.Credentials{User: "trunk", Secret: digest.NewSecret("secret")},
				OnProgress: func(status int, early bool) {
					if status > 100 {
						progress = append(progress,
							strings.TrimSpace(fmt.Sprint(status, " ", map[bool]string{true: "early"}[early])))
					}
				}})
			if c.status != 0 {
				var f *sip.Failure
				if !errors.As(err, &f) || f.Status != c.status || f.Q850 != c.q850 {
					t.Errorf("%v, want %d with cause %d", err, c.status, c.q850)
				}
				p.wait(t, 20*time.Second)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(progress, ", "); got != c.progress {
				t.Errorf("progress %q, want %q", got, c.progress)
			}
			if c.hangUp {
				call.Stream().Play(rtp.Item{ID: 1, Clips: []rtp.Clip{{Sound: tone()}}})
				time.AfterFunc(300*time.Millisecond, func() { call.Hangup("done") })
			}
			ended(t, call)
			if by := call.Cause().By; (by == sip.Local) != c.hangUp {
				t.Errorf("ended by %v", by)
			}
			p.wait(t, 20*time.Second)
		})
	}
	t.Run("given up", func(t *testing.T) {
		h := newHotline(t, 0, nil)
		p, port := sipp(t, "uas_cancel", "")
		ctx, cancel := context.WithCancel(t.Context())
		_, err := h.Dial(ctx, sip.Outbound{To: fmt.Sprintf("sip:100@127.0.0.1:%d", port),
			OnProgress: func(status int, _ bool) {
				if status == 180 {
					cancel()
				}
			}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		p.wait(t, 20*time.Second)
	})
}

func TestSippRegisters(t *testing.T) {
	g, err := guard.New(guard.Config{Limits: guard.Limits{BadAuths: 3}})
	if err != nil {
		t.Fatal(err)
	}
	auth, err := digest.New(digest.Config{Realm: "hotline",
		Secrets:    digest.Passwords{"13800000000": digest.NewSecret("secret")},
		Algorithms: []digest.Algorithm{digest.MD5}})
	if err != nil {
		t.Fatal(err)
	}
	phones, err := registrar.New(registrar.Config{Auth: auth,
		WrongSecret: func(src netip.AddrPort, proved bool) { g.Report(src, guard.BadAuth, proved) }})
	if err != nil {
		t.Fatal(err)
	}
	h := newHotline(t, 0, func(c *sip.Config) { c.Registrar, c.Guard = phones, g })
	p, port := sipp(t, "register", h.address("udp"), "-s", "13800000000")
	p.wait(t, 20*time.Second)
	where := phones.Contacts("13800000000")
	if len(where) != 1 || where[0].Dest != fmt.Sprintf("127.0.0.1:%d", port) {
		t.Fatalf("contacts %+v, want one at port %d", where, port)
	}
	for i := range 3 {
		if n := len(g.Banned()); n != 0 {
			t.Fatalf("banned after %d wrong passwords", i)
		}
		p, _ := sipp(t, "register_wrong", h.address("udp"), "-s", "13800000000")
		p.wait(t, 20*time.Second)
	}
	if n := len(g.Banned()); n != 1 {
		t.Errorf("%d bans after three wrong passwords", n)
	}
	if s := g.Stats(); s.Offences[guard.BadAuth] != 3 {
		t.Errorf("%+v", s)
	}
}
