package guard

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const options = "OPTIONS sip:100@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n%s\r\nContent-Length: 0\r\n\r\n"

func withAgent(field string) []byte { return []byte(strings.Replace(options, "%s", field, 1)) }

func TestScanner(t *testing.T) {
	g := newGuard(t, Config{Now: newClock().now})
	for _, c := range []struct {
		field string
		want  bool
	}{
		{"User-Agent: friendly-scanner", true},
		{"user-agent : Friendly-Scanner/0.2", true},
		{"USER-AGENT:\tsipcli/v1.8", true},
		{"User-Agent: Yealink SIP-T46S 66.85.0.5", false},
		{"User-Agent: ", false},
		{"User-Agent", false},
		{"User-Agents: friendly-scanner", false},
		{"X-User-Agent: friendly-scanner", false},
		{"Subject: friendly-scanner", false},
		{"User-Agent: " + strings.Repeat("x", 5000) + "friendly-scanner", false}, // only the beginning of a name counts
	} {
		if got := g.Scanner(withAgent(c.field)); got != c.want {
			t.Errorf("%.40q: %v, want %v", c.field, got, c.want)
		}
	}
	if g.Scanner([]byte("OPTIONS sip:a@b SIP/2.0\r\n\r\nUser-Agent: friendly-scanner\r\n")) {
		t.Error("a body has no header fields")
	}
}

func TestReadPrefixes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deny.txt")
	must(os.WriteFile(path,
		[]byte("\ufeff# scanners\r\n192.0.2.0/24 ; since May\n\n2001:db8::/32\n::ffff:198.51.100.0/120\n  203.0.113.5  # one\n192.0.2.77/24"), 0o600))
	p, err := ReadPrefixFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if p.Len() != 4 {
		t.Errorf("%d networks, want 4", p.Len())
	}
	for a, want := range map[string]bool{
		"192.0.2.255": true, "192.0.3.0": false, "2001:db8:ffff::1": true, "2001:db9::": false,
		"198.51.100.1": true, "203.0.113.5": true, "203.0.113.6": false, "fe80::1%eth0": false,
	} {
		if got := p.Contains(ap(a).Addr()); got != want {
			t.Errorf("%s: %v, want %v", a, got, want)
		}
	}
	more := p.With(netip.MustParsePrefix("10.0.0.0/8"), netip.Prefix{})
	for a, want := range map[string]bool{"10.1.2.3": true, "192.0.2.255": true, "2001:db8:ffff::1": true,
		"11.0.0.1": false} {
		if got := more.Contains(ap(a).Addr()); got != want {
			t.Errorf("with another, %s: %v, want %v", a, got, want)
		}
	}
	if p.Len() != 4 || more.Len() != 5 || (*Prefixes)(nil).With(netip.MustParsePrefix("10.0.0.0/8")).Len() != 1 {
		t.Errorf("%d networks, and %d with one more", p.Len(), more.Len())
	}
	for in, want := range map[string]string{
		"10.0.0.0/8\n10.0.0.0/33": "line 2", "example.com": "line 1", "\n\n10.0.0.1/x": "line 3", "1.2.3": "line 1",
	} {
		if _, err := ReadPrefixes(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error at %s", in, err, want)
		}
	}
	if _, err := ReadPrefixFile(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}

func FuzzReadPrefixes(f *testing.F) {
	f.Add("10.0.0.0/8\n# x\n2001:db8::/32")
	f.Add("1.2.3.4;x\n::1/0")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ReadPrefixes(strings.NewReader(s))
		if err != nil {
			return
		}
		for n := range p.nets {
			if !p.Contains(n.Addr()) {
				t.Fatalf("%v does not contain its own first address", n)
			}
		}
	})
}

func FuzzScanner(f *testing.F) {
	g := newGuard(f, Config{})
	f.Add(withAgent("User-Agent: friendly-scanner"))
	f.Add([]byte("\r\nu\r\nuser-agent"))
	f.Fuzz(func(t *testing.T, b []byte) { g.Scanner(b) })
}
