package prompt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rexian/media/audio"
)

// TestMain lets the test program stand in for espeak-ng: the variable says how it behaves.
func TestMain(m *testing.M) {
	behaviour := os.Getenv("REXIAN_FAKE_VOICE")
	if behaviour == "" {
		os.Exit(m.Run())
	}
	text, _ := io.ReadAll(os.Stdin)
	switch behaviour {
	case "speak": // as espeak-ng does when it writes to a pipe: the length in the header is not known yet
		fmt.Fprint(os.Stderr, strings.Join(os.Args[1:], " "))
		var b bytes.Buffer
		if audio.WriteWAV(&b, 1, speech(seedOf(string(text)), 8000)) != nil {
			os.Exit(1)
		}
		wav := b.Bytes()
		copy(wav[40:44], "\x00\xf0\xff\x7f")
		copy(wav[4:8], "\x24\xf0\xff\x7f")
		_, _ = os.Stdout.Write(wav)
	case "fail":
		fmt.Fprintln(os.Stderr, "no such voice")
		os.Exit(3)
	case "hang":
		time.Sleep(time.Hour)
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				os.Exit(1)
			}
		}
	case "rubbish":
		fmt.Print("hello")
	}
	os.Exit(0)
}

func fakeEspeak(t *testing.T, behaviour string) *Espeak {
	t.Setenv("REXIAN_FAKE_VOICE", behaviour)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &Espeak{Program: self}
}

func TestEspeakSpeaks(t *testing.T) {
	e := fakeEspeak(t, "speak")
	for _, lang := range []string{"zh", "zh-CN", "en"} {
		pcm, err := e.Render(t.Context(), lang, "-v 您好")
		if err != nil {
			t.Fatal(err)
		}
		if len(pcm) < 7500 || len(pcm) > 8100 {
			t.Errorf("%s: %d samples", lang, len(pcm))
		}
		if level := audio.Level(pcm); level < -30 || level > -5 {
			t.Errorf("%s: %.1f dBm0", lang, level)
		}
	}
	if e.Name() != "espeak-ng" || (&Espeak{Speed: 120}).Name() == e.Name() {
		t.Error("names do not tell voices apart")
	}
}

func TestEspeakFails(t *testing.T) {
	if _, err := fakeEspeak(t, "fail").Render(t.Context(), "zh", "好"); err == nil ||
		!strings.Contains(err.Error(), "no such voice") {
		t.Errorf("its own complaint is not told: %v", err)
	}
	if _, err := fakeEspeak(t, "rubbish").Render(t.Context(), "zh", "好"); err == nil {
		t.Error("rubbish was taken for sound")
	}
	flood := fakeEspeak(t, "flood")
	flood.Limit = 10 * time.Minute // it ends at its bound, however slow the machine
	if _, err := flood.Render(t.Context(), "zh", "好"); !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("an endless sound: %v", err)
	}
	hang := fakeEspeak(t, "hang")
	hang.Limit = 50 * time.Millisecond
	if _, err := hang.Render(t.Context(), "zh", "好"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a hanging voice: %v", err)
	}
	for name, c := range map[string]struct {
		e    *Espeak
		lang string
		text string
		want error
	}{
		"not installed":    {&Espeak{Program: "no-such-program-anywhere"}, "zh", "好", ErrNotInstalled},
		"another language": {&Espeak{}, "xx", "bon", ErrNoVoice},
		"no language":      {&Espeak{}, "", "bon", ErrNoVoice},
	} {
		if _, err := c.e.Render(t.Context(), c.lang, c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (&Espeak{}).Render(t.Context(), "zh", strings.Repeat("好", maxText)); err == nil {
		t.Error("an endless text was taken")
	}
}

func wavBytes(t testing.TB, pcm []int16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := audio.WriteWAV(&b, 1, pcm); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHTTPVoice(t *testing.T) {
	var got struct{ lang, auth, query string }
	var body map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.auth, got.query = r.Header.Get("Authorization"), r.URL.Query().Get("lang")
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(wavBytes(t, speech(3, 8000)))
	}))
	defer server.Close()
	text := "引号\"、反斜杠\\与\n换行 {lang}"
	v := &HTTP{URL: server.URL + "?lang={lang}", Headers: map[string]Secret{"Authorization": "Bearer k"},
		Voices: map[string]string{"zh": "晓晓"}}
	pcm, err := v.Render(t.Context(), "zh", text)
	if err != nil || len(pcm) < 7500 {
		t.Fatalf("%d samples, %v", len(pcm), err)
	}
	if body["text"] != text || body["lang"] != "zh" || body["voice"] != "晓晓" || got.auth != "Bearer k" ||
		got.query != "zh" {
		t.Errorf("the service got %q %+v", body, got)
	}
	if _, err := v.Render(t.Context(), "en", "hello"); !errors.Is(err, ErrNoVoice) {
		t.Errorf("a language without a voice: %v", err)
	}
	if v.Name() != strings.TrimPrefix(server.URL, "http://")+" zh=晓晓" {
		t.Errorf("its name is %q", v.Name())
	}
	if s := fmt.Sprintf("%v %+v %#v", v.Headers, v.Headers, v.Headers); strings.Contains(s, "Bearer") {
		t.Errorf("the secret is printed: %s", s)
	}
}

