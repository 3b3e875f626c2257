package server

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/media/audio"
)

// TestAVoiceServiceIsAskedAsConfigured has a service that wants a key of its own, a voice by name, and SSML.
func TestAVoiceServiceIsAskedAsConfigured(t *testing.T) {
	t.Parallel()
	var sound bytes.Buffer
	if err := audio.WriteWAV(&sound, 1, audio.Tone([]float64{400}, -20, time.Second)); err != nil {
		t.Fatal(err)
	}
	var asked, key, kind, path string
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		asked, key, kind, path = string(b), r.Header.Get("X-Key"), r.Header.Get("Content-Type"), r.URL.String()
		if _, err := w.Write(sound.Bytes()); err != nil {
			t.Error(err)
		}
	}))
	defer service.Close()
	v := config.Voice{Engine: "http", URL: service.URL + "/v1/{voice}?lang={lang}",
		Body: `{"input":"{text}","speed":0.9}`,
		Type: "application/vnd.tts+json", Voices: []string{"zh = xiaoyun"}, Token: config.Plain("secret"),
		Header:  "X-Key",
		Timeout: config.Duration(5 * time.Second)}
	voice := VoiceService(v)
	pcm, err := voice.Render(t.Context(), "zh", `说“你好”`)
	if err != nil {
		t.Fatal(err)
	}
	if len(pcm) < audio.Rate/2 {
		t.Errorf("%d samples came back", len(pcm))
	}
	if asked != `{"input":"说“你好”","speed":0.9}` || key != "secret" || kind != "application/vnd.tts+json" ||
		path != "/v1/xiaoyun?lang=zh" {
		t.Errorf("asked %s, key %q, type %q, path %s", asked, key, kind, path)
	}
	if _, err := voice.Render(t.Context(), "en", "hello"); err == nil {
		t.Error("a language without a voice was spoken")
	}
	v.Voices[0] = "zh=xiaogang"
	if other := VoiceService(v); other.Name() == voice.Name() {
		t.Errorf("two voices of the service have one name, %s: what one said would be taken for the other's",
			other.Name())
	}
}
