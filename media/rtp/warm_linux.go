//go:build linux && (amd64 || arm64 || loong64 || riscv64)

package rtp

// A thousand legs are more than a core's cache holds, so all that a leg needs has to be fetched from memory each time
// its turn comes: a dozen places, most of them found through the one before. One leg after the other, the processor
// waits for each. Looked at for several legs in advance, the fetches overlap, and they cost little more than one.

// ahead is how many legs are looked at together.
const ahead = 16

// warm looks at what tick will need of each of the legs. What it returns means nothing: it keeps the compiler from
// leaving out the looking.
func warm(legs []*leg) (n int) {
	for _, l := range legs {
		if l.box.Load() != nil {
			n++
		}
		n += int(l.ticks) + int(l.media.Codec) + int(l.send.seq) + int(l.recv.top) + len(l.keys.presses) +
			l.talk.silent + int(l.alive) + int(l.report.next)
		n += int(l.counts.sent.Load()) + l.rtp.(*raw).fd
		if l.connected {
			n += int(l.remote.Port())
		}
		if q := l.play.queue; len(q) > 0 && l.play.at.clip < len(q[0].Clips) {
			if s := q[0].Clips[l.play.at.clip].Sound; s != nil {
				n += len(s.ALaw)
			}
		}
		if l.jit != nil {
			n += int(l.jit.next) + int(l.jit.ring[l.jit.next&ringMask])
		}
		for i := range l.others {
			k, far := l.others[i].from, l.others[i].far
			c := &k.chunks[k.taken.Load()%linkSize]
			n += int(k.written.Load()) + int(c.stamp) + int(c.b[0]) + int(c.b[frame-1])
			n += int(far.next) + int(far.ring[far.next&ringMask]) + int(far.ring[far.top&ringMask])
		}
		if b := l.tap.b; b != nil && l.tap.n < len(b.heard) {
			n += int(b.heard[l.tap.n]) + int(b.said[l.tap.n])
		}
	}
	return n
}

// warmEars looks at what receive will need of each of the legs.
func warmEars(legs []*leg) (n int) {
	for _, l := range legs {
		if l.box.Load() != nil {
			n++
		}
		n += int(l.recv.top) + int(l.recv.jitter) + int(l.lastSeen) + int(l.media.Events) + int(l.remote.Port()) +
			l.talk.silent
		n += int(l.counts.received.Load()) + int(l.counts.jitter.Load())
		if l.jit != nil {
			n += int(l.jit.top) + int(l.jit.ring[l.jit.top&ringMask])
		}
		for _, k := range l.told {
			n += int(k.chunks[k.written.Load()%linkSize].stamp)
		}
		if l.band != nil {
			n += l.band.detector.Warm()
		}
	}
	return n
}
