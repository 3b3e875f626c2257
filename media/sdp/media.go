// Package sdp agrees with the far side on where and how sound is sent: offer and answer (RFC 3264) of one audio stream.
//
// A call has one Local, which remembers what the two sides have said so far. Whoever speaks first makes an offer, the
// other answers it; both can come again later, when a call is put on hold or moves. Of every description (RFC 8866)
// only the part that matters for one G.711 stream is kept: other streams are answered with port 0 and keep their place
// in the list, as RFC 3264, 8 asks. What strangers send is read by our own reader, because a description must not be
// lost for one line that we do not need, such as a fax stream or a bandwidth of an unknown kind.
package sdp

import (
	"errors"
	"net/netip"

	"rexian/media/audio"
)

var (
	// ErrMalformed says that a body is not a session description. The right answer to the request is 400.
	ErrMalformed = errors.New("malformed session description")
	// ErrNotAcceptable says that a description is sound but that no stream in it suits us. The right answer is 488.
	ErrNotAcceptable = errors.New("no acceptable audio stream")
)

// Direction says which way sound goes, seen from us (RFC 3264, 5.1).
type Direction uint8

const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

// String is the attribute's name: sendrecv, sendonly, recvonly or inactive.
func (d Direction) String() string {
	switch d {
	case SendOnly:
		return "sendonly"
	case RecvOnly:
		return "recvonly"
	case Inactive:
		return "inactive"
	}
	return "sendrecv"
}

// Sends reports whether we may send sound.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives reports whether the far side may send sound to us.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// reverse is the same direction seen from the other side.
func (d Direction) reverse() Direction { return direction(d.Receives(), d.Sends()) }

// and is what both allow.
func (d Direction) and(e Direction) Direction {
	return direction(d.Sends() && e.Sends(), d.Receives() && e.Receives())
}

func direction(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// Secure says whether sound is protected with SRTP whose keys travel in the description (SDES, RFC 4568).
type Secure uint8

const (
	Never    Secure = iota // plain RTP only; a stream that demands SRTP is refused
	Offered                // SRTP where the far side can do it, plain RTP otherwise (RFC 8643)
	Required               // SRTP or nothing
)

// Crypto is one SDES key (RFC 4568) with which SRTP packets are protected.
type Crypto struct {
	Tag   int
	Suite string // AES_CM_128_HMAC_SHA1_80 or AES_CM_128_HMAC_SHA1_32
	Key   []byte // master key and salt, 30 bytes
}

// EventType is a payload type of telephone events and its clock in Hz.
type EventType struct{ Type, Rate int }

// Media is what was agreed: where to send sound and how.
type Media struct {
	Addr      netip.AddrPort
	RTCP      netip.AddrPort
	Codec     audio.Codec
	Events    int // payload type of telephone events (RFC 4733), -1 if the far side has none
	EventRate int // clock of these events in Hz; 0 is 8000
	// AlsoEvents are further payload types that the far side names for events, as those do that speak wideband to
	// others. We send none of them; a far side that sends them is heard. A Rate of 0 is no entry.
	AlsoEvents [3]EventType
	Ptime      int // milliseconds of sound in a packet we send: 10 to 60
	Direction  Direction
	Send       *Crypto // protects what we send; nil for plain RTP
	Recv       *Crypto // what the far side sends
}
