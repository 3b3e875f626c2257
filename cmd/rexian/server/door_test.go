package server_test

import (
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
)

// A ban by hand holds at once and over a restart, and is lifted; who may not be banned is not.
func TestBansOverTheAdministration(t *testing.T) {
	t.Parallel()
	var cfg *config.Config
	h := start(t, func(c *config.Config) { cfg = c; c.Guard.Trusted = []string{"10.0.0.0/8"} })
	put := func(addr, body string) (int, string) { return h.ask("PUT", "/api/v1/guard/bans/"+addr, body, nil) }
	if status, answer := put("203.0.113.7", `{"seconds": 3600, "by": "chief"}`); status != 200 ||
		!strings.Contains(answer, `"why":"by hand","by":"chief"`) {
		t.Fatalf("%d %s", status, answer)
	}
	for addr, reason := range map[string]string{"127.0.0.1": api.ReasonOwn, "10.1.2.3": api.ReasonTrusted} {
		if status, answer := put(addr, `{"seconds": 60}`); status != 422 ||
			!strings.Contains(answer, `"reason":"`+reason+`"`) {
			t.Errorf("%s: %d %s", addr, status, answer)
		}
	}
	for addr, body := range map[string]string{"nobody": `{"seconds": 60}`, "203.0.113.8": `{"seconds": 0}`} {
		if status, answer := put(addr, body); status != 400 {
			t.Errorf("%s: %d %s", addr, status, answer)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h.Server = s
	var list struct{ Bans []api.Ban }
	_, answer := h.ask("GET", "/api/v1/guard/bans", "", nil)
	if err := json.Unmarshal([]byte(answer), &list); err != nil || len(list.Bans) != 1 ||
		list.Bans[0].Source != "203.0.113.7" || list.Bans[0].By != "chief" ||
		time.Until(list.Bans[0].Until) < 30*time.Minute {
		t.Fatalf("after a restart %s", answer)
	}
	for _, want := range []int{200, 404} {
		if status, answer := h.ask("DELETE", "/api/v1/guard/bans/203.0.113.7?by=chief", "", nil); status != want {
			t.Errorf("%d %s, want %d", status, answer, want)
		}
	}
	if _, figures := h.ask("GET", "/metrics", "", nil); !strings.Contains(figures, "rexian_guard_banned 0") ||
		!strings.Contains(figures, "rexian_sip_unacknowledged 0") {
		t.Errorf("figures:\n%s", figures)
	}
}

// The filter that ships for fail2ban finds our bans in the log, in both formats, and nothing that anybody can forge.
func TestFail2banFilter(t *testing.T) {
	t.Parallel()
	filter, err := os.ReadFile("../../../packaging/fail2ban/filter.conf")
	if err != nil {
		t.Fatal(err)
	}
	_, rules, ok := strings.Cut(string(filter), "failregex = ")
	if !ok {
		t.Fatal("no failregex")
	}
	rules, _, _ = strings.Cut(rules, "ignoreregex")
	var patterns []*regexp.Regexp
	for line := range strings.Lines(rules) {
		if line = strings.TrimSpace(line); line != "" {
			patterns = append(patterns,
				regexp.MustCompile(strings.Replace(line, "<HOST>", `(?P<host>[0-9a-fA-F.:]+)`, 1)))
		}
	}
	for _, format := range []func(*diary) slog.Handler{
		func(l *diary) slog.Handler { return slog.NewTextHandler(l, nil) },
		func(l *diary) slog.Handler { return slog.NewJSONHandler(l, nil) },
	} {
		var l diary
		cfg := settings()
		h := start(t, func(c *config.Config) { *cfg = *c })
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := server.Start(t.Context(),
			server.Options{Config: cfg, Logger: slog.New(format(&l)), Voice: linetest.Noise{},
				Known: linetest.Vocabulary()})
		if err != nil {
			t.Fatal(err)
		}
		h.Server = s
		conn, err := net.Dial("udp", strings.TrimPrefix(s.Addrs()[0], "udp://"))
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			if _, err := conn.Write([]byte("OPTIONS sip:x SIP/2.0\r\nUser-Agent: friendly-scanner\r\n\r\n")); err != nil {
				t.Fatal(err)
			}
		}
		conn.Close()
		until := time.Now().Add(10 * time.Second)
		for !strings.Contains(l.String(), "Scanner") && time.Now().Before(until) {
			time.Sleep(5 * time.Millisecond)
		}
		h.ask("PUT", "/api/v1/guard/bans/203.0.113.7", `{"seconds": 60}`, nil)
		h.ask("PUT", "/api/v1/guard/bans/2001:db8::7", `{"seconds": 60}`, nil)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		var found []string
		for line := range strings.Lines(l.String()) {
			for _, p := range patterns {
				if m := p.FindStringSubmatch(line); m != nil {
					found = append(found, m[1])
				}
			}
		}
		if strings.Join(found, " ") != "203.0.113.7 2001:db8::" {
			t.Errorf("found %q in\n%s", found, l.String())
		}
	}
}
