// Package audio is sound as numbers: the telephone's encodings, files of sound, tones.
package audio

// Rate is the sampling rate of everything inside: 8,000 samples a second, one channel.
const Rate = 8000

// Codec is an encoding of telephone speech, named by its static RTP payload type (RFC 3551, 6).
type Codec uint8

const (
	PCMU Codec = 0 // G.711 µ-law
	PCMA Codec = 8 // G.711 A-law
)
