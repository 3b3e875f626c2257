package audio

import "slices"

// G.711 squeezes a sample into one byte on a logarithmic scale: a sign, three bits of segment, four bits within the
// segment. Both laws are tables here. µ-law looks at the upper 14 bits of a sample and A-law at the upper 12, so the
// tables that compress have 16,384 and 4,096 entries and stay in the second-level cache.

const (
	muBias  = 33   // what µ-law adds to a 14 bit magnitude so that segments begin at powers of two
	muClip  = 8158 // the largest 14 bit magnitude, so that the bias does not leave 13 bits
	aInvert = 0x55 // A-law sends every second bit inverted (G.711, table 1a, note 2)
)

var (
	muDecode, aDecode = expanders()
	muEncode, aEncode = compressors()
	muToA, aToMu      = transcoders()
)

// expandMu turns a µ-law byte into a sample (G.711, table 2a), scaled to 16 bits.
func expandMu(b byte) int16 {
	b = ^b
	segment, step := b>>4&7, int(b&15)
	magnitude := ((step<<1 + muBias) << segment) - muBias
	if b&0x80 != 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 2)
}

// expandA turns an A-law byte into a sample (G.711, table 1a), scaled to 16 bits.
func expandA(b byte) int16 {
	b ^= aInvert
	segment, step := b>>4&7, int(b&15)
	magnitude := step<<1 + 1
	if segment > 0 {
		magnitude = (magnitude + 32) << (segment - 1)
	}
	if b&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 3)
}

// compressMu turns the upper 14 bits of a sample into µ-law. A negative sample is measured from minus one, so that both
// signs have the same decision values.
func compressMu(sample int) byte {
	sign := byte(0x80)
	if sample < 0 {
		sample, sign = ^sample, 0
	}
	sample = min(sample, muClip) + muBias
	segment := byte(0)
	for sample>>(segment+6) > 0 {
		segment++
	}
	return sign | ^(segment<<4|byte(sample>>(segment+1)&15))&0x7F
}

// compressA turns the upper 12 bits of a sample into A-law.
func compressA(sample int) byte {
	sign := byte(0x80)
	if sample < 0 {
		sample, sign = ^sample, 0
	}
	segment := byte(0)
	for sample>>(segment+4) > 0 {
		segment++
	}
	step := sample >> max(int(segment)-1, 0)
	return (sign | segment<<4 | byte(step&15)) ^ aInvert
}

func expanders() (mu, a [256]int16) {
	for i := range 256 {
		mu[i], a[i] = expandMu(byte(i)), expandA(byte(i))
	}
	return
}

func compressors() (mu [1 << 14]byte, a [1 << 12]byte) {
	for i := range mu {
		mu[i] = compressMu(int(int16(i<<2)) >> 2)
	}
	for i := range a {
		a[i] = compressA(int(int16(i<<4)) >> 4)
	}
	return
}

func transcoders() (toA, toMu [256]byte) {
	for i := range 256 {
		toA[i] = aEncode[uint16(muDecode[i])>>4]
		toMu[i] = muEncode[uint16(aDecode[i])>>2]
	}
	return
}

// Encode appends the samples, one byte each, to dst. Any codec but PCMA is taken for PCMU.
func (c Codec) Encode(dst []byte, pcm []int16) []byte {
	at := len(dst)
	dst = slices.Grow(dst, len(pcm))[:at+len(pcm)]
	out := dst[at:]
	if c == PCMA {
		for i, s := range pcm {
			out[i] = aEncode[uint16(s)>>4]
		}
		return dst
	}
	for i, s := range pcm {
		out[i] = muEncode[uint16(s)>>2]
	}
	return dst
}

// Decode appends one sample for each byte of the payload to dst. Any codec but PCMA is taken for PCMU.
func (c Codec) Decode(dst []int16, payload []byte) []int16 {
	at := len(dst)
	dst = slices.Grow(dst, len(payload))[:at+len(payload)]
	out, table := dst[at:], c.expander()
	for i, b := range payload {
		out[i] = table[b]
	}
	return dst
}

func (c Codec) expander() *[256]int16 {
	if c == PCMA {
		return &aDecode
	}
	return &muDecode
}

// Silence is the byte that stands for no sound: 0xFF in µ-law, 0xD5 in A-law.
func (c Codec) Silence() byte {
	if c == PCMA {
		return 0xD5
	}
	return 0xFF
}

// Transcode appends the payload in the encoding to, byte for byte. The same encoding is copied.
func (c Codec) Transcode(dst []byte, payload []byte, to Codec) []byte {
	if (c == PCMA) == (to == PCMA) {
		return append(dst, payload...)
	}
	table := &muToA
	if c == PCMA {
		table = &aToMu
	}
	at := len(dst)
	dst = slices.Grow(dst, len(payload))[:at+len(payload)]
	out := dst[at:]
	for i, b := range payload {
		out[i] = table[b]
	}
	return dst
}
