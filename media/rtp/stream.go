package rtp

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// Options are what a stream is opened with.
type Options struct {
	// Events is called for each event of the stream, in order, by a goroutine of the engine that is not a tick thread.
	// It must not block long: streams share that goroutine. It may be nil. No call begins after Close has returned,
	// unless one was already on its way.
	Events func(Event)
	// InBand looks for keys in the sound itself, until the far side sends its first telephone event.
	InBand bool
	// Timeout is how long nothing may come, neither RTP nor RTCP, before Lost is told. 0: for ever. It does not run
	// while the call is on hold.
	Timeout time.Duration
	// Lead is the silence that is sent before the first word: whoever has just answered does not hear the first
	// moments.
	Lead time.Duration
}

// Far is what the signalling knows of the far side.
type Far struct {
	// Signal is where its messages come from. Its sound may come from any port there, which is what is seen of a
	// telephone behind a NAT. The zero value: not known; then sound goes to whatever address was agreed.
	Signal netip.Addr
	// Acked says that the far side has acknowledged the agreement. Otherwise Acked has to be called when it does.
	Acked bool
	// Early says that words need not wait for that: the call is not answered yet.
	Early bool
	// Trusted says that the far side is who it says: once it has acknowledged the agreement it gets sound where that
	// was agreed, though nothing comes from there; until there is an answer, without acknowledging anything.
	Trusted bool
}

// Stats are one stream's figures so far.
type Stats struct {
	Sent, Received uint64         // RTP packets
	SentBytes      uint64         // of payload
	Lost           uint64         // packets of the far side that never came
	Late           uint64         // packets that came too late to be recorded, or for one who hears them
	Duplicate      uint64         // packets that came twice
	Refused        uint64         // datagrams thrown away: from strangers or malformed
	Skipped        uint64         // frames of ours that were left out because the machine stood still
	Jitter         time.Duration  // of the far side's packets (RFC 3550, 6.4.1)
	RTT            time.Duration  // to the far side and back, from its last report; 0 if it sent none
	FarLost        uint64         // of our packets, as the far side last reported
	FarJitter      time.Duration  // of our packets, as the far side last reported
	Remote         netip.AddrPort // where packets go now
	Codec          audio.Codec
}

// Stream is the sound of one call. Its methods may be called from any goroutine, return at once, and take effect at the
// stream's next packet. After Close they do nothing.
type Stream struct {
	engine  *Engine
	local   netip.AddrPort
	options Options
	closed  atomic.Bool
	room    *Room // guarded by engine.arranging
	leg     leg
}

// Local is the address that RTP is received on. The RTCP port is the next one.
func (s *Stream) Local() netip.AddrPort { return s.local }

// Connect is Agree with a far side that has acknowledged, and whose signalling is not known.
func (s *Stream) Connect(m sdp.Media) error { return s.Agree(m, Far{Acked: true}) }

// Agree starts sending to, and receiving from, the far side as agreed, or changes to a new agreement.
// Sequence numbers and timestamps go on. It fails with ErrMedia or ErrClosed.
func (s *Stream) Agree(m sdp.Media, f Far) error {
	if s.closed.Load() {
		return ErrClosed
	}
	if m.Codec != audio.PCMU && m.Codec != audio.PCMA {
		return fmt.Errorf("%w: payload type %d", ErrMedia, m.Codec)
	}
	if !m.Addr.IsValid() || m.Addr.Port() == 0 {
		return fmt.Errorf("%w: address %v", ErrMedia, m.Addr)
	}
	if m.Addr.Addr().IsUnspecified() && m.Direction.Sends() { // the old form of hold (RFC 3264, 8.4)
		m.Direction = sdp.RecvOnly
	}
	keys, err := newKeys(m)
	if err != nil {
		return err
	}
	s.post(func(l *leg) { l.connect(m, keys, f) })
	return nil
}

// Acked says that the far side has acknowledged the last agreement.
func (s *Stream) Acked() { s.post(func(l *leg) { l.gate.acknowledge(l) }) }

// Play queues an item behind those that wait. Played is told when its last sample is sent.
// While the far side holds the call, nothing is sent and what is queued waits.
func (s *Stream) Play(i Item) { s.post(func(l *leg) { l.play.add(i) }) }

