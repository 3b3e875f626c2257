package audio

import (
	"math"
	"slices"
	"time"
)

// Take is what can be measured of a recording of speech before it is used: whether the one who recorded it must do so
// again. Levels are in dBm0 (G.711, 3.2) as the file has them, before Import evens them out.
type Take struct {
	Length  time.Duration // of the whole file
	Before  time.Duration // silence before the first sound
	After   time.Duration // silence after the last
	Level   float64       // of the speech without its pauses; −Inf: there is none
	Peak    float64       // the highest sample as a fraction of full scale
	Noise   float64       // of the quietest tenth: what is heard in the pauses; −Inf: nothing
	Clipped time.Duration // how much of it was cut at the top, in stretches of three samples and more
}

// Speech is the length without the silence at both ends.
func (t Take) Speech() time.Duration { return t.Length - t.Before - t.After }

const (
	takeFrame   = Rate / 100 // 10 ms at the telephone's rate
	takeDepth   = 30.0       // dB below the speech: a frame is silence
	fullScale   = 0.985      // of full scale, from which a sample counts as cut
	clippedRun  = 3          // samples in a row: a single one may just be loud
	quietestOf  = 10         // the noise is that of the quietest tenth
	noiseFrames = 5          // of fewer frames no noise is told
)

// Measure measures a recording.
func Measure(c Clip) Take {
	t := Take{Level: math.Inf(-1), Noise: math.Inf(-1)}
	if c.Rate <= 0 || c.Channels <= 0 || len(c.Samples) == 0 {
		return t
	}
	samples := c.mono()
	t.Length = time.Duration(len(samples)) * time.Second / time.Duration(c.Rate)
	t.Peak, t.Clipped = peaks(c)
	x := withoutDC(resample(samples, c.Rate, Rate))
	t.Level = loudness(x)
	t.Before, t.After = t.Length, 0
	var levels []float64
	first, last := -1, 0
	for at := 0; at < len(x); at += takeFrame {
		frame := x[at:min(at+takeFrame, len(x))]
		power := 0.0
		for _, v := range frame {
			power += v * v
		}
		l := level(power / float64(len(frame)))
		levels = append(levels, l)
		if l >= max(t.Level-takeDepth, silent) {
			if first < 0 {
				first = at
			}
			last = at + len(frame)
		}
	}
	if first >= 0 {
		t.Before = time.Duration(first) * time.Second / Rate
		t.After = max(0, t.Length-time.Duration(last)*time.Second/Rate)
	}
	if len(levels) >= noiseFrames {
		slices.Sort(levels)
		t.Noise = levels[len(levels)/quietestOf]
	}
	return t
}

// peaks finds the highest sample and how long the sound was cut at the top, in the channel where it was most.
func peaks(c Clip) (peak float64, clipped time.Duration) {
	worst := 0
	for ch := range c.Channels {
		run, total := 0, 0
		end := func() {
			if run >= clippedRun {
				total += run
			}
			run = 0
		}
		for at := ch; at < len(c.Samples); at += c.Channels {
			v := math.Abs(float64(c.Samples[at])) / 32768
			peak = max(peak, v)
			if v >= fullScale {
				run++
			} else {
				end()
			}
		}
		end()
		worst = max(worst, total)
	}
	return peak, time.Duration(worst) * time.Second / time.Duration(c.Rate)
}
