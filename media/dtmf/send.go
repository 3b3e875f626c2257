package dtmf

import (
	"encoding/binary"
	"time"

	"rexian/media/audio"
)

// Packet is one RTP packet of an event to be sent. All packets of one event carry the same RTP timestamp, that of the
// moment the key goes down, and numbers of the stream's sequence.
type Packet struct {
	At      int     // when to send it, in samples of 1/8000 s after the first packet; a multiple of 160
	Marker  bool    // the RTP marker: set on the first packet only
	End     bool    // one of the three packets that state the whole duration
	Payload [4]byte // event, end bit and volume, duration
}

const (
	// Shortest and Longest are the limits of a key that is sent. The upper one keeps an event within one segment.
	Shortest = 40 * time.Millisecond
	Longest  = 8 * time.Second

	interval = audio.Rate / 50 // an update every 20 ms, at the pace of the sound
	endings  = 3               // how often the end is sent (RFC 4733, 2.5.1.4)
)

// Packets are the packets of one key press: an update every 20 ms and the end three times, 20 ms apart, so that the
// event takes 40 ms more than d until the sound may go on. volume is the power of the tone in −dBm0, 0 to 63; 10 is
// usual. d is rounded up to 20 ms and held between Shortest and Longest. Without a valid key there are no packets.
func Packets(key byte, volume uint8, d time.Duration) (packets []Packet) {
	for at := 0; ; at += interval {
		p, ok := At(key, volume, at, d)
		if !ok {
			return packets
		}
		packets = append(packets, p)
	}
}

// At is the packet among Packets that is due so many samples, a multiple of 160, after the key went down. As long as a
// key is still held, d is Longest. ok is false after the last packet, and without a valid key.
func At(key byte, volume uint8, at int, d time.Duration) (p Packet, ok bool) {
	event, ok := code(key)
	if !ok {
		return p, false
	}
	d = min(max(d, Shortest), Longest)
	length := int((d+20*time.Millisecond-1)/(20*time.Millisecond)) * interval
	if at >= length+(endings-1)*interval {
		return p, false
	}
	p = Packet{At: at, Marker: at == 0, End: at+interval >= length}
	p.Payload[0], p.Payload[1] = event, min(volume, 63)
	if p.End {
		p.Payload[1] |= endBit
	}
	binary.BigEndian.PutUint16(p.Payload[2:], uint16(min(at+interval, length)))
	return p, true
}
