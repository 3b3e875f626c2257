//go:build campaigns

package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/console/api"
	"rexian/media/sip"
)

// TestAPauseOnTheWire: fifty calls a second, and no INVITE comes later than 200 ms after the order to pause was
// answered; after the order to resume each target that is left is called once.
func TestAPauseOnTheWire(t *testing.T) {
	const targets = 200
	c := newCarrier(t)
	var mu sync.Mutex
	var came []time.Time
	c.all = func(call *sip.Call) {
		mu.Lock()
		came = append(came, time.Now())
		mu.Unlock()
		call.Reject(404, "Not Found")
	}
	arrived := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(came)
	}
	data := t.TempDir()
	var phones []string
	for i := range targets {
		phones = append(phones, fmt.Sprintf("139%08d", i))
	}
	debtors(t, data, phones...)
	h := calling(t, c, strings.Replace(dunning, "并发     4路", "并发     50路", 1), data, time.Second)
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	h.campaign("start")
	for round := range 3 {
		goal := (round + 1) * targets / 5
		for end := time.Now().Add(time.Minute); arrived() < goal; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d calls of %d come", arrived(), goal)
			}
		}
		h.campaign("pause")
		paused := time.Now()
		h.waits("the end of the calls that were on", func(c api.Campaign) bool {
			return c.Live == 0 && c.States["claimed"] == 0
		})
		mu.Lock()
		last := came[len(came)-1].Sub(paused)
		t.Logf("paused after %d calls: the last came %s later", len(came), last.Round(time.Millisecond))
		mu.Unlock()
		if last > 200*time.Millisecond {
			t.Errorf("an INVITE comes %s after the pause", last)
		}
		h.campaign("resume")
	}
	h.waits("the end", func(c api.Campaign) bool { return c.State == "done" })
	mu.Lock()
	defer mu.Unlock()
	if len(came) != targets {
		t.Errorf("%d calls to %d targets", len(came), targets)
	}
}
