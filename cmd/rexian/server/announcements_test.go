package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/console/api"
	"rexian/media/announce"
	"rexian/media/audio"
	engine "rexian/runtime/campaign"
	"rexian/stdlib/campaign"
	"rexian/stdlib/db/dbtest"
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
	if _, ok := announce.NewSet(recordings(dir, logger)...).Recognise(announce.Print(said)); ok || log.Len() > 0 {
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
	h, ok := announce.NewSet(recordings(dir, logger)...).Recognise(announce.Print(said))
	if !ok || h.Class != "suspended" || h.Name != "本市移动" {
		t.Errorf("%v %v\n%s", h, ok, log.String())
	}
	if n := strings.Count(log.String(), "left out"); n != 3 || !strings.Contains(log.String(), "nonsense.a.wav") {
		t.Errorf("%d are told to be left out\n%s", n, log.String())
	}
}

// What nobody knows is listed, heard and named over the interface, and recognised from then on; the name can be taken
// back.
func TestAnnouncementsOverTheInterface(t *testing.T) {
	b, err := os.ReadFile("../../../media/announce/testdata/-贸易公司.m3.al")
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t)
	store := campaign.New(d, campaign.Options{})
	for _, id := range []string{"run.0.1", "run.1.1"} {
		if err := store.Hear(t.Context(), campaign.Early{CallID: id, At: 5, Spoke: true, Clip: b}); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.DiscardHandler)
	k := newKnown(t.TempDir(), store, log)
	e := engine.New(engine.Options{Store: store, Now: time.Now, Logger: log, Relearn: k.refresh})
	desk := announcer{e, k, store}
	h := api.New(api.Options{Announcements: desk, Token: secret("t"), Metrics: prometheus.NewRegistry(), Now: time.Now,
		Logger: log})
	ask := func(method, path, body string) (int, string) {
		r := httptest.NewRequest(method, "/api/v1/announcements"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer t")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if status, body := ask("GET", "/unknown", ""); status != 200 || !strings.Contains(body,
		`{"id":"run.0.1","calls":2,"first":5,"last":5}`) {
		t.Fatal(status, body)
	}
	if status, body := ask("GET", "/unknown/run.0.1/audio", ""); status != 200 || !strings.HasPrefix(body, "RIFF") {
		t.Error(status, len(body))
	}
	for order, want := range map[string]int{`{"unknown": "none", "class": "suspended", "name": "a"}`: 404,
		`{"unknown": "run.0.1", "class": "x", "name": "a"}`: 422, `{"class": "suspended", "name": "a"}`: 422,
		`{"sound": "UklGRg==", "file": "a.wav", "class": "suspended", "name": "a"}`: 422,
		`{"unknown": "run.0.1", "class": "suspended", "name": "a", "dry": true}`:    200} {
		if status, body := ask("POST", "", order); status != want {
			t.Errorf("%s: %d %s", order, status, body)
		}
	}
	said := announce.Said(audio.PCMA.Decode(nil, b))
	if h, ok := k.set().Recognise(said); ok {
		t.Errorf("a look taught %v", h)
	}
	status, body := ask("POST", "", `{"unknown": "run.0.1", "class": "suspended", "name": "本市移动", "by": "test"}`)
	var l api.Learned
	if err := json.Unmarshal([]byte(body), &l); err != nil || status != 200 || l.Kinds != 1 {
		t.Fatal(status, body, err)
	}
	if h, ok := k.set().Recognise(said); !ok || h.Class != "suspended" || h.Name != "本市移动" {
		t.Errorf("%v %v", h, ok)
	}
	if _, body := ask("GET", "", ""); !strings.Contains(body, `"from":"named"`) ||
		!strings.Contains(body, `"from":"shipped"`) {
		t.Error(body)
	}
	for _, want := range []int{200, 404} {
		if status, body := ask("DELETE", "/"+l.ID, ""); status != want {
			t.Error(status, body)
		}
	}
	if h, ok := k.set().Recognise(said); ok {
		t.Errorf("a name that was taken back is heard: %v", h)
	}
}

type secret string

func (s secret) IsSet() bool    { return s != "" }
func (s secret) Reveal() string { return string(s) }
