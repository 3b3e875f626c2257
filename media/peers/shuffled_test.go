//go:build peers && linux

package peers

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/media/sip"
)

// A proxy with several processes passes messages on in another order than they came: 180 after 200, BYE before ACK, 487
// before the 200 to CANCEL. Both ends are ours here, and neither may lose a call or keep one.
func TestKamailioShuffles(t *testing.T) {
	const calls, atOnce = 120, 12
	for _, c := range []struct {
		name      string
		ring      time.Duration
		transport string
		use       func(t *testing.T, call *sip.Call) // of an answered call
		by        sip.By                             // the end as the hotline sees it
	}{
		{"hung up at once", 0, "udp", func(_ *testing.T, c *sip.Call) { c.Hangup("done") }, sip.Remote},
		{"hung up at once, over TCP", 0, "tcp", func(_ *testing.T, c *sip.Call) { c.Hangup("done") }, sip.Remote},
		{"held at once", 0, "udp", func(t *testing.T, c *sip.Call) {
			if err := c.Hold(); err != nil {
				t.Errorf("hold: %v", err)
			}
			c.Hangup("done")
		}, sip.Remote},
		{"given up", time.Minute, "udp", nil, sip.Cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, phone := newHotline(t, c.ring, nil), newHotline(t, 0, nil)
			to := "sip:12366@" + kamailio(t, h.address("udp"), shuffled) + ";transport=" + c.transport
			var early atomic.Int32
			slots := make(chan struct{}, atOnce)
			var all sync.WaitGroup
			for range calls {
				slots <- struct{}{}
				all.Go(func() {
					defer func() { <-slots }()
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					rang := make(chan struct{}, 8)
					if c.use == nil {
						go func() {
							<-rang
							cancel()
						}()
					}
					call, err := phone.Dial(ctx,
						sip.Outbound{To: to, From: "13800000000", OnProgress: func(status int, _ bool) {
							if status == 180 {
								rang <- struct{}{}
							}
						}})
					if c.use == nil {
						if !errors.Is(err, context.Canceled) {
							t.Errorf("given up: %v", err)
						}
						return
					}
					if err != nil {
						t.Errorf("dialling: %v", err)
						return
					}
					if len(rang) == 0 {
						early.Add(1)
					}
					c.use(t, call)
					ended(t, call)
					if cause := call.Cause(); cause.By != sip.Local {
						t.Errorf("ended by %v: %+v", cause.By, cause)
					}
				})
			}
			all.Wait()
			if c.use != nil {
				t.Logf("%d of %d answers came before the ringing", early.Load(), calls)
			}
			if n := len(h.taken()); n != calls {
				t.Errorf("%d calls, want %d", n, calls)
			}
			for _, one := range h.taken() {
				ended(t, one.Call)
				if cause := one.Cause(); cause.By != c.by {
					t.Errorf("ended by %v, want %v: %+v", cause.By, c.by, cause)
				}
			}
		})
	}
}
