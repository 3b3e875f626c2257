package server_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/stdlib/db"
)

// numbersFlow takes calls to numbers that carriers write in many ways, and refuses them at once: 603.
const numbersFlow = `接入号 "053112366", "4000012366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
流程 主流程 {
  如果 来电号码 为空 { 标记 "没有号码" }
  挂机
}
`

// callAs places a call with header lines of its own and gives the final status; an answered call is acknowledged and
// left to the server.
func callAs(t *testing.T, to, uri, from string, lines ...string) string {
	t.Helper()
	conn, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	id, us := rand.Uint64(), conn.LocalAddr()
	head := func(method, to string) string {
		return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\nFrom: %s;tag=%d\r\nTo: %s\r\n"+
			"Call-ID: %d\r\nCSeq: 1 %s\r\nContact: <sip:a@%s>\r\n", method, uri, us, method, id, from, id, to, id,
			method, us)
	}
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\n", conn.LocalAddr().(*net.UDPAddr).Port)
	text := head("INVITE", "<sip:12366@b>")
	for _, l := range lines {
		text += l + "\r\n"
	}
	fmt.Fprintf(conn, "%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", text, len(body), body)
	buf := make([]byte, 65536)
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%s from %s: %v", uri, from, err)
		}
		res := string(buf[:n])
		status, ok := strings.CutPrefix(res, "SIP/2.0 ")
		if !ok || status[0] == '1' || !strings.Contains(res, "INVITE") {
			continue
		}
		_, to, _ := strings.Cut(res, "\r\nTo: ")
		to, _, _ = strings.Cut(to, "\r\n")
		fmt.Fprintf(conn, "%sContent-Length: 0\r\n\r\n", head("ACK", to))
		return status[:3]
	}
}

// A number is one number, whoever writes it and however: a call to +86… reaches what answers 0…, and the caller is whom
// the network names where it may be believed.
func TestNumbersOfCarriers(t *testing.T) {
	t.Parallel()
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(numbersFlow)
	cfg := settings()
	cfg.Flows, cfg.Data = h.flows, t.TempDir()
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	cfg.HTTP.Listen = ""
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Recording.Calls = "none"
	cfg.Guard.Trusted = []string{"127.0.0.0/8"}
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler), Voice: linetest.Noise{},
			Known: linetest.Vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	to := strings.TrimPrefix(s.Addrs()[0], "udp://")
	const asserts = "P-Asserted-Identity: <sip:+8613900139000@ims.example;user=phone>"
	for i, c := range []struct {
		dialled, from string
		lines         []string
		status        string
		caller        string // and the number, in the record
	}{
		{"sip:053112366@h", "<sip:+8613900139001@c>", nil, "603", "13900139001 053112366"},
		{"sip:+8653112366@h", "<sip:008613900139002@c>", nil, "603", "13900139002 053112366"},
		{"tel:+864000012366", "<tel:+86-139-0013-9003>", nil, "603", "13900139003 4000012366"},
		{"sip:12366@h", `"Anonymous" <sip:anonymous@anonymous.invalid>`, []string{asserts}, "603", "13900139000 12366"},
		{"sip:12366@h", "<sip:053188880000@c>", []string{asserts, "Diversion: <sip:+8653188881234@c>;reason=no-answer"},
			"603", "13900139000 12366"},
		{"sip:12366@h", "<sip:053188880000@c>", []string{asserts, "Privacy: id"}, "603", " 12366 没有号码"},
		{"sip:053112367@h", "<sip:13900139009@c>", nil, "404", ""},
	} {
		if got := callAs(t, to, c.dialled, c.from, c.lines...); got != c.status {
			t.Errorf("%d: %s from %s: %s, want %s", i, c.dialled, c.from, got, c.status)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(cfg.Data, "rexian.db"), db.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var rows []struct {
		Caller, Number string
		Mark           *string
	}
	if err := d.Select(t.Context(), &rows, `SELECT caller, number, (SELECT name FROM milestones WHERE call_id = calls.id) AS mark
		FROM calls ORDER BY started, id`); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range rows {
		line := r.Caller + " " + r.Number
		if r.Mark != nil {
			line += " " + *r.Mark
		}
		got[line]++
	}
	for want, n := range map[string]int{"13900139001 053112366": 1, "13900139002 053112366": 1,
		"13900139003 4000012366": 1, "13900139000 12366": 2, " 12366 没有号码": 1} {
		if got[want] != n {
			t.Errorf("%d records of %q, want %d: %v", got[want], want, n, got)
		}
	}
	var kept string
	if err := d.Get(t.Context(), &kept, `SELECT data FROM call_events WHERE kind = 'forwarded'`); err != nil ||
		!strings.Contains(kept, "053188881234") ||
		!strings.Contains(kept, "no-answer") {
		t.Errorf("who the call was for before: %s, %v", kept, err)
	}
}
