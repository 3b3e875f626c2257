package rtp

import "rexian/media/audio"

// mask is where in the sound that a Recording gets there are keys: a PIN may be keyed at any moment, and none is kept.
// The one detector of the leg finds them, in the order in which packets come and mostly before the sound is read. Where
// that sound is read is known from the timestamps at which the last frames began, for between the two pieces are put in
// and left out. It counts samples that were read, over all taps of the leg.
type mask struct {
	pos      int64            // of the sample that is read next
	began    [recently]uint32 // timestamps at which the last frames were read
	from, to int64            // left out, and not told yet; nothing if both are the same
	fedTo    uint32           // timestamp after the last sample that the detector got
	upTo     int64            // where that is read
	since    int              // samples since a time began
}

const (
	recently = 16 // frames: 320 ms
	// keyLead is how much is left out before a key: the detector finds its beginning to a few samples, in noise later.
	keyLead = audio.Rate / 20
	// suspected is how much is left out before the end of what may be a piece of a key.
	suspected = audio.Rate / 40
	unsure    = audio.Rate / 20 // samples after a break in which the end of a key is too short to be one
	piece     = audio.Rate / 80 // by which the end of a key is looked for
)

// reads notes that the next frame is read from a timestamp on.
func (m *mask) reads(stamp uint32) {
	m.began[m.pos/frame%recently] = stamp
	m.pos += frame
}

// at is where a timestamp is, or was, read: at the beginning of its frame, or before. next is what is read next.
func (m *mask) at(stamp, next uint32) int64 {
	if d := int32(stamp - next); d >= 0 {
		return m.pos + int64(d)
	}
	last := next
	for i := range int64(recently) {
		at := m.pos - (i+1)*frame
		if at < 0 {
			return 0
		}
		began := m.began[at/frame%recently]
		if jump := int32(last - began); jump < 0 || jump > 2*frame { // another time began: all that can be reached
			break
		}
		if int32(stamp-began) >= 0 {
			return at
		}
		last = began
	}
	return max(m.pos-recently*frame, 0)
}

func (m *mask) add(from, to int64) {
	if m.from == m.to {
		m.from, m.to = from, to
		return
	}
	m.from, m.to = min(m.from, from), max(m.to, to)
}

// told forgets what the tap knows.
func (m *mask) told() { m.from, m.to = 0, 0 }

// found takes in a key that began so many samples before the last that the detector got.
func (m *mask) found(ago int64, next uint32) {
	from := m.at(m.fedTo-uint32(ago), next) - keyLead
	m.add(from, max(from+1, m.pos))
}

// feed gives the detector sound that ends at fedTo when all of it is fed, in pieces, so that the end of a key is known.
func (m *mask) feed(l *leg, pcm []int16) {
	b, next := l.band, l.jit.next
	if !l.tap.masks {
		m.since, b.fed = m.since+len(pcm), b.fed+int64(len(pcm))
		b.detector.Feed(pcm, b.found)
		return
	}
	m.fedTo -= uint32(len(pcm))
	for len(pcm) > 0 {
		n := min(len(pcm), piece)
		m.fedTo, m.since, b.fed = m.fedTo+uint32(n), m.since+n, b.fed+int64(n)
		b.detector.Feed(pcm[:n], b.found)
		pcm = pcm[n:]
		to := m.at(m.fedTo, next)
		switch {
		case b.detector.Sounding():
			m.add(min(m.upTo, to), max(to, m.pos))
		case m.since < unsure && b.detector.Suspects():
			m.add(m.at(m.fedTo-suspected, next), max(to, m.pos))
		}
		m.upTo = to
	}
}

// goesOn leaves out what is made up while nothing comes, where the last that came was a key or the beginning of one.
func (m *mask) goesOn(l *leg) {
	if d := l.band.detector; l.tap.masks && l.jit.starved > 0 && (d.Sounding() || d.Suspects()) {
		m.add(m.at(m.fedTo-suspected, l.jit.next)-keyLead, m.pos)
	}
}
