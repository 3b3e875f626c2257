package prompt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// spell writes clips in a form that can be compared: texts of the sounds, lengths of silences in milliseconds.
func spell(s *Store, lang string, clips []rtp.Clip) string {
	names := map[*rtp.Sound]string{}
	for text, sound := range s.Sounds(lang) {
		names[sound] = text
	}
	var parts []string
	for _, c := range clips {
		if c.Sound == nil {
			parts = append(parts, fmt.Sprint(c.Silence.Milliseconds()))
		} else {
			parts = append(parts, names[c.Sound])
		}
	}
	return strings.Join(parts, "|")
}

func learnt(t testing.TB, lang string, texts ...string) *Store {
	t.Helper()
	c := NewCatalogue("fake", lang)
	if err := Render(t.Context(), c, &fakeVoice{name: "fake"}, texts, nil); err != nil {
		t.Fatal(err)
	}
	s := NewStore()
	if err := s.Learn("shipped", c); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSay(t *testing.T) {
	zh := learnt(t, "zh", "您的欠税为", "一千", "一", "千", "二百", "元", "五角", "请按1。", "缴税", "缴税请按1", "对不起，系统繁忙。", "三十", "三",
		"十一月", "十", "一月")
	en := learnt(t, "en", "There are", "callers ahead of you. The expected wait is", "twenty-one", "five minutes",
		"five", "minutes", "per cent")
	for _, c := range []struct {
		lang, text, want, missing string
	}{
		{"zh", "对不起，系统繁忙。", "对不起，系统繁忙。|220", ""},
		{"zh", "对不起，系统繁忙！", "对不起，系统繁忙。|220", ""},
		{"zh", "您的欠税为一千二百元五角。", "您的欠税为|一千|二百|元|五角|220", ""},
		{"zh", "缴税请按1，缴税请按1。", "缴税请按1|220|缴税请按1|220", ""},
		{"zh", "三十一月", "三十|一月", ""}, // as few pieces as 三|十一月, and the longer one first
		{"zh", "您的罚款为一千元。", "200|一千|元|220", "您的罚款为"},
		{"zh", "你，我", "200|220|200", "你 我"},
		{"zh", "一千元 unknown words 元", "一千|元|200|元", "unknown words"},
		{"zh", "", "", ""},
		{"zh", "。", "", ""},
		{"zh-CN", "一千", "一千", ""},
		{"en", "There are twenty-one callers ahead of you. The expected wait is five minutes.",
			"There are|twenty-one|callers ahead of you. The expected wait is|five minutes|220", ""},
		{"en", "Five per cent; five", "five|per cent|320|five", ""},
		{"fr", "bonjour", "200", "bonjour"},
	} {
		s := zh
		if c.lang == "en" {
			s = en
		}
		clips, missing := s.Say(c.lang, c.text, "")
		if got := spell(s, c.lang, clips); got != c.want || strings.Join(missing, " ") != c.missing {
			t.Errorf("%s %q: %s, missing %q; want %s, %q", c.lang, c.text, got, missing, c.want, c.missing)
		}
	}
	if st := zh.Stats(); st.Missing != 4 || st.Said < 11 {
		t.Errorf("%+v", st)
	}
}

// A text is said if it can be, in as few pieces as can be: compared with trying everything.
func TestSayFindsTheFewestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfNDistinct(rapid.StringMatching(`[甲乙丙]{1,4}`), 1, 8, rapid.ID[string]).Draw(t, "pieces")
		text := rapid.StringMatching(`[甲乙丙]{1,9}`).Draw(t, "text")
		b := newBook()
		for _, p := range pieces {
			b.add(p, &rtp.Sound{ULaw: []byte(p)})
		}
		clips, missing := b.compose(text)
		fewest := exhaustive(pieces, text)
		if (fewest >= 0) != (len(missing) == 0) || fewest >= 0 && len(clips) != fewest {
			t.Fatalf("%q of %q: %d pieces, missing %q; %d are possible", text, pieces, len(clips), missing, fewest)
		}
		if len(missing) == 0 {
			said := ""
			for _, c := range clips {
				said += string(c.Sound.ULaw)
			}
			if said != text {
				t.Fatalf("%q is said as %q", text, said)
			}
		}
	})
}

