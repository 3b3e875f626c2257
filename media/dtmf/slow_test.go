//go:build slow

package dtmf

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rexian/media/audio"
)

// The hotline's own prompts, spoken by espeak-ng in several voices for more than an hour, and its music must not ring
// as keys. Run with: go test -tags slow -run TestTalkOffHour ./media/dtmf
func TestTalkOffHour(t *testing.T) {
	flows := filepath.Join("..", "..", "flows")
	sources, err := filepath.Glob(filepath.Join(flows, "*.flow"))
	if err != nil || len(sources) == 0 {
		t.Fatal("no flows: ", err)
	}
	quoted := regexp.MustCompile(`"[^"\n]+"|“[^”\n]+”`)
	var texts []string // of a file each: all together is more than one sound may be long
	for _, source := range sources {
		var text strings.Builder
		b, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range quoted.FindAllString(string(b), -1) {
			text.WriteString(strings.Trim(q, `"“”`) + "\n")
		}
		texts = append(texts, text.String())
	}
	heard := 0.0
	listen := func(name string, file []byte) {
		pcm, err := audio.Import(name, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []audio.Codec{audio.PCMA, audio.PCMU} {
			if got := detect(c.Decode(nil, c.Encode(nil, pcm))); len(got) > 0 {
				t.Errorf("%s in %v: heard %v", name, c, got)
			}
		}
		heard += float64(len(pcm)) / audio.Rate / 3600
	}
	for _, voice := range []string{"cmn-latn-pinyin", "cmn-latn-pinyin+f2", "cmn-latn-pinyin+m3",
		"cmn-latn-pinyin+f5"} {
		for i, text := range texts {
			speak := exec.Command("espeak-ng", "-v", voice, "-s", "170", "--stdout")
			speak.Stdin = strings.NewReader(text)
			wav, err := speak.Output()
			if err != nil {
				t.Fatal("espeak-ng, which this test needs: ", err)
			}
			listen(voice+" "+filepath.Base(sources[i]), wav)
		}
	}
	music, err := filepath.Glob(filepath.Join(flows, "*", "*.wav"))
	if err != nil || len(music) == 0 {
		t.Fatal("no music: ", err)
	}
	for _, name := range music {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		listen(filepath.Base(name), file)
	}
	t.Logf("%.2f hours", heard)
	if heard < 1 {
		t.Errorf("only %.2f hours were heard", heard)
	}
}
