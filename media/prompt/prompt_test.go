package prompt

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"rexian/media/audio"
)

// speech makes sound that differs for every seed and sounds like nothing else: a few harmonics with a slow swell, and
// noise.
func speech(seed uint64, samples int) []int16 {
	r := rand.New(rand.NewPCG(seed, 1))
	base := 110 + 90*r.Float64()
	out := make([]int16, samples)
	for i := range out {
		t := float64(i) / audio.Rate
		v := 0.0
		for h := 1.0; h < 6; h++ {
			v += math.Sin(2*math.Pi*base*h*t+h) / h
		}
		swell := .6 + .4*math.Sin(2*math.Pi*3*t)
		out[i] = int16(4000*v*swell + 400*r.NormFloat64())
	}
	return out
}

// fakeVoice says every text as speech whose seed is the text, its length in runes its length.
type fakeVoice struct {
	name  string
	fail  func(text string) error
	calls atomic.Int64
}

func (v *fakeVoice) Name() string { return v.name }

func (v *fakeVoice) Render(ctx context.Context, lang, text string) ([]int16, error) {
	v.calls.Add(1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if v.fail != nil {
		if err := v.fail(text); err != nil {
			return nil, err
		}
	}
	return speech(seedOf(lang+text), 800+400*len([]rune(text))), nil
}

func seedOf(text string) uint64 {
	seed := uint64(14695981039346656037)
	for _, b := range []byte(text) {
		seed = (seed ^ uint64(b)) * 1099511628211
	}
	return seed
}
