package api

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/stdlib/recording"
)

// elsewhere says of every call that another node has it.
type elsewhere struct {
	Calls
	node string
}

func (e elsewhere) Node(context.Context, string) (string, error) { return e.node, nil }

// neighbour is the other server as the test has it: where it answers, and whose certificates are believed.
type neighbour struct {
	at    string
	known *x509.CertPool
}

func (n *neighbour) Address(context.Context, string) (string, error) { return n.at, nil }
func (n *neighbour) Trust() *tls.Config                              { return &tls.Config{RootCAs: n.known} }

// node is an administration of that name.
func node(name string, secret token, calls Calls, steers Control, log *strings.Builder, peers Peers) http.Handler {
	return New(Options{Token: secret, Calls: calls, Control: steers, Peers: peers, Node: func() string { return name },
		Metrics: prometheus.NewRegistry(), Now: time.Now, Logger: slog.New(slog.NewTextHandler(log, nil)),
		Live: &shownNow{}})
}

// What another node has is asked of it over TLS, with the server's token and without what else the asker shows. One
// whose certificate is not known, that has another token, or that is dead, is told as that, each time; a certificate
// that becomes known, renewed say, is taken at the next connection.
func TestAnotherNodeIsAsked(t *testing.T) {
	var log strings.Builder
	other := &steered{}
	secret := token("open sesame")
	var seen http.Header
	serve := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = r.Header.Clone()
			h.ServeHTTP(w, r)
		})
	}
	b := httptest.NewTLSServer(serve(node("b", secret, elsewhere{node: "b"}, other, &log, nil)))
	defer b.Close()
	peer := &neighbour{at: b.URL, known: x509.NewCertPool()}
	here := &steered{}
	a := node("a", secret, elsewhere{node: "b"}, here, &log, peer)
	asks := func(what string, code int, why string) {
		t.Helper()
		r := httptest.NewRequest("PUT", "http://localhost/api/v1/calls/c1/hold",
			strings.NewReader(`{"on": true, "by": "li"}`))
		r.Header.Set("Authorization", "Bearer "+string(secret))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", "other=1")
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		var f Fault
		_ = json.Unmarshal(w.Body.Bytes(), &f) // what is done has no fault
		if w.Code != code || !strings.Contains(f.Error, why) || code != 200 && (f.Reason != ReasonElsewhere ||
			f.Node != "b") {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
	asks("a certificate that nobody knows", 503, "does not answer")
	if !strings.Contains(log.String(), "certificate") {
		t.Error("the log does not say why: ", log.String())
	}
	peer.known = x509.NewCertPool()
	peer.known.AddCert(b.Certificate())
	asks("a certificate that is known by now", 200, "")
	if len(other.told) != 1 || other.told[0] != "hold c1 true li" || len(here.told) > 0 {
		t.Errorf("told: there %q, here %q", other.told, here.told)
	}
	if seen.Get("Authorization") != "Bearer open sesame" || seen.Get("Cookie") != "" || seen.Get(forwardedBy) != "a" {
		t.Errorf("%v", seen)
	}

	stranger := httptest.NewTLSServer(node("b", "another", elsewhere{node: "b"}, other, &log, nil))
	defer stranger.Close()
	peer.at = stranger.URL
	for range 8 { // it takes us for one who guesses, and in the end does not even look
		asks("another token", 421, "another http.token")
	}
	b.Close()
	peer.at = b.URL
	asks("a dead node", 503, "does not answer")
	peer.at = ""
	asks("a node that nobody knows where", 421, "cannot reach")
	if len(other.told) != 1 || len(here.told) > 0 {
		t.Errorf("told: there %q, here %q", other.told, here.told)
	}
}

func found(id, node string) (f recording.Found) {
	f.ID, f.Node = id, node
	return f
}

// shelf are the recordings of a node: all know of all, each has its own.
type shelf struct {
	Recordings
	node  string
	taken []string
}

func (s *shelf) Find(context.Context, recording.Query) ([]recording.Found, error) {
	return []recording.Found{found("r1", "a"), found("r2", "b"), found("r3", "c")}, nil
}

func (s *shelf) Get(_ context.Context, id string) (recording.Found, error) {
	return found(id, s.node), nil
}

func (s *shelf) Open(_ context.Context, f *recording.Found, who, how string) (io.ReadSeekCloser, error) {
	if f.Node != s.node {
		return nil, &ElsewhereError{f.Node}
	}
	s.taken = append(s.taken, f.ID+" "+who+" "+how)
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("the sound of " + f.ID), io.NopCloser(nil)}, nil
}

// towns are several neighbours.
type towns map[string]string

func (t towns) Address(_ context.Context, node string) (string, error) { return t[node], nil }
func (t towns) Trust() *tls.Config                                     { return nil }

// Recordings are taken along from all nodes in one file, each written down where it lies and as taken along; what
// cannot be had stands in the index with the reason.
func TestRecordingsAreTakenAlongFromAllNodes(t *testing.T) {
	secret := token("open sesame")
	office := func(s *shelf, p Peers) http.Handler {
		return New(Options{Token: secret, Recordings: s, Peers: p, Node: func() string { return s.node },
			Metrics: prometheus.NewRegistry(), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Live: &shownNow{}})
	}
	here, there := &shelf{node: "a"}, &shelf{node: "b"}
	b := httptest.NewServer(office(there, towns{}))
	defer b.Close()
	r := httptest.NewRequest("GET", "http://localhost/api/v1/recordings/export?by=li", nil)
	r.Header.Set("Authorization", "Bearer "+string(secret))
	r.Header.Set(forwardedHow, "play")
	w := httptest.NewRecorder()
	office(here, towns{"b": b.URL}).ServeHTTP(w, r)
	z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	if err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	has := map[string]string{}
	for _, f := range z.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		has[f.Name] = string(text)
	}
	if len(has) != 3 || has["r1.wav"] != "the sound of r1" || has["r2.wav"] != "the sound of r2" ||
		!strings.Contains(has["index.csv"], "the recording lies on the node c") {
		t.Errorf("%q", has)
	}
	if !slices.Equal(here.taken, []string{"r1 li export"}) || !slices.Equal(there.taken, []string{"r2 li export"}) {
		t.Errorf("written down: here %q, there %q", here.taken, there.taken)
	}
}
