package exchange

import (
	"context"
	"path/filepath"
	"testing"

	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/media/rtp"
)

// hum is a voice that hums: its sounds are as long as their texts.
type hum struct{}

func (hum) Name() string { return "hum" }

func (hum) Render(_ context.Context, _, text string) ([]int16, error) {
	pcm := make([]int16, 800*len([]rune(text)))
	for i := range pcm {
		pcm[i] = int16(8000 * (i%20 - 10) / 10)
	}
	return pcm, nil
}

// A word that has a sound is spoken as a whole, in the other languages too; any other character by character.
func TestWordsThatAProgramIsGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	zh := prompt.NewCatalogue("hum", "zh")
	if err := prompt.Render(t.Context(), zh, hum{}, []string{"您的", "增", "值", "税", "增值税", "土地增值税", "土", "地", "契"},
		nil); err != nil {
		t.Fatal(err)
	}
	if err := SaveCatalogue(filepath.Join(dir, prompt.FileName("zh")), zh); err != nil {
		t.Fatal(err)
	}
	given := func(lang string) []string {
		if lang == "zh" {
			return []string{"增值税", "土地增值税"}
		}
		return nil
	}
	for _, c := range []struct {
		lang, text    string
		spoken        func(string) []string
		want, missing int
	}{
		{"zh", "您的增值税", given, 2, 0},
		{"zh", "您的土地增值税", given, 2, 0},
		{"zh", "您的土地税", given, 4, 0},
		{"zh", "契税", given, 2, 0},
		{"en", "增值税", given, 1, 0},
		{"en", "增值税", nil, 1, 0},
		{"en", "Your 增值税", given, 1, 1},
		{"en", "您的", given, 1, 0},
	} {
		v, err := NewVoices(VoiceOptions{Packs: []string{dir}, Spoken: c.spoken})
		if err != nil {
			t.Fatal(err)
		}
		clips, missing := v.Store().Say(c.lang, c.text, "")
		if n := sounds(clips); n != c.want || len(missing) != c.missing {
			t.Errorf("%s %s: %d sounds, %q missing", c.lang, c.text, n, missing)
		}
	}
}

func sounds(clips []rtp.Clip) (n int) {
	for _, c := range clips {
		if c.Sound != nil {
			n++
		}
	}
	return n
}

// An ear that knows many characters of one sound tells the one that is said: a figure is no name.
func TestEarsTellFigures(t *testing.T) {
	t.Parallel()
	v, err := NewVoices(VoiceOptions{Spoken: func(lang string) []string { return []string{"税"} }})
	if err != nil {
		t.Fatal(err)
	}
	zh := prompt.NewCatalogue("noise", "zh")
	same := map[string][]string{"零": {"凌", "灵"}, "三": {"弎"}, "税": {"睡", "帨"}, "凤": {"俸", "奉"}}
	seed := uint64(1)
	for text, others := range same {
		pcm := make([]int16, 4000)
		for i := range pcm {
			seed = seed*6364136223846793005 + 1442695040888963407
			pcm[i] = int16(seed>>48) / 4
		}
		for _, one := range append(others, text) {
			if err := zh.Add(one, pcm); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := v.learn("test", zh); err != nil {
		t.Fatal(err)
	}
	ears := v.Ears()
	for said, want := range map[string]string{"凌": "零", "三": "三", "睡": "税", "奉": "俸"} {
		clips, _ := v.Store().Say("zh", said, "")
		l := ears.Listener()
		heard := append(l.Feed(clips[0].Sound.ALaw, audio.PCMA), l.Flush()...)
		if len(heard) != 1 || heard[0].Text != want {
			t.Errorf("%s: heard %v, want %s", said, heard, want)
		}
	}
	if a, b := v.Store().Sounds("zh")["税"], v.Store().Sounds("en")["税"]; a == nil || a != b {
		t.Error("a lent sound is not the same one")
	}
}
