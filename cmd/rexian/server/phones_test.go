package server_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
)

// Telephones are offered the digests that the configuration names, the best first: some old ones give up at the first
// that they do not know.
func TestDigestsOfTelephones(t *testing.T) {
	t.Parallel()
	for digest, want := range map[string]string{"both": "SHA-256 MD5", "sha256": "SHA-256", "md5": "MD5"} {
		h := start(t, func(c *config.Config) {
			c.SIP.Digest = digest
			c.Phones = []config.Phone{{User: "1001", Password: config.Plain("a password")}}
		})
		conn, err := net.Dial("udp", strings.TrimPrefix(h.Addrs()[0], "udp://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn,
			"REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:1001@a>;tag=1\r\n"+
				"To: <sip:1001@a>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\nContact: <sip:1001@%[1]s>\r\nContent-Length: 0\r\n\r\n", conn.LocalAddr())
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		buf := make([]byte, 65536)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.SplitSeq(string(buf[:n]), "\r\n") {
			if strings.HasPrefix(strings.ToLower(line), "www-authenticate:") {
				_, a, _ := strings.Cut(line, "algorithm=")
				a, _, _ = strings.Cut(a, ",")
				got = append(got, a)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: offered %q", digest, got)
		}
	}
}
