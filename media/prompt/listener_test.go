package prompt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// The sounds of these tests. "lange" begins as "kurz" does, byte for byte; "ab" is "a" and "b" without a joint; "rest"
// holds half a second of silence.
func listenerSounds() map[string]*rtp.Sound {
	s := NewStore()
	kurz, a, b := speech(1, 6000), speech(2, 3000), speech(3, 4100)
	sounds := map[string]*rtp.Sound{
		"kurz":  s.Sound(kurz),
		"lange": s.Sound(append(slices.Clone(kurz), speech(4, 7000)...)),
		"a":     s.Sound(a), "b": s.Sound(b), "ab": s.Sound(append(slices.Clone(a), b...)),
		"rest": s.Sound(slices.Concat(speech(5, 3000), make([]int16, 4000), speech(6, 3000))),
		"x":    s.Sound(speech(7, 5000)), "y": s.Sound(speech(8, 2000)),
		"busy": s.Signal(Busy),
	}
	for i := range 50 { // a crowd to be told apart from
		sounds[fmt.Sprint("other ", i)] = s.Sound(speech(uint64(100+i), 2000+i*40))
	}
	return sounds
}

// wire builds a stream.
type wire struct {
	sounds map[string]*rtp.Sound
	codec  audio.Codec
	bytes  []byte
}

func (w *wire) play(text string) *wire { return w.part(text, 0, 1<<30) }

// part plays the bytes from…to of a sound.
func (w *wire) part(text string, from, to int) *wire {
	b := indexed{Sound: w.sounds[text]}.bytes(w.codec)
	w.bytes = append(w.bytes, b[from:min(to, len(b))]...)
	return w
}

func (w *wire) quiet(n int) *wire {
	for range n {
		w.bytes = append(w.bytes, w.codec.Silence())
	}
	return w
}

func (w *wire) noise(n int) *wire {
	w.bytes = w.codec.Encode(w.bytes, speech(uint64(n), n))
	return w
}

// packets cuts the stream into packets of 20 ms.
func (w *wire) packets() [][]byte { return slices.Collect(slices.Chunk(w.bytes, 160)) }

func listen(x *Index, codec audio.Codec, packets [][]byte) []Heard {
	l := x.Listener()
	var all []Heard
	for _, p := range packets {
		all = append(all, l.Feed(p, codec)...)
	}
	return append(all, l.Flush()...)
}

// brief writes what was heard; a part as its share of the sound in per cent.
func brief(list []Heard) string {
	var parts []string
	for _, h := range list {
		if h.Complete {
			parts = append(parts, h.Text)
		} else {
			parts = append(parts, fmt.Sprintf("%s[%d-%d]", h.Text, 100*h.From/h.Length, 100*h.To/h.Length))
		}
	}
	return strings.Join(parts, " ")
}

func TestListenerHears(t *testing.T) {
	sounds := listenerSounds()
	index := NewIndex(sounds)
	for _, codec := range []audio.Codec{audio.PCMU, audio.PCMA} {
		from := func() *wire { return &wire{sounds: sounds, codec: codec} }
		for name, c := range map[string]struct {
			w    *wire
			want string
		}{
			"one":                       {from().quiet(333).play("x").quiet(500), "x"},
			"one after the other":       {from().play("x").play("y").play("other 3").play("x"), "x y other 3 x"},
			"twice":                     {from().play("y").play("y").quiet(100), "y y"},
			"with silence between":      {from().quiet(7).play("x").quiet(1234).play("y"), "x y"},
			"the shorter of two":        {from().play("kurz").quiet(4000), "kurz"},
			"the longer of two":         {from().play("lange").quiet(4000), "lange"},
			"the shorter, then another": {from().play("kurz").play("y").play("x"), "kurz y x"},
			"a then b is ab":            {from().play("a").play("b"), "ab"},
			"a alone":                   {from().play("a").play("x"), "a x"},
			"b alone":                   {from().play("b").quiet(3000), "b"},
			"cut off, then another":     {from().part("x", 0, 2500).play("y").quiet(3000), "x[0-50] y"},
			"cut off, then silence":     {from().part("lange", 0, 9750).quiet(4000), "lange[0-75]"},
			"cut off and begun again":   {from().part("x", 0, 1500).play("x"), "x[0-30] x"},
			"cut off at the very end":   {from().part("x", 0, 4800).quiet(4000), "x"},
			"hung up in the middle":     {from().part("x", 0, 2500), "x[0-50]"},
			"joined in the middle":      {from().part("x", 2500, 5000).play("y"), "x[50-100] y"},
			"pause inside":              {from().play("rest").play("y"), "rest y"},
			"noise around":              {from().noise(3000).play("x").noise(2500).play("y").noise(100), "x y"},
			"nothing known":             {from().noise(20000), ""},
			"silence":                   {from().quiet(20000), ""},
			"nothing":                   {from(), ""},
		} {
			got := listen(index, codec, c.w.packets())
			if brief(got) != c.want {
				t.Errorf("%v, %s: heard %q, want %q", codec, name, brief(got), c.want)
			}
		}
		w := from().play("busy").play("busy").play("busy").play("x")
		if got := brief(listen(index, codec, w.packets())); !strings.HasPrefix(got, "busy") ||
			!strings.HasSuffix(got, " x") {
			t.Errorf("%v, a tone again and again: %q", codec, got)
		}
	}
}

