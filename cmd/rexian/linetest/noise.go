package linetest

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/runtime/readout"
	"rexian/stdlib"
)

// Noise is a voice for tests of programs whose prompts were not rendered: each text has a noise of its own, as long as
// the words would take, which a telephone of ours recognises and nobody understands.
type Noise struct{}

var _ prompt.Voice = Noise{}

// Name tells it from voices that can be understood.
func (Noise) Name() string { return "noise" }

// Render makes the noise of a text.
func (Noise) Render(_ context.Context, _, text string) ([]int16, error) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))                  // in whatever language: a telephone that listens does not know it
	random := rand.New(rand.NewPCG(h.Sum64(), 1)) // the same noise for the same text, here and elsewhere
	length := max(readout.SpokenTime("zh", text), 200*time.Millisecond)
	pcm := make([]int16, int(length*audio.Rate/time.Second))
	for i := range pcm {
		pcm[i] = int16(random.IntN(12000) - 6000)
	}
	return pcm, nil
}

// Vocabulary knows the noise of all words that values are read out with and that the library answers, in every
// language: rendered once for all servers of a test, for it takes longer than most of what they are tried with.
var Vocabulary = sync.OnceValue(func() *prompt.Store {
	store := prompt.NewStore()
	for _, lang := range readout.Languages() {
		c := prompt.NewCatalogue(Noise{}.Name(), lang)
		texts := slices.Concat(readout.Vocabulary(lang), stdlib.Spoken(lang))
		err := prompt.Render(context.Background(), c, Noise{}, texts, nil)
		if err == nil {
			err = store.Learn("vocabulary", c)
		}
		if err != nil {
			panic(err) // noise is always to be had
		}
	}
	return store
})
