package prompt_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/runtime/readout"
)

// numbered is a voice whose every text is a sound of another length.
type numbered struct{ count atomic.Int64 }

func (*numbered) Name() string { return "numbered" }

func (n *numbered) Render(context.Context, string, string) ([]int16, error) {
	return slices.Repeat([]int16{5000, -5000}, int(n.count.Add(1))), nil
}

// Amounts, dates, times and numbers need no voice while a caller waits: with the vocabulary rendered, every reading is
// said in full, word for word.
func TestEveryReadingIsSaidWithoutAVoice(t *testing.T) {
	store := prompt.NewStore()
	names := map[string]map[*rtp.Sound]string{}
	for _, lang := range readout.Languages() {
		voice := &numbered{}
		c := prompt.NewCatalogue(voice.Name(), lang)
		if err := prompt.Render(t.Context(), c, voice, readout.Vocabulary(lang), nil); err != nil {
			t.Fatal(err)
		}
		if err := store.Learn("vocabulary", c); err != nil {
			t.Fatal(err)
		}
		names[lang] = map[*rtp.Sound]string{}
		for text, sound := range store.Sounds(lang) {
			names[lang][sound] = text
		}
	}
	words := map[readout.Kind]*rapid.Generator[string]{
		readout.Digits:     rapid.StringMatching(`[0-9A-Z-]{1,20}`),
		readout.Phone:      rapid.StringMatching(`(\+86)?[0-9]{3,12}`),
		readout.TaxpayerID: rapid.StringMatching(`[0-9A-Z]{15,20}`),
		readout.ResidentID: rapid.StringMatching(`[0-9]{17}[0-9X]`),
		readout.Language:   rapid.SampledFrom(readout.Languages()),
	}
	rapid.Check(t, func(t *rapid.T) {
		v := readout.Value{
			Kind: readout.Kind(rapid.IntRange(int(readout.Digits), int(readout.Language)).Draw(t, "kind")),
			N:    rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1_000_000, 100_000_000)).Draw(t, "n"),
		}
		if g := words[v.Kind]; g != nil {
			v.S = g.Draw(t, "s")
		}
		style := readout.Style(rapid.IntRange(0, int(readout.Weekday)).Draw(t, "style"))
		for lang := range names {
			text := readout.Speak(lang, v, style, readout.Context{})
			clips, missing := store.Say(lang, text, "")
			said := ""
			for _, clip := range clips {
				if clip.Sound != nil {
					said += " " + names[lang][clip.Sound]
				}
			}
			if len(missing) > 0 || readout.Searchable(said) != readout.Searchable(text) {
				t.Fatalf("%s: %q is said as %q, missing %q", lang, text, said, missing)
			}
		}
	})
}

// A sentence with an amount is a handful of pieces, not a rattle of single words.
func TestReadingsAreFewPieces(t *testing.T) {
	store := prompt.NewStore()
	for _, lang := range readout.Languages() {
		voice := &numbered{}
		c := prompt.NewCatalogue(voice.Name(), lang)
		texts := append(readout.Vocabulary(lang), "您的欠税为", "Your arrears are")
		if err := prompt.Render(t.Context(), c, voice, texts, nil); err != nil {
			t.Fatal(err)
		}
		if err := store.Learn("all", c); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		lang, text string
		most       int
	}{
		{"zh", "您的欠税为一千二百元五角", 5},
		{"zh", "二零二六年十月二十六日，星期一", 4},
		{"zh", "一百二十三万四千五百六十七元八角九分", 10},
		{"en", "Your arrears are one thousand two hundred yuan and fifty fen", 6},
		{"en", "October twenty-sixth, twenty twenty-six", 3},
	} {
		clips, missing := store.Say(c.lang, c.text, "")
		sounds := 0
		for _, clip := range clips {
			if clip.Sound != nil {
				sounds++
			}
		}
		if sounds > c.most || len(missing) > 0 {
			t.Errorf("%q takes %d pieces, at most %d are right; missing %s", c.text, sounds, c.most,
				strings.Join(missing, ", "))
		}
	}
}
