package dtmf

import (
	"encoding/binary"
	"time"

	"rexian/media/audio"
)

// Arrival is one RTP packet of the events' payload type as it came.
type Arrival struct {
	Seq     uint16
	Stamp   uint32
	Rate    int // of the timestamp, in Hz; 0 is 8000
	Marker  bool
	At      time.Duration // when it came, on any clock that does not go back
	Payload []byte
}

// Receiver makes keys out of the RFC 4733 events of one RTP stream. A key is told once, when the first of its packets
// comes, whichever that is: the start, an update or the end. So any packets of an event but one may be lost, doubled or
// out of order.
//
// Packets are told apart by their RTP timestamp, which is the moment the key went down and the same in all packets of
// one event. Senders that err are followed where it is safe:
//
//   - an event longer than 65,535 units goes on in a new segment with a new timestamp (RFC 4733, 2.5.1.3);
//   - some senders move the timestamp on with every packet;
//   - some use one timestamp for all events and tell them apart by the key or by a duration that begins anew;
//   - some gateways give the repeated ends another timestamp, of a press that has not begun yet when they come.
//
// The zero Receiver is ready. It is for one goroutine and the packets of one SSRC.
type Receiver struct {
	started bool
	event   uint8
	ended   bool // the end was seen
	seq     uint16
	stamp   uint32
	length  uint32        // how long the event is known to last, in units of the timestamp
	began   time.Duration // when it began, as the first of its packets that came says
	seen    time.Duration // when the newest of them came
}

const (
	endBit  = byte(1) << 7
	reorder = 100                    // a packet this much older in sequence is late; with more the sender began anew
	segment = 0xFFFF                 // the longest duration one segment can state
	past    = 32                     // a late packet is not older than this in timestamp, in seconds
	pause   = 50                     // of a second, a part less than any pause between two presses of one key: 20 ms
	repeats = 150 * time.Millisecond // the ends of one press follow each other within this, on a bad line too
)

// Packet takes one RTP packet of the events' payload type. It gives the key and began = true exactly once for each
// event. ok is false, and nothing changes, when the payload is not a telephone event of a key. Only the first event of
// a payload is read: some devices pad the payload with zeros, which would read as the key 0.
func (r *Receiver) Packet(p Arrival) (key byte, began bool, ok bool) {
	if len(p.Payload) < 4 || int(p.Payload[0]) >= len(codes) {
		return 0, false, false
	}
	if p.Rate == 0 {
		p.Rate = audio.Rate
	}
	event, end := p.Payload[0], p.Payload[1]&endBit != 0
	length := uint32(binary.BigEndian.Uint16(p.Payload[2:]))
	key = codes[event]
	stamp := p.Stamp
	switch {
	case r.started && r.late(p):
		if stamp == r.stamp && event == r.event {
			r.ended = r.ended || end
			r.length = max(r.length, length)
		}
		return key, false, true
	case r.started && event == r.event && r.same(p, end, length):
		if stamp == r.stamp {
			length = max(length, r.length)
		}
	case r.started && event == r.event && end && r.restamped(p, length):
		stamp, length = r.stamp, max(length, r.length)
	default:
		r.started, began = true, true
		r.ended = false
		r.began = p.At - time.Duration(length)*time.Second/time.Duration(p.Rate)
	}
	r.event, r.seq, r.stamp, r.length, r.seen = event, p.Seq, stamp, length, p.At
	r.ended = r.ended || end
	return key, began, true
}

// late says that the packet was sent before the newest one we know, or is that one again.
func (r *Receiver) late(p Arrival) bool {
	behind, older := int16(r.seq-p.Seq), int32(r.stamp-p.Stamp)
	return behind >= 0 && behind < reorder && older >= 0 && int(older) < past*p.Rate
}

// same says that a newer packet with the key of the current event belongs to it.
func (r *Receiver) same(p Arrival, end bool, length uint32) bool {
	on := int32(p.Stamp - r.stamp)
	if on == 0 {
		// One timestamp for all events: after an end, a duration that begins anew is a new press.
		return !r.ended || end || length >= r.length
	}
	if p.Marker || on < 0 || r.ended && !end {
		return false
	}
	// The next press cannot begin before this one is over and a pause has passed.
	slack := uint32(p.Rate / pause)
	if uint32(on) <= r.length+slack {
		return true
	}
	// The next segment of a long event, though the last packets of this one were lost.
	return !r.ended && distance(uint32(on), segment) <= slack
}

// restamped says that an end which soon follows the end of the current event belongs to it all the same. Either it is
// the very next packet and states the same duration, or its timestamp claims a press that would begin only after it
// came.
func (r *Receiver) restamped(p Arrival, length uint32) bool {
	on := int32(p.Stamp - r.stamp)
	if !r.ended || p.Marker || on <= 0 || p.At-r.seen > repeats {
		return false
	}
	if p.Seq == r.seq+1 && length == r.length {
		return true
	}
	passed := p.At - r.began + endings*interval*time.Second/audio.Rate // the ends were sent for so long
	return time.Duration(on)*time.Second/time.Duration(p.Rate) > passed
}

func distance(a, b uint32) uint32 { return max(a, b) - min(a, b) }
