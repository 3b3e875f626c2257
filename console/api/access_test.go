package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/runtime/deploy"
)

type token string

func (t token) IsSet() bool    { return t != "" }
func (t token) Reveal() string { return string(t) }

// office is an administration with a clock that the test turns.
type office struct {
	http.Handler
	now     time.Time
	log     strings.Builder
	figures *prometheus.Registry
}

func open(t *testing.T, secret token) *office {
	t.Helper()
	d, err := deploy.New(deploy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{now: time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC), figures: prometheus.NewRegistry()}
	o.Handler = New(Options{Deployment: d, Token: secret, Metrics: o.figures, Now: func() time.Time { return o.now },
		Logger: slog.New(slog.NewTextHandler(&o.log, nil)), Draining: func() bool { return false },
		Live: &shownNow{all: map[string]map[string]any{"agents": {"1": "ready"}, "calls": {"c": "on"}}}})
	return o
}

// ask asks what serves, from an address and with a token, "" for none.
func (o *office) ask(from, given string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://localhost/api/v1/deployment", nil)
	if r.RemoteAddr = from; !strings.Contains(from, "]") && !strings.Contains(from, ":") {
		r.RemoteAddr += ":4711"
	}
	if given != "" {
		r.Header.Set("Authorization", "Bearer "+given)
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

// Who guesses tokens waits longer and longer, and is told in the log; others do not wait with him.
func TestWrongTokensAreThrottled(t *testing.T) {
	o := open(t, "open sesame")
	status := func(from, given string, want int) *httptest.ResponseRecorder {
		t.Helper()
		w := o.ask(from, given)
		if w.Code != want {
			t.Errorf("%s with %q: %d, want %d", from, given, w.Code, want)
		}
		return w
	}
	for i := range 5 {
		status("192.0.2.7", fmt.Sprint("guess", i), 401)
	}
	status("192.0.2.7", "open sesame", 200) // who mistypes is let in at once, and begins anew
	for i := range 6 {
		status("192.0.2.7", fmt.Sprint("guess", i), 401)
	}
	if w := status("192.0.2.7", "open sesame", 429); w.Header().Get("Retry-After") != "1" {
		t.Errorf("told to wait %s s", w.Header().Get("Retry-After"))
	}
	status("192.0.2.8", "open sesame", 200)
	for wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		o.now = o.now.Add(time.Second << wait)
		status("192.0.2.7", "another guess", 401)
		status("192.0.2.7", "another guess", 429)
	}
	for range 20 {
		o.now = o.now.Add(longest)
		status("192.0.2.7", "another guess", 401)
	}
	o.now = o.now.Add(longest - time.Second)
	status("192.0.2.7", "open sesame", 429)
	o.now = o.now.Add(time.Second)
	status("192.0.2.7", "open sesame", 200)

	status("[2001:db8::1]:99", "", 401)
	status("[2001:db8::1]:99", "", 401) // no guess, and told once
	for i := range 6 {
		status(fmt.Sprintf("[2001:db8::%x]:99", i), "guess", 401)
	}
	status("[2001:db8::ffff]:99", "open sesame", 429) // one network is one source
	log := o.log.String()
	if n := strings.Count(log, "a wrong token"); n != 5+6+3+20+6 {
		t.Errorf("%d wrong tokens are in the log", n)
	}
	if strings.Count(log, "without the token") != 1 || !strings.Contains(log, "source=192.0.2.7") ||
		strings.Contains(log, "guess0") {
		t.Error(log)
	}
	r := httptest.NewRequest("GET", "http://localhost/metrics", nil)
	r.Header.Set("Authorization", "Bearer open sesame")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	for _, want := range []string{`{reason="missing"} 2`, `{reason="throttled"} 6`, `{reason="wrong"} 40`} {
		if !strings.Contains(w.Body.String(), "rexian_admin_refused_total"+want+"\n") {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}

// Without a token only this machine is served: what a request says of itself does not make it one of this machine.
func TestWithoutATokenOnlyThisMachineIsServed(t *testing.T) {
	o := open(t, "")
	for from, want := range map[string]int{"127.0.0.1": 200, "[::1]:99": 200, "192.0.2.7": 403, "nonsense:": 403} {
		if w := o.ask(from, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", from, w.Code, want)
		}
	}
}

// A flood of sources takes no more memory than is set aside for them, and the latest are remembered.
func TestTheThrottleForgetsTheOldest(t *testing.T) {
	now := time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)
	th := newThrottle(func() time.Time { return now })
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 2 * maxSources {
		now = now.Add(time.Millisecond)
		th.wrong(address(i))
	}
	if len(th.sources) != maxSources {
		t.Errorf("%d sources are kept", len(th.sources))
	}
	if n, _ := th.wrong(address(2*maxSources - 1)); n != 2 {
		t.Errorf("the latest has %d wrong ones", n)
	}
	if n, _ := th.wrong(address(0)); n != 1 {
		t.Errorf("the first has %d wrong ones", n)
	}
}
