package exchange

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"rexian/media/audio"
)

// TestARecordingIsRead: without the silence around the words, and only from where recordings lie.
func TestARecordingIsRead(t *testing.T) {
	dir := t.TempDir()
	r := NewRecordings(nil, dir, nil, nil, slog.New(slog.NewTextHandler(io.Discard, nil)))
	id := "20261012-0123456789ab-1"
	if err := os.MkdirAll(filepath.Join(dir, "2026", "10", "12"), 0o750); err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, 5*audio.Rate)
	for i := 2 * audio.Rate; i < 3*audio.Rate; i++ {
		pcm[i] = int16(4000 * (i%2*2 - 1))
	}
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, 1, pcm); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "2026", "10", "12", id+".wav"), wav.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := r.sound(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := audio.Rate + 2*quietAround; len(s.ULaw) != want || len(s.ALaw) != want {
		t.Errorf("%d and %d samples are played, want %d", len(s.ULaw), len(s.ALaw), want)
	}
	for _, bad := range []string{"", "../" + id, id + "/x", "20261012-0123456789ab-2", "sim-recording-1"} {
		if s, err := r.sound(bad, nil); err == nil {
			t.Errorf("%q plays %d samples", bad, len(s.ULaw))
		}
	}
	if _, err := (*Recordings)(nil).sound(id, nil); !errors.Is(err, errNoRecordings) {
		t.Errorf("without recordings: %v", err)
	}
	both := mixed(audio.Clip{Rate: audio.Rate, Channels: 2, Samples: []int16{1, 2, 30000, 30000, -30000, -30000}})
	if len(both) != 3 || both[0] != 3 || both[1] != 32767 || both[2] != -32768 {
		t.Errorf("two channels became %v", both)
	}
	if quiet := trimmed(pcm[:audio.Rate]); len(quiet) != audio.Rate {
		t.Errorf("of silence %d samples stay", len(quiet))
	}
}
