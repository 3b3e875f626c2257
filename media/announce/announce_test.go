package announce

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/media/announce/lab"
	"rexian/media/audio"
)

// recognised is the class of what was heard, "" if none was.
func recognised(set *Set, pcm []int16) (class string) {
	l := New(set, func(h Heard) { class = h.Class })
	for ; len(pcm) > 0; pcm = pcm[min(160, len(pcm)):] {
		l.Write(pcm[:min(160, len(pcm))])
	}
	l.Finish()
	return class
}

func sample(t testing.TB, file string) []int16 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return audio.PCMA.Decode(nil, b)
}

// TestVoicesThatWereNotTaught hears announcements in voices that no reference is of, behind lines of all kinds, and
// nothing in what people say.
func TestVoicesThatWereNotTaught(t *testing.T) {
	files, err := filepath.Glob("testdata/*.al")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	r := rand.New(rand.NewPCG(3, 5))
	set := NewSet()
	right, all := 0, 0
	for _, file := range files {
		class, _, _ := strings.Cut(filepath.Base(file), ".")
		for line, name := range lab.Lines {
			got := recognised(set, lab.Early(lab.Spoil(sample(t, file), line, r), r))
			switch {
			case strings.HasPrefix(class, "-"):
				if got != "" {
					t.Errorf("%s, %s, is taken for %s", file, name, got)
				}
				continue
			case got == class:
				right++
			case got != "":
				t.Errorf("%s, %s, is taken for %s", file, name, got)
			}
			all++
		}
	}
	if right < all-1 {
		t.Errorf("%d of %d are recognised", right, all)
	}
}

// A class that has no reference stays unknown; a recording of it that is added is recognised from then on, and so are
// the calls before by their prints.
func TestARecordingIsAdded(t *testing.T) {
	_, refs := shipped()
	without := slices.DeleteFunc(slices.Clone(refs), func(x Reference) bool { return x.Class == "barred" })
	said := sample(t, "testdata/barred.m3.al")
	r := rand.New(rand.NewPCG(1, 1))
	var prints [][]Frame
	for line := range lab.Lines {
		l := New(only(without), func(h Heard) { t.Errorf("%v", h) })
		l.Write(lab.Early(lab.Spoil(said, line, r), r))
		l.Finish()
		if !l.Spoke() {
			t.Errorf("%s: nobody spoke", lab.Lines[line])
		}
		prints = append(prints, l.Print())
	}
	with := only(append(without, Reference{Class: "barred", Name: "录音", Frames: Print(said)}))
	for i, p := range prints {
		if h, ok := with.Recognise(p); !ok || h.Class != "barred" || h.Name != "录音" {
			t.Errorf("%s: %v %v", lab.Lines[i], h, ok)
		}
	}
}

// Unknown announcements are grouped by what they say, whatever the line did to them.
func TestUnknownOnesAreAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	print := func(file string, line int) []Frame {
		l := New(only(nil), nil)
		l.Write(lab.Early(lab.Spoil(sample(t, file), line, r), r))
		return l.Print()
	}
	files := []string{"testdata/barred.m3.al", "testdata/suspended.m3.al", "testdata/powered_off.m3.al",
		"testdata/-贸易公司.m3.al", "testdata/busy.m3.al"}
	var leaders [][]Frame
	for _, f := range files {
		leaders = append(leaders, print(f, 0))
	}
	for i, f := range files {
		for line := range lab.Lines {
			p := print(f, line)
			for k, leader := range leaders {
				if got := Alike(leader, p); got != (i == k) {
					t.Errorf("%s, %s, and %s: %v", f, lab.Lines[line], files[k], got)
				}
			}
		}
	}
}

func TestABadSound(t *testing.T) {
	set := NewSet()
	for _, pcm := range [][]int16{nil, {1}, make([]int16, 80000), audio.Tone([]float64{450}, 0, 30*time.Second)} {
		if got := recognised(set, pcm); got != "" {
			t.Error(got)
		}
		if p := Print(pcm); len(p) > 0 {
			t.Errorf("a print of %d frames of nothing", len(p))
		}
	}
	loud := make([]int16, 40*rate)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range loud {
		loud[i] = int16(r.IntN(65536) - 32768)
	}
	if got := recognised(set, loud); got != "" {
		t.Errorf("noise is taken for %s", got)
	}
	if p := Print(loud); len(p) > Longest {
		t.Errorf("a print of %d frames", len(p))
	}
}

func TestNothingIsAllocatedForAFrame(t *testing.T) {
	l := New(NewSet(), nil)
	pcm := sample(t, "testdata/-贸易公司.m3.al")
	l.Write(pcm)
	packet := pcm[8000:8160]
	if n := testing.AllocsPerRun(20, func() { l.printer.write(packet, l.tell) }); n > 0 {
		t.Errorf("%g allocations for a packet", n)
	}
}
