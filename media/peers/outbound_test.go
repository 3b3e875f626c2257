//go:build peers && linux

package peers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/media/sip"
	"rexian/media/sip/trunk"
)

// trunkTo is a hotline with one trunk, at a port of the loopback.
func trunkTo(t *testing.T, port int, sources ...string) *hotline {
	t.Helper()
	var set *trunk.Set
	h := newHotline(t, 0, func(c *sip.Config) { c.Trunks = later{&set} })
	var err error
	set, err = trunk.New([]trunk.Config{{Name: "out", Server: fmt.Sprintf("127.0.0.1:%d", port), Sources: sources,
		Number: "12366", Prefixes: []string{"100"}, Ping: -1}},
		trunk.Options{Send: h.Server})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A trunk sends a call on: first to a stranger, whom nobody calls, then to another gateway of its own.
func TestSippSendsOn(t *testing.T) {
	last, next := sipp(t, "uas", "")
	first, port := sipp(t, "uas_moved", "", "-key", "next", fmt.Sprintf("127.0.0.1:%d", next))
	h := trunkTo(t, port)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	call, err := h.Dial(ctx, sip.Outbound{To: "100"})
	if err != nil {
		t.Fatal(err)
	}
	first.wait(t, 20*time.Second)
	call.Hangup("done")
	ended(t, call)
	last.wait(t, 20*time.Second)

	// To nobody but a stranger: the call fails as it was answered.
	first, port = sipp(t, "uas_moved", "", "-key", "next", "192.0.2.2:5060")
	_, err = trunkTo(t, port).Dial(ctx, sip.Outbound{To: "100"})
	var f *sip.Failure
	if !errors.As(err, &f) || f.Status != 302 {
		t.Errorf("%v", err)
	}
	first.wait(t, 20*time.Second)
}

// A call whose INVITE is too long for a datagram goes over TCP, and stays there when the called party says so: this one
// has no UDP at all.
func TestSippTakesLongCalls(t *testing.T) {
	for _, scenario := range []string{"uas", "uas_hangs_up"} {
		t.Run(scenario, func(t *testing.T) {
			h := newHotline(t, 0, nil)
			p, port := sipp(t, scenario, "", "-t", "t1")
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			call, err := h.Dial(ctx, sip.Outbound{To: fmt.Sprintf("sip:100@127.0.0.1:%d", port), From: "12366",
				Headers: map[string]string{"X-Long": strings.Repeat("long ", 260)}})
			if err != nil {
				t.Fatal(err)
			}
			if scenario == "uas" {
				call.Hangup("done")
			}
			ended(t, call)
			p.wait(t, 20*time.Second)
		})
	}
}
