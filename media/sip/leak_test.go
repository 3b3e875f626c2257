package sip

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// After calls of every ending nothing is left: no goroutine, no dialog, no stream, no descriptor, no transaction timer
// that holds on to a call.
func TestNothingIsLeft(t *testing.T) {
	e := loopback(t)
	on := func(c *Call) {
		switch c.Number() {
		case "busy":
			c.Reject(486, "Busy Here")
		case "silent": // neither answers nor refuses
			c.Ring()
		case "short":
			c.Answer(context.Background())
			c.Hangup("short")
		default:
			c.Ring()
			c.Answer(context.Background())
		}
	}
	b, a := serve(t, e, on, nil), serve(t, e, nil, nil)
	r := newRaw(t, b)
	base := baseline{}
	for round := range 2 {
		for i := range 250 {
			switch i % 5 {
			case 0: // we hang up
				c, err := a.Dial(t.Context(), Outbound{To: uri(b, "talk")})
				if err != nil {
					t.Fatal(err)
				}
				c.Hangup("")
			case 1: // they hang up
				c, err := a.Dial(t.Context(), Outbound{To: uri(b, "short")})
				if err == nil {
					within(t, "end", c.Done())
				}
			case 2:
				if _, err := a.Dial(t.Context(), Outbound{To: uri(b, "busy")}); err == nil {
					t.Fatal("not refused")
				}
			case 3: // given up
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
				a.Dial(ctx, Outbound{To: uri(b, "silent")})
				cancel()
			case 4: // never acknowledged
				r.id, r.seq = fmt.Sprint("lost", round, i), 1
				r.theirTag = ""
				r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
			}
		}
		until(t, "no calls", func() bool { return a.Calls()+b.Calls()+dialogs(a)+dialogs(b)+e.Stats().Streams == 0 })
		if round == 0 { // what is made once and kept, such as connections, is there now
			base = measure()
			continue
		}
		now := measure()
		for end := time.Now().Add(20 * time.Second); now.goroutines > base.goroutines ||
			now.files > base.files; now = measure() {
			if time.Now().After(end) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%+v, before %+v\n%s\n%s", now, base, openNow(), stacks[:runtime.Stack(stacks, true)])
			}
		}
	}
	until(t, "forgotten", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended.turn(time.Now().Add(3 * b.ended.life))
		return len(b.ended.now) == 0
	})
}

// openNow is what the process has open, for the report.
func openNow() string {
	var b strings.Builder
	list, _ := os.ReadDir("/proc/self/fd")
	for _, f := range list {
		to, _ := os.Readlink("/proc/self/fd/" + f.Name())
		b.WriteString(f.Name() + " " + to + "\n")
	}
	udp, _ := os.ReadFile("/proc/self/net/udp")
	tcp, _ := os.ReadFile("/proc/self/net/tcp")
	b.Write(udp)
	b.Write(tcp)
	return b.String()
}

type baseline struct{ goroutines, files int }

// measure waits until transactions, which live a little longer than calls, have ended.
func measure() baseline {
	var b baseline
	for range 200 {
		now := baseline{goroutines: runtime.NumGoroutine()}
		if d, err := os.ReadDir("/proc/self/fd"); err == nil {
			now.files = len(d)
		}
		if now == b {
			return b
		}
		b = now
		time.Sleep(20 * time.Millisecond)
	}
	return b
}