// Silence stops what is played now and forgets the queue. Nothing is told of the forgotten items. What was given to
// Hold goes on.
func (s *Stream) Silence() { s.post(func(l *leg) { l.play.clear() }) }

// Hold plays the item again and again whenever nothing is queued. It resumes where it was interrupted.
func (s *Stream) Hold(i Item) { s.post(func(l *leg) { l.play.hold(i) }) }

// Unhold ends what Hold began.
func (s *Stream) Unhold() { s.post(func(l *leg) { l.play.hold(Item{}) }) }

// SendKeys presses keys towards the far side, each for on with gap after it: as telephone events if the far side takes
// them, else as tones. Bytes that are no key are left out. What is played waits meanwhile.
func (s *Stream) SendKeys(digits string, on, gap time.Duration) {
	s.post(func(l *leg) { l.keys.add(digits, on, gap) })
}

// Relay tells those in the room who take the far side's keys of a key that the far side pressed for on and that did not
// come with its packets. Keys that do need no word.
func (s *Stream) Relay(key byte, on time.Duration) { s.post(func(l *leg) { l.relay(key, on) }) }

// Tap gives both directions of the call to t from now on; nil ends it. A tap that is replaced gets its last samples
// first. It says whether that is so: not if the stream is closed, whose tap stays the last.
func (s *Stream) Tap(t Tap) bool {
	if t == nil {
		return s.post(func(l *leg) { l.setTap(nil) })
	}
	return s.post(func(l *leg) { l.setTap(t) })
}

// Untap ends a tap, if it is still there: one that has been replaced meanwhile has had its end.
func (s *Stream) Untap(t Tap) {
	s.post(func(l *leg) {
		if l.tap.to == t {
			l.setTap(nil)
		}
	})
}

// Record is Tap for a recording.
func (s *Stream) Record(r Recording) bool { return s.post(func(l *leg) { l.setTap(r) }) }

// Listen tells Voice when the far side begins to speak, and Quiet when it has not spoken for the given time, also if it
// never began.
// 0 ends it.
func (s *Stream) Listen(quiet time.Duration) { s.post(func(l *leg) { l.talk.listen(quiet) }) }

// Stats tells the stream's figures.
func (s *Stream) Stats() Stats { return s.leg.counts.stats() }

// Close ends the stream: the far side gets an RTCP BYE, a Tap its last samples, and the ports go back. It does not wait
// for that.
func (s *Stream) Close() {
	if s.closed.Swap(true) {
		return
	}
	s.Unbridge()
	s.mail(func(l *leg) { l.closing = true })
}

// Ended is a stream that has ended already, for who has lost a stream to another owner.
func (s *Stream) Ended() *Stream {
	o := &Stream{engine: s.engine}
	o.closed.Store(true)
	return o
}

// post puts a command into the leg's mailbox, if the stream is open. It says whether it will be carried out.
func (s *Stream) post(do func(*leg)) bool { return !s.closed.Load() && s.mail(do) }

// mail is one command on its way to the leg; the newest comes first in the list.
type mail struct {
	next *mail
	do   func(*leg)
}

// sealed is in the mailbox of a leg that has ended.
var sealed = new(mail)

func (s *Stream) mail(do func(*leg)) bool {
	m := &mail{do: do}
	for {
		if m.next = s.leg.box.Load(); m.next == sealed {
			return false
		}
		if s.leg.box.CompareAndSwap(m.next, m) {
			return true
		}
	}
}

// readMail runs what was posted, in the order it was posted. It takes effect now, in ns on the engine's clock: a packet
// may bring the leg here before its first tick has.
func (l *leg) readMail(now int64) {
	l.now = now
	if b := l.box.Load(); b == nil || b == sealed {
		return
	}
	var first *mail
	for m := l.box.Swap(nil); m != nil; {
		next := m.next
		m.next, first = first, m
		m = next
	}
	for ; first != nil; first = first.next {
		first.do(l)
	}
}

// seal runs what was posted, and takes no more.
func (l *leg) seal() {
	for !l.box.CompareAndSwap(nil, sealed) {
		l.readMail(l.now)
	}
}
