package rtp

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"rexian/media/audio"
	"rexian/media/sdp"
)

const (
	period  = 20 * time.Millisecond // between two ticks of a leg
	frame   = audio.Rate / 50       // samples, and bytes, of one tick
	longest = 60                    // ms: the longest packet we send
	mtu     = 1500                  // bytes: nothing longer is taken in
)

// leg is the working part of a stream. Everything but box and counts belongs to the one thread that ticks it.
type leg struct {
	box atomic.Pointer[mail] // commands, newest first

	stream    *Stream
	rtp, rtcp socket
	out       *outlet // where events and recorded sound go
	closing   bool
	seat      uint32 // of a thread's poller
	ready     bool   // the thread has noted that there is something to read
	reported  bool   // it has noted that there is a report to read
	looked    int64  // when that was last so, in the thread's looks

	// What was agreed.
	connected bool
	media     sdp.Media
	keysSRTP  keys
	remote    netip.AddrPort // where RTP is sent
	remoteC   netip.AddrPort // where RTCP is sent
	source    source         // what is known of where packets come from
	gate      gate           // whether sound may go there
	first     bool           // First was told

	send    sender
	recv    receiver
	ears    keyEars
	play    player
	keys    keypad
	talk    talk
	band    *band      // in-band keys, if wanted, from the first sound on
	jit     *jitter    // the far side's sound in time; only with a tap, or where keys are looked for in it
	tap     tapping    // what a Tap gets
	witness *testimony // what a Witness gets; nil if there is none
	mask    mask       // where there are keys in it
	others  []other    // room: whom the far side hears
	told    []*link    // room: who hears the far side
	held    heldKey    // room: the far side's key that others were told of

	now      int64 // ns on the engine's clock, of the tick or packet at hand
	ticks    int64 // ticks since the leg began
	ticked   int64 // when the last one was, or the leg was connected
	skipped  int64 // of the driver's skipped ticks, those already known
	lastSeen int64 // when the far side's last RTP packet came
	alive    int64 // when it last gave a sign of life, RTCP included, or was not expected to
	lost     bool  // Lost was told and nothing came since
	refusals refusals
	report   reports

	counts legCounts
}

// work is what a thread needs while it ticks or receives: buffers that no leg keeps.
type work struct {
	packet [mtu + 64]byte // being sent
	cipher [mtu + 64]byte // the same, encrypted
	plain  [mtu + 64]byte // received, decrypted
	frame  [frame]byte    // this tick's sound
	heard  [frame]byte    // this tick's sound from the far side
	other  [frame]byte    // and from another in the room
	second [frame]byte    // and from the next
	sum    [frame]int32   // of all of them
	pcm    []int16        // decoded; mtu samples
	past   [pastMost]int16
	wave   [frame + step]int16
	mixed  [frame]int16
	header rtp.Header
}

func newWork() *work { return &work{pcm: make([]int16, 0, mtu)} }

// init makes the leg of a new stream. seed is random.
func (l *leg) init(s *Stream, rtp, rtcp socket, seed [20]byte) {
	l.stream, l.rtp, l.rtcp = s, rtp, rtcp
	l.send.ssrc = binary.BigEndian.Uint32(seed[0:])
	l.send.stamp = binary.BigEndian.Uint32(seed[4:])
	l.send.seq = binary.BigEndian.Uint16(seed[8:])
	l.send.marker = true
	l.report.seed(seed[10:])
	l.media.Events = -1
}

// connect takes a new agreement.
func (l *leg) connect(m sdp.Media, k keys, f Far) {
	nowhere := m.Addr.Addr().IsUnspecified() // the old form of hold: the far side is where it was
	moved := (!l.connected || m.Addr != l.media.Addr) && !nowhere
	if m.Codec != l.media.Codec {
		l.forget() // it is in the old encoding
	}
	l.keysSRTP = k.keeping(l.keysSRTP, l.media, m)
	if nowhere {
		m.Addr = l.media.Addr // coming back to it is no move
	}
	l.source.agree(l, f.Signal, moved, !alike(m, l.media))
	l.media = m
	l.alive, l.lost = l.now, false
	if moved {
		l.remote = m.Addr
		l.remoteC = m.RTCP
		if !l.remoteC.IsValid() || l.remoteC.Port() == 0 {
			l.remoteC = netip.AddrPortFrom(m.Addr.Addr(), m.Addr.Port()+1)
		}
	}
	l.gate.agree(l, f, !l.connected)
	if !l.connected {
		l.connected = true
		l.ticked = l.now
		l.report.schedule(l.now)
	}
	if l.jit != nil && l.jit.codec != m.Codec {
		l.jit = newJitter(m.Codec)
		l.deafen()
	}
	l.counts.codec.Store(uint32(m.Codec))
	l.noteRemote()
}

// alike says whether two agreements are the same: the second only repeats the first.
func alike(a, b sdp.Media) bool {
	if !same(a.Send, b.Send) || !same(a.Recv, b.Recv) {
		return false
	}
	a.Send, a.Recv, b.Send, b.Recv = nil, nil, nil, nil
	return a == b
}

// tick is the leg's work of 20 ms before it receives: commands, then one frame of sound.
func (l *leg) tick(w *work, now, skipped int64) {
	l.ticks++
	l.readMail(now)
	if !l.connected {
		l.skipped = skipped
		return
	}
	if n := skipped - l.skipped; n > 0 { // the clock went on without us
		l.skipped = skipped
		l.counts.skipped.Add(uint64(n))
		l.send.stamp += uint32(n) * frame
		l.send.marker = true
	}
	l.ticked = now
	said := l.transmit(w)
	l.hear(w, said)
	if l.witness != nil {
		l.witness.tick(l, w)
	}
	l.watchKey()
	l.watch()
	l.talk.tick(l)
	l.report.tick(l)
}

// hear moves the far side's sound on by one frame, to the tap and to who looks for keys in it.
func (l *leg) hear(w *work, said []byte) {
	if l.jit == nil {
		return
	}
	heard := w.heard[:]
	l.mask.reads(l.jit.next)
	l.jit.read(w, heard)
	l.look(w)
	if l.tap.to != nil {
		l.tap.add(l, heard, said)
	}
}

// watch tells when the far side has fallen silent. While one side holds the call, or only listens before the answer,
// nothing is expected, unless we may not send: then something must come that shows that the far side is there.
func (l *leg) watch() {
	if talks := l.media.Direction == sdp.SendRecv; (!talks || l.gate.early) && l.now < l.gate.until {
		l.alive = l.now
		return
	}
	t := l.stream.options.Timeout
	if t > 0 && !l.lost && l.now-l.alive >= int64(t) {
		l.lost = true
		l.tell(Event{Kind: Lost})
	}
}

// tell sends an event on its way.
func (l *leg) tell(e Event) {
	if l.stream.options.Events == nil {
		return
	}
	e.At = l.stream.engine.config.Now()
	l.out.event(l.stream, e)
}

// end is the leg's last act.
func (l *leg) end() {
	if l.connected {
		l.report.bye(l)
	}
	l.seal()
	l.setTap(nil)
	l.attended(nil)
	l.arrange(nil, nil)
}

// needJitter makes the jitter buffer for a tap, and drops it where nobody wants it any more: no tap, and nobody who
// looks for keys. For those it is made when the first sound comes.
func (l *leg) needJitter() {
	switch {
	case l.tap.to == nil && !l.looks():
		l.jit = nil
	case l.tap.to != nil && l.jit == nil:
		l.jit = newJitter(l.media.Codec)
	}
}