func TestListenerTellsWhen(t *testing.T) {
	sounds := listenerSounds()
	index := NewIndex(sounds)
	w := (&wire{sounds: sounds}).quiet(800).play("x").part("y", 0, 1000).quiet(4000)
	got := listen(index, audio.PCMU, w.packets())
	if len(got) != 2 || got[0].At != 100*time.Millisecond || got[0].To != got[0].Length ||
		got[0].Length != 625*time.Millisecond ||
		got[1].At != 725*time.Millisecond || got[1].From != 0 || got[1].To < 125*time.Millisecond ||
		got[1].To > 127*time.Millisecond {
		t.Errorf("%+v", got)
	}
	l := NewListener(sounds) // told at the end, not later
	for i, p := range (&wire{sounds: sounds}).play("x").quiet(1000).packets() {
		if told := l.Feed(p, audio.PCMU); len(told) > 0 {
			if i != 5000/160 {
				t.Errorf("told with packet %d; the sound ends in packet %d", i, 5000/160)
			}
			return
		}
	}
	t.Error("not told at all")
}

// Packets that are lost, replaced by silence, repeated or swapped do not hide a sound.
func TestListenerBearsLoss(t *testing.T) {
	sounds := listenerSounds()
	index := NewIndex(sounds)
	for name, harm := range map[string]func(p [][]byte, at int) [][]byte{
		"lost":      func(p [][]byte, at int) [][]byte { return slices.Delete(p, at, at+1) },
		"two lost":  func(p [][]byte, at int) [][]byte { return slices.Delete(p, at, at+2) },
		"concealed": func(p [][]byte, at int) [][]byte { p[at] = slices.Repeat([]byte{0xFF}, 160); return p },
		"repeated":  func(p [][]byte, at int) [][]byte { return slices.Insert(p, at, p[at]) },
		"five gone": func(p [][]byte, at int) [][]byte {
			for i := range 5 {
				p[at+i] = slices.Repeat([]byte{0xFF}, 160)
			}
			return p
		},
	} {
		for _, text := range []string{"x", "lange", "rest"} {
			clean := (&wire{sounds: sounds}).quiet(330).play(text).play("y").quiet(800).packets()
			for at := 5; at < (len(sounds[text].ULaw)+330)/160-6; at++ {
				got := brief(listen(index, audio.PCMU, harm(slices.Clone(clean), at)))
				if got != text+" y" {
					t.Errorf("%s, packet %d %s: heard %q", text, at, name, got)
				}
			}
		}
	}
}

