//go:build announce

package announce

import (
	"math/rand/v2"
	"slices"
	"testing"

	"rexian/media/announce/lab"
)

// TestMeasure is the figures: on voices of which nothing was taught or tried, in all classes, behind all lines; each
// class left out once; and what no reference says.
func TestMeasure(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 17))
	_, refs := shipped()
	full, without := only(refs), map[string]*Set{}
	for _, s := range lab.Sentences {
		without[s.Class] = only(slices.DeleteFunc(slices.Clone(refs),
			func(x Reference) bool { return x.Class == s.Class }))
	}
	var all, right, wrong, left, guessed, strange, false_ int
	behind := func(pcm []int16, k int) []int16 {
		if k < len(lab.Lines) {
			return lab.Spoil(pcm, k, r)
		}
		out, err := lab.Opus(lab.Level(pcm, -12*r.Float64()))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	missed, guesses := map[string]int{}, map[string]int{}
	for k, line := range append(slices.Clone(lab.Lines), "Opus at 8 kbit/s") {
		n, ok, bad := 0, 0, 0
		for _, v := range lab.Untaught {
			for _, s := range lab.Sentences {
				pcm := lab.Early(behind(speak(t, s, v, 165), k), r)
				n++
				switch recognised(full, pcm) {
				case s.Class:
					ok++
				case "":
					missed[s.Name]++
				default:
					missed[s.Name]++
					bad++
				}
				if k == 0 || k == 3 {
					left++
					if got := recognised(without[s.Class], pcm); got != "" {
						guessed++
						guesses[s.Name+" as "+got]++
					}
				}
			}
			for _, s := range lab.Strange {
				strange++
				if recognised(full, lab.Early(behind(speak(t, s, v, 165), k), r)) != "" {
					false_++
				}
			}
		}
		t.Logf("%-36s %4d of %d right, %d wrong", line, ok, n, bad)
		all, right, wrong = all+n, right+ok, wrong+bad
	}
	t.Logf("missed: %v", missed)
	t.Logf("guessed without their class: %v", guesses)
	share := func(a, b int) float64 { return 100 * float64(a) / float64(b) }
	t.Logf("all: %.1f %% right, %.2f %% wrong; a class left out: %.1f %% unknown; %d of %d strange taken for announcements",
		share(right, all), share(wrong, all), 100-share(guessed, left), false_, strange)
	if share(right, all) < 97 || share(wrong, all) > 0.3 || share(guessed, left) > 5 || share(false_, strange) > 0.3 {
		t.Error("the bars are 97 % right, 0.3 % wrong, 95 % unknown, 0.3 % false")
	}
}
