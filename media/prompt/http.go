package prompt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Secret is a text that is neither printed nor logged.
type Secret string

// String hides the secret.
func (Secret) String() string { return "***" }

// GoString hides the secret.
func (Secret) GoString() string { return "***" }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// HTTP speaks through a service on the network. It posts the text and takes a WAV or an MP3 back. In URL and Body the
// marks {text}, {lang} and {voice} are replaced: escaped as the part of an address in URL, as the inside of a JSON
// string in Body.
type HTTP struct {
	URL         string            // e.g. "https://tts.example.cn/v1/speak?lang={lang}"
	Body        string            // "" is {"lang":"{lang}","voice":"{voice}","text":"{text}"}
	ContentType string            // of Body; "" is application/json
	Headers     map[string]Secret // e.g. Authorization
	Voices      map[string]string // the service's voice for a language tag, for {voice}; nil: the tag itself
	Limit       time.Duration     // for one attempt; 0 is 30 s
	Parallel    int               // texts at once; 0 is 4
	Attempts    int               // when the service is busy or away; 0 is 3
	Client      *http.Client      // nil is a client of its own that follows no redirect to another host

	gate gate
}

// Name is the service's host and its voices' names: what one voice of a service said is not taken for another's.
func (h *HTTP) Name() string {
	name := "http"
	if u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(h.URL)); err == nil && u.Host != "" {
		name = u.Host
	}
	for _, lang := range slices.Sorted(maps.Keys(h.Voices)) {
		name += " " + lang + "=" + h.Voices[lang]
	}
	return name
}

// Render asks the service, again with growing pauses while it is busy (429) or failing (5xx); a service's own
// Retry-After is kept to, up to a minute. The service's answer to a bad request is part of the error, its secret is
// not.
func (h *HTTP) Render(ctx context.Context, lang, text string) ([]int16, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("the text has %d bytes, more than the %d of ten minutes", len(text), maxText)
	}
	parallel := h.Parallel
	if parallel <= 0 {
		parallel = 4
	}
	leave, err := h.gate.enter(ctx, parallel)
	if err != nil {
		return nil, err
	}
	defer leave()
	attempts := h.Attempts
	if attempts <= 0 {
		attempts = 3
	}
	for attempt := 1; ; attempt++ {
		sound, wait, err := h.ask(ctx, lang, text)
		if err == nil {
			return ImportWords(h.Name(), sound)
		}
		if wait < 0 || attempt == attempts || ctx.Err() != nil {
			return nil, fmt.Errorf("voice service %s: %w", h.Name(), err)
		}
		if wait == 0 {
			wait = time.Second << (attempt - 1)
		}
		timer := time.NewTimer(min(wait, time.Minute))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("voice service %s: %w", h.Name(), ctx.Err())
		}
	}
}

// ask makes one attempt. wait says when it may be tried again: -1 never, 0 as we like.
func (h *HTTP) ask(ctx context.Context, lang, text string) (sound []byte, wait time.Duration, err error) {
	limit := h.Limit
	if limit == 0 {
		limit = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := h.request(ctx, lang, text)
	if err != nil {
		return nil, -1, err
	}
	client := h.Client
	if client == nil {
		client = sameHost
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		wait := time.Duration(-1)
		if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
			wait = retryAfter(response.Header.Get("Retry-After"))
		}
		return nil, wait, fmt.Errorf("answered %s%s", response.Status, reason(response))
	}
	sound, err = io.ReadAll(io.LimitReader(response.Body, maxSound+1))
	switch {
	case err != nil:
		return nil, 0, withoutURL(err)
	case len(sound) > maxSound:
		return nil, -1, fmt.Errorf("sent more than %d MB", maxSound>>20)
	}
	return sound, 0, nil
}

func (h *HTTP) request(ctx context.Context, lang, text string) (*http.Request, error) {
	voice := lang
	if h.Voices != nil {
		if voice = h.Voices[lang]; voice == "" {
			return nil, fmt.Errorf("%q: %w", lang, ErrNoVoice)
		}
	}
	fill := func(template string, escape func(string) string) string {
		return strings.NewReplacer("{text}", escape(text), "{lang}", escape(lang), "{voice}",
			escape(voice)).Replace(template)
	}
	body, contentType := h.Body, h.ContentType
	if body == "" {
		body = `{"lang":"{lang}","voice":"{voice}","text":"{text}"}`
	}
	if contentType == "" {
		contentType = "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, fill(h.URL, url.QueryEscape),
		strings.NewReader(fill(body, insideJSON)))
	if err != nil {
		return nil, withoutURL(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "audio/wav, audio/mpeg")
	for name, value := range h.Headers {
		request.Header.Set(name, string(value))
	}
	return request, nil
}

// sameHost follows redirects only where the headers' secrets already went.
var sameHost = &http.Client{CheckRedirect: func(to *http.Request, via []*http.Request) error {
	if to.URL.Host != via[0].URL.Host || len(via) > 3 {
		return http.ErrUseLastResponse
	}
	return nil
}}

// insideJSON escapes a text as it stands between the quotes of a JSON string.
func insideJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // a string always encodes
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// withoutURL takes the address out of an error of net/http: it may hold a key.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// reason is the beginning of a refusal in words.
func reason(r *http.Response) string {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "text/plain") && kind != "application/json" {
		return ""
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, 300))
	if err != nil || len(b) == 0 {
		return ""
	}
	return ": " + strings.Join(strings.Fields(strings.ToValidUTF8(string(b), "")), " ")
}

func retryAfter(header string) time.Duration {
	if n, err := strconv.Atoi(header); err == nil && n > 0 {
		return time.Duration(min(n, 60)) * time.Second
	}
	return 0
}
