package dtmf

import (
	"encoding/binary"

	"rexian/media/audio"
)

// Receiver makes keys out of the RFC 4733 events of one RTP stream. A key is told once, when the first of its packets
// comes, whichever that is: the start, an update or the end. So any packets of an event but one may be lost, doubled or out
// of order.
//
// Packets are told apart by their RTP timestamp, which is the moment the key went down and the same in all packets of one
// event. Senders that err are followed where it is safe:
//
//   - an event longer than 65,535 units goes on in a new segment with a new timestamp (RFC 4733, 2.5.1.3);
//   - some senders move the timestamp on with every packet;
//   - some use one timestamp for all events and tell them apart by the key or by a duration that begins anew.
//
// The zero Receiver is ready. It is for one goroutine. After a change of SSRC begin with a new one.
type Receiver struct {
	started bool
	event   uint8
	ended   bool // the end was seen
	seq     uint16
	stamp   uint32
	length  uint32 // how long the event is known to last, in units of the timestamp
}

const (
	reorder    = 100             // a packet this much older in sequence is late; older than that, the sender began anew
	segment    = 0xFFFF          // the longest duration one segment can state
	pastEvents = 1 << 18         // a late packet is not older than this in timestamp
	slack      = audio.Rate / 50 // 20 ms: less than any pause between two presses of one key
	endBit     = byte(1) << 7
)

// Packet takes one RTP packet of the events' payload type. It gives the key and began = true exactly once for each event.
// ok is false, and nothing changes, when the payload is not a telephone event of a key. Only the first event of a payload is
// read: some devices pad the payload with zeros, which would read as the key 0.
func (r *Receiver) Packet(seq uint16, stamp uint32, marker bool, payload []byte) (key byte, began bool, ok bool) {
	if len(payload) < 4 || int(payload[0]) >= len(codes) {
		return 0, false, false
	}
	event, end := payload[0], payload[1]&endBit != 0
	length := uint32(binary.BigEndian.Uint16(payload[2:]))
	key = codes[event]
	switch {
	case r.started && r.late(seq, stamp):
		if stamp == r.stamp && event == r.event {
			r.ended = r.ended || end
			r.length = max(r.length, length)
		}
		return key, false, true
	case r.started && event == r.event && r.same(stamp, marker, end, length):
		if stamp == r.stamp {
			length = max(length, r.length)
		}
	default:
		r.started, began = true, true
		r.ended = false
	}
	r.event, r.seq, r.stamp, r.length = event, seq, stamp, length
	r.ended = r.ended || end
	return key, began, true
}

// late says that the packet was sent before the newest one we know, or is that one again.
func (r *Receiver) late(seq uint16, stamp uint32) bool {
	behind, older := int16(r.seq-seq), int32(r.stamp-stamp)
	return behind >= 0 && behind < reorder && older >= 0 && older < pastEvents
}

// same says that a newer packet with the key of the current event belongs to it.
func (r *Receiver) same(stamp uint32, marker, end bool, length uint32) bool {
	on := int32(stamp - r.stamp)
	if on == 0 {
		// One timestamp for all events: after an end, a duration that begins anew is a new press.
		return !r.ended || end || length >= r.length
	}
	if marker || on < 0 || r.ended && !end {
		return false
	}
	// The next press cannot begin before this one is over and a pause has passed.
	if on <= int32(r.length+slack) {
		return true
	}
	// The next segment of a long event, though the last packets of this one were lost.
	return !r.ended && distance(uint32(on), segment) <= slack
}

func distance(a, b uint32) uint32 { return max(a, b) - min(a, b) }
