package rtp

import (
	"github.com/pion/rtp"

	"rexian/media/audio"
)

// Witness hears what the far side sends, to judge by it: a tone, an announcement, the beep of a machine. It need not
// hear in time, so it hears in the far side's own time, by the timestamps, and nothing of ours disturbs that: what
// comes late or out of order is waited for, a silence that is not sent has its length, what is lost is made up from the
// sound before it, and nothing is put in or left out to keep up. Only when nothing comes for 600 ms time goes on in
// silence.
//
// Heard is called by a goroutine of the engine, never by a tick thread, about 200 ms at a time from the first packet
// on. The slice is reused after it returns. A Witness that has a method End() gets that call once, after its last
// samples, when it is dismissed or the stream is closed.
type Witness interface {
	Heard(samples []int16)
}

// Attend lets a witness hear the far side from now on, beside any tap; one that was there is dismissed, and nil only
// does that. It says whether that is so: not if the stream is closed.
func (s *Stream) Attend(w Witness) bool { return s.post(func(l *leg) { l.attended(w) }) }

// Dismiss ends what Attend began, if it is still this witness that hears.
func (s *Stream) Dismiss(w Witness) {
	s.post(func(l *leg) {
		if l.witness != nil && l.witness.to == w {
			l.attended(nil)
		}
	})
}

const (
	patience = audio.Rate * 3 / 10 // samples of newer sound for which a packet that is missing is waited for
	standing = 30                  // ticks without a packet after which time goes on: 600 ms
	another  = audio.Rate * 10     // samples: a packet this far from its time is of another time
	kept     = 50                  // batches for which there was no room: 10 s
)

// testimony is what a Witness gets of a leg.
type testimony struct {
	to      Witness
	codec   audio.Codec
	started bool
	next    uint32 // timestamp of the sample that comes next
	seq     uint16 // of the packet before it
	ahead   []coming
	still   bool            // the far side has said that it is silent
	idle    int             // ticks since a packet came
	filled  int32           // samples of silence that were given while nothing came
	past    [pastMost]uint8 // the last that was given
	have    int             // of it

	b     *batch
	n     int
	queue []*batch // there was no room for these
}

// coming is a packet that has come before its turn.
type coming struct {
	seq   uint16
	stamp uint32
	b     []byte
}

// attended changes who hears the leg.
func (l *leg) attended(w Witness) {
	if t := l.witness; t != nil {
		t.end(l)
	}
	if l.witness = nil; w != nil {
		l.witness = &testimony{to: w}
	}
}

// end gives what is left.
func (t *testimony) end(l *leg) {
	w := newWork() // it is not in the middle of a packet
	for len(t.ahead) > 0 {
		t.giveUp(l, w)
	}
	for _, b := range t.queue {
		l.out.tap(b, true)
	}
	t.queue = nil
	t.hand(l, true)
}

// apart begins another time: with the next packet.
func (t *testimony) apart() { t.started = false }

// quiet is told of a packet that says that the far side is silent.
func (t *testimony) quiet(seq uint16) {
	if t.still = true; seq == t.seq+1 {
		t.seq = seq
	}
}

// packet takes a packet of sound.
func (t *testimony) packet(l *leg, w *work, h *rtp.Header, payload []byte) {
	c := audio.Codec(h.PayloadType)
	if t.have == 0 {
		t.codec = c
	}
	if c != t.codec {
		payload = c.Transcode(w.cipher[:0], payload, t.codec)
	}
	t.idle = 0
	off := int32(h.Timestamp - t.next)
	if !t.started || off > another || off < -another {
		for len(t.ahead) > 0 {
			t.giveUp(l, w)
		}
		t.started, t.next, t.seq, t.filled, t.still, off = true, h.Timestamp, h.SequenceNumber-1, 0, false, 0
	}
	switch {
	case off < 0: // it was given up, or part of it came before
		if gone := int(-off); gone < len(payload) {
			t.take(l, h.SequenceNumber, h.Timestamp+uint32(gone), payload[gone:])
		}
	case off == 0 || h.SequenceNumber == t.seq+1: // nothing is missing: what is not sent is silence
		t.silent(l, off)
		t.take(l, h.SequenceNumber, h.Timestamp, payload)
	default:
		t.wait(h, payload)
	}
	for len(t.ahead) > 0 && (t.ahead[0].seq == t.seq+1 || int32(t.ahead[0].stamp-t.next) <= 0 ||
		int32(t.ahead[len(t.ahead)-1].stamp-t.next) >= patience) {
		t.giveUp(l, w)
	}
}

