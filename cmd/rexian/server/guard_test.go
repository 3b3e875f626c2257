package server_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
)

// A carrier sends the calls of a whole town from one address. What limits a caller must not limit a trunk, nor does a
// network that is denied shut out a trunk in it.
func TestTrunkIsNotLimited(t *testing.T) {
	const calls = 90
	for _, c := range []struct {
		name   string
		change func(*config.Config)
		want   string
	}{
		{"a caller", func(c *config.Config) {}, "answered 422 and 503"},
		{"a trunk", trunkAt("udp://127.0.0.1:9"), "answered 422"},
		{"a trunk of another address", trunkAt("udp://192.0.2.1:5060"), "answered 422 and 503"},
		{"a trunk by its name", trunkAt("udp://localhost:9"), "answered 422"},
		{"a trunk's further network", func(c *config.Config) {
			trunkAt("udp://192.0.2.1:5060")(c)
			c.Trunks[0].Sources = []string{"127.0.0.0/8"}
		}, "answered 422"},
		{"a caller from a denied network", deny, "answered nothing"},
		{"a trunk in a denied network", func(c *config.Config) { deny(c); trunkAt("udp://127.0.0.1:9")(c) },
			"answered 422"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(cfg *config.Config) {
				cfg.Guard.Calls = 0.1
				c.change(cfg)
			})
			to := strings.TrimPrefix(h.Addrs()[0], "udp://")
			got := burst(t, to, calls)
			if strings.Contains(c.name, "name") { // it is looked up beside everything else
				for end := time.Now().Add(20 * time.Second); got != c.want &&
					time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
					got = burst(t, to, calls)
				}
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func trunkAt(server string) func(*config.Config) {
	return func(c *config.Config) {
		c.Trunks = append(c.Trunks, config.Trunk{Name: "carrier", Server: server, From: "12366"})
	}
}

func deny(c *config.Config) { c.Guard.Deny = []string{"127.0.0.0/8"} }

// burst sends many calls at once and says which answers came. The calls ask for so short a session that they are
// refused as soon as the guard lets them pass.
func burst(t *testing.T, to string, calls int) string {
	t.Helper()
	conn, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range calls {
		i := rand.Uint64()
		fmt.Fprintf(conn,
			"INVITE sip:12366@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\nFrom: <sip:1@a>;tag=%d\r\n"+
				"To: <sip:12366@b>\r\nCall-ID: %d\r\nCSeq: 1 INVITE\r\nContact: <sip:1@%s>\r\nSession-Expires: 5\r\nSupported: timer\r\nContent-Length: 0\r\n\r\n",
			to, conn.LocalAddr(), i, i, i, conn.LocalAddr())
	}
	seen := map[string]bool{}
	answered := map[string]bool{}
	buf := make([]byte, 65536)
	for end := time.Now().Add(15 * time.Second); len(answered) < calls; {
		wait := time.Until(end)
		if len(answered) == 0 {
			wait = min(wait, 2*time.Second)
		}
		conn.SetReadDeadline(time.Now().Add(wait))
		n, err := conn.Read(buf)
		if err != nil {
			break
		}
		message := string(buf[:n])
		if status, id, ok := statusOf(message); ok && status != "100" {
			seen[status] = true
			answered[id] = true
		}
	}
	var list []string
	for _, status := range []string{"422", "503"} {
		if seen[status] {
			list = append(list, status)
			delete(seen, status)
		}
	}
	for status := range seen {
		list = append(list, status)
	}
	if list == nil {
		return "answered nothing"
	}
	return "answered " + strings.Join(list, " and ")
}

// statusOf reads the status of an answer, and the Call-ID that it belongs to.
func statusOf(message string) (status, id string, ok bool) {
	rest, ok := strings.CutPrefix(message, "SIP/2.0 ")
	if !ok {
		return "", "", false // the trunk's OPTIONS
	}
	for line := range strings.SplitSeq(message, "\r\n") {
		if v, is := strings.CutPrefix(line, "Call-ID: "); is {
			id = v
		}
	}
	return rest[:min(3, len(rest))], id, true
}
