//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import (
	"testing"
	"time"
)

// More legs have something to read than are told of at once: each is told of once, and again as long as it is so.
func TestPoller(t *testing.T) {
	p, err := newPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	const n = 600
	far := testSocket(t, "127.0.0.1:0")
	var all []*leg
	for range n {
		l := &leg{rtp: testSocket(t, "127.0.0.1:0")}
		if err := p.add(l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
		if err := far.send([]byte{1}, l.rtp.local()); err != nil {
			t.Fatal(err)
		}
	}
	p.remove(all[7])
	for round := range 2 {
		got := map[*leg]bool{}
		for _, l := range p.ready(nil) {
			if l == all[7] || got[l] {
				t.Fatalf("round %d: a leg is told of twice, or after it left", round)
			}
			got[l], l.ready = true, false
		}
		if len(got) != n-1 {
			t.Fatalf("round %d: %d legs", round, len(got))
		}
	}
	for _, l := range all[:n/2] {
		receiveAll(l.rtp.(*raw))
	}
	if got := p.ready(nil); len(got) != n/2 {
		t.Fatalf("%d legs after half are read", len(got))
	}
}

// Of a report the leg is told once, beside its sound, and not again until another one comes.
func TestPollerTellsOfReports(t *testing.T) {
	p, err := newPoller()
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	far := testSocket(t, "127.0.0.1:0")
	l := &leg{rtp: testSocket(t, "127.0.0.1:0"), rtcp: testSocket(t, "127.0.0.1:0")}
	if err := p.add(l); err != nil {
		t.Fatal(err)
	}
	for _, comes := range []bool{false, true, false, true} {
		if comes {
			if err := far.send([]byte{1}, l.rtcp.local()); err != nil {
				t.Fatal(err)
			}
		}
		if got := p.ready(nil); len(got) > 0 || l.reported != comes {
			t.Fatalf("a report has come: %v, told %v, of sound %v", comes, l.reported, len(got) > 0)
		}
		l.reported = false
	}
}

// A key wakes its reader at once; the end of what was played may wait while the reader was woken just before.
func TestAKeyWakesAtOnce(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	woken := func() bool {
		select {
		case <-r.out.events.wake:
			return true
		default:
			return false
		}
	}
	at := int64(time.Hour)
	for i, c := range []struct {
		kind  Kind
		after time.Duration
		wakes bool
	}{{Played, 0, true}, {Played, 2 * time.Millisecond, false}, {Key, 4 * time.Millisecond, true},
		{Key, 6 * time.Millisecond, true}, {Played, 8 * time.Millisecond, false},
		{Played, 18 * time.Millisecond, true}} {
		r.out.event(s, Event{Kind: c.kind})
		if r.out.flushSlot(at + int64(c.after)); woken() != c.wakes {
			t.Errorf("%d: %v wakes the reader: %v", i, c.kind, !c.wakes)
		}
	}
}