// wait keeps a packet until it is its turn.
func (t *testimony) wait(h *rtp.Header, payload []byte) {
	at := len(t.ahead)
	for at > 0 && int32(t.ahead[at-1].stamp-h.Timestamp) > 0 {
		at--
	}
	p := coming{h.SequenceNumber, h.Timestamp, append([]byte(nil), payload...)}
	t.ahead = append(t.ahead, coming{})
	copy(t.ahead[at+1:], t.ahead[at:])
	t.ahead[at] = p
}

// giveUp takes the first of those that wait. What is missing before it, if anything is, was lost.
func (t *testimony) giveUp(l *leg, w *work) {
	p := t.ahead[0]
	if t.ahead = t.ahead[1:]; len(t.ahead) == 0 {
		t.ahead = nil
	}
	off := int32(p.stamp - t.next)
	if off < 0 {
		if gone := int(-off); gone < len(p.b) {
			t.take(l, p.seq, p.stamp+uint32(gone), p.b[gone:])
		}
		return
	}
	if p.seq != t.seq+1 && !t.still {
		off -= t.makeUp(l, w, off-t.filled)
	}
	t.silent(l, off)
	t.take(l, p.seq, p.stamp, p.b)
}

// silent gives silence before what comes next, less what was given of it while nothing came.
func (t *testimony) silent(l *leg, n int32) {
	for n -= t.filled; n > 0; n -= frame {
		t.give(l, unsounded[t.codec>>3][:min(n, frame)])
	}
}

// makeUp makes up at most n samples that were lost, as far as the past allows. It says how many.
func (t *testimony) makeUp(l *leg, w *work, n int32) int32 {
	past := w.past[:0]
	if past = t.codec.Decode(past, t.past[pastMost-t.have:]); len(past) < pitchMost+pitchSpan {
		return 0
	}
	var e erasure
	n = max(min(n, stages*stage), 0)
	for left := n; left > 0; left -= frame {
		pcm := w.wave[:min(left, frame)]
		e.goOn(past, pcm)
		var b [frame]byte
		t.give(l, t.codec.Encode(b[:0], pcm))
	}
	return n
}

// take gives the sound of a timestamp, whose turn it is.
func (t *testimony) take(l *leg, seq uint16, stamp uint32, b []byte) {
	t.give(l, b)
	t.next, t.seq, t.filled, t.still = stamp+uint32(len(b)), seq, 0, false
}

// give adds sound to the batch.
func (t *testimony) give(l *leg, b []byte) {
	if keep := b[max(len(b)-pastMost, 0):]; len(keep) > 0 {
		copy(t.past[:], t.past[len(keep):])
		copy(t.past[pastMost-len(keep):], keep)
		t.have = min(t.have+len(keep), pastMost)
	}
	for len(b) > 0 {
		if t.b == nil {
			t.b, t.n = l.out.batch(), 0
		}
		k := copy(t.b.heard[t.n:], b)
		b = b[k:]
		if t.n += k; t.n == len(t.b.heard) {
			t.hand(l, false)
		}
	}
}

// hand gives the batch away, or keeps it until there is room: what is heard late is as good.
func (t *testimony) hand(l *leg, last bool) {
	b := t.b
	if b == nil {
		b, t.n = l.out.batch(), 0
	}
	t.b = nil
	b.to, b.codec, b.n, b.lost, b.from, b.up, b.last = t.to, t.codec, t.n, 0, 0, 0, last
	switch {
	case len(t.queue) == 0 && l.out.tap(b, last):
	case len(t.queue) < kept:
		t.queue = append(t.queue, b)
	default:
		l.stream.engine.counts.tapLost.Add(uint64(b.n))
	}
}

// tick looks every 20 ms whether there is room, and whether anything comes.
func (t *testimony) tick(l *leg, w *work) {
	for len(t.queue) > 0 && l.out.tap(t.queue[0], false) {
		if t.queue = t.queue[1:]; len(t.queue) == 0 {
			t.queue = nil
		}
	}
	if !t.started {
		return
	}
	if t.idle++; t.idle < standing {
		return
	}
	for len(t.ahead) > 0 {
		t.giveUp(l, w)
	}
	n := int32(frame)
	if t.idle == standing {
		n *= standing - 1 // the first tick may be just behind the packet
	}
	for range n / frame {
		t.give(l, unsounded[t.codec>>3][:])
	}
	t.filled += n
}

// unsounded is a frame of silence of PCMU and PCMA, whose payload types are 0 and 8.
var unsounded = func() (s [2][frame]byte) {
	for i, c := range []audio.Codec{audio.PCMU, audio.PCMA} {
		hush(s[i][:], c)
	}
	return s
}()
