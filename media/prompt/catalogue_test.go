package prompt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/media/audio"
)

func filled(t testing.TB, texts ...string) *Catalogue {
	t.Helper()
	c := NewCatalogue("fake", "zh")
	if err := Render(t.Context(), c, &fakeVoice{name: "fake"}, texts, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func written(t testing.TB, c *Catalogue) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRenderSaysWhatIsMissing(t *testing.T) {
	c := NewCatalogue("fake", "zh")
	voice := &fakeVoice{name: "fake"}
	var seen []int
	texts := []string{"您好。", "您好", "再见", "，", "", "您好！"}
	if err := Render(t.Context(), c, voice, texts, func(p Progress) {
		seen = append(seen, p.Done)
		if p.Total != 2 || p.Err != nil {
			t.Errorf("progress %+v", p)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, []int{1, 2}) || voice.calls.Load() != 2 {
		t.Errorf("progress %v, the voice was asked %d times", seen, voice.calls.Load())
	}
	if got := c.Missing(append(texts, "其他")); !slices.Equal(got, []string{"其他"}) {
		t.Errorf("missing now: %q", got)
	}
	if err := Render(t.Context(), c, voice, texts, nil); err != nil || voice.calls.Load() != 2 {
		t.Errorf("a second rendering asked the voice again: %v", err)
	}
	if err := Render(t.Context(), c, &fakeVoice{name: "another"}, texts, nil); err == nil {
		t.Error("two voices in one catalogue")
	}
}

func TestRenderGoesOnAfterAFailure(t *testing.T) {
	broken := errors.New("hoarse")
	voice := &fakeVoice{name: "fake", fail: func(text string) error {
		if text == "坏" {
			return broken
		}
		return nil
	}}
	c := NewCatalogue("fake", "zh")
	err := Render(t.Context(), c, voice, []string{"一", "坏", "三"}, nil)
	var failures *Failures
	if !errors.As(err, &failures) || !errors.Is(err, broken) || !slices.Equal(failures.Texts, []string{"坏"}) {
		t.Errorf("error %v", err)
	}
	if !c.Has("一") || !c.Has("三") || c.Has("坏") {
		t.Error("the other texts are not there")
	}
}

func TestRenderStopsWhenThereIsNoVoice(t *testing.T) {
	voice := &fakeVoice{name: "fake", fail: func(string) error { return fmt.Errorf("x: %w", ErrNotInstalled) }}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("第%d句", i))
	}
	err := Render(t.Context(), NewCatalogue("fake", "zh"), voice, many, nil)
	if !errors.Is(err, ErrNotInstalled) || voice.calls.Load() > 50 {
		t.Errorf("%v after %d calls", err, voice.calls.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := NewCatalogue("fake", "zh")
	err = Render(ctx, c, &fakeVoice{name: "fake"}, many, func(p Progress) {
		if p.Done == 10 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || c.Summary().Texts < 10 {
		t.Errorf("cancelled: %v, %d texts kept", err, c.Summary().Texts)
	}
}

func TestCatalogueComesBack(t *testing.T) {
	c := filled(t, "您好，欢迎。", "一", "二", "“引号”与换行\n在内")
	if err := c.Add("同音", speech(seedOf("zh一"), 1200)); err != nil { // the sound of 一 again
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), FileName("zh"))
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Summary(), back.Summary()); diff != "" {
		t.Error(diff)
	}
	if s := back.Summary(); s.Texts != 5 || s.Sounds != 4 {
		t.Errorf("equal sounds are kept twice: %+v", s)
	}
	if back.Lang != "zh" || back.Voice != "fake" {
		t.Errorf("it is %s in %s", back.Voice, back.Lang)
	}
	if err := back.Each(func(text string, pcm []int16) error {
		if text == "同音" {
			text = "一"
		}
		want := speech(seedOf("zh"+text), 800+400*len([]rune(text)))
		if len(pcm) != len(want) {
			t.Errorf("%q: %d samples, want %d", text, len(pcm), len(want))
		} else if snr := ratio(want, pcm); snr < 20 {
			t.Errorf("%q: %.1f dB above the noise", text, snr)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// ratio is the signal-to-noise ratio of got in decibels.
func ratio(want, got []int16) float64 {
	signal, noise := 0.0, 0.0
	for i := range want {
		d := float64(want[i]) - float64(got[i])
		signal, noise = signal+float64(want[i])*float64(want[i]), noise+d*d
	}
	return 10 * math.Log10(signal/noise)
}

func TestEqualCataloguesAreEqualBytes(t *testing.T) {
	a, b := filled(t, "一", "二", "三", "四"), filled(t, "四", "三", "二", "一", "五")
	if bytes.Equal(written(t, a), written(t, b)) {
		t.Fatal("different catalogues are equal")
	}
	if dropped := b.Keep([]string{"一", "二。", "三", "四"}); dropped != 1 {
		t.Errorf("%d dropped", dropped)
	}
	if !bytes.Equal(written(t, a), written(t, b)) {
		t.Error("the order of rendering shows in the file")
	}
	again, err := ReadCatalogue(bytes.NewReader(written(t, a)))
	if err != nil || !bytes.Equal(written(t, again), written(t, a)) {
		t.Errorf("reading and writing changes the file: %v", err)
	}
}

func TestAddRefuses(t *testing.T) {
	c := NewCatalogue("fake", "zh")
	if err := c.Add("，", speech(1, 100)); !errors.Is(err, errNoWords) {
		t.Errorf("a text without words: %v", err)
	}
	if err := c.Add("好", nil); !errors.Is(err, errNoSound) {
		t.Errorf("no sound: %v", err)
	}
}

// Every byte is protected: whichever one is damaged, whatever is cut off or added, it is told.
func TestDamageIsTold(t *testing.T) {
	good := written(t, filled(t, "一", "二"))
	for at := range good {
		bad := slices.Clone(good)
		bad[at] ^= 0x10
		if _, err := ReadCatalogue(bytes.NewReader(bad)); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d of %d damaged: %v", at, len(good), err)
		}
	}
	for cut := 0; cut < len(good); cut += 7 {
		if _, err := ReadCatalogue(bytes.NewReader(good[:cut])); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("cut off at %d: %v", cut, err)
		}
	}
	if _, err := ReadCatalogue(bytes.NewReader(append(slices.Clone(good), 0))); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte more: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "x.pack")
	if err := os.WriteFile(path, []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the message %q does not name the file", err)
	}
}

func TestSaveIsAllOrNothing(t *testing.T) {
	if err := filled(t, "一").Save(filepath.Join(t.TempDir(), "no", "such", "folder")); err == nil {
		t.Error("saved into a folder that is not there")
	}
}

// FuzzReadCatalogue puts any index, with the hash it should have, and any bytes of sound behind it.
func FuzzReadCatalogue(f *testing.F) {
	good := written(f, filled(f, "一"))
	size := int(binary.BigEndian.Uint32(good[len(packMagic):]))
	head := len(packMagic) + 4 + sha256.Size
	f.Add(good[head:head+size], good[head+size:])
	f.Add([]byte(`{"texts":[{"text":"好","hash":"","samples":1}],"blobs":[{"hash":"","size":-1}]}`), []byte{})
	f.Add([]byte("null"), []byte{1})
	f.Fuzz(func(t *testing.T, index, blobs []byte) {
		b := binary.BigEndian.AppendUint32([]byte(packMagic), uint32(len(index)))
		sum := sha256.Sum256(index)
		c, err := ReadCatalogue(bytes.NewReader(slices.Concat(b, sum[:], index, blobs)))
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", err)
			}
			return
		}
		if _, err := ReadCatalogue(bytes.NewReader(written(t, c))); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		_ = c.Each(func(string, []int16) error { return nil })
	})
}

func TestTrim(t *testing.T) {
	words := speech(5, 4000)
	padded := append(append(make([]int16, 3000), words...), make([]int16, 5000)...)
	got := Trim(padded)
	if want := len(words) + trimBefore + trimAfter; len(got) < len(words) || len(got) > want+2*trimFrame {
		t.Errorf("%d samples are left of %d, %d of them words", len(got), len(padded), len(words))
	}
	if got[0] != 0 || got[len(got)-1] != 0 {
		t.Error("it does not begin and end softly")
	}
	if audio.Level(got) < audio.Level(words)-2 {
		t.Errorf("the words have %.1f dBm0, had %.1f", audio.Level(got), audio.Level(words))
	}
	for name, silent := range map[string][]int16{"nothing": nil, "zeros": make([]int16, 8000),
		"hiss": audio.Tone([]float64{300}, -60, 1e9)} {
		if got := Trim(silent); got != nil {
			t.Errorf("%s: %d samples are left", name, len(got))
		}
	}
	if got := Trim([]int16{9000, -9000, 9000}); len(got) != 3 {
		t.Errorf("three samples became %d", len(got))
	}
}

// A word is as loud as a sentence: the syllables count, not the silence between them.
func TestWordsAndSentencesAreEquallyLoud(t *testing.T) {
	sentence := slices.Concat(speech(5, 2400), make([]int16, 2000), speech(6, 4000), make([]int16, 1500),
		speech(7, 3000))
	for name, pcm := range map[string][]int16{"loud word": audio.Tone([]float64{300, 700}, -12, 2e8),
		"soft word": audio.Tone([]float64{300, 700}, -23, 2e8), "sentence": sentence} {
		got := level(slices.Clone(pcm))
		if l := audio.Level(slices.DeleteFunc(slices.Clone(got),
			func(s int16) bool { return s == 0 })); math.Abs(l-speechLevel) > 1 {
			t.Errorf("%s: %.1f dBm0, want %v", name, l, speechLevel)
		}
	}
	faint := level(audio.Tone([]float64{300}, -40, 2e8))
	if l := audio.Level(faint); l > -33 {
		t.Errorf("what was hardly there is now at %.1f dBm0", l)
	}
	spike := speech(5, 2400)
	for i := range spike {
		spike[i] /= 10
	}
	spike[1000] = 30_000
	if got := level(spike); slices.Max(got) > levelPeak {
		t.Errorf("a peak of %d", slices.Max(got))
	}
	if got := level(nil); len(got) != 0 {
		t.Error("nothing became something")
	}
}