func exhaustive(pieces []string, text string) int {
	if text == "" {
		return 0
	}
	best := -1
	for _, p := range pieces {
		if rest, ok := strings.CutPrefix(text, p); ok {
			if n := exhaustive(pieces, rest); n >= 0 && (best < 0 || n+1 < best) {
				best = n + 1
			}
		}
	}
	return best
}

func TestRecordingsComeFirst(t *testing.T) {
	s := learnt(t, "zh", "欢迎")
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, 1, speech(9, 8000)); err != nil {
		t.Fatal(err)
	}
	sound, err := s.AddFile("v1/语音/欢迎.wav", wav.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if clips, missing := s.Say("zh", "欢迎", "v1/语音/欢迎.wav"); len(clips) != 1 || clips[0].Sound != sound ||
		missing != nil {
		t.Errorf("not the recording: %v", clips)
	}
	if again, err := s.AddFile("v2/语音/欢迎.wav", wav.Bytes()); err != nil || again != sound {
		t.Error("the same recording under another name is another sound")
	}
	s.DropFile("v1/语音/欢迎.wav")
	if clips, _ := s.Say("zh", "欢迎", "v1/语音/欢迎.wav"); spell(s, "zh", clips) != "欢迎" {
		t.Errorf("without the recording: %v", clips)
	}
	if _, err := s.AddFile("x.wav", []byte("RIFF")); err == nil || !strings.Contains(err.Error(), "x.wav") {
		t.Errorf("a broken file: %v", err)
	}
	wav.Reset()
	if err := audio.WriteWAV(&wav, 1, make([]int16, 8000)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddFile("silent.wav", wav.Bytes()); !errors.Is(err, ErrEmptyRecording) {
		t.Errorf("a silent file: %v", err)
	}
}

func TestLayers(t *testing.T) {
	s := learnt(t, "zh", "您好", "再见")
	before := s.Sounds("zh")["您好"]
	mine := NewCatalogue("another", "zh")
	if err := mine.Add("您好！", speech(77, 3000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Learn("deployment", mine); err != nil {
		t.Fatal(err)
	}
	if clips, _ := s.Say("zh", "您好", ""); clips[0].Sound == before {
		t.Error("the later layer is not heard")
	}
	if clips, missing := s.Say("zh", "再见", ""); len(clips) != 1 || missing != nil {
		t.Error("the lower layer is gone")
	}
	s.Drop("deployment")
	if clips, _ := s.Say("zh", "您好", ""); clips[0].Sound != before {
		t.Error("the dropped layer is still heard")
	}
	damaged := filled(t, "一")
	for hash := range damaged.blobs {
		damaged.blobs[hash] = []byte("RIFF")
	}
	if err := s.Learn("shipped", damaged); err == nil {
		t.Error("a damaged catalogue was learnt")
	}
	if !s.Knows("zh", "您好，再见") || s.Knows("zh", "一") {
		t.Error("a damaged catalogue changed what is known")
	}
}

// Equal sounds are one; sounds nobody names go.
func TestSoundsAreSharedAndGo(t *testing.T) {
	s := NewStore()
	a, b := s.Sound(speech(1, 4000)), s.Sound(speech(1, 4000))
	if a != b || len(a.ULaw) != 4000 || len(a.ALaw) != 4000 {
		t.Error("equal samples are two sounds")
	}
	if got := audio.PCMU.Decode(nil, a.ULaw); ratio(speech(1, 4000), got) < 30 {
		t.Error("the sound is not what went in")
	}
	if s.Stats().Sounds != 1 {
		t.Errorf("%+v", s.Stats())
	}
	runtime.KeepAlive(a)
	for range 100 {
		if runtime.GC(); s.Stats().Sounds == 0 {
			break
		}
	}
	if n := s.Stats().Sounds; n != 0 {
		t.Errorf("%d sounds stay though nobody holds them", n)
	}
	if again := s.Sound(speech(1, 4000)); again == nil || s.Stats().Sounds != 1 {
		t.Error("it cannot be made again")
	}
}

func TestSignals(t *testing.T) {
	s := NewStore()
	for kind := range signals {
		sound, pcm := s.Signal(kind), kind.PCM()
		if len(pcm) == 0 || len(sound.ULaw) != len(pcm) || s.Signal(kind) != sound {
			t.Errorf("%v: %d samples, %d bytes", kind, len(pcm), len(sound.ULaw))
		}
		peak := 0
		for _, v := range pcm {
			peak = max(peak, int(v), -int(v))
		}
		if peak < 1000 || peak > 16000 {
			t.Errorf("%v: peak %d", kind, peak)
		}
		if kind.String() == "unknown" {
			t.Errorf("signal %d has no name", kind)
		}
	}
	for kind, want := range map[Signal]time.Duration{RingBack: 5 * time.Second, Busy: 700 * time.Millisecond,
		Congestion: 1400 * time.Millisecond, Music: 36 * time.Second} {
		if got := samples(int64(len(kind.PCM()))); got != want {
			t.Errorf("a round of %v lasts %v, want %v", kind, got, want)
		}
	}
	if signals.String() != "unknown" || s.Signal(signals) != s.Signal(Record) {
		t.Error("a signal that is none")
	}
}

// The music's end leads into its beginning: no step between the rounds is greater than those inside.
func TestMusicClosesWithoutAClick(t *testing.T) {
	pcm := Music.PCM()
	most := 0
	for i := range pcm[1:] {
		most = max(most, int(abs(int64(pcm[i+1])-int64(pcm[i]))))
	}
	if seam := int(abs(int64(pcm[0]) - int64(pcm[len(pcm)-1]))); seam > most/2 {
		t.Errorf("the seam steps by %d, the tune by %d at most", seam, most)
	}
	for bar := range bars {
		if level := audio.Level(pcm[bar*4*beat : (bar+1)*4*beat]); level < -30 || level > -12 {
			t.Errorf("bar %d has %.1f dBm0", bar+1, level)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	digits := []rune("一二三四五六七八九十百千万元角分零")
	var texts []string
	for range 2000 {
		text := []rune{}
		for range 10 {
			text = append(text, digits[r.IntN(len(digits))])
		}
		texts = append(texts, string(text))
	}
	for _, d := range digits {
		texts = append(texts, string(d))
	}
	known := newBook()
	for _, text := range texts {
		known.add(text, &rtp.Sound{})
	}
	known.finish()
	s := NewStore()
	s.books.Store(&map[string]*book{"zh": known})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			s.Say("zh", texts[7], "")
		}
	})
	b.Run("pieces", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Say("zh", "一百二十三万四千五百六十七元八角九分", "")
		}
	})
}

func TestAClonedStore(t *testing.T) {
	s := learnt(t, "zh", "您好", "再见")
	c := s.Clone()
	more := NewCatalogue("fake", "zh")
	if err := Render(t.Context(), more, &fakeVoice{name: "fake"}, []string{"请稍候"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Learn("more", more); err != nil {
		t.Fatal(err)
	}
	if !c.Knows("zh", "您好") || !c.Knows("zh", "请稍候") {
		t.Error("the clone does not know what it was made of and what it learnt")
	}
	if s.Knows("zh", "请稍候") {
		t.Error("what the clone learnt came into the store it was made of")
	}
	if a, b := s.Sounds("zh")["您好"], c.Sounds("zh")["您好"]; a != b {
		t.Error("the clone has sounds of its own")
	}
	before := c.Sounds("zh")["请稍候"]
	more.blobs = map[string][]byte{} // what was learnt once is not decoded again
	if err := c.Learn("more", more); err != nil {
		t.Fatal(err)
	}
	if c.Sounds("zh")["请稍候"] != before {
		t.Error("a catalogue learnt again has other sounds")
	}
}
