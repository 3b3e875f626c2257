package audio

import (
	"errors"
	"fmt"
	"math"
)

// Clip is sound as a file held it.
type Clip struct {
	Rate     int     // samples a second in each channel
	Channels int     // 1 or more
	Samples  []int16 // interleaved: one of each channel, then the next of each
}

// Limits of a file of sound. What is larger is refused before memory is taken for it.
const (
	MaxBytes    = 128 << 20 // of the file
	MaxSamples  = 64 << 20  // of all channels: 12 minutes of 44.1 kHz stereo, 139 minutes of 8 kHz mono
	MaxChannels = 8
	MinRate     = 4000
	MaxRate     = 192000
)

// What is wrong with a file; test with errors.Is. The wrapping error says it in words.
var (
	ErrUnsupported = errors.New("sound of a kind that is not read")
	ErrDamaged     = errors.New("damaged sound file")
	ErrTooLarge    = errors.New("sound file too large")
)

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// check refuses what no telephone prompt needs and what would take too much memory.
func check(rate, channels int, samples int64) error {
	switch {
	case rate < MinRate || rate > MaxRate:
		return unsupported("%d samples a second; %d to %d are read", rate, MinRate, MaxRate)
	case channels < 1 || channels > MaxChannels:
		return unsupported("%d channels; 1 to %d are read", channels, MaxChannels)
	case samples > MaxSamples:
		return fmt.Errorf("%w: %d samples; %d are the most", ErrTooLarge, samples, MaxSamples)
	}
	return nil
}

// mono is the mean of the channels, as fractions of full scale.
func (c Clip) mono() []float64 {
	out := make([]float64, len(c.Samples)/c.Channels)
	scale := 1 / (32768 * float64(c.Channels))
	for i := range out {
		sum := 0
		for _, s := range c.Samples[i*c.Channels : (i+1)*c.Channels] {
			sum += int(s)
		}
		out[i] = float64(sum) * scale
	}
	return out
}

// sample rounds a fraction of full scale to a sample and holds it within the range. What is not a number is silence.
func sample(x float64) int16 {
	x = math.Round(x * 32768)
	switch {
	case x >= math.MaxInt16:
		return math.MaxInt16
	case x <= math.MinInt16:
		return math.MinInt16
	case x != x:
		return 0
	}
	return int16(x)
}
