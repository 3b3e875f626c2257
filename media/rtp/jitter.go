package rtp

import (
	"math/bits"

	"rexian/media/audio"
)

// jitter puts the far side's sound back into time. It is a ring of samples addressed by the RTP timestamp, so packets
// of any length fit in any order, and a duplicate changes nothing. A frame is read at each tick; what is not there by
// then is made up from the sound before it (conceal.go).
//
// A packet has to be there a little before the tick that reads its beginning. By how much more sound than that it has
// come early is its room; the least room of the last second says how the delay has to change: packets that come too
// late make it longer, and where all come early it becomes shorter. It changes by pieces of at most 15 ms, which are
// put in or left out where the sound repeats itself or nobody speaks (stretch.go).
type jitter struct {
	codec   audio.Codec // of the ring
	started bool
	still   bool   // the far side has said that it is silent: what is missing is silence
	anew    bool   // another time began: what was heard before does not go on
	next    uint32 // timestamp of the sample that is read next
	top     uint32 // timestamp after the newest sample
	heard   uint32 // timestamp after the last sample that fresh gave
	grid    uint32 // added to timestamps it has units begin where packets do
	past    int32  // samples before next that are what was read, up to pastMost
	starved int32  // samples made while nothing was there, during which time stood still
	gap     erasure

	room    int32 // the least of this stretch, in samples
	before  int32 // and of the one before
	widest  int32 // the most of this stretch
	spread  int32 // between the most and the least of the last one
	stretch int   // ticks of this stretch
	grow    int32 // samples by which the delay has to become longer
	missed  bool  // and a packet has come too late because it had not
	waited  int   // ticks that a change has waited for a good moment
	strays  int   // packets in succession that came too late

	have [ringSize / unit / 64]uint64 // the units that are there
	ring [ringSize]byte
}

const (
	ringSize = 4096 // samples, a power of two: 512 ms
	ringMask = ringSize - 1
	unit     = 8                     // samples: what is known to be there or not
	units    = ringSize / unit       // a power of two
	margin   = audio.Rate * 6 / 1000 // samples that packets should come before the tick: our threads may be late
	// samples by which the delay may grow, and that a silent far side is waited for
	most       = audio.Rate * 120 / 1000
	farAhead   = 2 * most       // a packet this much before its time is of another time
	farBehind  = ringSize - mtu // and one this much after it
	measured   = 25             // ticks of a stretch: half a second
	unmeasured = 1 << 30        // room, when nothing has come
	manyLate   = 4              // more strays than this mean that the sender's clock went back
)

func newJitter(c audio.Codec) *jitter {
	return &jitter{codec: c, room: unmeasured, before: unmeasured}
}

// restart forgets what is held: a new source has its own time.
func (j *jitter) restart() {
	j.started, j.spread = false, 0
}

// pause is for a far side that says that it is silent, or presses a key instead.
func (j *jitter) pause() { j.still = true }

// write puts a packet in its place. early is how many samples before the next tick it has come. It says whether all
// of it came too late.
func (j *jitter) write(w *work, c audio.Codec, stamp uint32, payload []byte, early int32) (late bool) {
	if c != j.codec {
		payload = c.Transcode(w.cipher[:0], payload, j.codec)
	}
	end := stamp + uint32(len(payload))
	j.still = false
	if off := int32(stamp - j.next); !j.started || off > farAhead || off < -farBehind {
		j.begin(stamp, end, early)
	}
	room := j.roomOf(stamp, early)
	j.missed = j.missed || int32(j.next-stamp) > 0
	if gone := int32(j.next - stamp); gone >= int32(len(payload)) { // all of it is past
		if late, j.strays = true, j.strays+1; j.strays <= manyLate {
			j.judge(room)
			return late
		}
		j.begin(stamp, end, early)
		room = j.roomOf(stamp, early)
	} else if gone > 0 { // its beginning is
		payload, stamp = payload[gone:], j.next
	}
	j.strays = 0
	j.judge(room)
	at := int(stamp & ringMask)
	k := copy(j.ring[at:], payload)
	copy(j.ring[:], payload[k:])
	j.mark(stamp, len(payload))
	if int32(end-j.top) > 0 {
		j.top = end
	}
	return late
}

// needs is how many samples before the beginning of a packet reading has to be when the packet comes: none, if the
// next tick is far enough, or whole frames, because all that a tick reads has to be there.
func needs(early int32) int32 {
	if early >= margin {
		return 0
	}
	return (margin - early + frame - 1) / frame * frame
}

func (j *jitter) roomOf(stamp uint32, early int32) int32 { return int32(stamp-j.next) - needs(early) }

// begin sets the time of reading by the packet at stamp. It gets a frame of room, or as much as the far side's
// packets have lately differed by.
func (j *jitter) begin(stamp, end uint32, early int32) {
	room := min(max(frame, (j.spread+frame-1)/frame*frame), most)
	if over := int32(j.heard - stamp); over < 0 || over >= frame {
		j.heard, j.anew = stamp, true
	} else { // the sound goes on where it stood still: whoever listens to it hears no break
		j.heard = stamp + min(uint32(over), end-stamp)
	}
	j.started = true
	j.next, j.top = stamp-uint32(needs(early)+room), end
	j.grid = -stamp % unit
	j.past, j.starved = 0, 0
	j.gap = erasure{on: true} // what comes before it is silence
	j.room, j.before, j.widest, j.stretch, j.grow, j.waited, j.strays = unmeasured, unmeasured, 0, 0, 0, 0, 0
	j.have = [len(j.have)]uint64{}
}

// judge takes the room of a packet into account. One later than any delay would be of use for changes nothing.
func (j *jitter) judge(room int32) {
	if room < -most {
		return
	}
	j.room, j.widest = min(j.room, room), max(j.widest, room)
	j.grow = max(j.grow, -room)
}

