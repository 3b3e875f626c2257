package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
)

// certify writes a certificate for this machine, with its key, into files.
func certify(t *testing.T, cert, key string, serial int64, until time.Time) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter:    until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	changed := time.Now().Add(time.Duration(serial) * time.Second) // a file system may keep no finer times
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der},
		key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
}

// The administration speaks TLS with the certificate of the configuration. A renewed one serves the next connection,
// one that cannot be read none, and the connections that stand go on.
func TestTheAdministrationSpeaksTLS(t *testing.T) {
	t.Parallel()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	certify(t, cert, key, 1, time.Now().Add(time.Hour))
	h := start(t, func(c *config.Config) { c.HTTP.Cert, c.HTTP.Key = cert, key })
	client := func() *http.Client {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	}
	serial := func(c *http.Client) int64 {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+h.Web().String()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, res.Body) // read to the end, the connection is used again
		if err := errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 200 {
			t.Errorf("healthz answered %d", res.StatusCode)
		}
		return res.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	standing := client()
	for i, c := range []struct {
		change func()
		want   int64
	}{
		{func() {}, 1},
		{func() { certify(t, cert, key, 2, time.Now().Add(time.Hour)) }, 2},
		{func() { _ = os.WriteFile(cert, []byte("nonsense"), 0o600) }, 2},
		{func() { _ = os.Remove(key) }, 2},
		// that one is run out is for clients to judge
		{func() { certify(t, cert, key, 3, time.Now().Add(-time.Hour)) }, 3},
	} {
		c.change()
		if got := serial(client()); got != c.want {
			t.Errorf("%d: certificate %d, want %d", i, got, c.want)
		}
		if got := serial(standing); got != 1 {
			t.Errorf("%d: the connection that stood has certificate %d", i, got)
		}
	}
	if _, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Web().String()); err != nil {
		t.Error(err)
	}
	if status, body := h.ask("GET", "/healthz", "", nil); status == 200 {
		t.Errorf("without TLS: %d %s", status, body)
	}
}

// An administration that anybody on the network could use does not open, however its configuration came about.
func TestTheAdministrationIsNotOpenedToAll(t *testing.T) {
	t.Parallel()
	cfg := settings()
	flows := t.TempDir()
	if err := os.WriteFile(filepath.Join(flows, "a.flow"), []byte(flow), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Flows, cfg.Data = flows, t.TempDir()
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, "0.0.0.0:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	s, err := server.Start(context.Background(),
		server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()})
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "http.token") {
		t.Errorf("it opened: %v", err)
	}
	cfg.HTTP.Listen, cfg.HTTP.Cert, cfg.HTTP.Key = "127.0.0.1:0", "missing.pem", "missing.key"
	if s, err = server.Start(context.Background(),
		server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()}); err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "missing.pem") {
		t.Errorf("without its certificate it opened: %v", err)
	}
}
