package trunk

import (
	"context"
	"fmt"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// misses is how many pings in a row go unanswered before a trunk counts as down: one lost packet says nothing.
const misses = 2

// keepAsking sends OPTIONS until ctx ends. Every answer but a failure of the server says that the trunk lives.
func (t *trunk) keepAsking(ctx context.Context) {
	for missed := 0; ; {
		t.resolve(ctx, false)
		why := t.ping(ctx)
		if ctx.Err() != nil {
			return
		}
		if why == "" {
			missed = 0
		} else {
			missed++
		}
		t.change(func() {
			switch {
			case missed == 0:
				t.asked, t.alive = true, true
				if !t.c.Register {
					t.status.Failures = 0
				}
			case missed >= misses:
				t.asked, t.alive = true, false
				t.status.Why = why
				if !t.c.Register {
					t.status.Failures = missed
				}
			default:
				return
			}
			t.judge()
		})
		// A little earlier or later each time, so that many trunks do not ask at one moment.
		if !sleep(ctx, time.Duration(float64(t.c.Ping)*(0.9+0.2*t.o.Random()))) {
			return
		}
	}
}

// lookAgain is how often the name of a trunk is looked up that neither logs in nor is asked whether it lives.
const lookAgain = time.Minute

// keepName looks the trunk's name up until ctx ends.
func (t *trunk) keepName(ctx context.Context) {
	for {
		t.resolve(ctx, false)
		if !sleep(ctx, time.Duration(float64(lookAgain)*(0.9+0.2*t.o.Random()))) {
			return
		}
	}
}

// ping asks once. It gives what speaks against the trunk.
func (t *trunk) ping(ctx context.Context) (why string) {
	req, err := t.newRequest(wire.OPTIONS, "")
	if err != nil {
		return err.Error()
	}
	callID := wire.CallIDHeader(t.token())
	req.AppendHeader(&callID)
	req.AppendHeader(&wire.CSeqHeader{SeqNo: 1, MethodName: wire.OPTIONS})
	req.AppendHeader(wire.NewHeader("Accept", "application/sdp"))
	res, err := t.send(ctx, req)
	switch {
	case err != nil:
		return fmt.Sprintf("no answer: %v", err)
	case res.StatusCode == wire.StatusRequestTimeout,
		res.StatusCode >= 500 && res.StatusCode < 600 && res.StatusCode != wire.StatusNotImplemented:
		return fmt.Sprintf("%d %s", res.StatusCode, res.Reason)
	}
	return ""
}
