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

// String is the encoding's name in SDP (RFC 3551, table 4), or "codec N" for a number that is neither of the two.
func (c Codec) String() string {
	switch c {
	case PCMU:
		return "PCMU"
	case PCMA:
		return "PCMA"
	}
	return "codec " + decimal(uint8(c))
}

func decimal(n uint8) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + string(rune('0'+n%10))
}
