package exchange

import (
	"context"
	"path/filepath"
	"testing"

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

// A word that a program may be given is spoken as a whole, in the other languages too; any other character by character.
func TestWordsThatAProgramIsGiven(t *testing.T) {
	dir := t.TempDir()
	zh := prompt.NewCatalogue("hum", "zh")
	if err := prompt.Render(t.Context(), zh, hum{}, []string{"您的", "增", "值", "税", "增值税", "土地增值税", "土", "地", "契"}, nil); err != nil {
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
		{"en", "增值税", nil, 3, 0},
		{"en", "您的", given, 0, 1},
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
