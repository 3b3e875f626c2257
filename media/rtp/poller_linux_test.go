//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

import "testing"

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
