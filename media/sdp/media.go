// Package sdp agrees with the far side on where and how sound is sent: offer and answer (RFC 3264) of one audio stream.
package sdp

import (
	"net/netip"

	"rexian/media/audio"
)

// Direction says which way sound goes, seen from us (RFC 3264, 5.1).
type Direction uint8

const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

// Crypto is one SDES key (RFC 4568) with which SRTP packets are protected.
type Crypto struct {
	Tag   int
	Suite string // AES_CM_128_HMAC_SHA1_80 or AES_CM_128_HMAC_SHA1_32
	Key   []byte // master key and salt, 30 bytes
}

// Media is what was agreed: where to send sound and how.
type Media struct {
	Addr      netip.AddrPort
	RTCP      netip.AddrPort
	Codec     audio.Codec
	Events    int // payload type of telephone events (RFC 4733), -1 if the far side has none
	Ptime     int // milliseconds of sound in a packet we send
	Direction Direction
	Send      *Crypto // protects what we send; nil for plain RTP
	Recv      *Crypto // what the far side sends
}