// transport answers requests from a list and keeps the times at which they came.
type transport struct {
	answers []func() (*http.Response, error)
	times   []time.Time
}

func (tr *transport) RoundTrip(*http.Request) (*http.Response, error) {
	tr.times = append(tr.times, time.Now())
	return tr.answers[min(len(tr.times), len(tr.answers))-1]()
}

func answer(status int, header, value string, body []byte) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		h := http.Header{"Content-Type": {"text/plain"}}
		h.Set(header, value)
		return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: h,
			Body: io.NopCloser(bytes.NewReader(body))}, nil
	}
}

func TestHTTPVoiceTriesAgain(t *testing.T) {
	good := answer(200, "X", "", wavBytes(t, speech(3, 8000)))
	away := func() (*http.Response, error) { return nil, errors.New("connection refused") }
	for name, c := range map[string]struct {
		answers []func() (*http.Response, error)
		fails   string
		waits   []time.Duration
	}{
		"at once": {[]func() (*http.Response, error){good}, "", nil},
		"busy once": {[]func() (*http.Response, error){answer(429, "Retry-After", "7", nil), good}, "",
			[]time.Duration{7 * time.Second}},
		"failing, away": {[]func() (*http.Response, error){answer(503, "X", "", nil), away, good}, "",
			[]time.Duration{time.Second, 2 * time.Second}},
		"for ever": {[]func() (*http.Response, error){answer(500, "X", "", []byte("out of order"))},
			"out of order", []time.Duration{time.Second, 2 * time.Second}},
		"too long a wait": {[]func() (*http.Response, error){answer(503, "Retry-After", "86400", nil), good}, "",
			[]time.Duration{time.Minute}},
		"refused":     {[]func() (*http.Response, error){answer(401, "X", "", []byte("bad key"))}, "bad key", nil},
		"not a sound": {[]func() (*http.Response, error){answer(200, "X", "", []byte("<html>"))}, "importing", nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			tr := &transport{answers: c.answers}
			v := &HTTP{URL: "http://voice.example/secret-in-path", Client: &http.Client{Transport: tr}}
			_, err := v.Render(t.Context(), "zh", "好")
			if (err != nil) != (c.fails != "") || err != nil &&
				(!strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("%s: %v", name, err)
			}
			if len(tr.times) != len(c.waits)+1 {
				t.Fatalf("%s: asked %d times", name, len(tr.times))
			}
			for i, want := range c.waits {
				if got := tr.times[i+1].Sub(tr.times[i]); got != want {
					t.Errorf("%s: waited %v, want %v", name, got, want)
				}
			}
		})
	}
}

func TestVoicesWorkInBoundedNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		release := make(chan struct{})
		tr := roundTrip(func(*http.Request) (*http.Response, error) {
			asked.Add(1)
			<-release
			return answer(401, "X", "", nil)()
		})
		v := &HTTP{URL: "http://voice.example/", Parallel: 2, Client: &http.Client{Transport: tr}}
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 5)
		for range 5 {
			go func() { _, err := v.Render(ctx, "zh", "好"); results <- err }()
		}
		synctest.Wait()
		if n := asked.Load(); n != 2 {
			t.Errorf("%d at once, want 2", n)
		}
		cancel() // those who wait at the gate go away
		synctest.Wait()
		if len(results) < 3 {
			t.Errorf("%d of the waiting gave up", len(results))
		}
		close(release)
		for range 5 {
			<-results
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestStreamedHeader(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("RIFF"), bytes.Repeat([]byte{1}, 100)} {
		if got := streamed(bytes.Clone(b)); !bytes.Equal(got, b) {
			t.Errorf("%q was changed", b)
		}
	}
}
