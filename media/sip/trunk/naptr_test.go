package trunk

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// record is the data of a NAPTR record.
func record(n NAPTR) []byte {
	b := []byte{byte(n.Order >> 8), byte(n.Order), byte(n.Preference >> 8), byte(n.Preference)}
	for _, text := range []string{n.Flags, n.Service, n.Regexp} {
		b = append(append(b, byte(len(text))), text...)
	}
	for label := range strings.SplitSeq(n.Replacement, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}

// A name server is asked over UDP, the next one if the first does not know.
func TestAskNAPTR(t *testing.T) {
	want := []NAPTR{{10, 20, "s", "SIPS+D2T", "", "_sips._tcp.carrier.example"},
		{30, 0, "s", "SIP+D2U", "", "udp.example"}}
	serve := func(code dnsmessage.RCode) string {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		go func() {
			b := make([]byte, 1500)
			for {
				n, from, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				var m dnsmessage.Message
				if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 || m.Questions[0].Type != typeNAPTR {
					continue
				}
				m.Response, m.RCode = true, code
				for _, r := range want {
					if code == dnsmessage.RCodeSuccess {
						m.Answers = append(m.Answers, dnsmessage.Resource{
							Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET},
							Body:   &dnsmessage.UnknownResource{Type: typeNAPTR, Data: record(r)}})
					}
				}
				if answer, err := m.Pack(); err == nil {
					_, _ = c.WriteTo(answer, from)
				}
			}
		}()
		return c.LocalAddr().String()
	}
	servers := []string{serve(dnsmessage.RCodeServerFailure), serve(dnsmessage.RCodeSuccess)}
	got, err := askNAPTR(t.Context(), servers, "carrier.example")
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v %v", got, err)
	}
	if transport, srv, ok := best(got); !ok || transport != "tls" || srv != "_sips._tcp.carrier.example" {
		t.Errorf("%s %s %v", transport, srv, ok)
	}
	if _, err := askNAPTR(t.Context(), servers[:1], "carrier.example"); err == nil {
		t.Error("an answer of a server that has none")
	}
	if _, err := askNAPTR(t.Context(), nil, "carrier.example"); err == nil {
		t.Error("an answer of nobody")
	}
}

func TestNameServers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(file, []byte("# a comment\nnameserver 10.0.0.1\nsearch example\nnameserver fd00::1\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := nameServers(file); err != nil || fmt.Sprint(list) != "[10.0.0.1:53 [fd00::1]:53]" {
		t.Errorf("%v %v", list, err)
	}
}

// Whatever a name server sends is taken or refused, and nothing else happens.
func FuzzNAPTR(f *testing.F) {
	f.Add(record(NAPTR{1, 2, "s", "SIP+D2U", "", "a.example"}))
	f.Add([]byte{0, 1, 0, 2, 200})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, ok := naptrOf(b); ok && len(n.Replacement) > len(b) {
			t.Errorf("%+v", n)
		}
		_, _, _ = parseNAPTR(b, 0, dnsmessage.MustNewName("a."))
	})
}