// Whatever is played one after another is heard in that order, though some packets are lost.
func TestListenerProperty(t *testing.T) {
	sounds := listenerSounds()
	index := NewIndex(sounds)
	names := []string{"x", "y", "kurz", "b", "other 1", "other 2", "other 40", "rest"}
	rapid.Check(t, func(t *rapid.T) {
		codec := rapid.SampledFrom([]audio.Codec{audio.PCMU, audio.PCMA}).Draw(t, "codec")
		w := &wire{sounds: sounds, codec: codec}
		var want []string
		for range rapid.IntRange(1, 6).Draw(t, "sounds") {
			w.quiet(rapid.IntRange(0, 900).Draw(t, "silence"))
			text := rapid.SampledFrom(names).Draw(t, "text")
			want = append(want, text)
			w.play(text)
		}
		packets := w.packets()
		if len(packets) > 30 && rapid.Bool().Draw(t, "lossy") { // one lost from the middle of the first sound
			packets = slices.Delete(packets, 9, 10)
			want[0] = "?"
		}
		l := index.Listener()
		var got []string
		for _, p := range packets {
			cut := rapid.IntRange(0, len(p)).Draw(t, "cut")
			for _, h := range append(l.Feed(p[:cut], codec), l.Feed(p[cut:], codec)...) {
				got = append(got, h.Text)
			}
		}
		for _, h := range l.Flush() {
			got = append(got, h.Text)
		}
		if want[0] == "?" { // what the loss struck is free, the rest is not
			want = want[1:]
			got = got[max(0, len(got)-len(want)):]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("heard %q, played %q", got, want)
		}
	})
}

// FuzzListener: any bytes in any pieces neither crash it nor make it hear what was not there.
func FuzzListener(f *testing.F) {
	sounds := listenerSounds()
	index := NewIndex(sounds)
	f.Add([]byte("abc"), uint8(1))
	f.Add(sounds["x"].ULaw, uint8(160))
	f.Add(slices.Concat(sounds["kurz"].ULaw[:3000], sounds["kurz"].ULaw[2000:], sounds["x"].ALaw), uint8(33))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		l := index.Listener()
		var all []Heard
		for i, p := range slices.Collect(slices.Chunk(b, int(size)+1)) {
			all = append(all, l.Feed(p, audio.Codec(i/50%2*8))...)
		}
		for _, h := range append(all, l.Flush()...) {
			if h.From < 0 || h.To < h.From || h.To > h.Length || sounds[h.Text] == nil {
				t.Fatalf("%+v", h)
			}
		}
	})
}

func BenchmarkListener(b *testing.B) {
	sounds := listenerSounds()
	r := rand.New(rand.NewPCG(1, 2))
	w := &wire{sounds: sounds}
	for len(w.bytes) < 10*audio.Rate {
		w.play(fmt.Sprint("other ", r.IntN(50)))
	}
	packets := w.packets()
	index := NewIndex(sounds)
	b.ResetTimer()
	for b.Loop() {
		l := index.Listener()
		for _, p := range packets {
			l.Feed(p, audio.PCMU)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/10, "ms/s-of-sound")
}

// What is being played is told as far as it has come, and no more than is certain.
func TestListenerHearing(t *testing.T) {
	s := NewStore()
	head := speech(1, 8000)
	sounds := map[string]*rtp.Sound{
		"一二三四五六七八九十":   s.Sound(speech(2, 16000)),
		"请按一，再按二":      s.Sound(append(slices.Clone(head), speech(3, 6000)...)),
		"请按一，再按三，返回按九": s.Sound(append(slices.Clone(head), speech(4, 16000)...)),
		"短":            s.Sound(speech(5, 1000)),
	}
	w := &wire{sounds: sounds, codec: audio.PCMA}
	w.play("短").quiet(1600).play("一二三四五六七八九十").quiet(800).part("请按一，再按三，返回按九", 0, 16000).quiet(4000)
	l := NewListener(sounds)
	var told []string
	at := map[string]time.Duration{}
	for _, p := range w.packets() {
		for _, h := range l.Feed(p, audio.PCMA) {
			told = append(told, brief([]Heard{h}))
		}
		if h, ok := l.Hearing(); ok {
			if n := len(told); n == 0 || told[n-1] != "…"+h.Text {
				told = append(told, "…"+h.Text)
			}
			at[h.Text] = h.At
		}
	}
	want := "短 …一二 …一二三 …一二三四 …一二三四五 …一二三四五六 …一二三四五六七 …一二三四五六七八 …一二三四五六七八九 一二三四五六七八九十 " +
		"…请按 …请按一 …请按一， …请按一，再 …请按一，再按 …请按一，再按三 请按一，再按三，返回按九[0-66]"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("\n%s, not\n%s", got, want)
	}
	if at["一二"] != samples(2600) {
		t.Error(at["一二"])
	}
}
