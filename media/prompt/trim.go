package prompt

import (
	"math"

	"rexian/media/audio"
)

// Trimming. What a voice or a microphone leaves before and after the words differs from file to file; joined into a
// sentence it would stumble. The edges are cut to a fixed small margin, and all pauses are made by the punctuation.

const (
	trimFrame  = audio.Rate / 200       // 5 ms, the step in which loudness is looked at
	trimBefore = audio.Rate * 15 / 1000 // kept before the first sound: a soft consonant begins earlier than it is heard
	trimAfter  = audio.Rate * 35 / 1000 // kept after the last: a vowel dies away
	fadeLength = audio.Rate * 3 / 1000  // the edges rise and fall, or they would click
	trimFloor  = 60                     // root mean square (−55 dB of full scale) below which nothing is speech
	trimDepth  = 100                    // a frame 40 dB below the loudest is silence
)

// Trim returns pcm (8 kHz mono) without the silence at its ends, faded in and out; nil if it is all silence. The
// argument is not changed.
func Trim(pcm []int16) []int16 {
	loudest := 0.0
	for at := 0; at < len(pcm); at += trimFrame {
		loudest = max(loudest, power(pcm[at:min(at+trimFrame, len(pcm))]))
	}
	threshold := max(loudest/(trimDepth*trimDepth), trimFloor*trimFloor)
	first, last := -1, 0
	for at := 0; at < len(pcm); at += trimFrame {
		if end := min(at+trimFrame, len(pcm)); power(pcm[at:end]) >= threshold {
			if first < 0 {
				first = at
			}
			last = end
		}
	}
	if first < 0 {
		return nil
	}
	kept := append([]int16(nil), pcm[max(0, first-trimBefore):min(len(pcm), last+trimAfter)]...)
	fade(kept)
	return kept
}

// power is the mean square of a frame.
func power(frame []int16) float64 {
	if len(frame) == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range frame {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(frame))
}

func fade(pcm []int16) {
	n := min(fadeLength, len(pcm)/2)
	for i := range n {
		pcm[i] = int16(int(pcm[i]) * i / n)
		pcm[len(pcm)-1-i] = int16(int(pcm[len(pcm)-1-i]) * i / n)
	}
}

// Loudness is measured over long stretches, and a word shorter than those comes out of an import too loud. Put together
// from pieces, a sentence would jump. So the pieces are measured by their syllables alone.
const (
	speechLevel = -14.0 // dBm0 of the loud frames: where imported sentences have them
	levelDepth  = 40.0  // power ratio (16 dB) below the loudest frame at which a frame is no syllable
	levelMost   = 2.0   // how much a piece is made louder (6 dB)
	levelPeak   = 29_000
)

// level brings the syllables of pcm to the level of speech, without clipping. It works in place.
func level(pcm []int16) []int16 {
	loudest := 0.0
	for at := 0; at < len(pcm); at += trimFrame {
		loudest = max(loudest, power(pcm[at:min(at+trimFrame, len(pcm))]))
	}
	peak := 1.0
	var loud []int16
	for at := 0; at < len(pcm); at += trimFrame {
		frame := pcm[at:min(at+trimFrame, len(pcm))]
		if power(frame) >= loudest/levelDepth {
			loud = append(loud, frame...)
		}
		for _, s := range frame {
			peak = max(peak, math.Abs(float64(s)))
		}
	}
	gain := min(math.Pow(10, (speechLevel-audio.Level(loud))/20), levelMost, levelPeak/peak)
	for i, s := range pcm {
		pcm[i] = int16(math.Round(float64(s) * gain))
	}
	return pcm
}
