package server

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexian/media/announce"
	"rexian/media/audio"
)

// A bureau's recording is recognised by its name from the folder; what cannot be used is told and leaves the others.
func TestOwnAnnouncements(t *testing.T) {
	b, err := os.ReadFile("../../../media/announce/testdata/-贸易公司.m3.al")
	if err != nil {
		t.Fatal(err)
	}
	said := audio.PCMA.Decode(nil, b)
	dir := t.TempDir()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	if _, ok := announcements(dir, logger).Recognise(announce.Print(said)); ok || log.Len() > 0 {
		t.Fatal(ok, log.String())
	}
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, 1, said); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"suspended.本市移动.wav": wav.Bytes(), "nonsense.a.wav": wav.Bytes(),
		"busy.坏的.wav": []byte("RIFF"), "busy.短.wav": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, ok := announcements(dir, logger).Recognise(announce.Print(said))
	if !ok || h.Class != "suspended" || h.Name != "本市移动" {
		t.Errorf("%v %v\n%s", h, ok, log.String())
	}
	if n := strings.Count(log.String(), "left out"); n != 3 || !strings.Contains(log.String(), "nonsense.a.wav") {
		t.Errorf("%d are told to be left out\n%s", n, log.String())
	}
}
