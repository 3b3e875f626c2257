//go:build announce

package announce

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rexian/media/announce/lab"
	"rexian/media/audio"
)

// TestSamples makes testdata, by which the small test works without espeak-ng: CLASS.VOICE.al is A-law.
func TestSamples(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	for i, v := range []string{"m3", "f4"} {
		for _, s := range []lab.Sentence{lab.Sentences[4+i], lab.Sentences[6+i], lab.Sentences[8], lab.Sentences[17],
			lab.Strange[2*i], lab.Strange[3]} {
			class := s.Class
			if class == "" {
				class = "-" + s.Name
			}
			file := filepath.Join("testdata", fmt.Sprintf("%s.%s.al", class, v))
			if err := os.WriteFile(file, audio.PCMA.Encode(nil, speak(t, s, v, 165)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
