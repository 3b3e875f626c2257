package prompt

import (
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// Signal is a sound of the telephone itself, made here and not by a voice. The tones are those of Chinese networks
// (YD/T and GF 002: one tone of 450 Hz told apart by its rhythm).
type Signal uint8

const (
	Record     Signal = iota // the short tone after which a caller speaks
	RingBack                 // the far telephone rings: 1 s in 5 s
	Busy                     // the called line is busy: 0.35 s on and off
	Congestion               // no way to the called line: 0.7 s on and off
	Waiting                  // another call knocks: 0.4 s in 4.4 s
	Music                    // hold music, composed and played here, free of anybody's rights
	signals
)

var signalNames = [signals]string{"record", "ring back", "busy", "congestion", "waiting", "music"}

// String names the signal.
func (s Signal) String() string {
	if s < signals {
		return signalNames[s]
	}
	return "unknown"
}

// Levels in dBm0. Tones stay below speech; ITU-T E.180 recommends −10 ± 5 for the tones of exchanges.
const (
	toneLevel   = -13.0
	recordLevel = -16.0
	chinaTone   = 450.0
	recordTone  = 1400.0
)

// Signal is one round of the signal, to be played once (Record) or again and again (all others). It is made at its
// first use and then kept.
func (s *Store) Signal(kind Signal) *rtp.Sound {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind >= signals {
		kind = Record
	}
	if s.signals[kind] == nil {
		s.signals[kind] = s.sound(kind.PCM())
	}
	return s.signals[kind]
}

// PCM returns one round of the signal at 8 kHz mono: played again and again without a gap it goes on for ever.
func (s Signal) PCM() []int16 {
	const ms = time.Millisecond
	switch s {
	case RingBack:
		return rhythm(chinaTone, 1000*ms, 4000*ms)
	case Busy:
		return rhythm(chinaTone, 350*ms, 350*ms)
	case Congestion:
		return rhythm(chinaTone, 700*ms, 700*ms)
	case Waiting:
		return rhythm(chinaTone, 400*ms, 4000*ms)
	case Music:
		return music()
	}
	tone := audio.Tone([]float64{recordTone}, recordLevel, 300*ms)
	fade(tone)
	return tone
}

// rhythm is a tone and the silence after it.
func rhythm(freq float64, on, off time.Duration) []int16 {
	tone := audio.Tone([]float64{freq}, toneLevel, on)
	fade(tone)
	return append(tone, make([]int16, int(off*audio.Rate/time.Second))...)
}
