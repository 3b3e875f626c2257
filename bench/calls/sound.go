package main

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// rate is samples a second, as telephones have.
const rate = 8000

// tone is a sine of so many seconds at a peak of level.
func tone(hz, seconds, level float64) []int16 {
	pcm := make([]int16, int(seconds*rate))
	for i := range pcm {
		pcm[i] = int16(level * math.Sin(2*math.Pi*hz*float64(i)/rate))
	}
	return pcm
}

// speech is sound with the energy and the rhythm of speech: a pulse train of changing pitch through two resonances that
// move, in syllables with pauses between them. Nobody would understand it; a detector of keys has as much to do with it
// as with speech.
func speech(seconds float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 1))
	pcm := make([]int16, 0, int(seconds*rate))
	var phase float64
	var a, b [2]float64 // the two resonances' memories
	for len(pcm) < cap(pcm) {
		syllable := rate/8 + random.IntN(rate/6)
		pitch, f1, f2 := 90+60*random.Float64(), 300+500*random.Float64(), 900+1300*random.Float64()
		pause := 0
		if random.IntN(5) == 0 {
			pause = rate / 4
		}
		for i := range min(syllable+pause, cap(pcm)-len(pcm)) {
			in := 0.0
			if i < syllable {
				phase += pitch * (1 + 0.1*math.Sin(float64(i)/600)) / rate
				if phase >= 1 {
					phase--
					in = 1
				}
				in += 0.05 * random.NormFloat64()
			}
			v := resonate(&a, in, f1, 90) + 0.6*resonate(&b, in, f2, 120)
			pcm = append(pcm, int16(max(min(v*2500, 30000), -30000)))
		}
	}
	return pcm
}

// resonate is one step of a two-pole filter.
func resonate(m *[2]float64, in, hz, width float64) float64 {
	r := math.Exp(-math.Pi * width / rate)
	out := in + 2*r*math.Cos(2*math.Pi*hz/rate)*m[0] - r*r*m[1]
	m[0], m[1] = out, m[0]
	return out
}

// pressed are the keys in a sound: where the first ends and how far one is from the next, in samples.
type pressed struct{ end, every, number int }

// withKeys is speech in which the key 1 (697 and 1209 Hz) is pressed for 80 ms every three seconds, in silence on
// either side.
func withKeys(pcm []int16) (mixed []int16, keys pressed) {
	keys = pressed{end: rate + rate/16 + 8*rate/100 - 1, every: 3 * rate}
	mixed = append(mixed, pcm...)
	for at := rate; at+rate/4 < len(mixed); at += 3 * rate {
		clear(mixed[at : at+rate/4])
		for i := range 8 * rate / 100 {
			t := float64(i) / rate
			mixed[at+rate/16+i] = int16(4000*math.Sin(2*math.Pi*697*t) + 4500*math.Sin(2*math.Pi*1209*t))
		}
		keys.number++
	}
	return mixed, keys
}

// wav is samples as a file of one channel.
func wav(pcm []int16) []byte {
	b := make([]byte, 44, 44+2*len(pcm))
	copy(b, "RIFF\x00\x00\x00\x00WAVEfmt ")
	le := binary.LittleEndian
	le.PutUint32(b[4:], uint32(36+2*len(pcm)))
	le.PutUint32(b[16:], 16)
	le.PutUint16(b[20:], 1)
	le.PutUint16(b[22:], 1)
	le.PutUint32(b[24:], rate)
	le.PutUint32(b[28:], 2*rate)
	le.PutUint16(b[32:], 2)
	le.PutUint16(b[34:], 16)
	copy(b[36:], "data")
	le.PutUint32(b[40:], uint32(2*len(pcm)))
	for _, v := range pcm {
		b = le.AppendUint16(b, uint16(v))
	}
	return b
}

// ulaw is samples in G.711 µ-law.
func ulaw(pcm []int16) []byte {
	b := make([]byte, len(pcm))
	for i, v := range pcm {
		x, sign := int(v), byte(0)
		if x < 0 {
			x, sign = -x, 0x80
		}
		x = min(x, 32635) + 132
		e := 0
		for x>>(e+8) > 0 {
			e++
		}
		b[i] = ^(sign | byte(e)<<4 | byte(x>>(e+3)&15))
	}
	return b
}
