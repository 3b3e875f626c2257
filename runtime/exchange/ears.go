package exchange

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/runtime/readout"
)

// lend makes all that is known in Chinese characters known to the other languages too: names, taxes and places are
// written so within an English sentence, and are spoken as they are written.
func (v *Voices) lend() {
	chinese := v.store.Sounds("zh")
	maps.DeleteFunc(chinese, func(text string, _ *rtp.Sound) bool {
		return !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	})
	for _, lang := range readout.Languages() {
		if lang != "zh" {
			v.store.Lend("Chinese", lang, chinese)
		}
	}
}

// tone is how the tone before a recording is shown.
const tone = "♪"

// Ears is the index of all words that the voices know, by which a telephone tells what it hears. Many characters sound
// the same, and their sound is one: such a sound is shown as the words that readings of values and the library's
// answers are made of (零 and not 凌), else as the first of them. It is also known better so, for fewer texts contend for
// it.
func (v *Voices) Ears() *prompt.Index {
	rank := map[string]int{} // 0: any text
	sounds := map[string]*rtp.Sound{tone: v.store.Signal(prompt.Record)}
	for _, lang := range readout.Languages() {
		maps.Copy(sounds, v.store.Sounds(lang))
		for _, text := range slices.Concat(readout.Vocabulary(lang), v.spoken(lang)) {
			rank[text] = 1
		}
	}
	shown := map[*rtp.Sound]string{}
	for text, sound := range sounds {
		other, twice := shown[sound]
		if !twice || cmp.Or(cmp.Compare(rank[text], rank[other]), strings.Compare(other, text)) > 0 {
			shown[sound] = text
		}
	}
	maps.DeleteFunc(sounds, func(text string, sound *rtp.Sound) bool { return shown[sound] != text })
	return prompt.NewIndex(sounds)
}