// hush makes what waits to be read silent.
func (j *jitter) hush() {
	for i := range max(j.held(), 0) {
		j.ring[(j.next+uint32(i))&ringMask] = j.codec.Silence()
	}
}

// measure ends a stretch when its time has come.
func (j *jitter) measure() {
	if j.stretch++; j.stretch < measured {
		return
	}
	if j.before = j.room; j.room != unmeasured {
		j.spread = j.widest - j.room
	}
	j.room, j.widest, j.stretch = unmeasured, 0, 0
}

// read takes the sound of this tick. It says whether there is any.
func (j *jitter) read(w *work, dst []byte) bool {
	if !j.started {
		hush(dst, j.codec)
		return false
	}
	j.measure()
	j.resume()
	if waits := int32(j.top-j.next) <= 0; waits || j.grow >= frame/2 && !j.has(j.next) && j.held() < most {
		j.wait(w, dst, waits)
		return true
	}
	if j.gap.on && j.has(j.next) {
		j.blend(w, j.next, j.present(j.next, j.next+frame))
	}
	if j.adapt(w, dst) {
		return true
	}
	j.mend(w)
	at := int(j.next & ringMask)
	m := copy(dst, j.ring[at:])
	copy(dst[m:], j.ring[:])
	j.advance(frame)
	return true
}

// held is how much of the far side's time lies between what is read and the newest that has come, in samples.
func (j *jitter) held() int32 { return int32(j.top - j.next) }

// wait makes up a frame while time stands still: nothing is there, or what is to be read next is still expected.
// After a while the next packet begins a time of its own.
func (j *jitter) wait(w *work, dst []byte, empty bool) {
	if !j.gap.on {
		j.gap.begin(j.next, j.past)
	}
	pcm := w.wave[:len(dst)]
	j.make(w, pcm)
	j.codec.Encode(dst[:0], pcm)
	j.changed(int32(len(dst)))
	if !empty {
		return
	}
	if j.starved += int32(len(dst)); j.starved >= most {
		j.started = false
	}
}

// resume lets time go on after nothing was there. What did not come in the meantime has been made up for.
func (j *jitter) resume() {
	if j.starved == 0 || j.held() <= 0 {
		return
	}
	if n := min(j.absent(j.next, j.top), j.starved); n > 0 {
		j.advance(n)
		j.changed(-n)
		j.past, j.heard, j.anew = 0, j.next, true
	}
	j.starved = 0
}

// advance lets time go on by n samples.
func (j *jitter) advance(n int32) {
	at := j.next + j.grid
	for u, left := at/unit, (at%unit+uint32(n))/unit; left > 0; {
		bit := u % 64
		k := min(64-bit, left)
		j.have[u%units/64] &^= ^uint64(0) >> (64 - k) << bit
		u, left = u+k, left-k
	}
	j.next += uint32(n)
	j.past = min(j.past+n, pastMost)
}

// mark notes that n samples from a timestamp on have come.
func (j *jitter) mark(from uint32, n int) {
	at := from + j.grid + unit - 1
	for u, left := at/unit, (at%unit+uint32(n))/unit; left > 0; {
		bit := u % 64
		k := min(64-bit, left)
		j.have[u%units/64] |= ^uint64(0) >> (64 - k) << bit
		u, left = u+k, left-k
	}
}

func (j *jitter) has(stamp uint32) bool {
	u := (stamp + j.grid) / unit
	return j.have[u%units/64]>>(u%64)&1 != 0
}

// present is how many samples from a timestamp on are there, up to the given one; absent how many are not.
func (j *jitter) present(from, to uint32) int32 { return j.run(from, to, 0) }
func (j *jitter) absent(from, to uint32) int32  { return j.run(from, to, ^uint64(0)) }

// run is how many samples from a timestamp on are alike, up to the given one: there, or with other all ones not there.
func (j *jitter) run(from, to uint32, other uint64) int32 {
	at, all := from+j.grid, int32(to-from)
	u, n := at/unit, -int32(at%unit)
	for n < all {
		bit := u % 64
		k := uint32(bits.TrailingZeros64(^((j.have[u%units/64] ^ other) >> bit)))
		k = min(k, 64-bit)
		u, n = u+k, n+int32(k*unit)
		if k < 64-bit {
			break
		}
	}
	return max(min(n, all), 0)
}

// fresh is sound that it has not given yet, in order: as soon as it is there, or when it is read without having come.
// It is nil when there is none.
func (j *jitter) fresh() []byte {
	if !j.started {
		return nil
	}
	n := int32(j.next - j.heard)
	if n > ringSize/2 { // nobody has asked for long
		j.heard, j.anew, n = j.next, true, 0
	}
	if n <= 0 {
		n = j.present(j.heard, j.top)
	}
	at := int32(j.heard & ringMask)
	if n = min(n, ringSize-at); n == 0 {
		return nil
	}
	j.heard += uint32(n)
	return j.ring[at:][:n]
}

// copyOut decodes len(dst) samples from a timestamp on.
func (j *jitter) copyOut(dst []int16, from uint32) {
	at := int(from & ringMask)
	n := min(len(dst), ringSize-at)
	j.codec.Decode(dst[:0], j.ring[at:][:n])
	j.codec.Decode(dst[n:n], j.ring[:len(dst)-n])
}

// copyIn encodes samples to a timestamp.
func (j *jitter) copyIn(from uint32, pcm []int16) {
	at := int(from & ringMask)
	n := min(len(pcm), ringSize-at)
	j.codec.Encode(j.ring[at:][:0], pcm[:n])
	j.codec.Encode(j.ring[:0], pcm[n:])
}
